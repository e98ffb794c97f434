"""What the access log states of a month of itself: which leaves it has, once it is over; and that its entries were given up.

Both statements are entries, so that they are in the tree, and stand for as long as the log does (docs/decisions/0072).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from domain.errors import Misuse

Ranges = Sequence[tuple[int, int]]  # of leaves, or of numbers of a process: first and last, in order
_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the access log, UTC."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @property
    def begins(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // _MONTHS, self.number % _MONTHS + 1)

    @property
    def ends(self) -> datetime:
        """The first instant that is not of it any more."""
        return self.next.begins


def month_of(at: datetime) -> Month:
    """The month of an instant."""
    there = at.astimezone(UTC)
    return Month(there.year, there.month)


def parse_month(text: str) -> Month:
    """A month as it is written: 2026-06. Raises Misuse."""
    year, dash, number = text.partition("-")
    digits = year + number
    if (len(year), dash, len(number)) != (4, "-", 2) or not (digits.isascii() and digits.isdigit()):
        raise Misuse("a month is written as 2026-06")
    if year == "0000" or not 1 <= int(number) <= _MONTHS:
        raise Misuse("a month is written as 2026-06")
    return Month(int(year), int(number))


@dataclass(frozen=True, slots=True)
class Ended:
    """A month that is over, and all its leaves."""

    month: Month
    leaves: Ranges

    def said(self) -> dict[str, Any]:
        """As an entry states it."""
        return {"of": str(self.month), "leaves": as_lists(self.leaves), "entries": counted(self.leaves)}


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A month of which the entries are gone: which, and by what rule; by whose word is said by their roles.

    `leaves`: those whose entries are gone; `root`: RFC 6962, over them in order. `chains`: the numbers that were theirs of processes
    that go on elsewhere in the log. `erasure`: by which the two events of the event log that decided it are found.
    """

    month: Month
    leaves: Ranges
    root: bytes
    chains: Sequence[tuple[str, int, int]]
    years: int
    source: str
    proposed_by: str
    confirmed_by: str
    erasure: str

    def said(self) -> dict[str, Any]:
        """As an entry states it."""
        return {
            "of": str(self.month),
            "leaves": as_lists(self.leaves),
            "entries": counted(self.leaves),
            "root": self.root.hex(),
            "chains": [list(chain) for chain in self.chains],
            "years": self.years,
            "source": self.source,
            "proposed_by": self.proposed_by,
            "confirmed_by": self.confirmed_by,
            "erasure": self.erasure,
        }


def as_lists(ranges: Ranges) -> list[list[int]]:
    """Ranges as JSON has them."""
    return [[first, last] for first, last in ranges]


def counted(ranges: Iterable[Sequence[int]]) -> int:
    """How many numbers some ranges have."""
    return sum(last - first + 1 for first, last in ranges)


def due_on(ended_at: datetime, years: int) -> datetime:
    """When the time of keeping of a month is over, which was stated to have ended at an instant; of 29 February the first of March."""
    try:
        return ended_at.replace(year=ended_at.year + years)
    except ValueError:
        return ended_at.replace(year=ended_at.year + years, month=3, day=1)
