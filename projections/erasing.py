"""Takes erased records out of the views: their rows of all editions, in both sets (docs/decisions/0063).

What is keyed on a child, and rested on an erased record beside another, goes too. The records that stay are worked out again in
the next edition; of their earlier editions what rested on the erased one is gone until `icr rebuild`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from projections import mending
from projections.mending import Cause
from projections.view_sets import VIEW_SETS, one, use

Connection = psycopg.Connection[Any]

BESIDE: Final = Cause("record_erased", "links")
# Tables keyed on record, and those that name two.
_OF_RECORD: Final = ("entry", "person", "address", "week", "absence", "tally", "stated_birth", "membership", "mending")
_OF_TWO: Final = ("edge", "doubt")
_OF_CHILD: Final = ("rectangle", "absence_child")
# What keeps which record, and until when, where that is known; `of` bounds whose, before the rows of all are read.
_KEPT: Final = """
    SELECT record, kind, ends FROM entry WHERE {of} AND kind IN ('legal_hold', 'shield') AND to_ed IS NULL AND why IS NULL
        AND (ends IS NULL OR ends > %(d)s)
    UNION ALL
    SELECT record, kind, NULL FROM log.fact WHERE {of} AND kind IN ('legal_hold', 'shield') AND act = 1 AND position > (SELECT position FROM state)
    UNION ALL
    SELECT record, kind, NULL FROM entry WHERE {of} AND kind IN ('legal_hold', 'shield')
        AND record IN (SELECT record FROM log.fact WHERE act IN (14, 15) AND position > (SELECT position FROM state))
    UNION ALL
    SELECT s.record, CASE a.event_type WHEN 'ShieldApplied' THEN 'shield' ELSE 'legal_hold' END, NULL
    FROM (SELECT record, hash FROM log.subject WHERE {of}) s JOIN log.aside a ON a.record = s.record OR a.subjects && ARRAY[s.hash]
    WHERE a.event_type IN ('LegalHoldApplied', 'ShieldApplied') AND a.kind = 'kept' AND a.state IN ('waiting', 'ready')
    UNION ALL
    SELECT record, 'identity_sealed', NULL FROM log.sealed WHERE {of}
"""
_KEEPING: Final = f"SELECT DISTINCT kind, ends FROM ({_KEPT.format(of='record = ANY(%(r)s)')}) k"  # noqa: S608 - of our own words
_HELD: Final = f"SELECT DISTINCT record FROM ({_KEPT.format(of='true')}) k WHERE kind = 'legal_hold'"  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What was taken out: rows, the ids under which the records were ever shown, and the records that were one child with them."""

    rows: int
    children: frozenset[UUID]
    beside: frozenset[UUID]


def serving(connection: Connection) -> str:
    """The set of views that is read."""
    return str(one(connection, "SELECT view FROM log.serving")[0])


def together(connection: Connection, records: Collection[UUID]) -> set[UUID]:
    """Records with all that are one child with them now; within a transaction."""
    use(connection, serving(connection))
    rows = connection.execute(
        "SELECT o.record FROM membership m JOIN membership o ON o.child = m.child AND o.to_ed IS NULL "
        "WHERE m.record = ANY(%s) AND m.to_ed IS NULL",
        (list(records),),
    )
    return set(records) | {row[0] for row in rows}


def keeping(connection: Connection, records: Collection[UUID], day: int) -> dict[str, int | None]:
    """What keeps records from being erased on a day, by the kind of entry, and when the last of the kind ends (None: no end is known).

    Within a transaction.

    What is said of any record of the same child keeps all of them: a hold stands under one number. What is in the log and not in the views
    yet counts as in force, as does one that ended where something of the record was corrected or taken back since, and what waits in the
    quarantine.
    """
    ends: dict[str, int | None] = {}
    for kind, end in connection.execute(_KEEPING, {"r": sorted(together(connection, records)), "d": day}):
        before = ends.get(kind, end)
        ends[kind] = None if end is None or before is None else max(end, before)
    return ends


