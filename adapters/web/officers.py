"""The pages of officers: who saw what, one access replayed with its proof, and the state of the log. Each is an access itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from jinja2 import UndefinedError
from starlette.responses import Response

from adapters.api.problems import Refused
from adapters.web import accesses
from adapters.web.answering import error_page, go_to, message, page
from adapters.web.asking import Asking
from adapters.web.casework import office_of
from adapters.web.days import PARTS, read_day
from adapters.web.numbers import number_wrong, read_number
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.reviewing import REVIEW
from domain.access.rules import Point, Whose, decided
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered
from domain.questions import about

FIND: Final = "/accesses"
_ENTRY: Final = re.compile(r"a-[0-9a-f]{32}")
PERSON: Final = "viewer"  # the field of a person
_CASE: Final = re.compile(r"k-[0-9a-f]{32}")
_VIEWER: Final = re.compile(r"[^\s:]{1,100}:[^\s:]{1,80}")
_LISTED: Final = 50
_REPLAYED: Final = 20  # each of these is worked out again
_DAYS: Final = tuple(f"{day}-{part}" for day in ("first", "last") for part in PARTS)
_TYPED: Final = ("entry", "viewer", "scheme", "number", *_DAYS)
# Who check how the service is used, whoever uses it; others read of their own organisation's people.
_EVERYONES: Final = frozenset({Role.DATA_PROTECTION_OFFICER, Role.AUDITOR})
# What a template of an answer meets where the answer is not, or is no longer, as it expects.
_OTHERWISE: Final = (KeyError, TypeError, AttributeError, ValueError, UndefinedError)


@dataclass(frozen=True, slots=True)
class OfficerPages:
    """The pages. What an officer may see is the door's to decide, and an attempt of whoever is none is logged as one."""

    asking: Asking
    typed: Typed

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(FIND, self.form),
            Shown(FIND + "/{entry}", self.why),
            Shown("/access-log/key", self.key, linked=False),
            Shown("/access-log/checkpoint", self.checkpoint, linked=False),
            Sent(FIND, "found_accesses", self.found, typed=HERE),
            Sent(FIND + "/{entry}", "open_access", self.entry, typed=HERE),
        )

    def form(self, request: Request, viewer: Viewer) -> Response:
        """Where an officer says which accesses; with what was typed when the time was over. Nothing is asked at the door yet."""
        if not reader(viewer).is_officer:
            return error_page(HTTPStatus.NOT_FOUND)
        return self._form(viewer, self.typed.take(viewer.name, request.url.path))

    def found(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """The accesses that were asked for, the newest first; one that is named is opened."""
        said = {name: form.get(name, "").strip() for name in _TYPED}
        said["entry"] = "".join(said["entry"].split())  # as it is read out
        if said["entry"] and _ENTRY.fullmatch(said["entry"]):
            return go_to(f"{FIND}/{said['entry']}")
        first, last = read_day(said, "first", "The first day"), read_day(said, "last", "The last day")
        wrong = _wrong(said) | {day.name: day.wrong for day in (first, last) if day.wrong}
        if not wrong and first.day and last.day and last.day < first.day:
            wrong = {"last": "The last day must be the first, or after it"}
        cursor = form.get("cursor") or None
        if wrong or (cursor is not None and not _ENTRY.fullmatch(cursor)):
            return self._form(viewer, said, wrong)
        replay = form.get("replay") == "yes"
        question = about.ListAccesses(
            organisation=None if _EVERYONES & viewer.roles else viewer.organisation,
            viewer=said["viewer"] or None,
            first=first.day,
            last=last.day,
            identifier=read_number(said) if said["number"] else None,
            limit=_REPLAYED if replay else _LISTED,
            cursor=cursor,
            replay=replay,
        )
        listed = self.asking.ask(question, viewer)
        return self.asking.shown(
            "accesses", viewer, {"listed": listed}, said=said, first=first, last=last, wrong={}, replay=replay
        )

    def why(self, request: Request, viewer: Viewer) -> Response:
        """Where an officer says in which case they open an access: one of their office that is open, and about it."""
        named = named_entry(request)
        if not reader(viewer).is_officer:
            return error_page(HTTPStatus.NOT_FOUND)
        return self._why(viewer, named, self.typed.take(viewer.name, request.url.path))

    def entry(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """One access: what was shown, whether that is proved, and how anybody can check it."""
        named, case = named_entry(request), form.get("case", "")
        if reader(viewer).is_officer and not _CASE.fullmatch(case):
            return self._why(viewer, named, form, {"case": "Choose the case in which you open it"})
        in_case = case if _CASE.fullmatch(case) else None
        question = about.ReplayEntry(entry=named, case=in_case, today=form.get("today") == "yes")
        replay = self.asking.ask(question, viewer)
        state = self.asking.ask(about.ShowLogState(), viewer)
        was, erased = accesses.without_erased(replay.content["content"])
        answers: dict[str, Answered[Any]] = {"replay": replay, "state": state}
        more = {"was": was, "erased": erased, "reviews": _reviews(viewer, replay.content), "wrong": {}, "said": {}}
        try:
            return self.asking.shown("access", viewer, answers, plainly=False, **more)
        except _OTHERWISE:
            return self.asking.shown("access", viewer, answers, plainly=True, **more)

    def key(self, _: Request, viewer: Viewer) -> Response:
        """The log's public key, as a file."""
        return _file(self._log_state(viewer).content["verifier_key"], "verifier-key.txt")

    def checkpoint(self, _: Request, viewer: Viewer) -> Response:
        """The newest checkpoint that was published, as a file."""
        published = self._log_state(viewer).content["published"]
        return _file(None if published is None else published["note"], "checkpoint.txt")

    def _log_state(self, viewer: Viewer) -> Answered[Any]:
        return self.asking.ask(about.ShowLogState(), viewer)

    def _why(
        self, viewer: Viewer, entry: str, said: Mapping[str, str], wrong: Mapping[str, str] | None = None
    ) -> Response:
        office = office_of(viewer)
        if office is None:  # whoever checks by hashes and counts opens none
            text = render("access-why", reader=reader(viewer), entry=entry, about=None, said={"case": ""}, wrong={})
            return page(text)
        question = about.ListCases(organisation=viewer.organisation, office=office, entry=entry)
        found = self.asking.ask(question, viewer)
        typed = {"case": said.get("case", "")}
        answer = self.asking.shown("access-why", viewer, {"about": found}, entry=entry, said=typed, wrong=wrong or {})
        answer.status_code = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return answer

    def _form(self, viewer: Viewer, said: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> Response:
        """The form, with what was typed and what is wrong with it."""
        typed = {name: said.get(name, "") for name in _TYPED}
        first, last = read_day(typed, "first", "The first day"), read_day(typed, "last", "The last day")
        text = render(
            "accesses", reader=reader(viewer), contact=self.asking.contact, said=typed, first=first, last=last, wrong=wrong or {},
            listed=None, replay=False,
        )  # fmt: skip
        return page(text, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK)


def _wrong(said: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by the field that it stands in."""
    wrong = {}
    if said["entry"]:
        wrong["entry"] = "The entry must be a- and 32 digits or letters a to f, as a page showed it"
    return wrong | person_wrong(said[PERSON]) | (number_wrong(said) if said["number"] else {})


def person_wrong(typed: str) -> dict[str, str]:
    """What is wrong with a person as they are typed, by the field that it stands in."""
    good = not typed or (typed.isprintable() and _VIEWER.fullmatch(typed))
    return {} if good else {PERSON: "The person must be an organisation and a staff number, such as la-808:W2041"}


def named_entry(request: Request) -> str:
    """The entry that an address names. Raises Refused."""
    named: str = request.path_params["entry"]
    if not _ENTRY.fullmatch(named):
        raise Refused(HTTPStatus.NOT_FOUND, "an entry as pages show it")
    return named


def _reviews(viewer: Viewer, access: Mapping[str, Any]) -> bool:
    """Whether a viewer may review an access, and so is shown the form for it."""
    own = access["viewer"] == viewer.name
    of_ours = access["organisation"] is not None and access["organisation"] == viewer.organisation
    whose = Whose.OWN if own else Whose.OWN_ORGANISATION if of_ours else Whose.OTHERS
    return decided(Point(REVIEW, viewer.roles, whose=whose, people_sign_in=viewer.people_sign_in)).shows is not None


def _file(text: str | None, name: str) -> Response:
    if text is None:
        return message(
            "There is none yet",
            ["Ask whoever operates the service."],
            HTTPStatus.NOT_FOUND,
            ("/access-log", "State of the log"),
        )
    answer = page(
        text if text.endswith("\n") else f"{text}\n", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    return answer
