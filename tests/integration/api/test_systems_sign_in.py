"""Agencies' systems sign in by a key of their own, and do here what they may and no more (access.md 6)."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import FixedClock
from adapters.process.logs import configure_logs
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.questions.about import ShowKept
from tests.builders import asking
from tests.builders.systems import ADDRESS, PUBLIC, SCHOOL, TRUST, SystemUnderTest, form, write_clients
from tests.builders.wire import NHS, UPN, admitted, marked

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
MIS = SystemUnderTest("school-mis", [SCHOOL], more={"sectors": ["education"]})
COUNCIL = SystemUnderTest(
    "council", ["la-808", "la-809"], "RS256", {"may": ["publish", "read_feedback", "ask", "decide"]}
)
READER = SystemUnderTest("reader", [SCHOOL], "Ed25519", {"may": ["read_feedback"]})


@dataclass
class Api:
    """The API where systems sign in."""

    client: TestClient
    service: Service
    clock: FixedClock
    file: Path

    def sign_in(self, system: SystemUnderTest, **changed: Any) -> Any:
        """The answer to an assertion of a system."""
        at = int(self.clock.now().timestamp())
        return self.client.post("/oauth/token", data=form(system.assertion(at, **changed)))

    def token(self, system: SystemUnderTest) -> dict[str, str]:
        """The header by which a system that has signed in is known."""
        answer = self.sign_in(system)
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def outcomes(self, system: SystemUnderTest, *events: dict[str, Any]) -> list[tuple[Any, ...]]:
        """What becomes of events that a system publishes."""
        answer = self.client.post("/v1/events", json=list(events), headers=self.token(system))
        assert answer.status_code == 202, answer.text
        return [(one["outcome"], one["reason"], one["field"]) for one in answer.json()["outcomes"]]


@pytest.fixture
def api(any_database_url: str, tmp_path: Path) -> Iterator[Api]:
    """One to which anything may be done."""
    yield from made(any_database_url, tmp_path)


@pytest.fixture(scope="module")
def closed(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One for tests of what is refused, which leave nothing in it."""
    yield from made(module_database_url, tmp_path_factory.mktemp("closed"))


def made(url: str, folder: Path) -> Iterator[Api]:
    file = write_clients(folder / "clients.toml", MIS, COUNCIL, READER)
    settings = Settings(data_dir=folder, database_url=url, public_url=PUBLIC, clients_file=file, client_burst=100)
    clock = FixedClock(NOW)
    keys = load_or_create(folder / "keys")
    service = Service(settings, url, None, None, False, keys, clock)
    with TestClient(create_app(service), raise_server_exceptions=False, base_url=PUBLIC) as client:
        yield Api(client, service, clock, file)


def test_a_system_signs_in_and_publishes_what_is_its_own(api: Api) -> None:
    signed_in = api.sign_in(MIS)
    assert signed_in.headers["cache-control"] == "no-store"
    said = signed_in.json()
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 300, "publish read_feedback")
    assert api.outcomes(MIS, admitted(), marked()) == [("accepted", None, None), ("accepted", None, None)]
    answer = api.client.get("/v1/feedback", params={"organisation": SCHOOL}, headers=api.token(MIS))
    assert [one["event_id"] for one in answer.json()["feedback"]] == ["adm-1", "mark-1"]


@pytest.mark.parametrize("system", [MIS, COUNCIL, READER], ids=lambda one: one.algorithm)
def test_each_signs_by_its_own_algorithm(closed: Api, system: SystemUnderTest) -> None:
    assert closed.sign_in(system).status_code == 200


NEEDED = [
    ("POST", "/v1/events"), ("GET", f"/v1/feedback?organisation={SCHOOL}"), ("POST", "/v1/children/show"),
    ("POST", "/v1/children/find"), ("GET", "/v1/measures"), ("POST", "/v1/decisions/nominate"), ("GET", "/v1/nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_nothing_is_answered_without_a_token(closed: Api, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x.y"}):
        answer = closed.client.request(method, path, headers=headers, json={} if method == "POST" else None)
        assert answer.status_code == 401, headers
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"


