"""Lead professionals, the reference: who leads whom, and where a lead is missing (domain.md D).

A lead is active from acceptance to its end; there is one active lead for each role and scope. Every gap is a span of
days worked out ahead as if nothing more came (design D4).
"""

from dataclasses import dataclass
from itertools import combinations

from domain.child import Child, open_spans
from domain.dates import FOREVER, add_working_days
from domain.spans import Spans, intersect, subtract, union, until_death
from domain.timeline import Entry

ACCEPT_WITHIN_WORKING_DAYS = 5

# Services of that name are the team around a child or family that a lead is chosen for (domain.md D).
TEAMS_AROUND = frozenset({"team around the family", "team around the child"})

NO_LEAD = "early_help_without_lead"
LEAD_GONE = "lead_involvement_ended"
CONTESTED = "contested_lead"
NOT_ACCEPTED = "nomination_not_accepted"


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule that holds for a child on the days `[start, end)`; `since` is where the count of days begins."""

    rule: str
    since: int
    start: int
    end: int
    positions: tuple[int, ...]


def active_span(lead: Entry) -> Spans:
    """Days on which a lead is active."""
    if lead.kind != "lead" or lead.why is not None or lead.accepted is None:
        return ()
    return union([(max(lead.accepted, lead.start or lead.accepted), FOREVER if lead.end is None else lead.end)])


def gaps(child: Child) -> list[Gap]:
    """All gaps of a child, past and to come."""
    leads = child.of_kind("lead")
    return [*_no_lead(child, leads), *_lead_gone(child, leads), *_contested(child, leads), *_not_accepted(child, leads)]


def _positions(found: list[Entry]) -> tuple[int, ...]:
    return tuple(sorted({p for entry in found for p in entry.positions}))


def _spans_to_gaps(rule: str, child: Child, spans: Spans, positions: tuple[int, ...]) -> list[Gap]:
    return [Gap(rule, start, start, end, positions) for start, end in until_death(spans, child.death)]


def _no_lead(child: Child, leads: list[Entry]) -> list[Gap]:
    helps = [
        e for e in child.of_kind("early_help", "involvement") if e.kind == "early_help" or e.service in TEAMS_AROUND
    ]
    covered = union(span for lead in leads for span in active_span(lead))
    return _spans_to_gaps(NO_LEAD, child, subtract(open_spans(helps), covered), _positions(helps))


def _lead_gone(child: Child, leads: list[Entry]) -> list[Gap]:
    found: list[Gap] = []
    for lead in leads:
        own = [
            e for e in child.of_kind("involvement", "early_help") if e.worker is not None and e.worker == lead.worker
        ]
        if not own:
            continue
        begun = min(e.start for e in own if e.start is not None)
        span = intersect(active_span(lead), ((begun, FOREVER),))
        found.extend(_spans_to_gaps(LEAD_GONE, child, subtract(span, open_spans(own)), _positions([lead, *own])))
    return found


def _contested(child: Child, leads: list[Entry]) -> list[Gap]:
    found: list[Gap] = []
    for one, other in combinations(leads, 2):
        if (one.service, one.scope) == (other.service, other.scope) and one.worker != other.worker:
            both = intersect(active_span(one), active_span(other))
            found.extend(_spans_to_gaps(CONTESTED, child, both, _positions([one, other])))
    return found


def _not_accepted(child: Child, leads: list[Entry]) -> list[Gap]:
    found: list[Gap] = []
    for lead in leads:
        if lead.start is None:
            continue
        until = min(FOREVER if lead.accepted is None else lead.accepted, FOREVER if lead.end is None else lead.end)
        span = until_death(union([(add_working_days(lead.start, ACCEPT_WITHIN_WORKING_DAYS), until)]), child.death)
        found.extend(Gap(NOT_ACCEPTED, lead.start, start, end, _positions([lead])) for start, end in span)
    return found
