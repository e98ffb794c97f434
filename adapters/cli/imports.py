"""`icr import nems|cin|school-census FILE...`: files that agencies already produce."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.output import (
    KEPT_OR_FAILED,
    MISUSE,
    Data,
    Document,
    Json,
    interruptible,
    note,
    opened,
    print_json,
    print_table,
    progress,
)

if TYPE_CHECKING:
    from adapters.intake.census_pairs import Pair
    from adapters.intake.connectors.school_census import SchoolCensus
    from adapters.intake.imports import FileCounts, ReadFile
    from adapters.log.recorder import Recorder
    from adapters.service.opened import Service

app = typer.Typer(no_args_is_help=True, help="Read files that agencies already produce into the log.")


@app.command(epilog="Example: icr import nems BirthNotification.xml ChangeOfGP.xml")
def nems(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="NHS event messages, FHIR STU3 XML.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Import NHS event messages: birth, address, GP, death and its withdrawal, professional contact.

    Counts are of messages: one is kept if any of its events was. A file may be imported again: nothing is doubled. Ends
    with 1 when something was kept in quarantine or a file could not be opened, with 2 when none could.
    """
    from adapters.intake.connectors.nems import MAX_BYTES, read_nems
    from adapters.intake.imports import Importer, none_opens

    if unopened := none_opens(files, "message"):
        report(unopened, as_json=as_json)
        return
    counts: list[FileCounts] = []
    with said_so_far(counts), opened(data) as service, progress() as bars:
        recorder = service.recorder()
        importer = Importer(
            recorder, read_nems, unit="message", most_bytes=MAX_BYTES, batch=service.settings.batch_size, kind="nems"
        )
        task = bars.add_task("files", total=len(files))
        try:
            importer.take(files, lambda _: bars.advance(task), counts)
        finally:
            recorder.close()
    report(counts, as_json=as_json)


