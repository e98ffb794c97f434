"""Membership: which records are one child, worked out again for the parts of the graph that an edition changed.

The rule is `domain.links.resolve`; here its inputs are gathered component by component and its answer is versioned.
"""

from typing import Any
from uuid import UUID

import psycopg

from domain.events import ChildId, RecordId
from domain.links import Edge, Side, resolve

Connection = psycopg.Connection[Any]

_CHANGED = """
WITH changed AS (
    SELECT e.record, e.other FROM stage_record t JOIN edge e ON e.record = t.record WHERE e.from_ed = %(e)s OR e.to_ed = %(e)s
), births AS (
    SELECT t.record FROM stage_record t
    LEFT JOIN person o ON o.record = t.record AND o.to_ed = %(e)s LEFT JOIN person n ON n.record = t.record AND n.from_ed = %(e)s
    WHERE (o.record IS NOT NULL OR n.record IS NOT NULL) AND o.birth IS DISTINCT FROM n.birth
)
SELECT record FROM changed UNION SELECT other FROM changed
UNION SELECT b.record FROM births b WHERE EXISTS (SELECT FROM edge e WHERE e.record = b.record AND e.to_ed IS NULL)
                                       OR EXISTS (SELECT FROM edge e WHERE e.other = b.record AND e.to_ed IS NULL)
"""

_COMPONENT = """
WITH RECURSIVE reached AS (
    SELECT unnest(%(seeds)s::uuid[]) AS record
    UNION
    SELECT n.record FROM reached r CROSS JOIN LATERAL (
        SELECT e.other AS record FROM edge e WHERE e.record = r.record AND e.to_ed IS NULL
        UNION ALL SELECT e.record FROM edge e WHERE e.other = r.record AND e.to_ed IS NULL) n
)
SELECT r.record, s.scheme, p.birth, m.child, coalesce(m.disputed, false),
    EXISTS (SELECT FROM edge e WHERE e.other = r.record AND e.former AND e.to_ed IS NULL)
FROM reached r LEFT JOIN log.subject s ON s.record = r.record LEFT JOIN person p ON p.record = r.record AND p.to_ed IS NULL
LEFT JOIN membership m ON m.record = r.record AND m.to_ed IS NULL
"""


def relink(connection: Connection, edition: int) -> list[UUID]:
    """Bring membership up to this edition; the children, old and new, whose records changed."""
    seeds = [row[0] for row in connection.execute(_CHANGED, {"e": edition}, prepare=True)]
    if not seeds:
        return []
    component = connection.execute(_COMPONENT, {"seeds": seeds}, prepare=True).fetchall()
    records = [row[0] for row in component]
    rows = connection.execute(
        "SELECT record, other, recorded_at, key, former FROM edge WHERE record = ANY(%s) AND to_ed IS NULL", (records,)
    )
    edges = [Edge(RecordId(min(a, b)), RecordId(max(a, b)), (at, key.bytes), former) for a, b, at, key, former in rows]
    sides = {RecordId(record): Side(scheme or "", birth, former) for record, scheme, birth, _, _, former in component}
    links = resolve(edges, sides)
    disputed = {record for edge in links.disputed for record in (edge.one, edge.other)}
    changed: list[tuple[UUID, UUID, bool]] = []
    children: set[UUID] = set()
    for record, _, _, old, was_disputed, _ in component:
        new = links.child.get(record, ChildId(record))
        if (
            (old or record) != new
            or was_disputed != (record in disputed)
            or (old is None) != (record not in links.child and record not in disputed)
        ):
            changed.append((record, new, record in disputed))
            children.update((old or record, new))
    _write(connection, edition, changed, set(links.child) | disputed)
    return sorted(children)


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
