"""Who may be in a family with whom, and where children live on a day, at an edition; for lists, so by sets of children."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.events import ChildId, RecordId
from domain.families import Kin
from projections.queries import Connection, Sealed, live

ByChild = Mapping[ChildId, Sequence[UUID]]

_NEAR: Final = f"""
WITH flagged AS (SELECT unnest(%(c)b::uuid[]) AS child), mine AS (
    SELECT coalesce(m.record, c.child) AS record FROM flagged c LEFT JOIN membership m ON m.child = c.child AND {live("m")}
), near AS (
    SELECT o.record FROM mine JOIN entry f ON f.record = mine.record AND f.kind = 'relationship' AND f.service = 'family' AND {live("f")}
    JOIN entry o ON o.kind = 'relationship' AND o.service = 'family' AND o.provider = f.provider AND {live("o")}
    UNION
    SELECT o.record FROM mine JOIN address f ON f.record = mine.record AND f.property IS NOT NULL AND {live("f")}
    JOIN address o ON o.property = f.property AND {live("o")}
), everyone AS (
    SELECT child FROM flagged
    UNION
    SELECT coalesce(m.child, n.record) FROM near n LEFT JOIN membership m ON m.record = n.record AND {live("m")}
)
SELECT e.child, coalesce(m.record, e.child) FROM everyone e LEFT JOIN membership m ON m.child = e.child AND {live("m")}
"""
_HOMES: Final = f"""
SELECT DISTINCT ON (h.child) h.child, a.record, a.property, a.address
FROM unnest(%(c)b::uuid[], %(r)b::uuid[]) AS h (child, record) JOIN address a ON a.record = h.record AND a.day <= %(d)s AND {live("a")}
ORDER BY h.child, a.day DESC, a.recorded_at DESC, a.key DESC
"""
_DEATHS: Final = f"""
SELECT DISTINCT ON (h.child) h.child, CASE WHEN p.vital_act = 7 THEN p.vital_day END
FROM unnest(%(c)b::uuid[], %(r)b::uuid[]) AS h (child, record) JOIN person p ON p.record = h.record AND p.vital_act IS NOT NULL AND {live("p")}
ORDER BY h.child, p.vital_at DESC, p.vital_act DESC, p.vital_key DESC
"""
_TIES: Final = f"""
SELECT t.record, t.service, t.provider, t.others FROM entry t
WHERE t.kind = 'relationship' AND t.why IS NULL AND t.starts <= %(d)s AND (t.ends IS NULL OR t.ends > %(d)s) AND t.record = ANY(%(r)b) AND {live("t")}
"""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a child lives on a day: the sealed address, and its property where children there may be a household."""

    sealed: Sealed
    property: UUID | None


@dataclass(frozen=True, slots=True)
class Kinship:
    """What grouping needs of children, the records of each, and where each lives."""

    kin: list[Kin]
    records: dict[ChildId, list[UUID]]
    homes: dict[ChildId, Home]


def near(connection: Connection, edition: int, flagged: Collection[ChildId]) -> dict[ChildId, list[UUID]]:
    """The flagged children and whoever may be in a family with them (same family id, or same home), with their records, sorted."""
    found: dict[ChildId, list[UUID]] = {}
    for child, record in connection.execute(_NEAR, {"c": list(flagged), "e": edition}, binary=True):
        found.setdefault(ChildId(child), []).append(record)
    return {child: sorted(found[child]) for child in sorted(found)}


def homes(connection: Connection, edition: int, day: int, by_child: ByChild) -> dict[ChildId, Home]:
    """Where children live on a day; those of whom no address is known by then are left out."""
    rows = connection.execute(_HOMES, {**_pairs(by_child), "d": day, "e": edition}, binary=True)
    return {ChildId(child): Home(Sealed(record, cell), place) for child, record, place, cell in rows}


def deaths(connection: Connection, edition: int, by_child: ByChild) -> dict[ChildId, int]:
    """The day of each death that stands."""
    rows = connection.execute(_DEATHS, {**_pairs(by_child), "e": edition}, binary=True)
    return {ChildId(child): day for child, day in rows if day is not None}


def kinship(connection: Connection, edition: int, day: int, flagged: Collection[ChildId]) -> Kinship:
    """The flagged children and whoever may be in a family with them, with their ties and homes on a day."""
    by_child = near(connection, edition, flagged)
    where = homes(connection, edition, day, by_child)
    dead = deaths(connection, edition, by_child)
    records = [record for held in by_child.values() for record in held]
    ties: dict[UUID, list[tuple[str, str, Sequence[UUID]]]] = {}
    for record, *tie in connection.execute(_TIES, {"r": records, "d": day, "e": edition}, binary=True):
        ties.setdefault(record, []).append((tie[0], tie[1], tie[2] or ()))
    found = []
    for child, held in by_child.items():
        own = [tie for record in held for tie in ties.get(record, ())]
        here = where.get(child)
        found.append(
            Kin(
                child,
                frozenset(RecordId(r) for r in held),
                here.property if here is not None and day < dead.get(child, day + 1) else None,
                frozenset(provider for service, provider, _ in own if service == "family"),
                frozenset(RecordId(r) for service, _, others in own if service in ("parent", "carer") for r in others),
                frozenset(RecordId(r) for service, _, others in own if service == "sibling" for r in others),
            )
        )
    return Kinship(found, by_child, where)


def _pairs(by_child: ByChild) -> dict[str, list[UUID]]:
    pairs = [(child, record) for child, records in by_child.items() for record in records]
    return {"c": [child for child, _ in pairs], "r": [record for _, record in pairs]}
