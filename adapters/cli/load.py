"""`icr load areas|calendar|organisations|agreements|thresholds|feeds|services|staff FILE`: reference data from plain files."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

import typer

from adapters.cli.imports import report, said_so_far
from adapters.cli.output import Data, Json, opened, read_settings
from domain.errors import Misuse, Rejected

if TYPE_CHECKING:
    from adapters.intake.connectors.reference_files import ReferenceFile
    from adapters.intake.imports import FileCounts
    from adapters.log.messages import Message, Outcome
    from adapters.process.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Record reference data and staff from plain files: area maps, calendars, thresholds …"
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a head line, UTF-8; docs/reference-data.md.")]
Organisation = Annotated[
    str, typer.Option("--organisation", metavar="CODE", help="Who publishes it, as la-808; of staff, whose they are.")
]
Since = Annotated[
    str | None,
    typer.Option("--from", metavar="DATE", help="Holds from this day where no row says; else the file's own day."),
]
RecordedAt = Annotated[
    str | None,
    typer.Option("--recorded-at", metavar="TIME", help="When it was written down; else when the file was changed."),
]
ValidateOnly = Annotated[bool, typer.Option("--validate-only", help="Check; record nothing, and need no database.")]

# Kind of file -> what it holds, and its columns, those in brackets as wanted.
_TOLD: Final = {
    "areas": ("maps of the authority into areas", "map, by (postcode, ward, school), area, member, [through, authority_wide]"),
    "calendar": ("school terms, and days closed in them (term: closed)", "calendar, term, from, to (first day after), [school]"),
    "organisations": ("organisations and who took over from them", "code, name, kind, [contact, successors, from, to]; or the links file of GIAS"),
    "agreements": ("sharing agreements", "name, parties, classes, purposes, shares, [from, to]"),
    "thresholds": ("thresholds of rules", "rule, value, [from, to]"),
    "feeds": ("feeds that are expected", "organisation, feed, [allowance_days, from, to]"),
    "services": ("an organisation's entries of the service directory", "service, [description, for_whom, areas, contact, from, to]"),
    "staff": (
        "an organisation's workers, teams, memberships and duty lines",
        "kind (worker, left, team, member, duty), [staff_id, team, name, contact, role, service, hours, from, to, reason]",
    ),
}  # fmt: skip


def _command(kind: str) -> Callable[..., None]:
    def load(
        file: File, organisation: Organisation, since: Since = None, recorded_at: RecordedAt = None,
        validate_only: ValidateOnly = False, data: Data = None, as_json: Json = False,
    ) -> None:  # fmt: skip
        _load(kind, file, organisation, (since, recorded_at), data, validate_only=validate_only, as_json=as_json)

    what, columns = _TOLD[kind]
    load.__doc__ = (
        f"Record {what}.\n\nColumns, in any order: {columns}. Several in one cell are parted by semicolons.\n\n"
        "The same file again doubles nothing; a changed one stands for what it said before. Ends with 1 when something "
        "was kept in quarantine, with 2 when the file could not be opened or its columns are others."
    )
    return load


for _kind in _TOLD:
    app.command(_kind, epilog=f"Example: icr load {_kind} {_kind}.csv --organisation la-808")(_command(_kind))


def _load(
    kind: str, file: Path, organisation: str, when: tuple[str | None, str | None], data: Path | None, *,
    validate_only: bool, as_json: bool,
) -> None:  # fmt: skip
    from adapters.intake.connectors.reference_files import KINDS, ReferenceFile

    settings = read_settings(data, log_level="warning")
    _check_organisation(organisation, KINDS[kind].sector, settings)
    since, written = when
    reference = ReferenceFile(
        KINDS[kind],
        organisation,
        None if since is None else _day(since),
        None if written is None else _instant(written),
    )
    report(
        [_checked(settings, reference, file) if validate_only else _recorded(data, reference, file)], as_json=as_json
    )


def _check_organisation(organisation: str, sector: str | None, settings: "Settings") -> None:
    """Said at once: else every row would be kept in quarantine for the same reason."""
    from domain.checks import organisation_allowed

    allowed = settings.topic_organisations
    patterns = tuple(allowed[sector]) if sector else tuple({one for patterns in allowed.values() for one in patterns})
    if not organisation_allowed(organisation, patterns):
        rule = f"an organisation that may publish this: {', '.join(sorted(patterns))}"
        raise Rejected("wrong_organisation", "--organisation", rule)


def _day(text: str) -> date:
    from adapters.codec.times import DAY_RULE, read_day

    try:
        return read_day(text, "--from")
    except Rejected:
        raise Misuse(f"--from: {DAY_RULE}") from None


def _instant(text: str) -> datetime:
    from adapters.codec.times import read_zoned

    instant = read_zoned(text)
    if instant is None:
        raise Misuse("--recorded-at: an RFC 3339 instant with its zone, as 2026-09-01T08:00:00Z")
    return instant.astimezone(UTC)


def _recorded(data: Path | None, reference: "ReferenceFile", file: Path) -> "FileCounts":
    from adapters.intake.imports import FileImporter, none_opens

    if unopened := none_opens([file], reference.kind.unit):
        return unopened[0]
    counts: list[FileCounts] = []
    with said_so_far(counts), opened(data) as service, closing(service.recorder()) as recorder:
        importer = FileImporter(recorder, reference.read, unit=reference.kind.unit, batch=service.settings.batch_size)
        importer.take([file], files=counts)
    return counts[0]


def _checked(settings: "Settings", reference: "ReferenceFile", file: Path) -> "FileCounts":
    """What would become of a file, as far as it can be said without the log and its keys."""
    from adapters.intake.imports import FileImporter
    from adapters.log.keys.data_keys import MasterKeys
    from adapters.log.recorder import Recorder
    from adapters.process.clock import SystemClock

    class Checking(Recorder):
        def record(self, messages: "Sequence[Message]", *_: object, **__: object) -> "list[Outcome]":
            return self.check(messages)

    def nowhere() -> NoReturn:
        raise AssertionError("checking needs no database")

    nobody = MasterKeys(bytes(32), bytes(32))  # what is made with these keys goes nowhere
    recorder = Checking(nowhere, nobody, SystemClock(), settings.topic_organisations)
    importer = FileImporter(recorder, reference.read, unit=reference.kind.unit, batch=settings.batch_size)
    [counts] = importer.take([file])
    return counts
