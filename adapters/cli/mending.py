"""`icr mending`: records that the views could not take in, why, and another try."""

from typing import Annotated, Any, Final

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, opened, print_json, print_table, say

app = typer.Typer(no_args_is_help=True, help="Records being mended: list them, try again to take them in.")

_COLUMNS: Final = ("record", "cause", "part", "position", "since")


@app.command("list", epilog="Example: icr mending list")
def list_(data: Data = None, as_json: Json = False) -> None:
    """List the records whose last events are not in the views, since when, and the SQLSTATE or kind of the error."""
    with opened(data) as service:
        projector = service.projector()
        try:
            found = projector.notes()
        finally:
            projector.close()
    from domain.answers.plain import record_id

    lines: list[dict[str, Any]] = [
        {
            "record": record_id(one.record),
            "cause": one.cause,
            "part": one.part,
            "position": one.position,
            "since": one.since.isoformat(timespec="seconds"),
        }
        for one in found
    ]
    if as_json:
        print_json({"being_mended": lines})
    elif not lines:
        say("no record is being mended")
    else:
        print_table(f"{len(lines)} being mended", _COLUMNS, [[str(line[name]) for name in _COLUMNS] for line in lines])


@app.command(epilog="Example: icr mending retry")
def retry(
    records: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RECORD...]", help="Ids as `icr mending list` shows them; without any all."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Take records in again, as after the program was mended. Ends with 1 where some still cannot be."""
    from domain.answers.plain import parse_id, record_id

    named = None if not records else {parse_id(record) for record in records}
    with opened(data) as service:
        projector = service.projector()
        try:
            waiting = projector.being_mended().keys()
            wanted = sorted(waiting if named is None else waiting & named)
            mended = projector.mend(wanted) if wanted else []
        finally:
            projector.close()
    still = [record for record in wanted if record not in mended]
    if as_json:
        print_json({"mended": [record_id(r) for r in mended], "being_mended": [record_id(r) for r in still]})
    else:
        say(f"taken in again: {len(mended)}; still being mended: {len(still)}")
    if still:
        raise typer.Exit(KEPT_OR_FAILED)
