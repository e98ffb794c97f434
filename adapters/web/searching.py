"""Searching for a child who is not one of one's own: the reason comes first, few are shown, and of each only who it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.web.answering import go_to, message, page
from adapters.web.asking import Asking
from adapters.web.days import PARTS, TypedDay, read_day
from adapters.web.handles import Handles
from adapters.web.numbers import number_wrong, read_number
from adapters.web.reasons import read_reason, saying
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Viewer
from domain.questions import about

SEARCH: Final = "/search"
_FEWEST: Final = 2  # letters of a family name
_MOST: Final = 100
_BORN: Final = "born"
_TYPED: Final = ("reason", "scheme", "number", "family", *(f"{_BORN}-{part}" for part in PARTS))


@dataclass(frozen=True, slots=True)
class SearchPages:
    """The pages. What is typed is sent by POST, and outlasts the time of who typed it."""

    asking: Asking
    handles: Handles
    typed: Typed

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(SEARCH, self.form),
            Sent(SEARCH, "found_children", self.found, typed=HERE),
            Sent(f"{SEARCH}/open", "open_found", self.open, typed=SEARCH),
        )

    def form(self, request: Request, viewer: Viewer) -> Response:
        """Where somebody says why, and whom they look for."""
        return self._form(viewer, self.typed.take(viewer.name, request.url.path), {})

    def found(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """The children that fit; where more than ten do, none."""
        said = {name: form.get(name, "").strip() for name in _TYPED}
        reason, no_reason = read_reason(said["reason"])
        born = read_day(said, _BORN, "The date of birth")
        wrong = ({} if no_reason is None else {"reason": no_reason}) | _wrong(said, born)
        if wrong:
            return self._form(viewer, said, wrong)
        question = (
            about.FindChildren(identifier=read_number(said), effective_at=self.asking.day)
            if said["number"]
            else about.FindChildren(family=said["family"], born=born.day, effective_at=self.asking.day)
        )
        found = self.asking.ask(question, saying(viewer, reason))
        said |= {"reason": reason}
        return self.asking.shown("search", viewer, {"found": found}, said=said, born=born, wrong={})

    def open(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Send the browser to a child that was found, with the reason, which each look at it is logged with."""
        reason, wrong = read_reason(form.get("reason", ""))
        if wrong is not None:
            sentences = [f"{wrong}.", "Go back, and type it before you choose a child."]
            return message("Say why first", sentences, HTTPStatus.BAD_REQUEST, reader=reader(viewer))
        return go_to(self.handles.address(form.get("child", ""), viewer, reason))

    def _form(self, viewer: Viewer, said: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
        typed = {name: said.get(name, "") for name in _TYPED}
        born = read_day(typed, _BORN, "The date of birth")
        text = render(
            "search", reader=reader(viewer), contact=self.asking.contact, said=typed, born=born, wrong=wrong, found=None
        )
        return page(text, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK)


def _wrong(said: Mapping[str, str], born: TypedDay) -> dict[str, str]:
    """What is wrong, by the field that it stands in."""
    named = bool(said["family"] or any(born.typed.values()))
    if bool(said["number"]) == named:
        return {"number": "Type either a number, or a family name and a date of birth"}
    if said["number"]:
        return number_wrong(said)
    wrong = {}
    if not _FEWEST <= len(said["family"]) <= _MOST or not said["family"].isprintable():
        wrong["family"] = f"The family name must have {_FEWEST} letters or more, up to {_MOST}"
    if born.day is None:
        wrong["born"] = born.wrong or "The date of birth must be there too"
    return wrong
