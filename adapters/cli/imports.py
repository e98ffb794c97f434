"""`icr import nems FILE...`: files that agencies already produce."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.output import KEPT_OR_FAILED, MISUSE, Data, Json, note, opened, print_json, print_table, progress

if TYPE_CHECKING:
    from adapters.imports import FileCounts

app = typer.Typer(no_args_is_help=True, help="Read files that agencies already produce into the log.")


@app.callback()
def _group() -> None:
    """More connectors come; so `nems` stays a subcommand while it is the only one."""


@app.command(epilog="Example: icr import nems BirthNotification.xml ChangeOfGP.xml")
def nems(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="NHS event messages, FHIR STU3 XML.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Import NHS event messages: birth, address, GP, death and its withdrawal, professional contact.

    Counts are of messages: one is kept if any of its events was. A file may be imported again: nothing is doubled. Ends
    with 1 when something was kept aside or a file could not be opened, with 2 when none could.
    """
    from adapters.connectors.nems import MAX_BYTES, read_nems
    from adapters.imports import Importer

    with opened(data) as service, progress() as bars:
        recorder = service.recorder()
        importer = Importer(
            recorder, read_nems, unit="message", most_bytes=MAX_BYTES, batch=service.settings.batch_size
        )
        task = bars.add_task("files", total=len(files))
        try:
            counts = importer.take(files, lambda _: bars.advance(task))
        finally:
            recorder.close()
    report(counts, as_json=as_json)


def report(counts: Sequence["FileCounts"], *, as_json: bool) -> None:
    """Print files' counts as contract 4 has them, and end with its exit code."""
    if as_json:
        print_json({"files": [one.as_json() for one in counts]})
    else:
        columns = ("file", "read", "accepted", "duplicate", "conflict", "kept", "events", "set aside", "reasons")
        rows = [
            (c.file, c.read, c.accepted, c.duplicate, c.conflict, c.kept, c.events, c.set_aside, _reasons(c))
            for c in counts
            if c.error is None
        ]
        if rows:
            print_table(f"{counts[0].unit}s", columns, rows)
    for one in counts:
        if one.error is not None:
            note(f"icr: {one.file}: {one.error}")
    if counts and all(one.error is not None and not one.read for one in counts):
        raise typer.Exit(MISUSE)
    if any(one.error is not None or one.kept for one in counts):
        raise typer.Exit(KEPT_OR_FAILED)


def _reasons(counts: "FileCounts") -> str:
    found = counts.reasons + counts.set_aside_reasons
    return ", ".join(f"{reason} {number}" for reason, number in sorted(found.items()))
