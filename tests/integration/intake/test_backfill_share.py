"""Backfill comes by its own topics and does not stand before live events; whatever lane it comes by, it is recorded."""

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.codec import encode_wire
from adapters.intake.kafka.backfill_share import BUSY, MOST_SHUT, BackfillShare
from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.status import Status
from adapters.intake.kafka.topics import BACKFILL_TOPICS, TOPICS, is_backfill, topic_for
from adapters.process.clock import FixedClock
from adapters.process.settings import TOPIC_ORGANISATIONS
from adapters.publishing.check import Checker
from tests.builders.nightly import ON_THE_REAL_ONES
from tests.builders.process import icr
from tests.builders.service import NOW
from tests.builders.stream import Wire, counted, mark, publish, recorded, service_of
from tests.integration.log.test_feedback import admitted
from tests.servers.plugin import Stack
from tests.spec.words import happened

LIVE, BACKFILL = TOPICS["education"], BACKFILL_TOPICS["education"]


def marks(topic: str, first: int, count: int, **own: str) -> list[Wire]:
    """Marks of many days; keyed so that all partitions get some."""
    return [(topic, b"%d" % (n % 64), encode_wire({**mark(n, n % 50), **own})) for n in range(first, first + count)]


def test_the_lane_is_shut_while_there_is_much_live_and_lets_a_share_through() -> None:
    lanes = BackfillShare()
    assert lanes.after(BUSY - 1, 0)  # a trickle
    assert lanes.open
    rounds = []
    for _ in range(2 * (MOST_SHUT + 1)):
        lanes.after(BUSY, 0)
        rounds.append(lanes.open)
    assert rounds == 2 * [*MOST_SHUT * [False], True]
    lanes.after(BUSY, 0)
    assert lanes.after(0, 0)
    assert lanes.open


@pytest.mark.parametrize("behind", [BUSY, None])
def test_bug_a_broker_that_answers_for_the_backfill_first_let_it_all_in(behind: int | None) -> None:
    lanes = BackfillShare()
    assert not lanes.open
    assert [lanes.after(0, behind) for _ in range(MOST_SHUT + 1)] == [*MOST_SHUT * [False], True]


def test_an_event_goes_to_the_lane_of_its_mode() -> None:
    assert topic_for("health", "live") == topic_for("health", None) == "icr.health.v1"
    assert topic_for("health", "backfill") == topic_for("health", "snapshot") == "icr.health.backfill.v1"
    checker = Checker(TOPIC_ORGANISATIONS, FixedClock(NOW))
    assert checker.check(json.dumps(mark(1)).encode()).topic == LIVE
    assert checker.check(json.dumps({**mark(1), "mode": "backfill"}).encode()).topic == BACKFILL
    wrong = json.dumps({**admitted(1, identifiers={"upn": "A1"}), "mode": "snapshot"}).encode()
    assert checker.check_lightly(wrong).topic == BACKFILL


def test_what_keeps_a_child_safe_waits_behind_no_backfill() -> None:
    checker = Checker(TOPIC_ORGANISATIONS, FixedClock(NOW))
    shield = happened("ShieldApplied", "A", on="2025-03-01").wire(1) | {"mode": "backfill"}
    assert checker.check(json.dumps(shield).encode()).topic == topic_for("social_care", "live")


@ON_THE_REAL_ONES
def test_live_events_are_recorded_while_a_backfill_waits(stack: Stack) -> None:
    """A backlog of both: live is through when most of the backfill is not; then the backfill comes to its end."""
    publish(stack.bootstrap_servers, marks(BACKFILL, 0, 30_000, mode="backfill"))
    publish(stack.bootstrap_servers, marks(LIVE, 100_000, 6_000))
    seen: list[tuple[int, int]] = []
    with (
        service_of(stack, batch_size=500) as service,
        psycopg.connect(stack.database_url, autocommit=True) as connection,
    ):
        consumer = Consumer(service, lambda _: seen.append(by_lane(stack, connection)))
        end = time.monotonic() + 90
        consumer.run(lambda: (consumer.caught_up and sum(seen[-1]) == 36_000) or time.monotonic() > end)
    assert by_lane(stack) == (6_000, 30_000)
    beside = next(backfill for live, backfill in seen if live == 6_000)
    # What was fetched before anything was known of live, of some 9,000 messages, and a poll or two that were let through.
    assert beside <= 24_000
    assert counted(stack)["event"] == 36_000


@ON_THE_REAL_ONES
def test_a_live_event_does_not_wait_for_the_end_of_a_backfill(stack: Stack) -> None:
    """A few live events come while a backfill is being recorded: the next polls bring them."""
    publish(stack.bootstrap_servers, marks(BACKFILL, 0, 30_000, mode="backfill"))
    seen: list[tuple[int, int]] = []
    with (
        service_of(stack, batch_size=500) as service,
        psycopg.connect(stack.database_url, autocommit=True) as connection,
    ):

        def look(status: Status) -> None:
            if status.counts.read and not seen:
                publish(stack.bootstrap_servers, marks(LIVE, 100_000, 3))
            seen.extend([by_lane(stack, connection)] if status.counts.read else [])

        consumer = Consumer(service, look)
        end = time.monotonic() + 90
        consumer.run(lambda: (bool(seen) and sum(seen[-1]) == 30_003) or time.monotonic() > end)
    assert seen[-1] == (3, 30_000)
    assert next(backfill for live, backfill in seen if live == 3) <= 25_000


@ON_THE_REAL_ONES
def test_the_lanes_topics_take_either_kind(stack: Stack) -> None:
    publish(stack.bootstrap_servers, [*marks(LIVE, 0, 5, mode="snapshot"), *marks(BACKFILL, 10, 5)])
    with service_of(stack) as service:
        consumer = Consumer(service)
        consumer.run(lambda: consumer.caught_up and recorded(stack) == 10)
    assert counted(stack)["event"] == 10


def test_publish_sends_backfill_by_its_lane(embedded_stack: Stack, tmp_path: Path) -> None:
    stack = embedded_stack
    file = tmp_path / "events.jsonl"
    file.write_text(
        "".join(json.dumps({**mark(n), "mode": mode}) + "\n" for n, mode in enumerate(["live", "backfill", "snapshot"]))
    )
    done = icr("publish", str(file), "--to", "kafka", environment=stack.environment)
    assert done.returncode == 0, done.stderr
    assert by_lane(stack) == (1, 2)
    assert counted(stack)["event"] == 3


def by_lane(stack: Stack, connection: psycopg.Connection[Any] | None = None) -> tuple[int, int]:
    """How many messages are recorded: live, backfill."""
    query = "SELECT split_part(name, ':', 3), sum(next_offset)::int FROM log.tracking GROUP BY 1"
    with contextlib.ExitStack() as closing:
        used = connection or closing.enter_context(psycopg.connect(stack.database_url, autocommit=True))
        offsets = dict(used.execute(query).fetchall())
    backfill = sum(offset for topic, offset in offsets.items() if is_backfill(topic))
    return sum(offsets.values()) - backfill, backfill
