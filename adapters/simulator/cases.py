"""A few families set by hand: they live in every area, whatever the seed, and what is true of them is known beforehand.

Nothing else happens to them. Days are counted back from the end of the period; where it is too short for a case, the
case happens in its first days. `docs/simulator.md` says what is true of each at the end of a year.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from adapters.simulator import family_life, home_life, school_life
from adapters.simulator.area import AUTHORITY, MENTORS, TRUST
from adapters.simulator.desks import knows_all_numbers
from adapters.simulator.people import Child, Family, given_name
from adapters.simulator.support import known
from adapters.simulator.world import Fact, Step, Story, World

NINE, SIX = 9 * 365, 6 * 365  # ages in days at the start


@dataclass(frozen=True, slots=True)
class Case:
    """A family before the start, and what happens to it from then on."""

    name: str
    family: Family
    story: Story


@dataclass(slots=True)
class Builder:
    """Makes families of the cases; their children's numbers are known to every agency, so that records link."""

    world: World
    numbers: Iterator[int]

    def family(self, *ages: int) -> Family:
        """A settled family with children of these ages (days, at the start)."""
        world = self.world
        start = world.plan.start
        family = world.new_parents(start)
        family.parents = [2 * family.number, 2 * family.number + 1]
        family.since = start - timedelta(days=4000)
        practice = world.practice_for(family)
        for age in ages:
            sex = world.rng.choice("FM")
            given = given_name(world.rng, sex, family)
            child = Child(
                next(self.numbers), family, given, sex, start - timedelta(days=age), world.next_nhs(), practice=practice
            )
            family.children.append(child)
            if world.school_age(child, start):
                world.enrol(child, world.school_for(child, start), start)
        return family

    def days_before_end(self, days: int) -> date:
        """A day counted from the end of the period, in it."""
        plan = self.world.plan
        return max(plan.end - timedelta(days=days), plan.start + timedelta(days=1))


Script = Callable[[Builder, Family], Iterator[Step]]


def by_hand(world: World) -> list[Case]:
    """All cases."""
    builder = Builder(world, (number for number in count(1) if knows_all_numbers(number)))
    found = []
    for name, ages, script in CASES:
        family = builder.family(*ages)
        found.append(Case(name, family, script(builder, family)))
    return found


# ---- out of touch


def lost_to_all(case: Builder, family: Family) -> Iterator[Step]:
    """Homeless, off roll, without a practice, and help has ended because nobody could reach the family."""
    world, (child,) = case.world, family.children
    yield from _help(case, child, 200)
    yield from _placed(case, family, 150)
    day = case.days_before_end(140)
    yield day
    yield from school_life.off_roll(world, child, day, "G", "unknown")
    day = case.days_before_end(130)
    yield day
    yield from home_life.drop(child, day, "returned_undelivered")
    day = case.days_before_end(100)
    yield day
    yield Fact("help_ended", child, day, {"reference": _reference(child), "reason": "not_contactable"})


def excluded(case: Builder, family: Family) -> Iterator[Step]:
    """Removed from roll after a permanent exclusion, and admitted nowhere."""
    day = case.days_before_end(80)
    yield day
    for child in family.children:
        yield from school_life.off_roll(case.world, child, day, "M", "unknown")


def three_homes(case: Builder, family: Family) -> Iterator[Step]:
    """Three addresses within a year."""
    for days in (250, 150, 50):
        day = case.days_before_end(days)
        yield day
        family.place = case.world.new_place(family.ward)
        yield from home_life.moved(case.world, family, day)


def not_dead(case: Builder, family: Family) -> Iterator[Step]:
    """Off roll; then a death is notified of the child, and withdrawn."""
    (child,) = family.children
    day = case.days_before_end(200)
    yield day
    yield from school_life.off_roll(case.world, child, day, "G", "unknown")
    for days, kind in ((160, "death_reported"), (110, "death_withdrawn")):
        day = case.days_before_end(days)
        yield day
        yield Fact(kind, child, day, {"status": "informal"})


