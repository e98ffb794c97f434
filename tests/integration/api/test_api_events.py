"""`POST /v1/events` on both databases: what becomes of events, and that nothing is taken twice or lost."""

import json
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.api.media import AVRO, AVRO_BATCH, JSON_LINES, MAX_BODY
from adapters.codec import encode_wire
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from tests.builders.wire import NHS, UPN, admitted, marked

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Service:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    return Service(settings, database_url, None, None, False, load_or_create(tmp_path / "keys"), FixedClock(NOW))


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False, base_url="http://localhost") as client:
        yield client


def count(service: Service, table: str) -> int:
    with service.connect() as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return row[0]


def post(client: TestClient, body: Any, media: str = "application/json", query: str = "") -> dict[str, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(f"/v1/events{query}", content=data, headers={"Content-Type": media})
    assert answer.status_code in (200, 202), answer.text
    found: dict[str, Any] = answer.json()
    assert found["read"] == sum(found[name] for name in ("accepted", "duplicate", "conflict", "kept"))
    assert found["read"] == len(found["outcomes"])
    assert [one["index"] for one in found["outcomes"]] == list(range(found["read"]))
    return found


def outcomes(found: dict[str, Any]) -> list[str]:
    return [one["outcome"] for one in found["outcomes"]]


def test_an_event_is_accepted_once_and_a_duplicate_after(client: TestClient, service: Service) -> None:
    first = post(client, admitted())
    assert first["outcomes"][0] == {
        "index": 0, "event_id": "adm-1", "event_type": "PupilAdmitted", "outcome": "accepted", "reason": None,
        "field": None, "rule": None, "position": "1:1", "set_aside": [],
    }  # fmt: skip
    assert outcomes(post(client, admitted())) == ["duplicate"]
    assert outcomes(post(client, admitted(school="urn-937084"))) == ["conflict"]
    assert count(service, "log.event") == 1


def test_json_lines_and_avro_of_one_event_are_one_content(client: TestClient, service: Service) -> None:
    event = admitted()
    assert outcomes(post(client, encode_wire(event), AVRO)) == ["accepted"]
    assert outcomes(post(client, json.dumps(event).encode() + b"\n", JSON_LINES)) == ["duplicate"]
    assert outcomes(post(client, [event, marked()])) == ["duplicate", "accepted"]
    batch = b"".join(struct.pack(">I", len(e)) + e for e in (encode_wire(event), encode_wire(marked())))
    assert outcomes(post(client, batch, AVRO_BATCH)) == ["duplicate", "duplicate"]
    assert count(service, "log.event") == 2


def test_what_cannot_be_read_or_believed_is_kept_with_its_reason(client: TestClient, service: Service) -> None:
    unknown = b"\xc3\x01" + bytes(8) + b"x"
    assert post(client, unknown, AVRO)["reasons"] == {"unknown_schema": 1}
    assert post(client, encode_wire(admitted())[:-1], AVRO)["reasons"] == {"undecodable": 1}
    wrong = admitted(event_id="x", subject={"identifiers": [{"scheme": "upn", "value": "B801200001001"}]})
    found = post(client, [admitted(), wrong, 5, {"event_type": "Nothing"}, admitted(colour="red", event_id="y")])
    assert outcomes(found) == ["accepted", "kept", "kept", "kept", "kept"]
    said = [(one["reason"], one["field"]) for one in found["outcomes"][1:]]
    assert said == [
        ("bad_check_letter", "subject.identifiers[0]"), ("undecodable", None), ("unknown_event_type", "event_type"),
        ("unknown_field", "?"),
    ]  # fmt: skip
    assert count(service, "log.aside") == 6
    assert count(service, "log.event") == 1


def test_parts_that_fail_their_check_are_set_aside(client: TestClient) -> None:
    event = admitted()
    event["subject"]["identifiers"][1]["value"] = "9990000019"
    found = post(client, event)
    assert found["set_aside_reasons"] == {"bad_check_digit": 1}
    assert found["outcomes"][0]["set_aside"] == [{"reason": "bad_check_digit", "field": "subject.identifiers[1]"}]


def test_validate_only_records_nothing(client: TestClient, service: Service) -> None:
    for query in ("?validate_only", "?validate_only=true", "?validate_only=1"):
        found = post(client, [admitted(), {"event_type": "Nothing"}], query=query)
        assert outcomes(found) == ["accepted", "kept"]
        assert found["outcomes"][0]["position"] is None
    assert (count(service, "log.event"), count(service, "log.aside"), count(service, "log.subject")) == (0, 0, 0)


def test_no_events_are_no_fault(client: TestClient) -> None:
    assert post(client, [])["read"] == 0


JSON_TYPE = {"Content-Type": "application/json"}
# Body, headers, query -> status and reason.
UNREADABLE: list[tuple[bytes, dict[str, str], str, int, str | None]] = [
    (b"", JSON_TYPE, "", 400, "undecodable"),
    (b"{", JSON_TYPE, "", 400, "undecodable"),
    (b"{}", {"Content-Type": "text/plain"}, "", 415, None),
    (b"{}", {}, "", 415, None),
    (b"{}", {"Content-Type": "application/json; charset=latin-1"}, "", 415, None),
    (b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, "", 415, None),
    (b" " * (MAX_BODY + 1), JSON_TYPE, "", 413, "too_large"),
    (b"[" + b"1," * 1000 + b"1]", JSON_TYPE, "", 413, "too_large"),
    (b"{}", JSON_TYPE, "?validate-only=true", 400, None),
    (b"{}", JSON_TYPE, "?validate_only=perhaps", 422, "bad_value"),
    (b"{}", JSON_TYPE, f"?nhs={NHS}", 400, None),
]


def test_a_request_that_cannot_be_read_stores_nothing(client: TestClient, service: Service) -> None:
    for body, headers, query, status, reason in UNREADABLE:
        answer = client.post(f"/v1/events{query}", content=body, headers=headers)
        document = answer.json()
        assert (answer.status_code, document["status"], document.get("reason")) == (status, status, reason), headers
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert NHS not in answer.text
    assert (count(service, "log.event"), count(service, "log.aside")) == (0, 0)


def test_a_body_whose_length_is_not_announced_is_cut_off_at_the_limit(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 10 * MAX_BODY:
            sent += 1_000_000
            yield b" " * 1_000_000

    answer = client.post("/v1/events", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_many_callers_at_once_take_every_event_once(client: TestClient, service: Service) -> None:
    events = [marked(day=f"2026-09-{day:02d}", event_id=f"mark-{day}") for day in range(1, 31)]
    results: list[dict[str, Any]] = []

    def publish() -> None:
        results.extend(post(client, events[at : at + 3]) for at in range(0, 30, 3))

    callers = [threading.Thread(target=publish) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sum(found["accepted"] for found in results) == 30
    assert sum(found["duplicate"] for found in results) == 150
    assert count(service, "log.event") == 30


def test_a_lost_database_is_said_and_recovered_from(client: TestClient, service: Service) -> None:
    post(client, admitted())
    with service.connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    answer = client.post("/v1/events", json=marked())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["content-type"] == "application/problem+json"
    assert outcomes(post(client, marked())) == ["accepted"]


def test_no_database_at_all_is_said(database_url: str, tmp_path: Path) -> None:
    host, _, _ = database_url.rpartition("/")
    nowhere = f"{host}/nowhere"
    settings = Settings(data_dir=tmp_path, database_url=nowhere)
    absent = Service(settings, nowhere, None, None, False, load_or_create(tmp_path / "keys"), FixedClock(NOW))
    with TestClient(create_app(absent), raise_server_exceptions=False, base_url="http://localhost") as client:
        assert client.post("/v1/events", json=admitted()).status_code == 503
        assert client.get("/v1/health").status_code == 503


def test_an_unforeseen_error_shows_nothing_of_itself(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(f"value {NHS} of {UPN}")

    monkeypatch.setattr("adapters.log.recorder.Recorder.record", fail)
    answer = client.post("/v1/events", json=admitted())
    assert answer.status_code == 500
    assert answer.json() == {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    written = "".join(capfd.readouterr())
    assert NHS not in written
    assert UPN not in written


def test_the_database_refusing_us_shows_nothing_of_its_text(client: TestClient, service: Service) -> None:
    with psycopg.connect(service.database_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE log.event ADD CONSTRAINT never CHECK (notification_id < 0)")
    answer = client.post("/v1/events", json=admitted())
    assert answer.status_code == 500
    assert "never" not in answer.text