def test_every_operation_but_those_of_the_contract_says_that_it_needs_one(closed: Api) -> None:
    document = closed.client.get("/openapi.json").json()
    assert (
        document["components"]["securitySchemes"]["system"]["flows"]["clientCredentials"]["tokenUrl"] == "/oauth/token"
    )
    open_to_all = {
        path for path, found in document["paths"].items() if any("security" not in one for one in found.values())
    }
    assert open_to_all == {"/oauth/token", "/v1/health", "/v1/reasons", "/v1/schemas", "/v1/schemas/{fingerprint}"}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            asked = closed.client.request(method, path.replace("{fingerprint}", "0" * 16))
            assert (asked.status_code == 401) == ("security" in operation), path
    assert document["paths"]["/v1/decisions/nominate"]["post"]["security"] == [{"system": ["decide"]}]


def test_a_body_is_not_read_of_anybody_who_has_not_signed_in(closed: Api) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while read < 50:
            read += 1
            yield b" " * 100_000

    headers = {"Content-Type": "application/json"}
    assert closed.client.post("/v1/events", content=endless(), headers=headers).status_code == 401


# What an assertion is changed in, and what the operator is told.
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "of another issuer": ({"iss": "council"}, "assertion_of_another_issuer"),
    "of no issuer": ({"iss": None}, "assertion_of_another_issuer"),
    "for another address": ({"aud": "https://elsewhere.example/oauth/token"}, "assertion_for_another"),
    "for our pages": ({"aud": PUBLIC}, "assertion_for_another"),
    "for us with a slash": ({"aud": f"{ADDRESS}/"}, "assertion_for_another"),
    "for us and another": ({"aud": [ADDRESS, "https://elsewhere.example"]}, "assertion_for_another"),
    "for nobody": ({"aud": None}, "assertion_for_another"),
    "expired": ({"iat": AT - 331, "exp": AT - 31}, "assertion_expired"),
    "without an end": ({"exp": None}, "assertion_without_times"),
    "ending at a word": ({"exp": str(AT + 60)}, "assertion_without_times"),
    "ending at true": ({"exp": True}, "assertion_without_times"),
    "of a long life": ({"exp": AT + 301}, "assertion_lives_too_long"),
    "of a long life, its beginning not told": ({"iat": None, "exp": AT + 400}, "assertion_lives_too_long"),
    "made long ago, and good until tomorrow": ({"iat": AT - 100, "exp": AT + 86_400}, "assertion_lives_too_long"),
    "made in the future": ({"iat": AT + 31, "exp": AT + 300}, "assertion_of_another_time"),
    "not valid yet": ({"nbf": AT + 31}, "assertion_of_another_time"),
    "without an id": ({"jti": None}, "assertion_without_id"),
    "with an id that is none": ({"jti": 7}, "assertion_without_id"),
    "with an endless id": ({"jti": "x" * 201}, "assertion_without_id"),
}  # fmt: skip


def refused(answer: Any) -> bool:
    """Whether the prober is told what RFC 6749 has, and nothing else."""
    return (answer.status_code, answer.json(), "www-authenticate" in answer.headers) == (
        400, {"error": "invalid_client"}, False,
    )  # fmt: skip


def reasons(capfd: pytest.CaptureFixture[str]) -> list[tuple[Any, ...]]:
    """Why systems were refused, and which, as the operator reads it."""
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    return [(one["reason"], one.get("client")) for one in lines if one["event"] == "system_refused"]


