"""Leads of a whole family: who leads one of its children so leads all of them (domain.md D).

Who is of the family is told by the day that is asked about, so this is joined when asked and stands in no view.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.events import ChildId
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT
from domain.leads.active import (
    CHILD_PROTECTION_LEAD,
    CONTESTED,
    IN_NEED,
    LEAD_GONE,
    NO_LEAD,
    PROTECTION,
    SERVICES_WITHOUT_LEAD,
    STEP_DOWN,
    STEP_UP,
    Gap,
    active_span,
)
from domain.spans import Spans, intersect, union, until_death
from domain.timeline.entries import Entry

FAMILY = "family"
FAMILY_VIEW = "family_view"
# Gaps that a lead closes, whoever of the family it was stated for.
CLOSED_BY_A_LEAD = frozenset({NO_LEAD, SERVICES_WITHOUT_LEAD, STEP_DOWN, STEP_UP, IN_NEED, PROTECTION})
# Kinds by which a worker is seen at work with a child.
WORK = (INVOLVEMENT, *ADDITIONAL_SERVICES)


@dataclass(frozen=True, slots=True, order=True)
class SaidOfFamily:
    """What an event of a lead says of child and family: whether they were told who is to lead, and what they think."""

    recorded_at: int
    position: int
    view: str


def said_of_family(position: int, body: Mapping[str, Any]) -> SaidOfFamily | None:
    """What an event at a position says of it; None where it says nothing."""
    view = body.get(FAMILY_VIEW)
    return None if view is None else SaidOfFamily(body["recorded_at"], position, view)


def family_view(said: Iterable[SaidOfFamily | None]) -> str | None:
    """What child and family know and think of a lead, by what its events say: the one that was recorded last."""
    told = [one for one in said if one is not None]
    return max(told).view if told else None


@dataclass(frozen=True, slots=True)
class FamilyCover:
    """The days on which leads that were stated for others of its family cover a child: any, and those for child protection.

    `leads` are those leads, each with the days on which it is active; `work` is what workers do with the others.
    """

    led: Spans = ()
    protected: Spans = ()
    leads: tuple[tuple[Entry, Spans], ...] = ()
    work: tuple[Entry, ...] = ()


NOT_COVERED = FamilyCover()


def family_leads(leads: Iterable[Entry]) -> list[tuple[Entry, Spans]]:
    """Those of a child's leads that are of its whole family, and the days on which each is active."""
    every = [lead for lead in leads if lead.kind == "lead" and lead.why is None and not lead.doubted]
    return [(lead, span) for lead in every if is_of_family(lead) and (span := active_span(lead, every))]


def family_cover(entries_of_others: Iterable[Sequence[Entry]]) -> FamilyCover:
    """How the leads of the others of its family cover a child, and who works with them, by the entries of each of them."""
    others = [list(entries) for entries in entries_of_others]
    found = [one for entries in others for one in family_leads(entries)]
    return FamilyCover(
        union(span for _, spans in found for span in spans),
        union(span for lead, spans in found if lead.service == CHILD_PROTECTION_LEAD for span in spans),
        tuple(found),
        tuple(e for entries in others for e in entries if e.kind in WORK and e.why is None and not e.doubted),
    )


def uncovered(gap: Gap, cover: FamilyCover, day: int, leads: Iterable[Entry] = ()) -> Gap | None:
    """A gap on a day as its family leaves it: none while it is closed by a lead of it, and counted anew from there.

    `leads` are the child's own: one of the whole family has not gone while its worker works with another child of it.
    """
    if gap.rule == LEAD_GONE:
        spans = _at_work(gap, cover, leads)
    elif gap.rule in CLOSED_BY_A_LEAD:
        spans = cover.protected if gap.rule == PROTECTION else cover.led
    else:
        return gap
    if any(start <= day < end for start, end in spans):
        return None
    ended = max((end for _, end in spans if end <= day), default=gap.since)
    return gap if ended <= gap.since else replace(gap, since=ended, start=max(gap.start, ended))


def _at_work(gap: Gap, cover: FamilyCover, leads: Iterable[Entry]) -> Spans:
    """The days on which the worker whose lead of the family a gap is about works with another child of it."""
    about = {lead.worker for lead in leads if is_of_family(lead) and set(lead.positions) <= set(gap.positions)}
    mine = (work for work in cover.work if work.worker is not None and work.worker in about)
    return union((work.start, work.open_until()) for work in mine if work.start is not None)


def contested_with(leads: Sequence[Entry], cover: FamilyCover, day: int, over: int | None) -> list[Gap]:
    """Where on a day another worker leads the whole family in one role, by a lead that was stated for another child of it.

    `leads` are the child's own, `over` the day from which nothing is looked for any more.
    """
    found = [
        Gap(CONTESTED, start, start, end, tuple(sorted({*own.positions, *other.positions})))
        for own, active in family_leads(leads)
        for other, others in cover.leads
        if own.service == other.service and own.worker != other.worker
        for start, end in until_death(intersect(active, others), over)
    ]
    return [gap for gap in found if gap.start <= day < gap.end]


def is_of_family(lead: Entry) -> bool:
    """Whether an entry is a lead of the whole family."""
    return (lead.kind, lead.scope) == ("lead", FAMILY)


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
