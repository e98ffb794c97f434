"""The one door for reads: a question goes in, a typed answer comes out; every face asks here (access.md 1).

Inside, what a question needs is gathered from rows at one edition, or from the log; whether the viewer may see it is decided;
what may not be shown is taken out; the rest is shaped, by pure functions of what was gathered; and the entry of it is committed
before the answer leaves.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import psycopg

from adapters.disclosure.disclosing import Access, Discloser, Disclosing
from adapters.log.connections import Work
from adapters.process.clock import today
from adapters.questions.paging import known_at_of
from adapters.questions.reading import Reading, reading_at
from adapters.questions.remembered import Remembered
from adapters.questions.way import OfTheLog, OfTheViews
from adapters.questions.ways import WAYS, load_all
from adapters.questions.whose import Judged, at_best, claims_left, judged, whose_of
from adapters.service.opened import Service
from domain.access import entry
from domain.access.entry import Outcome
from domain.access.parts import cut
from domain.access.relation import NO_RELATION, AboutChildren, AskedAbout, Relation
from domain.access.rules import SIGN_IN_STRONGLY, Extent, Point, Rule, decided
from domain.access.viewer import SYSTEMS, Opening, Viewer
from domain.answers.answered import Answered, AsOf, NotShown, Receipt
from domain.answers.named import NAMES, codes_in
from domain.dates import to_day
from domain.events import ChildId
from domain.questions.about import OneChild
from domain.questions.asking import AsKnown, Question, written
from projections import editions

__all__ = ["Door", "load_all"]
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What came of a question before it leaves: None where there is nothing, or nothing that the viewer may see."""

    content: Any
    as_of: AsOf | None
    access: Access
    rule: Rule | None = None


class Door:
    """Answers questions, each in one snapshot, on a connection of its own or, in a lasting process, a lent one."""

    def __init__(
        self,
        service: Service,
        connect: Callable[[], AbstractContextManager[editions.Connection]] | None = None,
        discloser: Disclosing | None = None,
    ) -> None:
        self._service = service
        self._connect = connect or partial(service.connect, Work.ANSWER)
        self._discloser = discloser or Discloser(service.keys, service.clock, lasts=False)
        self._remembered = Remembered()

    def answer(self, question: Question[A], viewer: Viewer) -> Answered[A] | None:
        """As `ask`; None where nothing is shown."""
        found = self.ask(question, viewer)
        return found if isinstance(found, Answered) else None

    def ask(self, question: Question[A], viewer: Viewer) -> Answered[A] | NotShown:
        """The answer to a question, once its entry is in the access log; or that there is nothing that the viewer may see.

        Nothing known and not allowed are the same to whoever asks. Raises Misuse or Rejected for what cannot be asked, as a
        position that is not of this log, and what the database raises where the entry cannot be written.
        """
        way = WAYS[type(question)]
        with self._connect() as connection:
            try:
                seen = (
                    self._of_the_log(way, connection, question, viewer)
                    if isinstance(way, OfTheLog)
                    else self._of_the_views(way, connection, question, viewer)
                )
            except Exception:
                with suppress(psycopg.Error):
                    self._discloser.disclose(connection, _attempt(question, viewer, Outcome.FAILED))
                raise
            if seen.content is not None and isinstance(way, OfTheLog) and not way.tells(seen.content):
                return Answered(cast("A", seen.content), seen.as_of)
            at = self._service.clock.now()
            receipt = entry.entry_id(self._discloser.disclose(connection, replace(seen.access, at=at)))
        if seen.content is None or seen.rule is None:
            return NotShown(receipt, seen.access.outcome is Outcome.REFUSED, seen.rule is SIGN_IN_STRONGLY)
        return Answered(cast("A", seen.content), seen.as_of, Receipt(receipt, (seen.rule.says,), entry.instant(at)))

    def _of_the_log(
        self, way: OfTheLog, connection: editions.Connection, question: Question[Any], viewer: Viewer
    ) -> _Seen:
        # Whose entry or case it is is known when it is read; who may read none reads none.
        best = at_best(question)
        rule = decided(_point(question, viewer, Judged(whose_of(question, viewer)) if best is None else best))
        if rule.shows is None:
            return _refused(question, viewer, rule)
        with _of_the_log(connection) if way.in_snapshot else nullcontext():
            facts = way.gather(self._service, connection, question, *([viewer] if way.for_viewer else []))
        if facts is None:
            return _Seen(None, None, _attempt(question, viewer, Outcome.NOTHING))
        relation = self._kept_from(connection, viewer, facts) if isinstance(facts, AboutChildren) else NO_RELATION
        if best is not None or relation.bars:
            of = Judged(whose_of(question, viewer)) if best is None else judged(question, facts, viewer)
            rule = decided(_point(question, viewer, of, relation))
            if rule.shows is None:
                return _refused(question, viewer, rule, relation.children)
        content = way.shape(facts)
        if NAMES in content:
            content = {**content, NAMES: self._names(connection, set(codes_in(content)))}
        return _Seen(content, None, _shown(_attempt(question, viewer, Outcome.SHOWN), way.logged(content), rule), rule)

    def _of_the_views(
        self, way: OfTheViews, connection: editions.Connection, question: Question[Any], viewer: Viewer
    ) -> _Seen:
        assert isinstance(question, AsKnown)
        day = question.effective_at or today(self._service.clock)
        asked = replace(question, effective_at=day)
        with reading_at(self._service, connection, known_at_of(asked), self._remembered, viewer) as read:
            as_of = _as_of(read, day)
            as_known = entry.AsKnown(
                day.isoformat(), asked.known_at, as_of["position"], read.number, read.head_position
            )
            child = _child_asked_about(read, asked)
            about = None if child is None or child.unknown else child.id
            attempt = replace(_attempt(asked, viewer, Outcome.NOTHING), as_known=as_known, about=about)
            relation = _relation(read, viewer, child)
            whose = Judged(whose_of(asked, viewer, read))
            rule = decided(_point(asked, viewer, whose, relation, lambda: claims_left(read)))
            if rule.shows is None or (child is not None and child.unknown):
                outcome = Outcome.NOTHING if child is not None and child.unknown else Outcome.REFUSED
                rules = (rule.id,) if outcome is Outcome.REFUSED else ()
                attempt = replace(attempt, outcome=outcome, rules=rules, children=relation.children)
                return _Seen(None, as_of, attempt, rule)
            if rule.unshields and isinstance(asked, OneChild):
                found = read.child(asked.identifier, asked.record)
                read.lift_shields([] if found is None else [found])
            facts = way.gather(read, asked, to_day(day))
            if facts is None:
                return _Seen(None, as_of, replace(attempt, children=relation.children))
            shown, withheld = _redacted(read, facts, rule, to_day(day))
            content = way.shape(shown, read.at(to_day(day)))
            access = replace(
                _shown(attempt, content, rule),
                proving=relation.proving,
                withheld=[*withheld, *_derived_left_out(content)],
                opened=child is not None,
            )
            return _Seen(content, as_of, access, rule)

    def _kept_from(self, connection: editions.Connection, viewer: Viewer, facts: AboutChildren) -> Relation:
        """What keeps a viewer from the children that facts of the log are about."""
        with reading_at(self._service, connection, None, self._remembered, viewer) as read:
            return Relation(bars=read.bars(*facts.children), children=facts.children)

    def _names(self, connection: editions.Connection, codes: Collection[str]) -> dict[str, str]:
        """The names of those of some organisations and people that are registered, by code."""
        from adapters.questions.naming import registered_names  # loads what only these answers need

        with reading_at(self._service, connection, None, self._remembered) as read:
            return registered_names(read, codes)

    @contextmanager
    def reading(self, known_at: str | None = None) -> Iterator[Reading]:
        """A read as known now, or as known at a position or an instant; raises Misuse when that cannot be read."""
        with self._connect() as connection, reading_at(self._service, connection, known_at, self._remembered) as read:
            yield read


