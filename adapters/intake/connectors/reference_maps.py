"""Area maps and school calendars: one event of all the rows that have one name."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from adapters.codec.limits import MAX_ENTRIES
from adapters.intake.connectors.reference_tables import Row
from adapters.intake.connectors.reference_told import Event, Told
from domain.areas import squeezed
from domain.errors import Rejected

_POSTCODE: Final = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?(\d[A-Z]{0,2})?", re.ASCII)
_CLOSED: Final = "closed"
MOST_WIDE: Final = 100
# Areas and members of one message, beside the services of the whole authority.
PART: Final = MAX_ENTRIES - MOST_WIDE


class _Same:
    """Cells that are the same in all rows of a thing, or empty but in its first."""

    def __init__(self, *columns: str) -> None:
        self._columns = columns
        self.first: Row | None = None

    def check(self, row: Row) -> None:
        """Raises Rejected for a row that says otherwise than the first."""
        for column in self._columns if self.first is not None else ():
            assert self.first is not None
            if row.get(column) not in (None, self.first.get(column)):
                raise Rejected("bad_value", column, "as in the first row of the same name, or empty")


class AreaMap:
    """AreaMapPublished, of rows that name an area and what belongs to it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._same = _Same("by", "through", "authority_wide")
        self._areas: dict[str, list[str]] = {}
        self._area_of: dict[str, str] = {}

    def add(self, row: Row) -> None:
        """Another part of an area."""
        self._same.check(row)
        first = self._same.first or row
        by, area = first.need("by", "postcode, ward or school"), row.need("area")
        row.need("member", "what belongs to the area")
        members = [_member(by, text) for text in row.several("member")]
        if any(self._area_of.get(member, area) != area for member in members):
            raise Rejected("bad_value", "member", "in one area of a map only")
        self._same.first = first
        listed = self._areas.setdefault(area, [])
        listed.extend(member for member in dict.fromkeys(members) if member not in self._area_of)
        self._area_of.update(dict.fromkeys(members, area))

    def events(self, told: Told) -> list[Event]:
        """The whole map, in as many parts as it takes."""
        first = self._same.first
        assert first is not None
        wide = first.several("authority_wide")
        if first.get("by") == "ward":
            first.need("through", "for wards, the map by postcode whose areas are the wards")
        if len(wide) > MOST_WIDE:
            raise Rejected("too_large", "authority_wide", f"at most {MOST_WIDE} services")
        own = {"name": self._name, "by": first.get("by"), "through": first.get("through"), "authority_wide": wide}
        parts = list(self._parts())
        version = None if len(parts) == 1 else told.written.isoformat()
        return [
            told.event("AreaMapPublished", {**own, "areas": part, "version": version, "part": version and f"{n} of {len(parts)}"})
            for n, part in enumerate(parts, 1)
        ]  # fmt: skip

    def _parts(self) -> Iterator[list[dict[str, Any]]]:
        """Areas and members of as many as one message holds."""
        part: list[dict[str, Any]] = []
        room = PART
        for area, members in self._areas.items():
            left = members
            while left:
                if room < 2:  # an area and one member
                    yield part
                    part, room = [], PART
                some, left = left[: room - 1], left[room - 1 :]
                part.append({"area": area, "members": some})
                room -= 1 + len(some)
        yield part


def _member(by: str, text: str) -> str:
    if by == "school":
        return text.removeprefix("urn-")
    if by == "postcode" and not _POSTCODE.fullmatch(squeezed(text)):
        raise Rejected("bad_value", "member", "a postcode or its first part")
    return squeezed(text) if by == "postcode" else text


class Calendar:
    """SchoolTermsPublished, of rows that name a term, or days on which the schools are closed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._same = _Same("school")
        self._terms: list[tuple[str, date, date]] = []
        self._closed: list[tuple[date, date]] = []

    def add(self, row: Row) -> None:
        """Another term, or closed days in one."""
        self._same.check(row)
        term, start, end = row.need("term"), _needed_day(row, "from"), _needed_day(row, "to")
        if end <= start:
            raise Rejected("end_before_start", "to", "the first day after, so later than the first day")
        self._same.first = self._same.first or row
        if term.casefold() == _CLOSED:
            self._closed.append((start, end))
        else:
            self._terms.append((term, start, end))

    def events(self, told: Told) -> list[Event]:
        """The whole calendar; it holds from the first day that it tells of."""
        first = self._same.first
        assert first is not None
        if not self._terms:
            raise Rejected("missing_field", "term", "at least one term of the calendar")
        own = {
            "name": self._name,
            "schools": [school.removeprefix("urn-") for school in first.several("school")],
            "terms": [
                {"name": name, "from": start.isoformat(), "to": end.isoformat()} for name, start, end in self._terms
            ],
            "closed": [{"from": start.isoformat(), "to": end.isoformat()} for start, end in self._closed],
        }
        return [told.event("SchoolTermsPublished", own, told.since or min(start for _, start, _ in self._terms))]


def _needed_day(row: Row, column: str) -> date:
    row.need(column)
    day = row.day(column)
    assert day is not None
    return day
