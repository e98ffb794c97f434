"""A system asks about children for a worker of its own organisation: by that worker's roles, leads and bars, and no further."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.process.clock import FixedClock
from adapters.process.logs import configure_logs
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.access.viewer import Role
from domain.errors import Misuse
from tests.builders.service import KEYS, Bench, bench
from tests.builders.systems import PUBLIC, SCHOOL, SystemUnderTest, form, write_clients
from tests.builders.viewers import granted
from tests.integration.access.test_who_may_see import ada, entries, identifier, record, staff
from tests.integration.api.test_systems_sign_in import NOW
from tests.spec.words import happened, lead_accepted, worker_left

COUNCIL = SystemUnderTest("case-management", ["la-808"], more={"may": ["ask"]})
SCHOOLS = SystemUnderTest("school-mis", [SCHOOL], more={"may": ["ask"]})
FEW = SystemUnderTest("few", ["la-808"], more={"may": ["ask"], "questions": ["leads/caseload"]})
ANNA, BEN = "la-808:W1", "la-808:W2"
WHY = "Her aunt rang, and asked who helps the family"


@dataclass
class Asking:
    """The API, to which systems put questions, over a bench."""

    client: TestClient
    here: Bench

    def ask(self, system: SystemUnderTest, path: str, **body: Any) -> Any:
        """The answer to a question of a system that has signed in."""
        at = int(self.here.clock.now().timestamp())
        token = self.client.post("/oauth/token", data=form(system.assertion(at))).json()["access_token"]
        return self.client.post(f"/v1/{path}", json=body, headers={"Authorization": f"Bearer {token}"})

    def child(self, system: SystemUnderTest, who: str, **said: Any) -> Any:
        """Who a child is, as far as it is shown."""
        return self.ask(system, "children/show", identifier=identifier(who), effective_at="2025-12-01", **said)


@pytest.fixture
def api(database_url: str, tmp_path: Path) -> Iterator[Asking]:
    here = bench(database_url, tmp_path)
    file = write_clients(tmp_path / "clients.toml", COUNCIL, SCHOOLS, FEW)
    settings = Settings(
        data_dir=tmp_path,
        database_url=database_url,
        public_url=PUBLIC,
        clients_file=file,
        client_burst=200,
        claims_a_day=2,
    )
    service = Service(settings, database_url, None, None, False, KEYS, here.clock)
    with TestClient(create_app(service), raise_server_exceptions=False, base_url=PUBLIC) as client:
        yield Asking(client, here)
    here.close()


def refused(answer: Any) -> bool:
    """Whether it is told no more than for a child that there is not."""
    return (answer.status_code, answer.json()["detail"]) == (404, "no child is known by that, as of then")


def test_a_system_is_shown_what_the_worker_may_see_for_whom_it_asks(api: Asking) -> None:
    ada(api.here, lead_accepted("Ada", worker="W1", on="2025-09-02"))
    shown = api.child(COUNCIL, "Ada", acting_for=ANNA)
    assert shown.status_code == 200, shown.text
    assert shown.json()["name"]["given"] == ["Ada"]
    leaf = entries(api.here)[-1]
    said = {name: leaf[name] for name in ("viewer", "client", "organisation", "channel", "role", "rules")}
    assert said == {
        "viewer": ANNA, "client": "case-management", "organisation": "la-808", "channel": "api", "role": "practitioner",
        "rules": said["rules"],
    }  # fmt: skip
    assert said["rules"][0] == "lead"
    assert shown.headers["ICR-Access"] == leaf["id"]
    caseload = api.ask(COUNCIL, "leads/caseload", worker=ANNA, acting_for=ANNA, effective_at="2025-12-01")
    assert [len(caseload.json()["children"]), caseload.status_code] == [1, 200]


def test_what_is_not_the_workers_is_refused_as_what_there_is_not(api: Asking) -> None:
    ada(api.here)
    not_theirs, nobody = (api.child(COUNCIL, who, acting_for=BEN) for who in ("Ada", "nobody"))
    assert refused(not_theirs)
    assert refused(nobody)
    assert not_theirs.headers.keys() == nobody.headers.keys()
    assert [leaf["outcome"] for leaf in entries(api.here)[-2:]] == ["refused", "nothing"]


def test_without_a_worker_nothing_is_shown(api: Asking) -> None:
    ada(api.here)
    assert refused(api.child(COUNCIL, "Ada"))
    assert (entries(api.here)[-1]["viewer"], entries(api.here)[-1]["outcome"]) == ("case-management", "refused")
    said = api.child(COUNCIL, "Ada", because=WHY)
    assert (said.status_code, said.json()["field"]) == (422, "acting_for")


@pytest.mark.parametrize("worker", [ANNA, "la-808:nobody"], ids=["who there is", "who there is not"])
def test_a_system_of_another_organisation_asks_for_none_of_ours(worker: str, api: Asking) -> None:
    ada(api.here)
    answer = api.child(SCHOOLS, "Ada", acting_for=worker)
    assert (answer.status_code, answer.json()["field"], answer.json()["reason"]) == (
        422, "acting_for", "wrong_organisation",
    )  # fmt: skip
    assert worker not in answer.text
    leaf = entries(api.here)[-1]
    assert (leaf["viewer"], leaf["outcome"]) == ("school-mis", "refused"), "the attempt is the system's own, and logged"


def test_it_asks_for_no_worker_who_has_left(api: Asking) -> None:
    ada(api.here, worker_left("W1", on="2025-10-01", recorded="2025-10-01"))
    answer = api.child(COUNCIL, "Ada", acting_for=ANNA)
    assert (answer.status_code, answer.json()["field"]) == (422, "acting_for")


def test_who_is_kept_away_is_kept_away_by_a_system_too(api: Asking) -> None:
    ada(
        api.here,
        lead_accepted("Ada", worker="W1", on="2025-09-02"),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=staff("W1"), reason="court_order"),
    )
    for said in ({}, {"because": WHY}):
        assert refused(api.child(COUNCIL, "Ada", acting_for=ANNA, **said))
    assert entries(api.here)[-1]["rules"] == ["excluded"]


def test_claims_count_on_the_worker_and_not_on_the_system(api: Asking) -> None:
    record(api.here, *(happened("EarlyHelpStarted", f"C{n}", on="2025-09-01", worker="W9") for n in range(3)))
    seen = [api.child(COUNCIL, f"C{n}", acting_for=BEN, because=WHY).status_code for n in range(3)]
    assert seen == [200, 200, 404]
    assert api.child(COUNCIL, "C2", acting_for="la-808:W3", because=WHY).status_code == 200
    leaf = entries(api.here)[-1]
    assert (leaf["opening"], leaf["purpose"], leaf["rules"][0]) == ("claim", "claim", "self_claim")
    assert WHY not in json.dumps(leaf)


def test_what_needs_a_strong_sign_in_no_system_is_shown(api: Asking) -> None:
    ada(api.here, happened("ShieldApplied", "Ada", on="2025-10-01"))
    granted(api.here, BEN, Role.SHIELD_OVERRIDE)
    shown = api.child(COUNCIL, "Ada", acting_for=BEN, because=WHY).json()
    assert shown["minimal"]
    assert entries(api.here)[-1]["signed_in_strongly"] is False


def test_a_system_may_be_bound_to_questions(api: Asking, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    ada(api.here)
    answer = api.child(FEW, "Ada", acting_for=ANNA)
    assert (answer.status_code, answer.json()["detail"]) == (403, "this client may not ask questions of this kind")
    assert "may_not_ask" in capfd.readouterr().err
    assert api.ask(FEW, "leads/caseload", worker=ANNA, acting_for=ANNA).status_code == 200


def test_a_question_that_there_is_not_is_said_at_the_start(tmp_path: Path) -> None:
    odd = replace(FEW, more={"may": ["ask"], "questions": ["children/shown"]})
    file = write_clients(tmp_path / "clients.toml", odd)
    settings = Settings(data_dir=tmp_path, database_url="postgresql://nowhere", public_url=PUBLIC, clients_file=file)
    with pytest.raises(Misuse, match="few: questions: each one of children/find"):
        create_app(Service(settings, "postgresql://nowhere", None, None, False, KEYS, FixedClock(NOW)))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"acting_for": "W1"}, "acting_for"),
        ({"acting_for": ""}, "acting_for"),
        ({"acting_for": f"la-808:{'x' * 200}"}, "acting_for"),
        ({"acting_for": ANNA, "because": "why"}, "because"),
        ({"acting_for": ANNA, "because": "x" * 10_000}, "because"),
        ({"acting_for": ANNA, "because": "<b>\N{RIGHT-TO-LEFT OVERRIDE}who helps</b>"}, "because"),
        ({"acting_for": [ANNA]}, "acting_for"),
    ],
    ids=["no organisation", "empty", "long", "too few words", "too many words", "turned around", "a list"],
)
def test_what_is_said_wrongly_is_named_and_not_quoted(said: dict[str, Any], field: str, api: Asking) -> None:
    answer = api.child(COUNCIL, "Ada", **said)
    assert answer.status_code == 422
    assert field in answer.text
    assert "x" * 20 not in answer.text


def test_where_no_system_signs_in_nobody_asks_for_another(database_url: str, tmp_path: Path) -> None:
    here = bench(database_url, tmp_path)
    with TestClient(create_app(here.service), base_url=PUBLIC) as client:
        said = {"identifier": identifier("Ada"), "acting_for": ANNA}
        answer = client.post("/v1/children/show", json=said)
        assert (answer.status_code, answer.json()["field"]) == (422, "acting_for")
    here.close()


def test_every_question_by_post_says_for_whom_it_is_asked(api: Asking) -> None:
    document = api.client.get("/openapi.json").json()
    bodies = {
        path: operation["requestBody"]["content"]["application/json"]["schema"]
        for path, found in document["paths"].items()
        if (operation := found.get("post")) and path.startswith(("/v1/children", "/v1/leads", "/v1/families"))
    }
    assert len(bodies) >= 10
    for path, schema in bodies.items():
        named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        assert {"acting_for", "because"} <= named["properties"].keys(), path


def test_an_entry_names_system_and_worker_and_nothing_else_does(api: Asking, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("debug")
    ada(api.here)
    api.child(COUNCIL, "Ada", acting_for=ANNA, because=WHY)
    logged = capfd.readouterr().err
    for hidden in ("aunt", ANNA, identifier("Ada").partition(":")[2]):
        assert hidden not in logged
    assert orjson.loads(orjson.dumps(entries(api.here)[-1]))["client"] == "case-management"
