"""The pages of a request for a child's record: what is proposed for leaving out and decided, and the copy that is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import Request
from starlette.responses import Response

from adapters.commands.casework import Casework, as_kept
from adapters.web.answering import error_page, go_to, page
from adapters.web.asking import Asking
from adapters.web.casework import named, told
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Viewer
from domain.answers.answered import Answered
from domain.errors import NothingKnown, Rejected
from domain.questions import about

_DECIDES: Final = ("given", "left_out", "disputed", "undisputed")


@dataclass(frozen=True, slots=True)
class SubjectAccessPages:
    """The pages. `casework` does what a viewer does in cases."""

    asking: Asking
    typed: Typed
    casework: Callable[[Viewer], Casework]

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown("/cases/{case}/record", self.record),
            Shown("/cases/{case}/copy", self.copy),
            Shown("/cases/{case}/copy.json", self.file),
            Sent("/cases/{case}/record", "decide_of_record", self.decide, typed=HERE),
        )

    def record(self, request: Request, viewer: Viewer) -> Response:
        """All that is held, with what is proposed for leaving out."""
        typed = self.typed.take(viewer.name, request.url.path)
        return self._record(self._asked(request, viewer), viewer, {typed.get("item", ""): typed.get("text", "")})

    def decide(self, request: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """Decide of one proposal, or mark a fact as disputed, with the reason; what is said last stands."""
        case, item, decision = named(request), form.get("item", ""), form.get("step", "")
        text = as_kept(form.get("text", ""))
        try:
            if decision not in _DECIDES:
                raise Rejected("unknown_code", "text", "one of the buttons says what is to be done")
            self.casework(viewer).step(case, decision, item, text)
        except Rejected as rejected:
            wrong = {item: next(iter(told(rejected).values()))}
            return self._record(self._asked(request, viewer), viewer, {item: text}, wrong)
        except NothingKnown:  # the door says so, and logs it
            self._asked(request, viewer)
            return error_page(HTTPStatus.NOT_FOUND)
        return go_to(f"/cases/{case}/record#{item}")

    def copy(self, request: Request, viewer: Viewer) -> Response:
        """The copy as it is printed."""
        return self.asking.shown("record-copy", viewer, {"given": self._asked(request, viewer, copy=True)})

    def file(self, request: Request, viewer: Viewer) -> Response:
        """The same as a file, in a form that programs read (UK GDPR Articles 15(3) and 20)."""
        content = self._asked(request, viewer, copy=True).content
        text = orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
        answer = page(text, headers={"Content-Disposition": 'attachment; filename="record.json"'})
        answer.headers["Content-Type"] = "application/json"
        return answer

    def _asked(self, request: Request, viewer: Viewer, *, copy: bool = False) -> Answered[Any]:
        return self.asking.ask(about.ShowSubjectAccess(case=named(request), copy=copy), viewer)

    def _record(
        self,
        asked: Answered[Any],
        viewer: Viewer,
        said: Mapping[str, str] | None = None,
        wrong: Mapping[str, str] | None = None,
    ) -> Response:
        of = {(one["what"], one["place"]): one for one in asked.content["proposals"]}
        disputes = asked.content["kind"] == "rectification"
        answer = self.asking.shown(
            "record", viewer, {"asked": asked}, proposed=of, disputes=disputes, said=said or {}, wrong=wrong or {}
        )
        answer.status_code = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
        return answer
