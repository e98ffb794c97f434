"""Where to read on in a partition: what the log has recorded of it, held against what the broker still has of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError

LOG_SHORTENED: Final = "log_shortened"
LOG_GAP: Final = "log_gap"
QUESTION_MS: Final = 2000


@dataclass(frozen=True, slots=True)
class StartingOffset:
    """Where to read on; `recorded` is what stands in the log (None for nothing yet), `alarm` what is wrong."""

    offset: int
    recorded: int | None
    alarm: str | None = None
    lost: int = 0


def place(recorded: int | None, first: int, end: int) -> StartingOffset:
    """Where to read on in a partition that holds the offsets `first` to `end`, `end` not among them.

    - Beyond the end (`log_shortened`): the broker lost its tail, and what comes next is given offsets that we have
      recorded already under other content. So the partition is read again from its first offset: what we have is a
      duplicate and changes nothing, what is new is taken in whatever its offset. Reading on at the end would skip what
      was published before we looked.
    - Before the first (`log_gap`): retention has deleted what we had not read. It is lost here; only the agencies can
      send it again. `lost` says how many at most.
    """
    if recorded is None:
        return StartingOffset(first, None)
    if recorded > end:
        return StartingOffset(first, recorded, LOG_SHORTENED, recorded - end)
    if recorded < first:
        return StartingOffset(first, recorded, LOG_GAP, first - recorded)
    return StartingOffset(recorded, recorded)


def recorded_offsets(connection: psycopg.Connection[Any], names: list[str]) -> dict[str, int]:
    """The next offset of each partition that has been recorded, by tracking name."""
    rows = connection.execute("SELECT name, next_offset FROM log.tracking WHERE name = ANY(%s)", (names,))
    return dict(rows.fetchall())


def all_offsets(question: Callable[..., Any], partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """First or end offsets, all of them; raises KafkaError."""
    try:
        answer: dict[TopicPartition, int] = question(partitions, timeout_ms=QUESTION_MS)
    except KeyError:  # how the library says that the broker left one out, as it does of a topic just made
        raise KafkaTimeoutError("not all partitions were answered for") from None
    return answer