def dead(case: Builder, family: Family) -> Iterator[Step]:
    """The elder of two has died: nobody asks after it. The younger goes on."""
    child = family.children[0]
    day = case.days_before_end(120)
    yield day
    yield Fact("died", child, day, {"status": "formal"})
    yield from school_life.off_roll(case.world, child, day, "K", None)
    yield from home_life.drop(child, day, "death")
    case.world.leave(child)


def abroad_and_back(case: Builder, family: Family) -> Iterator[Step]:
    """Out of England for months, and back without a school."""
    day = case.days_before_end(300)
    yield day
    yield from family_life.leave_england(case.world, family, day)
    day = case.days_before_end(100)
    yield day
    yield from family_life.home_again(case.world, family, day)


def still_abroad(case: Builder, family: Family) -> Iterator[Step]:
    """Out of England: nothing is missed."""
    day = case.days_before_end(200)
    yield day
    yield from family_life.leave_england(case.world, family, day)


# ---- who is who


def twins(case: Builder, family: Family) -> Iterator[Step]:
    """Twins: one date of birth, one address, one school, two children. A parent leaves; one of them loses its place."""
    day = case.days_before_end(300)
    yield day
    yield from known(family, day)
    day = case.days_before_end(200)
    yield day
    for child in family.children:
        yield Fact("unrelated", child, day, {"relation": "parent", "parent": family.parents[1]})
    day = case.days_before_end(60)
    yield day
    yield from school_life.off_roll(case.world, family.children[0], day, "G", "unknown")


def two_homes(case: Builder, family: Family) -> Iterator[Step]:
    """Two children belong to two homes; their half-sibling to the second only. It loses its practice."""
    day = case.days_before_end(350)
    yield day
    yield from known(family, day)
    second = family_life.another_home(case.world, family, family.parents[1], day)
    for child in family.children:
        yield Fact("related", child, day, {"relation": "family", "family": second})
    born = case.days_before_end(300)
    yield born
    baby = Child(next(case.numbers), second, "Wren", "F", born, case.world.next_nhs())
    second.children.append(baby)
    yield Fact("born", baby, born, {"address": home_life.address_of(case.world, second), "mother": second.mother_nhs})
    # Its file names all its numbers, so that the authority's record and the health service's are one.
    yield Fact("related", baby, born, {"relation": "family", "family": second})
    yield Fact("related", baby, born, {"relation": "parent", "parent": family.parents[1]})
    for sibling in family.children:
        yield Fact("related", baby, born, {"relation": "sibling", "sibling": sibling})
    joined = case.days_before_end(280)
    yield joined
    yield from home_life.join(baby, case.world.practice_for(second), joined)
    lost = case.days_before_end(90)
    yield lost
    yield from home_life.drop(baby, lost, "practice_request")


def adopted(case: Builder, family: Family) -> Iterator[Step]:
    """The elder child is adopted: its new identity is another child's, as far as anybody can know."""
    child = family.children[0]
    day = case.days_before_end(180)
    yield day
    yield from school_life.off_roll(case.world, child, day, "A", None)
    yield from home_life.drop(child, day, "other")
    case.world.leave(child)
    adopters = case.world.new_parents(day)
    again = Child(next(case.numbers), adopters, "Rowan", child.sex, child.born, case.world.next_nhs())
    adopters.children.append(again)
    yield Fact("moved", again, day, {"address": home_life.address_of(case.world, adopters)})
    yield from home_life.join(again, case.world.practice_for(adopters), day)
    yield from school_life.join(case.world, again, day)


# ---- who leads


def contested(case: Builder, family: Family) -> Iterator[Step]:
    """Two agencies say that they lead."""
    (child,) = family.children
    yield from _help(case, child, 150)
    for days, organisation, service in ((140, AUTHORITY, "early help"), (120, MENTORS, "family mentoring")):
        day = case.days_before_end(days)
        yield day
        yield from _work(case, child, day, organisation, service)
        yield from _leads(case, child, day, organisation, service)


