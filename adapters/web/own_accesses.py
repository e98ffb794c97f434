"""What staff are told of the log of their accesses, and their own entries of it (access.md 7)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.web.answering import STAFF_NOTICE, go_to, page
from adapters.web.asking import Asking
from adapters.web.days import PARTS, read_day
from adapters.web.people import People
from adapters.web.rendering import reader, render
from adapters.web.routing import Anybody, Route, Sent, Shown
from adapters.web.sessions import Session
from domain.access.viewer import Viewer
from domain.answers.notice import VERSION, notice_now
from domain.questions import about

OWN: Final = "/my-accesses"
_LISTED: Final = 50
_ENTRY: Final = re.compile(r"a-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class StaffNotice:
    """The notice: anybody may read it at any time, and whoever has signed in says once that they have."""

    asking: Asking
    people: People

    def routes(self) -> tuple[Route, ...]:
        """The page, by its address."""
        return (
            Anybody(STAFF_NOTICE, self.shown),
            Sent(STAFF_NOTICE, "acknowledge_notice", self.acknowledged, before_notice=True),
        )

    def shown(self, request: Request) -> Response:
        """The notice as it is now; with a button for who has not said yet that they have read it."""
        found = self.people.session(request)
        asks = isinstance(found, Session) and found.notice != VERSION
        return page(render("staff-notice", content={"notice": notice_now()}, asks=asks))

    def acknowledged(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Log once that somebody has read it, and send them to where they were going. One of another version is shown again."""
        found = self.people.session(request)
        if isinstance(found, Session) and found.notice == VERSION:
            return go_to("/")
        if form.get("version") != str(VERSION):
            return go_to(STAFF_NOTICE)
        self.asking.ask(about.ReadNotice(version=VERSION), viewer)
        assert viewer.session is not None
        self.people.sessions.acknowledge(viewer.session, VERSION)
        return go_to(self.people.typed.page(viewer.name) or "/")


@dataclass(frozen=True, slots=True)
class OwnAccesses:
    """What I looked at: the viewer's own entries and nobody else's."""

    asking: Asking

    def routes(self) -> tuple[Route, ...]:
        """The page, by its address."""
        return (Shown(OWN, self.listed),)

    def listed(self, request: Request, viewer: Viewer) -> Response:
        """A part of the list, of some days; neither days nor an entry in the address name anybody."""
        said = {name: request.query_params.get(name, "") for name in _DAYS}
        first, last = read_day(said, "first", "The first day"), read_day(said, "last", "The last day")
        wrong = {day.name: day.wrong for day in (first, last) if day.wrong}
        if not wrong and first.day and last.day and last.day < first.day:
            wrong = {"last": "The last day must be the first, or after it"}
        before = request.query_params.get("before")
        if before is not None and not _ENTRY.fullmatch(before):
            before = None
        if wrong:
            text = render(
                "my-accesses", reader=reader(viewer), first=first, last=last, wrong=wrong, own=None, said=said
            )
            return page(text, HTTPStatus.BAD_REQUEST)
        question = about.ShowOwnAccesses(
            viewer=viewer.name, first=first.day, last=last.day, limit=_LISTED, cursor=before
        )
        own = self.asking.ask(question, viewer)
        return self.asking.shown("my-accesses", viewer, {"own": own}, first=first, last=last, wrong={}, said=said)


_DAYS: Final = tuple(f"{day}-{part}" for day in ("first", "last") for part in PARTS)
