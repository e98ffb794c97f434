"""Gathers why somebody was refused: the decision made again as it was made, with every rule that was tried (access.md 2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from adapters.disclosure.reading import read_entry
from adapters.questions.kin import leads_of, sure_leads
from adapters.questions.reading import Reading, reading_at
from adapters.questions.relation import REFERRAL_DAYS, relation_of
from adapters.questions.staff import HEAD, Standing, standing_at
from adapters.questions.ways import WAYS
from adapters.questions.whose import claims_left, whose_of
from adapters.service.opened import Service
from domain.access.entry import parse_entry
from domain.access.parts import NOBODY
from domain.access.relation import NO_RELATION, AskedAbout
from domain.access.rules import SIGN_IN_STRONGLY, Point, Whose
from domain.access.trace import tried
from domain.access.viewer import Because, Channel, Opening, Role, Viewer
from domain.answers.refusals import Near, RefusalFacts
from domain.dates import LONDON, to_day
from domain.errors import Rejected
from domain.events import ChildId
from domain.kinds import WHO_MAY_SEE
from domain.leads.active import is_work_on, passed_on
from domain.questions.about import ExplainRefusal
from domain.questions.asking import Question, read_again
from domain.reference import StaffFact, held_by_staff, workers_left
from domain.timeline.entries import Entry
from projections import editions, queries, reference_data
from projections.uuids import uuids

_CHILDREN: Final = "SELECT DISTINCT child FROM access.shown WHERE entry = %s ORDER BY child"
_ONE_CHILD: Final = "ShowChild"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asked what, how and when; `position` and `at` None: now. `strongly`: how they had signed in did not keep them away."""

    viewer: str
    question: str
    opening: str | None = None
    acting_for: str | None = None
    said: dict[str, Any] | None = None
    position: str | None = None
    at: datetime | None = None
    strongly: bool = True


def gather_refusal(service: Service, connection: editions.Connection, question: ExplainRefusal) -> RefusalFacts | None:
    """What was tried for somebody; None where there is no such entry, or no such child."""
    asked = _Asked(question.viewer or "", _ONE_CHILD)
    children: tuple[ChildId, ...] = ()
    if question.entry is not None:
        stored = read_entry(connection, service.keys, parse_entry(question.entry))
        if stored is None:
            return None
        leaf = stored.leaf
        asked = _Asked(
            leaf["viewer"], leaf["question"], leaf.get("opening"), leaf["acting_for"], stored.asked, leaf["position"],
            datetime.fromisoformat(leaf["at"]), SIGN_IN_STRONGLY.id not in leaf["rules"],
        )  # fmt: skip
        rows = connection.execute(_CHILDREN, (parse_entry(question.entry),)).fetchall()
        children = tuple(ChildId(child) for (child,) in rows if child != NOBODY)
    with reading_at(service, connection, asked.position) as read:
        if question.entry is None:
            found = read.child(question.identifier, question.record)
            if found is None:
                return None
            children = (found,)
        return _explained(read, asked, children)


def _explained(read: Reading, asked: _Asked, children: Sequence[ChildId]) -> RefusalFacts:
    day = read.today if asked.at is None else to_day(asked.at.astimezone(LONDON).date())
    position = HEAD if asked.position is None else read.edition.position
    staff = reference_data.staff(read.connection, position, [asked.viewer], [])
    standing = standing_at(read.service, read.connection, asked.viewer, day, position)
    viewer = _viewer(asked, standing)
    then = Reading(read.service, read.connection, read.edition, read.remembered, viewer=viewer)
    then.today = day
    relation = NO_RELATION
    if len(children) == 1:
        relation = relation_of(then, viewer, AskedAbout(children[0]))
    question = _again(asked)
    at = Point(
        asked.question,
        viewer.roles if standing is not None else frozenset(),
        None if viewer.because is None else viewer.because.opening,
        Whose.OTHERS if question is None else whose_of(question, viewer, then),
        relation.bases if standing is not None else frozenset(),
        relation.bars,
        relation.shielded,
        asked.opening == Opening.CLAIM and claims_left(then, asked.at),
        signed_in_strongly=asked.strongly,
        restricted=relation.restricted,
    )
    near = [*_employment(staff, asked.viewer, day)]
    for child in children if len(children) == 1 else ():
        near += _Near(then, viewer, staff, child).found()
    return RefusalFacts(
        tuple(children), asked.viewer, viewer.organisation or "", asked.question, day,
        then.position(then.edition.position), tried(at), near,
    )  # fmt: skip


