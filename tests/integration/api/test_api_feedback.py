"""`GET /v1/feedback` over a real database, as an agency's system asks it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from tests.builders.wire import NHS, admitted, marked

SCHOOL = "urn-937083"


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    clock = FixedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    service = Service(settings, database_url, None, None, False, load_or_create(tmp_path / "keys"), clock)
    with TestClient(create_app(service), raise_server_exceptions=False, base_url="http://localhost") as client:
        yield client


def asked(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get("/v1/feedback", params={"organisation": SCHOOL} | query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def test_an_agency_reads_on_with_the_cursor_it_was_given(client: TestClient) -> None:
    client.post("/v1/events", json=[admitted(), marked(), {**marked(), "event_id": "mark-2", "am": "%"}, admitted()])
    first = asked(client, limit=2)
    assert [one["event_id"] for one in first["feedback"]] == ["adm-1", "mark-1"]
    assert first["more"]
    second = asked(client, since=first["next"])
    assert [(one["outcome"], one["event_id"], one["reason"], one["field"]) for one in second["feedback"]] == [
        ("duplicate", "adm-1", None, None),
        ("kept", "mark-2", "unknown_code", "am"),
    ]
    assert not second["more"]
    assert asked(client, since=second["next"])["feedback"] == []
    client.post("/v1/events", json=admitted(event_id="adm-2"))
    assert [one["event_id"] for one in asked(client, since=second["next"])["feedback"]] == ["adm-2"]


def test_only_its_own_and_nothing_of_the_child(client: TestClient) -> None:
    client.post("/v1/events", json=admitted())
    found = client.get("/v1/feedback", params={"organisation": SCHOOL})
    assert NHS not in found.text
    assert "r-" not in found.text
    assert asked(client, organisation="urn-900002")["feedback"] == []


def test_the_answer_is_as_the_document_says(client: TestClient) -> None:
    client.post("/v1/events", json=[admitted(), {"event_type": "PupilAdmitted", "source": {"organisation": SCHOOL}}])
    document = client.get("/openapi.json").json()
    shape = {"$ref": "#/components/schemas/Feedback", "components": document["components"]}
    found = asked(client)
    assert [one["outcome"] for one in found["feedback"]] == ["accepted", "kept"]
    Draft202012Validator(shape).validate(found)
    parameters = {one["name"] for one in document["paths"]["/v1/feedback"]["get"]["parameters"]}
    assert parameters == {"organisation", "since", "limit"}


def test_a_cursor_of_before_a_restore_is_refused(client: TestClient) -> None:
    client.post("/v1/events", json=admitted())
    for cursor in ("1:2.0", "2:1.0"):
        answer = client.get("/v1/feedback", params={"organisation": SCHOOL, "since": cursor})
        assert (answer.status_code, answer.json()["field"]) == (422, "since")
