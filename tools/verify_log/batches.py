"""The hash chain, worked out anew while the events of the log go by in their order."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import psycopg

from adapters.log import copy_rows as pack
from adapters.log.chain import KEYED, PLAIN, Batch, Link, event_row
from adapters.log.keys.data_keys import MasterKeys
from tools.verify_log.report import Report

Connection = psycopg.Connection[Any]
PAGE: Final = 500

# An instant beyond the calendar, which only somebody who edits the database can put there, is one that no batch has.
_COLUMNS: Final = (
    "SELECT last, first, previous, CASE WHEN received_at BETWEEN '0001-01-02Z' AND '9999-12-30Z' "
    "THEN (extract(epoch FROM received_at) * 1000000)::bigint ELSE -1 END, organisations, types, senders, formula, hash FROM log.batch "
)
_SELECT: Final = _COLUMNS + "WHERE last >= %s AND last > %s AND first <= %s ORDER BY last LIMIT %s"
_BEFORE: Final = _COLUMNS + "WHERE last < %s ORDER BY last DESC LIMIT 1"


class Event(NamedTuple):
    """A row of `log.event`, in the order of `EVENT_COLUMNS`."""

    record: Any  # uuid.UUID
    version: int
    topic: str
    position: int
    shard: int
    state: bytes


class Stored(NamedTuple):
    """A batch as it stands in the database, its formula and its hash."""

    batch: Batch
    formula: int
    hash: bytes


def stored_batches(connection: Connection, since: int, until: int) -> Iterator[Stored]:
    """The batches that have a position of `since` to `until`, in order, a page at a time."""
    after = -1
    while True:
        rows = connection.execute(_SELECT, (since, after, until, PAGE), binary=True).fetchall()
        for row in rows:
            yield Stored(Batch(*row[:7]), row[7], row[8])
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


class Chain:
    """Takes events in order of position and says which batch each is of; tells the report what does not hold."""

    def __init__(self, connection: Connection, keys: MasterKeys, report: Report, *, read_events: bool) -> None:
        self._keys = keys
        self._report = report
        self._read_events = read_events
        self._batches = stored_batches(connection, report.since, report.until)
        self._before = _before(connection, report.since)
        self._now: Stored | None = None
        self._link: Link | None = None
        self._position = 0
        self._why: list[str] = []
        self._closed: list[int] = []
        self._open()

    def take(self, event: Event, *, opened: bool) -> Batch | None:
        """The next event, and whether it could be opened; its batch, None where it is of none."""
        while self._now is not None and event.position > self._now.batch.last:
            self._close()
        if self._now is None or event.position < self._now.batch.first:
            self._report.at("event_outside_batches", event.position)
            return None
        if event.position == self._position:
            self._fault("event_twice", event.position, event.position)
        self._missing_until(event.position - 1)
        self._position = event.position
        if not opened:
            self._closed.append(event.position)
        if self._link is not None:
            self._link.take(event_row(event.record.bytes, *event[1:]))
        return self._now.batch

    def end(self) -> None:
        """No more events: close what is open, and compare with the head of the log."""
        while self._now is not None:
            self._close()

    def last(self) -> tuple[int, bytes]:
        """Last position and hash of the last batch closed; (0, empty) where there is none."""
        return (0, b"") if self._before is None else (self._before.batch.last, self._before.hash)

    def _open(self) -> None:
        self._now = next(self._batches, None)
        if self._now is None:
            return
        batch, formula = self._now.batch, self._now.formula
        self._why = []
        self._report.batches += 1
        self._report.batches_plain += formula == PLAIN
        self._follow(batch, formula)
        self._position = batch.first - 1
        self._link = None
        if self._read_events and formula in (PLAIN, KEYED):
            self._link = Link(self._keys, batch, formula)
            self._link.take(pack.HEADER)

    def _follow(self, batch: Batch, formula: int) -> None:
        before_last, before_hash = self.last()
        if batch.first > before_last + 1:
            self._fault("batch_missing", before_last + 1, batch.first - 1)
        elif batch.first <= before_last:
            self._fault("batch_overlaps", batch.first, before_last)
        if batch.previous != before_hash:
            self._fault("batch_not_linked", batch.first, batch.last)
        if formula not in (PLAIN, KEYED) or (self._before is not None and formula < self._before.formula):
            self._fault("batch_formula", batch.first, batch.last)

    def _close(self) -> None:
        assert self._now is not None
        stored = self._now
        if self._read_events:
            self._missing_until(stored.batch.last)
        changed = False
        if self._link is not None:
            self._link.take(pack.TRAILER)
            changed = self._link.digest() != stored.hash
            if changed:
                self._fault("batch_changed", stored.batch.first, stored.batch.last)
        for position in self._closed:
            # As it was recorded, and does not open: its key was destroyed, and its record may have a new one since.
            if changed:
                self._fault("event_closed", position, position)
            else:
                self._report.erased.add(position, position)
        self._closed = []
        if self._report.broken is not None:
            self._report.batches_after += 1
        elif self._why:
            self._report.breaks(stored.batch.first, stored.batch.last, tuple(dict.fromkeys(self._why)))
        self._before = stored
        self._open()

    def _missing_until(self, position: int) -> None:
        if position > self._position:
            self._fault("event_missing", self._position + 1, position)
            self._position = position

    def _fault(self, kind: str, first: int, last: int) -> None:
        self._why.append(kind)
        if first <= last:
            self._report.at(kind, first, last)


def _before(connection: Connection, since: int) -> Stored | None:
    row = connection.execute(_BEFORE, (since,), binary=True).fetchone()
    return None if row is None else Stored(Batch(*row[:7]), row[7], row[8])
