"""What the API says of itself: OpenAPI, documentation without the Internet, schemas, reasons, health, headers."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient
from typer.testing import CliRunner

from adapters.api.app import create_app
from adapters.api.docs import ASSETS
from adapters.cli import schemas as schemas_command
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.reasons import REASONS
from schemas.registry import registry
from tests.builders.wire import NHS, admitted, marked

NOWHERE = "postgresql://127.0.0.1:1/nowhere"


def service_over(url: str, folder: Path, **settings: Any) -> Service:
    clock = FixedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    chosen = Settings(data_dir=folder, database_url=url, **settings)
    return Service(chosen, url, None, None, False, load_or_create(folder / "keys"), clock)


def client_of(service: Service) -> TestClient:
    return TestClient(create_app(service), raise_server_exceptions=False, base_url="http://127.0.0.1:8008")


@pytest.fixture
def service(any_database_url: str, tmp_path: Path) -> Service:
    return service_over(any_database_url, tmp_path)


@pytest.fixture
def live(service: Service) -> Iterator[TestClient]:
    """A client of an API with a database."""
    with client_of(service) as client:
        yield client


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of an API whose database is nowhere: what an API says of itself needs none."""
    with client_of(service_over(NOWHERE, tmp_path_factory.mktemp("data"))) as client:
        yield client


def openapi(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def test_the_openapi_document_is_whole(client: TestClient) -> None:
    document = openapi(client)
    assert document["openapi"].startswith("3.1.")
    for reference in references(document):
        part: Any = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert operation["responses"].get("422", {}).get("description") != "Validation Error"


def test_every_event_type_is_in_the_openapi_document(client: TestClient) -> None:
    document = openapi(client)
    mapping = document["components"]["schemas"]["Event"]["discriminator"]["mapping"]
    assert set(mapping) == set(registry().types)
    for event in (admitted(), marked()):
        validator(document, "Event").validate(event)
    assert not validator(document, "Event").is_valid(admitted(colour="red"))


def test_what_publishing_answers_is_as_described(live: TestClient) -> None:
    document = openapi(live)
    events = [admitted(), admitted(), marked(), {"event_type": "Nothing"}]
    validator(document, "Published").validate(live.post("/v1/events", json=events).json())
    for answer in (live.post("/v1/events", json=1), live.post("/v1/children/show", json={}), live.get("/none")):
        validator(document, "Problem").validate(answer.json())


def test_the_documentation_page_needs_nothing_from_outside(client: TestClient) -> None:
    assert client.get("/", follow_redirects=False).headers["location"] == "/docs"
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(wanted) == 5
    for address in wanted:
        assert address.startswith("/"), address
        assert client.get(address).status_code == 200
    # The page's policy allows its own files only, so nothing that a file names is loaded from elsewhere.
    assert "default-src 'none'; script-src 'self';" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    for path, (_, _, media) in ASSETS.items():
        answer = client.get(f"/docs/assets/{path}")
        assert answer.headers["content-type"].startswith(media)
        assert answer.content


def test_schemas_are_those_of_the_command_line(client: TestClient) -> None:
    listed = client.get("/v1/schemas").json()
    printed = CliRunner().invoke(schemas_command.app, ["list", "--json"]).stdout
    assert listed == json.loads(printed)
    for line in listed["schemas"]:
        one = client.get(f"/v1/schemas/{line['fingerprint'].upper()}").json()
        printed = CliRunner().invoke(schemas_command.app, ["show", line["fingerprint"], "--json"]).stdout
        assert one == json.loads(printed)
    missing = client.get("/v1/schemas/0000000000000000")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")


def test_reasons_are_listed_with_sentences(client: TestClient) -> None:
    reasons = client.get("/v1/reasons").json()["reasons"]
    assert [reason["code"] for reason in reasons] == list(REASONS)
    assert all(reason["sentence"] for reason in reasons)


def test_health_says_how_far_the_views_are_behind(live: TestClient, service: Service) -> None:
    live.post("/v1/events", json=[admitted(), marked()])
    behind = live.get("/v1/health").json()
    assert behind == {
        "status": "ok", "head": "1:2", "position": "1:0", "edition": 0, "behind": 2, "contract": registry().digest,
    }  # fmt: skip
    projector = service.projector()
    projector.project()
    projector.close()
    level = live.get("/v1/health").json()
    assert (level["position"], level["edition"], level["behind"]) == ("1:2", 1, 0)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/v1/{NHS}", 404),
        ("GET", "/v1/events", 405),
        ("DELETE", "/v1/children/find", 405),
        ("GET", f"/v1/health?nhs={NHS}", 400),
        ("GET", "/v1/schemas/", 404),
        ("GET", "/docs/assets/../../../etc/passwd", 404),
    ],
)
def test_everything_else_is_a_problem_that_quotes_nothing(
    client: TestClient, capfd: pytest.CaptureFixture[str], method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.json()["status"] == status
    assert NHS not in answer.text
    assert NHS not in "".join(capfd.readouterr())
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8008", "127.0.0.1.evil.example", "[", "localhost.evil"])
def test_a_web_page_cannot_point_its_own_name_here(client: TestClient, host: str) -> None:
    assert client.get("/v1/reasons", headers={"Host": host}).status_code == 421
    assert client.post("/v1/events", json=[], headers={"Origin": f"http://{host}"}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8008", "[::1]:8008", "api.localhost"])
def test_this_machines_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/v1/reasons", headers={"Host": host}).status_code == 200


def test_a_service_that_listens_elsewhere_is_called_by_the_names_that_are_set(tmp_path: Path) -> None:
    public = service_over(NOWHERE, tmp_path, http_host="0.0.0.0", http_hosts=["icr.example"])  # noqa: S104
    with TestClient(create_app(public), base_url="http://ICR.example:8008") as client:
        assert client.get("/v1/reasons").status_code == 200
        for other in ("other.example", "x.icr.example", "0.0.0.0", "service"):  # noqa: S104
            assert client.get("/v1/reasons", headers={"Host": other}).status_code == 421


def test_a_database_without_our_tables_is_said(empty_database_url: str, tmp_path: Path) -> None:
    with client_of(service_over(empty_database_url, tmp_path)) as client:
        for answer in (client.get("/v1/health"), client.post("/v1/events", json=admitted())):
            assert answer.status_code == 503
            assert answer.json()["detail"] == "the database has not this version's tables"
