"""Families set by hand whose child has more than one number, or none yet: one child over all of them, if anybody says so.

What happens under each number would be another thing if it were another child's.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tools.simulator import home_life, school_life
from tools.simulator.area import HOSPITAL, PRIMARY
from tools.simulator.casebook import NINE, SIX, Builder, Script
from tools.simulator.people import Child, Family, School
from tools.simulator.world import Fact, Step, World


def temporary_upn(case: Builder, family: Family) -> Iterator[Step]:
    """A child admitted under a temporary UPN goes to another school, which knows the permanent one and says so."""
    (child,) = family.children
    assert child.school is not None
    permanent, child.upn = child.upn, case.world.temporary_upn(child.school, case.world.plan.start.year)
    assert permanent is not None
    return _permanent(case, child, permanent)


def _permanent(case: Builder, child: Child, permanent: str) -> Iterator[Step]:
    world, new = case.world, _another_school(case.world, child)
    day = case.days_before_end(200)
    yield day
    yield from school_life.off_roll(world, child, day, "G", "unknown")
    day += timedelta(days=1)
    yield day
    world.renumber(child, permanent)
    yield from _admitted(world, child, new, day)
    day += timedelta(days=9)
    yield day
    said = {"former": child.former_upn, "reason": "former_temporary", "school": new}
    yield Fact("upn_replaced", child, day, said)


def duplicate_upn(case: Builder, family: Family) -> Iterator[Step]:
    """A second school gives a second UPN; when the child has left it too, the first is restored."""
    world, (child,) = case.world, family.children
    first, new = child.upn, _another_school(world, child)
    day = case.days_before_end(110)
    yield day
    yield from school_life.off_roll(world, child, day, "A", new.urn)
    day += timedelta(days=1)
    yield day
    world.renumber(child, world.new_upn(new, day.year))
    yield Fact("upn_assigned", child, day, {"school": new, "temporary": False})
    yield from _admitted(world, child, new, day)
    day = max(case.days_before_end(40), day + timedelta(days=1))
    yield day
    yield from school_life.off_roll(world, child, day, "G", "unknown")
    day += timedelta(days=10)
    yield day
    assert first is not None
    world.renumber(child, first)
    yield Fact("upn_replaced", child, day, {"former": child.former_upn, "reason": "duplicate", "school": new})


def nhs_superseded(case: Builder, family: Family) -> Iterator[Step]:
    """A practice removes the child under one NHS number; under the next it is brought to the emergency department."""
    (child,) = family.children
    day = case.days_before_end(130)
    yield day
    yield from home_life.drop(child, day, "returned_undelivered")
    day += timedelta(days=10)
    yield day
    former, child.nhs = child.nhs, case.world.next_nhs()
    yield Fact("nhs_superseded", child, day, {"former": former})
    for days in (100, 70, 40):
        day = max(case.days_before_end(days), day)
        yield day
        yield Fact("emergency", child, day, {})


def awaited(case: Builder, family: Family) -> Iterator[Step]:
    """A maternity booking; the child is born as its sibling's, and maternity care names both of its numbers."""
    born = case.days_before_end(60)
    child = _booked(case, family, born)
    day = case.days_before_end(240)
    yield day
    yield Fact("booked", child, day, {"expected": born + timedelta(days=4)})
    day = max(born, day)
    yield day
    family.children.append(child)
    if family.mother_nhs is None:
        family.mother_nhs = case.world.next_nhs()
    address = home_life.address_of(case.world, family)
    yield Fact("born", child, day, {"address": address, "mother": family.mother_nhs})
    care: dict[str, Any] = {"organisation": HOSPITAL, "service": "maternity", "reference": f"MAT-CASE-{child.number}"}
    care |= {"provision": "universal", "worker": case.worker(family, HOSPITAL), "until": day + timedelta(days=28)}
    yield Fact("involvement_started", child, day, care)


def unborn(case: Builder, family: Family) -> Iterator[Step]:
    """A child that is expected after the end: nobody can miss it yet."""
    expected = case.days_before_end(0) + timedelta(days=80)
    child = _booked(case, family, expected)
    day = case.days_before_end(100)
    yield day
    yield Fact("booked", child, day, {"expected": expected})


def _booked(case: Builder, family: Family, born: date) -> Child:
    return Child(next(case.numbers), family, "Sky", "F", born, case.world.next_nhs())


def _another_school(world: World, child: Child) -> School:
    return next(one for one in world.area.schools if one.years == PRIMARY and one is not child.school)


def _admitted(world: World, child: Child, school: School, day: date) -> Iterator[Step]:
    world.enrol(child, school, day)
    yield Fact("school_started", child, day, {"school": school, "status": "C"})


NUMBERS: tuple[tuple[str, tuple[int, ...], Script], ...] = (
    ("temporary_upn", (SIX,), temporary_upn),
    ("duplicate_upn", (SIX,), duplicate_upn),
    ("nhs_superseded", (NINE,), nhs_superseded),
    ("awaited", (SIX,), awaited),
    ("unborn", (SIX,), unborn),
)
