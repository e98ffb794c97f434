"""What is thrown at the HTTP entrance, and what must come of each: a clear answer in bounded time, and no trace.

Requests are bytes on a socket. After each the service must still be well, nothing may be stored, nothing that was sent may
be quoted, and nothing of it may be called an error of ours.
"""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.api.connections import MAX_CHUNKS, MAX_HEAD, MAX_HEADERS, MAX_TARGET
from adapters.api.media import MAX_BODY
from adapters.codec.limits import MAX_DEPTH, MAX_KEYS, MAX_MESSAGE
from tests.builders.http import HOST, POST, Served, get, post, served, status_of, until_closed
from tests.builders.process import wait_for
from tests.builders.wire import NHS, admitted

EVENT = json.dumps(admitted()).encode()
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SHORT = {"http_head_seconds": 1, "http_body_seconds": 1, "http_idle_seconds": 1, "http_body_rate": 100_000}


@pytest.fixture(scope="module")
def here(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(module_database_url, tmp_path_factory.mktemp("here"), http_connections=300, **SHORT) as made:
        yield made


def _line(request: bytes, headers: bytes = HOST) -> bytes:
    return request + b"\r\n" + headers + b"\r\n"


# What is sent -> status of the answer; several where HTTP leaves a choice.
BYTES: dict[str, tuple[bytes, int]] = {
    # Two servers could see two different requests in these.
    "a length and chunks": (POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks and a length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}  x", 400),
    "two lengths in one": (POST + b"Content-Length: 4, 5\r\n\r\n{}  x", 400),
    "a length below nought": (POST + b"Content-Length: -1\r\n\r\n{}", 400),
    "a length with a sign": (POST + b"Content-Length: +2\r\n\r\n{}", 400),
    "a length in hexadecimal": (POST + b"Content-Length: 0x2\r\n\r\n{}", 400),
    "a length of a thousand digits": (POST + b"Content-Length: " + b"9" * 1000 + b"\r\n\r\n{}", 400),
    "a length of five thousand digits": (POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}", 400),
    "two encodings": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    "an encoding of another name": (POST + b"Transfer-Encoding: xchunked\r\n\r\n", 501),
    "two headers of encoding": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501),
    "chunks in HTTP/1.0": (CHUNKED.replace(b"1.1", b"1.0") + b"0\r\n\r\n", 400),
    "a space before the colon": (_line(b"GET /v1/reasons HTTP/1.1", b"Host : localhost\r\n"), 400),
    "a header without a name": (_line(b"GET /v1/reasons HTTP/1.1", HOST + b": x\r\n"), 400),
    "a header with NUL": (_line(b"GET /v1/reasons HTTP/1.1", HOST + b"X: a\0b\r\n"), 400),
    "a bare carriage return": (_line(b"GET /v1/reasons HTTP/1.1", HOST + b"X: a\rb\r\n"), 400),
    # Hosts and targets.
    "no host": (_line(b"GET /v1/reasons HTTP/1.1", b""), 400),
    "no host in HTTP/1.0": (_line(b"GET /v1/reasons HTTP/1.0", b""), 400),
    "an empty host": (_line(b"GET /v1/reasons HTTP/1.1", b"Host: \r\n"), 421),
    "two hosts": (_line(b"GET /v1/reasons HTTP/1.1", HOST + b"Host: localhost\r\n"), 400),
    "another host": (get("/v1/reasons", b"Host: evil.example\r\n"), 421),
    "a host with a user": (get("/v1/reasons", b"Host: localhost@evil.example\r\n"), 421),
    "a host with a path": (get("/v1/reasons", b"Host: localhost/x\r\n"), 421),
    "an absolute target": (_line(b"GET http://localhost/v1/reasons HTTP/1.1"), 400),
    "an absolute target elsewhere": (_line(b"GET http://evil.example/v1/reasons HTTP/1.1"), 400),
    "a target of all": (_line(b"OPTIONS * HTTP/1.1"), 400),
    "a tunnel": (_line(b"CONNECT evil.example:443 HTTP/1.1"), 400),
    "NUL in the path": (_line(b"GET /v1/\0 HTTP/1.1"), 400),
    "NUL in the path, encoded": (get("/v1/%00"), 404),
    "a path that is not UTF-8": (get("/v1/%ff%fe"), 404),
    "a path of dots, encoded": (get("/docs/assets/%2e%2e/%2e%2e/etc/passwd"), 404),
    "bytes beyond ASCII in the path": (_line(b"GET /v1/\xff HTTP/1.1"), 400),
    "a child's number in the path": (get(f"/v1/{NHS}"), 404),
    "a child's number in the query": (get(f"/v1/health?nhs={NHS}"), 400),
    # What is no request.
    "nothing of HTTP": (NHS.encode() + b" is no request\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300), 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "HTTP/0.9": (b"GET /\r\n\r\n", 400),
    "HTTP/9.9": (_line(b"GET / HTTP/9.9"), 505),
    "bytes at random": (bytes(range(128, 256)) * 10 + b"\r\n\r\n", 400),
    "an unknown method": (_line(b"BREW /v1/reasons HTTP/1.1", HOST + b"Connection: close\r\n"), 405),
    "a method of no letters": (_line(b"G(T /v1/reasons HTTP/1.1"), 400),
    "an upgrade": (_line(b"GET /v1/x HTTP/1.1", HOST + b"Connection: upgrade, close\r\nUpgrade: websocket\r\n"), 404),
    "an expectation": (POST + b"Expect: tea\r\nContent-Length: 2\r\n\r\n{}", 417),
    # Too much.
    "too many headers": (_line(b"GET / HTTP/1.1", HOST + b"X: y\r\n" * MAX_HEADERS), 431),
    "headers that are too long": (_line(b"GET / HTTP/1.1", HOST + b"X: " + b"y" * 2 * MAX_HEAD + b"\r\n"), 431),
    "a header that does not end": (b"GET / HTTP/1.1\r\nX: " + b"y" * 500_000, 431),
    "an address that is too long": (get("/v1/reasons?" + "y" * MAX_TARGET), 414),
    "a body that is too long": (POST + b"Content-Length: 9000000000\r\n\r\n{", 413),
    "a body that is too long, sent": (post(b" " * (MAX_BODY + 1)), 413),
    "chunks that are too much": (CHUNKED + (b"fffff\r\n" + b" " * 0xFFFFF + b"\r\n") * 9, 413),
    "chunks of one byte": (CHUNKED + b"1\r\n \r\n" * 10 * MAX_CHUNKS, 413),
    "a chunk without a size": (CHUNKED + b"zz\r\n{}", 400),
    "a body of another type, long": (post(b"x" * 3_000_000).replace(b"application/json", b"text/plain"), 415),
    "a compressed body": (post(EVENT, b"Content-Encoding: gzip\r\n"), 415),
    "two types": (post(EVENT, b"Content-Type: text/plain\r\n"), 415),
    "a type that is long": (post(b"{}").replace(b"application/json", b'a/b;"' + b";" * 9_000), 415),
    "UTF-16, as it says": (post(b"{}").replace(b"/json", b"/json; charset=utf-16"), 415),
    # JSON.
    "a byte order mark": (post(b"\xef\xbb\xbf" + EVENT), 400),
    "UTF-16": (post(EVENT.decode().encode("utf-16")), 400),
    "UTF-16, unmarked": (post(EVENT.decode().encode("utf-16-le")), 400),
    "UTF-32, unmarked": (post(EVENT.decode().encode("utf-32-be")), 400),
    "a key twice": (post(b'{"a":1,' * 1 + b"".join(b'"k%d":1,' % n for n in range(20_000)) + b'"a":1}'), 400),
    "lists in lists": (post(b"[" * 1_000_000), 400),
    "lists in lists, closed": (post(b"[" * 1_000_000 + b"]" * 1_000_000), 400),
    "a text without an end": (post(b'{"a":"' + b"a" * 8_000_000), 413),
    "escapes without an end": (post(b'{"a":"' + b'\\"' * 4_000_000), 413),
    "a number of a million digits": (post(b'{"a":' + b"1" * 1_000_000 + b"}"), 413),
    "a million lists": (post(b'{"a":[' + b"[]," * 1_000_000 + b"0]}"), 413),
    "a million events": (post(b"[" + b"{}," * 1_000_000 + b"{}]"), 413),
    "a million spaces": (post(b" " * 1_000_000), 400),
}  # fmt: skip


@pytest.mark.parametrize("name", BYTES)
def test_bytes_are_answered_plainly_and_leave_no_trace(
    here: Served, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    data, status = BYTES[name]
    began = time.monotonic()
    answer = here.raw(data)
    assert status_of(answer) == status, answer[:300]
    assert time.monotonic() - began < 5
    head, _, body = answer.partition(b"\r\n\r\n")
    assert json.loads(body)["status"] == status
    assert b"application/problem+json" in head
    assert here.is_well()
    assert (here.count("log.event"), here.count("log.aside"), here.count("log.subject")) == (0, 0, 0)
    logged = "".join(capfd.readouterr())
    assert NHS.encode() not in answer
    assert NHS not in logged
    assert not {"request_failed", "library_message", "Traceback"} & set(logged.replace('"', " ").split())


def test_a_mark_is_named_in_the_same_words_as_over_kafka(here: Served) -> None:
    said = here.ask("POST", "/v1/events", b"\xef\xbb\xbf" + EVENT)[2]
    assert (said["reason"], said["detail"]) == (
        "undecodable", "the text begins with a byte order mark (EF BB BF): send UTF-8 without it",
    )  # fmt: skip


# One event each that is kept, whose body is whole: what it says is no reason to refuse those beside it.
KEPT: dict[str, tuple[bytes, str]] = {
    "deep": (b'{"a":' + b"[" * 500 + b"]" * 500 + b"}", "undecodable"),
    "many keys": (b"{" + b",".join(b'"k%d":1' % n for n in range(MAX_KEYS + 1)) + b"}", "too_large"),
    "a huge exponent": (EVENT[:-1] + b',"a":1e999999999}', "unknown_field"),
    "a long number": (EVENT[:-1] + b',"a":' + b"1" * 200_000 + b"}", "undecodable"),
    "thousands of long numbers": (EVENT[:-1] + b',"a":[' + b"1" * 4_000 + b",1]}", "unknown_field"),
    "a thousand fields that are none": (
        EVENT[:-1] + b"," + b",".join(b'"k%d":1' % n for n in range(9_000)) + b"}", "unknown_field",
    ),
    "a lone surrogate": (EVENT.replace(b"Ada", b"\\ud800"), "bad_value"),
    "not a number": (EVENT[:-1] + b',"a":-Infinity}', ""),
}  # fmt: skip


def test_what_one_event_says_is_kept_beside_the_others(module_database_url: str, tmp_path: Path) -> None:
    assert MAX_DEPTH < 500
    with served(module_database_url, tmp_path) as own:
        for name, (body, reason) in KEPT.items():
            assert len(body) < MAX_MESSAGE
            began = time.monotonic()
            status, _, said = own.ask("POST", "/v1/events?validate_only=true", b"[" + body + b"]")
            assert (status, list(said.get("reasons", ()))) == ((200, [reason]) if reason else (400, [])), name
            assert time.monotonic() - began < 3, name


# What is sent, and then nothing (or a byte now and then) -> the status that comes of itself; 0: closed without a word.
SLOW: dict[str, tuple[bytes, bytes, int]] = {
    "nothing at all": (b"", b"", 0),
    "half a line": (b"GET /v1/rea", b"", 408),
    "a head by the byte": (b"GET /v1/reasons HTTP/1.1\r\nX: ", b"y", 408),
    "a body that does not come": (POST + b"Content-Length: 100\r\n\r\n", b"", 408),
    "a body by the byte": (POST + b"Content-Length: 100000\r\n\r\n", b" ", 408),
    "chunks by the byte": (CHUNKED, b"1\r\n \r\n", 408),
    "a body that waits to be asked for": (POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n", b"", 100),
    "a body to nowhere": (b"POST /v1/x HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\n", b" ", 404),
}


def test_the_slow_are_sent_away_and_hold_nobody_up(here: Served, capfd: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    open_ = {name: here.connect(data) for name, (data, _, _) in SLOW.items()}
    for _ in range(30):
        time.sleep(0.1)
        assert here.is_well()
        for name, connection in open_.items():
            try:
                connection.sendall(SLOW[name][1])
            except ConnectionError:
                continue
    for name, connection in open_.items():
        connection.settimeout(5)
        answer = until_closed(connection)
        assert status_of(answer) == SLOW[name][2], (name, answer)
        connection.close()
    assert time.monotonic() - began < 15
    assert "request_failed" not in "".join(capfd.readouterr())


def test_an_answer_that_is_not_taken_is_given_up(
    module_database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with served(module_database_url, tmp_path, **SHORT) as own:
        wanted = [socket.socket() for _ in range(3)]
        for connection in wanted:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", own.port))
            connection.sendall(_line(b"GET /docs/assets/swagger-ui.js HTTP/1.1") * 20)
        said: list[str] = []

        def given_up() -> bool:
            said.extend(line for line in capfd.readouterr().err.splitlines() if "answer_not_taken" in line)
            return len(said) == 3

        wait_for(given_up, seconds=10)
        assert own.is_well()
        for connection in wanted:
            connection.close()


def test_more_connections_than_allowed_make_room_for_each_other(module_database_url: str, tmp_path: Path) -> None:
    patient = dict.fromkeys(("http_head_seconds", "http_body_seconds", "http_idle_seconds"), 60)
    few = {"http_connections": 40, "http_publishing_queue": 8}
    with served(module_database_url, tmp_path, **few, **patient) as own:
        begun = (b"", b"GET /v1/rea", POST + b"Content-Length: 1000\r\n\r\n{")
        held = [own.connect(begun[n % 3]) for n in range(120)]
        for _ in range(5):
            assert own.is_well()
        for connection in held:
            connection.close()
        wait_for(own.is_well, seconds=5)


# Who asks -> whether it is answered.
PAGES: list[tuple[dict[str, str], str, int]] = [
    ({}, "/v1/reasons", 200),
    ({"Origin": "http://localhost:{port}", "Sec-Fetch-Site": "same-origin"}, "/v1/reasons", 200),
    ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, "/v1/reasons", 200),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, "/docs", 200),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, "/docs", 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, "/v1/reasons", 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, "/v1/health", 403),
    ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, "/docs/assets/icon.png", 403),
    ({"Sec-Fetch-Site": "same-site"}, "/v1/reasons", 403),  # another port of this machine
    ({"Sec-Fetch-Site": "something"}, "/v1/reasons", 403),
    ({"Origin": "http://evil.example"}, "/v1/reasons", 403),
    ({"Origin": "http://localhost:1"}, "/v1/reasons", 403),
    ({"Origin": "null"}, "/v1/reasons", 403),
    ({"Origin": ""}, "/v1/reasons", 403),
    ({"Origin": "file://"}, "/v1/reasons", 403),
    ({"Origin": "http://["}, "/v1/reasons", 403),
    ({"Origin": "http://icr.example", "Host": "icr.example"}, "/v1/reasons", 200),
    ({"Origin": "https://icr.example", "Host": "localhost"}, "/v1/reasons", 200),  # behind a proxy
    ({"Host": "ICR.example."}, "/v1/reasons", 200),
    ({"Host": "icr.example.evil"}, "/v1/reasons", 421),
    ({"Host": "127.0.0.2"}, "/v1/reasons", 200),
    ({"Host": "[::1]:80"}, "/v1/reasons", 200),
    ({"Host": "0.0.0.0"}, "/v1/reasons", 421),  # noqa: S104
    ({"Host": "192.0.2.1"}, "/v1/reasons", 421),
    ({"Host": "localhost.evil.example"}, "/v1/health", 421),
]


@pytest.mark.parametrize("listens", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
def test_only_allowed_names_and_our_own_pages_are_answered(
    module_database_url: str, tmp_path: Path, listens: str
) -> None:
    with served(module_database_url, tmp_path, http_host=listens, http_hosts=["icr.example"]) as own:
        for headers, path, status in PAGES:
            given = {"Host": f"localhost:{own.port}"}
            given |= {name: value.format(port=own.port) for name, value in headers.items()}
            lines = "".join(f"{name}: {value}\r\n" for name, value in given.items()).encode()
            assert status_of(own.raw(get(path, lines))) == status, (headers, path)


def test_who_asks_too_often_is_told_when_to_come_again(module_database_url: str, tmp_path: Path) -> None:
    with served(module_database_url, tmp_path, http_rate=0.1, http_burst=1) as own:
        answers = [own.ask("GET", "/v1/reasons") for _ in range(15)]
        assert [status for status, _, _ in answers].count(200) <= 10
        status, headers, said = answers[-1]
        assert (status, said["status"]) == (429, 429)
        assert int(headers["retry-after"]) >= 1
        assert own.ask("GET", "/v1/health")[0] == 200
