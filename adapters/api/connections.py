"""One connection: what a client may take in time and space before its request is there, and after its answer is.

uvicorn bounds how long a connection may be idle, and the head of a request in bytes; nothing else. So this protocol adds
a clock for the head, for the body and for an answer that is not taken; refuses what two servers could read differently;
answers what is no HTTP with a problem; and makes room when there are too many connections (decision 25).
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from adapters.api.guard import GIVEN_UP
from adapters.api.problems import RETRY_SECONDS, problem
from adapters.process.logs import describe, get_logger
from adapters.process.settings import Settings

MAX_HEAD: Final = 16 * 1024  # bytes of request line and headers
MAX_HEADERS: Final = 100
MAX_TARGET: Final = 4_096  # bytes of path and query
MAX_CHUNKS: Final = 10_000  # of one body: each costs as much as a thousand bytes

_LOOK_SECONDS: Final = 0.25
_LINGER_SECONDS: Final = 2.0  # for a client that still sends, to read why it need not
_LINGER_BYTES: Final = 16 * 2**20
_FLUSH_SECONDS: Final = 10.0  # for the end of an answer that is not taken

_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class Limits:
    """How many connections there are, how long they may take (seconds), and how slow they may be (bytes a second)."""

    connections: int
    idle: float
    head: float
    body: float
    rate: int

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Those that are set."""
        return cls(
            settings.http_connections,
            settings.http_idle_seconds,
            settings.http_head_seconds,
            settings.http_body_seconds,
            settings.http_body_rate,
        )