@pytest.mark.parametrize("case", REFUSED)
def test_an_assertion_is_refused_that_is(case: str, closed: Api, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    changed, reason = REFUSED[case]
    assert refused(closed.sign_in(MIS, **changed))
    assert reasons(capfd) == [(reason, "school-mis")]


GOOD = form("x")
FORMS: dict[str, tuple[Any, str]] = {
    "no form": ({"content": b"{}", "headers": {"Content-Type": "application/json"}}, "invalid_request"),
    "nothing": ({"data": {}}, "invalid_request"),
    "a huge form": ({"data": form("x" * 10_000)}, "invalid_request"),
    "a huge assertion": ({"data": form("x" * 5_000)}, "invalid_client"),
    "a field twice": ({"data": {**GOOD, "client_id": ["a", "b"]}}, "invalid_request"),
    "another grant": ({"data": GOOD | {"grant_type": "password"}}, "unsupported_grant_type"),
    "no grant": ({"data": {**GOOD, "grant_type": ""}}, "invalid_request"),
    "a secret": ({"data": {"grant_type": GOOD["grant_type"], "client_id": "school-mis", "client_secret": "s"}}, "invalid_client"),
    "another kind of assertion": ({"data": GOOD | {"client_assertion_type": "saml"}}, "invalid_client"),
}  # fmt: skip


@pytest.mark.parametrize("case", FORMS)
def test_a_form_is_refused_that_is(case: str, closed: Api) -> None:
    sent, code = FORMS[case]
    answer = closed.client.post("/oauth/token", **sent)
    assert (answer.status_code, answer.json()) == (400, {"error": code})


def test_an_assertion_is_taken_once(api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    assertion = MIS.assertion(AT)
    assert api.client.post("/oauth/token", data=form(assertion)).status_code == 200
    assert refused(api.client.post("/oauth/token", data=form(assertion)))
    # Another one under the same id, and the id of another client, which is another's.
    assert api.sign_in(COUNCIL, jti="one").status_code == 200
    assert refused(api.sign_in(COUNCIL, jti="one", exp=AT + 200))
    assert api.sign_in(MIS, jti="one").status_code == 200
    assert [reason for reason, _ in reasons(capfd)] == ["assertion_used_before"] * 2


def test_what_has_run_out_is_cleared_and_stays_refused(api: Api) -> None:
    assertion = MIS.assertion(AT)
    assert api.client.post("/oauth/token", data=form(assertion)).status_code == 200
    api.clock.set(NOW + timedelta(seconds=331))
    assert refused(api.client.post("/oauth/token", data=form(assertion)))
    api.clock.set(NOW + timedelta(seconds=400))
    api.token(COUNCIL)
    with api.service.connect() as connection:
        assert connection.execute("SELECT client FROM access.assertion").fetchall() == [("council",)]


def test_another_clients_key_signs_for_nobody_else(closed: Api, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    other = SystemUnderTest("other", [SCHOOL])
    for assertion in (
        MIS.assertion(AT, key=other.key),
        MIS.assertion(AT, key=other.key, header={"kid": "key-9"}),
        MIS.assertion(AT, key=other.key, header={"jwk": other.key.as_dict(private=False)}),
    ):
        assert refused(closed.client.post("/oauth/token", data=form(assertion)))
    # Signed by its own key, in another's name.
    assert refused(
        closed.client.post("/oauth/token", data=form(READER.assertion(AT, iss="school-mis", sub="school-mis")))
    )
    assert refused(closed.client.post("/oauth/token", data=form(MIS.assertion(AT), client_id="council")))
    assert reasons(capfd) == [
        ("signature_wrong", "school-mis"), ("key_unknown", "school-mis"), ("signature_wrong", "school-mis"),
        ("algorithm_not_allowed", "school-mis"), ("client_of_another_name", "school-mis"),
    ]  # fmt: skip


def test_what_it_says_cannot_be_changed_afterwards(closed: Api) -> None:
    head, _, signature = MIS.assertion(AT).split(".")
    _, body, _ = MIS.assertion(AT, jti="changed").split(".")
    assert refused(closed.client.post("/oauth/token", data=form(f"{head}.{body}.{signature}")))


def test_a_client_that_there_is_not_is_refused_as_a_wrong_signature_is(
    closed: Api, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info")
    unknown = closed.client.post("/oauth/token", data=form(SystemUnderTest(f"nhs-{NHS}", [SCHOOL]).assertion(AT)))
    wrong = closed.client.post("/oauth/token", data=form(MIS.assertion(AT, key=COUNCIL.key, header={"alg": "RS256"})))
    assert refused(unknown)
    assert unknown.headers.keys() == wrong.headers.keys()
    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content)
    told = capfd.readouterr().err
    assert "client_unknown" in told
    assert NHS not in told, "what somebody calls itself is not written down"


def test_a_token_is_good_for_five_minutes(api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    token = api.token(MIS)
    api.clock.set(NOW + timedelta(seconds=299))
    assert api.client.post("/v1/events", json=[], headers=token).status_code == 202
    api.clock.set(NOW + timedelta(seconds=300))
    late = api.client.post("/v1/events", json=[], headers=token)
    assert (late.status_code, late.headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
    assert reasons(capfd) == [("token_expired", "school-mis")]


def test_a_token_that_was_changed_is_none(closed: Api) -> None:
    token = closed.token(MIS)["Authorization"]
    said, _, mac = token.removeprefix("Bearer ").partition(".")
    other = closed.token(COUNCIL)["Authorization"].removeprefix("Bearer ").partition(".")[0]
    for forged in (
        f"{other}.{mac}",
        f"{said}.{'A' * 22}",
        f"{said}.",
        said,
        f"{token[7:]}x",
        "e.e",
        "*.*",
        "x" * 3_000,
    ):
        answer = closed.client.post("/v1/events", json=[], headers={"Authorization": f"Bearer {forged}"})
        assert answer.status_code == 401, forged


def test_whoever_is_taken_out_of_the_file_is_out(
    api: Api, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure_logs("info")
    monkeypatch.setattr("adapters.process.watched_file.LOOK_SECONDS", 0.0)
    mis, council = api.token(MIS), api.token(COUNCIL)
    write_clients(api.file, COUNCIL)
    assert api.client.post("/v1/events", json=[], headers=mis).status_code == 401
    assert refused(api.sign_in(MIS))
    assert api.client.post("/v1/events", json=[], headers=council).status_code == 202
    assert reasons(capfd) == [("token_of_a_former_client", None), ("client_unknown", None)]
    # An operator's slip lets nobody in, and says so; whoever comes may come again.
    api.file.write_text("[[clients]\nid = 7")
    for answer in (api.client.post("/v1/events", json=[], headers=council), api.sign_in(COUNCIL)):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "clients_not_read" in capfd.readouterr().err
    write_clients(api.file, MIS, COUNCIL)
    assert api.client.post("/v1/events", json=[], headers=mis).status_code == 202


# ---- what each may do


def test_an_event_of_another_organisation_is_kept_and_is_nothing_of_theirs(api: Api) -> None:
    foreign = admitted(source={"organisation": "urn-900001", "system": "mis"})
    wrong = ("kept", "wrong_organisation", "source.organisation")
    assert api.outcomes(MIS, foreign, marked()) == [wrong, ("accepted", None, None)]
    with api.service.connect() as connection:
        row = connection.execute("SELECT organisation, sender, key FROM log.aside").fetchone()
    assert row == (SCHOOL, "client:school-mis", None), "it counts as the sender's own, and stands in nobody's way"
    # The other's own event, which came a moment later, is accepted all the same.
    other = SystemUnderTest("other-mis", ["urn-900001"])
    write_clients(api.file, MIS, COUNCIL, other)
    time.sleep(1.1)
    assert api.outcomes(other, foreign) == [("accepted", None, None)]


def test_a_kept_event_is_recorded_again_only_as_its_sender_may_publish_today(api: Api) -> None:
    from adapters.commands.quarantine import Quarantine

    foreign = admitted(source={"organisation": "urn-900001", "system": "mis"})
    api.outcomes(MIS, foreign)
    with api.service.connect() as connection:
        ((aside,),) = connection.execute("SELECT id FROM log.aside").fetchall()
    shown = asking.answer(api.service, ShowKept(id=aside))
    assert (shown["organisation"], shown["sender"]) == (SCHOOL, "client:school-mis"), "the operator sees who sent it"
    again = Quarantine(api.service).redrive(None, "wrong_organisation")
    assert (again.accepted, again.kept) == (0, 1), "a person's word does not make it the other's"
    wider = SystemUnderTest(MIS.id, [SCHOOL, "urn-900001"], key=MIS.key)
    write_clients(api.file, wider, COUNCIL)
    assert Quarantine(api.service).redrive(None, "wrong_organisation").accepted == 1


def test_sectors_and_event_types_are_bounds_too(api: Api) -> None:
    bound = SystemUnderTest("marks", [SCHOOL], more={"sectors": ["education"], "event_types": ["AttendanceMarked"]})
    elsewhere = SystemUnderTest("elsewhere", [SCHOOL], more={"sectors": ["early_years"]})
    write_clients(api.file, bound, elsewhere)
    time.sleep(1.1)
    report = {
        "event_type": "FeedReported", "event_id": "feed-1", "source": {"organisation": SCHOOL, "system": "mis"},
        "recorded_at": "2026-09-02T18:00:00Z", "covers": {"from": "2026-09-01", "to": "2026-09-02"},
        "complete_through": "2026-09-01", "count": 1,
    }  # fmt: skip
    told = api.outcomes(
        bound, admitted(), marked(), report | {"feed": "PupilAdmitted"}, report | {"feed": "AttendanceMarked"}
    )
    assert told == [
        ("kept", "wrong_organisation", "event_type"), ("accepted", None, None), ("kept", "wrong_organisation", "feed"),
        ("accepted", None, None),
    ]  # fmt: skip
    assert api.outcomes(elsewhere, marked(event_id="m-2")) == [("kept", "wrong_organisation", "event_type")]


def test_feedback_is_of_ones_own_organisations_alone(api: Api) -> None:
    api.outcomes(MIS, admitted())
    council = api.token(COUNCIL)
    own = api.client.get("/v1/feedback", params={"organisation": "la-809"}, headers=council)
    assert (own.status_code, own.json()["feedback"]) == (200, [])
    foreign = [api.client.get("/v1/feedback", params={"organisation": one}, headers=council) for one in (SCHOOL, TRUST)]
    assert [one.status_code for one in foreign] == [404, 404]
    assert foreign[0].content == foreign[1].content, "whether there is anything is not told"
    with api.service.connect() as connection:
        rows = connection.execute("SELECT viewer, organisation, outcome FROM access.entry").fetchall()
    assert rows == [("council", "la-808", "refused")] * 2


def test_who_may_not_is_told_so(closed: Api, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    asked = {
        "may_not_publish": closed.client.post("/v1/events", json=[admitted()], headers=closed.token(READER)),
        "may_not_ask": closed.client.post(
            "/v1/children/show", json={"identifier": f"upn:{UPN}"}, headers=closed.token(MIS)
        ),
        "may_not_decide": closed.client.post("/v1/decisions/nominate", json={}, headers=closed.token(MIS)),
    }
    for answer in asked.values():
        assert (answer.status_code, answer.headers["www-authenticate"]) == (403, 'Bearer error="insufficient_scope"')
    assert [reason for reason, _ in reasons(capfd)] == list(asked)


def test_a_system_that_may_ask_sees_what_the_rules_let_a_system_see(api: Api) -> None:
    """That is nothing of any child yet (domain.access.rules); the attempt is logged, and nothing tells it from an unknown child."""
    api.outcomes(MIS, admitted())
    council = api.token(COUNCIL)
    known = api.client.post("/v1/children/show", json={"identifier": f"upn:{UPN}"}, headers=council)
    unknown = api.client.post("/v1/children/show", json={"identifier": f"nhs:{NHS}"}, headers=council)
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert known.content == unknown.content


def test_commands_are_for_workers_of_ones_own(api: Api) -> None:
    body = {"identifier": f"upn:{UPN}", "worker": "la-900:W1", "role": "lead_practitioner", "scope": "child"}
    answer = api.client.post("/v1/decisions/nominate", json=body, headers=api.token(COUNCIL))
    assert (answer.status_code, answer.json()["reason"], answer.json()["field"]) == (
        422,
        "wrong_organisation",
        "worker",
    )
    own = api.client.post("/v1/decisions/nominate", json=body | {"worker": "la-809:W1"}, headers=api.token(COUNCIL))
    assert own.status_code == 404, "nothing is known of the child"


def test_a_system_asks_no_more_often_than_it_may(any_database_url: str, tmp_path: Path) -> None:
    file = write_clients(tmp_path / "clients.toml", MIS, COUNCIL)
    settings = Settings(
        data_dir=tmp_path, database_url=any_database_url, public_url=PUBLIC, clients_file=file, client_rate=0.001,
        client_burst=4,
    )  # fmt: skip
    service = Service(settings, any_database_url, None, None, False, load_or_create(tmp_path / "keys"), FixedClock(NOW))
    with TestClient(create_app(service), raise_server_exceptions=False, base_url=PUBLIC) as client:
        api = Api(client, service, FixedClock(NOW), file)
        token = api.token(MIS)
        told = [client.post("/v1/events", json=[], headers=token).status_code for _ in range(5)]
        assert told == [202, 202, 202, 429, 429]
        assert api.sign_in(MIS).status_code == 429
        assert [refused(api.sign_in(MIS, key=COUNCIL.key, header={"alg": "RS256"})) for _ in range(9)] == [True] * 9
        assert api.sign_in(COUNCIL).status_code == 200, "another's haste is not its own"
