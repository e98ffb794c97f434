"""Two pages of officers about one record: how many people could open it today, and why somebody was refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.web.answering import error_page, page
from adapters.web.asking import Asking
from adapters.web.numbers import number_wrong, read_number
from adapters.web.officers import named_entry
from adapters.web.reasons import read_reason, saying
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Viewer
from domain.questions import about

_TYPED: Final = ("scheme", "number", "reason")


@dataclass(frozen=True, slots=True)
class ReachPages:
    """The pages. Each has a form first, where an officer says why; whatever is asked then is an access of theirs."""

    asking: Asking
    typed: Typed

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown("/reach", self.form),
            Shown("/accesses/{entry}/why-not", self.why),
            Sent("/reach", "found_reach", self.found, typed=HERE),
            Sent("/accesses/{entry}/why-not", "explain_refusal", self.explained, typed=HERE),
        )

    def form(self, request: Request, viewer: Viewer) -> Response:
        """Where an officer says of which child; nothing is asked at the door yet."""
        return self._begin(request, viewer, "reach")

    def found(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """How many people could open the record."""
        said = {name: form.get(name, "").strip() for name in _TYPED}
        reason, wrong_reason = read_reason(said["reason"])
        wrong = number_wrong(said) | ({} if wrong_reason is None else {"reason": wrong_reason})
        if wrong:
            return self._form(viewer, "reach", said, wrong)
        answer = self.asking.ask(about.ShowReach(identifier=read_number(said)), saying(viewer, reason))
        return self.asking.shown("reach", viewer, {"reach": answer}, said={}, wrong={})

    def why(self, request: Request, viewer: Viewer) -> Response:
        """Where an officer says why they ask after a refusal; nothing is asked at the door yet."""
        return self._begin(request, viewer, "why-not", named_entry(request))

    def explained(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Which rules were tried when an access was refused, and what each of them lacked."""
        entry = named_entry(request)
        reason, wrong = read_reason(form.get("reason", ""))
        if wrong is not None:
            return self._form(viewer, "why-not", form, {"reason": wrong}, entry)
        answer = self.asking.ask(about.ExplainRefusal(entry=entry), saying(viewer, reason))
        return self.asking.shown("why-not", viewer, {"refusal": answer}, entry=entry, said={}, wrong={})

    def _begin(self, request: Request, viewer: Viewer, template: str, entry: str = "") -> Response:
        if not reader(viewer).is_officer:
            return error_page(HTTPStatus.NOT_FOUND)
        return self._form(viewer, template, self.typed.take(viewer.name, request.url.path), {}, entry)

    def _form(
        self, viewer: Viewer, template: str, said: Mapping[str, str], wrong: Mapping[str, str], entry: str = ""
    ) -> Response:
        typed = {name: said.get(name, "") for name in _TYPED}
        text = render(template, reader=reader(viewer), entry=entry, said=typed, wrong=wrong, reach=None, refusal=None)
        return page(text, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK)
