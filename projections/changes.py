"""What changed between two editions, each question of all children together and of both editions by one statement."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from domain.events import ChildId
from domain.feeds import Feed
from domain.timeline.entries import Entry
from projections.editions import Connection, Edition, at_edition
from projections.persons import death_of
from projections.queries import ENTRY, HELD, Rectangle, entry_of
from projections.reference_data import FEEDS, SILENT
from projections.uuids import uuids

Held = tuple[Entry, bytes | None]  # and its sealed contact
THEN, NOW = 0, 1

_COLUMNS: Final = ENTRY.split(", ")
_OF_ENTRY: Final = ", ".join(f"e.{name}" for name in _COLUMNS)
_POSITIONS: Final = _COLUMNS.index("positions")
_NO_ENTRY: Final = ", ".join("k.record" if name == "record" else "NULL" for name in _COLUMNS)
_MOMENTS: Final = "(VALUES (0, %(then)s::int), (1, %(now)s::int)) AS m (at, edition)"
_MEMBERS: Final = "LEFT JOIN LATERAL (SELECT b.record FROM membership b WHERE b.child = {0}.child AND then(b, {0}) OFFSET 0) b ON true"


def _at_moments(statement: str) -> str:
    """A statement in which then(x, m) stands for the condition that a row of x holds at the edition of a moment m."""
    rows = r"\1.from_ed <= \2.edition AND (\1.to_ed IS NULL OR \1.to_ed > \2.edition)"
    return re.sub(r"\bthen\((\w+), (\w+)\)", rows, statement)


def _child_of(record: str) -> str:
    """The child of a record at the edition of the moment m."""
    return f"coalesce((SELECT c.child FROM membership c WHERE c.record = {record} AND then(c, m)), {record})"


# Whether what rests on events came by none since an edition, or by one that was sent live: backfill and snapshots are no news.
_NEWS: Final = (
    "NOT EXISTS (SELECT FROM unnest({0}) AS o (position) WHERE o.position > %(p)s) "
    "OR EXISTS (SELECT FROM log.fact f WHERE f.position = ANY({0}) AND f.position > %(p)s AND f.backfill IS NOT TRUE) "
    "OR EXISTS (SELECT FROM log.fact_mark f WHERE f.position = ANY({0}) AND f.position > %(p)s)"
)

# A record's children of both editions, and all records of these again: who is a child may have changed between them.
_AROUND: Final = _at_moments(f"""
WITH own AS MATERIALIZED (
    SELECT DISTINCT e.record FROM {_MOMENTS} CROSS JOIN LATERAL (
        SELECT e.record FROM entry e WHERE e.worker = %(w)s AND (e.ends IS NULL OR e.ends > %(d)s) AND then(e, m) OFFSET 0) e
    UNION SELECT unnest(%(r)s::uuid[])
), near AS (
    SELECT DISTINCT m.at, m.edition, {_child_of("o.record")} AS child FROM own o CROSS JOIN {_MOMENTS}
), first AS (
    SELECT DISTINCT coalesce(b.record, n.child) AS record FROM near n {_MEMBERS.format("n")}
), whole AS (
    SELECT DISTINCT m.at, m.edition, {_child_of("f.record")} AS child FROM first f CROSS JOIN {_MOMENTS}
), kin AS MATERIALIZED (
    SELECT w.at, w.edition, w.child, coalesce(b.record, w.child) AS record FROM whole w {_MEMBERS.format("w")}
)
SELECT m.at, {_child_of("e.record")} AS child, {_OF_ENTRY}, {_NEWS.format("e.positions")}, NULL::text[] AS schools,
    NULL::smallint, NULL::int, NULL::bigint, NULL::bytea
FROM {_MOMENTS} CROSS JOIN LATERAL (
    SELECT * FROM entry e WHERE e.worker = %(w)s AND (e.ends IS NULL OR e.ends > %(d)s) AND (e.kind <> 'lead' OR e.doubted) AND then(e, m)
    OFFSET 0) e
UNION ALL
SELECT k.at, k.child, {_OF_ENTRY}, {_NEWS.format("e.positions")}, NULL, NULL, NULL, NULL, NULL FROM kin k CROSS JOIN LATERAL (
    SELECT * FROM entry e WHERE e.record = k.record AND e.kind = 'lead' AND NOT e.doubted AND then(e, k) OFFSET 0) e
