"""The questions the views answer, at one edition; cells stay sealed, opening them is the caller's (design D3, D4).

Every query runs inside one read-only snapshot whose search path is the serving set of views.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from domain.dates import FOREVER
from domain.effects import Act
from domain.events import ChildId, RecordId
from domain.identifiers import IdentifierStatus
from domain.timeline.entries import Entry
from projections.editions import Connection, Edition, at_edition, live
from projections.pipelined import Query, Steps

_LIVE: Final = "from_ed <= %(e)s AND (to_ed IS NULL OR to_ed > %(e)s)"
_NOT_TAKEN_IN: Final = (
    "f.position > coalesce((SELECT m.position - 1 FROM mending m WHERE m.record = f.record AND m.to_ed IS NULL), "
    "(SELECT position FROM state))"
)
# Which records are said to be one child by what is in the log and not in the views yet.
_SAID_SINCE: Final = (
    "said_since AS MATERIALIZED (SELECT f.record, l.other FROM log.fact f CROSS JOIN LATERAL unnest(f.linked) AS l (other) "
    "WHERE f.linked IS NOT NULL AND f.position > (SELECT position FROM state) "
    "UNION SELECT f.record, l.other FROM mending m JOIN log.fact f ON f.record = m.record AND f.position >= m.position "
    "AND f.linked IS NOT NULL CROSS JOIN LATERAL unnest(f.linked) AS l (other) WHERE m.to_ed IS NULL)"
)
# The records that are, or were ever said to be, the same child as one.
_SAID_OF: Final = (
    "SELECT e.other FROM edge e WHERE e.record = {0} UNION ALL SELECT e.record FROM edge e WHERE e.other = {0} "
    "UNION ALL SELECT s.other FROM said_since s WHERE s.record = {0} UNION ALL SELECT s.record FROM said_since s WHERE s.other = {0}"
)
# The records of the same child, now and at the edition.
_MATES: Final = (
    "(SELECT m.record, o.record AS mate FROM membership m JOIN membership o ON o.child = m.child "
    f"WHERE (m.to_ed IS NULL AND o.to_ed IS NULL) OR ({live('m')} AND {live('o')}))"
)
ENTRY: Final = (
    "kind, record, service, provider, organisation, starts, ends, why, confirmed, accepted, worker, team, role, scope, provision, reason, "
    "lapses_after, others, positions, main, recorded_at, tie, moment, takes_over, onward, due, absent_from, doubted, contact"
)


# child, rule, since, from, to, positions, organisation of the feed
Rectangle = tuple[ChildId, str, int, int, int, list[int], str | None]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed cell: whose record's key, and the bytes."""

    record: UUID
    cell: bytes


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address of a child from a day; `until` the day of the next one."""

    record: UUID
    day: int
    until: int
    status: str
    property: UUID | None
    cell: bytes


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Who a child is: cells of the record that said it last; `death` the day of a death that stands.

    `called`: what each organisation has ever stated of its names.
    """

    person: Sealed | None
    birth: Sealed | None
    death: int | None
    sex: Sealed | None = None
    called: tuple[tuple[str, Sealed], ...] = ()


def child_of(connection: Connection, edition: int, record: UUID) -> ChildId:
    """The child that a record belongs to; a record that is alone is its own."""
    return children_of(connection, edition, [record])[record]


def known_child(connection: Connection, edition: int, record: UUID) -> tuple[ChildId, list[UUID]] | None:
    """The child that a record belongs to, and all its records; a record that is alone is its own. None where nothing was known of them.

    What others say of a record, naming it, does not make it known; what its own events link it with does. The record
    that gives a child its id may be such a one, without any event of its own.
    """
    row = connection.execute(
        "SELECT k.child, k.records FROM (SELECT c.child, ARRAY(SELECT o.record FROM membership o "
        f"WHERE o.child = c.child AND {live('o')} ORDER BY o.record) AS records FROM (SELECT coalesce((SELECT m.child FROM membership m "
        f"WHERE m.record = %(r)s AND {live('m')}), %(r)s::uuid) AS child) AS c) AS k "
        "WHERE EXISTS (SELECT FROM log.event v JOIN log.edition e ON e.number = %(e)s "
        "WHERE v.originator_id = ANY(k.records || %(r)s::uuid) AND v.originator_version <= e.last "
        "AND NOT EXISTS (SELECT FROM log.withheld w WHERE w.position = v.notification_id))",
        {"r": record, "e": edition},
        binary=True,
    ).fetchone()
    return None if row is None else (ChildId(row[0]), row[1] or [row[0]])


