"""Membership: which records are one child, worked out again for the parts of the graph that an edition changed.

The rule is `domain.identity.links.resolve`; here its inputs are gathered component by component and its answer is versioned.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import psycopg

from domain.events import ChildId, RecordId
from domain.identity.links import Edge, Links, Side, Strength, resolve

Connection = psycopg.Connection[Any]

_CHANGED = """
WITH changed AS (
    SELECT e.record, e.other FROM stage_record t JOIN edge e ON e.record = t.record WHERE e.from_ed = %(e)s OR e.to_ed = %(e)s
), births AS (
    SELECT t.record FROM stage_record t
    JOIN stated_birth b ON b.record = t.record AND %(e)s IN (b.from_ed, b.to_ed)
)
SELECT record FROM changed UNION SELECT other FROM changed
UNION SELECT b.record FROM births b WHERE EXISTS (SELECT FROM edge e WHERE e.record = b.record AND e.to_ed IS NULL)
                                       OR EXISTS (SELECT FROM edge e WHERE e.other = b.record AND e.to_ed IS NULL)
UNION SELECT t.record FROM stage_record t
WHERE NOT EXISTS (SELECT FROM stated_birth b WHERE b.record = t.record AND b.to_ed IS NULL)
    AND (EXISTS (SELECT FROM edge e WHERE e.record = t.record AND e.to_ed IS NULL)
         OR EXISTS (SELECT FROM edge e WHERE e.other = t.record AND e.to_ed IS NULL))
UNION SELECT record FROM stage_mended
"""

_COMPONENT = """
WITH RECURSIVE reached AS (
    SELECT unnest(%(seeds)s::uuid[]) AS record
    UNION
    SELECT n.record FROM reached r CROSS JOIN LATERAL (
        SELECT e.other AS record FROM edge e WHERE e.record = r.record AND e.to_ed IS NULL
        UNION ALL SELECT e.record FROM edge e WHERE e.other = r.record AND e.to_ed IS NULL) n
)
SELECT r.record, s.scheme, b.birth, m.child, coalesce(m.disputed, false),
    EXISTS (SELECT FROM edge e WHERE e.other = r.record AND e.strength = 2 AND e.to_ed IS NULL),
    (SELECT z.position FROM log.sealed z WHERE z.record = r.record AND z.position <= %(hi)s),
    EXISTS (SELECT FROM log.fact f WHERE f.record = r.record AND f.position <= %(hi)s), coalesce(b.contested, false)
FROM reached r LEFT JOIN log.subject s ON s.record = r.record LEFT JOIN stated_birth b ON b.record = r.record AND b.to_ed IS NULL
LEFT JOIN membership m ON m.record = r.record AND m.to_ed IS NULL
"""

# Records whose numbers replaced one another, of what an edition touches, or before it did: links that it ends, children that it
# parts.
_REPLACED = """
WITH RECURSIVE touched AS MATERIALIZED (
    SELECT record FROM stage_record
    UNION
    SELECT record FROM membership WHERE child = ANY(%(relinked)s) AND (to_ed IS NULL OR to_ed = %(e)s)
), reached AS (
    SELECT unnest(ARRAY[g.record, g.other]) AS record FROM edge g
    WHERE g.strength = 2 AND (g.to_ed IS NULL OR g.to_ed = %(e)s)
        AND (g.record IN (SELECT record FROM touched) OR g.other IN (SELECT record FROM touched))
    UNION
    SELECT n.record FROM reached r CROSS JOIN LATERAL (
        SELECT g.other AS record FROM edge g WHERE g.record = r.record AND g.strength = 2 AND (g.to_ed IS NULL OR g.to_ed = %(e)s)
        UNION ALL
        SELECT g.record FROM edge g WHERE g.other = r.record AND g.strength = 2 AND (g.to_ed IS NULL OR g.to_ed = %(e)s)) n
)
SELECT record FROM reached ORDER BY record
"""


def replaced(connection: Connection, edition: int, relinked: Collection[UUID]) -> list[UUID]:
    """The records whose entries are worked out together with those that an edition touches, or were until now.

    `relinked` are the children whose records it changed. What began under a number ends under the one that replaced it
    (domain.identity.links.one_holder).
    """
    rows = connection.execute(_REPLACED, {"relinked": list(relinked), "e": edition}, prepare=True)
    return [row[0] for row in rows]


def relink(connection: Connection, edition: int, last: int) -> tuple[list[UUID], list[UUID]]:
    """Bring membership and doubt up to this edition, which ends at the position `last`.

    The children, old and new, whose records changed, and the records about which something else is disputed than before.
    """
    seeds = [row[0] for row in connection.execute(_CHANGED, {"e": edition}, prepare=True)]
    if not seeds:
        return [], []
    component = connection.execute(_COMPONENT, {"seeds": seeds, "hi": last}, prepare=True).fetchall()
    records = [row[0] for row in component]
    rows = connection.execute(
        "SELECT record, other, recorded_at, tie, strength, joins FROM edge WHERE record = ANY(%s) AND to_ed IS NULL",
        (records,),
    )
    edges = [
        Edge(
            RecordId(min(a, b)),
            RecordId(max(a, b)),
            (at, tie),
            Strength(strength),
            joins,
            RecordId(b) if strength == Strength.REPLACEMENT else None,
        )
        for a, b, at, tie, strength, joins in rows
    ]
    sides = {
        RecordId(record): Side(scheme or "", birth, former, sealed, told, contested)
        for record, scheme, birth, _, _, former, sealed, told, contested in component
    }
    links = resolve(edges, sides)
    disputed = {record for edge in links.disputed for record in (edge.one, edge.other)}
    changed: list[tuple[UUID, UUID, bool]] = []
    children: set[UUID] = set()
    for record, _, _, old, was_disputed, *_ in component:
        new = links.child.get(record, ChildId(record))
        if (
            (old or record) != new
            or was_disputed != (record in disputed)
            or (old is None) != (record not in links.child and record not in disputed)
        ):
            changed.append((record, new, record in disputed))
            children.update((old or record, new))
    _write(connection, edition, changed, set(links.child) | disputed)
    return sorted(children), _doubt(connection, edition, records, links)


def _doubt(connection: Connection, edition: int, records: list[UUID], links: Links) -> list[UUID]:
    """Write which pairs of some records are disputed; the records of which other pairs are than before."""
    pairs = {(edge.one, edge.other) for edge in links.disputed}
    now = pairs | {(other, one) for one, other in pairs}
    rows = connection.execute("SELECT record, other FROM doubt WHERE record = ANY(%s) AND to_ed IS NULL", (records,))
    were = {(RecordId(record), RecordId(other)) for record, other in rows}
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE doubt SET to_ed = %s WHERE record = %s AND other = %s AND to_ed IS NULL",
            [(edition, *pair) for pair in sorted(were - now)],
        )
        cursor.executemany(
            "INSERT INTO doubt (record, other, from_ed) VALUES (%s, %s, %s)",
            [(*pair, edition) for pair in sorted(now - were)],
        )
    return sorted({record for record, _ in were ^ now})


def _write(connection: Connection, edition: int, changed: list[tuple[UUID, UUID, bool]], rows: set[RecordId]) -> None:
    """Close the changed rows; a record that is alone and undisputed needs none."""
    connection.execute(
        "UPDATE membership SET to_ed = %s WHERE record = ANY(%s) AND to_ed IS NULL",
        (edition, [r for r, _, _ in changed]),
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO membership (record, child, disputed, from_ed) VALUES (%s, %s, %s, %s)",
            [(record, child, disputed, edition) for record, child, disputed in changed if record in rows],
        )
