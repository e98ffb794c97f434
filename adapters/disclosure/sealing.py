"""The sequencer: gives entries their leaves, without gaps, in the order of their time, and keeps the tree's tiles and the summary of looks.

What is lost if it dies: nothing. A step is one transaction; what it did not commit it does again.
"""

from typing import Any, Final

import psycopg

from adapters.disclosure.checkpoints import TREE_DAMAGED, SealTrouble, tree_size
from adapters.disclosure.signing_key import SEAL_LOCK
from domain.proof.tiles import Damaged, appended, last_tiles

Connection = psycopg.Connection[Any]

ROLE_LOCK: Final = 0x1C_12_0006
MOST: Final = 2000  # entries in one transaction
SUMMARY: Final = ("access.looks_of_day", "access.person_day", "access.looked_at", "access.summed")

# Entries that wait, in order. One that has a leaf already only ceases to wait; of one that is gone nothing is known, it waits on.
_TAKE: Final = """
WITH first AS (
    SELECT p.at, p.entry, e.bytes FROM access.pending p
    CROSS JOIN LATERAL (SELECT e.bytes FROM access.entry e WHERE (e.id, e.at) = (p.entry, p.at) OFFSET 0) e
    ORDER BY p.at, p.entry LIMIT %(most)s),
taken AS (DELETE FROM access.pending p USING first f WHERE (p.at, p.entry) = (f.at, f.entry)
    RETURNING f.at, f.entry, f.bytes),
new AS (SELECT DISTINCT ON (t.entry) t.* FROM taken t
    WHERE NOT EXISTS (SELECT FROM access.leaf l WHERE l.entry = t.entry) ORDER BY t.entry, t.at),
leaves AS (INSERT INTO access.leaf (index, entry, hash)
    SELECT %(size)s + row_number() OVER (ORDER BY n.at, n.entry) - 1, n.entry, sha256('\\x00'::bytea || n.bytes) FROM new n
    RETURNING index, hash)
SELECT (SELECT count(*) FROM taken), array(SELECT hash FROM leaves ORDER BY index), min(n.at), max(n.at) FROM new n
"""
# The summary of looks goes as far as the tree, always: what it counts twice or leaves out no officer would see.
_SUM_UP: Final = "SELECT access.sum_up(%s, %s, %s)"
_TILES: Final = (
    "SELECT t.level, t.index, t.nodes FROM access.tile t JOIN unnest(%s::int2[], %s::int8[]) AS w (level, index) "
    "USING (level, index)"
)
_KEEP: Final = (
    "INSERT INTO access.tile (level, index, nodes) SELECT * FROM unnest(%s::int2[], %s::int8[], %s::bytea[]) "
    "ON CONFLICT (level, index) DO UPDATE SET nodes = excluded.nodes"
)


def hold_sealing(connection: Connection) -> bool:
    """Whether this connection is the lasting sequencer's, as long as it lives."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = %(l)s "
        "AND classid = 0 AND granted) OR pg_try_advisory_lock(%(l)s)",
        {"l": ROLE_LOCK},
    ).fetchone()
    return row is not None and bool(row[0])


def seal(connection: Connection, most: int = MOST) -> int:
    """Give leaves to the entries that have waited longest, at most so many; how many there were. Raises SealTrouble."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SEAL_LOCK,))
        size = tree_size(connection)
        row = connection.execute(_TAKE, {"most": most, "size": size}, binary=True).fetchone()
        assert row is not None
        taken, leaves, first, last = row
        if leaves:
            _grow(connection, size, leaves)
            connection.execute(_SUM_UP, (size, first, last))
    return int(taken)


def _grow(connection: Connection, size: int, leaves: list[bytes]) -> None:
    wanted = last_tiles(size)
    rows = connection.execute(_TILES, ([t[0] for t in wanted], [t[1] for t in wanted]), binary=True).fetchall()
    try:
        tiles = appended(size, {(level, index): bytes(nodes) for level, index, nodes in rows}, leaves)
    except Damaged:
        raise SealTrouble(TREE_DAMAGED) from None
    columns = [t[0] for t in tiles], [t[1] for t in tiles], list(tiles.values())
    connection.execute(_KEEP, columns, binary=True)


def summarise(connection: Connection) -> int:
    """Make the summary of looks anew from the log, while no leaf is given; how many leaves it takes in.

    Rows are deleted: whoever reads meanwhile goes on seeing what was there, which a truncated table would not let them.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SEAL_LOCK,))
        for table in SUMMARY:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
        row = connection.execute("SELECT access.sum_up()").fetchone()
    assert row is not None
    return int(row[0])
