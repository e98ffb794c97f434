"""Questions for feedback that are refused before anything is asked of the database; nothing that was sent is quoted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.reasons import REASONS
from tests.builders.wire import NHS

NOWHERE = "postgresql://127.0.0.1:1/nowhere"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("data")
    settings = Settings(data_dir=folder, database_url=NOWHERE)
    clock = FixedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    service = Service(settings, NOWHERE, None, None, False, load_or_create(folder / "keys"), clock)
    with TestClient(create_app(service), raise_server_exceptions=False, base_url="http://localhost") as client:
        yield client


@pytest.mark.parametrize(
    ("query", "status", "reason", "field"),
    [
        ("", 422, "missing_field", "organisation"),
        ("organisation=", 422, "missing_field", "organisation"),
        (f"organisation={'x' * 101}", 422, "too_large", "organisation"),
        ("organisation=urn-1%00", 422, "bad_value", "organisation"),
        ("organisation=urn-1%0A", 422, "bad_value", "organisation"),
        ("organisation=urn-1&since=", 422, "bad_value", "since"),
        (f"organisation=urn-1&since={NHS}", 422, "bad_value", "since"),
        ("organisation=urn-1&since=1:2", 422, "bad_value", "since"),
        ("organisation=urn-1&since=1:-2.3", 422, "bad_value", "since"),
        ("organisation=urn-1&since=1:2.3%0A", 422, "bad_value", "since"),
        (f"organisation=urn-1&since={quote('1:2.٣')}", 422, "bad_value", "since"),
        (f"organisation=urn-1&since=1:{'9' * 60}.1", 422, "bad_value", "since"),
        (f"organisation=urn-1&since=1:2.{'9' * 90}", 422, "too_large", "since"),
        ("organisation=urn-1&limit=0", 422, "bad_value", "limit"),
        ("organisation=urn-1&limit=-1", 422, "bad_value", "limit"),
        ("organisation=urn-1&limit=1001", 422, "bad_value", "limit"),
        ("organisation=urn-1&limit=many", 422, "bad_value", "limit"),
        ("organisation=urn-1&limit=1e2", 422, "bad_value", "limit"),
        ("organisation=urn-1&organisation=urn-2", 400, None, None),
        (f"organisation=urn-1&nhs={NHS}", 400, None, None),
        (f"{NHS}=1", 400, None, None),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: TestClient, query: str, status: int, reason: str | None, field: str | None
) -> None:
    answer = client.get(f"/v1/feedback?{query}")
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.status_code, document.get("reason"), document.get("field")) == (status, reason, field)
    assert {error["reason"] for error in document.get("errors", [])} <= set(REASONS)
    assert NHS not in answer.text


def test_what_makes_sense_needs_the_database(client: TestClient) -> None:
    assert client.get("/v1/feedback?organisation=urn-1&since=1:2.3&limit=10").status_code == 503
