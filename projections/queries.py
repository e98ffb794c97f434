"""The questions the views answer, at one edition; cells stay sealed, opening them is the caller's (design D3, D4).

Every query runs inside one read-only snapshot whose search path is the serving set of views.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from domain.events import ChildId, RecordId
from domain.identifiers import IdentifierStatus
from domain.timeline.entries import Entry
from projections.editions import Connection, Edition, at_edition, live
from projections.pipelined import Query, Steps
from projections.uuids import uuids

_LIVE: Final = "from_ed <= %(e)s AND (to_ed IS NULL OR to_ed > %(e)s)"
ENTRY: Final = (
    "kind, record, service, provider, organisation, starts, ends, why, confirmed, accepted, worker, team, role, scope, provision, reason, "
    "lapses_after, others, positions, main, recorded_at, tie, moment, takes_over, onward, due, absent_from, doubted, sessions, contact"
)


# child, rule, since, from, to, positions, organisation of the feed
Rectangle = tuple[ChildId, str, int, int, int, list[int], str | None]


def child_of(connection: Connection, edition: int, record: UUID) -> ChildId:
    """The child that a record belongs to; a record that is alone is its own."""
    return children_of(connection, edition, [record])[record]


_KNOWN: Final = at_edition("""
SELECT k.child, k.records FROM (
    SELECT c.record, c.child, ARRAY(SELECT o.record FROM membership o WHERE o.child = c.child AND live(o) ORDER BY o.record) AS records FROM (
        SELECT f.record, coalesce((SELECT m.child FROM membership m WHERE m.record = f.record AND live(m)), f.record) AS child
        FROM ({found}) AS f) AS c) AS k
WHERE EXISTS (
    SELECT FROM log.event v JOIN log.edition e ON e.number = %(e)s
    WHERE v.originator_id = ANY(k.records || k.record) AND v.originator_version <= e.last
        AND NOT EXISTS (SELECT FROM log.erased z WHERE z.record = v.originator_id)
        AND NOT EXISTS (SELECT FROM log.withheld w WHERE w.position = v.notification_id))
""")
_OF_RECORD: Final = _KNOWN.format(found="SELECT %(r)s::uuid AS record")
_OF_HASH: Final = _KNOWN.format(found="SELECT record FROM log.subject WHERE hash = %(r)s")


def known_child(
    connection: Connection, edition: int, *, record: UUID | None = None, digest: bytes = b""
) -> tuple[ChildId, list[UUID]] | None:
    """The child that a record, or the record of an identifier's hash, belongs to, and all its records. None where nothing was known of them.

    A record that is alone is its own child. What others say of a record, naming it, does not make it known; what its own
    events link it with does. The record that gives a child its id may be such a one, without any event of its own.
    """
    asked, statement = (UUID(bytes=digest), _OF_HASH) if record is None else (record, _OF_RECORD)
    row = connection.execute(statement, {"r": asked, "e": edition}, binary=True).fetchone()
    return None if row is None else (ChildId(row[0]), row[1] or [row[0]])


def children_ever(connection: Connection, records: Collection[UUID]) -> set[ChildId]:
    """The children that some records have ever belonged to, at whichever edition."""
    rows = connection.execute("SELECT DISTINCT child FROM membership WHERE record = ANY(%s)", (list(records),))
    return {ChildId(child) for (child,) in rows}


def members(connection: Connection, edition: int, children: Collection[UUID]) -> dict[ChildId, list[UUID]]:
    """The records of each child, sorted."""
    found: dict[ChildId, list[UUID]] = {ChildId(child): [] for child in children}
    rows = connection.execute(
        f"SELECT m.child, m.record FROM unnest(%(c)b::uuid[]) AS c JOIN membership m ON m.child = c AND {live('m')} ORDER BY 1, 2",
        {"c": uuids(children), "e": edition},
        binary=True,
    )
    for child, record in rows:
        found[ChildId(child)].append(record)
    return {child: records or [UUID(bytes=child.bytes)] for child, records in found.items()}


def children_of(connection: Connection, edition: int, records: Collection[UUID]) -> dict[UUID, ChildId]:
    """The child of each record."""
    rows = connection.execute(
        f"SELECT m.record, m.child FROM unnest(%(r)b::uuid[]) AS r JOIN membership m ON m.record = r AND {live('m')}",
        {"r": uuids(records), "e": edition},
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
        {"r": uuids(records), "e": edition},
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


@Query
def entries_of_worker(
    connection: Connection, edition: int, worker: str, day: int
) -> Steps[list[tuple[ChildId, list[UUID], Entry, bytes | None]]]:
    """A worker's entries that have not ended by a day, each with the child that it is of, all records of that one, and its sealed contact."""
    rows = connection.execute(
        f"SELECT c.child, ARRAY(SELECT o.record FROM membership o WHERE o.child = c.child AND {live('o')} ORDER BY o.record), {ENTRY} "
        "FROM entry e CROSS JOIN LATERAL (SELECT coalesce((SELECT m.child FROM membership m "
        f"WHERE m.record = e.record AND {live('m')}), e.record) AS child) AS c "
        f"WHERE e.worker = %(w)s AND (e.ends IS NULL OR e.ends > %(d)s) AND {live('e')} ORDER BY e.starts NULLS FIRST, e.main",
        {"w": worker, "d": day, "e": edition},
        binary=True,
    )
    yield
    return [(ChildId(row[0]), row[1] or [row[0]], entry_of(row[2:]), row[-1]) for row in rows]


