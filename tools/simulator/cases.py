"""A few families set by hand: they live in every area, whatever the seed, and what is true of them is known beforehand.

Nothing else happens to them. Days are counted back from the end of the period; where it is too short for a case, the
case happens in its first days. `docs/simulator.md` says what is true of each at the end of a year.
"""

from collections.abc import Iterator
from itertools import count

from tools.simulator import family_life, home_life, school_life
from tools.simulator.agency_systems import knows_all_numbers
from tools.simulator.area import AUTHORITY, MENTORS, TRUST
from tools.simulator.casebook import NINE, SIX, Builder, Case, Script, helped, leads, placed, post, reference_of, works
from tools.simulator.home_cases import HOMES
from tools.simulator.more_cases import MORE
from tools.simulator.number_cases import NUMBERS
from tools.simulator.people import Child, Family
from tools.simulator.support import known
from tools.simulator.world import Fact, Step, World


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
    yield from helped(case, child, 200)
    yield from placed(case, family, 150)
    day = case.days_before_end(140)
    yield day
    yield from school_life.off_roll(world, child, day, "G", "unknown")
    day = case.days_before_end(130)
    yield day
    yield from home_life.drop(child, day, "returned_undelivered")
    day = case.days_before_end(100)
    yield day
    yield Fact("help_ended", child, day, {"reference": reference_of(child), "reason": "not_contactable"})


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
    yield from helped(case, child, 150)
    for days, organisation, service in ((140, AUTHORITY, "early help"), (120, MENTORS, "family mentoring")):
        day = case.days_before_end(days)
        yield day
        yield from works(case, child, day, organisation, service)
        yield from leads(case, child, day, organisation)


def deserted(case: Builder, family: Family) -> Iterator[Step]:
    """The lead's own work with the child has ended, the lead has not."""
    (child,) = family.children
    service = "speech and language therapy"
    yield from helped(case, child, 150)
    day = case.days_before_end(140)
    yield day
    yield from works(case, child, day, TRUST, service)
    yield from leads(case, child, day, TRUST)
    day = case.days_before_end(70)
    yield day
    ended = {"organisation": TRUST, "service": service, "reference": f"CASE-{child.number}", "reason": "transferred"}
    yield Fact("involvement_ended", child, day, ended)


def never_accepted(case: Builder, family: Family) -> Iterator[Step]:
    """A worker was nominated and has not accepted: the plan has no lead."""
    (child,) = family.children
    yield from helped(case, child, 90)
    day = case.days_before_end(80)
    yield day
    yield Fact("lead_nominated", child, day, post(case, child, AUTHORITY))


def without_lead(case: Builder, family: Family) -> Iterator[Step]:
    """An early help plan for which nobody was nominated."""
    (child,) = family.children
    yield from helped(case, child, 40)


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
    *MORE,
    *NUMBERS,
    *HOMES,
)
