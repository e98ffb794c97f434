"""The area's organisations: schools, practices, services, their teams and workers. Magnitudes are of domain.md I.

An authority of 45,000 children has about 120 schools and 25 practices; here one primary school for 470 children, one
secondary for 1,900, one practice for 1,800, and never fewer than two of a kind.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any

from tools.simulator import names, numbers
from tools.simulator.district import District
from tools.simulator.people import Practice, School
from tools.simulator.plan import Plan

AUTHORITY_CODE = "808"
AUTHORITY = f"la-{AUTHORITY_CODE}"
TRUST = "ods-Z9NCT"
DEMOGRAPHICS = "ods-Z9PDS"
HOSPITAL = "ods-Z9HOS"
MENTORS = "org-harbour-mentors"
CARERS = "org-young-carers-circle"
LANDLORD = "org-northmoor-homes"
FIRST_SCHOOL = 900_001

PRIMARY, SECONDARY = range(7), range(7, 14)


@dataclass(slots=True, eq=False)
class Team:
    """A team of an organisation for one service, with its workers of now; both in the shape that events carry."""

    organisation: str
    service: str
    card: dict[str, Any]
    workers: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Area:
    """Everything that publishes, and who works there."""

    name: str
    schools: tuple[School, ...]
    practices: tuple[Practice, ...]
    teams: dict[tuple[str, str], tuple[Team, ...]]  # (organisation, service) -> a team a ward, or one for all
    near: dict[tuple[str, int], tuple[Any, ...]] = field(default_factory=dict)  # found once, as it is asked often

    def team(self, organisation: str, service: str, ward: int) -> Team:
        """The organisation's team for the service in this ward."""
        teams = self.teams[organisation, service]
        return teams[ward % len(teams)]

    def schools_for(self, year: int, ward: int) -> tuple[School, ...]:
        """Schools with this year group in the ward, or in the area where the ward has none."""
        years = PRIMARY if year in PRIMARY else SECONDARY
        key = (f"school from {years.start}", ward)
        if key not in self.near:
            fitting = tuple(school for school in self.schools if school.years == years)
            self.near[key] = tuple(school for school in fitting if school.ward == ward) or fitting
        return self.near[key]

    def practices_for(self, ward: int) -> tuple[Practice, ...]:
        """Practices of the ward, or of the area where it has none."""
        key = ("practice", ward)
        if key not in self.near:
            self.near[key] = tuple(one for one in self.practices if one.ward == ward) or self.practices
        return self.near[key]

    def address(self, ward: int, place: int, residence: str) -> dict[str, Any]:
        """The property `place` of a ward as an event's address; places are counted over all wards in turn."""
        return _address(self.name, ward, place, residence)


@lru_cache(maxsize=256)  # a family's children and events come one after another
def _address(area: str, ward: int, place: int, residence: str) -> dict[str, Any]:
    street, house = divmod(place // len(names.WARDS), numbers.HOUSES_A_STREET)
    kind = names.KINDS_OF_STREET[(street // len(names.STREETS) + ward) % len(names.KINDS_OF_STREET)]
    line = f"{house + 1} {names.STREETS[(street + 7 * ward) % len(names.STREETS)]} {kind}"
    return {
        "status": "current",
        "lines": [line, names.WARDS[ward], area],
        "postcode": numbers.postcode(ward, street),
        "uprn": numbers.uprn(place),
        "residence": residence,
        "return": None,
    }


# organisation, service as published, letter of its staff ids, one team a ward or one in all, children to a worker
_SERVICES = (
    (AUTHORITY, "early help", "E", True, 1200),
    (AUTHORITY, "social work", "S", True, 900),
    (TRUST, "health visiting", "H", True, 700),
    (TRUST, "speech and language therapy", "T", False, 3000),
    (TRUST, "community paediatrics", "C", False, 6000),
    (MENTORS, "family mentoring", "M", False, 4000),
    (CARERS, "young carers' support", "Y", False, 8000),
)


# year groups, children to a school, what its name ends with, the first one's number as an establishment
_KINDS = ((PRIMARY, 470, "Primary School", 2000), (SECONDARY, 1900, "School", 4000))
_FEWEST, _CHILDREN_A_PRACTICE = 2, 1800


def build(plan: Plan, rng: Random, district: District) -> Area:
    """What there is in a district, for its part of the plan."""
    wards = len(names.WARDS)
    teams = {
        (organisation, service): tuple(
            _team(rng, organisation, service, f"{letter}{ward + 1}{district.mark}", ward, workers)
            for ward in range(count)
        )
        for organisation, service, letter, by_ward, children_a_worker in _SERVICES
        for count in (wards if by_ward else 1,)
        for workers in (max(1, plan.children // children_a_worker // count),)
    }
    return Area(plan.area_name, schools(plan, district), practices(plan, district), teams)


def schools(plan: Plan, district: District) -> tuple[School, ...]:
    """The schools of a district, for its part of the plan."""
    found: list[School] = []
    here = [_so_many(plan.children, children_a_school) for _, children_a_school, _, _ in _KINDS]
    before = [district.number * _so_many(district.children, children_a_school) for _, children_a_school, _, _ in _KINDS]
    for (years, _, kind, base), count, first in zip(_KINDS, here, before, strict=True):
        for n in range(first, first + count):
            name = f"{names.SAINTS[n % len(names.SAINTS)]} {kind} {n // len(names.SAINTS) + 1}"
            urn = FIRST_SCHOOL + sum(before) + len(found)
            found.append(School(str(urn), name, base + n, years, (n - first) % len(names.WARDS)))
    return tuple(found)


def practices(plan: Plan, district: District) -> tuple[Practice, ...]:
    """The practices of a district, for its part of the plan."""
    first = district.number * _so_many(district.children, _CHILDREN_A_PRACTICE)
    return tuple(
        Practice(
            f"Z9{n + 1:04}", f"{names.STREETS[n % len(names.STREETS)]} Surgery {n + 1}", (n - first) % len(names.WARDS)
        )
        for n in range(first, first + _so_many(plan.children, _CHILDREN_A_PRACTICE))
    )


def _so_many(children: int, each: int) -> int:
    return max(_FEWEST, round(children / each))


def _team(rng: Random, organisation: str, service: str, code: str, ward: int, workers: int) -> Team:
    # Numbers from 01632 960000 on are kept free for invented people (Ofcom).
    card = {
        "organisation": organisation,
        "code": code,
        "name": f"{service.capitalize()}, {names.WARDS[ward]}",
        "contact": f"01632 960{rng.randrange(1000):03}",
    }
    staff = tuple(
        {
            "organisation": organisation,
            "staff_id": f"{code}{n + 1:03}",
            "name": f"{rng.choice(names.GIVEN[rng.choice('FM')])} {rng.choice(names.SURNAMES)}",
            "contact": None,
        }
        for n in range(workers)
    )
    return Team(organisation, service, card, staff)
