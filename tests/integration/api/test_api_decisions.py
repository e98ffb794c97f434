"""Commands over HTTP: the examples of the OpenAPI document, what is answered, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from adapters.commands.offered import EXAMPLE_CHILD
from adapters.service.opened import Service
from domain.leads.commands import DECISIONS
from tests.integration.api.test_api_contract import client_of, openapi, service_over, validator
from tests.spec.words import gp_registered

CHILD = EXAMPLE_CHILD.partition(":")[2]
SEAT = {"worker": "la-808:W2041", "role": "lead_practitioner", "scope": "child", "on": "2025-12-15"}


@pytest.fixture
def service(any_database_url: str, tmp_path: Path) -> Service:
    return service_over(any_database_url, tmp_path)


@pytest.fixture
def live(service: Service) -> Iterator[TestClient]:
    """An API that knows the child of the examples, by its GP."""
    known = gp_registered("A", practice="Z90001", on="2021-07-06", born="2021-06-06").wire(1)
    known["subject"]["identifiers"] = [{"scheme": "nhs", "value": CHILD}]
    with client_of(service) as client:
        assert client.post("/v1/events", json=known).json()["accepted"] == 1
        yield client


def decide(client: TestClient, name: str, **said: Any) -> Any:
    return client.post(f"/v1/decisions/{name}", json={"identifier": EXAMPLE_CHILD, **said})


def count(service: Service, table: str) -> int:
    with service.connect() as connection:
        row = connection.execute(f"SELECT count(*) FROM log.{table}").fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])


def test_each_command_has_an_example_that_can_be_sent_in_their_order(live: TestClient) -> None:
    document = openapi(live)
    for number, (name, decision) in enumerate(DECISIONS.items(), start=2):
        described = document["paths"][f"/v1/decisions/{name}"]["post"]["requestBody"]["content"]["application/json"]
        model = described["schema"]["$ref"].rpartition("/")[2]
        [example] = document["components"]["schemas"][model]["examples"]
        validator(document, model).validate(example)
        answer = live.post(f"/v1/decisions/{name}", json=example)
        assert answer.status_code == 201, answer.text
        validator(document, "Appended").validate(answer.json())
        assert (answer.json()["event_type"], answer.json()["position"]) == (decision.event_type, f"1:{number}")


def test_the_child_may_be_named_by_the_id_of_its_record(live: TestClient, service: Service) -> None:
    with service.connect() as connection:
        [(record,)] = connection.execute("SELECT record FROM log.subject").fetchall()
    for prefix in ("r", "c"):
        said = {**SEAT, "worker": f"la-808:{prefix}"}
        answer = live.post("/v1/decisions/nominate", json={"record": f"{prefix}-{record.hex}", **said})
        assert answer.status_code == 201, answer.text
    with service.connect() as connection:
        assert connection.execute("SELECT count(DISTINCT originator_id) FROM log.event").fetchone() == (1,)


@pytest.mark.parametrize(
    ("name", "said", "status", "reason", "field", "rule"),
    [
        ("accept", SEAT, 409, "not_so", "worker", "this worker is not nominated"),
        ("nominate", {**SEAT, "scope": "street"}, 422, "unknown_code", "scope", None),
        ("nominate", {**SEAT, "on": "2025-02-30"}, 422, "impossible_date", "on", None),
        ("nominate", {**SEAT, "on": "1825-02-03"}, 422, "impossible_date", "on", None),
        ("nominate", {**SEAT, "worker": "W2041"}, 422, "bad_value", "worker", None),
        ("nominate", {**SEAT, "worker": "la 808:W2041"}, 422, "wrong_organisation", "worker", None),
        ("nominate", {**SEAT, "worker": "la-808:W 1"}, 422, "bad_value", "worker", None),
        ("join", {"worker": "la-808:W 1", "service": "youth work"}, 422, "bad_value", "worker", None),
        ("join", {"worker": "la-808:W1", "service": "999 092 0532"}, 422, "bad_value", "service", None),
        ("nominate", {**SEAT, "service": "x"}, 422, "unknown_field", "service", None),
        ("nominate", {"worker": "la-808:W1", "role": "lead_practitioner"}, 422, "missing_field", "scope", None),
        (
            "nominate",
            {**SEAT, "record": f"r-{0:032}"},
            422,
            "missing_field",
            "identifier",
            "either an identifier or a record",
        ),
        ("nominate", {**SEAT, "identifier": "nhs:9990920531"}, 422, "bad_check_digit", "identifier", None),
    ],
)
def test_a_refusal_names_field_reason_and_rule(
    live: TestClient, service: Service, name: str, said: dict[str, str], status: int, reason: str, field: str | None, rule: str | None
) -> None:  # fmt: skip
    answer = decide(live, name, **said)
    problem = answer.json()
    validator(openapi(live), "Problem").validate(problem)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["reason"], problem.get("field")) == (status, reason, field)
    assert problem["detail"]
    assert rule is None or problem["detail"] == rule
    assert CHILD not in answer.text
    assert (count(service, "event"), count(service, "aside")) == (1, 0), "what is refused leaves nothing behind"


@pytest.mark.parametrize("named", [{"identifier": "nhs:9990000018"}, {"record": f"r-{7:032x}"}])
def test_nothing_is_known_under_an_identifier(live: TestClient, named: dict[str, str]) -> None:
    answer = live.post("/v1/decisions/nominate", json={**named, **SEAT})
    assert (answer.status_code, answer.json()["detail"]) == (404, "nothing is known under that identifier")


def test_what_is_so_already_is_a_conflict(live: TestClient) -> None:
    assert decide(live, "nominate", **SEAT).status_code == 201
    again = decide(live, "nominate", **SEAT)
    assert (again.status_code, again.json()["reason"]) == (409, "already_so")


def test_without_a_day_it_holds_from_today(live: TestClient, service: Service) -> None:
    assert decide(live, "nominate", **{name: text for name, text in SEAT.items() if name != "on"}).status_code == 201
    with service.connect() as connection:
        assert connection.execute("SELECT max(day) FROM log.fact").fetchone() == (20_727,)  # 1 October 2026
