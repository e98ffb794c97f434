"""Who may be in a family with whom, and where children live on a day, at an edition; for lists, so by sets of children."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.events import ChildId, RecordId
from domain.indicators.families import Kin
from projections.editions import Connection, at_edition
from projections.persons import Sealed
from projections.uuids import uuids

# Where a child lives on a day: in temporary accommodation while that lasts, but for who left England, else at the address told last; of
# whom nobody knows where it is now, at the last that was known (domain.timeline.child.Child.home_at). By windows, since a plan that is kept
# would join these rows with each other row by row.
_HOME: Final = """told AS (
    SELECT DISTINCT ON (h.child, a.day) h.child, a.* , a.placed AND a.until > %(d)s AS lasts,
        a.status = 'none_known' OR a.residence IS NOT DISTINCT FROM 'no_fixed_abode' AS nowhere
    FROM held h JOIN address a ON a.record = h.record AND a.day <= %(d)s AND live(a)
    ORDER BY h.child, a.day, a.placed DESC, a.recorded_at DESC, a.tie DESC
), held_then AS (
    SELECT t.*, t.lasts AND first_value(t.status) OVER (PARTITION BY t.child ORDER BY t.day DESC) <> 'left_england' AS stays FROM told t
), here AS (
    SELECT t.*, first_value(t.nowhere) OVER (PARTITION BY t.child ORDER BY t.stays DESC, t.day DESC) AS lost FROM held_then t
), home AS (
    SELECT DISTINCT ON (t.child) t.child, t.record, t.property, t.place, t.address,
        t.lost OR t.status = 'last_known' OR (t.placed AND NOT t.lasts) AS last_known
    FROM here t WHERE NOT t.nowhere ORDER BY t.child, t.stays DESC, t.day DESC
)"""
_NEAR: Final = at_edition(
    """
WITH flagged AS (SELECT unnest(%(c)b::uuid[]) AS child), mine AS (
    SELECT coalesce(m.record, c.child) AS record FROM flagged c LEFT JOIN membership m ON m.child = c.child AND live(m)
), near AS (
    SELECT o.record FROM mine JOIN entry f ON f.record = mine.record AND f.kind = 'relationship' AND f.service = 'family'
        AND NOT f.doubted AND live(f)
    JOIN entry o ON o.kind = 'relationship' AND o.service = 'family' AND o.provider = f.provider AND NOT o.doubted AND live(o)
    UNION
    SELECT o.record FROM mine JOIN address f ON f.record = mine.record AND f.property IS NOT NULL AND live(f)
    JOIN address o ON o.property = f.property AND live(o)
), everyone AS (
    SELECT child FROM flagged
    UNION
    SELECT coalesce(m.child, n.record) FROM near n LEFT JOIN membership m ON m.record = n.record AND live(m)
), held AS MATERIALIZED (
    SELECT e.child, coalesce(m.record, e.child) AS record FROM everyone e LEFT JOIN membership m ON m.child = e.child AND live(m)
), {home}, sealed AS (
    SELECT DISTINCT h.child FROM held h JOIN log.sealed z ON z.record = h.record
), vital AS (
    SELECT DISTINCT ON (h.child) h.child, CASE WHEN p.vital_act = 7 THEN p.vital_day END AS death
    FROM held h JOIN person p ON p.record = h.record AND p.vital_act IS NOT NULL AND live(p)
    ORDER BY h.child, p.vital_at DESC, p.vital_act DESC, p.vital_tie DESC
)
SELECT h.child, h.records, o.record, o.property, o.place, o.address, o.last_known, v.death, z.child IS NOT NULL, NULL, NULL, NULL FROM (
    SELECT child, array_agg(record ORDER BY record) AS records FROM held GROUP BY child
) h LEFT JOIN home o USING (child) LEFT JOIN vital v USING (child) LEFT JOIN sealed z USING (child)
UNION ALL
SELECT h.child, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, t.service, t.provider, t.others
FROM held h JOIN entry t ON t.record = h.record AND t.kind = 'relationship' AND t.why IS NULL AND NOT t.doubted
AND t.starts <= %(d)s AND (t.ends IS NULL OR t.ends > %(d)s) AND live(t)
""".replace("{home}", _HOME)
)
_HOMES: Final = at_edition(
    """
