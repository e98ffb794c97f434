"""Lead professionals, the reference: who leads whom, and where a lead is missing (domain.md D).

A lead is active from acceptance to its end, or until another one that takes over from it is accepted; there is one
active lead for each role and scope. Every gap is a span of days worked out ahead as if nothing more came (design D4);
how long it must have been so is joined when asked (domain.indicators.waits).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from domain.dates import FOREVER
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT, SOCIAL_CARE_PLANS, SOCIAL_WORK
from domain.spans import Spans, intersect, subtract, union, until_death
from domain.timeline.child import Child, additional_services, open_spans
from domain.timeline.entries import Entry

# Services of that name are the team around a child or family that a lead is chosen for (domain.md D).
TEAMS_AROUND = frozenset({"team around the family", "team around the child"})
CHILD_PROTECTION_LEAD = "lead_child_protection_practitioner"
# A step is looked at for half a year; a child that did well without a lead for so long is no gap.
STEP_DAYS = 183
TO_EARLY_HELP = "RC9"

NO_LEAD = "early_help_without_lead"
LEAD_GONE = "lead_involvement_ended"
CONTESTED = "contested_lead"
NOT_ACCEPTED = "nomination_not_accepted"
SERVICES_WITHOUT_LEAD = "services_without_lead"
STEP_DOWN = "step_down_without_lead"
STEP_UP = "step_up_without_lead"
IN_NEED = "child_in_need_without_lead"
PROTECTION = "child_protection_without_lead"
# Rests on what is said of staff, which is joined when asked; it stands in no rectangle.
LEAD_LEFT = "lead_worker_left"


@dataclass(frozen=True, slots=True)
class GapRule:
    """What a person is told of a gap; `feeds` and `feeds_of_one` as of `domain.feeds.Relying`."""

    id: str
    clears_when: str
    feeds: tuple[str, ...] = ("LeadAccepted",)
    feeds_of_one: tuple[str, ...] = ()


GAPS = {
    rule.id: rule
    for rule in (
        GapRule(NO_LEAD, "a lead accepts, or the help ends"),
        GapRule(LEAD_GONE, "the lead works with the child again, or the lead ends or passes on", ("InvolvementStarted",), ("InvolvementConfirmed",)),
        GapRule(CONTESTED, "one of the two leads ends", ("LeadEnded",)),
        GapRule(NOT_ACCEPTED, "the worker accepts or declines"),
        GapRule(SERVICES_WITHOUT_LEAD, "a lead accepts, or fewer than two teams or agencies work with the child"),
        GapRule(STEP_DOWN, "a lead accepts, or half a year passes"),
        GapRule(STEP_UP, "a lead accepts, or half a year passes"),
        GapRule(IN_NEED, "a lead accepts, or the plan ends"),
        GapRule(PROTECTION, "a lead for child protection accepts, or the plan ends"),
        GapRule(LEAD_LEFT, "the lead ends or passes on", ("LeadAccepted", "LeadEnded")),
    )
}  # fmt: skip
GAP_RULES = tuple(rule for rule in GAPS if rule != LEAD_LEFT)


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule that is so for a child on the days `[start, end)`; `since` is where the count of days begins.

    `organisation` whose feed must be heard, where the gap rests on that one's silence.
    """

    rule: str
    since: int
    start: int
    end: int
    positions: tuple[int, ...]
    organisation: str | None = None


def _accepted_from(lead: Entry) -> int | None:
    return None if lead.accepted is None else max(lead.accepted, lead.start or lead.accepted)


def active_span(lead: Entry, leads: Iterable[Entry] = ()) -> Spans:
    """Days on which a lead is active; `leads` are all of the child's, of which one may take over."""
    begun = _accepted_from(lead)
    if lead.kind != "lead" or lead.why is not None or begun is None:
        return ()
    taken = [
        day
        for other in leads
        if other.takes_over and (other.service, other.scope) == (lead.service, lead.scope) and other.worker != lead.worker
        and other.why is None and (day := _accepted_from(other)) is not None and day >= begun
    ]  # fmt: skip
    return union([(begun, min([FOREVER if lead.end is None else lead.end, *taken]))])


def passed_on(lead: Entry, leads: Iterable[Entry], day: int) -> bool:
    """Whether a lead that was accepted is no longer active on a day, because another took over."""
    accepted = lead.kind == "lead" and lead.accepted is not None and lead.accepted <= day
    return accepted and not any(start <= day < end for start, end in active_span(lead, leads))


def gaps(child: Child) -> list[Gap]:
    """All gaps of a child, past and to come."""
    leads = child.of_kind("lead")
    covered = union(span for lead in leads for span in active_span(lead, leads))
    return [
        *_no_lead(child, covered), *_lead_gone(child, leads), *_contested(child, leads), *_not_accepted(child, leads),
        *_services(child, covered), *_steps(child, covered), *_plans(child, leads, covered),
    ]  # fmt: skip


