"""Who leads a child's plan on a day, and where a lead is missing (domain.md D), from what was told of its life."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from tools.simulator.ledger import Row
from tools.simulator.truth.known import Known, Spell, first_day

RULES = (
    "early_help_without_lead",
    "lead_involvement_ended",
    "nomination_not_accepted",
    "contested_lead",
    "services_without_lead",
    "step_down_without_lead",
    "step_up_without_lead",
    "lead_worker_left",
)
# What an authority may want besides: nothing is said of it until it sets after how many working days.
UNTIL_SET = {"child_in_need_without_lead": "in_need", "child_protection_without_lead": "protection"}
PROTECTION_LEAD = "lead_child_protection_practitioner"
# What is said of a lead, in the order in which it counts on one day.
ORDER = ("lead_ended", "lead_declined", "lead_nominated", "lead_proposed", "lead_accepted")
DAYS_TO_ACCEPT = DAYS_AFTER_STEP = 5  # working days
STEP_MATTERS = 183  # days
TO_EARLY_HELP = "RC9"

# Whose word each rests on: without it nobody can say whether the lead is missing. A lead that was last known to work with
# the child by its start or a confirmation, and not by an end, rests on the confirmations of that organisation.
FEEDS = {
    **dict.fromkeys([*RULES, *UNTIL_SET], ("LeadAccepted",)),
    "lead_involvement_ended": ("InvolvementStarted",),
    "contested_lead": ("LeadEnded",),
    "lead_worker_left": ("LeadAccepted", "LeadEnded"),
}
CONFIRMATIONS = "InvolvementConfirmed"


@dataclass(frozen=True, slots=True)
class Lead:
    """A worker's lead: nominated, perhaps accepted, perhaps ended."""

    worker: str
    role: str
    scope: str
    nominated: int
    accepted: int | None = None
    ended: int | None = None
    takes_over: bool = False
    taken: int | None = None  # the day on which another took it over

    @property
    def begun(self) -> int | None:
        """The day from which the worker led."""
        return None if self.accepted is None else max(self.accepted, self.nominated)

    def active(self, day: int) -> bool:
        """Whether the worker led on a day: accepted, not ended, and nobody has taken over."""
        passed_on = self.taken is not None and self.taken <= day
        return self.begun is not None and self.begun <= day and not self.over(day) and not passed_on

    def over(self, day: int) -> bool:
        """Whether it had ended."""
        return self.ended is not None and self.ended <= day


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """A gap: its rule, since when it is so, and whose confirmations it rests on, if on anybody's."""

    rule: str
    since: int
    organisation: str | None = None

    @property
    def feeds(self) -> tuple[str, ...]:
        """The event types without which it is not known: of that organisation, else of all."""
        return FEEDS[self.rule] if self.organisation is None else (CONFIRMATIONS,)


def leads_of(child: Known) -> list[Lead]:
    """All leads, each by one worker in one role and scope for one organisation."""
    posts: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in child.of(*ORDER):
        posts[row["organisation"], row["worker"], row["role"], row["scope"]].append(row)
    found = [lead for rows in posts.values() for lead in _in_turn(rows)]
    return [replace(lead, taken=_taken_over(lead, found)) for lead in found]


def _taken_over(lead: Lead, leads: list[Lead]) -> int | None:
    """The day on which somebody else, to whom it was to pass, accepted the same role."""
    rivals = [one for one in leads if one.takes_over and one.worker != lead.worker]
    same = [one for one in rivals if (one.role, one.scope) == (lead.role, lead.scope)]
    begun = lead.begun
    return min(
        (one.begun for one in same if one.begun is not None and begun is not None and one.begun >= begun), default=None
    )


def _in_turn(rows: list[Row]) -> list[Lead]:
    found: list[Lead] = []
    now: Lead | None = None
    for row in sorted(rows, key=lambda row: (row["day"], ORDER.index(row["kind"]))):
        if row["kind"] in ("lead_ended", "lead_declined"):
            if now is not None:
                found.append(replace(now, ended=row["day"]))
            now = None
        elif now is None:
            now = Lead(row["worker"], row["role"], row["scope"], row["day"], takes_over=row["kind"] == "lead_proposed")
        if row["kind"] == "lead_accepted" and now is not None and now.accepted is None:
            now = replace(now, accepted=row["day"])
    return [*found, *([now] if now else [])]


def of_the_family(child: Known) -> list[Lead]:
    """Leads of the whole family that were told of somebody else of it."""
    return [lead for one in child.kin for lead in leads_of(one) if lead.scope == "family"]


def led_by(child: Known, today: int) -> list[Lead]:
    """Who leads today: the child itself, or its family."""
    return [lead for lead in (*leads_of(child), *of_the_family(child)) if lead.active(today)]


def hands(child: Known, today: int) -> set[str]:
    """The workers who work with the child today, lead it, or were asked to."""
    work = [
        *child.helps,
        *child.involvements,
        *child.assessments,
        *child.seats,
        *(one for kind in child.plans.values() for one in kind),
    ]
    open_today = [one for one in work if one.alive_on(today)]
    leads = [lead for lead in leads_of(child) if lead.nominated <= today and not lead.over(today)]
    workers = {one.told["worker"] for one in open_today if one.told["worker"] is not None}
    asked = [lead for lead in leads if lead.accepted is None or lead.accepted > today]
    return workers | {lead.worker for lead in (*asked, *led_by(child, today))}