WITH held AS (SELECT * FROM unnest(%(c)b::uuid[], %(r)b::uuid[]) AS h (child, record)), {home}
SELECT child, record, property, place, address, last_known FROM home
""".replace("{home}", _HOME)
)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a child lives on a day: the sealed address, its property where children there may be a household, and what tells the place.

    `last_known`: nobody knows where it lives now.
    """

    sealed: Sealed
    property: UUID | None
    place: UUID | None
    last_known: bool


@dataclass(frozen=True, slots=True)
class Kinship:
    """What grouping needs of children, the records of each, sorted, and where each lives."""

    kin: list[Kin]
    records: dict[ChildId, list[UUID]]
    homes: dict[ChildId, Home]


def kinship(connection: Connection, edition: int, day: int, flagged: Collection[ChildId]) -> Kinship:
    """The flagged children and whoever may be in a family with them (same family id, or same home), with their ties and homes on a day.

    A child whose identity is sealed by now has neither, whatever was known then (domain.indicators.out_of_touch.kin_of).
    """
    rows = connection.execute(_NEAR, {"c": uuids(flagged), "d": day, "e": edition}, binary=True).fetchall()
    ties: dict[UUID, list[tuple[str, str, Sequence[UUID]]]] = {}
    for child, records, *_, service, provider, others in rows:
        if records is None:
            ties.setdefault(child, []).append((service, provider, others or ()))
    found = Kinship([], {}, {})
    for child, records, home, household, place, address, last_known, death, sealed, *_ in rows:
        if records is not None:
            found.records[child] = records
            if home is not None:
                found.homes[child] = Home(Sealed(home, address), household, place, last_known)
            alive = death is None or day < death
            own = () if sealed else ties.get(child, ())
            known = household if alive and not sealed else None
            found.kin.append(_kin(child, records, known, own, last_known is True))
    return found


def _kin(
    child: UUID,
    records: Sequence[UUID],
    home: UUID | None,
    own: Iterable[tuple[str, str, Sequence[UUID]]],
    last_known: bool,
) -> Kin:
    families: set[str] = set()
    adults: set[RecordId] = set()
    siblings: set[RecordId] = set()
    for service, provider, others in own:
        if service == "family":
            families.add(provider)
        elif service in ("parent", "carer"):
            adults.update(map(RecordId, others))
        elif service == "sibling":
            siblings.update(map(RecordId, others))
    return Kin(
        ChildId(child),
        frozenset(map(RecordId, records)),
        home,
        frozenset(families),
        frozenset(adults),
        frozenset(siblings),
        last_known,
    )


_LED_AS_FAMILIES: Final = at_edition(
    "SELECT DISTINCT coalesce(m.child, e.record) FROM entry e LEFT JOIN membership m ON m.record = e.record AND live(m) "
    "WHERE e.kind = 'lead' AND e.scope = 'family' AND live(e)"
)


def led_as_families(connection: Connection, edition: int) -> set[ChildId]:
    """All children of whom a lead of their whole family was ever told."""
    return {ChildId(row[0]) for row in connection.execute(_LED_AS_FAMILIES, {"e": edition}, binary=True)}


def homes(
    connection: Connection, edition: int, day: int, by_child: Mapping[ChildId, Sequence[UUID]]
) -> dict[ChildId, Home]:
    """Where children live on a day, or lived last; those of whom no address was known by then are left out."""
    pairs = [(child, record) for child, records in by_child.items() for record in records]
    parameters = {
        "c": uuids(child for child, _ in pairs),
        "r": uuids(record for _, record in pairs),
        "d": day,
        "e": edition,
    }
    rows = connection.execute(_HOMES, parameters, binary=True)
    return {
        ChildId(child): Home(Sealed(record, cell), household, place, gone)
        for child, record, household, place, cell, gone in rows
    }
