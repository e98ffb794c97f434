"""What changes who a family is or where it belongs: separations, second homes, adoptions, years abroad.

Rates and shares are assumed unless a source is named.
"""

from collections.abc import Iterator
from datetime import date

from tools.simulator import home_life, school_life
from tools.simulator.people import Child, Family
from tools.simulator.support import known, relations
from tools.simulator.world import Fact, Step, World

SECOND_HOME = 0.4  # of separations known to the authority: the children then belong to two homes
FEWEST_DAYS_ABROAD, MOST_DAYS_ABROAD = 60, 200


def separation(world: World, day: date) -> Iterator[Step]:
    """A parent leaves a family that the authority knows, or comes to know because of it."""
    for _ in range(200):
        family = world.pick_family()
        if len(family.parents) == 2 and (family.known or world.chance(0.05)):
            yield from known(family, day)
            parent = family.parents.pop()
            if world.chance(SECOND_HOME):
                yield from second_home(world, family, parent, day, world.later(day, 200, 500))
            else:
                for child in family.children:
                    yield Fact("unrelated", child, day, {"relation": "parent", "parent": parent})
            return


def second_home(world: World, family: Family, parent: int, day: date, born: date) -> Iterator[Step]:
    """The parent has a home of its own, to which the children belong too; a half-sibling is born there."""
    second = another_home(world, family, parent, day)
    for child in family.children:
        yield Fact("related", child, day, {"relation": "family", "family": second})
    yield born
    world.join_families(second)
    yield from half_sibling(world, second, list(family.children), born)


def another_home(world: World, family: Family, parent: int, day: date) -> Family:
    """A family of one parent, without children of its own yet, in the ward of the first."""
    second = Family(world.number("family"), family.surname, family.ward, world.new_place(family.ward), day, [parent])
    second.known, second.extended_family, second.mother_nhs = True, family.extended_family, world.next_nhs()
    return second


def half_sibling(world: World, second: Family, others: list[Child], born: date) -> Iterator[Step]:
    """A child is born to a second home; the authority knows who its brothers and sisters are."""
    child = world.add_child(second, born)
    address = home_life.address_of(world, second)
    yield Fact("born", child, born, {"address": address, "mother": second.mother_nhs})
    yield from relations(child, born)
    for other in others:
        yield Fact("related", child, born, {"relation": "sibling", "sibling": other})
    world.begin(home_life.health_visiting(world, child, world.later(born, 10, 14)))
    world.begin(home_life.first_practice(world, child, world.later(born, 14, 42)))


def adoption(world: World, day: date) -> Iterator[Step]:
    """A child becomes another family's: its old identity ends, and no agency says that the new one is the same child.

    About 3,000 a year of 12 million in England (assumed).
    """
    child, family = world.pick_child(day), world.pick_family()
    if child is None or child.family is family or len(family.children) > 4 or len(world.families) < 3:
        return
    yield from school_life.off_roll(world, child, day, "A", None)
    yield from home_life.drop(child, day, "other")
    world.leave(child)
    yield from new_identity(world, child, family, day)


def new_identity(world: World, child: Child, family: Family, day: date) -> Iterator[Step]:
    """The same child, with a name, numbers and a family that are all new."""
    again = world.add_child(family, child.born)
    yield Fact("moved", again, day, {"address": home_life.address_of(world, family)})
    if family.known:
        yield from relations(again, day)
    yield from home_life.join(again, world.practice_for(family), day)
    if world.school_age(again, day):
        yield from school_life.join(world, again, day)


def abroad(world: World, day: date) -> Iterator[Step]:
    """A family leaves England for some months and comes back."""
    if len(world.families) < 3:
        return
    family = world.pick_family()
    world.withdraw(family)
    yield from leave_england(world, family, day)
    day = world.later(day, FEWEST_DAYS_ABROAD, MOST_DAYS_ABROAD)
    yield day
    if family.children:
        world.join_families(family)
        yield from home_again(world, family, day)
        world.begin(home_life.change_practice(world, list(family.children), world.later(day, 3, 30)))
        for child in family.children:
            world.begin(school_life.join(world, child, world.later(day, 3, 25)))


def leave_england(world: World, family: Family, day: date) -> Iterator[Step]:
    """A family leaves England and means to return."""
    address = {**home_life.NO_PLACE, "status": "left_england", "return": "yes"}
    for child in family.children:
        yield Fact("moved", child, day, {"address": address})
        yield from school_life.off_roll(world, child, day, "G", "unknown")
        yield from home_life.drop(child, day, "embarkation")


def home_again(world: World, family: Family, day: date) -> Iterator[Step]:
    """The family lives here again, in another place."""
    family.place, family.residence = world.new_place(family.ward), "home"
    yield from home_life.moved(world, family, day)


def several_moves(world: World, day: date) -> Iterator[Step]:
    """A family that moves again and again: three more addresses within some months."""
    family = world.pick_family()
    for _ in range(3):
        if not family.children or family.residence != "home" or family.slot < 0:
            return
        family.place = world.new_place(family.ward)
        yield from home_life.moved(world, family, day)
        day = world.later(day, 40, 100)
        yield day
