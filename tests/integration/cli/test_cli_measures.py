"""`icr measures` and `GET /v1/measures`: what is shown by area, what few children or a shield hide, and what a silent feed says."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.log.keys.key_file import load_or_create
from adapters.log.messages import Message
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.measures.of_child import MEASURES
from tests.builders.asking import asking
from tests.integration.questions.test_lead_views import about_nobody
from tests.spec.words import (
    Happened,
    address,
    address_changed,
    early_help_started,
    feed_reported,
    happened,
    involvement_started,
    lead_accepted,
    referral_received,
)
from tools.main import main

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
DAY = "2026-06-30"


def helped(start: int, postcode: str, led: int, others: int) -> list[Happened]:
    """Children of an area whom a service helps, so many with a lead and so many without."""
    told = []
    for n in range(start, start + led + others):
        told += [
            address_changed(f"c{n}", on="2026-01-01", address=address(f"{n} Example Row", postcode=postcode)),
            early_help_started(f"c{n}", on="2026-02-01"),
        ]
        if n < start + led:
            told.append(lead_accepted(f"c{n}", "W1", on="2026-02-01"))
    return told


# ZE1: five of ten have a lead; ZE2: six of twelve; ZE3: one, who must not be told from the whole; and a wait of a few.
TOLD = [
    *helped(0, "ZE1 1AA", 5, 5),
    *helped(20, "ZE2 1AA", 6, 6),
    *helped(40, "ZE3 1AA", 1, 0),
    *(referral_received(f"c{n}", "social work", on="2025-12-01") for n in range(10)),
    *(involvement_started(f"c{n}", "social work", on=f"2025-12-{n + 2:02d}") for n in range(10)),
    feed_reported("la-808", "InvolvementStarted", through="2026-06-29"),
    feed_reported("la-808", "LeadAccepted", through="2026-06-29"),
]  # fmt: skip


@pytest.fixture
def service(any_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("ICR_DATABASE_URL", any_database_url)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))
    settings = Settings(data_dir=tmp_path, database_url=any_database_url)
    keys = load_or_create(tmp_path / "keys")
    made = Service(settings, any_database_url, None, None, False, keys, FixedClock(NOW))
    record(made, TOLD)
    return made


def record(service: Service, told: list[Happened], start: int = 0) -> None:
    recorder = service.recorder()
    outcomes = recorder.record([Message(one.wire(start + number)) for number, one in enumerate(told, 1)])
    recorder.close()
    assert {outcome.outcome for outcome in outcomes} == {"accepted"}
    projector = service.projector()
    projector.project()
    projector.close()


def command(capfd: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    capfd.readouterr()
    assert main(["measures", *arguments, "--effective-at", DAY, "--json"]) == code
    return json.loads(capfd.readouterr().out)


def areas(answer: dict[str, Any]) -> dict[str | None, Any]:
    [measure] = answer["measures"]
    return {
        one["area"]: "suppressed" if one["suppressed"] else (one["numerator"], one["denominator"])
        for one in measure["areas"]
    }


def test_by_area_and_of_all(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    answer = command(capfd, "with_lead")
    said = {
        "as_at",
        "effective_at",
        "position",
        "edition",
        "records_being_mended",
        "rules_not_shown",
        "map",
        "measures",
    }
    assert said == set(answer)
    assert areas(answer) == {"ZE1": "suppressed", "ZE2": (6, 12), "ZE3": "suppressed"}
    [measure] = answer["measures"]
    assert (measure["id"], measure["unit"]) == ("with_lead", "share")
    assert (measure["all"]["numerator"], measure["all"]["denominator"], measure["all"]["value"]) == (12, 23, 0.5217)


def test_one_area_shows_no_more_than_all_of_them(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    for area, shown in (("ZE1", "suppressed"), ("ze2", (6, 12))):
        answer = command(capfd, "with_lead", "--area", area)
        assert areas(answer) == {area.upper(): shown}
        assert answer["measures"][0]["all"] is None
    assert areas(command(capfd, "with_lead", "--area", "ZE7")) == {}


def test_waits_have_a_median_and_a_worst(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    [measure] = command(capfd, "referral_to_first_service")["measures"]
    assert (measure["all"]["value"], measure["all"]["median"], measure["all"]["worst"]) == (5.5, 5.5, 10)


def test_a_feed_not_heard_is_said_beside_the_figure(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    measures = {one["id"]: one["all"] for one in command(capfd)["measures"]}
    assert list(measures) == list(MEASURES)
    assert (measures["with_lead"]["status"], measures["with_lead"]["feed"]) == ("known", "heard")
    unheard = measures["referral_to_first_service"]
    assert (unheard["status"], unheard["feed"], unheard["denominator"]) == ("not_known", "ReferralReceived", 10)
    with asking(service) as asked:
        later = asked.measures(measure="with_lead", effective_at=date(2026, 7, 20))["measures"][0]["all"]
    assert (later["status"], later["feed"]) == ("not_known", "la-808 InvolvementStarted")


def test_a_shielded_child_is_in_no_area(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    """It is counted in the whole, and what the areas leave over of that is hidden with a small area."""
    record(service, [happened("ShieldApplied", "c25", on="2026-06-30")], start=400)
    answer = command(capfd, "with_lead")
    assert areas(answer) == {"ZE1": "suppressed", "ZE2": (5, 11), "ZE3": "suppressed", None: "suppressed"}
    assert answer["measures"][0]["all"]["denominator"] == 23


def test_as_known_before(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    [measure] = command(capfd, "with_lead", "--known-at", "0")["measures"]
    assert (measure["all"]["denominator"], measure["areas"]) == (0, [])


def test_for_a_person_it_is_a_table(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["measures", "with_lead", "--effective-at", DAY]) == 0
    out = capfd.readouterr().out
    assert "Children helped who have a lead" in out
    assert "too few to show" in out
    assert "52.2%" in out
    assert "as at 2026-06-30, as known at position 1:" in out


def test_wrong_use_is_told(service: Service, capfd: pytest.CaptureFixture[str]) -> None:
    for arguments, code, said in (
        (["leads"], 2, "no such measure: there are referral_to_first_service"),
        (["with_lead", "--effective-at", "tomorrow"], 1, "impossible_date in --effective-at"),
        (["with_lead", "--known-at", "yesterday"], 2, "--known-at: a position"),
    ):
        capfd.readouterr()
        assert main(["measures", *arguments]) == code
        assert said in capfd.readouterr().err


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False, base_url="http://localhost") as made:
        yield made


def test_over_http_the_answer_is_the_same(
    service: Service, client: TestClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for question, arguments in (
        ({}, []),
        ({"measure": "with_lead", "area": "ZE2"}, ["with_lead", "--area", "ZE2"]),
        ({"measure": "attendance", "known_at": "1:5"}, ["attendance", "--known-at", "1:5"]),
    ):
        answer = client.get("/v1/measures", params={**question, "effective_at": DAY})
        assert answer.status_code == 200, answer.text
        assert answer.json() == command(capfd, *arguments)
    document = client.get("/openapi.json").json()
    schema = document["paths"]["/v1/measures"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    shown = client.get("/v1/measures").json()
    assert shown["as_at"] == NOW.date().isoformat()
    Draft202012Validator({**schema, "components": document["components"]}).validate(shown)


def test_over_http_wrong_questions_are_problems(client: TestClient) -> None:
    for question, status in (
        ({"measure": "leads"}, 422),
        ({"effective_at": "tomorrow"}, 422),
        ({"known_at": "yesterday"}, 422),
        ({"name": "with_lead"}, 400),
    ):
        answer = client.get("/v1/measures", params=question)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), question
        assert not set(question.values()) & set(answer.text.split('"')), answer.text


def test_a_day_later_is_another_day(service: Service) -> None:
    with asking(service) as asked:
        before = asked.measures(measure="with_lead", effective_at=date(2026, 2, 1) - timedelta(days=1))
    assert before["measures"][0]["all"]["denominator"] == 10


def loaded(service: Service, name: str, number: int, **areas: list[str]) -> None:
    """A map of areas, each of outward postcodes."""
    stated = about_nobody("AreaMapPublished", number, "2026-01-01", name=name) | {
        "by": "postcode",
        "through": None,
        "areas": [{"area": area, "members": members} for area, members in areas.items()],
        "authority_wide": [],
    }
    recorder = service.recorder()
    assert [one.outcome for one in recorder.record([Message(stated)])] == ["accepted"]
    recorder.close()
    projector = service.projector()
    projector.project()
    projector.close()


def test_by_one_map_at_a_time_the_first_by_name_or_the_one_that_is_named(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    loaded(service, "Localities", 900, North=["ZE1"], South=["ZE2", "ZE3"])
    loaded(service, "Wards", 901, Harbour=["ZE1", "ZE2"], Sands=["ZE3"])
    first, named = command(capfd, "with_lead"), command(capfd, "with_lead", "--map", "wards")
    assert (first["map"], areas(first)) == ("Localities", {"North": (5, 10), "South": (7, 13)})
    assert (named["map"], areas(named)) == ("Wards", {"Harbour": "suppressed", "Sands": "suppressed"})
    assert main(["measures", "with_lead", "--map", "Parishes"]) == 2
    assert "there are Localities, Wards" in capfd.readouterr().err


def test_a_measure_of_time_names_the_children_behind_it_where_they_are_asked_for(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    record(
        service,
        [
            happened(
                "ReferralReceived",
                "c60",
                on="2026-01-05",
                name="Ada Example",
                born="2015-03-01",
                service="play therapy",
            ),
            happened(
                "ReferralReceived",
                "c61",
                on="2026-01-06",
                name="Bob Example",
                born="2015-03-01",
                service="play therapy",
            ),
            happened("ShieldApplied", "c61", on="2026-01-07"),
        ],
        start=600,
    )
    [measure] = command(capfd, "referral_to_first_service")["measures"]
    assert measure["waiting"] is None
    [measure] = command(capfd, "referral_to_first_service", "--children")["measures"]
    shown = [(one["name"] and one["name"]["given"], one["days"]) for one in measure["waiting"]]
    assert [one for one in shown if one[0]] == [(["Ada"], 176)]
    assert main(["measures", "with_lead", "--children"]) == 2
