"""Questions over HTTP on both databases, and that the command line gives the same answers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.api.shapes import answer_shapes
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.questions.table import QUESTIONS
from adapters.service.opened import Service
from domain.questions.asking import answer_of
from tests.builders.example_family import (
    ADA_AGENCY,
    ADA_NHS,
    ADA_UPN,
    BEN_NHS,
    BORN,
    FAMILY_NAME,
    WORKER,
    example_family,
)
from tools.main import main

DAY = "2026-10-01"
# Half past midnight in London, still the day before in UTC.
NOW = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)
ADA = f"upn:{ADA_UPN}"


class Asker:
    """Publishes and projects; asks over HTTP and on the command line, and compares."""

    def __init__(self, service: Service, client: TestClient, capfd: pytest.CaptureFixture[str]) -> None:
        self.service = service
        self.client = client
        self._capfd = capfd

    def publish(self, events: list[dict[str, Any]]) -> None:
        answer = self.client.post("/v1/events", json=events).json()
        assert answer["accepted"] == len(events), answer["reasons"]

    def project(self) -> None:
        projector = self.service.projector()
        projector.project()
        projector.close()

    def http(self, path: str, **question: Any) -> Any:
        answer = self.client.post(f"/v1/{path}", json=question)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    def command(self, *arguments: str, code: int = 0) -> Any:
        self._capfd.readouterr()
        assert main([*arguments, "--json"]) == code
        written = self._capfd.readouterr()
        assert ADA_NHS not in written.err
        return json.loads(written.out)


@pytest.fixture
def asker(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Asker]:
    monkeypatch.setenv("ICR_DATABASE_URL", database_url)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))
    settings = Settings(data_dir=tmp_path, database_url=database_url)
    service = Service(settings, database_url, None, None, False, load_or_create(tmp_path / "keys"), FixedClock(NOW))
    with TestClient(create_app(service), raise_server_exceptions=False, base_url="http://localhost") as client:
        yield Asker(service, client, capfd)


@pytest.fixture
def asked(asker: Asker) -> Asker:
    asker.publish(example_family())
    asker.project()
    return asker


def test_api_and_command_line_give_the_same_answers(asked: Asker) -> None:
    family = asked.http("families/list", effective_at=DAY)["families"][0]["family"]
    record = asked.http("children/show", identifier=ADA)["records"][0]
    known = "1:17"
    pairs: list[tuple[str, dict[str, Any], list[str]]] = [
        ("children/find", {"identifier": ADA}, ["child", "find", "--id", ADA]),
        (
            "children/find",
            {"family": FAMILY_NAME, "born": BORN},
            ["child", "find", "--family", FAMILY_NAME, "--dob", BORN],
        ),
        ("children/show", {"identifier": ADA}, ["child", "show", "--id", ADA]),
        ("children/show", {"record": record}, ["child", "show", "--record", record]),
        ("children/timeline", {"identifier": ADA}, ["child", "timeline", "--id", ADA]),
        (
            "children/timeline",
            {"identifier": ADA, "known_at": known},
            ["child", "timeline", "--id", ADA, "--known-at", known],
        ),
        ("leads/caseload", {"worker": WORKER}, ["leads", "caseload", "--worker", WORKER]),
        ("leads/families", {"worker": WORKER}, ["leads", "families", "--worker", WORKER]),
        (
            "leads/changes",
            {"worker": WORKER, "since": "1:3"},
            ["leads", "changes", "--worker", WORKER, "--since", "1:3"],
        ),
        ("leads/handover", {"worker": WORKER}, ["leads", "handover", "--worker", WORKER]),
        ("leads/gaps", {}, ["leads", "gaps"]),
        ("leads/gaps", {"area": "ZE9"}, ["leads", "gaps", "--area", "ZE9"]),
        ("families/list", {}, ["families", "list"]),
        ("families/list", {"lost": 2, "area": "ZE9"}, ["families", "list", "--lost", "2", "--area", "ZE9"]),
        ("families/show", {"family": family}, ["families", "show", family]),
    ]
    for path, question, arguments in pairs:
        over_http = asked.http(path, effective_at=DAY, **question)
        assert over_http == asked.command(*arguments, "--effective-at", DAY), path


def test_the_index_line_says_who_where_and_who_is_involved(asked: Asker) -> None:
    line = asked.http("children/show", identifier=f"nhs:{ADA_NHS}")
    assert line["effective_at"] == DAY  # today in London
    assert (line["name"]["given"], line["name"]["family"], line["date_of_birth"]) == (["Ada"], FAMILY_NAME, BORN)
    assert line["address"]["postcode"] == "ZE9 1AA"
    assert (line["school"], line["gp"]) == ([], [])
    assert [one["service"] for one in line["involvements"]] == ["early help"]
    assert line["involvements"][0]["contact"]["team"]["contact"] == "01632 960001"
    assert [one["worker"] for one in line["lead"]] == [WORKER]
    assert {one["scheme"] for one in line["identifiers"]} == {"nhs", "upn", "agency:la-808:mosaic"}


def test_a_child_answers_to_each_of_its_numbers_and_records(asked: Asker) -> None:
    line = asked.http("children/show", identifier=ADA)
    names = [
        f"nhs:{ADA_NHS[:3]} {ADA_NHS[3:6]} {ADA_NHS[6:]}",
        f"agency:la-808:mosaic:{ADA_AGENCY}",
        f"upn:{ADA_UPN.lower()}",
    ]
    for name in names:
        assert asked.http("children/show", identifier=name) == line
    for record in [*line["records"], line["child"]]:
        assert asked.http("children/show", record=record) == line
    assert len(line["records"]) == 3


def test_the_timeline_is_as_at_a_day_and_as_known_then(asked: Asker) -> None:
    kinds = [entry["kind"] for entry in asked.http("children/timeline", identifier=ADA)["entries"]]
    assert kinds == ["gp_registration", "relationship", "enrolment", "attendance", "early_help", "lead"]
    before = asked.http("children/timeline", identifier=ADA, effective_at="2020-09-01")["entries"]
    assert [(entry["kind"], entry["status"]) for entry in before] == [
        ("gp_registration", "open"), ("relationship", "open"), ("enrolment", "open"),
    ]  # fmt: skip
    asker = asked
    asker.service.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    back = example_family()[0] | {"event_id": "back", "effective": {"from": "2026-09-28", "to": None}}
    asker.publish([back])
    asker.project()
    now = asker.http("children/show", identifier=ADA, effective_at=DAY)
    assert len(now["school"]) == 1
    for then in ("1:17", "17", NOW.isoformat(), "2026-10-01T01:30:00+01:00"):
        known = asker.http("children/show", identifier=ADA, effective_at=DAY, known_at=then)
        assert (known["position"], known["school"]) == ("1:17", [])


def test_before_anything_was_known_nobody_is_known(asked: Asker) -> None:
    answer = asked.client.post("/v1/children/show", json={"identifier": ADA, "known_at": "2020-01-01T00:00:00Z"})
    assert answer.status_code == 404
    assert asked.http("children/find", identifier=ADA, known_at="0")["children"] == []


def test_a_position_of_another_life_of_the_log_is_refused(asked: Asker) -> None:
    answer = asked.client.post("/v1/leads/gaps", json={"known_at": "7:1"})
    assert answer.status_code == 422
    assert "another generation" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("children/show", {"identifier": "nhs:9990000018"}),
        ("children/timeline", {"record": "r-" + "0" * 32}),
        ("families/show", {"family": "f-0"}),
    ],
)
def test_whoever_is_not_known_is_not_found(asked: Asker, path: str, question: dict[str, str]) -> None:
    answer = asked.client.post(f"/v1/{path}", json=question)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert not any(value in answer.text for value in question.values())


def test_leads_and_gaps_are_listed(asked: Asker) -> None:
    caseload = asked.http("leads/caseload", worker=WORKER)
    assert [child["name"]["given"] for child in caseload["children"]] == [["Ada"]]
    assert asked.http("leads/caseload", worker="la-808:nobody")["children"] == []
    gaps = asked.http("leads/gaps")["gaps"]
    ben = asked.http("children/show", identifier=f"nhs:{BEN_NHS}")["child"]
    assert [(gap["child"], gap["rule"], gap["since"], gap["days"]) for gap in gaps] == [
        (ben, "early_help_without_lead", "2026-08-10", 52)
    ]
    assert asked.http("leads/gaps", area="XX1")["gaps"] == []


def test_a_family_out_of_touch_is_listed_once_with_its_reasons(asked: Asker) -> None:
    [family] = asked.http("families/list")["families"]
    assert (family["children"], family["lost"], family["area"]) == (2, ["education", "primary health"], "ZE9")
    assert asked.http("families/list", lost=3)["families"] == []
    shown = asked.http("families/show", family=family["family"])
    assert len(shown["members"]) == 2
    assert shown["indicators"] == family["indicators"]
    assert all(one["events"] or one["id"] == "no_school" for one in shown["indicators"])


def test_answers_hold_while_events_come_in_between(asked: Asker) -> None:
    """The API does not project: what is published is asked about once the projecting worker has taken it in."""
    before = asked.http("children/show", identifier=ADA)
    asked.publish([example_family()[0] | {"event_id": "later", "effective": {"from": "2026-09-28", "to": None}}])
    assert asked.http("children/show", identifier=ADA) == before
    assert asked.command("child", "show", "--id", ADA, "--effective-at", DAY)["position"] == "1:18"
    assert asked.http("children/show", identifier=ADA)["position"] == "1:18"


def test_the_openapi_document_describes_the_answers(asked: Asker) -> None:
    from jsonschema import Draft202012Validator

    document = asked.client.get("/openapi.json").json()
    family = asked.http("families/list")["families"][0]["family"]
    child = {"identifier": ADA}
    questions: list[tuple[str, dict[str, Any]]] = [
        *((path, child) for path in ("children/find", "children/show", "children/timeline")),
        ("leads/caseload", {"worker": WORKER}),
        ("leads/families", {"worker": WORKER}),
        ("leads/changes", {"worker": WORKER, "since": "1:0"}),
        ("leads/handover", {"worker": WORKER}),
        ("leads/gaps", {}),
        ("families/list", {}),
        ("families/show", {"family": family}),
    ]
    nothing_else(document)
    for path, question in questions:
        schema = answered_with(document, path)
        Draft202012Validator({**schema, "components": document["components"]}).validate(asked.http(path, **question))


def answered_with(document: dict[str, Any], path: str) -> dict[str, Any]:
    content = document["paths"][f"/v1/{path}"]["post"]["responses"]["200"]["content"]["application/json"]
    return {**content["schema"], "unevaluatedProperties": False}


def nothing_else(document: dict[str, Any]) -> None:
    """Parts of answers may have no fields but those of the document; a whole answer stands beside what it is as of."""
    wholes = {answer_of(row.question).__name__ for row in QUESTIONS} | {"AsOf"}
    for name, shape in answer_shapes().items():
        if name not in wholes - {"IndexLine"} and shape["type"] == "object":
            document["components"]["schemas"][name]["additionalProperties"] = False
    del document["components"]["schemas"]["IndexLine"]["additionalProperties"]  # it is a whole answer, too


def test_every_example_of_the_document_can_be_asked(asked: Asker) -> None:
    """With what is known here in place of what the demonstration knows."""
    document = asked.client.get("/openapi.json").json()
    known = {"identifier": ADA, "worker": WORKER, "since": "2026-09-30T00:00:00Z", "known_at": "1:17", "area": "ZE9"}
    known |= {"effective_at": DAY, "family": asked.http("families/list", effective_at=DAY)["families"][0]["family"]}
    asked_of = {row.path: row for row in QUESTIONS if row.path is not None}
    for path, row in asked_of.items():
        if row.method == "POST":
            body = document["components"]["schemas"][row.question.__name__]
            [example] = body["examples"]
            assert example == row.example
            if path == "children/find":
                known_here = {"family": FAMILY_NAME, "born": BORN}
            else:
                known_here = {name: known.get(name, value) for name, value in example.items()}
            assert asked.http(path, **known_here), path