def enrolled(connection: Connection, edition: int, day: int, children: Collection[ChildId]) -> list[tuple[UUID, str]]:
    """Which of some children are on roll on a day, and at which school (its URN)."""
    return connection.execute(
        f"SELECT c, e.provider FROM unnest(%(c)b::uuid[]) AS c LEFT JOIN membership m ON m.child = c AND {live('m')} "
        "JOIN entry e ON e.record = coalesce(m.record, c) AND e.kind = 'enrolment' AND e.why IS NULL AND NOT e.doubted "
        f"AND e.starts <= %(d)s AND (e.ends IS NULL OR e.ends > %(d)s) AND {live('e')}",
        {"c": uuids(children), "d": day, "e": edition},
        binary=True,
    ).fetchall()


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry from a row of the columns `ENTRY`."""
    return Entry(
        row[0], RecordId(row[1]), row[2], row[3], row[4], None, row[5], row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13],
        row[14], row[15], row[16], tuple(RecordId(r) for r in row[17] or ()), tuple(row[18]), row[19], (row[20], row[21]), row[22],
        row[23], row[24], row[25], row[26], doubted=row[27], sessions=row[28],
    )  # fmt: skip


def stored(connection: Connection, positions: Collection[int]) -> list[tuple[int, UUID, str, bytes]]:
    """Events as they are stored: position, record, topic, state."""
    return connection.execute(
        "SELECT notification_id, originator_id, topic, state FROM log.event WHERE notification_id = ANY(%(p)s::bigint[])",
        {"p": list(positions)},
        binary=True,
    ).fetchall()


@Query
def retracted(
    connection: Connection, edition: Edition, records: Collection[UUID]
) -> Steps[list[tuple[Entry, bytes | None]]]:
    """Facts that were taken back, as their events first said them (domain.timeline.pairing.retracted), and contact cells."""
    rows = connection.execute(
        "SELECT f.kind, f.record, f.service, f.provider, f.organisation, CASE WHEN f.act NOT IN (2, 13) THEN f.day END, "
        "CASE WHEN f.act IN (2, 13) THEN f.day ELSE f.until END, t.reason, NULL, NULL, f.worker, f.team, f.role, "
        "f.scope, f.provision, CASE WHEN f.act IN (2, 4, 13) THEN f.reason END, f.lapses_after, f.others, log.sorted(f.position || t.positions), "
        "f.position, f.recorded_at, f.tie, f.act = 4, coalesce(f.takes_over, false), coalesce(f.onward, false), "
        "f.due, NULL, false, f.sessions, f.contact "
        "FROM log.fact f CROSS JOIN LATERAL (SELECT (array_agg(r.reason ORDER BY r.recorded_at DESC, r.tie DESC))[1] AS reason, "
        "array_agg(r.position) AS positions FROM log.fact r WHERE r.record = f.record AND r.act = 15 AND r.position <= %(p)s "
        "AND (r.target_key = f.key OR (r.target_key IS NULL AND r.target_source = f.source_key "
        "AND f.recorded_at <= r.recorded_at)) HAVING count(*) > 0) t "
        "WHERE f.record = ANY(%(r)s) AND f.position <= %(p)s AND f.act IN (1, 2, 3, 4, 9, 10, 12, 13)",
        {"r": uuids(records), "p": edition.position},
    )
    yield
    return [(replace(entry_of(row), retracted=True), row[-1]) for row in rows]


@Query
def weeks(
    connection: Connection, edition: int, records: Collection[UUID], until: int
) -> Steps[list[tuple[UUID, str, int, dict[int, int]]]]:
    """Attendance by record, school and week (its Monday): how many sessions up to a day stand in each category."""
    rows = connection.execute(
        "SELECT record, school, week, steps, CASE WHEN %(e)s < ANY(editions) THEN editions END FROM week "
        "WHERE record = ANY(%(r)s) ORDER BY week, school, record",
        {"r": uuids(records), "e": edition},
        binary=True,
    )
    yield
    found = []
    for record, school, week, steps, editions in rows:
        monday = week * 7 - 3
        known = steps if editions is None else _until(edition, steps, editions)
        if sessions := _sessions(known, 2 * (until - monday) + 1):
            found.append((record, school, monday, sessions))
    return found


def _until(edition: int, steps: Iterable[int], editions: Iterable[int]) -> list[int]:
    return [step for step, made_in in zip(steps, editions, strict=True) if made_in <= edition]


def _sessions(steps: Sequence[int], latest: int) -> dict[int, int]:
    """How many sessions of a week, up to the latest, stand in each category, by steps as the table `week` has them.

    Of what was said of a session and not taken back the last holds. Counted here, since the database takes longer for it.
    """
    if steps and min(steps) < 0:
        said, taken_back = Counter(steps), Counter(-step for step in steps if step < 0)
        steps = [step for step in said if step > 0 and said[step] > taken_back[step]]
    standing = {(step >> 4) & 15: step & 15 for step in sorted(steps)}
    counts: dict[int, int] = {}
    for session, category in standing.items():
        if session <= latest:
            counts[category] = counts.get(category, 0) + 1
    return counts


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
        {"rules": list(begun), "begun": list(begun.values()), "d": day, "e": edition, "c": uuids(children or ())},
        binary=True,
    )
    yield
    return rows.fetchall()


@Query
def kept_aside(connection: Connection, records: Collection[UUID], *, shielded: bool) -> Steps[int]:
    """How many events about a child are kept in quarantine now: of any of its records' identifiers, whichever of them they name.

    Of a shielded child only those that go with one of `records`: beside such an identifier another agency's may stand.
    """
    about = "" if shielded else "OR subjects && ARRAY(SELECT hash FROM log.subject WHERE record = ANY(%(r)s)) "
    rows = connection.execute(
        f"SELECT count(*) FROM log.aside WHERE kind = 'kept' AND state IN ('waiting', 'ready') AND (record = ANY(%(r)s) {about})",
        {"r": uuids(records)},
    )
    yield
    row = rows.fetchone()
    return int(row[0]) if row else 0