def _viewer(asked: _Asked, standing: Standing | None) -> Viewer:
    because = None if asked.opening is None else Because(Opening(asked.opening), "", asked.acting_for)
    known = standing or Standing(Role.PRACTITIONER)
    return Viewer(
        asked.viewer, known.role, asked.viewer.partition(":")[0], None, Channel.PAGES, known.granted, known.teams,
        known.services, because, people_sign_in=True,
    )  # fmt: skip


def _again(asked: _Asked) -> Question[Any] | None:
    kind = {kind.__name__: kind for kind in WAYS}.get(asked.question)
    if kind is None or asked.said is None:
        return None
    try:
        return read_again(kind, {name: said for name, said in asked.said.items() if name != "because"})
    except (Rejected, TypeError, ValueError):
        return None


def _employment(staff: Sequence[StaffFact], worker: str, day: int) -> Iterator[Near]:
    left = workers_left(staff, day)
    if worker in left:
        yield Near("left", day=left[worker])
    held = {fact.role for fact in held_by_staff(staff, "role_granted", day)}
    over: dict[str, int] = {}
    for fact in sorted(staff, key=lambda one: one.order):
        if fact.kind == "role_granted" and fact.end <= day:
            over[fact.role] = fact.end
        elif fact.kind == "role_ended" and fact.start <= day:
            over[fact.role] = fact.start
    yield from (Near("role_over", role, ended) for role, ended in sorted(over.items()) if role not in held)


class _Near:
    """What of a viewer's own is with a child, and lets them see nothing."""

    def __init__(self, read: Reading, viewer: Viewer, staff: Sequence[StaffFact], child: ChildId) -> None:
        self._read = read
        self._viewer = viewer
        self._child = child
        self._day = read.today
        self._teams = {*viewer.teams, *viewer.teams_managed()}
        self._left_teams = _left_teams(staff, self._teams, self._day)

    def found(self) -> list[Near]:
        """In the order of the child's entries, each sentence once."""
        held = queries.entries(
            self._read.connection, self._read.number, "record = ANY(%(r)s)", r=uuids(self._read.records(self._child))
        )
        leads = sure_leads(leads_of(self._read, [self._child])[self._child])
        near = (self._of(entry, leads) for entry, _ in held if entry.kind not in WHO_MAY_SEE)
        return list(dict.fromkeys(one for one in near if one is not None))

    def _of(self, entry: Entry, leads: Sequence[Entry]) -> Near | None:
        if entry.worker == self._viewer.name:
            if is_work_on(entry, self._day):
                over = passed_on(entry, leads, self._day)
                return Near("own_passed_on", entry.kind) if over else None
            return _not_open("own", entry, self._day)
        if entry.team in self._teams and entry.kind != "referral":
            return None if is_work_on(entry, self._day) else _not_open("team", entry, self._day)
        if entry.team in self._left_teams and is_work_on(entry, self._day):
            return Near("membership_over", str(entry.team), self._left_teams[str(entry.team)])
        services = self._viewer.services
        if entry.kind == "referral" and entry.organisation == self._viewer.organisation and entry.service in services:
            first = entry.first_day()
            return Near("referral_old", day=first) if first is not None and first < self._day - REFERRAL_DAYS else None
        return None


def _left_teams(staff: Sequence[StaffFact], teams: set[str], day: int) -> dict[str, int]:
    """The teams that somebody was in and is not, and the day from which not."""
    found: dict[str, int] = {}
    for fact in sorted(staff, key=lambda one: one.order):
        if fact.team is None or fact.team in teams:
            continue
        if fact.kind == "team_membership" and fact.end <= day:
            found[fact.team] = fact.end
        elif fact.kind == "team_membership_ended" and fact.start <= day:
            found[fact.team] = fact.start
    return found


def _not_open(whose: str, entry: Entry, day: int) -> Near | None:
    first = entry.first_day()
    status, _ = entry.status_at(day)
    if first is not None and first > day and status == "open":
        return Near(f"{whose}_begins", entry.kind, first)
    if status == "ended":
        return Near(f"{whose}_ended", entry.kind, entry.end)
    if status == "lapsed":
        return Near(f"{whose}_lapsed", entry.kind, entry.open_until())
    return Near(f"{whose}_unsure", entry.kind) if status in ("unknown", "disputed") else None