def members(connection: Connection, edition: int, children: Collection[UUID]) -> dict[ChildId, list[UUID]]:
    """The records of each child, sorted."""
    found: dict[ChildId, list[UUID]] = {ChildId(child): [] for child in children}
    rows = connection.execute(
        f"SELECT m.child, m.record FROM unnest(%(c)b::uuid[]) AS c JOIN membership m ON m.child = c AND {live('m')} ORDER BY 1, 2",
        {"c": list(children), "e": edition},
        binary=True,
    )
    for child, record in rows:
        found[ChildId(child)].append(record)
    return {child: records or [UUID(bytes=child.bytes)] for child, records in found.items()}


def children_of(connection: Connection, edition: int, records: Collection[UUID]) -> dict[UUID, ChildId]:
    """The child of each record."""
    rows = connection.execute(
        f"SELECT m.record, m.child FROM unnest(%(r)b::uuid[]) AS r JOIN membership m ON m.record = r AND {live('m')}",
        {"r": list(records), "e": edition},
        binary=True,
    )
    linked = {record: ChildId(child) for record, child in rows}
    return {record: linked.get(record, ChildId(record)) for record in records}


@Query
def schemes(
    connection: Connection, edition: int, records: Collection[UUID]
) -> Steps[list[tuple[UUID, str, IdentifierStatus]]]:
    """Record, scheme of its identifier, and how that stands: `disputed`, `superseded`, `inactive` or `live`."""
    rows = connection.execute(
        "SELECT s.record, s.scheme, CASE WHEN m.disputed THEN 'disputed' "
        f"WHEN EXISTS (SELECT FROM edge e WHERE e.other = r AND e.strength = 2 AND {live('e')}) THEN 'superseded' "
        f"WHEN EXISTS (SELECT FROM entry n WHERE n.record = r AND n.kind = 'nhs_number_inactive' AND n.why IS NULL "
        f"AND NOT n.doubted AND {live('n')}) "
        "THEN 'inactive' ELSE 'live' END FROM unnest(%(r)b::uuid[]) AS r JOIN log.subject s ON s.record = r "
        f"LEFT JOIN membership m ON m.record = r AND {live('m')} ORDER BY s.scheme, s.record",
        {"r": list(records), "e": edition},
        binary=True,
    )
    yield
    return rows.fetchall()


@Query
def entries(
    connection: Connection, edition: int, where: str, **parameters: object
) -> Steps[list[tuple[Entry, bytes | None]]]:
    """Timeline entries and their sealed contact cells, by a condition of ours on the table."""
    rows = connection.execute(
        f"SELECT {ENTRY} FROM entry WHERE {where} AND {_LIVE} ORDER BY starts NULLS FIRST, main",
        {"e": edition, **parameters},
        binary=True,
    )
    yield
    return [(entry_of(row), row[-1]) for row in rows]


