"""What rows of reference data say: events of a publisher, of one row each or of several rows together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

from adapters.intake.connectors.reference_tables import Row
from domain.dates import LONDON
from domain.errors import Rejected

SYSTEM: Final = "reference-files"

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """Who tells of the things of a file, when it was written down, and from which day they hold where it names none."""

    organisation: str
    written: datetime
    since: date | None = None

    def event(
        self, event_type: str, own: Mapping[str, Any], start: date | None = None, end: date | None = None
    ) -> Event:
        """One event in the JSON form of the contract, still without what tells it from others (`_sealed`)."""
        first = start or self.since or self.written.astimezone(LONDON).date()
        return {
            "event_type": event_type,
            "event_id": "",
            "source": {
                "organisation": self.organisation,
                "system": SYSTEM,
                "source_record_id": None,
                "source_version": None,
            },
            "mode": "live",
            "recorded_at": "",
            "effective": {"from": first.isoformat(), "to": None if end is None else end.isoformat()},
            **own,
        }

    def of_row(self, event_type: str, row: Row, own: Mapping[str, Any]) -> Event:
        """An event of one row, with the row's own days."""
        return self.event(event_type, own, row.day("from"), row.day("to"))


class Gathered(Protocol):
    """Something that several rows tell of together."""

    def add(self, row: Row) -> None:
        """Take in a row; raises Rejected, and then the row changed nothing."""
        ...

    def events(self, told: Told) -> list[Event]:
        """What its rows say; raises Rejected."""
        ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What rows say, and what of it was left out because it cannot be (reason code, field).

    `ignored`: the reason code of rows that say nothing that is recorded here.
    """

    events: Sequence[Event]
    set_aside: tuple[tuple[str, str], ...] = ()
    ignored: str | None = None


# Rows of a file and what they say together, or why they say nothing.
Said = tuple[Sequence[Row], Facts | Rejected]
ReadRows = Callable[[Told, Sequence[Row]], Iterable[Said]]


def gathered(column: str, thing: Callable[[str], Gathered]) -> ReadRows:
    """Rows that have one name in a column tell of one thing."""

    def read(told: Told, rows: Sequence[Row]) -> Iterator[Said]:
        named: dict[str, list[Row]] = {}
        for row in rows:
            if (name := row.get(column)) is None:
                yield [row], Rejected("missing_field", column, "the cell is filled")
            else:
                named.setdefault(name, []).append(row)
        for name, its_rows in named.items():
            whole, taken = thing(name), []
            for row in its_rows:
                try:
                    whole.add(row)
                    taken.append(row)
                except Rejected as rejected:
                    yield [row], rejected
            if taken:
                yield taken, _tried(lambda whole=whole: Facts(whole.events(told)))  # type: ignore[misc]

    return read


def each(say: Callable[[Told, Row], Facts]) -> ReadRows:
    """Each row tells of one thing."""

    def read(told: Told, rows: Sequence[Row]) -> Iterator[Said]:
        for row in rows:
            yield [row], _tried(lambda row=row: say(told, row))  # type: ignore[misc]

    return read


def _tried(say: Callable[[], Facts]) -> Facts | Rejected:
    try:
        return say()
    except Rejected as rejected:
        return rejected
