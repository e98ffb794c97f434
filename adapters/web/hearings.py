"""The pages of a member of staff whom a case asks: which cases do, what one asks, and the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from adapters.commands.casework import Casework, as_kept
from adapters.web.answering import error_page, go_to
from adapters.web.asking import Asking
from adapters.web.casework import named, told
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Viewer
from domain.answers.answered import Answered
from domain.errors import NothingKnown, Rejected
from domain.questions import about

LIST: Final = "/hearings"


@dataclass(frozen=True, slots=True)
class HearingPages:
    """The pages. `casework` does what a viewer does in cases."""

    asking: Asking
    typed: Typed
    casework: Callable[[Viewer], Casework]

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(LIST, self.list),
            Shown(LIST + "/{case}", self.hearing),
            Sent(LIST + "/{case}", "answer_case", self.answer, typed=HERE),
        )

    def list(self, _: Request, viewer: Viewer) -> Response:
        """The cases that ask the viewer."""
        mine = self.asking.ask(about.ListHearings(worker=viewer.name), viewer)
        return self.asking.shown("hearings", viewer, {"mine": mine})

    def hearing(self, request: Request, viewer: Viewer) -> Response:
        """What one asks, and where it is answered; with what was typed when the time was over."""
        shown = self._shown(request, viewer)
        return self._page(shown, viewer, self.typed.take(viewer.name, request.url.path).get("text", ""))

    def answer(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Answer, once, however often the form is sent."""
        shown, text = self._shown(request, viewer), as_kept(form.get("text", ""))
        case = shown.content["case"]
        try:
            self.casework(viewer).step(case, "answered", text=text)
        except Rejected as rejected:
            return self._page(shown, viewer, text, told(rejected))
        except NothingKnown:
            return error_page(HTTPStatus.NOT_FOUND)
        return go_to(f"{LIST}/{case}")

    def _shown(self, request: Request, viewer: Viewer) -> Answered[Any]:
        return self.asking.ask(about.ShowHearing(case=named(request)), viewer)

    def _page(
        self, shown: Answered[Any], viewer: Viewer, text: str, wrong: Mapping[str, str] | None = None
    ) -> Response:
        answer = self.asking.shown("hearing", viewer, {"hearing": shown}, said={"text": text}, wrong=wrong or {})
        answer.status_code = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return answer
