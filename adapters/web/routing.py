"""Which page stands at which address: each module of pages says it of its own, and one place makes handlers of it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.api.work_queues import WorkQueue
from adapters.web.answering import error_page, read_form
from adapters.web.people import Handler, Page, People, told
from adapters.web.typed import Form
from domain.access.viewer import Viewer

HERE: Final = "here"
PageOfForm = Callable[[Request, Viewer, Mapping[str, str]], Response]
Wrapped = Callable[[Page], Page]


@dataclass(frozen=True, slots=True)
class Anybody:
    """A page for whoever comes, signed in or not. `waits`: for somebody's issuer, which holds up signing in and nothing else."""

    path: str
    work: Handler
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A page for people who have signed in.

    `linked`: links may lead to it from anywhere, as somebody who has signed in again comes to it. `before_notice`: it is shown to
    who has not read the notice for staff.
    """

    path: str
    work: Page
    linked: bool = True
    before_notice: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A form of people who have signed in; `name` is what logs call it.

    `typed`: the page where something is typed into it, HERE: that of the same address; None: nothing is.
    """

    path: str
    name: str
    work: PageOfForm
    typed: str | None = None
    before_notice: bool = False


Route = Anybody | Shown | Sent


def linked(routes: Iterable[Route]) -> list[str]:
    """The addresses to which links may lead from anywhere; `/` at the end: to what is below."""
    return [
        one.path.partition("{")[0]
        for one in routes
        if isinstance(one, Anybody) or (isinstance(one, Shown) and one.linked)
    ]


@dataclass(frozen=True, slots=True)
class Routing:
    """Makes handlers of routes, which do their work in turn, in a thread. `asking`: the same page, with a refusal for what is not there."""

    people: People
    asking: Wrapped
    reading: WorkQueue
    waiting: WorkQueue

    def add(self, router: APIRouter, routes: Iterable[Route]) -> None:
        """Put routes into a router, in their order."""
        for one in routes:
            match one:
                case Anybody():
                    router.add_api_route(one.path, self._shown(one.work, waits=one.waits), methods=["GET"])
                case Shown():
                    work = self.people.page(self.asking(one.work), before_notice=one.before_notice)
                    router.add_api_route(one.path, self._shown(work, waits=one.waits), methods=["GET"])
                case Sent():
                    router.add_api_route(one.path, self.sent(one.name, partial(self._of, one)), methods=["POST"])

    def _of(self, one: Sent, form: Mapping[str, str], here: str) -> Handler:
        kept = None if one.typed is None else Form(here if one.typed is HERE else one.typed, form)
        answer = self.asking(lambda request, viewer: one.work(request, viewer, form))
        return self.people.page(answer, kept, before_notice=one.before_notice)

    def _shown(self, work: Handler, *, waits: bool) -> Callable[[Request], Awaitable[Response]]:
        queue = self.waiting if waits else self.reading

        @wraps(work)
        async def shown(request: Request) -> Response:
            try:
                return await queue.run(partial(told(work), request))
            except Refused as refused:
                return error_page(refused.status, refused.headers)

        shown.__annotations__ = {"request": Request, "return": Response}
        del shown.__wrapped__  # the framework would look for its parameters
        return shown

    def sent(
        self, name: str, work_of: Callable[[Mapping[str, str], str], Handler]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The handler of a form, whose work is made of its fields and of the address that it is sent to."""

        async def sent(request: Request) -> Response:
            try:
                form = await read_form(request)
                return await self.reading.run(partial(told(work_of(form, request.url.path)), request))
            except Refused as refused:
                return error_page(refused.status, refused.headers)

        sent.__name__ = name
        return sent
