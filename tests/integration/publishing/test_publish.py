"""`icr publish` to Kafka and over HTTP: every event counted for its file, bad files said, good ones published."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.embedded.processes import free_port
from adapters.intake.kafka.topics import SHARED_TOPICS
from tests.builders.nightly import ON_THE_REAL_ONES, by_night, real, real_by_night
from tests.builders.process import ABSENT_KAFKA, ROOT, UNCHANGED, Shortened, icr, started, wait_for
from tests.builders.stream import counted, event, mark, recorded, upn
from tests.servers.plugin import Stack

COUNTS = ("read", "accepted", "duplicate", "conflict", "kept")


def lines(path: Path, events: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in events))
    return path


def consume(stack: Stack) -> dict[str, Any]:
    done = icr("consume", "--until-end", "--json", environment=stack.environment)
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def files_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(done.stdout)["files"]
    for file in found:
        assert file["read"] == file["accepted"] + file["duplicate"] + file["conflict"] + file["kept"]
    return found


def test_what_is_published_to_kafka_arrives_in_the_log(stack: Stack, tmp_path: Path) -> None:
    marks = lines(tmp_path / "marks.jsonl", [mark(n) for n in range(1200)])
    who = {"upn": upn(1)}
    others = tmp_path / "others.json"
    others.write_text(
        json.dumps(
            [
                event("PupilAdmitted", "a1", "urn-900001", who, "2025-09-01", school="900001"),
                event(
                    "InvolvementStarted",
                    "i1",
                    "la-808",
                    who,
                    "2025-09-01",
                    service="social work",
                    provision="additional",
                ),
                event("InvolvementStarted", "i2", "ods-Z9NCT", who, "2025-09-01", service="school nursing"),
            ]
        )
    )
    done = icr("publish", str(marks), str(others), "--to", "kafka", "--json", environment=stack.environment)
    assert done.returncode == 0, done.stderr
    assert [[file[name] for name in COUNTS] for file in files_of(done)] == [[1200, 1200, 0, 0, 0], [3, 3, 0, 0, 0]]
    consume(stack)
    assert recorded(stack) == 1203
    assert (counted(stack)["event"], counted(stack)["aside"]) == (1203, 0)


@ON_THE_REAL_ONES
def test_what_would_be_kept_is_not_sent_unless_asked(stack: Stack, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        [
            mark(1),
            mark(2, organisation="ods-Z99999"),
            {**mark(3), "recorded_at": "2999-01-01T00:00:00Z"},
            mark(4, am="?"),
        ],
    )
    with path.open("a") as out:
        out.write("garbage\n")
    done = icr("publish", str(path), "--to", "kafka", "--json", environment=stack.environment)
    assert done.returncode == 1
    [file] = files_of(done)
    assert (file["accepted"], file["kept"]) == (1, 4)
    assert file["reasons"] == {"from_the_future": 1, "undecodable": 1, "unknown_code": 1, "wrong_organisation": 1}
    assert "999" not in done.stderr
    sent = icr(
        "publish", str(path), "--to", "kafka", "--invalid-too", "--sector", "education", "--json", environment=stack.environment
    )  # fmt: skip
    assert sent.returncode == 0
    consume(stack)
    assert (counted(stack)["event"], counted(stack)["aside"]) == (1, 4)


@pytest.mark.parametrize(
    ("stack", "many"),
    [("embedded", 20_000), real(20_000), by_night("embedded", 1_000_000), real_by_night(1_000_000)],
    indirect=["stack"],
)
def test_bad_files_are_said_and_the_others_go_on(stack: Stack, tmp_path: Path, many: int) -> None:
    lines(tmp_path / "good.jsonl", [mark(1)])
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.json").touch()
    (tmp_path / "garbage.bin").write_bytes(os.urandom(1000))
    (tmp_path / "cut.json").write_text("[" + json.dumps(mark(2)) + ",")
    (tmp_path / "many.json").write_text("[" + "1," * (many - 1) + "1]")
    names = ["folder", "empty.json", "garbage.bin", "missing.json", "cut.json", "good.jsonl", "many.json"]
    paths = [str(tmp_path / name) for name in names] + ["/proc/self/mem"]
    done = icr("publish", *paths, "--to", "kafka", "--json", environment=stack.environment)
    assert done.returncode == 1, done.stderr
    files = {Path(file["file"]).name: file for file in files_of(done)}
    assert files["folder"]["error"] == "is a directory"
    assert "empty" in files["empty.json"]["error"]
    assert "no file of events" in files["garbage.bin"]["error"]
    assert files["missing.json"]["error"] == "no such file or directory"
    assert "does not end" in files["cut.json"]["error"]
    assert files["cut.json"]["accepted"] == 1
    assert files["good.jsonl"]["accepted"] == 1
    assert (files["many.json"]["read"], files["many.json"]["reasons"]) == (many, {"undecodable": many})
    assert "error" in files["mem"]
    assert all(f"icr: {tmp_path / name}: " in done.stderr for name in ("folder", "missing.json"))
    consume(stack)
    assert recorded(stack) == 2


def test_no_file_at_all_is_wrong_use(embedded_stack: Stack, tmp_path: Path) -> None:
    done = icr("publish", str(tmp_path), "/missing", "--to", "kafka", "--json", environment=embedded_stack.environment)
    assert done.returncode == 2
    assert [file["read"] for file in files_of(done)] == [0, 0]


@ON_THE_REAL_ONES
def test_validate_only_sends_nothing(stack: Stack, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [mark(1), mark(2, organisation="ods-Z9")])
    done = icr("publish", str(path), "--to", "kafka", "--validate-only", "--json", environment=stack.environment)
    assert done.returncode == 1
    assert [files_of(done)[0][name] for name in COUNTS] == [2, 1, 0, 0, 1]
    assert consume(stack)["read"] == 0


@pytest.mark.parametrize("shortened", [ABSENT_KAFKA, by_night(UNCHANGED)], ids=["soon", "as-it-is"])
def test_a_broker_that_is_not_there_is_said(embedded_stack: Stack, shortened: Shortened, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [mark(1)])
    environment = {**embedded_stack.environment, "ICR_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}"}
    done = icr("publish", str(path), "--to", "kafka", environment=environment, shortened=shortened)
    assert done.returncode == 3
    assert "Kafka could not be reached" in done.stderr
    assert icr("consume", "--until-end", environment=environment, shortened=shortened).returncode == 3


@pytest.mark.kafka_real
def test_a_missing_topic_is_said(real_stack: Stack, tmp_path: Path) -> None:
    assert real_stack.real_kafka is not None
    real_stack.real_kafka.reset()
    path = lines(tmp_path / "a.jsonl", [mark(1)])
    done = icr("publish", str(path), "--to", "kafka", environment=real_stack.environment)
    assert done.returncode == 3
    assert "icr migrate those that sectors share" in done.stderr
    migrated = icr("migrate", "--json", environment=real_stack.environment)
    assert (migrated.returncode, sorted(json.loads(migrated.stdout)["topics_made"])) == (0, sorted(SHARED_TOPICS))
    assert icr("publish", str(path), "--to", "kafka", environment=real_stack.environment).returncode == 0


def test_the_embedded_broker_loses_nothing_of_a_publication_larger_than_it_keeps(
    embedded_stack: Stack, tmp_path: Path
) -> None:
    # One child, so one partition, which keeps about 5 MB.
    big = [mark(n) | {"reference": "r" * 190} for n in range(1500)]
    text = [
        event("EarlyHelpEnded", f"e{n}", "la-808", {"upn": upn(1)}, "2025-09-01", reason="x" * 3000)
        for n in range(2500)
    ]
    path = lines(tmp_path / "a.jsonl", big + text)
    done = icr("publish", str(path), "--to", "kafka", "--json", environment=embedded_stack.environment)
    assert done.returncode == 0, done.stderr
    # It records itself, since nobody else does, and leaves when all is recorded.
    assert recorded(embedded_stack) == counted(embedded_stack)["event"] == 4000


def test_an_interrupted_publication_says_how_far_it_came(embedded_stack: Stack, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [mark(n) for n in range(40_000)])
    process = subprocess.Popen(
        [sys.executable, "-m", "adapters.cli.main", "publish", str(path), "--to", "kafka"],
        cwd=ROOT, env=embedded_stack.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(lambda: recorded(embedded_stack) > 0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "events read" in said
    assert "interrupted" in said


@pytest.fixture
def served(embedded_stack: Stack, tmp_path: Path) -> Iterator[str]:
    port = free_port()
    with started("serve", environment={**embedded_stack.environment, "ICR_HTTP_PORT": str(port)}, log=tmp_path / "log"):
        environment = {**embedded_stack.environment, "ICR_HTTP_PORT": str(port)}
        wait_for(lambda: icr("health", "serve", environment=environment).returncode == 0)
        yield f"http://127.0.0.1:{port}"


def test_over_http_each_events_outcome_is_counted(embedded_stack: Stack, served: str, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [mark(n) for n in range(2500)] + [mark(0), mark(1, am="N"), mark(9000, am="?")])
    with path.open("a") as out:
        out.write("garbage\n")
    publish = ("publish", str(path), "--to", "http", "--url", served, "--json")
    checked = icr(*publish, "--validate-only", environment=embedded_stack.environment)
    assert checked.returncode == 1
    assert counted(embedded_stack)["event"] == 0
    done = icr(*publish, environment=embedded_stack.environment)
    assert done.returncode == 1, done.stderr
    [file] = files_of(done)
    assert [file[name] for name in COUNTS] == [2504, 2500, 1, 1, 2]
    assert file["reasons"] == {"conflict": 1, "undecodable": 1, "unknown_code": 1} or file["reasons"] == {
        "undecodable": 1,
        "unknown_code": 1,
    }
    again = files_of(icr(*publish, environment=embedded_stack.environment))[0]
    assert (again["accepted"], again["kept"]) == (0, 0)
    assert counted(embedded_stack)["event"] == 2500


def test_over_http_with_nobody_there(embedded_stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters.publishing import http
    from tools.main import main

    monkeypatch.setattr(http, "_BACK_OFF", (0.01,))
    path = lines(tmp_path / "a.jsonl", [mark(1)])
    monkeypatch.setenv("ICR_DATA_DIR", str(embedded_stack.data_dir))
    assert main(["publish", str(path), "--to", "http", "--url", f"http://127.0.0.1:{free_port()}"]) == 3


@pytest.mark.kafka_real
def test_what_kafka_does_not_acknowledge_is_not_counted_as_sent(
    real_stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.intake.kafka import producer
    from adapters.process.clock import SystemClock
    from adapters.publishing.check import Checker
    from adapters.publishing.publish import KafkaDoor, publish_files
    from domain.errors import Unreachable

    broker = real_stack.real_kafka
    assert broker is not None
    if not broker.can_be_killed:
        pytest.skip("the broker that was given is not ours to kill")
    monkeypatch.setattr(producer, "_DELIVERY_MS", 2000)
    path = lines(tmp_path / "a.jsonl", [mark(n) for n in range(50)])
    sender = producer.KafkaProducer(real_stack.bootstrap_servers, embedded=False)
    checker = Checker(dict(real_stack.settings.topic_organisations), SystemClock())
    broker.kill()
    counts: list[Any] = []
    with pytest.raises(Unreachable, match="not acknowledged"):
        publish_files([path], KafkaDoor(sender, checker, None, invalid_too=False), counts)
    broker.start()
    assert (counts[0].events, counts[0].read, counts[0].lost) == (50, 0, 50)
