"""What keeps the quarantine and the feedback from growing without end: quotas of each organisation, and ages.

Nothing is lost from the counts: what is cleared is counted in `log.counted`, by organisation, event type and reason.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import psycopg

from adapters.process.quotas import Ages, Quota

Connection = psycopg.Connection[Any]

_AT_ONCE: Final = 5000  # rows of one transaction: the recorder waits for none of them


class Used(NamedTuple):
    """What of an organisation (None: nobody's) has its content in the quarantine, and how much that is."""

    organisation: str | None
    rows: int
    bytes: int


class Cleared(NamedTuple):
    """How many rows were cleared."""

    settled: int
    waiting: int
    feedback: int


_USED: Final = (
    "SELECT count(*) FILTER (WHERE stored > 0), coalesce(sum(stored), 0)::bigint FROM log.aside "
    "WHERE kind <> 'withheld' AND organisation"  # those are in the log, and nothing that their publisher sees may rest on them
)
_ALL: Final = (
    "SELECT organisation, count(*), sum(stored)::bigint FROM log.aside WHERE stored > 0 AND kind <> 'withheld' "
    "GROUP BY organisation ORDER BY 1"
)

_COUNT: Final = """
INSERT INTO log.counted (organisation, event_type, word, reason, count)
SELECT coalesce(organisation, ''), coalesce(event_type, ''), {word}, coalesce(reason, ''), count(*) FROM gone WHERE {counts}
GROUP BY 1, 2, 3, 4
ON CONFLICT (organisation, event_type, word, reason) DO UPDATE SET count = log.counted.count + excluded.count
"""
_DELETE_ASIDES: Final = """
WITH gone AS (
    DELETE FROM log.aside WHERE id IN ({which} LIMIT %(n)s) RETURNING organisation, event_type, kind, state, reason
), counted AS ({count}) SELECT count(*) FROM gone
"""
_SETTLED: Final = (
    "SELECT id FROM log.aside WHERE (settled_at < %(before)s AND state IN ('released', 'replaced', 'rejected')) "
    "OR (kind = 'conflict' AND received_at < %(before)s)"
)
# Their agency has been told that they are kept: its topic's reader has acknowledged what stands there or later.
_WAITING: Final = """
SELECT a.id FROM log.aside a WHERE a.state IN ('waiting', 'ready') AND a.received_at < %(before)s AND EXISTS (
    SELECT FROM log.feedback f, log.feedback_reader r, log.head h
    WHERE f.aside = a.id AND f.word = 'kept' AND f.organisation = a.organisation
      AND r.name LIKE 'kafka:%%' AND right(r.name, length(a.organisation) + 1) = ':' || a.organisation
      AND split_part(r.cursor, ':', 1)::bigint = h.generation
      AND (split_part(split_part(r.cursor, ':', 2), '.', 1)::bigint, split_part(r.cursor, '.', 2)::bigint) >= (f.after, f.number))
"""
# Conflicts are counted by what was told of them, everything else that was kept by what is kept.
_KEPT_GONE: Final = _COUNT.format(word="'kept'", counts="kind = 'kept' AND state <> 'released'")
# The newest stays: it says how far numbers have come.
_FEEDBACK: Final = """
WITH gone AS (
    DELETE FROM log.feedback WHERE number IN (
        SELECT number FROM log.feedback WHERE at < %(before)s AND number < (SELECT max(number) FROM log.feedback)
        ORDER BY number LIMIT %(n)s) RETURNING organisation, event_type, word, reason
), counted AS ({count}) SELECT count(*) FROM gone
""".format(count=_COUNT.format(word="word", counts="word IN ('duplicate', 'conflict')"))


def used(connection: Connection, organisation: str | None) -> tuple[int, int]:
    """Rows and bytes of content that an organisation, or nobody, has in the quarantine."""
    if organisation is None:
        row = connection.execute(f"{_USED} IS NULL").fetchone()
    else:
        row = connection.execute(f"{_USED} = %s", (organisation,)).fetchone()
    assert row is not None
    return row[0], row[1]


def use_of_all(connection: Connection) -> list[Used]:
    """What every organisation has in the quarantine."""
    return [Used(*row) for row in connection.execute(_ALL)]


def used_by_all(connection: Connection) -> int:
    """Bytes of content in the quarantine, of all organisations and of nobody."""
    row = connection.execute(
        "SELECT coalesce(sum(stored), 0)::bigint FROM log.aside WHERE kind <> 'withheld'"
    ).fetchone()
    assert row is not None
    return int(row[0])


def full(connection: Connection, quota: Quota) -> list[str]:
    """Organisations that have no room left in the quarantine; `not readable` for messages of nobody, `all` of everybody's."""
    use = use_of_all(connection)
    named = [one.organisation or "not readable" for one in use if one.rows >= quota.rows or one.bytes >= quota.bytes]
    return [*named, "all"] if sum(one.bytes for one in use) >= quota.total else named


def clear(connection: Connection, ages: Ages, now: datetime) -> Cleared:
    """Clear what is older than its age, some thousands at a time; what was waiting only where its agency was told.

    Over a connection in autocommit mode; what was cleared before an error stays cleared, and counted.
    """
    return Cleared(
        _repeat(connection, _DELETE_ASIDES.format(which=_SETTLED, count=_KEPT_GONE), ages.settled, now),
        _repeat(connection, _DELETE_ASIDES.format(which=_WAITING, count=_KEPT_GONE), ages.waiting, now),
        _repeat(connection, _FEEDBACK, ages.feedback, now),
    )


def _repeat(connection: Connection, statement: str, days: int, now: datetime) -> int:
    total = 0
    while days:
        row = connection.execute(statement, {"before": now - timedelta(days=days), "n": _AT_ONCE}).fetchone()
        assert row is not None
        total += row[0]
        if row[0] < _AT_ONCE:
            break
    return total


def shortened(raw: bytes, most: int, first: int) -> bytes:
    """A message as it is stored: whole, or the first bytes of one that is longer than any event may be."""
    return raw if len(raw) <= most else raw[:first]
