"""`icr bench ingest`, small: it measures what it says on both kinds of broker, and leaves nothing."""

from pathlib import Path
from typing import Any

import pytest

from adapters.process.clock import SystemClock
from adapters.process.settings import load_settings
from domain.errors import Misuse
from tests.builders.nightly import by_night
from tests.servers.kafka import RealKafka
from tools.bench import broker as brokers
from tools.bench import ingest, sampled
from tools.bench.ingest import Ask, Ingest
from tools.bench.page import made
from tools.bench.report import tables
from tools.bench.workload import Mix

PATHS = {
    "floor_of_log", "log", "project", "floor_of_views", "views", "save_each", "runner", "runner_alone", "rebuild",
}  # fmt: skip
RATIOS = ("log_to_floor", "views_to_floor", "log_to_save_each", "views_to_runner", "project_to_runner")


def measured(events: int, children: int, mix: Mix = Mix.AREA) -> dict[str, Any]:
    """The result of a measurement of so many events on each path."""
    ask = Ask(events, mix, 500, profile=True, children=children)
    return Ingest(load_settings(), ask, SystemClock(), lambda _: None).run()


def assert_says_what_it_should(found: dict[str, Any], events: int, kafka_named: RealKafka | None) -> None:
    """Everything that a result says is there, and what does not depend on speed is right."""
    cold = {"floor_of_cold", "log_cold", "floor_of_views_cold", "views_cold"} if kafka_named else set()
    assert set(found["per_second"]) == PATHS | cold
    assert all(each > 0 for each in found["per_second"].values())
    assert set(RATIOS) <= set(found["ratios"])
    for name in RATIOS:
        least, most = found["ratios_spread"][name]
        assert least <= found["ratios"][name] <= most

    conditions = found["conditions"]
    assert ("NOT a real Kafka" in conditions["kafka"]) == (kafka_named is None)
    assert conditions["postgresql_settings"]["fsync"] == "on"
    assert conditions["postgresql_settings"]["synchronous_commit"] == "on"
    assert conditions["events_measured_on_each_path"] == events
    # Re-sent events are duplicates; nothing of the simulator's is kept in quarantine but amendments that came first.
    assert conditions["events_published"] * 0.97 < conditions["events_accepted"] <= conditions["events_published"]
    assert conditions["checked"]["views_equal_rebuild"]
    assert conditions["checked"]["views_equal_reference"]
    assert conditions["checked"]["children_compared"] > 10

    sizes = [when for when in found["rss_mib"] if when.startswith("after")]
    assert len(sizes) == 2
    everyone = {"icr project", "floor", "save_each", "runner"} | ({"icr consume"} if kafka_named else set())
    assert all(everyone <= found["rss_mib"][when].keys() for when in sizes)
    assert "VmHWM" in conditions["peak_rss"]
    # How often each part was met depends on the machine; that every part has its figure does not.
    parts = {*sampled.PARTS, sampled.OTHER}
    by_path = {path: set(shown) for path, shown in found["consume_us_an_event"].items()}
    assert by_path == {"log": parts, "project": parts, "views": parts}
    assert all(each >= 0 for shown in found["consume_us_an_event"].values() for each in shown.values())
    assert made([found]).startswith("<!-- Measured")
    assert all(len(columns) == len(row) for _, columns, rows in tables(found) for row in rows)


def assert_left_nothing(scratch: Path, kafka_named: RealKafka | None) -> None:
    assert list(scratch.iterdir()) == []
    if kafka_named is not None:
        assert kafka_named.topics() == set()


@pytest.mark.parametrize("mix", [Mix.AREA, by_night(Mix.SCHOOL_DAY)])
@pytest.mark.parametrize("kafka_named", ["embedded"], indirect=True)
def test_a_small_one_says_what_a_large_one_says_and_leaves_nothing(
    kafka_named: RealKafka | None, scratch: Path, monkeypatch: pytest.MonkeyPatch, mix: Mix
) -> None:
    monkeypatch.setattr(ingest, "FEWEST_EVENTS", 200)
    monkeypatch.setattr(ingest, "SAVED_A_ROUND", 40)
    found = measured(200, children=40, mix=mix)
    assert found["conditions"]["mix"] == mix.value
    assert_says_what_it_should(found, 200, kafka_named)
    assert_left_nothing(scratch, kafka_named)


@pytest.mark.nightly
def test_it_measures_checks_and_leaves_nothing(kafka_named: RealKafka | None, scratch: Path) -> None:
    found = measured(2000, children=150)
    assert_says_what_it_should(found, 2000, kafka_named)
    assert 0 < found["ratios"]["log_to_floor"] < 5
    # Looks come every five milliseconds of work: seldom enough that only the larger parts are met for certain.
    assert found["consume_us_an_event"]["log"]["decode"] > 0
    assert_left_nothing(scratch, kafka_named)


@pytest.mark.kafka_real
def test_a_kafka_with_our_topics_is_left_alone(real_kafka: RealKafka, monkeypatch: pytest.MonkeyPatch) -> None:
    real_kafka.create_topics(["icr.health.v1"])
    monkeypatch.setenv("ICR_KAFKA_BOOTSTRAP_SERVERS", real_kafka.bootstrap_servers)
    with pytest.raises(Misuse, match=r"icr\.health\.v1"), brokers.broker(load_settings()):
        pass
    assert real_kafka.topics() == {"icr.health.v1"}
