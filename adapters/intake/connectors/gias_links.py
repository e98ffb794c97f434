"""The links file of Get Information about Schools (GIAS): which school took over from which.

Each link stands in two rows, as a *Successor* of the one school and a *Predecessor* of the other, with the other's name; either is
enough. The day of a link is that on which the old school closed or the new one opened: there it is the first day on which the old
one is no more. Many links of long ago have none, and say nothing of when: they are ignored, as links of other kinds are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from adapters.intake.connectors.reference_tables import Row
from adapters.intake.connectors.reference_told import Facts, Said, Told
from domain.errors import Rejected

COLUMNS: Final = ("urn", "linkurn", "linkname", "linktype", "linkestablisheddate")
_SUCCESSOR, _PREDECESSOR = "successor", "predecessor"
_URN: Final = re.compile(r"[1-9]\d{4,6}", re.ASCII)


@dataclass(slots=True)
class _Closed:
    """A school that others took over from: them, the rows that say so, and the days that these name, its own first."""

    successors: set[str] = field(default_factory=set)
    rows: list[Row] = field(default_factory=list)
    own_days: list[date] = field(default_factory=list)
    other_days: list[date] = field(default_factory=list)


def links(told: Told, rows: Sequence[Row]) -> Iterator[Said]:
    """OrganisationRegistered of each school that another took over from, with all of these."""
    closed: dict[str, _Closed] = defaultdict(_Closed)
    name_of: dict[str, str] = {}
    for row in rows:
        try:
            one, other, kind, day = _read(row)
        except Rejected as rejected:
            yield [row], rejected
            continue
        if (name := row.get("linkname")) is not None:
            name_of[other] = name
        if kind not in (_SUCCESSOR, _PREDECESSOR):
            yield [row], Facts([], ignored="unknown_code")
            continue
        school = closed[one if kind == _SUCCESSOR else other]
        school.successors.add(other if kind == _SUCCESSOR else one)
        school.rows.append(row)
        if day is not None:
            (school.own_days if kind == _SUCCESSOR else school.other_days).append(day)
    for urn, school in closed.items():
        yield school.rows, _registered(told, urn, name_of.get(urn), school)


def _read(row: Row) -> tuple[str, str, str, date | None]:
    """The two schools of a row, how the second follows from the first, and on which day."""
    urns = [row.need(column) for column in ("urn", "linkurn")]
    for column, urn in zip(("URN", "LinkURN"), urns, strict=True):
        if not _URN.fullmatch(urn):
            raise Rejected("bad_value", column, "a school's URN, five to seven digits")
    if urns[0] == urns[1]:
        raise Rejected("bad_value", "LinkURN", "another school than that of the row")
    # As "Successor - amalgamated": that several followed, or were merged, is told by the rows together.
    kind = row.need("linktype").partition("-")[0].strip().casefold()
    return urns[0], urns[1], kind, row.day("linkestablisheddate")


def _registered(told: Told, urn: str, name: str | None, school: _Closed) -> Facts:
    days = school.own_days or school.other_days
    if not days:
        return Facts([], ignored="missing_field")
    own = {
        "code": f"urn-{urn}",
        "name": name or f"URN {urn}",
        "organisation_kind": "school",
        "contact": None,
        "successors": sorted(f"urn-{other}" for other in school.successors),
    }
    # Since when it was there the file does not say; that it was on the day before is certain.
    closed = max(days)
    return Facts([told.event("OrganisationRegistered", own, closed - timedelta(days=1), closed)])
