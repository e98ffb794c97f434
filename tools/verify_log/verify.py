"""`icr verify-log`: the log read from one position to another, in pages of bounded size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from adapters.log.chain import EVENT_COLUMNS
from adapters.log.keys.data_keys import MasterKeys
from tools.verify_log.batches import Chain, Event
from tools.verify_log.derived import Derived
from tools.verify_log.opened import Opener
from tools.verify_log.report import Report
from tools.verify_log.tables import check_tables

Connection = psycopg.Connection[Any]
Progress = Callable[[int, int], None]

_MOST_EVENTS: Final = 2000
_MOST_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Noted:
    """A head that was written down elsewhere, where whoever changes the database cannot change it."""

    position: int
    hash: bytes


def verify(
    connection: Connection,
    keys: MasterKeys,
    *,
    events: bool = True,
    since: int = 1,
    until: int | None = None,
    noted: Noted | None = None,
    progress: Progress = lambda _at, _of: None,
) -> Report:
    """Read the log from position `since` to `until` (without it to its head) and say what does not hold.

    A part is of whole batches: it begins and ends with those in which its positions lie. Without `events` only the rows of
    the batches are read. Nothing is written, and what is recorded meanwhile is left out. Raises what psycopg raises.
    """
    row = connection.execute("SELECT position, hash FROM log.head").fetchone()
    head = (0, b"") if row is None else (row[0], bytes(row[1]))
    report = Report(*_whole(connection, max(1, since), head[0] if until is None else min(until, head[0])), events, head)
    chain = Chain(connection, keys, report, read_events=events)
    if events:
        _read(connection, keys, chain, report, progress)
    chain.end()
    if report.until == head[0] and chain.last() != head:
        report.at("head_differs", head[0])
    if noted is not None:
        _check_noted(connection, noted, report)
    if events:
        check_tables(connection, keys, report, lambda: progress(report.until, report.until))
    return report


def _whole(connection: Connection, since: int, until: int) -> tuple[int, int]:
    """First and last position of the batches in which two positions lie."""
    query = "SELECT first, last FROM log.batch WHERE last >= %s ORDER BY last LIMIT 1"
    first, last = (connection.execute(query, (position,)).fetchone() for position in (since, until))
    return since if first is None else min(since, first[0]), until if last is None or last[0] > until else last[1]


def _read(connection: Connection, keys: MasterKeys, chain: Chain, report: Report, progress: Progress) -> None:
    opener, derived = Opener(connection, keys, report), Derived(connection, keys, report)
    after = report.since - 1
    for page in _pages(connection, after, report.until):
        end = page[-1].position
        opened = opener.open(page)
        batches = [chain.take(one.event, opened=not one.closed) for one in opened]
        derived.compare(opened, batches, after, end)
        report.events += len(page)
        after = end
        progress(after, report.until)
    derived.compare([], [], after, report.until)


def _pages(connection: Connection, after: int, until: int) -> Iterator[list[Event]]:
    """Events in order of position, a bounded number of bytes at a time."""
    while sizes := connection.execute(
        "SELECT notification_id, octet_length(state) FROM log.event WHERE notification_id > %s AND notification_id <= %s "
        "ORDER BY notification_id LIMIT %s",
        (after, until, _MOST_EVENTS),
    ).fetchall():
        end = _cut(sizes)
        rows = connection.execute(
            f"SELECT {', '.join(EVENT_COLUMNS)} FROM log.event WHERE notification_id > %s AND notification_id <= %s "
            "ORDER BY notification_id, originator_id",
            (after, end),
            binary=True,
        ).fetchall()
        yield [_event(*row) for row in rows]
        after = end


def _cut(sizes: list[tuple[int, int]]) -> int:
    """The position up to which a page goes: at least one, and no more than the bytes that a page may have."""
    total, end = 0, sizes[0][0]
    for position, size in sizes:
        total += size
        if total > _MOST_BYTES and position != sizes[0][0]:
            break
        end = position
    return end


def _event(record: Any, version: int, topic: str, position: int, shard: int, state: bytes) -> Event:  # noqa: ANN401
    return Event(record, version, topic, position, shard, bytes(state))


def _check_noted(connection: Connection, noted: Noted, report: Report) -> None:
    row = connection.execute("SELECT hash FROM log.batch WHERE last = %s", (noted.position,)).fetchone()
    there = b"" if noted.position == 0 else None if row is None else bytes(row[0])
    if there != noted.hash or noted.position > report.head[0]:
        report.at("noted_head_differs", noted.position)