UNION ALL
SELECT k.at, k.child, {_NO_ENTRY}, NULL, ARRAY(
        SELECT e.provider FROM entry e WHERE e.record = k.record AND e.kind = 'enrolment' AND e.why IS NULL AND NOT e.doubted
            AND e.starts <= %(d)s AND (e.ends IS NULL OR e.ends > %(d)s) AND then(e, k)),
    p.vital_act, p.vital_day, p.vital_at, p.vital_tie
FROM kin k LEFT JOIN LATERAL (SELECT * FROM person p WHERE p.record = k.record AND then(p, k) OFFSET 0) p ON true
ORDER BY 1, starts NULLS FIRST, main
""")

# By what was sent live: backfill and snapshots are no news. What was published before the first edition, and taken in after
# it, is news as well.
_CHANGED: Final = at_edition(f"""
SELECT true, {ENTRY} FROM entry n WHERE record = ANY(%(r)s) AND from_ed > %(s)s AND live(n)
    AND EXISTS (SELECT FROM log.fact f WHERE f.position = ANY(n.positions) AND f.backfill IS NOT TRUE AND f.position > coalesce((
        SELECT min(m.position) - 1 FROM mending m WHERE m.record = n.record AND m.from_ed <= %(s)s AND m.to_ed > %(s)s), %(p)s))
UNION ALL
SELECT false, {ENTRY} FROM entry n WHERE record = ANY(%(r)s) AND to_ed <= %(e)s
    AND n.from_ed <= %(s)s AND n.to_ed > %(s)s AND NOT EXISTS (SELECT FROM entry o WHERE o.record = n.record AND o.main = n.main AND live(o))
    AND NOT EXISTS (SELECT FROM entry o WHERE o.record = ANY(%(r)s) AND o.kind = n.kind AND n.main = ANY(o.positions) AND live(o))
ORDER BY starts NULLS FIRST, main
""")

_PROMPTS: Final = """
WITH prompt AS (
    SELECT 0 AS at, h.*, NULL::int AS seen FROM ({held_then}) h
    UNION ALL SELECT 1, h.*, NULL FROM ({held_now}) h
    UNION ALL SELECT 0, h.* FROM ({silent_then}) h
    UNION ALL SELECT 1, h.* FROM ({silent_now}) h
)
SELECT *, {news} FROM prompt ORDER BY at, child, rule, since
"""


def _of(statement: str, edition: str, children: str) -> str:
    return statement.replace("{some}", f"AND r.child = ANY(%({children})b)").replace("%(e)s", f"%({edition})s")


_PROMPTS_OF_BOTH: Final = _PROMPTS.format(
    news=_NEWS.format("positions"),
    held_then=_of(HELD, "then", "were"), held_now=_of(HELD, "now", "are"),
    silent_then=_of(SILENT, "then", "were"), silent_now=_of(SILENT, "now", "are"),
)  # fmt: skip

# What says since an edition that a record is one child with another, all of it sent as backfill or snapshot.
_RELOADED: Final = at_edition("""
SELECT x.record FROM edge e CROSS JOIN LATERAL (VALUES (e.record), (e.other)) AS x (record)
JOIN log.fact f ON f.record = e.record AND f.recorded_at = e.recorded_at AND f.tie = e.tie
WHERE x.record = ANY(%(r)s) AND e.from_ed > %(s)s AND live(e)
GROUP BY x.record HAVING bool_and(f.backfill IS TRUE)
""")

_FEEDS: Final = "SELECT 0, f.* FROM ({then}) f UNION ALL SELECT 1, f.* FROM ({now}) f".format(
    then=FEEDS.replace("%(e)s", "%(then)s"), now=FEEDS.replace("%(e)s", "%(now)s")
)


@dataclass(slots=True)
class Around:
    """The children whom a worker's entries are about at one edition, and whoever was one child with them at the other.

    `entries` are the worker's own that may be open and all leads, `no_news` the events of those that rest on nothing new but backfill; `deaths`
    are the days of those that stand, `schools` where each is on roll.
    """

    records: dict[ChildId, list[UUID]] = field(default_factory=dict)
    child_of: dict[UUID, ChildId] = field(default_factory=dict)
    entries: dict[ChildId, list[Held]] = field(default_factory=dict)
    no_news: set[tuple[int, ...]] = field(default_factory=set)
    deaths: dict[ChildId, int] = field(default_factory=dict)
    schools: dict[ChildId, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A gap or indicator that holds on a day: of silence with the day a school last saw the child.

    `news`: that it began is news, since it rests not on backfill alone.
    """

    row: Rectangle
    seen: int | None
    news: bool


