"""`icr bench ingest`, small: it measures what it says on both kinds of broker, and leaves nothing."""

from pathlib import Path

import pytest

from adapters.bench import broker as brokers
from adapters.bench.ingest import Ask, Ingest
from adapters.bench.page import made
from adapters.bench.report import tables
from adapters.bench.workload import Mix
from adapters.clock import SystemClock
from adapters.settings import load_settings
from domain.errors import Misuse
from tests.servers.kafka import RealKafka

SMALL = Ask(2000, Mix.AREA, 500, profile=True, children=150)


@pytest.mark.slow
def test_it_measures_checks_and_leaves_nothing(kafka_named: RealKafka | None, scratch: Path) -> None:
    steps: list[str] = []
    found = Ingest(load_settings(), SMALL, SystemClock(), steps.append).run()

    paths = {
        "floor_of_log",
        "log",
        "project",
        "floor_of_views",
        "views",
        "save_each",
        "runner",
        "runner_alone",
        "rebuild",
    }
    cold = {"floor_of_cold", "log_cold"} if kafka_named else set()
    assert set(found["per_second"]) == paths | cold
    assert all(each > 0 for each in found["per_second"].values())
    ratios = found["ratios"]
    assert {"log_to_floor", "views_to_floor", "log_to_save_each", "views_to_runner"} <= set(ratios)
    assert 0 < ratios["log_to_floor"] < 5
    for name in ("log_to_floor", "views_to_floor", "log_to_save_each", "views_to_runner", "project_to_runner"):
        least, most = found["ratios_spread"][name]
        assert least <= ratios[name] <= most

    conditions = found["conditions"]
    assert ("NOT a real Kafka" in conditions["kafka"]) == (kafka_named is None)
    assert conditions["postgresql_settings"]["fsync"] == "on"
    assert conditions["postgresql_settings"]["synchronous_commit"] == "on"
    assert conditions["events_measured_on_each_path"] == 2000
    # Re-sent events are duplicates; nothing of the simulator's is kept aside but amendments that came first.
    assert conditions["events_published"] * 0.97 < conditions["events_accepted"] <= conditions["events_published"]
    assert conditions["checked"]["views_equal_rebuild"]
    assert conditions["checked"]["views_equal_reference"]
    assert conditions["checked"]["children_compared"] > 10

    sizes = [when for when in found["rss_mib"] if when.startswith("after")]
    assert len(sizes) == 2
    everyone = {"icr project", "floor", "save_each", "runner"} | ({"icr consume"} if kafka_named else set())
    assert all(everyone <= found["rss_mib"][when].keys() for when in sizes)
    assert "VmHWM" in conditions["peak_rss"]
    parts = found["consume_us_an_event"]["log"]
    assert parts["decode"] > 0
    assert parts["database driver"] > 0
    # What was looked at is what was worked: the two differ by looks that came late, and by clock ticks.
    assert sum(parts.values()) == pytest.approx(found["cpu_us_an_event"]["log: icr consume"], rel=0.5)
    assert made([found]).startswith("<!-- Measured")
    assert all(len(columns) == len(row) for _, columns, rows in tables(found) for row in rows)

    assert list(scratch.iterdir()) == []
    if kafka_named is not None:
        assert kafka_named.topics() == set()


@pytest.mark.kafka_real
def test_a_kafka_with_our_topics_is_left_alone(real_kafka: RealKafka, monkeypatch: pytest.MonkeyPatch) -> None:
    real_kafka.create_topics(["icr.health.v1"])
    monkeypatch.setenv("ICR_KAFKA_BOOTSTRAP_SERVERS", real_kafka.bootstrap_servers)
    with pytest.raises(Misuse, match=r"icr\.health\.v1"), brokers.broker(load_settings()):
        pass
    assert real_kafka.topics() == {"icr.health.v1"}
