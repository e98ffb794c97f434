"""A roll of the school census as a snapshot of each school on census day."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

from adapters.intake.connectors import Converted
from adapters.intake.connectors.census import SNAPSHOT, Source, read_day
from adapters.intake.connectors.school_census_tables import SCHOOL, Row, Term

SYSTEM: Final = "school-census"


class Listed:
    """Who is listed at each school on census day: `unread` rows name no school, and may be of any."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._numbers: dict[str, set[int]] = defaultdict(set)
        self._nameless: Counter[str] = Counter()
        self.unread = 0

    def add(self, row: Row, *, kept: bool) -> None:
        """A row of the roll; one of a pupil who came after census day is none. One that was kept is missing from it."""
        school, number = row.get(*SCHOOL), row.get("upn", "formerupn")
        entered = read_day(row.get("entrydate") or "")
        if school is None:
            self.unread += 1
        elif kept or entered is None or number is None:
            self._nameless[school] += 1
        elif entered <= self._day:
            self._numbers[school].add(hash(number.upper()))

    def reports(self, source: Source) -> Iterator[Converted]:
        """FeedReported of each school: a snapshot of its roll. Of which a row cannot be read it is never whole."""
        for school in sorted(self._numbers.keys() | self._nameless.keys()):
            count = len(self._numbers[school]) + self._nameless[school] + self.unread
            yield Converted((roll_report(source, school, self._day, count),), None, b"", of_the_file=True)


def roll_report(source: Source, school: str, day: date, count: int) -> dict[str, Any]:
    """FeedReported of a school's whole roll on census day."""
    return source.report("PupilAdmitted", day, day, count, scope=school, mode=SNAPSHOT)


def source_of(organisation: str, term: Term) -> Source:
    """Whose census of a term, written down on census day."""
    day = term.day()
    return Source(organisation, SYSTEM, datetime(day.year, day.month, day.day, tzinfo=UTC))


def on_roll_record(term: Term, *, pseudonymous: bool) -> str:
    """The source record of all rows of a term's roll."""
    return f"{SYSTEM}{':pseudonymous' if pseudonymous else ''}:{term}:on-roll"
