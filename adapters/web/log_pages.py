"""What an officer does with the log as a whole: have some of its leaves checked, and take an export of it away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import psycopg
from fastapi import Request
from starlette.responses import Response, StreamingResponse

from adapters.disclosure.export import as_line, whole_export
from adapters.log.connections import Work
from adapters.process.logs import get_logger
from adapters.service.opened import Service
from adapters.web.answering import HEADERS
from adapters.web.asking import Asking
from adapters.web.routing import Route, Sent, Shown
from adapters.web.typed import Typed
from domain.access.viewer import Role, Viewer
from domain.questions import about

STATE: Final = "/access-log"
_LONGEST: Final = 15  # digits of a leaf
_PIECE: Final = 1 << 18  # bytes that are sent at once
# Who may take the whole log away; the page offers it to nobody else, and the door decides.
TAKES_AWAY: Final = frozenset({Role.DATA_PROTECTION_OFFICER, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class LogPages:
    """The state of the log, and what is made of it. Each is asked at the door, and an entry of the log itself."""

    asking: Asking
    service: Service
    typed: Typed

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Shown(STATE, self.state),
            Sent(f"{STATE}/check", "check_access_log", self.checked, typed=STATE),
            Sent(f"{STATE}/export", "export_access_log", self.exported, typed=STATE),  # back there from signing in
        )

    def state(self, _: Request, viewer: Viewer) -> Response:
        """How far the log is sealed and published; with the leaf that was typed when the time was over."""
        return self._state(viewer, about.ShowLogState(), self.typed.take(viewer.name, STATE).get("leaf", ""))

    def checked(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """The same, with some leaves held against what was signed: the last ones, or from one on."""
        first = form.get("leaf", "").strip()
        if first and not (first.isascii() and first.isdigit() and len(first) <= _LONGEST):
            wrong = {"leaf": "The first leaf must be a number, such as 12000"}
            answer = self._state(viewer, about.ShowLogState(), first, wrong)
            answer.status_code = HTTPStatus.BAD_REQUEST
            return answer
        return self._state(viewer, about.ShowLogState(check=True, first=int(first) if first else None), first)

    def exported(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """The whole log as a file, for who checks it elsewhere; its entry is committed before the first byte leaves."""
        del form
        self.asking.ask(about.ExportLog(), viewer)
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="access-log.export"'}
        return StreamingResponse(self._export(), headers=headers, media_type="application/octet-stream")

    def _export(self) -> Iterator[bytes]:
        """Pieces of the export, of one state of the database. One that fails breaks off: a check names it as cut."""
        piece = bytearray()
        try:
            with self.service.connect(Work.EXPORT) as connection:
                for line in whole_export(connection, self.service.keys):
                    piece += as_line(line)
                    if len(piece) >= _PIECE:
                        yield bytes(piece)
                        piece.clear()
        except psycopg.Error as error:
            get_logger("serve").warning("export_failed", sqlstate=error.sqlstate)
            raise
        yield bytes(piece)

    def _state(
        self, viewer: Viewer, question: about.ShowLogState, first: str = "", wrong: Mapping[str, str] | None = None
    ) -> Response:
        state = self.asking.ask(question, viewer)
        takes = bool(TAKES_AWAY & viewer.roles)
        return self.asking.shown(
            "access-log", viewer, {"state": state}, said={"leaf": first}, wrong=wrong or {}, takes=takes
        )
