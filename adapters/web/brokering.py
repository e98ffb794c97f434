"""Being put in touch: asked for of any child, always, so that it tells nothing that it is offered; and what came of it.

The reference is the entry of the access log that showed what would be asked, so that a request that is sent twice is one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.commands.brokering import Brokering
from adapters.commands.confirming import Confirming
from adapters.log.messages import DUPLICATE
from adapters.web.answering import go_to, look_again
from adapters.web.asking import Asking
from adapters.web.reasons import read_reason, saying
from adapters.web.rendering import reader
from adapters.web.requests import PURPOSES
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Role, Viewer
from domain.answers.brokering import OUTCOMES
from domain.questions.about import ListContacts, ShowContact, ShowContactAnswer

LISTED, ASK, DO = "/contact-requests", "/contact-requests/ask", "/contact-requests/do"
ANSWER, ANSWERED = "/contact-requests/answer", "/contact-requests/answered"
_CHILD: Final = re.compile(r"c-[0-9a-f]{32}")
_ENTRY: Final = re.compile(r"a-[0-9a-f]{32}")
_MOST: Final = 100
_LISTED: Final = 100


@dataclass(frozen=True, slots=True)
class ContactPages:
    """The pages: of whoever asks, and of the index team, who answers."""

    asking: Asking
    typed: Typed
    brokering: Brokering
    confirming: Confirming

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(LISTED, self.listed),
            Shown(ASK, self.again),
            Shown(DO, self.again),
            Sent(LISTED, "begin_contact_request", self.begin),
            Sent(ASK, "look_at_contact_request", self.look, typed=HERE),
            Sent(DO, "ask_for_contact", self.do, typed=HERE),
            Sent(ANSWER, "look_at_contact_answer", self.answer),
            Sent(ANSWERED, "answer_contact_request", self.answered),
        )

    def listed(self, _: Request, viewer: Viewer) -> Response:
        """The requests of the viewer, or of everybody where they are of the index team."""
        own = Role.INDEX_TEAM not in viewer.roles
        asked = ListContacts(worker=viewer.name if own else None, effective_at=self.asking.day, limit=_LISTED)
        return self.asking.shown("contact-requests", viewer, {"listed": self.asking.ask(asked, viewer)}, own=own)

    def again(self, request: Request, viewer: Viewer) -> Response:
        """The form, with what was typed when the time was over; else the list."""
        typed = self.typed.take(viewer.name, request.url.path)
        return self._form(viewer, _said(typed), {}) if typed else go_to(LISTED)

    def begin(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """The form, about a child."""
        return self._form(viewer, _said(form), {})

    def look(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """What will be asked, before it is."""
        said = _said(form)
        if wrong := _wrong(said):
            return self._form(viewer, said, wrong)
        shown = self.asking.ask(_question(said, self.asking.day), _who(viewer, said))
        return self.asking.shown("contact-look", viewer, {"contact_request": shown}, said=said)

    def do(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """It is asked, once."""
        said, entry = _said(form), form.get("entry", "")
        if wrong := _wrong(said):
            return self._form(viewer, said, wrong)
        question = _question(said, self.asking.day)
        shown = self.asking.ask(question, _who(viewer, said))
        if not self._may_go_on(viewer, entry, question):
            return look_again(reader(viewer), (LISTED, "Contact requests"))
        promised = date.fromisoformat(shown.content["answer_by"])
        done = self.brokering.ask(viewer, entry, said["child"], said["purpose"], said["reach"] or None, promised)
        return self.asking.shown(
            "contact-done", viewer, {"contact_request": shown}, reference=entry, before=done.outcome == DUPLICATE, said=said
        )  # fmt: skip

    def answer(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """What an answer will tell, before it is given."""
        question = _answer_of(form, self.asking.day)
        shown = self.asking.ask(question, viewer)
        wrong = {} if question.outcome or not form.get("sent") else {"outcome": "Say what came of it"}
        status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return self.asking.shown("contact-answer", viewer, {"answer": shown}, status=status, wrong=wrong, done=None)

    def answered(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """It is answered, once."""
        question, entry = _answer_of(form, self.asking.day), form.get("entry", "")
        shown = self.asking.ask(question, viewer)
        if question.outcome is None or not self._may_go_on(viewer, entry, question):
            return look_again(reader(viewer), (LISTED, "Contact requests"))
        done = self.brokering.answer(viewer, entry, question.request, question.outcome)
        before = done.outcome == DUPLICATE
        return self.asking.shown(
            "contact-answer", viewer, {"answer": shown}, wrong={}, done="before" if before else "now"
        )

    def _may_go_on(self, viewer: Viewer, entry: str, question: ShowContact | ShowContactAnswer) -> bool:
        return _ENTRY.fullmatch(entry) is not None and self.confirming.was_shown(viewer, entry, question)

    def _form(self, viewer: Viewer, said: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
        blank = ShowContact(record=said["child"], effective_at=self.asking.day)
        shown = self.asking.ask(blank, _who(viewer, said))
        status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return self.asking.shown("contact", viewer, {"contact_request": shown}, status=status, said=said, wrong=wrong)


def _said(form: Mapping[str, str]) -> dict[str, str]:
    """What a form says. Raises Refused where it is none of ours."""
    said = {name: " ".join(form.get(name, "").split()) for name in ("child", "because", "purpose", "reach")}
    if not _CHILD.fullmatch(said["child"]):
        raise Refused(HTTPStatus.BAD_REQUEST, "child: as a page of ours says it")
    return said


def _wrong(said: Mapping[str, str]) -> dict[str, str]:
    wrong = {}
    if said["purpose"] not in PURPOSES:
        wrong["purpose"] = "Say what the contact is for"
    if not said["reach"]:
        wrong["reach"] = "Say how you can be reached"
    elif len(said["reach"]) > _MOST or not said["reach"].isprintable():
        wrong["reach"] = f"Use {_MOST} letters or fewer, and letters, digits and signs alone"
    return wrong


def _question(said: Mapping[str, str], day: date | None) -> ShowContact:
    return ShowContact(record=said["child"], purpose=said["purpose"], reach=said["reach"], effective_at=day)


def _answer_of(form: Mapping[str, str], day: date | None) -> ShowContactAnswer:
    request, outcome = form.get("request", ""), form.get("outcome") or None
    if not _ENTRY.fullmatch(request) or outcome not in OUTCOMES:
        raise Refused(HTTPStatus.BAD_REQUEST, "request, outcome: as a page of ours says them")
    return ShowContactAnswer(request=request, outcome=outcome, effective_at=day)


def _who(viewer: Viewer, said: Mapping[str, str]) -> Viewer:
    because, wrong = read_reason(said["because"])
    return viewer if wrong is not None else saying(viewer, because)