def deserted(case: Builder, family: Family) -> Iterator[Step]:
    """The lead's own work with the child has ended, the lead has not."""
    (child,) = family.children
    service = "speech and language therapy"
    yield from _help(case, child, 150)
    day = case.days_before_end(140)
    yield day
    yield from _work(case, child, day, TRUST, service)
    yield from _leads(case, child, day, TRUST, service)
    day = case.days_before_end(70)
    yield day
    ended = {"organisation": TRUST, "service": service, "reference": f"CASE-{child.number}", "reason": "transferred"}
    yield Fact("involvement_ended", child, day, ended)


def never_accepted(case: Builder, family: Family) -> Iterator[Step]:
    """A worker was nominated and has not accepted: the plan has no lead."""
    (child,) = family.children
    yield from _help(case, child, 90)
    day = case.days_before_end(80)
    yield day
    yield Fact("lead_nominated", child, day, _post(case, child, AUTHORITY, "early help"))


def without_lead(case: Builder, family: Family) -> Iterator[Step]:
    """An early help plan for which nobody was nominated."""
    (child,) = family.children
    yield from _help(case, child, 40)


def _reference(child: Child) -> str:
    return f"EH-CASE-{child.number}"


def _help(case: Builder, child: Child, days: int) -> Iterator[Step]:
    day = case.days_before_end(days)
    yield day
    team = case.world.area.team(AUTHORITY, "early help", child.family.ward)
    details = {"reference": _reference(child), "team": team.card, "worker": team.workers[0]}
    yield Fact("help_started", child, day, details)


def _placed(case: Builder, family: Family, days: int) -> Iterator[Step]:
    day = case.days_before_end(days)
    yield day
    world = case.world
    family.place, family.residence = world.hostel(family.ward), "hostel"
    details = {"organisation": AUTHORITY, "reference": f"TA-CASE-{family.number}"}
    for child in family.children:
        address = home_life.address_of(world, family)
        yield Fact("placed", child, day, {**details, "address": address, "siblings": list(family.children)})
    yield from home_life.moved(world, family, day)


def _post(case: Builder, child: Child, organisation: str, service: str) -> dict[str, Any]:
    worker = case.world.area.team(organisation, service, child.family.ward).workers[0]
    return {"organisation": organisation, "role": "lead_practitioner", "scope": "child", "worker": worker}


def _work(case: Builder, child: Child, day: date, organisation: str, service: str) -> Iterator[Step]:
    team = case.world.area.team(organisation, service, child.family.ward)
    base = {"organisation": organisation, "service": service, "reference": f"CASE-{child.number}"}
    named = {**base, "team": team.card, "worker": team.workers[0]}
    yield Fact("involvement_started", child, day, {**named, "provision": "additional", "role": None})


def _leads(case: Builder, child: Child, day: date, organisation: str, service: str) -> Iterator[Step]:
    post = _post(case, child, organisation, service)
    yield Fact("lead_nominated", child, day, post)
    yield Fact("lead_accepted", child, day, post)


CASES: tuple[tuple[str, tuple[int, ...], Script], ...] = (
    ("lost_to_all", (NINE,), lost_to_all),
    ("excluded", (NINE,), excluded),
    ("three_homes", (NINE, SIX), three_homes),
    ("not_dead", (NINE,), not_dead),
    ("dead", (NINE, SIX), dead),
    ("abroad_and_back", (NINE,), abroad_and_back),
    ("still_abroad", (NINE,), still_abroad),
    ("twins", (NINE, NINE), twins),
    ("two_homes", (NINE, SIX), two_homes),
    ("adopted", (NINE, SIX), adopted),
    ("contested", (NINE,), contested),
    ("deserted", (NINE,), deserted),
    ("never_accepted", (NINE,), never_accepted),
    ("without_lead", (NINE,), without_lead),
)
