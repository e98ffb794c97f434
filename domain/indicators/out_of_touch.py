"""The list of families out of touch, the reference: who is in a family with whom on a day, and what is shown of it (contract 5)."""

from collections.abc import Collection, Sequence

from domain.events import RecordId
from domain.feeds import Feed, Hearing
from domain.indicators.families import Family, Kin, Shown, as_shown, assemble, group, may_be_household, speaks, unheard
from domain.indicators.finding import indicators
from domain.indicators.support import last_seen
from domain.indicators.waits import Waits
from domain.reference import Reference
from domain.timeline.child import Child


def out_of_touch(
    children: Sequence[Child],
    feeds: Sequence[Feed],
    day: int,
    reference: Reference,
    sealed: Collection[RecordId] = (),
) -> list[Family]:
    """Families with an indicator on a day, the reference; `sealed`: the records whose identity is sealed by now."""
    shown = []
    hearing, waits = Hearing(feeds, day, reference.expected_feeds()), Waits(day, reference)
    for child in children:
        for found in indicators(child):
            indicator = as_shown(found, waits, last_seen(child, day)) if found.start <= day < found.end else None
            if indicator is not None:
                silent = unheard(hearing, indicator.id, indicator.organisation, _schools_on(child, day))
                if not speaks(indicator.organisation, silent):
                    continue
                shown.append(Shown(indicator, child.id, "not_known" if silent else "true", silent))
    return assemble(shown, group([kin_of(child, day, sealed) for child in children]))


def kin_of(child: Child, day: int, sealed: Collection[RecordId] = ()) -> Kin:
    """A child's ties and home on a day; a sealed identity has none, on days before the sealing either.

    A brother, a home or an agency's family of then may be the new identity's as well (`sealed`: what is sealed by now,
    whatever was known then).
    """
    if child.sealed is not None or any(record in sealed for record in child.records):
        return Kin(child.id, frozenset(child.records), None, frozenset(), frozenset(), frozenset())
    open_then = [
        e
        for e in child.of_kind("relationship")
        if e.start is not None and e.start <= day and (e.end is None or day < e.end)
    ]
    here, last_known = child.home_at(day)
    dead = child.over is not None and child.over <= day
    home = None
    if here is not None and not dead and here.address["uprn"] and may_be_household(here.address):
        home = here.address["uprn"].strip().lstrip("0")
    return Kin(
        child.id,
        frozenset(child.records),
        home,
        frozenset(e.provider for e in open_then if e.service == "family"),
        frozenset(r for e in open_then if e.service in ("parent", "carer") for r in e.others),
        frozenset(r for e in open_then if e.service == "sibling" for r in e.others),
        last_known,
    )


def _schools_on(child: Child, day: int) -> set[str]:
    return {
        e.provider
        for e in child.of_kind("enrolment")
        if e.start is not None and e.start <= day and (e.end is None or day < e.end)
    }
