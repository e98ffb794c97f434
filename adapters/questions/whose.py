"""Whose work, area, accesses or cases a question asks for, and how many claims a viewer has made today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from adapters.questions.officers.catalogue import Tells, question_named
from adapters.questions.reading import Reading
from domain.access.rules import Whose
from domain.access.viewer import Opening, Role, Viewer
from domain.answers.accesses import PastAccess
from domain.answers.refusals import RefusalFacts
from domain.areas import area_key
from domain.cases.case import Case
from domain.dates import LONDON
from domain.questions import about
from domain.questions.asking import Question
from domain.reference import held_by_staff
from projections import reference_data

_CLAIMS: Final = (
    "SELECT count(*) FROM access.entry WHERE viewer = %(v)s AND at >= %(since)s AND kind = 'ShowChild' "
    "AND at < %(until)s AND convert_from(bytes, 'UTF8')::jsonb ->> 'opening' = %(opening)s"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Whose what is asked for is, and whether an open case of the viewer's office is about it."""

    whose: Whose
    in_case: bool = False


_AT_BEST: Final[Mapping[type[Question[Any]], Judged]] = {
    about.ReplayEntry: Judged(Whose.OWN_ORGANISATION, in_case=True),
    about.ExplainRefusal: Judged(Whose.OWN_ORGANISATION),
    about.ShowCase: Judged(Whose.OWN_OFFICE),
    about.ShowSubjectAccess: Judged(Whose.OWN_OFFICE, in_case=True),
    about.ShowHearing: Judged(Whose.OWN),
}


def at_best(question: Question[Any]) -> Judged | None:
    """Of a question of which that is known only of what is found: what it may turn out to be at best; None of any other.

    Whoever may not see even that is refused before anything is read.
    """
    return _AT_BEST.get(type(question))


def judged(question: Question[Any], facts: object, viewer: Viewer) -> Judged:
    """What it turned out to be, by what was found."""
    if isinstance(question, about.ReplayEntry):
        assert isinstance(facts, PastAccess)
        return Judged(
            _organisations(facts.leaf["organisation"], viewer),
            facts.case is not None and whose_case(facts.case, viewer) is Whose.OWN_OFFICE,
        )
    if isinstance(question, about.ExplainRefusal):
        assert isinstance(facts, RefusalFacts)
        return Judged(_organisations(facts.organisation, viewer))
    case = facts.case  # type: ignore[attr-defined]
    assert isinstance(case, Case)
    if isinstance(question, about.ShowHearing):
        asked = case.asks_somebody and case.concerned == viewer.name
        return Judged(Whose.OWN if asked else Whose.OTHERS)
    own = whose_case(case, viewer)
    return Judged(own, isinstance(question, about.ShowSubjectAccess) and case.is_open and case.of_kind.shows_record)


def whose_case(case: Case, viewer: Viewer) -> Whose:
    """Whose a case is that is read, or that something is to be done in."""
    if case.concerned == viewer.name:
        return Whose.ABOUT_THEM
    return whose_office(case.organisation, case.office, viewer)


def whose_office(organisation: str | None, office: str | None, viewer: Viewer) -> Whose:
    """Whose the cases of an office of an organisation are."""
    own = organisation is not None and organisation == viewer.organisation and office in viewer.roles
    return Whose.OWN_OFFICE if own else Whose.OTHERS


def whose_of(question: Question[Any], viewer: Viewer, read: Reading | None = None) -> Whose:
    """Whose what is asked for is."""
    if isinstance(question, about.AskOfficers):
        return _about_accesses(question, viewer)
    if isinstance(question, about.ShowOwnAccesses):
        return Whose.OWN if question.viewer == viewer.name else Whose.OTHERS
    if isinstance(question, about.ListAccesses | about.ReadFeedback):
        return _organisations(question.organisation, viewer)
    if isinstance(question, about.ListCases):
        return whose_office(question.organisation, question.office, viewer)
    worker = getattr(question, "worker", None)
    if worker is not None:
        return _work(worker, viewer, read)
    area = getattr(question, "area", None)
    if area is not None and area_key(area) in map(area_key, viewer.areas_on_duty()):
        return Whose.OWN_AREA
    return Whose.OTHERS


def _about_accesses(question: about.AskOfficers, viewer: Viewer) -> Whose:
    """Of one's own organisation first; counts tell of nobody, whoever's they are. Raises Misuse where there is no such question."""
    tells = question_named(question.name).tells
    if tells is Tells.OFFICERS:
        return Whose.OFFICERS
    whose = _organisations(question.organisation, viewer)
    acts = whose is Whose.OWN_ORGANISATION and Role.PRIVACY_OFFICER in viewer.roles
    return Whose.COUNTS if tells is Tells.COUNTS and not acts else whose


def _organisations(organisation: str | None, viewer: Viewer) -> Whose:
    own = organisation is not None and organisation == viewer.organisation
    return Whose.OWN_ORGANISATION if own else Whose.OTHERS


def _work(worker: str, viewer: Viewer, read: Reading | None) -> Whose:
    if worker == viewer.name:
        return Whose.OWN
    managed = viewer.teams_managed()
    if not managed or read is None or Role.TEAM_MANAGER not in viewer.roles:
        return Whose.OTHERS
    facts = reference_data.staff(read.connection, read.head.position, [worker], [])
    teams = {fact.team for fact in held_by_staff(facts, "team_membership", read.today)}
    return Whose.OWN_TEAM if managed & teams else Whose.OTHERS


def claims_left(read: Reading, at: datetime | None = None) -> bool:
    """Whether the viewer may still say that day that a child is their business: so many times a day and no more. `at` None: now."""
    midnight = datetime.combine((at or read.service.clock.now()).astimezone(LONDON).date(), time(), LONDON)
    until = midnight + timedelta(days=1) if at is None else at
    asked = {"v": read.viewer.name, "since": midnight, "until": until, "opening": Opening.CLAIM.value}
    (made,) = read.connection.execute(_CLAIMS, asked).fetchone() or (0,)
    return int(made) < read.service.settings.claims_a_day
