"""Which records are being mended at an edition, for answers: their rows are older than the edition (`projections.mending`)."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from projections.editions import Connection, Edition, at_edition
from projections.uuids import uuids

# A record that is said to be the same child, by an event that was not taken in or of a record that was, lacks what the other
# would bring.
_BEING_MENDED: Final = at_edition("""
WITH waiting AS MATERIALIZED (
    SELECT m.record, m.position, n.made_at FROM mending m JOIN log.edition n ON n.number = m.from_ed WHERE live(m)
), told AS (
    SELECT record, made_at FROM waiting
    UNION ALL
    SELECT l.record, w.made_at FROM waiting w CROSS JOIN LATERAL (
        SELECT f.linked FROM log.fact f WHERE f.record = w.record AND f.position BETWEEN w.position AND %(p)s AND f.linked IS NOT NULL OFFSET 0) f
    CROSS JOIN LATERAL unnest(f.linked) AS l (record)
    UNION ALL
    SELECT g.record, w.made_at FROM waiting w CROSS JOIN LATERAL (SELECT g.record FROM edge g WHERE g.other = w.record AND live(g) OFFSET 0) g
    UNION ALL
    SELECT g.other, w.made_at FROM waiting w CROSS JOIN LATERAL (SELECT g.other FROM edge g WHERE g.record = w.record AND live(g) OFFSET 0) g
)
SELECT record, min(made_at) FROM told WHERE record = ANY(%(r)s) GROUP BY record
""")
_NAMING: Final = at_edition("""
SELECT DISTINCT m.record FROM mending m CROSS JOIN LATERAL (
    SELECT f.worker FROM log.fact f WHERE f.record = m.record AND f.position BETWEEN m.position AND %(p)s OFFSET 0) f
WHERE f.worker = %(w)s AND live(m)
""")


def being_mended(connection: Connection, edition: Edition, records: Collection[UUID]) -> dict[UUID, datetime]:
    """Those of some records that are being mended, or are linked by an event that waits for that, and since when."""
    parameters = {"r": uuids(records), "e": edition.number, "p": edition.position}
    return dict(connection.execute(_BEING_MENDED, parameters, binary=True).fetchall())


def naming(connection: Connection, edition: Edition, worker: str) -> list[UUID]:
    """The records being mended of which an event that was not taken in names a worker."""
    parameters = {"w": worker, "e": edition.number, "p": edition.position}
    return [row[0] for row in connection.execute(_NAMING, parameters, binary=True)]
