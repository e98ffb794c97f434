"""Records that an edition cannot take in: which they are, and what is noted of them (docs/decisions/0031).

An edition leaves them out and takes in everybody else. Their rows stay as they were, every answer about them says so, and a
later edition takes in what was missed. The notes are rows of the views, so that a rebuild leaves out the same records.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

Connection = psycopg.Connection[Any]

BUSY_RECORD: Final = "busy_record"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a record was left out: SQLSTATE or kind of the error, and the part of the projection that it came from."""

    code: str
    part: str


@dataclass(frozen=True, slots=True)
class Note:
    """A record being mended: the first position that was not taken in, why, and since when."""

    record: UUID
    position: int
    cause: str
    part: str
    since: datetime


PUT_OFF: Final = Cause(BUSY_RECORD, "")

# Tries to take in some records and no others, and takes it back; why that fails, None where it does not.
Try = Callable[[Collection[UUID]], Cause | None]


def guilty(records: Sequence[UUID], cause: Cause, fails: Try) -> dict[UUID, Cause]:
    """Which of some records, that fail together with a cause, have to be left out so that the others pass.

    Found by halving: first those that fail by themselves, then those that fail only beside others. To leave out all of them
    must pass. One guilty record of a thousand costs about as much as three more tries of all.
    """
    alone = _alone(records, cause, fails)
    rest = [record for record in records if record not in alone]
    still = fails(rest)
    return alone if still is None else alone | _beside((), rest, still, fails)


def _halves(records: Sequence[UUID]) -> tuple[Sequence[UUID], Sequence[UUID]]:
    middle = len(records) // 2
    return records[:middle], records[middle:]


def _alone(records: Sequence[UUID], cause: Cause, fails: Try) -> dict[UUID, Cause]:
    """Of records that fail together, those that fail by themselves."""
    if len(records) == 1:
        return {records[0]: cause}
    found: dict[UUID, Cause] = {}
    for half in _halves(records):
        again = fails(half)
        if again is not None:
            found |= _alone(half, again, fails)
    return found


def _beside(base: Collection[UUID], records: Sequence[UUID], cause: Cause, fails: Try) -> dict[UUID, Cause]:
    """Of records that fail together with a base that passes, those without which the rest and the base pass."""
    if len(records) == 1:
        return {records[0]: cause}
    found: dict[UUID, Cause] = {}
    passing = list(base)
    for half in _halves(records):
        again = fails([*passing, *half])
        left_out = {} if again is None else _beside(passing, half, again, fails)
        passing += [record for record in half if record not in left_out]
        found |= left_out
    return found


# ---- what is noted, in the set of views in use


def open_notes(connection: Connection) -> dict[UUID, str]:
    """The records being mended, and the cause of each."""
    return dict(connection.execute("SELECT record, cause FROM mending WHERE to_ed IS NULL").fetchall())


def notes(connection: Connection) -> list[Note]:
    """What is noted of the records being mended, the longest waiting first."""
    rows = connection.execute(
        "SELECT n.record, n.position, n.cause, n.part, e.made_at FROM mending n JOIN log.edition e ON e.number = n.from_ed "
        "WHERE n.to_ed IS NULL ORDER BY n.from_ed, n.record"
    )
    return [Note(*row) for row in rows]


def note(connection: Connection, edition: int, first: int, found: Mapping[UUID, Cause]) -> None:
    """Note that an edition, which begins at a position, leaves records out."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO mending (record, position, cause, part, from_ed) VALUES (%s, %s, %s, %s, %s)",
            [(record, first, cause.code, cause.part, edition) for record, cause in found.items()],
        )


def close_notes(connection: Connection, edition: int, records: Collection[UUID]) -> None:
    """Note that an edition takes records in again."""
    connection.execute(
        "UPDATE mending SET to_ed = %s WHERE record = ANY(%s) AND to_ed IS NULL", (edition, list(records))
    )


def repeat_notes(connection: Connection, edition: int, source: str) -> list[UUID]:
    """Leave out what another set of views left out of an edition; the records that it took in again there."""
    connection.execute(
        f"INSERT INTO mending SELECT record, position, cause, part, from_ed, NULL FROM {source}.mending n WHERE n.from_ed = %s "
        "AND NOT EXISTS (SELECT FROM mending o WHERE o.record = n.record AND o.to_ed IS NULL)",
        (edition,),
    )
    rows = connection.execute(
        f"SELECT n.record FROM {source}.mending n JOIN mending o ON o.record = n.record AND o.to_ed IS NULL WHERE n.to_ed = %s",
        (edition,),
    )
    return sorted(row[0] for row in rows)


def stage(connection: Connection, apart: Collection[UUID], mended: Collection[UUID]) -> None:
    """Set which records the statements of an edition leave out, and which they take in again."""
    connection.execute("DELETE FROM stage_apart")
    connection.execute("INSERT INTO stage_apart SELECT unnest(%s::uuid[])", (list(apart),))
    connection.execute("DELETE FROM stage_mended")
    connection.execute(
        "INSERT INTO stage_mended SELECT record, position FROM mending WHERE record = ANY(%s) AND to_ed IS NULL",
        (list(mended),),
    )


def children_of_mended(connection: Connection) -> list[UUID]:
    """The children whose records an edition takes in again: worked out anew whatever changed."""
    rows = connection.execute(
        "SELECT DISTINCT coalesce(m.child, t.record) FROM stage_mended t LEFT JOIN membership m ON m.record = t.record AND m.to_ed IS NULL"
    )
    return [row[0] for row in rows]


def published_about(connection: Connection, first: int, last: int) -> set[UUID]:
    """The records that the log has something of in a range of positions."""
    rows = connection.execute(
        "SELECT record FROM log.fact WHERE position BETWEEN %(lo)s AND %(hi)s UNION "
        "SELECT record FROM log.fact_mark WHERE position BETWEEN %(lo)s AND %(hi)s",
        {"lo": first, "hi": last},
    )
    return {row[0] for row in rows}


def busiest(connection: Connection, least: int) -> dict[UUID, int]:
    """Of the records that the last edition touched, those with so many facts, and how many."""
    return dict(
        connection.execute(
            "SELECT f.record, count(*) FROM stage_record t JOIN log.fact f ON f.record = t.record GROUP BY f.record HAVING count(*) >= %s",
            (least,),
        ).fetchall()
    )
