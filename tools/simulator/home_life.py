"""Births, homes, practices and deaths. Shares are assumed unless a source is named."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tools.simulator import health_life, school_life
from tools.simulator.area import AUTHORITY, LANDLORD, TRUST
from tools.simulator.health_life import is_here
from tools.simulator.people import TWINS, Child, Family, Practice
from tools.simulator.support import known, relations
from tools.simulator.world import Fact, Step, World

FIRST_CHILD = 0.43  # of births (ONS, about two in five)
WARD_CHANGES = 0.35  # of moves
GP_CHANGES = {False: 0.25, True: 0.75}  # of moves inside the ward, to another ward
GP_LOST = 0.06  # of those who change: the old practice ends, no new one follows for long
GP_NEVER_AGAIN = 0.35  # of those
REFUSED = 0.2  # of those: another practice refuses the family first
WHY_REFUSED = ("list_closed", "outside_area", "no_documents", "other")
EMERGENCY_INSTEAD = 0.4  # of those: one child is brought to the emergency department again and again
SCHOOL_CHANGES = 0.4  # of moves to another ward
VISITS_FORGOTTEN = 0.04
HOSTEL, REFUGE = 0.35, 0.08  # of placements; the rest are flats
# Of placements: what homelessness breaks besides (Miller and McNicholl 2003 name GP and school as the break points).
PLACED_WITHOUT_GP, PLACED_WITHOUT_SCHOOL = 0.3, 0.25
FIVE_YEARS = timedelta(days=1826)
NO_PLACE: dict[str, Any] = {
    "status": "",
    "lines": [],
    "postcode": None,
    "uprn": None,
    "residence": None,
    "return": None,
}


def address_of(world: World, family: Family) -> dict[str, Any]:
    """The family's address as it would be published."""
    if family.residence == "no_fixed_abode":
        return {**NO_PLACE, "status": "none_known", "residence": "no_fixed_abode"}
    return world.area.address(family.ward, family.place, family.residence)


def born_by(family: Family, day: date) -> list[Child]:
    """The family's children who were born by a day: what was before the start is played with those who live at the start."""
    return [child for child in family.children if child.born <= day]


def moved(world: World, family: Family, day: date) -> Iterator[Step]:
    """The family lives at its address from now on, and the health service knows."""
    family.since = day
    for child in born_by(family, day):
        yield Fact("moved", child, day, {"address": address_of(world, family)})


def _growing_family(world: World, day: date) -> Family:
    for _ in range(100):
        family = world.pick_family()
        if len(family.children) < 6 and max(child.born for child in family.children) < day - timedelta(days=400):
            return family
    return world.new_parents(day)


def birth(world: World, day: date) -> Iterator[Step]:
    """A child (or two) is born: a first one, or to a family whose youngest is at least a year old."""
    family = world.new_parents(day) if world.chance(FIRST_CHILD) else _growing_family(world, day)
    if family.mother_nhs is None:
        family.mother_nhs = world.next_nhs()
    for _ in range(2 if world.chance(TWINS) else 1):
        child = world.add_child(family, day)
        if family.slot < 0:
            world.join_families(family)
        yield Fact("born", child, day, {"address": address_of(world, family), "mother": family.mother_nhs})
        if family.known:
            yield from relations(child, day)
        world.begin(health_visiting(world, child, world.later(day, 10, 14)))
        world.begin(first_practice(world, child, world.later(day, 14, 42)))


def first_practice(world: World, child: Child, day: date) -> Iterator[Step]:
    """A newborn is registered where its family is, but for one in twenty-five."""
    yield day
    if not child.gone and not world.chance(0.04):
        yield from join(child, world.practice_for(child.family), day)


def join(child: Child, practice: Practice, day: date) -> Iterator[Step]:
    """Registration with a practice."""
    child.practice = practice
    yield Fact("gp_joined", child, day, {"practice": practice})


def drop(child: Child, day: date, reason: str) -> Iterator[Step]:
    """The end of a registration, with nothing in its place."""
    if child.practice is not None:
        yield Fact("gp_left", child, day, {"practice": child.practice, "reason": reason})
        child.practice = None


