"""Requests that are refused: nothing is stored, the caller learns why, and nothing that was sent is quoted."""

import json
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.api.media import AVRO, AVRO_BATCH, JSON, JSON_LINES, MAX_EVENTS, take_apart
from adapters.api.plain import MAX_QUESTION
from adapters.api.problems import Refused
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.reasons import REASONS
from tests.builders.wire import NHS, admitted

EVENT = json.dumps(admitted()).encode()


def refusal(media: str, body: bytes) -> Refused:
    with pytest.raises(Refused) as raised:
        take_apart(media, body)
    error = raised.value
    assert NHS not in f"{error}{error.detail}{error.field}"
    assert error.__cause__ is None
    return error


@pytest.mark.parametrize(
    "body",
    [
        b"garbage",
        b"\xff\xfe\x00",
        b"\x00\x01",
        b"\xef\xbb\xbf" + EVENT,
        EVENT[:-1],
        EVENT + EVENT,
        EVENT + b" x",
        b"[" + EVENT,
        b"[" + EVENT + b",]",
        b"[" + EVENT + b" " + EVENT + b"]",
        b"[" + EVENT + b"]]",
        b"[,]",
        b"12",
        b'"text"',
        b"null",
        b"NaN",
        b'[{"a": Infinity}]',
        b'{"a": "\x01"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'[{"a":' + b"[" * 100_000,
        b"   ",
    ],
)
def test_what_is_no_json_is_refused_whole(body: bytes) -> None:
    error = refusal(JSON, body)
    assert error.status == 400
    assert error.reason == "undecodable"


def test_repeated_keys_are_refused_and_named_only_where_the_name_is_ours() -> None:
    assert refusal(JSON, b'{"event_id": "1", "event_id": "2"}').field == "event_id"
    assert refusal(JSON, b'[{}, {"source": {"system": 1, "system": 2}}]').field == "[1].system"
    error = refusal(JSON, f'{{"{NHS}": 1, "{NHS}": 2}}'.encode())
    assert (error.status, error.reason, error.field) == (400, "unknown_field", "?")


def test_a_million_entries_are_not_read_to_the_end() -> None:
    error = refusal(JSON, b"[" + b"{}," * 1_000_000 + b"{}]")
    assert (error.status, error.reason) == (413, "too_large")
    assert refusal(JSON_LINES, b"{}\n" * 1_000_000).status == 413
    assert refusal(AVRO_BATCH, bytes(4) * 1_000_000).status == 413


def test_as_many_as_allowed_are_taken_as_they_were_sent() -> None:
    spaced = b' \n{ "a" : 1.50 }\t'
    assert take_apart(JSON, b"[" + b",".join([spaced] * MAX_EVENTS) + b"] ") == [spaced.strip()] * MAX_EVENTS
    assert take_apart(JSON, b"\n" + EVENT + b"\n") == [EVENT]
    assert take_apart(JSON, b"[ ]") == []
    assert take_apart(JSON, '[{"a": "Zoë"}]'.encode()) == ['{"a": "Zoë"}'.encode()]


def test_what_stands_in_a_list_and_is_no_event_is_left_to_the_recorder() -> None:
    assert take_apart(JSON, b'[1, null, [], "a", {}]') == [b"1", b"null", b"[]", b'"a"', b"{}"]


def test_a_line_spoils_only_itself() -> None:
    assert take_apart(JSON_LINES, EVENT + b"\r\n\n  \nnot json\n" + EVENT) == [EVENT, b"not json", EVENT]


def test_bug_a_line_that_is_not_utf_8_spoils_only_itself() -> None:
    assert take_apart(JSON_LINES, b'{"a": "\xff"}\n' + EVENT) == [b'{"a": "\xff"}', EVENT]


@pytest.mark.parametrize("body", [b"%PDF-1.7\n", b"[{}]\n"])
def test_what_is_no_json_lines_is_refused(body: bytes) -> None:
    assert refusal(JSON_LINES, body).status == 400


@pytest.mark.parametrize("body", [b"{}", b"Obj\x01", b"\xc3\x02" + bytes(20)])
def test_what_does_not_begin_as_avro_is_refused(body: bytes) -> None:
    assert refusal(AVRO, body).reason == "undecodable"


def test_avro_that_begins_well_is_left_to_the_recorder() -> None:
    assert take_apart(AVRO, b"\xc3\x01") == [b"\xc3\x01"]
    assert take_apart(AVRO, b"\x00junk") == [b"\x00junk"]


def test_an_avro_batch_is_taken_by_its_lengths() -> None:
    events = [b"\xc3\x01" + bytes(30), b"", b"x"]
    framed = b"".join(struct.pack(">I", len(event)) + event for event in events)
    assert take_apart(AVRO_BATCH, framed) == events
    for cut in (framed[:-1], framed + b"\x00", framed[:3], b"\xff\xff\xff\xff" + framed):
        assert refusal(AVRO_BATCH, cut).reason == "undecodable"


NOWHERE = "postgresql://127.0.0.1:1/nowhere"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An API without a database: a question that is refused never asks it, one that is not gets 503."""
    folder: Path = tmp_path_factory.mktemp("data")
    settings = Settings(data_dir=folder, database_url=NOWHERE)
    clock = FixedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    service = Service(settings, NOWHERE, None, None, False, load_or_create(folder / "keys"), clock)
    with TestClient(create_app(service), raise_server_exceptions=False, base_url="http://localhost") as client:
        yield client


def asked(client: TestClient, path: str, body: Any, media: str = JSON) -> tuple[int, dict[str, Any]]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(path, content=data, headers={"Content-Type": media})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert NHS not in answer.text
    assert "Ada" not in answer.text
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert {error["reason"] for error in document.get("errors", [])} <= set(REASONS)
    return answer.status_code, document


RECORD = "r-" + "0" * 32
WRONG_NHS = {"identifier": "nhs:9990000019"}


@pytest.mark.parametrize(
    ("path", "body", "status", "reason", "field"),
    [
        ("children/find", b"", 400, "undecodable", None),
        ("children/find", b"{", 400, "undecodable", None),
        ("children/find", b"[]", 400, "undecodable", None),
        ("children/find", b"1", 400, "undecodable", None),
        ("children/find", b'{"family": "Ada", "family": "Eve"}', 400, "unknown_field", "family"),
        ("children/find", b'{"a": NaN}', 400, "bad_value", None),
        ("children/find", b'{"a":' * 2_000 + b"1" + b"}" * 2_000, 400, "undecodable", None),
        ("children/find", b'{"family": "' + b"A" * MAX_QUESTION + b'"}', 413, "too_large", None),
        ("children/find", {}, 422, "missing_field", "identifier"),
        ("children/find", {"family": "Ada"}, 422, "missing_field", "identifier"),
        ("children/find", {"born": "2015-03-01"}, 422, "missing_field", "identifier"),
        (
            "children/find",
            {"family": "Ada", "born": "2015-03-01", "identifier": f"nhs:{NHS}"},
            422,
            "missing_field",
            "identifier",
        ),
        ("children/find", {"family": "", "born": "2015-03-01"}, 422, "missing_field", "family"),
        ("children/find", {"family": "A" * 201, "born": "2015-03-01"}, 422, "too_large", "family"),
        ("children/find", {"family": ["Ada"], "born": "2015-03-01"}, 422, "bad_value", "family"),
        ("children/find", {"family": "Ada", "born": "2015-02-30"}, 422, "impossible_date", "born"),
        ("children/find", {"family": "Ada", "born": "0001-01-01"}, 422, "impossible_date", "born"),
        ("children/find", {"family": "Ada", "born": "20150301"}, 422, "impossible_date", "born"),
        ("children/find", {"family": "Ada", "born": 20150301}, 422, "bad_value", "born"),
        ("children/find", {NHS: 1}, 422, "unknown_field", "?"),
        ("children/show", WRONG_NHS, 422, "bad_check_digit", "identifier"),
        ("children/show", {"identifier": NHS}, 422, "unknown_scheme", "identifier"),
        ("children/show", {"identifier": "upn:B801200001001"}, 422, "bad_check_letter", "identifier"),
        ("children/show", {"identifier": "agency:la-808:7"}, 422, "bad_form", "identifier"),
        ("children/show", {"identifier": int(NHS)}, 422, "bad_value", "identifier"),
        ("children/show", {"record": NHS}, 422, "bad_value", "record"),
        ("children/show", {"record": RECORD, "identifier": f"nhs:{NHS}"}, 422, "missing_field", "identifier"),
        ("children/timeline", {"record": RECORD, "effective_at": "9999-12-31"}, 422, "impossible_date", "effective_at"),
        ("children/timeline", {"record": RECORD, "effective_at": "tomorrow"}, 422, "impossible_date", "effective_at"),
        ("children/timeline", {"record": RECORD, "known_at": 7}, 422, "bad_value", "known_at"),
        ("leads/caseload", {}, 422, "missing_field", "worker"),
        ("leads/caseload", {"worker": "W12"}, 422, "bad_value", "worker"),
        ("leads/caseload", {"worker": "la-808:\0"}, 422, "bad_value", "worker"),
        ("leads/gaps", {"area": "\ud800"}, 422, "bad_value", "area"),
        ("families/list", {"lost": "2"}, 422, "bad_value", "lost"),
        ("families/list", {"lost": -1}, 422, "bad_value", "lost"),
        ("families/list", {"lost": True}, 422, "bad_value", "lost"),
        ("families/show", {"family": None}, 422, "bad_value", "family"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    client: TestClient, path: str, body: Any, status: int, reason: str, field: str | None
) -> None:
    found, document = asked(client, f"/v1/{path}", body)
    assert (found, document["reason"], document.get("field")) == (status, reason, field)


@pytest.mark.parametrize("known_at", ["yesterday", "2026-09-01", "2026-09-01T00:00:00", "1:2:3", "-1", "1:", NHS + "x"])
def test_known_at_is_a_position_or_an_instant_with_zone(client: TestClient, known_at: str) -> None:
    assert asked(client, "/v1/children/show", {"record": RECORD, "known_at": known_at})[0] == 422


def test_questions_are_json(client: TestClient) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", "application/problem+json", ""):
        assert asked(client, "/v1/leads/gaps", b"{}", media)[0] == 415
    assert asked(client, f"/v1/leads/gaps?nhs={NHS}", b"{}")[0] == 400


def test_a_question_that_makes_sense_needs_the_database(client: TestClient) -> None:
    assert asked(client, "/v1/leads/gaps", b"{}")[0] == 503
