"""Assessments, plans, looked-after children, missing episodes, closures: what the authority's social care does.

Shares and lengths are assumed, but for the rates in `lives`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tools.simulator.area import AUTHORITY
from tools.simulator.people import Child
from tools.simulator.support import Script, choose, known, scripted
from tools.simulator.world import Fact, Step, World

PLAN_ENDS = {"outcomes_met": 50, "step_down": 25, "step_up": 8, "moved": 10, "other": 7}
# Of closures: RC8 no further action after assessment, RC9 passed on to early help, RC7 and others elsewhere (census codes).
CLOSURES = {"RC8": 50, "RC9": 25, "RC7": 15, "RC3": 10}
TOLD_AS_STEP = 0.5  # of those passed on
LEGAL = {"accommodated": 45, "care_order": 45, "short_breaks": 5, "other": 5}
CARE_ENDS = {"returned_home": 60, "special_guardianship": 20, "adopted": 5, "transferred": 5, "other": 10}
INITIAL_IN_TIME, INITIAL_LATE = 0.7, 0.15  # of health assessments due; the rest are not done
ANNUAL_DONE = 0.85
# Days to the first review and between reviews: by law of protection (Working Together: three months, then six) and of care
# (regulations of 2010: twenty working days, three months, then six), assumed of children in need.
REVIEWED_AFTER = {"child_protection": (90, 180), "looked_after": (28, 120), "child_in_need": (60, 90)}
PLANS_REVIEWED = {"protection": "child_protection", "in_need": "child_in_need"}
INTERVIEWS = {"accepted": 50, "declined": 20, "not_offered": 15, "": 15}  # of missing episodes; nothing: not recorded


def assessment(
    world: World, kind: str, organisation: str, start: date, end: date, named: dict[str, Any] | None = None
) -> Script:
    """An assessment from its start to its completion."""
    base = {"organisation": organisation, "assessment": kind, "reference": f"AS-{world.number('reference')}"}
    hands = named or {"team": None, "worker": None}
    return [(start, "assessment_started", {**base, **hands}), (end, "assessment_completed", {**base, **hands})]


def plan(world: World, kind: str, start: date, end: date, named: dict[str, Any]) -> Script:
    """A child in need or child protection plan."""
    base = {"reference": f"PL-{world.number('reference')}"}
    ends = {**base, "reason": choose(world, PLAN_ENDS)}
    script: Script = [(start, f"{kind}_started", {**base, **named}), (end, f"{kind}_ended", ends)]
    if kind == "protection":
        script.append((start, "conference", {}))
    return [*script, *reviews(world, PLANS_REVIEWED[kind], start, end)]


def reviews(world: World, kind: str, start: date, end: date) -> Script:
    """Reviews of a plan or of care, each naming when the next is due."""
    found: Script = []
    first, then = REVIEWED_AFTER[kind]
    day = world.later(start, first - 10, first)
    while day < end:
        following = day + timedelta(days=then)
        found.append((day, "plan_reviewed", {"plan": kind, "next_due": following}))
        day = world.later(following, -10, 0)
    return found


def closure(world: World, day: date) -> Script:
    """The case is closed, with the reason of the census; some authorities tell of the step down besides."""
    reason = choose(world, CLOSURES)
    if reason == "RC9" and world.chance(TOLD_AS_STEP):
        return [(day, "stepped_down", {"to": "early help"}), (day, "case_closed", {"reason": "RC7"})]
    return [(day, "case_closed", {"reason": reason})]


def looked_after(world: World, day: date) -> Iterator[Step]:
    """A child comes to be looked after, with health assessments in time, late or never, and mostly goes home."""
    child = world.pick_child(day, "helped")
    if child is None:
        return
    child.helped = "looked after"
    yield from known(child.family, day)
    team = world.area.team(AUTHORITY, "social work", child.family.ward)
    named = {"team": team.card, "worker": world.rng.choice(team.workers)}
    yield from scripted(child, in_care(world, day, world.later(day, 60, 900), named))
    child.helped = None


def in_care(world: World, start: date, end: date, named: dict[str, Any]) -> Script:
    """One time of being looked after."""
    base = {"reference": f"LAC-{world.number('reference')}"}
    script: Script = [
        (start, "looked_after_started", {**base, **named, "legal_status": choose(world, LEGAL)}),
        (end, "looked_after_ended", {**base, "reason": choose(world, CARE_ENDS)}),
    ]
    lot = world.rng.random()
    if lot < INITIAL_IN_TIME + INITIAL_LATE:
        day = world.later(start, *((7, 25) if lot < INITIAL_IN_TIME else (32, 90)))
        script.append((day, "health_assessed", {"assessment": "initial"}))
    day = world.later(start, 330, 390)
    while day < end:
        if world.chance(ANNUAL_DONE):
            script.append((day, "health_assessed", {"assessment": "annual"}))
        day = world.later(day, 330, 390)
    script += reviews(world, "looked_after", start, end)
    return [line for line in script if line[0] <= end]


def missing(world: World, day: date) -> Iterator[Step]:
    """A child of ten or more goes missing, once or several times; somebody should talk with it afterwards."""
    child = world.pick_child(day)
    if child is None or child.born > day - timedelta(days=3653):
        return
    yield from known(child.family, day)
    for _ in range(1 + int(world.rng.random() * 3)):
        if child.gone:
            return
        yield from missing_once(world, child, day, choose(world, INTERVIEWS))
        day = world.later(day, 10, 70)
        yield day


def missing_once(world: World, child: Child, day: date, interview: str) -> Iterator[Step]:
    """One episode, the return, and what became of the interview; nothing said: none was recorded."""
    base = {"reference": f"MS-{world.number('reference')}"}
    yield Fact("missing_started", child, day, base)
    back = day + timedelta(days=1 + int(world.rng.random() * 3))
    yield back
    yield Fact("missing_ended", child, back, base)
    if interview:
        day = back + timedelta(days=2)
        yield day
        yield Fact("interviewed", child, day, {"outcome": interview})
