"""Admissions, changes of school, the turn of the school year, long absences.

Grounds of removal are of regulation 9(1), SI 2024/208: A registered at another school, F taught at home, G moved away,
I absent for twenty days, K died, L beyond school age, M permanently excluded. Shares are assumed.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tools.simulator.people import Child
from tools.simulator.terms import year_group
from tools.simulator.world import OFF_ROLL, Fact, Step, World

LATE_PLACE = 0.12  # of changes: a gap of weeks between two schools
NO_PLACE = 0.05  # of changes: no school at all afterwards
HOME_AGAIN = 0.4  # of those taught at home, later back in school
AFTER_TWENTY_DAYS = 0.25  # of absences beyond twenty school days that end with removal from roll
NEVER_PLACED = 0.3  # of those permanently excluded
# Of exclusions: provision from the sixth school day on (Education Act 2002 s.51A), or late, or none.
PROVIDED, PROVIDED_LATE = 0.75, 0.15
LONG_SUSPENSION = 0.3  # of suspensions: more than five school days
END_SAID_AT_START = 0.5  # of suspensions
NOTIFIED = 0.8  # of those taught at home, to the authority
GUEST = 0.004  # of admissions


def off_roll(world: World, child: Child, day: date, ground: str, destination: str | None) -> Iterator[Step]:
    """The child's name leaves the register of its school, if it is in one."""
    if child.school is not None:
        yield Fact("school_left", child, day, {"school": child.school, "ground": ground, "destination": destination})
        world.unenrol(child)


def _is_free(child: Child) -> bool:
    return not child.gone and child.school is None


def join(world: World, child: Child, day: date) -> Iterator[Step]:
    """The child starts at the school its family would choose, if it is of age and on no roll by then."""
    yield day
    if _is_free(child) and world.school_age(child, day):
        world.enrol(child, world.school_for(child, day), day)
        status = "G" if world.chance(GUEST) else "C"
        yield Fact("school_started", child, day, {"school": child.school, "status": status})


def change(world: World, child: Child, day: date) -> Iterator[Step]:
    """From one school to another, at once, after weeks, or never."""
    yield day
    if child.gone or child.school is None:
        return
    new = world.school_for(child, day)
    if new is child.school:
        others = world.area.schools_for(year_group(child.born, day), (child.family.ward + 1) % 5)
        new = others[child.number % len(others)]
        if new is child.school:
            return
    if world.chance(NO_PLACE):
        yield from off_roll(world, child, day, "G", "unknown")
        return
    gap = world.chance(LATE_PLACE)
    yield from off_roll(world, child, day, "A", None if gap else new.urn)
    if gap:
        day = world.later(day, 20, 70)
        yield day
    if _is_free(child) and year_group(child.born, day) in new.years:
        world.enrol(child, new, day)
        yield Fact("school_started", child, day, {"school": new, "status": "C"})


def lose_place(world: World, child: Child, day: date) -> Iterator[Step]:
    """A place is given up for distance, with nothing in its stead for months, or for good."""
    yield day
    if not child.gone:
        yield from off_roll(world, child, day, "G", "unknown")
        if not world.chance(0.3):
            yield from join(world, child, world.later(day, 40, 150))


def change_of_mind(world: World, day: date) -> Iterator[Step]:
    """A pupil changes school without moving home."""
    child = world.pick_child(day, "school")
    if child is not None:
        yield from change(world, child, day)


def taught_at_home(world: World, day: date) -> Iterator[Step]:
    """A parent takes a child out of school to teach it at home."""
    child = world.pick_child(day, "school")
    if child is not None:
        yield from off_roll(world, child, day, "F", None)
        notified = world.chance(NOTIFIED)
        case = {"reference": f"EHE-{world.number('reference')}"}
        if notified:
            day = world.later(day, 3, 20)
            yield day
            yield Fact("home_taught", child, day, case)
        if world.chance(HOME_AGAIN):
            day = world.later(day, 60, 300)
            yield day
            if notified:
                yield Fact("home_taught_ended", child, day, {**case, "reason": "school"})
            yield from join(world, child, day)


