"""Where a lead is missing, the reference: every gap of a child as spans of days, worked out ahead as if nothing more came (design D4)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from domain.dates import FOREVER
from domain.indicators.waits import Waits
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT, SOCIAL_CARE_PLANS, SOCIAL_WORK
from domain.leads.active import (
    CHILD_PROTECTION_LEAD,
    CONTESTED,
    IN_NEED,
    LEAD_GONE,
    NO_LEAD,
    NOT_ACCEPTED,
    PROTECTION,
    SERVICES_WITHOUT_LEAD,
    STEP_DAYS,
    STEP_DOWN,
    STEP_UP,
    TEAMS_AROUND,
    TO_EARLY_HELP,
    Gap,
    active_span,
    left_gaps,
)
from domain.leads.family import NOT_COVERED, FamilyCover, contested_with, uncovered
from domain.spans import Spans, intersect, subtract, union, until_death
from domain.timeline.child import Child, additional_services, open_spans
from domain.timeline.entries import Entry


def gaps(child: Child) -> list[Gap]:
    """All gaps of a child, past and to come."""
    leads = child.of_kind("lead")
    covered = union(span for lead in leads for span in active_span(lead, leads))
    return [
        *_no_lead(child, covered), *_lead_gone(child, leads), *_contested(child, leads), *_not_accepted(child, leads),
        *_services(child, covered), *_steps(child, covered), *_plans(child, leads, covered),
    ]  # fmt: skip


def gaps_on(
    child: Child, day: int, waits: Waits, left: Mapping[str, int], cover: FamilyCover = NOT_COVERED
) -> list[Gap]:
    """The gaps of a child that have been so for long enough on a day.

    `left` is the day on which each worker left who did, `cover` the leads and the work of its family that were stated for others of it.
    """
    leads = child.of_kind("lead")
    so = [uncovered(gap, cover, day, leads) for gap in gaps(child) if gap.start <= day < gap.end]
    held = [*(gap for gap in so if gap is not None), *contested_with(leads, cover, day, child.over)]
    gone = left_gaps(leads, left, day) if child.over is None or day < child.over else []
    return [*(gap for gap in held if waits.over(gap.rule, gap.since)), *gone]


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


def _positions(found: Sequence[Entry]) -> tuple[int, ...]:
    return tuple(sorted({p for entry in found for p in entry.positions}))
