"""Children, families and the first population; the schools and practices that children belong to."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tools.simulator import names

# Assumed, but for the mean of 1.8 children (ONS families with dependent children, about 1.7 to 1.8).
CHILDREN_A_FAMILY = (0.44, 0.36, 0.14, 0.06)
LONE_PARENT = 0.22
TWINS = 0.015
ADULT = 18 * 365.25


@dataclass(slots=True, eq=False)
class School:
    """A school and the children on its roll, in order of admission."""

    urn: str
    name: str
    establishment: int
    years: range
    ward: int
    roll: "list[Child]" = field(default_factory=list)

    @property
    def organisation(self) -> str:
        """Its code as a publisher."""
        return f"urn-{self.urn}"


@dataclass(frozen=True, slots=True, eq=False)
class Practice:
    """A general practice, by ODS code."""

    code: str
    name: str
    ward: int

    @property
    def organisation(self) -> str:
        """Its code as a publisher."""
        return f"ods-{self.code}"


@dataclass(slots=True, eq=False)
class Family:
    """Parents and children of one home. `place` is the property, `since` the day they moved in."""

    number: int
    surname: str
    ward: int
    place: int
    since: date
    parents: list[int]
    children: "list[Child]" = field(default_factory=list)
    residence: str = "home"  # home, temporary, refuge, hostel, no_fixed_abode
    known: bool = False  # to the authority's own system
    mother_nhs: str | None = None
    slot: int = -1  # where it stands in the list of families
    extended_family: int = -1  # number of the first family that it shares children or homes with

    def __post_init__(self) -> None:
        if self.extended_family < 0:
            self.extended_family = self.number


@dataclass(slots=True, eq=False)
class Child:
    """One child, and what the agencies would know."""

    number: int
    family: Family
    given: str
    sex: str
    born: date
    nhs: str
    upn: str | None = None
    former_upn: str | None = None  # the one it had before
    school: School | None = None
    practice: Practice | None = None
    helped: str | None = None  # early help, social work: one at a time
    frail: bool = False  # three times the usual share of absence
    away: str = ""  # code of the present absence
    away_until: int = 0  # ordinal of its last day
    away_since: int = 0  # ordinal of the first school day away without leave, with nothing else since
    away_days: int = 0  # how many such days in a row
    seen: int = 0  # ordinal of the last day at school
    register_year: int = 0  # of what follows; 0: on no register yet
    possible: int = 0  # sessions so far
    missed: int = 0  # of those
    missed_at: str = ""  # school of the last one missed
    severe_since: int = 0  # ordinal of the day from which half or more were missed
    severe_at: str = ""  # school of the last one missed by that day
    unnamed: frozenset[str] = frozenset()  # services that began without a reference of their own
    gone: bool = False  # died, grown up or left the area


def new_family(rng: Random, number: int, ward: int, place: int, since: date) -> Family:
    """A family without its children; parents are numbered from the family's number."""
    parents = [2 * number] if rng.random() < LONE_PARENT else [2 * number, 2 * number + 1]
    return Family(number, rng.choice(names.SURNAMES), ward, place, since, parents)


def given_name(rng: Random, sex: str, family: Family) -> str:
    """A name that no other child of the family has."""
    taken = {child.given for child in family.children}
    while True:
        name = rng.choice(names.GIVEN[sex])
        if name not in taken:
            return name


def birthdays(rng: Random, today: date) -> list[date]:
    """Birthdays of a family's children, each under 18 at `today`, a year to five apart but for twins."""
    count = 1 + _index(rng.random(), CHILDREN_A_FAMILY)
    days = [today - timedelta(days=1 + int(rng.random() * (ADULT - 2)))]
    for _ in range(count - 1):
        if rng.random() < TWINS * 2:
            days.append(days[-1])
            continue
        for _ in range(8):
            gap = int(400 + rng.random() * 1400) * rng.choice((-1, 1))
            day = rng.choice(days) + timedelta(days=gap)
            if day < today and (today - day).days < ADULT and all(abs((day - other).days) > 300 for other in days):
                days.append(day)
                break
    return sorted(days)


def _index(value: float, shares: tuple[float, ...]) -> int:
    for index, share in enumerate(shares):
        value -= share
        if value < 0:
            return index
    return len(shares) - 1