def excluded(world: World, day: date) -> Iterator[Step]:
    """A pupil is permanently excluded; once review is over the name is removed, and a place elsewhere comes late or never."""
    child = world.pick_child(day, "school")
    if child is None or child.school is None:
        return
    case = {"school": child.school, "reference": f"PEX-{world.number('reference')}"}
    yield Fact("excluded", child, day, case)
    child.away, child.away_until = "E", day.toordinal() + 60  # on the roll, and not in school
    provision = _provision(world, day)
    if provision is not None:
        world.begin(provided(child, *provision, world.later(day, 60, 200)))
    day = world.later(day, 15, 30)
    yield day
    if not child.gone:
        yield Fact("exclusion_concluded", child, day, {**case, "outcome": "upheld"})
        yield from off_roll(world, child, day, "M", "unknown")
        child.away_until = 0
        if not world.chance(NEVER_PLACED):
            yield from join(world, child, world.later(day, 10, 90))


def suspended(world: World, day: date) -> Iterator[Step]:
    """A pupil is suspended, mostly for some days; for a longer one provision is due from the sixth."""
    child = world.pick_child(day, "school")
    if child is None or child.school is None:
        return
    long = world.chance(LONG_SUSPENSION)
    end = world.later(day, *((8, 21) if long else (1, 5)))
    case = {"school": child.school, "reference": f"SUS-{world.number('reference')}"}
    said = world.chance(END_SAID_AT_START)
    yield Fact("suspended", child, day, {**case, "until": end if said else None})
    child.away, child.away_until = "E", end.toordinal() - 1
    provision = _provision(world, day) if long else None
    if provision is not None and provision[0] < end:
        world.begin(provided(child, *provision, end))
    if not said:
        yield end
        yield Fact("suspension_ended", child, end, case)


def _provision(world: World, day: date) -> tuple[date, dict[str, Any]] | None:
    """When and by whom an excluded pupil is taught elsewhere, if at all."""
    lot = world.rng.random()
    if lot >= PROVIDED + PROVIDED_LATE:
        return None
    start = world.later(day, *((7, 8) if lot < PROVIDED else (12, 30)))
    return start, {"provider": "Northmoor Tuition Centre", "reference": f"AP-{world.number('reference')}"}


def provided(child: Child, start: date, case: dict[str, Any], end: date) -> Iterator[Step]:
    """Alternative provision for some time."""
    yield start
    if not child.gone:
        yield Fact("provided", child, start, case)
        yield end
        yield Fact("provision_ended", child, end, case)


def long_absence(world: World, day: date) -> Iterator[Step]:
    """Ten school days or many more without leave; after twenty the name may be removed."""
    child = world.pick_child(day, "school")
    if child is None:
        return
    days = 16 + int(world.rng.random() * 60)
    child.away, child.away_until = "O", day.toordinal() + days
    yield Fact("long_absence", child, day, {"days": days})
    if days > 35 and world.chance(AFTER_TWENTY_DAYS):
        then = world.later(day, days - 5, days - 3)
        yield then
        yield from off_roll(world, child, then, "I", "unknown")


def ill_for_long(world: World, day: date) -> Iterator[Step]:
    """A pupil is ill, or cannot face school, for two to seven months."""
    child = world.pick_child(day, "school")
    if child is not None:
        child.away, child.away_until = "I", day.toordinal() + 60 + int(world.rng.random() * 150)
        yield day


def new_school_year(world: World, day: date) -> Iterator[Step]:
    """1 September: reception and year 7 start, leavers leave, those over eighteen are children no more."""
    for family in list(world.families):
        for child in list(family.children):
            year = year_group(child.born, day)
            if year > 13:
                yield from off_roll(world, child, day, "L", None)
                world.leave(child)
            elif child.school is not None and year not in child.school.years:
                new = world.school_for(child, day)
                yield from off_roll(world, child, day, "A", new.urn)
                yield from join(world, child, day)
            elif child.school is not None and not world.school_age(child, day):
                yield from off_roll(world, child, day, "L", None)
            elif year == 0 and child.school is None and not world.chance(OFF_ROLL):
                yield from join(world, child, day)


def first_day(child: Child, today: date) -> date:
    """When a child on roll at `today` started at its school: the September of its entry, or soon after moving in."""
    year = year_group(child.born, today)
    entered = 7 if year >= 7 else 0
    september = date((today.year if today.month >= 9 else today.year - 1) - (year - entered), 9, 1)
    return max(september, child.family.since + timedelta(days=10))
