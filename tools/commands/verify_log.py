"""`icr verify-log`: whether the log is still what was recorded, and what is made from it still what it says.

With an export of the access log the same of that log, by the one file that others run alone.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, interruptible, note, opened, print_json, progress, say
from domain.errors import Misuse

if TYPE_CHECKING:
    from tools.verify_log import Noted

_NOTED: Final = re.compile(r"(\d{1,18}):((?:[0-9a-f]{64})?)", re.ASCII)


def verify_log(
    export: Annotated[
        Path | None,
        typer.Argument(
            metavar="[EXPORT]", help="An export of the access log (icr access export); nothing else is read then."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", metavar="KEY", help="Verifier key of the access log (icr access key), or a file of such keys."
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="A checkpoint of the access log that somebody else has kept."
        ),
    ] = None,
    events: Annotated[
        bool, typer.Option("--events", help="Read the events too, and compare all that was derived from them.")
    ] = False,
    since: Annotated[int, typer.Option("--since", min=1, metavar="POSITION", help="From this position on.")] = 1,
    until: Annotated[
        int | None,
        typer.Option("--until", min=1, metavar="POSITION", help="Up to this position; without it to the head."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="POSITION:HASH", help="A head that this command said before: it must still be in the log."
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say whether the log is as it was recorded, and name the first batch that is not; ends with 1 when something differs.

    With --events the hashes of all batches are worked out anew, and facts, inbox, identifiers, keys and kept events are
    compared with the sealed events; what was erased is named as erased. Without it only that the batches follow on each
    other. Nothing is written, and nothing that an event says is shown. It says the head of the log: note it elsewhere.

    With EXPORT, --key and --checkpoint it says the same of the access log, and needs no database.
    """
    if export is not None:
        if key is None or checkpoint is None:
            raise Misuse("EXPORT is held against --key and --checkpoint: give both")
        if events or head is not None or until is not None or since > 1:
            raise Misuse("EXPORT is read alone: without --events, --since, --until and --head")
        _verify_access_log(export, key, checkpoint, as_json=as_json)
        return
    if key is not None or checkpoint is not None:
        raise Misuse("--key and --checkpoint are for an EXPORT of the access log")
    from adapters.cli.running import check_tables
    from tools.verify_log import verify

    noted = None if head is None else _noted(head)
    if until is not None and until < since:
        raise Misuse("--until: not before --since")
    with opened(data) as service, interruptible(), service.connect() as connection:
        check_tables(service.connect)
        with progress() as bars:
            task = bars.add_task("reading the log", total=None)
            report = verify(
                connection, service.keys, events=events, since=since, until=until, noted=noted,
                progress=lambda at, of: bars.update(task, completed=at, total=of),
            )  # fmt: skip
    document = report.as_json()
    if as_json:
        print_json(document)
    else:
        _show(document)
    if not report.holds:
        raise typer.Exit(KEPT_OR_FAILED)


def _verify_access_log(export: Path, key: str, checkpoint: Path, *, as_json: bool) -> None:
    from tools.verify_log.access_log import verify

    try:
        report = verify(export, key if "+" in key else Path(key).read_text(), checkpoint.read_text())
    except OSError as error:
        raise Misuse(f"a file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misuse("--key and --checkpoint are texts") from None
    except ValueError as error:  # of what cannot be checked; its text says why
        raise Misuse(str(error)) from None
    if as_json:
        named = [{"kind": kind, "count": len(where), "where": where} for kind, where in sorted(report.found.items())]
        print_json({"holds": not named, **report.read, "not_closed": report.open, "differences": named})
    else:
        for line in report.lines():
            say(line)
    if report.found:
        raise typer.Exit(KEPT_OR_FAILED)


def _noted(text: str) -> "Noted":
    from tools.verify_log import Noted

    found = _NOTED.fullmatch(text.strip())
    if found is None:
        raise Misuse("--head: POSITION:HASH, as this command says it")
    return Noted(int(found[1]), bytes.fromhex(found[2]))


def _show(document: dict[str, Any]) -> None:
    read = f"{document['events']} events, {document['facts']} facts" if document["events_read"] else "no events"
    say(f"read {document['batches']} batches, {read}, positions {document['from']} to {document['to']}")
    if document["batches_not_keyed"]:
        say(
            f"{document['batches_not_keyed']} batches are from before hashes were keyed: they tell accidents, not intent"
        )
    if document["erased"]["events"]:
        say(f"erased: {document['erased']['events']} events, at {_ranges(document['erased']['positions'])}")
    if document["erased"]["cells"]:
        say(f"erased: names or addresses of facts, {document['erased']['cells']}")
    if document["erased"]["kept"]:
        say(f"erased: kept events, {document['erased']['kept']}")
    for one in document["differences"]:
        where = _ranges(one["positions"]) if "positions" in one else ", ".join(one.get("ids", ()))
        columns = f" ({', '.join(one['columns'])})" if "columns" in one else ""
        say(f"{one['kind']} {one['count']}: {one['means']}{columns}: {where}")
    broken = document["first_broken_batch"]
    if broken is not None:
        why = ", ".join(broken["why"])
        say(
            f"first broken batch: {broken['from']} to {broken['to']} ({why}); {broken['batches_after']} batches after it"
        )
    say("the log holds" if document["holds"] else "the log does not hold")
    note(f"head {document['head']}")


def _ranges(ranges: list[list[int]]) -> str:
    return ", ".join(str(first) if first == last else f"{first} to {last}" for first, last in ranges)
