"""What an officer writes down of the review of an access: a form at the foot of its page."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from adapters.commands.reviewing import Review, review
from adapters.service.opened import Service
from adapters.web.answering import error_page, message, page
from adapters.web.officers import named_entry
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.reviewing import CameOut
from domain.access.viewer import Viewer
from domain.errors import Misuse, Rejected

_NOTE, _CASE = 2000, 60  # letters, at most
_TYPED: Final = ("outcome", "case", "note")
_ALERTS: Final = ("/questions/alerts", "Alerts that nobody has reviewed")


@dataclass(frozen=True, slots=True)
class ReviewPages:
    """Takes reviews. Who may review what is decided where it is written down."""

    service: Service
    typed: Typed

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown("/accesses/{entry}/review", self.form),
            Sent("/accesses/{entry}/review", "review_access", self.written, typed=HERE),
        )

    def form(self, request: Request, viewer: Viewer) -> Response:
        """The form by itself, with what was typed when the time was over. Nothing is asked at the door yet."""
        entry = named_entry(request)
        if not reader(viewer).is_officer:
            return error_page(HTTPStatus.NOT_FOUND)
        kept = self.typed.take(viewer.name, request.url.path)
        return self._again(viewer, entry, {name: kept.get(name, "") for name in _TYPED}, {})

    def written(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """A review, written down; what is wrong with it is said beside its field."""
        entry = named_entry(request)
        said = {name: form.get(name, "").strip() for name in _TYPED}
        wrong = _wrong(said)
        if wrong:
            return self._again(viewer, entry, said, wrong)
        try:
            review(
                self.service,
                viewer,
                Review(entry, CameOut(said["outcome"]), said["note"] or None, said["case"] or None),
            )
        except Misuse:
            return error_page(HTTPStatus.NOT_FOUND)
        except Rejected as rejected:
            field = "case" if rejected.field == "case_reference" else rejected.field or "note"
            return self._again(viewer, entry, said, {field: "It must be of letters, digits and signs alone"})
        return message(
            "The review is written down",
            ["Reviewed again, what is said last stands."],
            link=_ALERTS,
            reader=reader(viewer),
        )

    def _again(self, viewer: Viewer, entry: str, said: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
        more: dict[str, Any] = {"entry": entry, "said": said, "wrong": wrong}
        status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return page(render("access-review", reader=reader(viewer), **more), status)


def _wrong(said: Mapping[str, str]) -> dict[str, str]:
    if said["outcome"] not in set(CameOut):
        return {"outcome": "Say what came of it"}
    is_case = said["outcome"] == CameOut.CASE
    wrong = {}
    if is_case and not said["case"]:
        wrong["case"] = "Name the case"
    if not is_case and said["case"]:
        wrong["case"] = "Only what is passed on as a case has a reference"
    if len(said["case"]) > _CASE:
        wrong["case"] = f"The reference must be {_CASE} letters or fewer"
    if len(said["note"]) > _NOTE:
        wrong["note"] = f"The note must be {_NOTE} letters or fewer. You have typed {len(said['note'])}"
    return wrong
