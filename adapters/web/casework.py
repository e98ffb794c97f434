"""The pages of officers' cases: a list, one with what was done in it, a form for each thing that may be done, and a new one.

Each case is first asked for at the door, so that whose it is not is refused, and logged, before anything is done.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.commands.casework import Casework, as_kept
from adapters.web.answering import error_page, go_to, page
from adapters.web.asking import Asking
from adapters.web.days import PARTS, TypedDay, read_day
from adapters.web.numbers import number_wrong, read_number
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered
from domain.cases.kinds import ASKED_BY, KINDS, OFFICES, STEPS
from domain.cases.work import LONGEST, Opening
from domain.dates import LONDON
from domain.errors import NothingKnown, Rejected
from domain.questions import about

LIST: Final = "/cases"
CLOSE: Final = "close"
_CASE: Final = re.compile(r"k-[0-9a-f]{32}")
_ENTRY: Final = re.compile(r"a-[0-9a-f]{32}")
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_LISTED: Final = 50
_AWARE: Final = "aware"
_NEW: Final = (
    "kind", "text", "accesses", "scheme", "number", "concerned", "asked_by", "time", *(f"{_AWARE}-{part}" for part in PARTS),
)  # fmt: skip
_DONE: Final = ("text", "item", "outcome", "unheard")
# What is said where nothing was chosen.
_CHOOSE: Final = {
    "kind": "Say what the case is about",
    "asked_by": "Say who asks",
    "outcome": "Say what came of it",
}
# What a field of a case is called where it is typed, if by another name.
_FIELDS: Final = {"child": "number", "aware_at": _AWARE, "step": "text", "case": "text"}


@dataclass(frozen=True, slots=True)
class CasePages:
    """The pages. `casework` does what a viewer does in cases."""

    asking: Asking
    typed: Typed
    casework: Callable[[Viewer], Casework]

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown("/cases", self.list),
            Shown("/cases/new", self.new),
            Shown("/cases/{case}", self.case),
            Shown("/cases/{case}/{act}", self.act),
            Sent("/cases/new", "open_case", self.open, typed=HERE),
            Sent("/cases/{case}/{act}", "do_in_case", self.do, typed=HERE),
        )

    def list(self, request: Request, viewer: Viewer) -> Response:
        """The cases of the viewer's office, the newest first; who checks sees all."""
        before = request.query_params.get("before")
        if before is not None and not _CASE.fullmatch(before):
            raise Refused(HTTPStatus.NOT_FOUND, "a case as pages show it")
        whose = {} if Role.DATA_PROTECTION_OFFICER in viewer.roles else _office(viewer)
        listed = self.asking.ask(about.ListCases(**whose, limit=_LISTED, cursor=before), viewer)
        return self.asking.shown("cases", viewer, {"listed": listed})

    def new(self, request: Request, viewer: Viewer) -> Response:
        """Where an officer opens a case; of an access that they came from it stands there already."""
        if office_of(viewer) is None:
            return error_page(HTTPStatus.NOT_FOUND)
        entry = request.query_params.get("entry", "")
        kept = self.typed.take(viewer.name, request.url.path)
        return self._new(viewer, {"accesses": entry if _ENTRY.fullmatch(entry) else "", **kept})

    def open(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Open a case, once, however often the form is sent."""
        office = office_of(viewer)
        if office is None:
            return error_page(HTTPStatus.NOT_FOUND)
        said = {name: form.get(name, "").strip() for name in _NEW}
        aware = read_day(said, _AWARE, "The day")
        wrong = _wrong(said, aware)
        if not wrong:
            try:
                reference = self.casework(viewer).open(office, _opening(said, aware))
            except Rejected as rejected:
                wrong = told(rejected)
            else:
                return go_to(f"{LIST}/{reference}")
        return self._new(viewer, said, wrong)

    def case(self, request: Request, viewer: Viewer) -> Response:
        """One case."""
        return self._case(self._shown(request, viewer), viewer)

    def act(self, request: Request, viewer: Viewer) -> Response:
        """The form of something that may be done in a case."""
        act, shown = _act(request), self._shown(request, viewer)
        return self._act(shown, viewer, act, self.typed.take(viewer.name, request.url.path))

    def do(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Do it, once, however often the form is sent; what is wrong is said, and what was typed stays."""
        act, shown = _act(request), self._shown(request, viewer)
        said = {name: as_kept(form.get(name, "")) for name in _DONE}
        casework, case = self.casework(viewer), shown.content["case"]
        try:
            if act == CLOSE:
                casework.close(case, said["outcome"], said["text"], said["unheard"] or None)
            else:
                casework.step(case, act, said["item"] or None, said["text"] or None)
        except Rejected as rejected:
            return self._act(shown, viewer, act, said, told(rejected))
        except NothingKnown:  # who reads it may not act in it
            return error_page(HTTPStatus.NOT_FOUND)
        return go_to(f"{LIST}/{case}")

    def _shown(self, request: Request, viewer: Viewer) -> Answered[Any]:
        return self.asking.ask(about.ShowCase(case=named(request)), viewer)

    def _case(self, shown: Answered[Any], viewer: Viewer) -> Response:
        return self.asking.shown("case", viewer, {"case": shown}, acts=acts_of(shown.content, viewer))

    def _act(
        self,
        shown: Answered[Any],
        viewer: Viewer,
        act: str,
        said: Mapping[str, str],
        wrong: Mapping[str, str] | None = None,
    ) -> Response:
        if act not in dict(acts_of(shown.content, viewer)):
            return error_page(HTTPStatus.NOT_FOUND)
        typed = {name: said.get(name, "") for name in _DONE}
        answer = self.asking.shown(
            "case-act", viewer, {"case": shown}, act=act, step=STEPS.get(act), said=typed, wrong=wrong or {}
        )
        answer.status_code = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return answer

    def _new(self, viewer: Viewer, said: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> Response:
        typed = {name: said.get(name, "") for name in _NEW}
        aware = read_day(typed, _AWARE, "The day")
        if aware.wrong is None and wrong and _AWARE in wrong:
            aware = TypedDay(_AWARE, aware.typed, None, wrong[_AWARE])
        kinds = [row for row in KINDS.values() if office_of(viewer) in row.offices]
        text = render(
            "case-new",
            reader=reader(viewer),
            kinds=kinds,
            asked_by=ASKED_BY,
            said=typed,
            aware=aware,
            wrong=wrong or {},
        )
        return page(text, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK)


def office_of(viewer: Viewer) -> str | None:
    """The office that somebody holds: of both the one that handles cases."""
    return next((role.value for role in OFFICES if role in viewer.roles), None)


def named(request: Request) -> str:
    """The case in an address. Raises Refused for what is none."""
    case: str = request.path_params["case"]
    if not _CASE.fullmatch(case):
        raise Refused(HTTPStatus.NOT_FOUND, "a case as pages show it")
    return case


def acts_of(case: Mapping[str, Any], viewer: Viewer) -> list[tuple[str, str]]:
    """What an officer may do in a case, by its word and title. Whether it is allowed is said when it is done."""
    own = case["organisation"] == viewer.organisation and case["office"] in viewer.roles
    if case["state"] != "open" or not own:
        return []
    steps = [
        (step.id, step.title)
        for step in STEPS.values()
        if not step.by_concerned
        and step.item in (None, "entry", "organisation")
        and (not step.kinds or case["kind"] in step.kinds)
        and (step.id != "asked" or case["concerned"] is not None)
        and not (step.once and any(one["step"] == step.id for one in case["steps"]))
    ]
    return [*steps, (CLOSE, "Close the case")]


def told(rejected: Rejected) -> dict[str, str]:
    """What a rule says, beside the field that it stands in."""
    rule = rejected.rule or "It cannot be taken"
    field = rejected.field or "text"
    if rejected.reason == "unknown_code" and field in _CHOOSE:
        return {field: _CHOOSE[field]}
    return {_FIELDS.get(field, field): rule[:1].upper() + rule[1:]}


def _office(viewer: Viewer) -> dict[str, str | None]:
    return {"organisation": viewer.organisation, "office": office_of(viewer)}


def _act(request: Request) -> str:
    act: str = request.path_params["act"]
    if act != CLOSE and act not in STEPS:
        raise Refused(HTTPStatus.NOT_FOUND, "something that is done in a case")
    return act


def _wrong(said: Mapping[str, str], aware: TypedDay) -> dict[str, str]:
    """What is wrong with the form of a new case before its rules are asked, by the field that it stands in."""
    wrong = number_wrong(said) if said["number"] else {}
    if not said["kind"]:
        wrong = {"kind": _CHOOSE["kind"], **wrong}
    if len(said["text"]) > LONGEST:
        wrong["text"] = f"The reason must be {LONGEST:,} letters or fewer. You have typed {len(said['text']):,}"
    if aware.wrong:
        wrong[_AWARE] = aware.wrong
    elif aware.day is not None and not _TIME.fullmatch(said["time"]):
        wrong["time"] = "The time must be hours and minutes, such as 14:30"
    return wrong


def _opening(said: Mapping[str, str], aware: TypedDay) -> Opening:
    return Opening(
        said["kind"],
        as_kept(said["text"]),
        tuple(dict.fromkeys("".join(line.split()) for line in said["accesses"].splitlines() if line.strip())),
        read_number(said) if said["number"] else None,
        said["concerned"] or None,
        said["asked_by"] or None,
        _instant(said, aware),
    )


def _instant(said: Mapping[str, str], aware: TypedDay) -> datetime | None:
    match = _TIME.fullmatch(said["time"])
    if aware.day is None or match is None:
        return None
    return datetime.combine(aware.day, time(int(match[1]), int(match[2])), LONDON)
