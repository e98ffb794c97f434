"""Gathers requests for contact: what one would say, those of somebody or of all, and what an answer would say."""

from collections.abc import Iterable
from typing import Final

from adapters.questions.index_line import gather_lines
from adapters.questions.naming import names_of_workers
from adapters.questions.paging import page_of
from adapters.questions.reading import Reading
from domain.answers.brokering import AnswerFacts, ContactFacts, RequestFacts
from domain.answers.pages import Page
from domain.brokering import Request, Told, requests, working_days_after
from domain.questions.about import ListContacts, ShowContact, ShowContactAnswer
from projections import reference_data

_SHOWN_DAYS: Final = 90  # for which a request that was answered is still listed


def gather_contact(read: Reading, question: ShowContact, day: int) -> ContactFacts | None:
    """What a request about a child would say; None when nothing is known by that."""
    child = read.child(question.identifier, question.record)
    if child is None:
        return None
    answer_by = working_days_after(day, read.service.settings.index_team_reply_days)
    return ContactFacts(gather_lines(read, [child], day)[child], question.purpose, question.reach, answer_by)


def gather_contacts(read: Reading, question: ListContacts, day: int) -> Page[RequestFacts]:
    """Requests of somebody, or of all, that wait, and those that were answered in the last ninety days."""
    listed = [
        one
        for one in _requests(read)
        if question.worker in (None, one.worker) and (one.waits or (one.said_on or 0) >= day - _SHOWN_DAYS)
    ]
    page = page_of(read, question, listed)
    found = {one.request: one for one in _facts(read, page.items, day)}
    return Page([found[one] for one in page.items if one in found], page.total, page.next)


def gather_answer(read: Reading, question: ShowContactAnswer, day: int) -> AnswerFacts | None:
    """What an answer to a request would say; None where there is no such request."""
    asked = [one for one in _requests(read) if one.reference == question.request]
    found = _facts(read, asked, day)
    return AnswerFacts(found[0], question.outcome) if found else None


def _requests(read: Reading) -> list[Request]:
    facts = reference_data.brokering(read.connection, read.edition.position)
    read.expect_bodies(fact.position for fact in facts)
    return requests(Told(fact.kind, fact.start, fact.position, read.body(fact.position)) for fact in facts)


def _facts(read: Reading, asked: Iterable[Request], day: int) -> list[RequestFacts]:
    """Requests with whom they are about; without those of children whom the viewer is kept from, or whom nobody knows any more."""
    of = {one: child for one in asked if (child := read.child(None, one.record)) is not None}
    kept = read.kept_from(set(of.values()))
    of = {one: child for one, child in of.items() if child not in kept}
    lines = gather_lines(read, sorted(set(of.values())), day) if of else {}
    workers = {who for one in of for who in (one.worker, one.holder) if who is not None}
    names = names_of_workers(read, workers, day)
    return [
        RequestFacts(one, lines[child], names.get(one.worker), names.get(one.holder or "")) for one, child in of.items()
    ]
