"""The pages of a person who works with children: those they work with, one of them, their families, and what changed."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from adapters.process.clock import Clock, today
from adapters.web.answering import go_to, message, page
from adapters.web.asking import Asking, NothingToSee
from adapters.web.days import TypedDay, as_typed, end_of, read_day
from adapters.web.handles import Handles
from adapters.web.rendering import reader, render
from adapters.web.routing import Route, Sent, Shown
from domain.access.viewer import Viewer
from domain.answers.answered import Answered
from domain.questions import about

_WEEK: Final = timedelta(days=7)
_ON, _KNOWN, _SINCE = "on", "known", "since"
_WRONG: Final = HTTPStatus.BAD_REQUEST


@dataclass(frozen=True, slots=True)
class ChildPages:
    """The pages. A child's address is `handles`' own, of one session."""

    asking: Asking
    handles: Handles
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown("/my-children", self.my_children),
            Shown("/my-families", self.my_families),
            Shown("/changes", self.changes),
            Shown("/child/{handle}", self.child, linked=False),
            Sent("/child", "open_child", self.open_child),
        )

    def my_children(self, _: Request, viewer: Viewer) -> Response:
        """The children whom somebody works with or leads for."""
        caseload = self.asking.ask(about.ShowCaseload(worker=viewer.name, effective_at=self.asking.day), viewer)
        return self.asking.shown("my-children", viewer, {"caseload": caseload})

    def my_families(self, _: Request, viewer: Viewer) -> Response:
        """The same by family: what each has lost touch with, and where a lead is missing."""
        families = self.asking.ask(about.ShowMyFamilies(worker=viewer.name, effective_at=self.asking.day), viewer)
        return self.asking.shown("my-families", viewer, {"mine": families})

    def changes(self, request: Request, viewer: Viewer) -> Response:
        """What changed for somebody's children since the end of a day; without one, of a week ago."""
        since = read_day(request.query_params, _SINCE, "The day")
        if since.wrong:
            return _day_wrong(viewer, since)
        if since.day is None:
            since = as_typed(_SINCE, today(self.clock) - _WEEK)
        assert since.day is not None
        asked = about.ShowChanges(worker=viewer.name, since=end_of(since.day), effective_at=self.asking.day)
        return self.asking.shown("changes", viewer, {"changes": self.asking.ask(asked, viewer)}, since=since)

    def open_child(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Send the browser to a child's page, at an address that names nobody and is nothing to anybody else."""
        del request
        return go_to(self.handles.address(form.get("child", ""), viewer))

    def child(self, request: Request, viewer: Viewer) -> Response:
        """One child: who it is, who is involved and leads, and its timeline; as it stood on a day, as known on another."""
        opened = self.handles.opened(request.path_params["handle"], viewer)
        if opened is None:
            sentences = ["It was of another time that you signed in. Open the child again from your list."]
            link = ("/my-children", "My children")
            return message("This address has ended", sentences, HTTPStatus.NOT_FOUND, link, reader(viewer))
        on = read_day(request.query_params, _ON, "The day it stood on")
        known = read_day(request.query_params, _KNOWN, "The day we knew it on")
        if on.wrong or known.wrong:
            return _day_wrong(viewer, on, known)
        record, viewer = opened  # with the reason, where one was said
        at: dict[str, Any] = {"record": record, "effective_at": on.day or self.asking.day}
        then = None if known.day is None else end_of(known.day)
        # The timeline first: the child's own line is what counts as one look, of which a person may have only so many.
        timeline = self.asking.ask(about.ShowTimeline(**at, known_at=then), viewer)
        assert timeline.as_of is not None
        position = timeline.as_of["position"]  # both parts of the page are as known at one moment
        child = self.asking.ask(about.ShowChild(**at, known_at=position), viewer)
        stood = as_typed(_ON, date.fromisoformat(timeline.as_of["effective_at"]))
        answers: dict[str, Answered[Any]] = {"child": child, "timeline": timeline}
        if viewer.because is None:  # who only says why sees nothing of the child's family
            with suppress(NothingToSee):
                answers["family"] = self.asking.ask(about.ShowSiblings(**at, known_at=position), viewer)
        because = "" if viewer.because is None else viewer.because.reason
        return self.asking.shown("child", viewer, answers, on=stood, known=known, because=because)


def _day_wrong(viewer: Viewer, *days: TypedDay) -> Response:
    """The form again, with what was typed and what is wrong with it; nothing about anybody is shown."""
    return page(render("other-day", reader=reader(viewer), days=days), _WRONG)
