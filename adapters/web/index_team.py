"""The index team's other pages: what is kept in quarantine, by organisation and reason, and what protects children and is in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.commands.confirming import Confirming
from adapters.commands.quarantine import Quarantine
from adapters.log.messages import Counts
from adapters.web.answering import look_again
from adapters.web.asking import Asking
from adapters.web.reasons import read_reason, saying
from adapters.web.rendering import reader
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Viewer
from domain.answers.protecting import SHIELDS
from domain.checks import is_organisation
from domain.questions.about import CountKept, CountProtections, ListKept, ListProtections
from domain.reasons import REASONS

QUARANTINE, KEPT, REDRIVE = "/quarantine", "/quarantine/kept", "/quarantine/redrive"
PROTECTIONS, LISTED = "/protections", "/protections/listed"
_AT_ONCE: Final = 100  # events of one reason that are listed, and recorded again, at once
_OPEN: Final = frozenset({"waiting", "ready"})


@dataclass(frozen=True, slots=True)
class IndexTeamPages:
    """The pages. What somebody may see is the door's to decide; who is not of the team is refused there."""

    asking: Asking
    typed: Typed
    confirming: Confirming
    quarantine: Quarantine

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(QUARANTINE, self.kept_counts),
            Shown(PROTECTIONS, self.protections),
            Shown(LISTED, self.protections),
            Sent(KEPT, "list_kept", self.kept),
            Sent(REDRIVE, "redrive_kept", self.redrive),
            Sent(LISTED, "list_protections", self.listed, typed=HERE),
        )

    def kept_counts(self, _: Request, viewer: Viewer) -> Response:
        """How many events are kept, by organisation and reason."""
        return self.asking.shown("quarantine", viewer, {"kept": self.asking.ask(CountKept(), viewer)})

    def kept(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Those of one organisation and reason, and what will happen when they are recorded again."""
        question = _kept_of(form)
        shown = self.asking.ask(question, viewer)
        again = [one for one in shown.content["aside"] if _is_open(one)]
        return self.asking.shown(
            "quarantine-kept", viewer, {"kept": shown}, asked=question, again=len(again), done=None
        )

    def redrive(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """They are recorded again, as far as they are stored whole; what became of them."""
        question = _kept_of(form)
        shown = self.asking.ask(question, viewer)
        if not self.confirming.was_shown(viewer, form.get("entry", ""), question):
            return look_again(reader(viewer), (QUARANTINE, "Quarantine"))
        ids = [UUID(one["id"]) for one in shown.content["aside"] if _is_open(one)]
        counts = self.quarantine.redrive(ids, None) if ids else Counts()
        return self.asking.shown(
            "quarantine-kept", viewer, {"kept": shown}, asked=question, again=0, done=counts.as_json()
        )

    def protections(self, request: Request, viewer: Viewer) -> Response:
        """How many shields and exclusions are in force; and where to say why one looks at whose they are."""
        return self._counts(viewer, self.typed.take(viewer.name, request.url.path), {})

    def listed(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Those of one kind, of whom; by reason typed first."""
        kind, (reason, no_reason) = form.get("kind", ""), read_reason(form.get("reason", ""))
        wrong = {} if no_reason is None else {"reason": no_reason}
        if kind not in SHIELDS:
            wrong["kind"] = "Say which you want to look at"
        if wrong:
            return self._counts(viewer, form, wrong)
        asked = ListProtections(kind=kind, effective_at=self.asking.day, limit=_AT_ONCE)
        listed = self.asking.ask(asked, saying(viewer, reason))
        return self.asking.shown("protections-listed", viewer, {"listed": listed}, said={"reason": reason})

    def _counts(self, viewer: Viewer, said: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
        counts = self.asking.ask(CountProtections(effective_at=self.asking.day), viewer)
        typed = {name: said.get(name, "") for name in ("kind", "reason")}
        status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return self.asking.shown("protections", viewer, {"protections": counts}, status=status, said=typed, wrong=wrong)


def _is_open(one: Mapping[str, Any]) -> bool:
    return one["kind"] == "kept" and one["state"] in _OPEN and bool(one["whole"])


def _kept_of(form: Mapping[str, str]) -> ListKept:
    """What a form asks for. Raises Refused where it is none of ours."""
    reason, organisation = form.get("reason", ""), form.get("organisation") or None
    if reason not in REASONS or (organisation is not None and not is_organisation(organisation)):
        raise Refused(HTTPStatus.BAD_REQUEST, "reason, organisation: as a page of ours says them")
    return ListKept(reason=reason, organisation=organisation, limit=_AT_ONCE)