class Reader(h11.Connection):
    """h11's reading of requests, with what it lets pass and we do not; `fault` is why the last one was refused."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self.fault: tuple[HTTPStatus, str] = HTTPStatus.BAD_REQUEST, ""
        self.received = 0  # bytes of the body that is coming
        self._chunks = 0

    def next_event(self) -> Any:  # noqa: ANN401 - h11's own union
        """The next event; raises h11.RemoteProtocolError."""
        try:
            event = super().next_event()
        except h11.RemoteProtocolError as error:
            self.fault = HTTPStatus(error.error_status_hint), "the request is not HTTP that can be read in one way only"
            raise
        if isinstance(event, h11.Request):
            self.received = self._chunks = 0
            self._refuse(_fault_of(event))
        elif isinstance(event, h11.Data):
            self.received += len(event.data)
            self._chunks += event.chunk_end
            if self._chunks > MAX_CHUNKS:
                rule = f"a body comes in at most {MAX_CHUNKS} chunks"
                self._refuse((HTTPStatus.REQUEST_ENTITY_TOO_LARGE, rule))
        return event

    def _refuse(self, fault: tuple[HTTPStatus, str] | None) -> None:
        if fault is not None:
            self.fault = fault
            raise h11.RemoteProtocolError(fault[1], fault[0])

    @property
    def begun(self) -> bool:
        """Whether a part of the next request is there."""
        return bool(self.trailing_data[0])


def _fault_of(request: h11.Request) -> tuple[HTTPStatus, str] | None:
    """Why a request is refused by its head: too much of it, or something that two servers may read in two ways."""
    headers: list[tuple[bytes, bytes]] = list(request.headers)
    names = [name for name, _ in headers]
    values = dict(headers)
    if len(headers) > MAX_HEADERS:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"a request has at most {MAX_HEADERS} headers"
    if sum(len(name) + len(value) for name, value in headers) > MAX_HEAD:
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the headers of a request have at most {MAX_HEAD} bytes"
    if request.http_version not in (b"1.0", b"1.1"):
        return HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "requests are HTTP/1.1"
    if len(request.target) > MAX_TARGET:
        return HTTPStatus.REQUEST_URI_TOO_LONG, f"an address has at most {MAX_TARGET} bytes"
    if not request.target.startswith(b"/"):
        return HTTPStatus.BAD_REQUEST, "the target of a request is a path"
    if b"host" not in values:
        return HTTPStatus.BAD_REQUEST, "a request names its host"
    if b"transfer-encoding" in values and (b"content-length" in values or request.http_version < b"1.1"):
        return HTTPStatus.BAD_REQUEST, "a body has a length or comes in chunks (HTTP/1.1), not both"
    if names.count(b"transfer-encoding") > 1:
        return HTTPStatus.BAD_REQUEST, "a request has one transfer encoding"
    if values.get(b"expect", b"100-continue").lower() != b"100-continue":
        return HTTPStatus.EXPECTATION_FAILED, "nothing is expected but 100-continue"
    return None


class Patient:
    """A transport that, when it is closed, lets the client read the answer first, and that does not wait for ever."""

    def __init__(self, transport: asyncio.Transport, reader: Reader, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._reader = reader
        self._loop = loop
        self._end: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a transport has
        return getattr(self._transport, name)

    @property
    def lingers(self) -> bool:
        """Whether it is closed for us, and what still comes is thrown away."""
        return self._end is not None

    def is_closing(self) -> bool:
        """Whether nothing more can be sent."""
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        """Close it once what was written is sent. While the client still sends, closing would take the answer from it."""
        if self.is_closing():
            return
        if self._reader.their_state in (h11.SEND_BODY, h11.ERROR) and self._transport.can_write_eof():
            self._transport.write_eof()
            self._transport.resume_reading()
            self._end = self._loop.call_later(_LINGER_SECONDS, self._transport.abort)
        else:
            self._transport.close()
            self._end = self._loop.call_later(_FLUSH_SECONDS, self._transport.abort)

    def lost(self) -> None:
        """The connection is no more."""
        if self._end is not None:
            self._end.cancel()


class Connection(H11Protocol):
    """uvicorn's protocol with a clock for whatever the client has to do next."""

    conn: Reader
    # uvicorn begins with None, which its types do not say.
    cycle: RequestResponseCycle | None  # type: ignore[assignment]

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: Limits,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits = limits
        self.conn = Reader()
        self.logger = logging.getLogger("icr.connections")  # what it warns of is said in our own words
        self.logger.setLevel(logging.CRITICAL)
        self._patient: Patient | None = None
        self._state = "idle"
        self._since = time.monotonic()
        self._unsent, self._taken_at = 0, self._since
        self._thrown = 0
        self._look: asyncio.TimerHandle | None = None

    # What asyncio calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come; where there are too many, the one that has let us wait longest makes room."""
        self._patient = Patient(transport, self.conn, self.loop)
        super().connection_made(self._patient)  # type: ignore[arg-type]
        self._look = self.loop.call_later(_LOOK_SECONDS, self._look_on)
        if len(self.connections) > self._limits.connections:
            others = [one for one in self.connections if isinstance(one, Connection) and one is not self]
            waiting = [one for one in others if one.waits]
            if waiting:
                min(waiting, key=lambda one: one.since).leave()
            else:
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections")

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone, or was sent away."""
        if self._look is not None:
            self._look.cancel()
        if self._patient is not None:
            self._patient.lost()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Part of a request."""
        if self._patient is None or self._patient.lingers:
            self._throw_away(len(data))
            return
        try:
            super().data_received(data)
        except Exception as error:  # noqa: BLE001 - asyncio would print it, with the bytes, and answer nothing
            _log.error("request_failed", **describe(error))
            self._refuse(HTTPStatus.BAD_REQUEST, "the request cannot be read")
        self._note()

    # What uvicorn calls

    def send_400_response(self, msg: str) -> None:
        """What came is no request."""
        del msg
        self._refuse(*self.conn.fault)

    def on_response_complete(self) -> None:
        """One answer is given; the next request may be there already."""
        super().on_response_complete()
        self._note()

    def shutdown(self) -> None:
        """The service ends: who has not sent a whole request is not waited for."""
        self._note()
        if self.waits:
            self.leave()
        elif self.cycle is not None:
            self.cycle.keep_alive = False

    def _unsupported_upgrade_warning(self) -> None:
        """A wish to speak something else is not followed, and not worth a word."""

    # The clock

    @property
    def waits(self) -> bool:
        """Whether it is the client's turn."""
        return self._state != "work" and self._patient is not None and not self._patient.is_closing()

    @property
    def since(self) -> float:
        """Since when the connection is in its state."""
        return self._since

    def leave(self) -> None:
        """Send the client away: with a word where it has begun to ask."""
        if self._state == "idle":
            self.timeout_keep_alive_handler()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the service needs the connection, or ends")

    def _note(self) -> None:
        """See in which state the connection is now."""
        if self.cycle is None or self.cycle.response_complete:
            state = "head" if self.conn.begun else "idle"
        else:
            state = "body" if self.cycle.more_body else "work"
        if state != self._state:
            self._state, self._since = state, time.monotonic()

    def _look_on(self) -> None:
        """Send away whoever has taken too long."""
        if self._patient is None or self._patient.lingers:
            return
        self._look = self.loop.call_later(_LOOK_SECONDS, self._look_on)
        spent = time.monotonic() - self._since
        limits = self._limits
        if self._state == "idle" and spent > limits.idle:
            self.leave()
        elif self._state == "head" and spent > limits.head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the head of the request took too long")
        elif self._state == "body" and self.conn.received < (spent - limits.body) * limits.rate:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the body of the request comes too slowly")
        self._look_at_answer()

    def _look_at_answer(self) -> None:
        """An answer that is not taken as fast as a body must come is given up."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            self._unsent = 0
        elif not self._unsent:
            self._unsent, self._taken_at = unsent, time.monotonic()
        elif time.monotonic() - self._taken_at > self._limits.body:
            if self._unsent - unsent < self._limits.rate * self._limits.body:
                _log.info("client_gone", reason="answer_not_taken")
                self.transport.abort()
            self._unsent, self._taken_at = unsent, time.monotonic()

    def _throw_away(self, size: int) -> None:
        self._thrown += size
        if self._thrown > _LINGER_BYTES:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer with a problem, whatever stands, and close; nothing where an answer has begun."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.scope["state"][GIVEN_UP] = int(status)
            began = self.cycle.response_started
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            began = False
            _log.info("request_refused", status=int(status))
        if not began and not self.transport.is_closing():
            self.transport.write(_answer(status, detail))
        self.transport.close()


def _answer(status: HTTPStatus, detail: str) -> bytes:
    """A problem as it goes over the wire."""
    said: Mapping[str, str] = {"Retry-After": str(RETRY_SECONDS)} if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    response = problem(status, detail, headers={**said, "Cache-Control": "no-store", "Connection": "close"})
    lines = [f"HTTP/1.1 {int(status)} {status.phrase}".encode()]
    lines += [name + b": " + value for name, value in response.raw_headers]
    return b"\r\n".join([*lines, b"", b""]) + bytes(response.body)
