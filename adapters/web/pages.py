"""The pages about children: each asks at the door, and shows the answer and nothing else."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final, TypeVar

from fastapi import Request
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.process.logs import get_logger
from adapters.questions.door import Door
from adapters.web.answering import go_to, message, page
from adapters.web.rendering import Contact, Reader, render
from adapters.web.sealing import Sealing
from domain.access.viewer import Viewer
from domain.answers.answered import Answered, AsOf
from domain.questions import about
from domain.questions.asking import Question

A = TypeVar("A")
_CHILD: Final = re.compile(r"c-[0-9a-f]{32}")
_LETTERS: Final = "23456789BCDFGHJKMNPQRTVWX"  # none that is read as another, none that makes a word
_log = get_logger("pages")


class NotLogged(Exception):
    """An answer came without its entry of the access log, so nothing of it may be shown."""


class NothingToSee(Exception):
    """The door has nothing for this viewer: no such record, or not one that they may see."""


@dataclass(frozen=True, slots=True)
class ChildPages:
    """The pages. `day` is that of a demonstration; None: today. A child's address is `handles`' own, of one session."""

    door: Door
    handles: Sealing
    contact: Contact
    day: date | None

    def my_children(self, _: Request, viewer: Viewer) -> Response:
        """The children whom somebody works with or leads for."""
        caseload = self._ask(about.ShowCaseload(worker=viewer.name, effective_at=self.day), viewer)
        return self._shown("my-children", viewer, caseload=caseload)

    def open_child(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Send the browser to a child's page, at an address that names nobody and is nothing to anybody else."""
        del request
        child = form.get("child", "")
        if not _CHILD.fullmatch(child) or viewer.session is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "child: one of a list of ours")
        return go_to(f"/child/{self.handles.seal(child.encode(), viewer.session)}")

    def child(self, request: Request, viewer: Viewer) -> Response:
        """One child: who it is, who works with it, and its timeline."""
        opened = self.handles.open(request.path_params["handle"], viewer.session or b"")
        if opened is None:
            sentences = ["It was of another time that you signed in. Open the child again from your list."]
            return message(
                "This address has ended",
                sentences,
                HTTPStatus.NOT_FOUND,
                ("/my-children", "My children"),
                Reader(viewer.name),
            )
        record = opened.decode()
        try:
            child = self._ask(about.ShowChild(record=record, effective_at=self.day), viewer)
            assert child.as_of is not None
            known_at = child.as_of["position"]  # both parts of the page are as known at one moment
            asked = about.ShowTimeline(record=record, effective_at=self.day, known_at=known_at)
            timeline = self._ask(asked, viewer)
        except NothingToSee:
            return self._refused(viewer)
        return self._shown("child", viewer, child=child, timeline=timeline)

    def _ask(self, question: Question[A], viewer: Viewer) -> Answered[A]:
        answered = self.door.answer(question, viewer)
        if answered is None:
            raise NothingToSee
        if answered.receipt is None:
            raise NotLogged
        return answered

    def _shown(self, template: str, viewer: Viewer, **answers: Answered[Any]) -> Response:
        as_of: AsOf | None = next(iter(answers.values())).as_of
        assert as_of is not None
        text = render(
            template,
            reader=Reader(viewer.name),
            content={name: answer.content for name, answer in answers.items()},
            day=as_of["effective_at"],
            receipts=[answer.receipt for answer in answers.values() if answer.receipt is not None],
        )
        return page(text)

    def _refused(self, viewer: Viewer) -> Response:
        """One page for *no such record* and for *not yours*, which cannot be told apart."""
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        reference = f"{letters[:4]}-{letters[4:]}"
        _log.info("page_refused", reference=reference)
        text = render("refused", reader=Reader(viewer.name), contact=self.contact, reference=reference)
        return page(text, HTTPStatus.NOT_FOUND)