@app.command(epilog="Example: icr import cin CIN_Census_2024.xml")
def cin(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Children in need census, XML, also .gz.")],
    organisation: Annotated[
        str | None,
        typer.Option("--organisation", metavar="la-NNN", help="Whose census, where its header names nobody."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Import children in need censuses: referrals, assessments, conferences, plans, reviews, closures.

    Counts are of dated elements: each is one event, or is kept with its reason. A census may be imported again, and next
    year's tells much that is known: nothing is doubled. Ends with 1 when something was kept in quarantine or a file could not
    be read, with 2 when none could be opened.
    """
    from functools import partial

    from adapters.intake.connectors.census import authority
    from adapters.intake.connectors.cin import UNIT, read_cin

    counts = _streamed(files, partial(read_cin, organisation=authority(organisation)), UNIT, data, kind="cin")
    report(counts, as_json=as_json)


@app.command(
    "school-census", epilog="Example: icr import school-census 2024_autumn_pupilonroll.csv --organisation la-808"
)
def school_census(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Tables of the census, CSV, also .gz.")],
    pseudonymous: Annotated[
        bool, typer.Option("--pseudonymous", help="The pupils' numbers are no UPNs, and their names no names.")
    ] = False,
    organisation: Annotated[
        str | None, typer.Option("--organisation", metavar="la-NNN", help="Whose census; without it nobody's, la-000.")
    ] = None,
    term: Annotated[
        str | None, typer.Option("--term", metavar="TERM", help="As 2024_autumn, for files whose names tell none.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Import school censuses: pupils on roll, pupils no longer on roll, suspensions and exclusions; terms in any order.

    A roll is a snapshot of its school on census day: whoever was on it before and is not any more has lapsed there.
    Counts are of rows. A table may be imported again: nothing is doubled. Also told, over all terms known: how many
    pupils came, left and changed school from one to the next. Ends with 1 when something was kept in quarantine or a
    file could not be read, with 2 when none could be opened.
    """
    from adapters.intake.connectors.census import authority
    from adapters.intake.connectors.school_census import NOBODY, UNIT, SchoolCensus
    from adapters.intake.connectors.school_census_tables import chosen_term

    whose = authority(organisation) or NOBODY
    census = SchoolCensus(files, whose, pseudonymous, chosen_term(term))
    told: list[Pair] = []
    counts = _streamed(
        files, census.read, UNIT, data, lambda service, recorder: told.extend(_pairs(service, recorder, census)),
        kind="school-census",
    )  # fmt: skip
    if not pseudonymous and any(2 * (c.reasons["no_identifier"] + c.reasons["bad_form"]) > c.read for c in counts):
        note("icr: most numbers are no UPNs: if they are pseudonyms, import with --pseudonymous")
    report(counts, as_json=as_json, pairs=told)


def _pairs(service: "Service", recorder: "Recorder", census: "SchoolCensus") -> "Iterator[Pair]":
    from adapters.intake.census_pairs import empty_rolls, pairs
    from adapters.log.messages import Message

    last_year = service.clock.now().year + 1
    reports, others = empty_rolls(recorder, census.organisation, last_year, pseudonymous=census.pseudonymous)
    if reports:
        recorder.record([Message(report) for report in reports])
    if others:
        note(f"icr: {others} schools of one term have no row in the next: of their pupils nothing is said there")
    return pairs(recorder, census.organisation, last_year, pseudonymous=census.pseudonymous)


def _streamed(
    files: "Sequence[Path]", read: "ReadFile", unit: str, data: Path | None,
    after: "Callable[[Service, Recorder], None]" = lambda _, __: None, *, kind: str,
) -> "list[FileCounts]":  # fmt: skip
    from adapters.intake.imports import FileImporter, none_opens

    if unopened := none_opens(files, unit):
        return unopened
    counts: list[FileCounts] = []
    with said_so_far(counts), opened(data) as service, progress() as bars:
        recorder = service.recorder()
        batch = service.settings.batch_size
        importer = FileImporter(recorder, read, unit=unit, batch=batch, by_content=True, kind=kind)
        task = bars.add_task(f"{unit}s", total=None)
        try:
            importer.take(files, files=counts, seen=lambda units: bars.update(task, completed=units))
            after(service, recorder)
        finally:
            recorder.close()
    return counts


@contextmanager
def said_so_far(counts: "Sequence[FileCounts]") -> Iterator[None]:
    """Whatever ends the work before its time, an interruption too: what was recorded stands, and is said.

    An interruption may have come after a batch was recorded and before it was counted.
    """
    with interruptible():
        try:
            yield
        except BaseException as ended:
            if any(one.read for one in counts) or (counts and isinstance(ended, KeyboardInterrupt)):
                _say_so_far(counts)
            raise


def _say_so_far(counts: "Sequence[FileCounts]") -> None:
    for one in counts:
        note(f"icr: {one.file}: {one.read} {one.unit}s so far, {one.accepted} accepted and {one.kept} kept")
    note("icr: run it again: what was recorded is then a duplicate")


def report(counts: Sequence["FileCounts"], *, as_json: bool, pairs: "Sequence[Pair] | None" = None) -> None:
    """Print files' counts as contract 4 has them, and end with its exit code; `pairs` are a school census's."""
    if as_json:
        document: Document = {"files": [one.as_json() for one in counts]}
        print_json(document if pairs is None else {**document, "pairs": [pair.as_json() for pair in pairs]})
    else:
        columns = ("file", "read", "accepted", "duplicate", "conflict", "kept", "events", "set aside", "reasons")
        rows = [
            (c.file, c.read, c.accepted, c.duplicate, c.conflict, c.kept, c.events, c.set_aside, _reasons(c))
            for c in counts
            if c.error is None
        ]
        if rows:
            print_table(f"{counts[0].unit}s", columns, rows)
        if pairs:
            terms = [(p.from_term, p.to_term, p.admissions, p.leavers, p.moves) for p in pairs]
            print_table("pupils from term to term", ("from", "to", "admissions", "leavers", "moves"), terms)
    for one in counts:
        if one.error is not None:
            note(f"icr: {one.file}: {one.error}")
    if counts and all(one.error is not None and not one.read and not one.broken for one in counts):
        raise typer.Exit(MISUSE)
    if any(one.error is not None or one.kept or one.of_file_kept for one in counts):
        raise typer.Exit(KEPT_OR_FAILED)


def _reasons(counts: "FileCounts") -> str:
    found = counts.reasons + counts.set_aside_reasons + counts.warnings + counts.ignored
    return ", ".join(f"{reason} {number}" for reason, number in sorted(found.items()))
