"""Help beyond the universal: referrals, early help, social work, therapies, voluntary services, leads of a plan.

Shares and lengths are assumed, but for the rates in `lives`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tools.simulator import care, health_life
from tools.simulator.area import AUTHORITY, CARERS, MENTORS, TRUST
from tools.simulator.people import Child
from tools.simulator.support import Script, choose, involvement, known, scripted
from tools.simulator.world import Fact, Step, World

HELP_ENDS = {"outcomes_met": 62, "no_further_action": 12, "step_up": 10, "disengaged": 9, "not_contactable": 7}
INVOLVEMENT_ENDS = {"completed": 74, "transferred": 6, "declined": 6, "disengaged": 7, "not_contactable": 4, "other": 3}
# Census source codes; police 28 %, schools 21 % (domain.md I), the rest spread.
REFERRAL_SOURCES = {"6": 28, "2A": 18, "2B": 3, "3A": 6, "3B": 3, "3E": 6, "5A": 12, "1A": 8, "4": 4, "8": 6, "9": 6}
TO_SOCIAL_WORK = 0.55
CHILD_PROTECTION = 0.15  # of social work
NEVER_NOMINATED, NEVER_ACCEPTED, CONTESTED, LEADER_LEAVES, HANDED_OVER, NEVER_CLOSED = 0.1, 0.12, 0.07, 0.08, 0.1, 0.12
SAYS_NO, PASSED_ON = 0.4, 0.5  # of those never accepted; of those handed over, in one step
FIXED_COURSE = 0.2  # of therapies, with an end known from the start
LEADERS = {AUTHORITY: 50, TRUST: 22, MENTORS: 18, "school": 10}
ASSESSED, ASSESSED_AGAIN = 0.7, 0.25  # of early help plans; of those, by another agency within six months
CLOSED_WITHOUT_WORK = 0.8  # of referrals that lead to nothing
TEAM_AROUND, COVERED = 0.5, 0.2  # of early help plans; of leads, covered during leave
CONTACT_OUTCOMES = {"early_help": 20, "information": 35, "no_further_action": 45}  # of contacts that are no referral


def early_help(world: World, day: date) -> Iterator[Step]:
    """An early help plan with its lead, perhaps more services, and an end that is not always a good one."""
    child = world.pick_child(day, "helped")
    if child is None:
        return
    child.helped = "early help"
    yield from known(child.family, day)
    team = world.area.team(AUTHORITY, "early help", child.family.ward)
    worker = world.rng.choice(team.workers)
    end, reason = world.later(day, 60, 300), choose(world, HELP_ENDS)
    reference = f"EH-{world.number('reference')}"
    script: Script = [
        (day, "help_started", {"reference": reference, "team": team.card, "worker": worker}),
        (end, "help_ended", {"reference": reference, "reason": reason}),
    ]
    script += _leading(world, child, day, end, worker, reason)
    if world.chance(0.3):
        script += involvement(world, child, MENTORS, "family mentoring", world.later(day, 5, 30), end)
    script += _assessed(world, day, {"team": team.card, "worker": worker})
    if world.chance(TEAM_AROUND):
        script += _team_around(world, child, day, end)
    if reason == "step_up":
        script.append((end, "stepped_up", {"to": "children's social care"}))
    yield from scripted(child, script)
    child.helped = None
    if reason == "step_up" and not child.gone:
        yield from social_work(world, world.later(end, 0, 4), child)


def _assessed(world: World, day: date, named: dict[str, Any]) -> Script:
    """The early help assessment, and that of another agency which asks the same again."""
    if not world.chance(ASSESSED):
        return []
    script = care.assessment(world, "early_help", AUTHORITY, day, world.later(day, 10, 40), named)
    if world.chance(ASSESSED_AGAIN):
        again = world.later(day, 20, 150)
        script += care.assessment(world, "caf", MENTORS, again, world.later(again, 10, 40))
    return script


def _team_around(world: World, child: Child, day: date, end: date) -> Script:
    """The team around the child: who agreed to belong to it, until the plan ends."""
    script: Script = []
    for organisation, service in ((TRUST, "health visiting"), (MENTORS, "family mentoring")):
        worker = world.rng.choice(world.area.team(organisation, service, child.family.ward).workers)
        seat = {"organisation": AUTHORITY, "service": service, "reference": f"TAC-{world.number('reference')}"}
        script.append((world.later(day, 10, 30), "member_agreed", {**seat, "worker": worker, "role": None}))
        script.append((end, "member_left", seat))
    return script


def _leading(world: World, child: Child, day: date, end: date, helper: dict[str, Any], reason: str) -> Script:
    """The lead of a plan: nominated, accepted, contested, handed over, left behind."""
    organisation, script = choose(world, LEADERS), Script()
    leaves = world.later(day, 30, 50) if world.chance(LEADER_LEAVES) else end
    if organisation == "school" and child.school is not None:
        # A school is involved with every pupil: its worker leads without a further involvement.
        school = child.school.organisation
        leader = {"organisation": school, "staff_id": "PASTORAL1", "name": None, "contact": None}
    elif organisation in (TRUST, MENTORS):
        service = "speech and language therapy" if organisation == TRUST else "family mentoring"
        leader = world.rng.choice(world.area.team(organisation, service, child.family.ward).workers)
        script += involvement(world, child, organisation, service, day, leaves, worker=leader)
    else:
        leader = helper
        ends = reason if reason in INVOLVEMENT_ENDS else "completed"
        script += involvement(world, child, AUTHORITY, "early help", day, leaves, ends, worker=leader)
    if world.chance(NEVER_NOMINATED):
        return script
    scope = "family" if world.chance(0.3) else "child"
    post = {"organisation": AUTHORITY, "role": "lead_practitioner", "scope": scope, "worker": leader}
    nominated = world.later(day, 1, 14)
    script.append((nominated, "lead_nominated", post))
    if world.chance(NEVER_ACCEPTED):
        if world.chance(SAYS_NO):
            script.append((world.later(nominated, 1, 12), "lead_declined", {**post, "reason": "other"}))
        return script
    accepted = world.later(nominated, 0, 8)
    script.append((accepted, "lead_accepted", post))
    if world.chance(COVERED):
        script += _covered(world, child, post, world.later(accepted, 10, 40))
    if world.chance(CONTESTED):
        script += _rival(world, child, accepted, end, post)
    if world.chance(HANDED_OVER):
        change = world.later(accepted, 20, 60)
        next_leader = world.rng.choice(world.area.team(AUTHORITY, "early help", child.family.ward).workers)
        passed_on = world.chance(PASSED_ON)
        if not passed_on:
            script.append((change, "lead_ended", {**post, "reason": "transferred"}))
        else:  # closed with the plan, as everything of it is
            script.append((end, "lead_ended", {**post, "reason": "transferred"}))
        post = {**post, "worker": next_leader}
        asked = "lead_proposed" if passed_on else "lead_nominated"
        script += [(change, asked, post), (world.later(change, 0, 5), "lead_accepted", post)]
    if not world.chance(NEVER_CLOSED):
        script.append((end, "lead_ended", {**post, "reason": "completed"}))
    return script


def _covered(world: World, child: Child, post: dict[str, Any], start: date) -> Script:
    """A colleague stands in for the lead during leave; the lead stays who it is."""
    colleague = world.rng.choice(world.area.team(AUTHORITY, "early help", child.family.ward).workers)
    cover = {"organisation": AUTHORITY, "role": post["role"], "worker": colleague}
    return [(start, "cover_started", cover), (world.later(start, 7, 21), "cover_ended", cover)]


def _rival(world: World, child: Child, accepted: date, end: date, post: dict[str, Any]) -> Script:
    """Another agency also says that it leads."""
    organisation, service = (TRUST, "community paediatrics") if world.chance(0.5) else (MENTORS, "family mentoring")
    worker = world.rng.choice(world.area.team(organisation, service, child.family.ward).workers)
    other = {**post, "organisation": organisation, "worker": worker}
    start = world.later(accepted, 3, 30)
    script = involvement(world, child, organisation, service, start, end, worker=worker)
    script += [(start, "lead_nominated", other), (start, "lead_accepted", other)]
    return [*script, (end, "lead_ended", {**other, "reason": "other"})]


def referral(world: World, day: date) -> Iterator[Step]:
    """A referral to children's social care; more than half lead to social work."""
    child = world.pick_child(day, "helped")
    if child is None:
        return
    yield from known(child.family, day)
    details = {"service": "children's social care", "source_code": choose(world, REFERRAL_SOURCES)}
    yield Fact("contact_received", child, day, {"source_code": details["source_code"], "outcome": "referral"})
    yield Fact("referred", child, day, details)
    if world.chance(TO_SOCIAL_WORK):
        yield from social_work(world, world.later(day, 1, 10), child)
    elif world.chance(CLOSED_WITHOUT_WORK):
        yield from scripted(child, [(world.later(day, 5, 40), "case_closed", {"reason": "RC8"})])


