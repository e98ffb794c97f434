"""`icr mending`: records that the views could not take in, why, and another try."""

from typing import Annotated

import typer

from adapters.cli.asking import add_questions
from adapters.cli.output import KEPT_OR_FAILED, Data, Json, opened, print_json, say
from domain.questions import about

app = add_questions(
    typer.Typer(no_args_is_help=True, help="Records being mended: list them, try again to take them in."),
    about.ListMended,
)


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
    from domain.answers.ids import parse_id, record_id

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
