"""The state that lives share, and what they ask of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from tools.simulator import names, numbers, people
from tools.simulator.area import AUTHORITY_CODE, Area, build
from tools.simulator.district import District
from tools.simulator.people import Child, Family, Practice, School
from tools.simulator.plan import Plan
from tools.simulator.terms import year_group, year_of

# All assumed.
OFF_ROLL = 0.015  # of school age, on no roll: taught at home, in independent schools, or missing
STAYS_ON = 0.4  # of 16-year-olds, in the sixth form of their school
OTHER_SCHOOL = 0.15  # of families, in a school outside their ward
NO_GP = 0.01

FIRST_CHILD = 100_000  # children set by hand have lower numbers


@dataclass(slots=True, eq=False)
class Fact:
    """Something that happened to a child on a day; whoever knows of it may publish it, or write it down as truth."""

    kind: str
    child: Child
    day: date
    details: dict[str, Any]


Step = Fact | date
Story = Iterator[Step]  # facts as they happen, and dates on which it goes on


class World:
    """Families of one district at one moment; `plan` is the district's."""

    def __init__(self, plan: Plan, district: District | None = None) -> None:
        self.district = district = district or District()
        self.plan = plan
        self.rng = Random(f"{plan.seed}/lives")
        self.area: Area = build(plan, self.rng, district)
        self.families: list[Family] = []
        self.begun: list[Story] = []
        self.left_roll: list[Child] = []  # since it was last emptied
        self._nhs = numbers.nhs_numbers(self.rng.randrange(1_000_000), district.number, district.of)
        self._numbers = dict.fromkeys(("family", "reference", "worker"), district.first)
        self._numbers |= {"child": FIRST_CHILD + district.first, "temporary": 0}
        # Whom facts of staff are of.
        self.nobody = Child(0, Family(0, "", 0, 0, plan.start, []), "", "", plan.start, "")
        self._places = [0] * len(names.WARDS)
        self._serials: dict[tuple[int, int], int] = {}
        self._hostels = [self.new_place(ward) for ward in range(len(names.WARDS))]
        settled = self._numbers["child"] + plan.children
        while self._numbers["child"] < settled:
            spare = settled - self._numbers["child"]
            self.settle(self.new_family(plan.start, most=spare), plan.start)

    # ---- numbers and places

    def number(self, what: str) -> int:
        """The next number of a kind."""
        self._numbers[what] += 1
        return self._numbers[what]

    def next_nhs(self) -> str:
        """An NHS number that nobody has."""
        return next(self._nhs)

    def new_place(self, ward: int) -> int:
        """A property of the ward that nobody has lived in."""
        self._places[ward] += 1
        place = self._places[ward] * self.district.of + self.district.number
        return place * len(names.WARDS) + ward

    def hostel(self, ward: int) -> int:
        """The ward's hostel: one property that strangers share."""
        return self._hostels[ward]

    def new_upn(self, school: School, year: int) -> str:
        """The UPN that a school gives to a child first admitted in `year`."""
        key = (school.establishment, year % 100)
        self._serials[key] = serial = self._serials.get(key, 0) + 1
        return numbers.upn(AUTHORITY_CODE, school.establishment, year, serial)

    def temporary_upn(self, school: School, year: int) -> str:
        """A UPN that a school gives until it knows the child's own."""
        return numbers.temporary_upn(AUTHORITY_CODE, school.establishment, year, self.number("temporary"))

    def renumber(self, child: Child, upn: str) -> None:
        """Let schools know the child by another UPN, which has a register of its own; it is on no roll."""
        child.former_upn, child.upn, child.register_year = child.upn, upn, 0

    # ---- chance

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.rng.random() < share

    def later(self, day: date, least: int, most: int) -> date:
        """A working day, this many days later or the Monday after."""
        then = day + timedelta(days=least + int(self.rng.random() * (most - least + 1)))
        return then + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[then.weekday()])

    def pick_family(self) -> Family:
        """Any family."""
        return self.families[int(self.rng.random() * len(self.families))]

    def pick_child(self, day: date, suits: str = "") -> Child | None:
        """Any child born before `day`: on a roll (`school`), not yet `helped`, or as it comes. None if hard to find."""
        for _ in range(200):
            child = self.rng.choice(self.pick_family().children)
            suitable = {"": True, "helped": child.helped is None, "school": child.school is not None}[suits]
            if suitable and child.born < day:
                return child
        return None

    def begin(self, story: Story) -> None:
        """Let another story go on beside the one that asks for it."""
        self.begun.append(story)

    # ---- families

    def new_family(self, today: date, most: int = 9) -> Family:
        """A family with children, not yet settled."""
        family = self.new_parents(today)
        for born in people.birthdays(self.rng, today)[:most]:
            self.add_child(family, born)
        return family

    def new_parents(self, today: date) -> Family:
        """A family that has no child yet, in a home of its own for some time."""
        ward = self.rng.randrange(len(names.WARDS))
        since = today - timedelta(days=1 + int(min(self.rng.expovariate(1 / 1500), 6000)))
        return people.new_family(self.rng, self.number("family"), ward, self.new_place(ward), since)

    def add_child(self, family: Family, born: date) -> Child:
        """One more child of the family."""
        sex = self.rng.choice("FM")
        given = people.given_name(self.rng, sex, family)
        child = Child(self.number("child"), family, given, sex, born, self.next_nhs(), frail=self.chance(0.1))
        family.children.append(child)
        return child

    def settle(self, family: Family, today: date) -> None:
        """Let a family live here, its children in school and with a practice as at `today`."""
        self.join_families(family)
        practice = self.practice_for(family)
        for child in family.children:
            if not self.chance(NO_GP):
                child.practice = practice
            if self.school_age(child, today) and not self.chance(OFF_ROLL):
                self.enrol(child, self.school_for(child, today), today)

    def join_families(self, family: Family) -> None:
        """Count a family, which has a child, among those of the area."""
        family.slot = len(self.families)
        self.families.append(family)

    def school_age(self, child: Child, day: date) -> bool:
        """Whether the child's year group is one that schools have; after year 11 only some go on."""
        year = year_group(child.born, day)
        return 0 <= year <= 11 or (year in (12, 13) and child.number % 100 < STAYS_ON * 100)

    def school_for(self, child: Child, day: date) -> School:
        """The school the child would go to: mostly the family's own of the ward, the same for brothers and sisters."""
        number = child.family.number
        away = 1 if number % 100 < OTHER_SCHOOL * 100 else 0
        schools = self.area.schools_for(year_group(child.born, day), (child.family.ward + away) % len(names.WARDS))
        return schools[number % len(schools)]

    def practice_for(self, family: Family) -> Practice:
        """The family's practice in its ward."""
        practices = self.area.practices_for(family.ward)
        return practices[family.number % len(practices)]

    def enrol(self, child: Child, school: School, day: date) -> None:
        """Put the child on the school's roll; a child without a UPN gets one, of the year it began school."""
        if child.upn is None:
            primaries = self.area.schools_for(0, child.family.ward)
            giver = school if 0 in school.years else primaries[child.number % len(primaries)]
            child.upn = self.new_upn(giver, year_of(day) - min(year_group(child.born, day), 11))
        child.school = school
        school.roll.append(child)

    def unenrol(self, child: Child) -> None:
        """Take the child off its school's roll, if it is on one."""
        if child.school is not None:
            self.left_roll.append(child)
            child.school.roll.remove(child)
            child.school = None

    def leave(self, child: Child) -> None:
        """The child is no longer here: died, grown up or gone. A family without children is forgotten."""
        self.unenrol(child)
        child.gone = True
        family = child.family
        family.children.remove(child)
        if not family.children:
            self.withdraw(family)

    def withdraw(self, family: Family) -> None:
        """Count a family no longer among those of the area, if it was."""
        if family.slot < 0:
            return
        last = self.families.pop()
        if last is not family:
            self.families[family.slot] = last
            last.slot = family.slot
        family.slot = -1