def gaps(child: Known, today: int, left: dict[str, int], thresholds: dict[str, int]) -> list[Missing]:
    """What is wrong with the lead today. `left`: since when which workers are gone."""
    if child.death is not None and child.death <= today:
        return []
    leads = leads_of(child)
    any_lead = [*leads, *of_the_family(child)]
    found = [*_without(child, any_lead, today), *_deserted(child, leads, today), *_not_accepted(leads, today)]
    found += _several(child, any_lead, today)
    found += [*_stepped(child, any_lead, today), *_plans(child, any_lead, today, thresholds)]
    found += [
        Missing("lead_worker_left", max(lead.nominated, lead.accepted or 0, left[lead.worker]))
        for lead in leads
        if lead.active(today) and left.get(lead.worker, today + 1) <= today
    ]
    for one, other in combinations(leads, 2):
        same_seat = (one.role, one.scope) == (other.role, other.scope) and one.worker != other.worker
        if same_seat and one.active(today) and other.active(today):
            both = [day for lead in (one, other) for day in (lead.nominated, lead.accepted) if day is not None]
            found.append(Missing("contested_lead", max(both)))
    return found


def _without(child: Known, leads: list[Lead], today: int) -> list[Missing]:
    def leaderless(day: int) -> bool:
        return any(plan.alive_on(day) for plan in child.helps) and not any(lead.active(day) for lead in leads)

    return [Missing("early_help_without_lead", first_day(leaderless, today))] if leaderless(today) else []


def _several(child: Known, leads: list[Lead], today: int) -> list[Missing]:
    plans = {id(plan) for plan in child.social_care}
    work = child.additional
    apart = [(one, other) for one, other in combinations(work, 2) if not _hand_in_hand(one, other, plans)]

    def uncoordinated(day: int) -> bool:
        several = any(one.alive_on(day) and other.alive_on(day) for one, other in apart)
        return several and not any(lead.active(day) for lead in leads)

    return [Missing("services_without_lead", first_day(uncoordinated, today))] if uncoordinated(today) else []


def _hand_in_hand(one: Spell, other: Spell, plans: set[int]) -> bool:
    """Whether one team or worker does both, or children's social care: its plans, and its social worker's work."""
    same = any(one.told.get(who) is not None and one.told.get(who) == other.told.get(who) for who in ("worker", "team"))
    on_plan = [id(spell) in plans for spell in (one, other)]
    worked = [spell.told.get("service") == "social work" for spell in (one, other)]
    return same or all(on_plan) or (any(on_plan) and any(worked) and one.told["by"] == other.told["by"])


def _stepped(child: Known, leads: list[Lead], today: int) -> Iterator[Missing]:
    for row in child.of("stepped_up", "stepped_down", "case_closed"):
        if row["kind"] == "case_closed" and row["reason"] != TO_EARLY_HELP:
            continue
        stepped = row["day"]

        def alone(day: int, stepped: int = stepped) -> bool:
            return stepped <= day < stepped + STEP_MATTERS and not any(lead.active(day) for lead in leads)

        if alone(today):
            since = first_day(alone, today)
            if today >= _working_days_after(since, DAYS_AFTER_STEP):
                yield Missing(
                    "step_up_without_lead" if row["kind"] == "stepped_up" else "step_down_without_lead", since
                )


def _plans(child: Known, leads: list[Lead], today: int, thresholds: dict[str, int]) -> Iterator[Missing]:
    for rule, kind in UNTIL_SET.items():
        fit = [lead for lead in leads if kind != "protection" or lead.role == PROTECTION_LEAD]
        plans = child.plans[kind]

        def alone(day: int, plans: list[Spell] = plans, fit: list[Lead] = fit) -> bool:
            return any(one.on(day) for one in plans) and not any(lead.active(day) for lead in fit)

        if rule in thresholds and alone(today):
            since = first_day(alone, today)
            if today >= _working_days_after(since, thresholds[rule]):
                yield Missing(rule, since)


def _deserted(child: Known, leads: list[Lead], today: int) -> list[Missing]:
    found = []
    for lead in leads:
        own = [
            work
            for work in (*child.involvements, *child.helps, *child.social_care)
            if work.told.get("worker") == lead.worker
        ]
        if own and _left(lead, own, today):
            day = today
            while _left(lead, own, day - 1):
                day -= 1
            found.append(Missing("lead_involvement_ended", day, _unconfirmed_by(own, day)))
    return found


def _left(lead: Lead, own: list[Spell], day: int) -> bool:
    begun = min(work.start for work in own)
    return lead.active(day) and day >= begun and not any(work.alive_on(day) for work in own)


def _unconfirmed_by(own: list[Spell], day: int) -> str | None:
    """Whose confirmations stayed away, if what was on last before a day was not ended by anybody."""
    over = [(work.over_from, work.end is None, str(work.told["by"])) for work in own if work.over_from is not None]
    _, unended, whose = max(one for one in over if one[0] <= day)
    return whose if unended else None


def _not_accepted(leads: list[Lead], today: int) -> list[Missing]:
    return [
        Missing("nomination_not_accepted", lead.nominated)
        for lead in leads
        if (lead.accepted is None or lead.accepted > today)
        and not lead.over(today)
        and today >= _working_days_after(lead.nominated, DAYS_TO_ACCEPT)
    ]


def _working_days_after(day: int, count: int) -> int:
    civil = date.fromordinal(day)
    while count:
        civil += timedelta(days=1)
        count -= civil.weekday() < 5
    return civil.toordinal()
