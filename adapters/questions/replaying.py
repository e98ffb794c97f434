"""Gathers an access of the past: as it is stored, and as it comes out when it is worked out again (access.md 5)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from adapters.disclosure import capsules
from adapters.disclosure.context import CAPSULE, POLICY, context
from adapters.disclosure.given_up import statement_of
from adapters.disclosure.keys import canonical_content
from adapters.disclosure.reading import Stored, read_entry
from adapters.process.clock import today
from adapters.questions.cases import is_about, read_case
from adapters.questions.paging import known_at_of
from adapters.questions.reading import Reading, reading_at
from adapters.questions.refolding import LeftToTheViews, makings_of
from adapters.questions.sight import sight_of
from adapters.questions.since import since_of
from adapters.questions.way import OfTheViews
from adapters.questions.ways import WAYS
from adapters.service.opened import Service
from domain.access.entry import Outcome, parse_entry
from domain.access.parts import NOBODY, Part, cut, joined
from domain.access.redact import SENSITIVE, derived_left_out, redacted
from domain.access.rules import BY_ID, Rule
from domain.access.viewer import Because, Grant, Opening, Role, Viewer
from domain.answers.accesses import Because as Reason
from domain.answers.accesses import Derived, PastAccess, Today
from domain.answers.compared import compared
from domain.answers.ids import child_id, record_id
from domain.answers.refolded import Makings
from domain.capsule import written
from domain.cases.case import Case
from domain.dates import LONDON, to_day
from domain.errors import IcrError
from domain.questions.about import OneChild, ReplayEntry, ShowChild, ShowTimeline
from domain.questions.asking import AsKnown, Question, read_again
from projections import editions

_SAME: Final[tuple[Derived, None, None]] = ("derived_same", None, None)
Verdict = tuple[Derived, Reason | None, int | None]


@dataclass(frozen=True, slots=True)
class _Again:
    """An answer worked out again: its parts; whether less or more of it may be seen by now; its makings, where it is of one child."""

    parts: Sequence[Part]
    restricted: bool
    makings: Makings | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an entry asked, and by whose right it was answered."""

    question: AsKnown[Any]
    way: OfTheViews
    rule: Rule
    viewer: Viewer
    day: date


def gather_replay(service: Service, connection: editions.Connection, question: ReplayEntry) -> PastAccess | None:
    """An access as it is stored, and how what is worked out again differs; None where there is no such entry.

    Of one that was given up with its month the entry that states so.
    With `today` what the same question answers today as well, by the rule by which it was answered then.
    """
    entry = parse_entry(question.entry)
    stored = read_entry(connection, service.keys, entry)
    if stored is None and (statement := statement_of(connection, entry)) is not None:
        stored = read_entry(connection, service.keys, statement)
    if stored is None:
        return None
    asked = _asked(stored)
    verdict: Verdict = "not_derived", None, None
    beside = None
    if isinstance(asked, _Asked):
        again = _attempted(service, connection, stored, asked)
        verdict = _verdict(stored, again)
        if question.today:
            beside = _today(service, connection, stored, asked, again)
    else:
        verdict = "not_derived", asked, None
    case = _in_case(service, connection, question)
    shown = stored.leaf, stored.asked, stored.contents, stored.holds, stored.index
    return PastAccess(stored.children, *shown, *verdict, beside, case)


def _in_case(service: Service, connection: editions.Connection, question: ReplayEntry) -> Case | None:
    """The case in which an access is looked at, while it is open and if it is about the access."""
    case = None if question.case is None else read_case(service, connection, question.case)
    return case if case is not None and case.is_open and is_about(service, connection, case, question.entry) else None


def _asked(stored: Stored) -> "_Asked | Reason":
    """What was asked, where it can be worked out again; else why not."""
    kind: type[Question[Any]] | None = {one.__name__: one for one in WAYS}.get(stored.leaf["question"])
    if stored.leaf["outcome"] == Outcome.GIVEN_UP:
        return "given_up"
    if stored.leaf["outcome"] != Outcome.SHOWN:
        return "nothing_shown"
    way = None if kind is None else WAYS[kind]
    if kind is None or stored.asked is None or not isinstance(way, OfTheViews):
        return "of_the_log"
    rule, viewer = _as_then(stored.leaf)
    if rule is None or rule.shows is None:
        return "other_code_or_policy"
    question = read_again(kind, {name: said for name, said in stored.asked.items() if name != "because"})
    assert isinstance(question, AsKnown)
    return _Asked(question, way, rule, viewer, date.fromisoformat(stored.leaf["effective_at"]))


def _verdict(stored: Stored, again: _Again | None) -> Verdict:
    """Whether the same comes out, else why and from which part on it differs."""
    of_own_code = _alike(stored, CAPSULE)
    if again is None:
        return "not_derived", "not_known_now" if of_own_code else "other_code_or_policy", None
    ours = _differs(stored, [part.content for part in again.parts], again.restricted, made_alike=of_own_code)
    if ours == _SAME or of_own_code:
        return ours
    then = _context(stored).get(CAPSULE)
    if (
        then is None or again.makings is None
    ):  # of before there were capsules; or a list, which is derived by today's code alone
        return ours
    if not capsules.is_installed(then):
        return "not_derived", "code_not_installed", None
    page = capsules.run(then, written(again.makings))
    if page["contents"] is None:
        return "not_derived", "not_known_now", None
    return _differs(stored, page["contents"], again.restricted, made_alike=True)


