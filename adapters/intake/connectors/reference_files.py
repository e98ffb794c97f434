"""Reference data and staff in plain files, as events of the contract: what `icr load` reads.

What each column becomes stands in `docs/reference-data.md`. One event tells of one named thing: of a map or a calendar
all its rows together, else of each row. When it was written down is when the file was last changed, so a file that is
loaded again says what is known, and a changed one stands for what it said before.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from adapters.codec.times import FIRST_YEAR, LAST_YEAR, timestamp
from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors import reference_rows as rows
from adapters.intake.connectors.census import note_of
from adapters.intake.connectors.gias_links import COLUMNS as LINK_COLUMNS
from adapters.intake.connectors.gias_links import links
from adapters.intake.connectors.reference_maps import AreaMap, Calendar
from adapters.intake.connectors.reference_tables import MAX_BYTES, Table, has_columns, read_table
from adapters.intake.connectors.reference_told import SYSTEM, Event, ReadRows, Told, each, gathered
from domain.errors import Rejected

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS: Final = tuple(datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (FIRST_YEAR, LAST_YEAR + 1))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: what is counted in it, its columns, and how its rows are read.

    `sector` is where its events are published: None for those that any organisation tells of itself. `foreign`: the form in which
    somebody else publishes such files, known by its columns; it may be in the encoding of Windows.
    """

    unit: str
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    read: ReadRows
    sector: str | None = "reference"
    foreign: tuple[tuple[str, ...], ReadRows] | None = None


_DAYS: Final = ("from", "to")
KINDS: Final[Mapping[str, Kind]] = {
    "areas": Kind(
        "map", ("map", "by", "area", "member"), ("through", "authority_wide"), gathered("map", AreaMap)
    ),
    "calendar": Kind("calendar", ("calendar", "term", *_DAYS), ("school",), gathered("calendar", Calendar)),
    "organisations": Kind(
        "organisation", ("code", "name", "kind"), ("contact", "successors", *_DAYS), each(rows.organisation),
        foreign=(LINK_COLUMNS, links),
    ),
    "agreements": Kind(
        "agreement", ("name", "parties", "classes", "purposes", "shares"), _DAYS, each(rows.agreement)
    ),
    "thresholds": Kind("threshold", ("rule", "value"), _DAYS, each(rows.threshold)),
    "feeds": Kind("feed", ("organisation", "feed"), ("allowance_days", *_DAYS), each(rows.feed)),
    "services": Kind(
        "service", ("service",), ("description", "for_whom", "areas", "contact", *_DAYS), each(rows.service), None
    ),
    "staff": Kind(
        "row", ("kind",),
        ("staff_id", "team", "name", "contact", "role", "service", "hours", *_DAYS, "reason"), each(rows.staff), None,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """How a file of a kind is read: who publishes it, from which day it holds, and when it was written down.

    `since` and `written` are None where the file says so itself: by its rows, and by when it was last changed.
    """

    kind: Kind
    organisation: str
    since: date | None = None
    written: datetime | None = None

    def read(self, path: Path) -> Iterator[Converted]:
        """Every thing of a file, and every row that cannot be read. Raises OSError, BrokenFile, and Misuse by its columns."""
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        written = self.written or _changed(path)
        table, read = self._table(data)
        said = list(read(Told(self.organisation, written, self.since), table.rows))
        _seal([event for _, facts in said if not isinstance(facts, Rejected) for event in facts.events], written)
        for line in table.ragged:
            yield self._kept(table, [line], Rejected("bad_value", None, "as many cells as the file has columns"))
        for its_rows, facts in said:
            if isinstance(facts, Rejected):
                yield self._kept(table, [row.line for row in its_rows], facts)
            elif facts.ignored is not None:
                yield from (Converted((), None, b"", ignored=facts.ignored) for _ in its_rows)
            else:
                yield Converted(tuple(facts.events), None, b"", facts.set_aside)

    def _table(self, data: bytes) -> tuple[Table, ReadRows]:
        """The table of a file, and how its rows are read."""
        if self.kind.foreign is not None and has_columns(data, self.kind.foreign[0]):
            return read_table(data, self.kind.foreign[0], (), windows=True), self.kind.foreign[1]
        return read_table(data, self.kind.needed, self.kind.optional), self.kind.read

    def _kept(self, table: Table, lines: Sequence[bytes], why: Rejected) -> Converted:
        kind = next(name for name, kind in KINDS.items() if kind is self.kind)
        since = () if self.since is None else ("--from", self.since.isoformat())
        note = note_of("load", kind, "--organisation", self.organisation, *since)
        return Converted((), (why.reason, why.field, why.rule), note + table.head + b"".join(lines))


def _changed(path: Path) -> datetime:
    """When a file was last changed. Raises BrokenFile where its system's clock was so wrong that it is no time."""
    seconds, rest = divmod(path.stat().st_mtime_ns, 1_000_000_000)
    if not _YEARS[0] <= seconds < _YEARS[1]:
        raise BrokenFile("the time at which it was changed cannot be: say with --recorded-at when it was written down")
    return _EPOCH + timedelta(seconds=seconds, microseconds=rest // 1000)


def _seal(events: Sequence[Event], written: datetime) -> None:
    """Give each event its instant and its id, which is made of all that it says.

    Of two rows about one thing the one that holds from a later day was written later, by a millionth of a second: of
    what holds on a day the last that was written stands.
    """
    by_day = sorted(events, key=lambda event: event["effective"]["from"])
    for number, event in enumerate(by_day):
        event["recorded_at"] = timestamp(written + timedelta(microseconds=number))
        digest = hashlib.sha256(orjson.dumps(event, option=orjson.OPT_SORT_KEYS)).hexdigest()
        event["event_id"] = f"{SYSTEM}:{digest[:32]}"


__all__ = ["KINDS", "Kind", "ReferenceFile"]