def left_gaps(leads: Sequence[Entry], left: Mapping[str, int], day: int) -> list[Gap]:
    """Leads of a child that are active on a day although their worker has left; `left` is the day on which each worker did."""
    found = []
    for lead in leads:
        gone = left.get(lead.worker or "")
        for start, end in active_span(lead, leads):
            if gone is not None and max(start, gone) <= day < end:
                found.append(Gap(LEAD_LEFT, max(start, gone), max(start, gone), end, lead.positions))
    return found


def _positions(found: Sequence[Entry]) -> tuple[int, ...]:
    return tuple(sorted({p for entry in found for p in entry.positions}))


def _spans_to_gaps(rule: str, child: Child, spans: Spans, positions: tuple[int, ...]) -> list[Gap]:
    return [Gap(rule, start, start, end, positions) for start, end in until_death(spans, child.over)]


def _no_lead(child: Child, covered: Spans) -> list[Gap]:
    helps = [
        e for e in child.of_kind("early_help", "involvement") if e.kind == "early_help" or e.service in TEAMS_AROUND
    ]
    return _spans_to_gaps(NO_LEAD, child, subtract(open_spans(helps), covered), _positions(helps))


def _lead_gone(child: Child, leads: list[Entry]) -> list[Gap]:
    found: list[Gap] = []
    for lead in leads:
        works = child.of_kind(INVOLVEMENT, *ADDITIONAL_SERVICES)
        own = [e for e in works if e.worker is not None and e.worker == lead.worker]
        if not own:
            continue
        begun = min(e.start for e in own if e.start is not None)
        span = intersect(active_span(lead, leads), ((begun, FOREVER),))
        gone = _spans_to_gaps(LEAD_GONE, child, subtract(span, open_spans(own)), _positions([lead, *own]))
        found.extend(replace(gap, organisation=_lapsed_by(own, gap.start)) for gap in gone)
    return found


def _lapsed_by(own: Sequence[Entry], day: int) -> str | None:
    """Whose confirmations stayed away, where what was open last before a day lapsed; None where its end was told."""
    over = [e for e in own if e.open_until() <= day]
    last = max(e.open_until() for e in over)
    return max((e.organisation for e in over if e.open_until() == last and e.end != last), default=None)


def _contested(child: Child, leads: list[Entry]) -> list[Gap]:
    found: list[Gap] = []
    for one, other in combinations(leads, 2):
        if (one.service, one.scope) == (other.service, other.scope) and one.worker != other.worker:
            both = intersect(active_span(one, leads), active_span(other, leads))
            found.extend(_spans_to_gaps(CONTESTED, child, both, _positions([one, other])))
    return found


def _not_accepted(child: Child, leads: list[Entry]) -> list[Gap]:
    found: list[Gap] = []
    for lead in leads:
        if lead.start is not None:
            until = min(FOREVER if lead.accepted is None else lead.accepted, FOREVER if lead.end is None else lead.end)
            found.extend(_spans_to_gaps(NOT_ACCEPTED, child, union([(lead.start, until)]), _positions([lead])))
    return found


def _services(child: Child, covered: Spans) -> list[Gap]:
    """Additional services of two teams or agencies or more at once, and nobody leads."""
    additional = additional_services(child)
    several = union(
        span
        for one, other in combinations(additional, 2)
        if not _one_team(one, other)
        for span in intersect(open_spans([one]), open_spans([other]))
    )
    return _spans_to_gaps(SERVICES_WITHOUT_LEAD, child, subtract(several, covered), _positions(additional))


def _one_team(one: Entry, other: Entry) -> bool:
    """Whether two services are one team's, or one worker's, who needs no lead to work with himself.

    All plans of social care are one, and so are a plan and the social work of its authority.
    """
    if (one.worker is not None and one.worker == other.worker) or (one.team is not None and one.team == other.team):
        return True
    plans = [e.kind in SOCIAL_CARE_PLANS for e in (one, other)]
    work = [e.kind == INVOLVEMENT and e.service in SOCIAL_WORK for e in (one, other)]
    return all(plans) or (one.organisation == other.organisation and any(plans) and any(work))


def _steps(child: Child, covered: Spans) -> list[Gap]:
    """Stepped down to early help, or up from it, and nobody leads."""
    found: list[Gap] = []
    for entry in child.of_kind("step_down", "step_up", "case_closed"):
        if entry.start is not None and (entry.kind != "case_closed" or entry.reason == TO_EARLY_HELP):
            rule = STEP_UP if entry.kind == "step_up" else STEP_DOWN
            spans = subtract(((entry.start, entry.start + STEP_DAYS),), covered)
            found.extend(_spans_to_gaps(rule, child, spans, entry.positions))
    return found


def _plans(child: Child, leads: list[Entry], covered: Spans) -> list[Gap]:
    """A plan of a kind for which the authority wants a lead; child protection has a role of its own."""
    protecting = union(
        span for lead in leads if lead.service == CHILD_PROTECTION_LEAD for span in active_span(lead, leads)
    )
    found: list[Gap] = []
    for rule, kind, led in ((IN_NEED, "child_in_need", covered), (PROTECTION, "child_protection", protecting)):
        plans = child.of_kind(kind)
        found.extend(_spans_to_gaps(rule, child, subtract(open_spans(plans), led), _positions(plans)))
    return found
