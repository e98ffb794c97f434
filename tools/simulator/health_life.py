"""Reviews, appointments, emergencies and children's centres: who sees a child, and who does not. Shares are assumed unless a source is named."""

from collections.abc import Iterator
from datetime import date, timedelta

from tools.simulator.people import Child
from tools.simulator.support import choose
from tools.simulator.world import Fact, Step, World

# The mandated reviews after birth (Healthy Child Programme): name, days of age from, to.
REVIEWS = (("new_birth", 10, 14), ("six_to_eight_weeks", 42, 56), ("one_year", 330, 400), ("two_years", 730, 900))
MISSED, MADE_UP = 0.08, 0.6  # of reviews; of those missed
WHY_MISSED = {"not_brought": 50, "declined": 20, "not_offered": 20, "other": 10}
REGISTERED = 0.8  # of under-fives, with a children's centre: four of five where this was first asked (docs/measures.md)
REGULAR = 0.35  # of those registered
LEFT_CENTRE = 0.1
TOLD_BEFORE_START = 380  # days from which older reviews and visits are told
FIVE_YEARS = timedelta(days=1826)
SEEN_IN_THE_END = 0.5  # of those not brought again and again


def is_here(child: Child) -> bool:
    """Whether the child still lives here; asked anew after each wait."""
    return not child.gone


def reviews(world: World, child: Child, day: date) -> Iterator[Step]:
    """The health visitor's reviews that fall due from a day on; some are missed, and of those most are made up."""
    told_from = max(day, world.plan.start - timedelta(days=TOLD_BEFORE_START))
    for review, least, most in REVIEWS:
        due = world.later(child.born, least, most)
        if due < told_from:
            continue
        yield due
        if not is_here(child):
            return
        if not world.chance(MISSED):
            yield Fact("review_done", child, due, {"review": review})
            continue
        yield Fact("review_missed", child, due, {"review": review, "reason": choose(world, WHY_MISSED)})
        if world.chance(MADE_UP):
            due = world.later(due, 14, 60)
            yield due
            if is_here(child):
                yield Fact("review_done", child, due, {"review": review})


def childrens_centre(world: World, child: Child, day: date) -> Iterator[Step]:
    """Registration with the ward's children's centre, and visits: many by some, few by most."""
    if not world.chance(REGISTERED):
        return
    fifth, told_from = child.born + FIVE_YEARS, world.plan.start - timedelta(days=TOLD_BEFORE_START)
    place = {"centre": centre_of(child)}
    day = world.later(max(day, child.born), 20, 200)
    yield day
    if not is_here(child) or day >= fifth:
        return
    yield Fact("centre_registered", child, day, place)
    regular, leaves = world.chance(REGULAR), world.chance(LEFT_CENTRE)
    until = world.later(day, 100, 900) if leaves else fifth
    day = world.later(day, 10, 60)
    while day < min(until, fifth):
        if day >= told_from:
            yield day
            if not is_here(child):
                return
            yield Fact("centre_attended", child, day, place)
        day = world.later(day, *((20, 60) if regular else (150, 400)))
    if leaves and until < fifth:
        yield until
        yield Fact("centre_left", child, until, place)


def centre_of(child: Child) -> str:
    """The children's centre of the child's ward."""
    return f"centre-{child.family.ward + 1}"


def emergency(world: World, day: date) -> Iterator[Step]:
    """One attendance at the emergency department."""
    child = world.pick_child(day)
    if child is not None:
        yield Fact("emergency", child, day, {})


def emergencies(world: World, child: Child, day: date) -> Iterator[Step]:
    """A child without a practice is brought to the emergency department instead, some times."""
    for _ in range(3 + int(world.rng.random() * 3)):
        yield day
        if not is_here(child):
            return
        yield Fact("emergency", child, day, {})
        day = world.later(day, 8, 50)


def missed_appointments(world: World, day: date) -> Iterator[Step]:
    """A child is not brought to the clinic, once or again and again; half of those are seen in the end."""
    child = world.pick_child(day)
    if child is None:
        return
    service = {"service": "community paediatrics"}
    for _ in range(1 + int(world.rng.random() * 3)):
        if not is_here(child):
            return
        yield Fact("not_brought", child, day, service)
        day = world.later(day, 20, 70)
        yield day
    if world.chance(SEEN_IN_THE_END) and is_here(child):
        yield Fact("seen", child, day, service)


def appointments(world: World, service: str, start: date, end: date) -> list[tuple[date, str, dict[str, str]]]:
    """Appointments of a course of therapy, for a script: mostly kept."""
    found = []
    day = world.later(start, 10, 30)
    while day < end:
        found.append((day, "not_brought" if world.chance(0.1) else "seen", {"service": service}))
        day = world.later(day, 30, 60)
    return found
