"""The API as a real server: over a socket, with bodies in pieces, callers at once, and an orderly end."""

import http.client
import json
import queue
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.api.app import create_app
from adapters.api.media import MAX_BODY
from adapters.api.serving import answers, listen, serve_app
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import SystemClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.errors import Misuse
from tests.builders.wire import NHS, admitted, marked


@pytest.fixture
def address(any_database_url: str, tmp_path: Path) -> Iterator[tuple[str, int]]:
    settings = Settings(data_dir=tmp_path, database_url=any_database_url, http_port=0)
    service = Service(settings, any_database_url, None, None, False, load_or_create(tmp_path / "keys"), SystemClock())
    said: queue.Queue[str] = queue.Queue()
    ended = threading.Event()
    app = create_app(service)
    server = threading.Thread(target=serve_app, args=(app, settings, service.clock, ended.is_set, said.put))
    server.start()
    try:
        url = urlsplit(said.get(timeout=30).split()[2].rstrip(","))
        assert url.hostname
        assert url.port
        yield url.hostname, url.port
    finally:
        ended.set()
        server.join(timeout=30)
    assert not server.is_alive()


def ask(
    address: tuple[str, int], method: str, path: str, body: object = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(*address, timeout=30)
    try:
        connection.request(method, path, body, headers)  # type: ignore[arg-type]
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_events_go_in_over_a_socket(address: tuple[str, int], capfd: pytest.CaptureFixture[str]) -> None:
    body = json.dumps([admitted(), marked()]).encode()
    json_type = {"Content-Type": "application/json"}
    status, headers, answer = ask(address, "POST", "/v1/events", body, **json_type)
    assert (status, json.loads(answer)["accepted"]) == (202, 2)
    assert headers["content-type"] == "application/json"
    assert "server" not in headers
    pieces = iter([body[:7], body[7:500], body[500:]])
    status, _, answer = ask(address, "POST", "/v1/events", pieces, **json_type)
    assert (status, json.loads(answer)["duplicate"]) == (202, 2)
    with ThreadPoolExecutor(8) as callers:
        events = [json.dumps(marked(event_id=f"mark-{n}", day=f"2026-09-{n:02d}")).encode() for n in range(3, 27)]
        answers = list(callers.map(lambda event: ask(address, "POST", "/v1/events", event, **json_type), events))
    assert [json.loads(answer)["accepted"] for _, _, answer in answers] == [1] * 24
    assert json.loads(ask(address, "GET", "/v1/health")[2])["head"] == "1:26"
    assert NHS not in "".join(capfd.readouterr())


def test_a_body_announced_as_too_large_is_refused_unread(address: tuple[str, int]) -> None:
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.putrequest("POST", "/v1/events")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(MAX_BODY * 1000))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["reason"] == "too_large"
    connection.close()


def test_what_is_no_http_is_answered_without_quoting_it(address: tuple[str, int]) -> None:
    status, headers, answer = ask(address, "GET", f"/v1/health?nhs={NHS}")
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert NHS.encode() not in answer
    status, _, answer = ask(address, "BREW", f"/{NHS}")
    assert status in (404, 405)
    assert NHS.encode() not in answer


def test_who_comes_once_the_address_is_said_is_not_refused() -> None:
    listening = listen("127.0.0.1", 0)
    try:
        host, port = listening.getsockname()
        early = socket.create_connection((host, port), timeout=5)
        # asyncio turns off the waiting for more to send (TCP_NODELAY) only on sockets that name their protocol.
        accepted, _ = listening.accept()
        assert accepted.proto == socket.IPPROTO_TCP
        early.close()
        accepted.close()
        with pytest.raises(Misuse, match="cannot listen"):
            listen(host, port)
    finally:
        listening.close()


def test_it_answers_from_the_moment_its_address_is_said(address: tuple[str, int]) -> None:
    assert answers(*address)
