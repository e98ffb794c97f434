"""Setting a child's shield aside, for one visit: with a warning first, a reason, and a strong sign-in (domain.md E4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.web.answering import SignInStrongly, error_page, go_to, message, page
from adapters.web.asking import Asking
from adapters.web.handles import Handles
from adapters.web.reasons import read_reason
from adapters.web.rendering import reader, render
from adapters.web.routing import HERE, Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Opening, Role, Viewer

OVERRIDE: Final = "/override"


@dataclass(frozen=True, slots=True)
class OverridePages:
    """The pages. Whether the shield is set aside is the door's to decide, with each look; here nothing is asked there yet."""

    asking: Asking
    handles: Handles
    typed: Typed

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (Shown(OVERRIDE, self.form), Sent(OVERRIDE, "set_shield_aside", self.begin, typed=HERE))

    def form(self, _: Request, viewer: Viewer) -> Response:
        """Where somebody says why, who was typing it when something else had to come first."""
        if Role.SHIELD_OVERRIDE not in viewer.roles:
            return error_page(HTTPStatus.NOT_FOUND)
        kept = self.typed.take(viewer.name, OVERRIDE)
        if "child" not in kept:
            sentences = ["Open the child, and begin there."]
            return message(
                "No child is chosen", sentences, HTTPStatus.OK, ("/my-children", "My children"), reader(viewer)
            )
        return self._form(viewer, kept, None)

    def begin(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """The warning and the form; with a reason, the child without its shield, for this visit."""
        if Role.SHIELD_OVERRIDE not in viewer.roles:
            return error_page(HTTPStatus.NOT_FOUND)
        reason, wrong = read_reason(form.get("reason", ""))
        if wrong is not None:
            return self._form(viewer, form, wrong if "reason" in form else None)
        if not viewer.signed_in_strongly:
            raise SignInStrongly  # before the address is made, which is of the session that will be
        return go_to(self.handles.address(form.get("child", ""), viewer, reason, Opening.OVERRIDE))

    def _form(self, viewer: Viewer, said: Mapping[str, str], wrong: str | None) -> Response:
        self.handles.address(said.get("child", ""), viewer)  # it must be a child's id
        text = render(
            "override",
            reader=reader(viewer),
            contact=self.asking.contact,
            said={name: said.get(name, "") for name in ("child", "reason")},
            wrong={} if wrong is None else {"reason": wrong},
        )
        return page(text, HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK)
