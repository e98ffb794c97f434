"""What every page that shows something does: it asks at the door, and shows the answer and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import Response

from adapters.questions.door import Door
from adapters.web.answering import SignInStrongly, page
from adapters.web.people import Page
from adapters.web.reaching import Reaching
from adapters.web.rendering import Contact, reader, render
from domain.access.viewer import Viewer
from domain.answers.answered import Answered, AsOf, NotShown
from domain.questions.asking import Question

A = TypeVar("A")


class NotLogged(Exception):
    """An answer came without its entry of the access log, so nothing of it may be shown."""


class NothingToSee(Exception):
    """The door has nothing for this viewer: no such record, or not one that they may see. `entry`: of the access log."""

    def __init__(self, entry: str) -> None:
        super().__init__()
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks for the pages. `day` is that of a demonstration; None: today."""

    door: Door
    reaching: Reaching
    day: date | None

    @property
    def contact(self) -> Contact:
        """Whom to ask about what cannot be seen, as things stand."""
        return self.reaching.contact()

    def ask(self, question: Question[A], viewer: Viewer) -> Answered[A]:
        """The answer, logged. Raises NothingToSee, and SignInStrongly where the viewer must do so first."""
        answered = self.door.ask(question, viewer)
        if isinstance(answered, NotShown):
            if answered.sign_in_strongly:
                raise SignInStrongly
            raise NothingToSee(answered.entry)
        if answered.receipt is None:
            raise NotLogged
        return answered

    def shown(
        self,
        template: str,
        viewer: Viewer,
        answers: Mapping[str, Answered[Any]],
        *,
        status: HTTPStatus = HTTPStatus.OK,
        **more: object,
    ) -> Response:
        """A page of answers, each under its name in the template."""
        as_of: AsOf | None = next(iter(answers.values())).as_of
        text = render(
            template,
            reader=reader(viewer),
            content={name: answer.content for name, answer in answers.items()},
            day=None if as_of is None else as_of["effective_at"],
            receipts=[answer.receipt for answer in answers.values() if answer.receipt is not None],
            contact=self.contact,
            **more,
        )
        return page(text, status)

    def page(self, work: Page) -> Page:
        """The same page, with a refusal for what the door has nothing of."""

        @wraps(work)
        def shown(request: Request, viewer: Viewer) -> Response:
            try:
                return work(request, viewer)
            except NothingToSee as nothing:
                return self._refused(viewer, nothing.entry)

        return shown

    def _refused(self, viewer: Viewer, reference: str) -> Response:
        """One page for *no such record* and for *not yours*, which cannot be told apart. The index team finds its entry."""
        text = render("refused", reader=reader(viewer), contact=self.contact, reference=reference)
        return page(text, HTTPStatus.NOT_FOUND)
