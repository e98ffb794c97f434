"""Leads of a whole family: who leads one of its children so leads all of them (domain.md D).

Who is of the family is told by the day that is asked about, so this is joined when asked and stands in no view.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.events import ChildId
from domain.leads.active import (
    CHILD_PROTECTION_LEAD,
    IN_NEED,
    NO_LEAD,
    PROTECTION,
    SERVICES_WITHOUT_LEAD,
    STEP_DOWN,
    STEP_UP,
    Gap,
    active_span,
)
from domain.spans import Spans, union
from domain.timeline.entries import Entry

FAMILY = "family"
# Gaps that a lead closes, whoever of the family it was stated for.
CLOSED_BY_A_LEAD = frozenset({NO_LEAD, SERVICES_WITHOUT_LEAD, STEP_DOWN, STEP_UP, IN_NEED, PROTECTION})


@dataclass(frozen=True, slots=True)
class FamilyCover:
    """The days on which leads that were stated for others of its family cover a child: any, and those for child protection."""

    led: Spans = ()
    protected: Spans = ()


NOT_COVERED = FamilyCover()


def family_leads(leads: Iterable[Entry]) -> list[tuple[Entry, Spans]]:
    """Those of a child's leads that are of its whole family, and the days on which each is active."""
    every = [lead for lead in leads if lead.kind == "lead" and lead.why is None and not lead.doubted]
    return [(lead, span) for lead in every if lead.scope == FAMILY and (span := active_span(lead, every))]


def family_cover(leads_of_others: Iterable[Sequence[Entry]]) -> FamilyCover:
    """How the leads of the others of its family cover a child."""
    found = [one for leads in leads_of_others for one in family_leads(leads)]
    return FamilyCover(
        union(span for _, spans in found for span in spans),
        union(span for lead, spans in found if lead.service == CHILD_PROTECTION_LEAD for span in spans),
    )


def uncovered(gap: Gap, cover: FamilyCover, day: int) -> Gap | None:
    """A gap on a day as a lead of the family leaves it: none while it is active, and counted anew from its end."""
    if gap.rule not in CLOSED_BY_A_LEAD:
        return gap
    spans = cover.protected if gap.rule == PROTECTION else cover.led
    if any(start <= day < end for start, end in spans):
        return None
    ended = max((end for _, end in spans if end <= day), default=gap.since)
    return gap if ended <= gap.since else replace(gap, since=ended, start=max(gap.start, ended))


def others_of_families(
    children: Collection[ChildId], families: Iterable[Sequence[ChildId]]
) -> Mapping[ChildId, set[ChildId]]:
    """Who else is in a family with each of some children."""
    found: dict[ChildId, set[ChildId]] = {child: set() for child in children}
    for members in families:
        for child in members:
            if child in found:
                found[child].update(one for one in members if one != child)
    return found
