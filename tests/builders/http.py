"""The HTTP server in this process over a real database, and requests as bytes, for what no client library would send."""

import contextlib
import http.client
import json
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.api import serving
from adapters.api.app import create_app
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import SystemClock
from adapters.process.logs import configure_logs
from adapters.process.settings import Settings
from adapters.service.opened import Service

HOST = b"Host: localhost\r\n"
POST = b"POST /v1/events HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


def get(path: str, headers: bytes = HOST) -> bytes:
    """A GET as bytes, after which the connection is closed."""
    return f"GET {path} HTTP/1.1\r\n".encode() + headers + b"Connection: close\r\n\r\n"


def post(body: bytes, headers: bytes = b"") -> bytes:
    """Events as bytes, after which the connection is closed."""
    return POST + headers + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class Served:
    """A server and its database."""

    port: int
    service: Service

    def connect(self, data: bytes = b"") -> socket.socket:
        """A connection, on which something has been sent."""
        made = socket.create_connection(("127.0.0.1", self.port), 10)
        made.sendall(data)
        return made

    def raw(self, data: bytes, seconds: float = 15) -> bytes:
        """All that is answered until the server closes. A server that stops reading is no fault: it has answered."""
        with self.connect() as connection:
            connection.settimeout(seconds)
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            return until_closed(connection)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers in lower case, and what the answer's JSON says."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, data, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            text = answer.read()
            said = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, said, json.loads(text) if "json" in said.get("content-type", "") else text
        finally:
            connection.close()

    def is_well(self) -> bool:
        """Whether it says so within half a second, and tells what it always knows."""
        began = time.monotonic()
        well = all(self.ask("GET", path)[0] == 200 for path in ("/v1/health", "/v1/reasons", "/docs"))
        return well and time.monotonic() - began < 1.5  # half a second each

    def count(self, table: str) -> int:
        """Rows of a table."""
        with self.service.connect() as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
        assert row is not None
        return int(row[0])


def until_closed(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            said += part
    return said


def status_of(answer: bytes) -> int:
    """The status of an answer's first line; 0 where there is none."""
    words = answer.split(b" ", 2)
    return int(words[1]) if words[0].startswith(b"HTTP/1.") else 0


@contextmanager
def served(url: str, folder: Path, *, port: int = 0, **changed: Any) -> Iterator[Served]:
    """A server over a migrated database, on a free port or a given one, some settings `changed`; it must end in time."""
    configure_logs("info")
    settings = Settings(data_dir=folder, database_url=url, http_port=port, **changed)
    service = Service(settings, url, None, None, False, load_or_create(folder / "keys"), SystemClock())
    said: queue.Queue[str] = queue.Queue()
    ended = threading.Event()
    server = threading.Thread(
        target=serving.serve_app, args=(create_app(service), settings, service.clock, ended.is_set, said.put)
    )
    server.start()
    yield from _used(server, service, said, ended)


def _used(
    server: threading.Thread, service: Service, said: queue.Queue[str], ended: threading.Event
) -> Iterator[Served]:
    try:
        port = int(said.get(timeout=30).split()[2].rstrip(",").rsplit(":", 1)[1])
        made = Served(port, service)
        until = time.monotonic() + 10
        while not made.is_well():
            assert time.monotonic() < until
        yield made
    finally:
        ended.set()
        server.join(timeout=15)
    assert not server.is_alive()
