"""What is looked at as a whole, beside the events one by one: rows that no event accounts for, editions, keys, kept events."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.codec import decode_message
from adapters.log.keys.data_keys import Erased, MasterKeys, key_context
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import KEPT
from adapters.log.quarantine_rows import open_kept_event
from adapters.log.self_description import self_description_of
from domain.errors import Rejected
from tools.verify_log.report import Report

Connection = psycopg.Connection[Any]
_PAGE: Final = 5000
_ASIDES: Final = 50  # a message may have a quarter of a megabyte, and more where it is read for its own sake
_WHOLE: Final = 65_536  # a message of so many bytes may be the beginning of a longer one


def check_tables(connection: Connection, keys: MasterKeys, report: Report, tick: Callable[[], None]) -> None:
    """All of them; those of positions within what the report is about."""
    whole = report.since <= 1
    for check in (_inbox, _source_records, _set_aside, _editions, *((_beyond,) if whole else ())):
        check(connection, report)
        tick()
    if whole:
        _data_keys(connection, keys, report)
        tick()
        _asides(connection, keys, report)
        tick()


def _copied(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Rows as they come, without holding all of them."""
    with connection.cursor() as cursor:
        yield from cursor.stream(query)


def _within(report: Report, column: str = "position") -> str:
    """Positions that the report is about; of a whole reading all but those recorded since, as of one instant."""
    if report.since > 1:
        return f"{column} BETWEEN {report.since:d} AND {report.until:d}"
    return f"({column} <= {report.until:d} OR {column} > (SELECT position FROM log.head))"


def _inbox(connection: Connection, report: Report) -> None:
    """Each position once."""
    expected = report.since
    for (position,) in _copied(connection, f"SELECT position FROM log.inbox WHERE {_within(report)} ORDER BY position"):
        if expected <= position <= report.until:
            if position > expected:
                report.at("inbox_missing", expected, position - 1)
            expected = position + 1
        else:
            report.at("inbox_extra", position)
    if expected <= report.until:
        report.at("inbox_missing", expected, report.until)


def _source_records(connection: Connection, report: Report) -> None:
    """Source records are those of the facts, which were compared with the events. What is withheld has none."""
    query = (
        f"SELECT coalesce(s.position, f.position) FROM (SELECT * FROM log.source_record WHERE {_within(report)}) s FULL JOIN "
        f"(SELECT * FROM log.fact WHERE source_key IS NOT NULL AND {_within(report)}) f "
        "ON f.position = s.position AND f.source_key = s.key AND f.record = s.record WHERE f.position IS NULL "
        "AND NOT EXISTS (SELECT FROM log.withheld w WHERE w.position = s.position) OR s.position IS NULL ORDER BY 1"
    )
    for (position,) in _copied(connection, query):
        report.at("source_record_differs", position)


def _set_aside(connection: Connection, report: Report) -> None:
    """Of attendance marks, which have no fact, only that there is an event."""
    query = (
        "SELECT s.position FROM log.set_aside s LEFT JOIN log.event e ON e.notification_id = s.position "
        f"LEFT JOIN log.fact f ON f.position = s.position WHERE {_within(report, 's.position')} "
        "AND (e.notification_id IS NULL OR f.organisation <> s.organisation) ORDER BY 1"
    )
    for (position,) in _copied(connection, query):
        report.at("set_aside_differs", position)


def _editions(connection: Connection, report: Report) -> None:
    query = (
        "SELECT e.number, e.first, e.last, e.log_hash = b.hash FROM log.edition e LEFT JOIN log.batch b ON b.last = e.last "
        "ORDER BY e.number"
    )
    before = 0, 0
    for number, first, last, same in _copied(connection, query):
        if last > report.until:
            return  # made since
        # One that takes a record in again adds no position, and ends where the one before it does.
        if not same or number != before[0] + 1 or first != before[1] + 1 or last < first - 1:
            report.at("edition_differs", first, max(first, last))
        before = number, last


def _beyond(connection: Connection, report: Report) -> None:
    """Rows before the first position or after the head, all seen at one instant with the head."""
    for kind, table, column in (
        ("event_outside_batches", "event", "notification_id"),
        ("fact_extra", "fact", "position"),
        ("fact_extra", "fact_mark", "position"),
        ("head_differs", "batch", "last"),
    ):
        query = (
            f"SELECT {column} FROM log.{table} WHERE {column} <= 0 OR {column} > (SELECT position FROM log.head) "
            f"ORDER BY {column}"
        )
        for (position,) in _copied(connection, query):
            report.at(kind, position)


def _data_keys(connection: Connection, keys: MasterKeys, report: Report) -> None:
    for record, key_class, period, wrapped in _copied(
        connection, "SELECT record, class, period, wrapped FROM log.data_key"
    ):
        try:
            keys.unwrap(wrapped, key_context(record.bytes, key_class, period))
        except (Erased, ValueError):
            report.of("data_key_closed", f"r-{record.hex}")


def _asides(connection: Connection, keys: MasterKeys, report: Report) -> None:
    hashes = Hashes(keys)
    after = UUID(int=0)
    while True:
        rows = connection.execute(
            "SELECT id, kind, key, digest, organisation, event_type, wrapped, sealed FROM log.aside WHERE id > %s ORDER BY id LIMIT %s",
            (after, _ASIDES),
        ).fetchall()
        for aside, kind, key, digest, organisation, event_type, wrapped, sealed in rows:
            if not wrapped and not sealed:
                report.erased_kept += 1
                continue
            try:
                sent = open_kept_event(keys, aside, wrapped, sealed)
            except (Erased, ValueError):
                report.of("aside_closed", str(aside))
                continue
            if not _agrees(hashes, kind, sent, key, digest, organisation, event_type):
                report.of("aside_differs", str(aside))
        if len(rows) < _ASIDES:
            return
        after = rows[-1][0]


def _agrees(
    hashes: Hashes, kind: str, sent: bytes, key: UUID | None, digest: UUID, organisation: str | None, event_type: str | None
) -> bool:  # fmt: skip
    """Whether the columns in the clear are those of the content, as far as that says them."""
    if len(sent) < _WHOLE and (made := _digests(hashes, kind, sent)) and digest.bytes not in made:
        return False
    claims = self_description_of(sent)
    if organisation is not None and claims.organisation is not None and organisation != claims.organisation:
        return False
    if event_type is not None and claims.event_type is not None and event_type != claims.event_type:
        return False
    if key is None or claims.organisation is None or claims.event_id is None:
        return True
    return key.bytes == hashes.event(claims.organisation, claims.event_id)


def _digests(hashes: Hashes, kind: str, sent: bytes) -> list[bytes]:
    """As it may have been made: of the event as it would have been stored; of what is kept for what stands in it, of its bytes."""
    made = [hashes.digest(sent)] if kind == KEPT else []
    with suppress(Rejected):  # of what says no event that could have been stored
        made.append(hashes.digest(decode_message(sent).stored))
    return made
