"""Families to check on in an area, for who is on duty there; a child of them is opened by a reason typed first."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.responses import Response

from adapters.web.asking import Asking
from adapters.web.routing import Route, Shown
from domain.access.viewer import Viewer
from domain.questions.about import ListFamilies

_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class DutyPages:
    """The page. Which areas somebody is on duty for is looked up; another's is refused at the door."""

    asking: Asking

    def routes(self) -> tuple[Route, ...]:
        """The page, by its address."""
        return (Shown("/families-to-check", self.families),)

    def families(self, request: Request, viewer: Viewer) -> Response:
        """The families of one of the viewer's areas, those that are out of touch with most first."""
        areas = sorted(viewer.areas_on_duty())
        area = request.query_params.get("area") or (areas[0] if areas else "")
        asked = ListFamilies(area=area, effective_at=self.asking.day, limit=_LISTED)
        listed = self.asking.ask(asked, viewer)
        return self.asking.shown("families-to-check", viewer, {"listed": listed}, areas=areas, area=area)
