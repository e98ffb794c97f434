"""The months of the access log: made before they begin, and stated when they are over, so that a month can go when its time is.

A month that is over is stated in the log itself: which leaves are of it (docs/decisions/0072). So years later nobody can give up
a day more than the month had, whatever they hold: the statement is in the tree from then on.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from adapters.disclosure.checkpoints import MONTH_NOT_STATED, MONTHS_NOT_MADE, SealTrouble
from adapters.disclosure.disclosing import Access, Discloser
from adapters.log.keys.data_keys import MasterKeys
from adapters.process.clock import Clock
from domain.access.entry import Outcome
from domain.access.month import Ended, Month, Ranges, month_of, parse_month
from domain.access.viewer import LOCAL_OPERATOR
from domain.errors import Misuse

Connection = psycopg.Connection[Any]
AHEAD: Final = timedelta(days=62)
SOON: Final = timedelta(days=14)
STATED_AFTER: Final = timedelta(hours=1)  # an entry is committed within seconds of its time
MONTHS_LOCK: Final = 0x1C_12_000B
_MAKE: Final = "SELECT access.make_months(%s, %s)"
_THERE: Final = "SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL"
_SPAN: Final = "SELECT min(at) FROM access.entry"
_STATED: Final = "SELECT convert_from(bytes, 'UTF8')::jsonb #>> '{month,of}' FROM access.entry WHERE outcome = 'month_ended' AND at >= %s ORDER BY at"
# Of a month that has nothing but statements, none is to be made: a log at rest would go on for ever.
_HAS_ENTRIES: Final = (
    "SELECT EXISTS (SELECT FROM access.entry WHERE at >= %s AND at < %s AND outcome NOT IN ('month_ended', 'given_up'))"
)
_WITHOUT_LEAF: Final = (
    "SELECT EXISTS (SELECT FROM access.entry e WHERE e.at >= %s AND e.at < %s "
    "AND NOT EXISTS (SELECT FROM access.leaf l WHERE l.entry = e.id))"
)
# What stands one after another, as first and last.
RANGES: Final = (
    "SELECT min(n), max(n) FROM (SELECT n, n - row_number() OVER (ORDER BY n) AS gap FROM ({}) AS numbers (n)) AS spaced "
    "GROUP BY gap ORDER BY 1"
)
_LEAVES: Final = RANGES.format(
    "SELECT l.index FROM access.entry e JOIN access.leaf l ON l.entry = e.id WHERE e.at >= %s AND e.at < %s"
)


def make_months(connection: Connection, now: datetime) -> bool:
    """Make the partitions of this month and of the two after it; whether they are there.

    Somebody who reads the whole log keeps them from being made, and is waited for half a second. Raises SealTrouble where a
    month is missing that has begun or begins in two weeks: entries of it go to the rest meanwhile, and into it when it is made.
    """
    try:
        connection.execute(_MAKE, (now.date(), (now + AHEAD).date()))
    except psycopg.errors.LockNotAvailable:
        wanted = [f"access.{table}_{(now + SOON):%Y_%m}" for table in ("entry", "shown")]
        if connection.execute(_THERE, wanted).fetchone() != (True,):
            raise SealTrouble(MONTHS_NOT_MADE) from None
        return False
    return True


def state_months(connection: Connection, keys: MasterKeys, clock: Clock, connect: Callable[[], Connection]) -> int:
    """State which months are over and all have their leaves; how many were stated. `connect`: on which entries are written.

    One of which an entry has no leaf yet is stated another time. Killed in between, what was not stated is then. Raises SealTrouble, once
    the others are stated, for a month whose leaves one entry cannot name: clocks were apart for long when it ended.
    """
    stated, too_long = 0, False
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MONTHS_LOCK,))
        unstated = list(_unstated(connection, clock.now() - STATED_AFTER))
        if not unstated:
            return 0
        discloser = Discloser(keys, clock, connect, lasts=False)
        try:
            for month in unstated:
                if connection.execute(_WITHOUT_LEAF, (month.begins, month.ends)).fetchone() == (True,):
                    break  # those after it are stated in their order
                ended = Ended(month, leaves_of(connection, month))
                try:
                    discloser.disclose(connection, statement(Outcome.MONTH_ENDED, ended.said()))
                    stated += 1
                except Misuse:
                    too_long = True
        finally:
            discloser.close()
    if too_long:
        raise SealTrouble(MONTH_NOT_STATED)
    return stated


def months_stated(connection: Connection, since: datetime | None = None) -> list[Month]:
    """The months that were stated to be over, from an instant on or ever, in order; a statement that names no month states none."""
    found: dict[Month, None] = {}
    for (of,) in connection.execute(_STATED, (since or datetime.min.replace(tzinfo=UTC),)):
        with suppress(Misuse):
            found[parse_month(of or "")] = None
    return list(found)


def statement(outcome: Outcome, said: dict[str, Any], organisation: str | None = None) -> Access:
    """What the log states of a month, as an entry of whoever operates the service; for the organisation of who decided it."""
    return Access(
        replace(LOCAL_OPERATOR, organisation=organisation),
        "StateMonth" if outcome is Outcome.MONTH_ENDED else "GiveUpMonth",
        {"month": said["of"]}, None, outcome, purpose="operation", month=said,
    )  # fmt: skip


def leaves_of(connection: Connection, month: Month) -> Ranges:
    """The leaves of the entries of a month that are there."""
    return [(first, last) for first, last in connection.execute(_LEAVES, (month.begins, month.ends))]


def _unstated(connection: Connection, until: datetime) -> Iterator[Month]:
    """Months with entries that were over at an instant and that nobody has stated, in order."""
    row = connection.execute(_SPAN).fetchone()
    if row is None or row[0] is None:
        return
    month = month_of(row[0])
    stated = set(months_stated(connection, month.begins))
    while month.ends <= until:
        given = (month.begins, month.ends)
        if month not in stated and connection.execute(_HAS_ENTRIES, given).fetchone() == (True,):
            yield month
        month = month.next
