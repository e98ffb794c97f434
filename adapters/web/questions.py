"""The pages of the officers' questions: what can be asked, a form for each, and its answer, to look at or to take away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, Literal, cast

from fastapi import Request
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.process.clock import Clock, today
from adapters.questions.officers.catalogue import OfficersQuestion, Taken, catalogue
from adapters.questions.whose import whose_of
from adapters.web.answering import error_page, page
from adapters.web.asking import Asking
from adapters.web.days import PARTS, TypedDay, read_day
from adapters.web.numbers import number_wrong, read_number
from adapters.web.officers import PERSON, person_wrong
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.rules import Point, decided
from domain.access.viewer import Role, Viewer
from domain.answers.officers import taken_away
from domain.checks import is_organisation
from domain.errors import Rejected
from domain.questions import about

QUESTIONS: Final = "/questions"
HEADLINE: Final = "share-explained"
_WEEKS: Final = 4  # of the headline
_SHOWN: Final = 100  # rows of a page
_TAKEN_AWAY: Final = 10_000  # rows of a file
_DAYS: Final = {"first": "The first day", "last": "The last day", "week": "The day"}
_NUMBERS: Final = ("days", "least")
_TYPED: Final = (
    "organisation",
    PERSON,
    "scheme",
    "number",
    *_NUMBERS,
    *(f"{day}-{part}" for day in _DAYS for part in PARTS),
)
_MEDIA: Final[Mapping[str, str]] = {"jsonl": "application/x-ndjson; charset=utf-8", "csv": "text/csv; charset=utf-8"}
# What a field of the question is called in the form.
_FIELDS: Final = {"identifier": "number"}


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed into the form of a question: the fields as they are, the days read, and what is wrong, by field."""

    said: Mapping[str, str]
    days: Mapping[str, TypedDay]
    wrong: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QuestionPages:
    """The pages. Who may ask what is the door's to decide; nobody is offered what it would refuse."""

    asking: Asking
    typed: Typed
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(QUESTIONS, self.all),
            Shown(QUESTIONS + "/{name}", self.form),
            Sent(QUESTIONS + "/{name}", "ask_question", self.answer, typed=HERE),
        )

    def all(self, _: Request, viewer: Viewer) -> Response:
        """What can be asked, under the share of looks that an involvement explains."""
        if not reader(viewer).is_officer:
            return error_page(HTTPStatus.NOT_FOUND)
        day = today(self.clock)  # the log's, also where a demonstration shows children as at another day
        first = day - timedelta(days=day.weekday() + 7 * (_WEEKS - 1))
        asked = about.AskOfficers(name=HEADLINE, organisation=_organisation(viewer), first=first, last=day)
        headline = self.asking.ask(asked, viewer)
        return self.asking.shown("questions", viewer, {"headline": headline}, groups=_groups(viewer))

    def form(self, request: Request, viewer: Viewer) -> Response:
        """Where an officer says what a question takes; with what was typed when the time was over."""
        question = _offered(request, viewer)
        if question is None:
            return error_page(HTTPStatus.NOT_FOUND)
        return self._form(viewer, question, _read(question, self.typed.take(viewer.name, request.url.path)))

    def answer(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """The answer, as a page or, with `form`, as a file."""
        question = _named(request)
        read = _read(question, form)
        if read.wrong:
            return self._form(viewer, question, read)
        takes = _takes(question, read) | {
            "name": question.name,
            "organisation": _organisation(viewer) or read.said["organisation"] or None,
        }
        away = form.get("form")
        try:
            if away in _MEDIA:
                return self._file(cast("Literal['jsonl', 'csv']", away), viewer, takes)
            found = self.asking.ask(about.AskOfficers(**takes, limit=_SHOWN), viewer)
        except Rejected as rejected:
            field = _FIELDS.get(rejected.field or "", rejected.field or "first")
            return self._form(viewer, question, _with_wrong(read.said, read.days, {field: _sentence(rejected)}))
        return self.asking.shown(
            "question", viewer, {"found": found}, question=question, form=read, everyones=_everyones(viewer)
        )

    def _file(self, form: Literal["jsonl", "csv"], viewer: Viewer, takes: dict[str, Any]) -> Response:
        found = self.asking.ask(about.ExportAnswer(**takes, limit=_TAKEN_AWAY, form=form), viewer)
        if found.content["total"] > len(found.content["rows"]):  # half a list would be taken for the whole
            raise Rejected(
                "too_long",
                "first",
                f"fewer days: there are {found.content['total']} rows, and a file has {_TAKEN_AWAY} at most",
            )
        answer = page(
            taken_away(found.content), headers={"Content-Disposition": f'attachment; filename="{takes["name"]}.{form}"'}
        )
        answer.headers["Content-Type"] = _MEDIA[form]
        return answer

    def _form(self, viewer: Viewer, question: OfficersQuestion, form: Form) -> Response:
        text = render(
            "question", reader=reader(viewer), question=question, form=form, found=None, everyones=_everyones(viewer)
        )
        return page(text, HTTPStatus.BAD_REQUEST if form.wrong else HTTPStatus.OK)


def _named(request: Request) -> OfficersQuestion:
    found = catalogue().get(request.path_params["name"])
    if found is None:
        raise Refused(HTTPStatus.NOT_FOUND, "a question of the list")
    return found


def _offered(request: Request, viewer: Viewer) -> OfficersQuestion | None:
    question = _named(request)
    return question if _may_ask(question, viewer) else None


def _may_ask(question: OfficersQuestion, viewer: Viewer) -> bool:
    """Whether the table of rules lets a viewer ask it, of whom they may ask at all."""
    asked = about.AskOfficers(name=question.name, organisation=_organisation(viewer))
    whose = whose_of(asked, viewer)
    assert whose is not None
    return (
        decided(Point("AskOfficers", viewer.roles, whose=whose, people_sign_in=viewer.people_sign_in)).shows is not None
    )


def _groups(viewer: Viewer) -> dict[str, list[OfficersQuestion]]:
    groups: dict[str, list[OfficersQuestion]] = {}
    for question in catalogue().values():
        if _may_ask(question, viewer):
            groups.setdefault(question.group, []).append(question)
    return groups


def _everyones(viewer: Viewer) -> bool:
    """Whether a viewer asks about the people of every organisation."""
    return not viewer.roles.isdisjoint({Role.DATA_PROTECTION_OFFICER, Role.AUDITOR})


def _organisation(viewer: Viewer) -> str | None:
    """Whose people a viewer asks about where they say nothing; None: everybody's."""
    return None if _everyones(viewer) else viewer.organisation


def _read(question: OfficersQuestion, form: Mapping[str, str]) -> Form:
    said = {name: form.get(name, "").strip() for name in _TYPED}
    days = {name: read_day(said, name, says) for name, says in _DAYS.items()}
    wrong = {name: day.wrong for name, day in days.items() if day.wrong}
    if said["organisation"] and not is_organisation(said["organisation"]):
        wrong["organisation"] = "The organisation must be a code, such as la-808"
    wrong |= person_wrong(said[PERSON])
    if said["number"]:
        wrong |= number_wrong(said)
    for name in _NUMBERS:
        taken = question.takes.get(name)
        if taken is not None and said[name] and not _fits(taken, said[name]):
            wrong[name] = f"{taken.says} must be a whole number from {taken.least} to {taken.most}"
    for name, taken in question.takes.items():
        field = _FIELDS.get(name, name)
        if taken.required and form and not said[field]:
            wrong[field] = "The question cannot be asked without it"
    first, last = days["first"].day, days["last"].day
    if first is not None and last is not None and last < first:
        wrong["last"] = "The last day must be the first, or after it"
    return _with_wrong(said, days, wrong)


def _with_wrong(said: Mapping[str, str], days: Mapping[str, TypedDay], wrong: Mapping[str, str]) -> Form:
    """The form, in which what is wrong with a day stands beside it too."""
    return Form(said, {name: replace(day, wrong=wrong.get(name)) for name, day in days.items()}, wrong)


def _fits(taken: Taken, typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= 6 and taken.least <= int(typed) <= taken.most


def _takes(question: OfficersQuestion, form: Form) -> dict[str, Any]:
    """The fields of the question that something was typed for."""
    said = form.said
    read: dict[str, Any] = {
        "viewer": said[PERSON] or None,
        "identifier": read_number(said) if said["number"] else None,
        **{name: int(said[name]) if said[name] else None for name in _NUMBERS},
        **{name: day.day for name, day in form.days.items()},
    }
    takes = {"first", "last", *question.takes} - ({"first", "last"} if "week" in question.takes else set())
    return {name: value for name, value in read.items() if name in takes and value is not None}


def _sentence(rejected: Rejected) -> str:
    rule = rejected.rule or "something that the question takes"
    return f"It must be {rule}" if rejected.reason in ("bad_value", "too_long") else f"{rule[:1].upper()}{rule[1:]}"
