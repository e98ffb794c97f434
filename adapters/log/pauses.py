"""Partitions that are paused and records that a person skipped, as the database keeps them (log.paused_partition).

A consumer writes down what it paused, so that whoever looks sees it also when no consumer runs. Skipping moves the row of
log.tracking itself: it holds from then on, whichever consumer comes next, and one that runs meanwhile finds it moved.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.appending import Fenced, fence
from adapters.log.messages import Offset
from domain.errors import Misuse

Connection = psycopg.Connection[Any]

UNREADABLE_RECORD: Final = "unreadable_record"
MOSTLY_UNREADABLE: Final = "mostly_unreadable"
REFUSED_BY_BROKER: Final = "refused_by_broker"


@dataclass(frozen=True, slots=True)
class Pause:
    """One partition that is paused at `first_offset`, or once was and was skipped to `next_offset`.

    `recorded` is what log.tracking said then. `aside` is the kept row that holds the bytes.
    """

    name: str
    topic: str
    partition: int
    first_offset: int
    next_offset: int
    recorded: int | None
    reason: str
    detail: str
    aside: UUID | None
    paused_at: datetime
    look_again: bool = False
    skipped_at: datetime | None = None
    skipped_by: str | None = None
    note: str | None = None

    @property
    def skipped(self) -> bool:
        """Whether a person had it passed over."""
        return self.skipped_at is not None


_COLUMNS: Final = ", ".join(Pause.__slots__)
_WRITE: Final = (
    "INSERT INTO log.paused_partition (name, topic, partition, first_offset, next_offset, recorded, reason, detail, aside, "
    "paused_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (name, first_offset) DO UPDATE SET "
    "next_offset = excluded.next_offset, recorded = excluded.recorded, reason = excluded.reason, detail = excluded.detail, "
    "aside = coalesce(excluded.aside, log.paused_partition.aside), look_again = false, "
    "skipped_at = NULL, skipped_by = NULL, note = NULL"
)


def write_pause(connection: Connection, pause: Pause) -> None:
    """Note that a partition is paused. One that was skipped and cannot be read again is paused again."""
    connection.execute(_WRITE, [getattr(pause, column) for column in Pause.__slots__[:10]])


def lift_pauses(connection: Connection, names: Collection[str]) -> None:
    """Take away what was noted of partitions that are read again; what a person skipped stays."""
    if names:
        connection.execute(
            "DELETE FROM log.paused_partition WHERE name = ANY(%s) AND skipped_at IS NULL", (list(names),)
        )


def written_pauses(connection: Connection, names: Collection[str]) -> list[Pause]:
    """What stands there of some partitions, paused or skipped."""
    query = f"SELECT {_COLUMNS} FROM log.paused_partition WHERE name = ANY(%s)"
    return [Pause(*row) for row in connection.execute(query, (list(names),)).fetchall()]


def list_pauses(connection: Connection, *, skipped: bool = False) -> list[Pause]:
    """Those that are paused, or with `skipped` those that were skipped; by topic, partition and offset."""
    query = (
        f"SELECT {_COLUMNS} FROM log.paused_partition WHERE (skipped_at IS NOT NULL) = %s "
        "ORDER BY topic, partition, first_offset"
    )
    return [Pause(*row) for row in connection.execute(query, (skipped,)).fetchall()]


def skip(connection: Connection, topic: str, partition: int, who: str, note: str, at: datetime) -> Pause:
    """Pass over what cannot be read at the place where a partition is paused, and say who did and why.

    In one transaction with the move of log.tracking. Raises Misuse where the partition is not paused at such a record, or
    has been read further meanwhile.
    """
    with connection.transaction():
        pause = _paused(connection, topic, partition)
        if pause.reason != UNREADABLE_RECORD:
            raise Misuse(
                f"{topic} {partition} is paused because of {pause.reason}, not at a record that can be skipped"
            )
        try:
            fence(connection, [Offset(pause.name, pause.recorded, pause.next_offset)], at)
        except Fenced:
            raise Misuse(f"{topic} {partition} has been read further meanwhile: look again") from None
        connection.execute(
            "UPDATE log.paused_partition SET skipped_at = %s, skipped_by = %s, note = %s "
            "WHERE name = %s AND first_offset = %s",
            (at, who, note, pause.name, pause.first_offset),
        )
    return pause


def ask_again(connection: Connection, topic: str, partition: int) -> Pause:
    """Have the consumer try a paused partition again within seconds. Raises Misuse where it is not paused."""
    with connection.transaction():
        pause = _paused(connection, topic, partition)
        connection.execute(
            "UPDATE log.paused_partition SET look_again = true WHERE name = %s AND first_offset = %s",
            (pause.name, pause.first_offset),
        )
    return pause


def _paused(connection: Connection, topic: str, partition: int) -> Pause:
    query = (
        f"SELECT {_COLUMNS} FROM log.paused_partition WHERE topic = %s AND partition = %s "
        "AND skipped_at IS NULL ORDER BY paused_at DESC LIMIT 1 FOR UPDATE"
    )
    row: Sequence[Any] | None = connection.execute(query, (topic, partition)).fetchone()
    if row is None:
        raise Misuse(f"{topic} {partition} is not paused")
    return Pause(*row)