def _differs(stored: Stored, contents: Sequence[Any], restricted: bool, *, made_alike: bool) -> Verdict:
    for place, (then, now) in enumerate(zip(stored.contents, contents, strict=False)):
        if then is not None and canonical_content(then) != canonical_content(now):
            if isinstance(then, dict) and then.get("being_mended") is not None:
                return "differs", "mended_since", place
            kept = _but_for_quarantine(then) == _but_for_quarantine(now)
            return "differs", "quarantine_since" if kept else _why(made_alike=made_alike, restricted=restricted), place
    if len(stored.contents) != len(contents):
        place = min(len(stored.contents), len(contents))
        return "differs", _why(made_alike=made_alike, restricted=restricted), place
    return _SAME


def _attempted(service: Service, connection: editions.Connection, stored: Stored, asked: _Asked) -> _Again | None:
    """The parts as they come out now, as known then; None where nothing is known by that any more.

    Shields, consents and agreements are judged by what is known now.
    """
    question = replace(asked.question, effective_at=asked.day, known_at=stored.leaf["position"])
    try:
        return _again(service, connection, asked, question, (stored.leaf["withheld"], stored.leaf["rules"]))
    except IcrError:
        return None


def _again(
    service: Service,
    connection: editions.Connection,
    asked: _Asked,
    question: AsKnown[Any],
    then: tuple[int, list[str]],
) -> _Again | None:
    assert question.effective_at is not None
    day, rule = to_day(question.effective_at), asked.rule
    with reading_at(service, connection, known_at_of(question), viewer=asked.viewer) as read:
        if rule.unshields and isinstance(question, OneChild):
            child = read.child(question.identifier, question.record)
            read.lift_shields([] if child is None else [child])
        facts, makings = _gathered(read, question, asked.way, day, rule)
        if facts is None:
            return None
        shown, withheld = redacted(facts, sight_of(read, facts, rule, day))
        content = asked.way.shape(shown, read.at(day))
        withheld += derived_left_out(content)
        now = (len(withheld), [rule.id, *sorted(set(withheld))])
        # Of a sensitive service more or less may be shown by the same rule, as far as consent goes.
        restricted = read.has_shielded() or then != now or SENSITIVE in now[1]
        return _Again(cut(content), restricted, makings)


def _gathered(
    read: Reading, question: AsKnown[Any], way: OfTheViews, day: int, rule: Rule
) -> tuple[Any, Makings | None]:
    """What the answer is made from: a child's page from the child's own events, all else from the views."""
    if isinstance(question, ShowTimeline | ShowChild):
        try:
            found = makings_of(read, question, day, rule)
        except LeftToTheViews:
            pass
        else:
            return (None, None) if found is None else (found[1], found[0])
    return way.gather(read, question, day), None


def _today(
    service: Service, connection: editions.Connection, stored: Stored, asked: _Asked, again: _Again | None
) -> Today:
    """What the same question answers today, and each part that differs. One that was asked of its own day is asked of today."""
    now = today(service.clock)
    of_its_day = asked.day == datetime.fromisoformat(stored.leaf["at"]).astimezone(LONDON).date()
    day = now if of_its_day else asked.day
    try:
        found = _again(service, connection, asked, replace(asked.question, effective_at=day, known_at=None), (0, []))
    except IcrError:
        found = None
    parts = () if found is None else found.parts
    policy, code = not _alike(stored, POLICY), not _alike(stored, CAPSULE)
    with reading_at(service, connection, None) as read:
        since = since_of(read, stored, policy=policy, code=code, other_day=day != asked.day)
    differences = compared(
        list(zip(stored.names, stored.contents, strict=True)), None if again is None else again.parts, parts, since
    )
    return {
        "effective_at": day.isoformat(),
        "content": joined([part.content for part in parts]) if parts else None,
        "differences": [
            {
                "part": place,
                "child": None if child == NOBODY else child_id(child),
                "record": None if record is None else record_id(record),
                "why": why,
            }
            for place, (child, record), why in differences
        ],
    }


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


def _context(stored: Stored) -> dict[str, str]:
    """What an entry was made with; empty where that is not there."""
    made: dict[str, str] = {} if stored.context is None else json.loads(stored.context)
    return made


def _alike(stored: Stored, part: str) -> bool:
    """Whether an entry was made with what this program has of a part of its context; of one that names none, with all of it."""
    ours, then = json.loads(context()[1]), _context(stored)
    if part not in then:
        return bool(stored.leaf["context"] == context()[0].hex())
    return bool(then[part] == ours[part])


def _why(*, made_alike: bool, restricted: bool) -> Reason:
    if not made_alike:
        return "other_code_or_policy"
    return "restricted_since" if restricted else "unknown"
