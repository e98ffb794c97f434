"""What a person decides about a child of theirs: a form, a page that says what will happen, and it is done once.

The entry of the access log that showed what would happen is the id of what is done (decision 64), so nothing is done twice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from adapters.api.lending import Lending
from adapters.api.problems import Refused
from adapters.commands.decided import Commands, said_by
from adapters.commands.offered import Offered, command_of, offered
from adapters.log.messages import DUPLICATE
from adapters.process.clock import Clock, today
from adapters.web.answering import go_to, look_again
from adapters.web.asking import Asking
from adapters.web.days import PARTS, TypedDay, read_day
from adapters.web.reasons import read_reason, saying
from adapters.web.rendering import reader
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Viewer
from domain.answers.answered import Answered
from domain.errors import Rejected
from domain.leads.commands import DECISIONS
from domain.questions.about import ShowDecision

LOOK, DO = "/decide/look", "/decide/do"
_CHILD: Final = re.compile(r"c-[0-9a-f]{32}")
_WORKER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}:[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}", re.ASCII)
_OTHER: Final = "other"
_MOST: Final = 200
_ON: Final = "on"
_SAYS: Final = ("role", "scope", "service", "provision", "reason", "family_view")
TYPED: Final = ("child", "decision", "because", "worker", "other", *_SAYS, *(f"{_ON}-{part}" for part in PARTS))
# How the fields of a command are asked for, in words of people.
_MISSING: Final = {
    "role": "Say which lead it is",
    "scope": "Say whom the lead is for",
    "service": "Say which service it is",
    "provision": "Say whether every child has the service",
}
OFFERED: Final = {one.name: one for one in offered()}


@dataclass(frozen=True, slots=True)
class DecidingPages:
    """The pages. What somebody may decide is the door's to say, and what can be decided the table of commands'."""

    asking: Asking
    typed: Typed
    clock: Clock
    commands: Lending[Commands]

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(LOOK, self.again),
            Shown(DO, self.again),
            Sent("/decide", "begin_deciding", self.form),
            Sent(LOOK, "look_at_decision", self.look, typed=HERE),
            Sent(DO, "decide", self.do, typed=HERE),
        )

    def again(self, request: Request, viewer: Viewer) -> Response:
        """The form, with what was typed when the time was over; else where somebody begins."""
        typed = self.typed.take(viewer.name, request.url.path)
        return self.form(request, viewer, typed) if typed else go_to("/my-children")

    def form(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """What the decision needs to be told; with what was typed already."""
        said = _said(form)
        return self._form(viewer, said, {})

    def look(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """What will happen, before it does."""
        said = _said(form)
        wrong = self._wrong(said)
        if wrong:
            return self._form(viewer, said, wrong)
        shown = self.asking.ask(self._question(said, viewer), _who(viewer, said))
        return self._shown("decide-look", viewer, shown, said)

    def do(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """It is done, once; or it is said why it cannot be."""
        said = _said(form)
        entry = form.get("entry", "")
        if self._wrong(said):
            return self._form(viewer, said, self._wrong(said))
        question = self._question(said, viewer)
        shown = self.asking.ask(question, _who(viewer, said))
        asked = {name: getattr(question, name) for name in _fields(OFFERED[said["decision"]])}
        command = command_of(question.worker, self._day(said), asked)
        with self.commands.borrow() as commands:
            if not commands.was_shown(viewer, entry, question):
                return look_again(reader(viewer), ("/my-children", "My children"))
            try:
                done = commands.run(said["decision"], said["child"], command, said_by(viewer.name, command, entry))
            except Rejected as refused:
                return self._shown("decide-done", viewer, shown, said, refused=refused.rule or refused.reason)
        return self._shown("decide-done", viewer, shown, said, before=done.outcome == DUPLICATE)

    def _shown(
        self,
        template: str,
        viewer: Viewer,
        shown: Answered[Any],
        said: Mapping[str, str],
        refused: str | None = None,
        *,
        before: bool = False,
    ) -> Response:
        answers = {"decision": shown}
        return self.asking.shown(template, viewer, answers, said=said, wrong={}, refused=refused, before=before)

    def _form(self, viewer: Viewer, said: Mapping[str, str], wrong: Mapping[str, str]) -> Response:
        """The form is about a child, so its name and who works with it are asked for at the door: of the viewer's own part."""
        one = OFFERED[said["decision"]]
        blank = ShowDecision(
            record=said["child"],
            decision=one.name,
            worker=viewer.name,
            effective_at=self.asking.day or today(self.clock),
        )
        shown = self.asking.ask(blank, _who(viewer, said))
        on = read_day(said, _ON, "The day")
        return self.asking.shown(
            "decide", viewer, {"decision": shown}, said=said, wrong=wrong, on=on, offered=one, of_others=DECISIONS[one.name].of_others,
            status=HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK,
        )  # fmt: skip

    def _wrong(self, said: Mapping[str, str]) -> dict[str, str]:
        """What is wrong with the form, by the field that it stands in."""
        one, wrong = OFFERED[said["decision"]], {}
        if DECISIONS[one.name].of_others and not _WORKER.fullmatch(_worker(said) or ""):
            wrong["other" if said["worker"] == _OTHER else "worker"] = (
                "Say who it is: a person of the list, or an organisation and a staff number such as la-808:W2041"
            )
        for field in one.fields:
            value = said[field.name]
            if field.needed and not value:
                wrong[field.name] = _MISSING[field.name]
            elif value and field.codes and value not in field.codes:
                wrong[field.name] = "Choose one of those that are offered"
            elif len(value) > _MOST or not value.isprintable():
                wrong[field.name] = f"Use {_MOST} letters or fewer, and letters, digits and signs alone"
        day = self._typed_day(said)
        if day.wrong:
            wrong[_ON] = day.wrong
        elif day.day is not None and day.day > today(self.clock):
            wrong[_ON] = "The day must be today, or before it"
        return wrong

    def _question(self, said: Mapping[str, str], viewer: Viewer) -> ShowDecision:
        one = OFFERED[said["decision"]]
        worker = _worker(said) if DECISIONS[one.name].of_others else None
        asked: dict[str, Any] = {name: said[name] or None for name in _fields(one)}
        return ShowDecision(
            record=said["child"], decision=one.name, worker=worker or viewer.name, effective_at=self._day(said), **asked
        )

    def _day(self, said: Mapping[str, str]) -> date:
        return self._typed_day(said).day or today(self.clock)

    def _typed_day(self, said: Mapping[str, str]) -> TypedDay:
        return read_day(said, _ON, "The day")


def _said(form: Mapping[str, str]) -> dict[str, str]:
    """What a form says. Raises Refused where it is none of ours."""
    said = {name: " ".join(form.get(name, "").split()) for name in TYPED}
    if not _CHILD.fullmatch(said["child"]) or said["decision"] not in OFFERED:
        raise Refused(HTTPStatus.BAD_REQUEST, "child, decision: as a page of ours says them")
    return said


def _who(viewer: Viewer, said: Mapping[str, str]) -> Viewer:
    """The viewer, with why the child is their business where they said so and that is enough for the decision."""
    because, wrong = read_reason(said["because"])
    enough = wrong is None and DECISIONS[said["decision"]].by_claim
    return saying(viewer, because) if enough else viewer


def _worker(said: Mapping[str, str]) -> str | None:
    return (said["other"] if said["worker"] == _OTHER else said["worker"]) or None


def _fields(one: Offered) -> list[str]:
    return [field.name for field in one.fields]