def enrolled(connection: Connection, edition: int, day: int, children: Collection[ChildId]) -> list[tuple[UUID, str]]:
    """Which of some children are on roll on a day, and at which school (its URN)."""
    return connection.execute(
        f"SELECT c, e.provider FROM unnest(%(c)b::uuid[]) AS c LEFT JOIN membership m ON m.child = c AND {live('m')} "
        "JOIN entry e ON e.record = coalesce(m.record, c) AND e.kind = 'enrolment' AND e.why IS NULL AND NOT e.doubted "
        f"AND e.starts <= %(d)s AND (e.ends IS NULL OR e.ends > %(d)s) AND {live('e')}",
        {"c": list(children), "d": day, "e": edition},
        binary=True,
    ).fetchall()


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry from a row of the columns `ENTRY`."""
    return Entry(
        row[0], RecordId(row[1]), row[2], row[3], row[4], None, row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13],
        row[14], row[15], row[16], tuple(RecordId(r) for r in row[17] or ()), tuple(row[18]), row[19], (row[20], row[21]), row[22],
        row[23], row[24], row[25], row[26], doubted=row[27],
    )  # fmt: skip


def stored(connection: Connection, positions: Collection[int]) -> list[tuple[int, UUID, str, bytes]]:
    """Events as they are stored: position, record, topic, state."""
    return connection.execute(
        "SELECT notification_id, originator_id, topic, state FROM log.event WHERE notification_id = ANY(%(p)s::bigint[])",
        {"p": list(positions)},
        binary=True,
    ).fetchall()


@Query
def shielded(connection: Connection, edition: Edition, records: Collection[UUID], today: int) -> Steps[set[UUID]]:
    """Those of some records that are shielded, now or at the edition, whichever is the stricter (domain.access.shield).

    What is in the log and not yet in the views, as of a record being mended, can shield and cannot lift; so can a link. A
    shield covers records that are, or are said to be, the same child. A sealed identity is shielded for ever.
    """
    rows = connection.execute(
        f"WITH {_SAID_SINCE}, said (record, of) AS (SELECT r, r FROM unnest(%(r)b::uuid[]) AS r "
        f"UNION SELECT s.other, r FROM unnest(%(r)b::uuid[]) AS r CROSS JOIN LATERAL ({_SAID_OF.format('r')}) AS s (other)), "
        f"near (record, of) AS (SELECT record, of FROM said UNION SELECT m.mate, s.of FROM said s JOIN {_MATES} m ON m.record = s.record) "
        "SELECT n.of FROM near n JOIN entry e ON e.record = n.record AND e.kind = 'shield' AND (e.ends IS NULL OR e.ends > %(d)s) "
        f"WHERE e.to_ed IS NULL OR {live('e')} "
        "UNION SELECT n.of FROM near n JOIN log.fact f ON f.record = n.record AND f.kind = 'shield' AND f.act IN (1, 3) "
        f"WHERE {_NOT_TAKEN_IN} "
        "UNION SELECT record FROM log.sealed WHERE record = ANY(%(r)b)",
        {"r": list(records), "e": edition.number, "d": today},
        binary=True,
    )
    yield
    return {row[0] for row in rows}


def all_shielded(connection: Connection, edition: Edition, today: int) -> set[UUID]:
    """Every record that `shielded` would find, for lists of many children."""
    rows = connection.execute(
        f"WITH {_SAID_SINCE}, "
        "shield AS MATERIALIZED (SELECT e.record FROM entry e WHERE e.kind = 'shield' AND (e.ends IS NULL OR e.ends > %(d)s) "
        f"AND (e.to_ed IS NULL OR {live('e')}) UNION SELECT f.record FROM log.fact f WHERE f.kind = 'shield' AND f.act IN (1, 3) "
        f"AND {_NOT_TAKEN_IN}), near (record) AS (SELECT record FROM shield "
        f"UNION SELECT m.mate FROM shield s JOIN {_MATES} m ON m.record = s.record) "
        f"SELECT record FROM near UNION SELECT s.other FROM near n CROSS JOIN LATERAL ({_SAID_OF.format('n.record')}) AS s (other) "
        "UNION SELECT record FROM log.sealed",
        {"e": edition.number, "d": today},
        binary=True,
    )
    return {row[0] for row in rows}


@Query
def retracted(
    connection: Connection, edition: Edition, records: Collection[UUID]
) -> Steps[list[tuple[Entry, bytes | None]]]:
    """Facts that were taken back, as their events first said them (domain.timeline.entries.retracted), and contact cells."""
    rows = connection.execute(
        "SELECT f.kind, f.record, f.service, f.provider, f.organisation, CASE WHEN f.act NOT IN (2, 13) THEN f.day END, "
        "CASE WHEN f.act IN (2, 13) THEN f.day ELSE f.until END, t.reason, NULL, NULL, f.worker, f.team, f.role, "
        "f.scope, f.provision, CASE WHEN f.act IN (2, 4, 13) THEN f.reason END, f.lapses_after, f.others, log.sorted(f.position || t.positions), "
        "f.position, f.recorded_at, f.tie, f.act = 4, coalesce(f.takes_over, false), coalesce(f.onward, false), f.due, NULL, false, f.contact "
        "FROM log.fact f CROSS JOIN LATERAL (SELECT (array_agg(r.reason ORDER BY r.recorded_at DESC, r.tie DESC))[1] AS reason, "
        "array_agg(r.position) AS positions FROM log.fact r WHERE r.record = f.record AND r.act = 15 AND r.position <= %(p)s "
        "AND (r.target_key = f.key OR (r.target_key IS NULL AND r.target_source = f.source_key "
        "AND f.recorded_at <= r.recorded_at)) HAVING count(*) > 0) t "
        "WHERE f.record = ANY(%(r)s) AND f.position <= %(p)s AND f.act IN (1, 2, 3, 4, 9, 10, 12, 13)",
        {"r": list(records), "p": edition.position},
    )
    yield
    return [(replace(entry_of(row), retracted=True), row[-1]) for row in rows]


@Query
def weeks(
    connection: Connection, edition: int, records: Collection[UUID], until: int
) -> Steps[list[tuple[UUID, str, int, dict[int, int]]]]:
    """Attendance by record, school and week (its Monday): how many sessions up to a day stand in each category."""
    rows = connection.execute(
        "WITH step AS (SELECT w.record, w.school, w.week, abs(u.s) AS step FROM week w CROSS JOIN LATERAL unnest(w.steps, w.editions) AS u (s, e) "
        "WHERE w.record = ANY(%(r)s) AND u.e <= %(e)s GROUP BY 1, 2, 3, 4 HAVING sum(sign(u.s)) > 0), "
        "standing AS (SELECT record, school, week, (step >> 4) & 15 AS slot, max(step) & 15 AS category FROM step GROUP BY 1, 2, 3, 4) "
        "SELECT record, school, week, category::int, count(*)::int FROM standing WHERE week * 7 - 3 + slot / 2 <= %(u)s "
        "GROUP BY 1, 2, 3, 4 ORDER BY 3, 2, 1, 4",
        {"r": list(records), "e": edition, "u": until},
    )
    yield
    found: dict[tuple[UUID, str, int], dict[int, int]] = {}
    for record, school, week, category, count in rows:
        found.setdefault((record, school, week * 7 - 3), {})[category] = count
    return [(*key, counts) for key, counts in found.items()]


@Query
def addresses(
    connection: Connection, edition: int, by_child: dict[ChildId, list[UUID]]
) -> Steps[dict[ChildId, list[AddressRow]]]:
    """The addresses of children in order of their days, each until the next."""
    owner = {record: child for child, records in by_child.items() for record in records}
    rows = connection.execute(
        "SELECT a.record, a.day, a.status, a.property, a.address, a.recorded_at, a.tie "
        f"FROM unnest(%(r)b::uuid[]) AS r JOIN address a ON a.record = r AND {live('a')}",
        {"r": list(owner), "e": edition},
        binary=True,
    )
    yield
    best: dict[tuple[ChildId, int], Any] = {}
    for row in rows:
        name = (owner[row[0]], row[1])
        if name not in best or (row[5], row[6]) > (best[name][5], best[name][6]):
            best[name] = row
    found: dict[ChildId, list[AddressRow]] = {child: [] for child in by_child}
    for (child, day), row in sorted(best.items(), key=lambda item: item[0][1], reverse=True):
        until = found[child][0].day if found[child] else FOREVER
        found[child].insert(0, AddressRow(row[0], day, until, row[2], row[3], row[4]))
    return found


@Query
def people(
    connection: Connection, edition: int, by_child: dict[ChildId, list[UUID]]
) -> Steps[dict[ChildId, PersonRow]]:
    """Who each child is, as stated last among its records, and a death that stands."""
    owner = {record: child for child, records in by_child.items() for record in records}
    rows = connection.execute(
        "SELECT record, person, person_at, person_tie, birth_day, birth IS NOT NULL, birth_at, birth_tie, vital_act, vital_day, vital_at, vital_tie, "
        "sex, sex_at, sex_tie, called, called_by, age_from IS NOT NULL "
        f"FROM unnest(%(r)b::uuid[]) AS r JOIN person p ON p.record = r AND {live('p')}",
        {"r": list(owner), "e": edition},
        binary=True,
    )
    yield
    told: dict[ChildId, list[Any]] = {child: [] for child in by_child}
    for row in rows:
        told[owner[row[0]]].append(row)
    found: dict[ChildId, PersonRow] = {}
    for child, mine in told.items():
        named = max((r for r in mine if r[1] is not None), key=lambda r: (r[2], r[3]), default=None)
        born = max(
            (r for r in mine if r[4] is not None),
            key=lambda r: (r[5], r[17], r[6] or 0, r[7] or b""),
            default=None,
        )
        sexed = max((r for r in mine if r[12] is not None), key=lambda r: (r[13], r[14]), default=None)
        found[child] = PersonRow(
            Sealed(named[0], named[1]) if named else None,
            Sealed(born[0], born[4]) if born else None,
            death_of(r[8:12] for r in mine),
            Sealed(sexed[0], sexed[12]) if sexed else None,
            tuple((by, Sealed(r[0], cell)) for r in mine for by, cell in zip(r[16] or (), r[15] or (), strict=True)),
        )
    return found


def death_of(vital: Iterable[Sequence[Any]]) -> int | None:
    """The day of a death that stands, from what was told last of each record: act, day, instant, what decides within it."""
    last = max((row for row in vital if row[0] is not None), key=lambda row: (row[2], row[0], row[3]), default=None)
    return last[1] if last is not None and last[0] == Act.DEATH else None


def named(connection: Connection, edition: int, digests: Collection[UUID], limit: int) -> list[UUID]:
    """Records of whom a family name with a date of birth was ever stated; `digests`: what it may be found by."""
    rows = connection.execute(
        f"SELECT record FROM person WHERE named && %(d)s::uuid[] AND {_LIVE} ORDER BY record LIMIT %(n)s",
        {"d": list(digests), "e": edition, "n": limit},
    )
    return [row[0] for row in rows]


HELD: Final = at_edition("""
SELECT r.child, r.rule, r.since, r.starts, r.ends, r.positions, r.organisation
FROM unnest(%(rules)s::text[], %(begun)s::int[]) AS w (rule, begun)
JOIN rectangle r ON r.rule = w.rule AND r.since <= w.begun AND r.starts <= %(d)s AND r.ends > %(d)s
WHERE live(r) {some}
""")


@Query
def rectangles(
    connection: Connection, edition: int, day: int, begun: Mapping[str, int], children: Collection[UUID] | None = None
) -> Steps[list[Rectangle]]:
    """Indicators or gaps that hold on a day, of those rules of `begun` that have been so since a day given for each, or longer."""
    some = "" if children is None else "AND r.child = ANY(%(c)b)"
    rows = connection.execute(
        f"{HELD.replace('{some}', some)} ORDER BY r.child, r.rule, r.since",
        {"rules": list(begun), "begun": list(begun.values()), "d": day, "e": edition, "c": list(children or ())},
        binary=True,
    )
    yield
    return rows.fetchall()


@Query
def kept_aside(connection: Connection, records: Collection[UUID]) -> Steps[int]:
    """How many events about some records are kept in quarantine now."""
    rows = connection.execute(
        "SELECT count(*) FROM log.aside WHERE record = ANY(%s) AND kind = 'kept' AND state IN ('waiting', 'ready')",
        (list(records),),
    )
    yield
    row = rows.fetchone()
    return int(row[0]) if row else 0
