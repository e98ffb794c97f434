"""One gap of lead, or an indicator in its shape: what it is made from, and how it is shown (contract 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from domain.answers.concerned import Concerned, ConcernedFacts, concerned
from domain.answers.entries import AsAt
from domain.answers.families import NOT_SAID
from domain.answers.fields import BeingMended, Day, Discloses, EventText
from domain.dates import iso_day
from domain.events import ChildId
from domain.indicators.families import TrueOrNotKnown
from domain.indicators.rules import RULES
from domain.leads.active import GAPS

_DERIVED: Final = Discloses.DERIVED


class Gap(Concerned):
    """A gap of lead: `days` are counted from `since`. `not_known` where its feed was not heard."""

    rule: Annotated[str, _DERIVED]
    since: Annotated[Day, _DERIVED]
    days: Annotated[int, _DERIVED]
    status: Annotated[TrueOrNotKnown, _DERIVED]
    events: list[EventText]
    feed: Annotated[str, _DERIVED]
    clears_when: Annotated[str, Discloses.NOTHING]
    being_mended: BeingMended


@dataclass(frozen=True, slots=True)
class GapFacts:
    """A gap of lead, or an indicator in its shape, as it was gathered; `silent` is what it relies on and was not heard."""

    concerned: ConcernedFacts
    rule: str
    since: int
    positions: Sequence[int]
    silent: str | None
    shielded: bool
    being_mended: str | None

    @property
    def child(self) -> ChildId:
        """The child it is about."""
        return self.concerned.child


def gap(facts: GapFacts, at: AsAt) -> Gap:
    """A gap on a day. Which feed is silent names a school or a practice, so it is not said of a shielded child."""
    told = GAPS.get(facts.rule) or RULES[facts.rule]
    return {
        **concerned(facts.concerned, at),
        "rule": facts.rule,
        "since": iso_day(facts.since),
        "days": at.day - facts.since,
        "status": "true" if facts.silent is None else "not_known",
        "events": [at.event(p) for p in facts.positions],
        "feed": "heard" if facts.silent is None else NOT_SAID if facts.shielded else facts.silent,
        "clears_when": told.clears_when,
        "being_mended": facts.being_mended,
    }
