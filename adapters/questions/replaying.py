"""Gathers an access of the past: as it is stored, and as it comes out when it is worked out again (access.md 5)."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any, Final

from adapters.disclosure.context import context
from adapters.disclosure.keys import canonical_content
from adapters.disclosure.reading import Stored, read_entry
from adapters.questions.paging import known_at_of
from adapters.questions.reading import Reading, reading_at
from adapters.questions.refolding import LeftToTheViews, refold_child, refold_timeline
from adapters.questions.sight import sight_of
from adapters.questions.way import OfTheViews
from adapters.questions.ways import WAYS
from adapters.service.opened import Service
from domain.access.entry import Outcome, parse_entry
from domain.access.parts import cut
from domain.access.redact import SENSITIVE, redacted
from domain.access.rules import BY_ID, Rule
from domain.access.viewer import Because, Grant, Opening, Role, Viewer
from domain.answers.accesses import Because as Reason
from domain.answers.accesses import Derived, PastAccess
from domain.dates import to_day
from domain.errors import IcrError
from domain.questions.about import OneChild, ReplayEntry, ShowChild, ShowTimeline
from domain.questions.asking import AsKnown, Question, read_again
from projections import editions

_SAME: Final[tuple[Derived, None, None]] = ("derived_same", None, None)


def gather_replay(service: Service, connection: editions.Connection, question: ReplayEntry) -> PastAccess | None:
    """An access as it is stored, and how what is worked out again differs; None where there is no such entry."""
    stored = read_entry(connection, service.keys, parse_entry(question.entry))
    if stored is None:
        return None
    derived, because, place = _derived(service, connection, stored)
    return PastAccess(stored.leaf, stored.asked, stored.contents, stored.holds, stored.index, derived, because, place)


def _derived(
    service: Service, connection: editions.Connection, stored: Stored
) -> tuple[Derived, Reason | None, int | None]:
    """Whether the same comes out, else why and from which part on it differs."""
    found = {kind.__name__: kind for kind in WAYS}.get(stored.leaf["question"])
    if stored.leaf["outcome"] != Outcome.SHOWN:
        return "not_derived", "nothing_shown", None
    way = None if found is None else WAYS[found]
    if found is None or stored.asked is None or not isinstance(way, OfTheViews):
        return "not_derived", "of_the_log", None
    made_alike = stored.leaf["context"] == context()[0].hex()
    try:
        again, restricted = _again(service, connection, stored, found, way)
    except IcrError:
        again, restricted = None, False
    if again is None:
        return "not_derived", "not_known_now" if made_alike else "other_code_or_policy", None
    for place, (then, now) in enumerate(zip(stored.contents, again, strict=False)):
        if then is not None and canonical_content(then) != canonical_content(now):
            if isinstance(then, dict) and then.get("being_mended") is not None:
                return "differs", "mended_since", place
            kept = _but_for_quarantine(then) == _but_for_quarantine(now)
            return "differs", "quarantine_since" if kept else _why(made_alike=made_alike, restricted=restricted), place
    if len(stored.contents) != len(again):
        place = min(len(stored.contents), len(again))
        return "differs", _why(made_alike=made_alike, restricted=restricted), place
    return _SAME


def _again(
    service: Service, connection: editions.Connection, stored: Stored, kind: type[Question[Any]], way: OfTheViews
) -> tuple[list[Any] | None, bool]:
    """The contents of the parts as they come out now, as known then; and whether less or more of it may be seen by now.

    Shields, consents and agreements are judged by what is known now.
    """
    assert stored.asked is not None
    question = read_again(kind, {name: said for name, said in stored.asked.items() if name != "because"})
    assert isinstance(question, AsKnown)
    day = date.fromisoformat(stored.leaf["effective_at"])
    question = replace(question, effective_at=day, known_at=stored.leaf["position"])
    rule, viewer = _as_then(stored.leaf)
    if rule is None or rule.shows is None:
        return None, False
    with reading_at(service, connection, known_at_of(question), viewer=viewer) as read:
        if rule.unshields and isinstance(question, OneChild):
            child = read.child(question.identifier, question.record)
            read.lift_shields([] if child is None else [child])
        facts = _gathered(read, question, way, to_day(day))
        if facts is None:
            return None, False
        shown, withheld = redacted(facts, sight_of(read, facts, rule, to_day(day)))
        then, now = (
            (stored.leaf["withheld"], stored.leaf["rules"]),
            (len(withheld), [rule.id, *sorted(set(withheld))]),
        )
        # Of a sensitive service more or less may be shown by the same rule, as far as consent goes.
        restricted = read.has_shielded() or then != now or SENSITIVE in now[1]
        return [part.content for part in cut(way.shape(shown, read.at(to_day(day))))], restricted


def _gathered(read: Reading, question: AsKnown[Any], way: OfTheViews, day: int) -> Any:  # noqa: ANN401 - as the way says
    """What the answer is made from: a child's page from the child's own events, all else from the views."""
    with suppress(LeftToTheViews):
        if isinstance(question, ShowTimeline):
            return refold_timeline(read, question, day)
        if isinstance(question, ShowChild):
            return refold_child(read, question, day)
    return way.gather(read, question, day)


def _but_for_quarantine(content: Any) -> bytes:  # noqa: ANN401 - a piece of an answer
    """A part's content without how many events are kept in quarantine, which is counted as of now."""
    return canonical_content({**content, "kept_aside": 0} if isinstance(content, dict) else content)


def _as_then(leaf: dict[str, Any]) -> tuple[Rule | None, Viewer]:
    """The rule by which an entry was shown, and to whom."""
    rule = next((BY_ID[one] for one in leaf["rules"] if one in BY_ID), None)
    opening = leaf.get("opening")
    because = None if opening is None else Because(Opening(opening), "", leaf["acting_for"])
    return rule, Viewer(
        leaf["viewer"],
        Role(leaf["role"]),
        leaf["organisation"],
        granted=tuple(Grant(Role(role)) for role in leaf.get("granted", ())),
        because=because,
    )


def _why(*, made_alike: bool, restricted: bool) -> Reason:
    if not made_alike:
        return "other_code_or_policy"
    return "restricted_since" if restricted else "unknown"