def around(
    connection: Connection, then: Edition, now: Edition, worker: str, day: int, more: Collection[UUID] = ()
) -> tuple[Around, Around]:
    """A worker's children, then and now: by entries that may be open on a day, and by `more` records."""
    asked = {"then": then.number, "now": now.number, "p": then.position, "w": worker, "d": day, "r": uuids(more)}
    found = Around(), Around()
    vital: dict[tuple[int, ChildId], list[Any]] = {}
    for at, of, *entry, news, schools, act, died, told_at, tie in connection.execute(_AROUND, asked, binary=True):
        moment, child = found[at], ChildId(of)
        if schools is None:
            moment.entries.setdefault(child, []).append((entry_of(entry), entry[-1]))
            if not news:
                moment.no_news.add(tuple(entry[_POSITIONS]))
            continue
        record = entry[1]
        moment.records.setdefault(child, []).append(record)
        moment.child_of[record] = child
        moment.schools.setdefault(child, set()).update(schools)
        vital.setdefault((at, child), []).append((act, died, told_at, tie))
    for moment in found:
        for records in moment.records.values():
            records.sort()
    for (at, child), rows in vital.items():
        if (death := death_of(rows)) is not None:
            found[at].deaths[child] = death
    return found


def is_news(connection: Connection, then: Edition, positions: Collection[int]) -> bool:
    """Whether what rests on some events came by none since an edition, or by one that was sent live."""
    asked = {"p": then.position, "x": list(positions)}
    row = connection.execute(f"SELECT {_NEWS.format('%(x)s::bigint[]')}", asked).fetchone()
    return row is not None and bool(row[0])


def reloaded(connection: Connection, then: Edition, now: Edition, records: Collection[UUID]) -> set[UUID]:
    """Those of some records that were joined to others between two editions by nothing but backfill and snapshots, which are no news."""
    if not records:
        return set()
    rows = connection.execute(_RELOADED, {"r": uuids(records), "s": then.number, "e": now.number}, binary=True)
    return {row[0] for row in rows}


def changed(
    connection: Connection, then: Edition, now: Edition, records: Collection[UUID]
) -> tuple[list[Held], list[Held]]:
    """Entries that came or changed between two editions, and those that stood at the first and of which nothing stands any more."""
    new: list[Held] = []
    gone: list[Held] = []
    asked = {"r": uuids(records), "s": then.number, "p": then.position, "e": now.number}
    for stands, *row in connection.execute(_CHANGED, asked, binary=True):
        (new if stands else gone).append((entry_of(row), row[-1]))
    return new, gone


def prompts(
    connection: Connection, then: Edition, now: Edition, day: int, begun: Mapping[str, int], silence: tuple[str, int],
    were: Collection[ChildId], are: Collection[ChildId],
) -> tuple[list[Prompt], list[Prompt]]:  # fmt: skip
    """Gaps and indicators that hold on a day, then and now: by `begun` as `queries.rectangles`, and the rule of `silence`."""
    rule, quiet_since = silence
    asked = {
        "then": then.number, "now": now.number, "p": then.position, "d": day, "rules": list(begun), "begun": list(begun.values()),
        "rule": rule, "quiet": quiet_since, "were": uuids(were), "are": uuids(are),
    }  # fmt: skip
    found: tuple[list[Prompt], list[Prompt]] = [], []
    for at, child, name, since, start, end, positions, organisation, seen, news in connection.execute(
        _PROMPTS_OF_BOTH, asked, binary=True
    ):
        row = (child, name, since, start, end, positions, organisation)
        found[at].append(Prompt(row, seen, news))
    return found


def feeds(connection: Connection, then: Edition, now: Edition) -> tuple[list[Feed], list[Feed]]:
    """How far each feed said last that it was complete, then and now."""
    found: tuple[list[Feed], list[Feed]] = [], []
    rows: Iterable[Sequence[Any]] = connection.execute(_FEEDS, {"then": then.number, "now": now.number}, binary=True)
    for at, *feed in rows:
        found[at].append(Feed(*feed))
    return found