def _child_asked_about(read: Reading, question: Question[Any]) -> AskedAbout | None:
    if not isinstance(question, OneChild):
        return None
    # Whom the number is of, also where the viewer does not find it by that: what is hidden takes no other time than nothing.
    child = read.known_by(question.identifier, question.record)
    if child is not None:
        return AskedAbout(child)
    nobody = ChildId(uuid4())
    read.take_members({nobody: [nobody]})
    return AskedAbout(nobody, unknown=True)


def _relation(read: Reading, viewer: Viewer, child: AskedAbout | None) -> Relation:
    if child is None:
        return NO_RELATION
    if viewer.role in SYSTEMS:
        return Relation(children=child.children)
    from adapters.questions.relation import relation_of  # loads what only people's questions need

    return relation_of(read, viewer, child)


def _redacted(read: Reading, facts: A, rule: Rule, day: int) -> tuple[A, list[str]]:
    if rule.shows is Extent.EVERYTHING:
        return facts, []
    from adapters.questions.sight import sight_of  # as above
    from domain.access.redact import redacted

    return redacted(facts, sight_of(read, facts, rule, day))


def _derived_left_out(content: Any) -> list[str]:  # noqa: ANN401 - an answer
    if not content.get("rules_not_shown"):
        return []
    from domain.access.redact import derived_left_out  # as above

    return derived_left_out(content)


def _point(
    question: Question[Any],
    viewer: Viewer,
    of: Judged,
    relation: Relation = NO_RELATION,
    may_claim: Callable[[], bool] = lambda: False,
) -> Point:
    opening = None if viewer.because is None else viewer.because.opening
    return Point(
        type(question).__name__,
        viewer.roles,
        opening,
        of.whose,
        relation.bases,
        relation.bars,
        relation.shielded,
        opening is Opening.CLAIM and may_claim(),
        viewer.people_sign_in,
        viewer.signed_in_strongly,
        of.in_case,
        relation.restricted,
    )


def _attempt(question: Question[Any], viewer: Viewer, outcome: Outcome) -> Access:
    asked = written(question)
    if viewer.because is not None:
        asked["because"] = viewer.because.reason
    return Access(viewer, type(question).__name__, asked, None, outcome)


def _refused(question: Question[Any], viewer: Viewer, rule: Rule, children: Sequence[UUID] = ()) -> _Seen:
    attempt = _attempt(question, viewer, Outcome.REFUSED)
    return _Seen(None, None, replace(attempt, rules=(rule.id,), children=children), rule)


def _shown(attempt: Access, content: Any, rule: Rule) -> Access:  # noqa: ANN401 - an answer
    return replace(attempt, outcome=Outcome.SHOWN, rules=(rule.id,), purpose=rule.purpose, parts=cut(content))


def _as_of(read: Reading, day: date) -> AsOf:
    return {
        "position": read.position(read.edition.position),
        "edition": read.number,
        "effective_at": day.isoformat(),
        "records_being_mended": read.edition.being_mended,
    }


@contextmanager
def _of_the_log(connection: editions.Connection) -> Iterator[None]:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
