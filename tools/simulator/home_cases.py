"""Families set by hand that no practice has, that nobody finds any more, or whose lead is of the whole family."""

from collections.abc import Iterator

from tools.simulator import home_life
from tools.simulator.area import AUTHORITY
from tools.simulator.casebook import NINE, SIX, Builder, Script, helped, post
from tools.simulator.people import Child, Family
from tools.simulator.support import known
from tools.simulator.world import Fact, Step


def refused(case: Builder, family: Family) -> Iterator[Step]:
    """The practice ended the registration; another refused the child soon after."""
    (child,) = family.children
    day = case.days_before_end(25)
    yield day
    practice = child.practice
    yield from home_life.drop(child, day, "new_area")
    day = case.days_before_end(10)
    yield day
    yield Fact("gp_refused", child, day, {"practice": practice, "reason": "list_closed"})


def never_registered(case: Builder, family: Family) -> Iterator[Step]:
    """A baby whom no practice registered; one took it on for a time."""
    practice = family.children[0].practice
    born = case.days_before_end(60)
    yield born
    baby = Child(next(case.numbers), family, "Wren", "F", born, case.world.next_nhs())
    family.children.append(baby)
    family.mother_nhs = family.mother_nhs or case.world.next_nhs()
    yield Fact("born", baby, born, {"address": home_life.address_of(case.world, family), "mother": family.mother_nhs})
    day = case.days_before_end(30)
    yield day
    yield Fact("gp_for_a_while", baby, day, {"practice": practice})


def vanished(case: Builder, family: Family) -> Iterator[Step]:
    """Two siblings whom nobody finds at their address any more, and nobody knows where they went."""
    day = case.days_before_end(300)
    yield day
    yield from known(family, day)
    for child in family.children:
        yield Fact("unrelated", child, day, {"relation": "family", "family": family})
    day = case.days_before_end(50)
    yield day
    for child in family.children:
        yield Fact("moved", child, day, {"address": {**home_life.NO_PLACE, "status": "none_known"}})


def placed_and_gone(case: Builder, family: Family) -> Iterator[Step]:
    """Two siblings placed in a flat, of which only the authority told; they left it, to nobody knows where."""
    day = case.days_before_end(300)
    yield day
    yield from known(family, day)
    for child in family.children:
        yield Fact("unrelated", child, day, {"relation": "family", "family": family})
    world = case.world
    family.place, family.residence = world.new_place(family.ward), "temporary"
    details = {"organisation": AUTHORITY, "reference": f"TA-CASE-{family.number}"}
    day = case.days_before_end(200)
    yield day
    for child in family.children:
        address = home_life.address_of(world, family)
        yield Fact("placed", child, day, {**details, "address": address, "siblings": list(family.children)})
    day = case.days_before_end(60)
    yield day
    for child in family.children:
        yield Fact("placement_ended", child, day, details)


def led_as_a_family(case: Builder, family: Family) -> Iterator[Step]:
    """Both children have a plan; the lead that was accepted for the elder is of the whole family."""
    day = case.days_before_end(300)
    yield day
    yield from known(family, day)
    for child in family.children:
        yield from helped(case, child, 90)
    day = case.days_before_end(80)
    yield day
    said = {**post(case, family.children[0], AUTHORITY), "scope": "family"}
    for kind in ("lead_nominated", "lead_accepted"):
        yield Fact(kind, family.children[0], day, said)


def suspended_for_sessions(case: Builder, family: Family) -> Iterator[Step]:
    """Suspended for six school days, of which nobody told the end."""
    (child,) = family.children
    day = case.days_before_end(20)
    yield day
    reference = f"SUS-CASE-{child.number}"
    yield Fact("suspended", child, day, {"school": child.school, "sessions": 12, "reference": reference})


HOMES: tuple[tuple[str, tuple[int, ...], Script], ...] = (
    ("refused", (SIX,), refused),
    ("never_registered", (SIX,), never_registered),
    ("vanished", (NINE, SIX), vanished),
    ("placed_and_gone", (NINE, SIX), placed_and_gone),
    ("led_as_a_family", (NINE, SIX), led_as_a_family),
    ("suspended_for_sessions", (NINE,), suspended_for_sessions),
)
