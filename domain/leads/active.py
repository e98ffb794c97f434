"""Lead professionals: who leads on which days, and which gaps of lead there are (domain.md D).

A lead is active from acceptance to its end, or until another one that takes over from it is accepted; there is one
active lead for each role and scope. Where a gap is, `domain.leads.gaps` says; how long it must have been so is joined when
asked (domain.indicators.waits).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.dates import FOREVER
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT, KINSHIP, WHO_MAY_SEE
from domain.spans import Spans, union
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
    """What a person is told of a gap; `feeds` and `feeds_of_one` as of `domain.feeds.Relying`.

    `of_its_own`: the kinds of entries that it rests on, also by their absence, beside what every gap does.
    """

    id: str
    of_its_own: tuple[str, ...]
    clears_when: str
    feeds: tuple[str, ...] = ("LeadAccepted",)
    feeds_of_one: tuple[str, ...] = ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Every kind that it rests on: leads of the child or of its family, and a death, beside its own."""
        return (*self.of_its_own, "lead", "death", *KINSHIP)


GAPS = {
    rule.id: rule
    for rule in (
        GapRule(NO_LEAD, ("early_help", INVOLVEMENT), "a lead accepts, or the help ends"),
        GapRule(LEAD_GONE, (INVOLVEMENT, *ADDITIONAL_SERVICES),
                "the lead works with the child again, or the lead ends or passes on", ("InvolvementStarted",), ("InvolvementConfirmed",)),
        GapRule(CONTESTED, (), "one of the two leads ends", ("LeadEnded",)),
        GapRule(NOT_ACCEPTED, (), "the worker accepts or declines"),
        GapRule(SERVICES_WITHOUT_LEAD, (INVOLVEMENT, *ADDITIONAL_SERVICES),
                "a lead accepts, or fewer than two teams or agencies work with the child"),
        GapRule(STEP_DOWN, ("step_down", "case_closed"), "a lead accepts, or half a year passes"),
        GapRule(STEP_UP, ("step_up",), "a lead accepts, or half a year passes"),
        GapRule(IN_NEED, ("child_in_need",), "a lead accepts, or the plan ends"),
        GapRule(PROTECTION, ("child_protection",), "a lead for child protection accepts, or the plan ends"),
        GapRule(LEAD_LEFT, (), "the lead ends or passes on", ("LeadAccepted", "LeadEnded")),
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


def is_work_on(entry: Entry, day: int) -> bool:
    """Whether an entry is open on a day, and makes the child its worker's or its team's own.

    Who is named in a restriction may see a record if it is their work; that they may is no work (access.md 2).
    """
    first = entry.first_day()
    return first is not None and first <= day and entry.kind not in WHO_MAY_SEE and entry.status_at(day)[0] == "open"


def accepted_from(lead: Entry) -> int | None:
    """The first day on which a lead is accepted, never before it began; None where it is not."""
    return None if lead.accepted is None else max(lead.accepted, lead.start or lead.accepted)


def active_span(lead: Entry, leads: Iterable[Entry] = ()) -> Spans:
    """Days on which a lead is active; `leads` are all of the child's, of which one may take over."""
    begun = accepted_from(lead)
    if lead.kind != "lead" or lead.why is not None or begun is None:
        return ()
    taken = [
        day
        for other in leads
        if other.takes_over and (other.service, other.scope) == (lead.service, lead.scope) and other.worker != lead.worker
        and other.why is None and (day := accepted_from(other)) is not None and day >= begun
    ]  # fmt: skip
    return union([(begun, min([FOREVER if lead.end is None else lead.end, *taken]))])


def passed_on(lead: Entry, leads: Iterable[Entry], day: int) -> bool:
    """Whether a lead that was accepted is no longer active on a day, because another took over."""
    accepted = lead.kind == "lead" and lead.accepted is not None and lead.accepted <= day
    return accepted and not any(start <= day < end for start, end in active_span(lead, leads))


def left_gaps(leads: Sequence[Entry], left: Mapping[str, int], day: int) -> list[Gap]:
    """Leads of a child that are active on a day although their worker has left; `left` is the day on which each worker did."""
    found = []
    for lead in leads:
        gone = left.get(lead.worker or "")
        for start, end in active_span(lead, leads):
            if gone is not None and max(start, gone) <= day < end:
                found.append(Gap(LEAD_LEFT, max(start, gone), max(start, gone), end, lead.positions))
    return found
