"""Which partitions do not get on, by a clock that is set by hand."""

from kafka import TopicPartition

from adapters.intake.kafka.watch import LITTLE, STUCK_SECONDS, TRANSACTION_SECONDS, TURNS, Ends, Watch

ONE, OTHER = TopicPartition("icr.education.v1", 0), TopicPartition("icr.health.v1", 1)


def test_a_partition_that_stands_before_its_end_is_stuck_after_a_while() -> None:
    now = 0.0
    watch = Watch(lambda: now)
    ends = {ONE: Ends(5, 9, 9), OTHER: Ends(7, 7, 7)}
    watch.look(ends, frozenset())
    now = STUCK_SECONDS - 1
    watch.look(ends, frozenset())
    for _ in range(TURNS):
        watch.polled(0, backfill_too=True)
    assert watch.stuck(ends) == []
    now = STUCK_SECONDS
    [stuck] = watch.stuck(ends)
    assert (stuck.topic, stuck.partition, stuck.offset, stuck.count) == (*ONE, 5, 4)
    moved = {**ends, ONE: Ends(6, 12, 12)}
    watch.look(moved, frozenset())
    assert watch.stuck(moved) == []


def test_one_whose_turn_has_not_come_is_not_stuck() -> None:
    now = 0.0
    watch = Watch(lambda: now)
    backfill = TopicPartition("icr.health.backfill.v1", 1)
    ends = {ONE: Ends(5, 9, 9), backfill: Ends(5, 9, 9)}
    watch.look(ends, frozenset())
    now = 10 * STUCK_SECONDS
    for _ in range(10 * TURNS):
        watch.polled(LITTLE, backfill_too=True)
    assert watch.stuck(ends) == []
    for _ in range(TURNS):
        watch.polled(LITTLE - 1, backfill_too=False)
    assert [one.topic for one in watch.stuck(ends)] == [ONE.topic]
    for _ in range(TURNS):
        watch.polled(0, backfill_too=True)
    assert len(watch.stuck(ends)) == 2


def test_health_turns_within_thirty_seconds() -> None:
    assert STUCK_SECONDS + 5 + 1 < 30  # a look at the ends each five seconds where there is much to do


def test_one_that_is_held_back_on_purpose_is_not_stuck() -> None:
    now = 0.0
    watch = Watch(lambda: now)
    ends = {ONE: Ends(5, 9, 9)}
    watch.look(ends, frozenset({ONE}))
    for _ in range(TURNS):
        watch.polled(0, backfill_too=True)
    now = STUCK_SECONDS
    watch.look(ends, frozenset({ONE}))
    assert watch.stuck(ends) == []


def test_what_waits_behind_a_transaction_is_counted_and_named_after_a_minute() -> None:
    now = 0.0
    watch = Watch(lambda: now)
    ends = {ONE: Ends(5, 5, 13)}
    watch.look(ends, frozenset())
    assert watch.waiting(ends) == []
    now = TRANSACTION_SECONDS
    watch.look(ends, frozenset())
    [waits] = watch.waiting(ends)
    assert (waits.offset, waits.count) == (5, 8)
    assert watch.stuck(ends) == []
    ended = {ONE: Ends(5, 13, 13)}
    watch.look(ended, frozenset())
    assert watch.waiting(ended) == []
