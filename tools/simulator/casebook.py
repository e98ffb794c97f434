"""What families set by hand are made with: who they are before the start, and pieces of what happens to them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tools.simulator import home_life
from tools.simulator.area import AUTHORITY
from tools.simulator.people import Child, Family, given_name
from tools.simulator.world import Fact, Step, Story, World

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

    def worker(self, family: Family, organisation: str) -> dict[str, Any]:
        """The worker of a family, who has no other and leaves only where the case says so."""
        staff_id = f"CASE{family.number}"
        return {"organisation": organisation, "staff_id": staff_id, "name": "Robin Case", "contact": None}

    def days_before_end(self, days: int) -> date:
        """A day counted from the end of the period, in it."""
        plan = self.world.plan
        return max(plan.end - timedelta(days=days), plan.start + timedelta(days=1))

    def long_before_end(self, days: int) -> date:
        """A day counted from the end of the period, before it."""
        plan = self.world.plan
        return min(plan.end - timedelta(days=days), plan.start - timedelta(days=1))


Script = Callable[[Builder, Family], Iterator[Step]]


def reference_of(child: Child) -> str:
    """The reference of a child's early help plan."""
    return f"EH-CASE-{child.number}"


def helped(case: Builder, child: Child, days: int) -> Iterator[Step]:
    """An early help plan, so many days before the end."""
    day = case.days_before_end(days)
    yield day
    team = case.world.area.team(AUTHORITY, "early help", child.family.ward)
    details = {"reference": reference_of(child), "team": team.card, "worker": case.worker(child.family, AUTHORITY)}
    yield Fact("help_started", child, day, details)


def placed(case: Builder, family: Family, days: int) -> Iterator[Step]:
    """Temporary accommodation in the ward's hostel."""
    day = case.days_before_end(days)
    yield day
    world = case.world
    family.place, family.residence = world.hostel(family.ward), "hostel"
    details = {"organisation": AUTHORITY, "reference": f"TA-CASE-{family.number}"}
    for child in family.children:
        address = home_life.address_of(world, family)
        yield Fact("placed", child, day, {**details, "address": address, "siblings": list(family.children)})
    yield from home_life.moved(world, family, day)


def post(case: Builder, child: Child, organisation: str) -> dict[str, Any]:
    """A lead practitioner's post for a child."""
    worker = case.worker(child.family, organisation)
    return {"organisation": organisation, "role": "lead_practitioner", "scope": "child", "worker": worker}


def works(case: Builder, child: Child, day: date, organisation: str, service: str) -> Iterator[Step]:
    """A service begins to work with a child."""
    team = case.world.area.team(organisation, service, child.family.ward)
    base = {"organisation": organisation, "service": service, "reference": f"CASE-{child.number}"}
    named = {**base, "team": team.card, "worker": case.worker(child.family, organisation)}
    yield Fact("involvement_started", child, day, {**named, "provision": "additional", "role": None})


def leads(case: Builder, child: Child, day: date, organisation: str) -> Iterator[Step]:
    """The family's worker is nominated and accepts."""
    said = post(case, child, organisation)
    yield Fact("lead_nominated", child, day, said)
    yield Fact("lead_accepted", child, day, said)
