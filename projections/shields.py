"""Over which records a shield holds, and who stands at one place with them; a shield counts from when it is recorded (design D9)."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from projections.editions import Connection, Edition, at_edition, live
from projections.pipelined import Query, Steps
from projections.uuids import uuids

NOT_TAKEN_IN: Final = (
    "f.position > coalesce((SELECT m.position - 1 FROM mending m WHERE m.record = f.record AND m.to_ed IS NULL), "
    "(SELECT position FROM state))"
)
# Which records are said to be one child by what is in the log and not in the views yet.
SAID_SINCE: Final = (
    "said_since AS MATERIALIZED (SELECT f.record, l.other FROM log.fact f CROSS JOIN LATERAL unnest(f.linked) AS l (other) "
    "WHERE f.linked IS NOT NULL AND f.position > (SELECT position FROM state) "
    "UNION SELECT f.record, l.other FROM mending m JOIN log.fact f ON f.record = m.record AND f.position >= m.position "
    "AND f.linked IS NOT NULL CROSS JOIN LATERAL unnest(f.linked) AS l (other) WHERE m.to_ed IS NULL)"
)
# The records that are, or were ever said to be, the same child as one.
SAID_OF: Final = (
    "SELECT e.other FROM edge e WHERE e.record = {0} UNION ALL SELECT e.record FROM edge e WHERE e.other = {0} "
    "UNION ALL SELECT s.other FROM said_since s WHERE s.record = {0} UNION ALL SELECT s.record FROM said_since s WHERE s.other = {0}"
)
# The records of the same child as one, now and at the edition. Not to be joined otherwise (OFFSET): of how many records there are the
# planner knows nothing, and would read all of membership.
MATES_OF: Final = (
    "SELECT o.record FROM membership m JOIN membership o ON o.child = m.child WHERE m.record = {0} "
    f"AND ((m.to_ed IS NULL AND o.to_ed IS NULL) OR ({live('m')} AND {live('o')})) OFFSET 0"
)
# Records with an address, now or at the edition, at a place where one of the records `r` has or had one; by place and by property, for a
# refuge is no property, and one of two senders leaves out the lines. Of no fixed abode is no place.
_AT_ONE_PLACE: Final = at_edition(
    "SELECT o.record FROM (SELECT DISTINCT h.place, h.property FROM unnest(%(r)b::uuid[]) AS r JOIN address h ON h.record = r "
    "WHERE (h.to_ed IS NULL OR live(h)) AND h.residence IS DISTINCT FROM 'no_fixed_abode') AS p "
    "CROSS JOIN LATERAL (SELECT a.record, a.from_ed, a.to_ed FROM address a WHERE a.place = p.place "
    "UNION ALL SELECT a.record, a.from_ed, a.to_ed FROM address a WHERE a.property = p.property) AS o "
    "WHERE o.to_ed IS NULL OR live(o)"
)


@Query
def shielded(connection: Connection, edition: Edition, records: Collection[UUID], today: int) -> Steps[set[UUID]]:
    """Those of some records, and of others that stand at one place with them, that are shielded, now or at the edition.

    Whichever is the stricter (domain.access.shield): what is in the log and not yet in the views, as of a record being mended, can
    shield and cannot lift; so can a link. A shield covers records that are, or are said to be, the same child. A sealed identity is
    shielded for ever.
    """
    rows = connection.execute(
        f"WITH {SAID_SINCE}, seed (record) AS (SELECT r FROM unnest(%(r)b::uuid[]) AS r UNION {_AT_ONE_PLACE}), "
        "said (record, of) AS (SELECT record, record FROM seed "
        f"UNION SELECT s.other, d.record FROM seed d CROSS JOIN LATERAL ({SAID_OF.format('d.record')}) AS s (other)), "
        "near (record, of) AS (SELECT record, of FROM said "
        f"UNION SELECT m.record, s.of FROM said s CROSS JOIN LATERAL ({MATES_OF.format('s.record')}) AS m) "
        "SELECT n.of FROM near n JOIN entry e ON e.record = n.record AND e.kind = 'shield' AND (e.ends IS NULL OR e.ends > %(d)s) "
        f"WHERE e.to_ed IS NULL OR {live('e')} "
        "UNION SELECT n.of FROM near n JOIN log.fact f ON f.record = n.record AND f.kind = 'shield' AND f.act IN (1, 3) "
        f"WHERE {NOT_TAKEN_IN} "
        "UNION SELECT record FROM log.sealed WHERE record = ANY(%(r)b)",
        {"r": uuids(records), "e": edition.number, "d": today},
        binary=True,
    )
    yield
    return {row[0] for row in rows}


@Query
def all_shielded(connection: Connection, edition: Edition, today: int) -> Steps[set[UUID]]:
    """Every record that `shielded` would find, for lists of many children."""
    rows = connection.execute(
        f"WITH {SAID_SINCE}, "
        "shield AS MATERIALIZED (SELECT e.record FROM entry e WHERE e.kind = 'shield' AND (e.ends IS NULL OR e.ends > %(d)s) "
        f"AND (e.to_ed IS NULL OR {live('e')}) UNION SELECT f.record FROM log.fact f WHERE f.kind = 'shield' AND f.act IN (1, 3) "
        f"AND {NOT_TAKEN_IN}), near (record) AS (SELECT record FROM shield "
        f"UNION SELECT m.record FROM shield s CROSS JOIN LATERAL ({MATES_OF.format('s.record')}) AS m) "
        f"SELECT record FROM near UNION SELECT s.other FROM near n CROSS JOIN LATERAL ({SAID_OF.format('n.record')}) AS s (other) "
        "UNION SELECT record FROM log.sealed",
        {"e": edition.number, "d": today},
        binary=True,
    )
    yield
    return {row[0] for row in rows}


def at_one_place(connection: Connection, edition: int, records: Collection[UUID]) -> set[UUID]:
    """Records that have an address, now or at the edition, at a place where one of some records has one, these among them."""
    rows = connection.execute(_AT_ONE_PLACE, {"r": uuids(records), "e": edition}, binary=True)
    return {row[0] for row in rows}


def sealed(connection: Connection, records: Collection[UUID]) -> set[UUID]:
    """Those of some records whose identity is sealed."""
    rows = connection.execute(
        "SELECT record FROM log.sealed WHERE record = ANY(%(r)b)", {"r": uuids(records)}, binary=True
    )
    return {row[0] for row in rows}