def contact(world: World, day: date) -> Iterator[Step]:
    """Somebody contacts children's social care about a child, and it does not become a referral."""
    child = world.pick_child(day)
    if child is not None:
        yield from known(child.family, day)
        said = {"source_code": choose(world, REFERRAL_SOURCES), "outcome": choose(world, CONTACT_OUTCOMES)}
        yield Fact("contact_received", child, day, said)


def social_work(world: World, day: date, child: Child) -> Iterator[Step]:
    """A social worker's assessment, plan and involvement; where it is child protection, with a lead of its own."""
    child.helped = "social work"
    end = world.later(day, 35, 420)
    team = world.area.team(AUTHORITY, "social work", child.family.ward)
    worker = world.rng.choice(team.workers)
    named = {"team": team.card, "worker": worker}
    script = care.assessment(world, "single", AUTHORITY, day, min(end, world.later(day, 15, 60)), named)
    script += involvement(world, child, AUTHORITY, "social work", day, end, worker=worker, role="social worker")
    protected = world.chance(CHILD_PROTECTION)
    kind = "protection" if protected else "in_need"
    script += care.plan(world, kind, world.later(day, 5, 30), end, named)
    if protected:
        role = "lead_child_protection_practitioner"
        post = {"organisation": AUTHORITY, "role": role, "scope": "child", "worker": worker}
        start = world.later(day, 10, 30)
        script += [(start, "lead_nominated", post), (start, "lead_accepted", post)]
        script.append((end, "lead_ended", {**post, "reason": "completed"}))
    yield from scripted(child, [*script, *care.closure(world, end)])
    child.helped = None


def therapy(world: World, day: date) -> Iterator[Step]:
    """A therapy of the health trust, sometimes a course whose end is known from the start."""
    child = world.pick_child(day)
    if child is not None:
        service = "speech and language therapy" if world.chance(0.7) else "community paediatrics"
        end = world.later(day, 30, 240)
        reason, fixed = choose(world, INVOLVEMENT_ENDS), world.chance(FIXED_COURSE)
        script = involvement(world, child, TRUST, service, day, end, reason, fixed=fixed)
        yield from scripted(child, [*script, *health_life.appointments(world, service, day, end)])


def young_carer(world: World, day: date) -> Iterator[Step]:
    """Support for a child who looks after somebody."""
    child = world.pick_child(day)
    if child is not None and child.born < day - timedelta(days=8 * 365):
        end = world.later(day, 120, 500)
        script = involvement(world, child, CARERS, "young carers' support", day, end)
        yield from scripted(child, script)
