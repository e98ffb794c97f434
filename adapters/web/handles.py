"""Addresses of children's pages: sealed for one session, so that they name nobody and are nothing to anybody else."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import orjson

from adapters.api.problems import Refused
from adapters.web.reasons import saying
from adapters.web.sealing import Sealing
from domain.access.viewer import Opening, Viewer

_CHILD: Final = re.compile(r"c-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Handles:
    """Makes addresses, and reads them again."""

    sealing: Sealing

    def address(self, child: str, viewer: Viewer, reason: str | None = None, opening: Opening = Opening.CLAIM) -> str:
        """The address of a child's page for a viewer, who may have said why. Raises Refused for what is no child's id."""
        if not _CHILD.fullmatch(child) or viewer.session is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "child: one of a list of ours")
        return f"/child/{self.sealing.seal(orjson.dumps([child, reason, opening.value]), viewer.session)}"

    def opened(self, handle: str, viewer: Viewer) -> tuple[str, Viewer] | None:
        """Whose page a handle is of, and the viewer with what they said when it was made; None: it was made for another session."""
        opened = self.sealing.open(handle, viewer.session or b"")
        if opened is None:
            return None
        child, reason, opening = orjson.loads(opened)
        return child, viewer if reason is None else saying(viewer, reason, Opening(opening))
