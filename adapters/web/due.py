"""The page of how much is due for erasure: for the index team and officers, in counts; from it what is due is proposed (docs/decisions/0068)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.commands.retention import Retention
from adapters.process.retention_file import ScheduleWrong
from adapters.web.answering import SignInStrongly, error_page, message, schedule_wrong
from adapters.web.asking import Asking
from adapters.web.erasures import proposed
from adapters.web.rendering import reader
from adapters.web.routing import Route, Sent, Shown
from domain.access.viewer import Viewer
from domain.erasure import GROUNDS, MAY_CONFIRM, MAY_PROPOSE, MOST_RECORDS
from domain.errors import NothingKnown, Rejected
from domain.questions.about import ShowDue

DUE: Final = "/records-due"
_BACK: Final = (DUE, "Records due")


@dataclass(frozen=True, slots=True)
class DuePages:
    """The page. Who may see it is the door's to decide, and who may propose, the command's. `retention`: by today's schedule."""

    asking: Asking
    retention: Callable[[], Retention]

    def routes(self) -> tuple[Route, ...]:
        """The page, by its address."""
        return (Shown(DUE, self.shown), Sent(DUE, "propose_due", self.propose))

    def shown(self, _: Request, viewer: Viewer) -> Response:
        """What is due by class, what is held until when, and what waits for a second person."""
        try:
            found = self.asking.ask(ShowDue(), viewer)
        except ScheduleWrong:
            return schedule_wrong(reader(viewer), _BACK)
        return self.asking.shown(
            "records-due",
            viewer,
            {"found": found},
            grounds=GROUNDS,
            most=MOST_RECORDS,
            proposes=not MAY_PROPOSE.isdisjoint(viewer.roles),
            confirms=not MAY_CONFIRM.isdisjoint(viewer.roles),
        )

    def propose(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Propose what is due. Sent twice it is proposed once."""
        del form
        if MAY_PROPOSE.isdisjoint(viewer.roles):
            return error_page(HTTPStatus.NOT_FOUND)
        if not viewer.signed_in_strongly:
            raise SignInStrongly
        try:
            proposal = self.retention().propose(viewer.name)
        except ScheduleWrong:
            return schedule_wrong(reader(viewer), _BACK)
        except NothingKnown:
            return message("Nothing is due", ["Nothing was proposed."], HTTPStatus.CONFLICT, _BACK, reader(viewer))
        except Rejected as rejected:
            sentences = (f"This is why: {rejected.rule}.", "Nothing was erased, and nothing was noted.")
            return message("That cannot be done", sentences, HTTPStatus.CONFLICT, _BACK, reader(viewer))
        return proposed(viewer, proposal, _BACK)