def health_visiting(world: World, child: Child, day: date) -> Iterator[Step]:
    """The health visitor's caseload up to five: universal, confirmed once a year. Older confirmations are not told."""
    fifth, told_from = child.born + FIVE_YEARS, world.plan.start - timedelta(days=380)
    yield day
    if not is_here(child) or day >= fifth:
        return
    world.begin(health_life.reviews(world, child, day))
    world.begin(health_life.childrens_centre(world, child, day))
    team = world.area.team(TRUST, "health visiting", child.family.ward)
    base = {"organisation": TRUST, "service": "health visiting", "reference": None}
    named = {**base, "team": team.card, "worker": world.rng.choice(team.workers)}
    yield Fact("involvement_started", child, day, {**named, "provision": "universal", "role": "health visitor"})
    yield Fact("caseload_started", child, day, {"team": team.card})
    day = world.later(day, 340, 380)
    while day < fifth and is_here(child):
        if day >= told_from and not world.chance(VISITS_FORGOTTEN):
            yield day
            if is_here(child):
                yield Fact("involvement_confirmed", child, day, named)
        day = world.later(day, 340, 380)
    yield fifth
    reason = "moved" if child.gone else "completed"
    yield Fact("involvement_ended", child, fifth, {**base, "reason": reason})
    yield Fact("caseload_ended", child, fifth, {"reason": "moved" if child.gone else "school_age"})


def move(world: World, day: date) -> Iterator[Step]:
    """A family moves within the area; practice and school may follow, or be lost on the way."""
    family = world.pick_family()
    elsewhere = world.chance(WARD_CHANGES)
    if elsewhere:
        family.ward = (family.ward + 1 + int(world.rng.random() * 4)) % 5
    if world.chance(0.015):
        family.residence = "no_fixed_abode"
    else:
        family.place, family.residence = world.new_place(family.ward), "home"
    yield from moved(world, family, day)
    children = list(family.children)
    if world.chance(GP_CHANGES[elsewhere]):
        if world.chance(GP_LOST):
            world.begin(lose_practice(world, children, world.later(day, 5, 40), "new_area"))
        else:
            world.begin(change_practice(world, children, world.later(day, 1, 30)))
    if elsewhere and world.chance(SCHOOL_CHANGES):
        for child in children:
            world.begin(school_life.change(world, child, world.later(day, 2, 20)))


def change_practice(world: World, children: list[Child], day: date) -> Iterator[Step]:
    """The whole family goes to another practice; the old one closes its registration some days later."""
    yield day
    here = [child for child in children if not child.gone]
    if not here:
        return
    practices = world.area.practices_for(here[0].family.ward)
    new = practices[int(world.rng.random() * len(practices))]
    for child in here:
        old = child.practice
        if old is not new:
            yield from join(child, new, day)
            if old is not None:
                yield Fact("gp_left", child, day, {"practice": old, "reason": "transfer"})


def lose_practice(world: World, children: list[Child], day: date, reason: str) -> Iterator[Step]:
    """The practice ends the registration; a new one comes late or never."""
    yield day
    for child in children:
        yield from drop(child, day, "other" if child.gone else reason)
    if children and world.chance(REFUSED):
        world.begin(refused(world, children, world.later(day, 5, 30)))
    if not world.chance(GP_NEVER_AGAIN):
        yield from change_practice(world, children, world.later(day, 40, 250))
    elif children and world.chance(EMERGENCY_INSTEAD):
        world.begin(health_life.emergencies(world, children[0], world.later(day, 10, 60)))


def refused(world: World, children: list[Child], day: date) -> Iterator[Step]:
    """A practice refuses a family that has none."""
    yield day
    for child in children:
        if is_here(child) and child.practice is None:
            practices = world.area.practices_for(child.family.ward)
            details = {"practice": practices[0], "reason": WHY_REFUSED[child.family.number % len(WHY_REFUSED)]}
            yield Fact("gp_refused", child, day, details)


def switch_practice(world: World, day: date) -> Iterator[Step]:
    """A family changes practice without moving."""
    yield from change_practice(world, list(world.pick_family().children), day)


def removed_by_practice(world: World, day: date) -> Iterator[Step]:
    """A practice removes a family: at its own request, or because letters came back."""
    reason = "practice_request" if world.chance(0.4) else "returned_undelivered"
    yield from lose_practice(world, list(world.pick_family().children), day, reason)