def held(connection: Connection, day: int) -> set[UUID]:
    """The records that a legal hold keeps on a day, and every id under which they were ever shown; within a transaction."""
    use(connection, serving(connection))
    rows = connection.execute(_HELD, {"d": day}).fetchall()
    records = together(connection, [row[0] for row in rows])
    return records | shown_as(connection, records)


def shown_as(connection: Connection, records: Collection[UUID]) -> set[UUID]:
    """The ids of children under which records were ever shown, in either set."""
    found = set(records)
    for view in VIEW_SETS:
        rows = connection.execute(
            sql.SQL("SELECT DISTINCT child FROM {}.membership WHERE record = ANY(%s)").format(sql.Identifier(view)),
            (list(records),),
        )
        found |= {row[0] for row in rows}
    return found


def take_out(connection: Connection, records: Collection[UUID], positions: Collection[int]) -> TakenOut:
    """Take records out of both sets, with what rested on their events, in the caller's transaction, which holds the edition lock."""
    children = shown_as(connection, records)
    read, beside, rows = serving(connection), set[UUID](), 0
    for view in VIEW_SETS:
        use(connection, view)
        left = _others_of(connection, children) - set(records)
        rows += _delete(connection, records, children, left, positions)
        _forget_working_rows(connection, view)
        if view == read:
            beside = left
            _work_out_again(connection, left)
    return TakenOut(rows, frozenset(children), frozenset(beside))


def _others_of(connection: Connection, children: Iterable[UUID]) -> set[UUID]:
    rows = connection.execute(
        "SELECT record FROM membership WHERE child = ANY(%s) AND to_ed IS NULL", (list(children),)
    )
    return {row[0] for row in rows}


def _delete(
    connection: Connection, records: Collection[UUID], children: Collection[UUID], left: Collection[UUID],
    positions: Collection[int],
) -> int:  # fmt: skip
    given = {"r": list(records), "c": list(children), "p": list(positions)}
    rows = 0
    for tables, statement in (
        (_OF_RECORD, "DELETE FROM {} WHERE record = ANY(%(r)s)"),
        (_OF_TWO, "DELETE FROM {} WHERE record = ANY(%(r)s) OR other = ANY(%(r)s)"),
        (_OF_CHILD, "DELETE FROM {} WHERE child = ANY(%(r)s)"),
    ):
        for table in tables:
            rows += _count(connection, sql.SQL(statement).format(sql.Identifier(table)), given)
    if left:
        rows += _count(
            connection, "DELETE FROM rectangle WHERE child = ANY(%(c)s) AND positions && %(p)s::bigint[]", given
        )
    # Of others only people are named whom their entries are about, and what an entry of theirs names is a random id.
    rows += _count(
        connection,
        "UPDATE entry SET others = log.without_erased(others) WHERE kind IN ('relationship', 'parental_responsibility') "
        "AND others && %(r)s::uuid[]",
        given,
    )
    return rows


def _count(connection: Connection, statement: str | sql.Composed, given: dict[str, Any]) -> int:
    return connection.execute(statement, given).rowcount


def _forget_working_rows(connection: Connection, view: str) -> None:
    """What the last edition left in its working tables."""
    names = connection.execute(
        "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname = %s AND tablename LIKE 'stage\\_%%'",
        (view,),
    ).fetchall()
    connection.execute("TRUNCATE " + ", ".join(row[0] for row in names))


def _work_out_again(connection: Connection, records: Collection[UUID]) -> None:
    """Have records taken in again by an edition of their own, as those that are mended: all of theirs is in, but who they are with changed."""
    noted = mending.open_notes(connection)
    edition, position = one(connection, "SELECT edition, position FROM state")
    mending.note(connection, edition + 1, position + 1, {r: BESIDE for r in sorted(records) if r not in noted})