def arrive(world: World, day: date) -> Iterator[Step]:
    """A family comes to live here; one in ten is long without practice or school."""
    family = world.new_family(day, most=4)
    world.settle(family, day)
    schools = [(child, child.school) for child in family.children]
    for child, _ in schools:
        world.unenrol(child)
        child.practice = None
    yield from moved(world, family, day)
    slow = world.chance(0.1)
    world.begin(change_practice(world, list(family.children), world.later(day, *((60, 200) if slow else (3, 30)))))
    for child, school in schools:
        if school is not None:
            world.begin(school_life.join(world, child, world.later(day, *((40, 120) if slow else (3, 25)))))
        if child.born > day - FIVE_YEARS:
            world.begin(health_visiting(world, child, world.later(day, 5, 30)))


def depart(world: World, day: date) -> Iterator[Step]:
    """A family leaves the area; one in seven leaves England, and a few leave no address."""
    if len(world.families) < 2:
        return
    family = world.pick_family()
    abroad, lost = world.chance(0.14), world.chance(0.1)
    if abroad:
        address = {**NO_PLACE, "status": "left_england", "return": world.rng.choice(("yes", "no", "unknown"))}
    elif lost:
        address = {**NO_PLACE, "status": "none_known"}
    else:
        address = {**NO_PLACE, "status": "current", "lines": ["1 Far Street", "Southmoor"], "postcode": "ZE99 1AA"}
    for child in list(family.children):
        yield Fact("moved", child, day, {"address": address})
        destination = "unknown" if abroad or lost else "999901"
        yield from school_life.off_roll(world, child, day, "G", destination)
        yield from drop(child, day, "embarkation" if abroad else "new_area")
        world.leave(child)


def placement(world: World, day: date) -> Iterator[Step]:
    """Temporary accommodation for a homeless family, and a home at its end."""
    family = world.pick_family()
    if family.residence not in ("home", "no_fixed_abode") or family.since >= day or not born_by(family, day):
        return
    if not world.chance(0.25):
        yield from known(family, day)
        publisher = AUTHORITY
    else:
        publisher = LANDLORD
    kind = world.rng.random()
    if kind < HOSTEL:
        family.place, family.residence = world.hostel(family.ward), "hostel"
    else:
        family.place = world.new_place(family.ward)
        family.residence = "refuge" if kind < HOSTEL + REFUGE else "temporary"
    family.since = day
    base = {"organisation": publisher, "reference": f"TA-{world.number('reference')}"}
    placed, address = born_by(family, day), address_of(world, family)
    for child in placed:
        yield Fact("placed", child, day, {**base, "address": address, "siblings": placed})
    if world.chance(0.5):  # else nobody tells the practice, and the old address stands
        yield from moved(world, family, day)
    if world.chance(PLACED_WITHOUT_GP):
        world.begin(lose_practice(world, list(placed), world.later(day, 20, 60), "returned_undelivered"))
    if world.chance(PLACED_WITHOUT_SCHOOL):
        for child in placed:
            world.begin(school_life.lose_place(world, child, world.later(day, 10, 40)))
    day = world.later(day, 40, 300)
    yield day
    for child in placed:
        yield Fact("placement_ended", child, day, base)
    if family.children:
        family.place, family.residence = world.new_place(family.ward), "home"
        yield from moved(world, family, day)


def death(world: World, day: date) -> Iterator[Step]:
    """A child dies."""
    child = world.pick_child(day)
    if child is None or len(world.families) < 2:
        return
    yield Fact("died", child, day, {"status": "formal" if world.chance(0.5) else "informal"})
    yield from school_life.off_roll(world, child, day, "K", None)
    yield from drop(child, day, "death")
    world.leave(child)


def death_by_mistake(world: World, day: date) -> Iterator[Step]:
    """A death is notified of a child who lives, and withdrawn within three weeks."""
    child = world.pick_child(day)
    if child is not None:
        notice = {"status": "informal"}
        yield Fact("death_reported", child, day, notice)
        day = world.later(day, 3, 21)
        yield day
        yield Fact("death_withdrawn", child, day, notice)
