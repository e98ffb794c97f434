"""Whether what was measured is right: the views against a rebuild, and children in them against the reference."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.keys.data_keys import MasterKeys
from adapters.log.reader import LogReader, tied
from domain.errors import IcrError
from domain.events import RecordId
from domain.indicators.finding import indicators
from domain.leads.gaps import gaps
from domain.timeline.world import World, build_world
from projections.view_sets import VIEW_SETS, checksums

SAMPLE: Final = 60
# Records that say most: with entries, absences and indicators as well as any.
_PICK: Final = """
(SELECT record FROM log.subject WHERE scheme <> 'feed' ORDER BY hash LIMIT %(n)s)
UNION (SELECT child FROM {view}.rectangle WHERE to_ed IS NULL ORDER BY md5(child::text) LIMIT %(n)s)
UNION (SELECT record FROM {view}.membership WHERE to_ed IS NULL ORDER BY md5(record::text) LIMIT %(n)s)
"""


class Wrong(IcrError):
    """The measurement's answers differ from what they must be."""


def views_equal_rebuild(connection: psycopg.Connection[Any]) -> int:
    """Compare both sets of views after a rebuild; how many tables. Raises Wrong."""
    one, other = (checksums(connection, view) for view in VIEW_SETS)
    if differing := sorted(table for table in one if one[table] != other[table]):
        raise Wrong(f"the rebuilt views differ in {', '.join(differing)}")
    return len(one)


def views_equal_reference(connection: psycopg.Connection[Any], keys: MasterKeys, sample: int = SAMPLE) -> int:
    """Compare some children of the views now read with the reference (domain.timeline.world); how many. Raises Wrong."""
    (view,) = connection.execute("SELECT view FROM log.serving").fetchone() or ("view_a",)
    picked = connection.execute(_PICK.replace("{view}", view), {"n": sample // 3}).fetchall()
    records = tied(connection, (row[0] for row in picked))
    history = list(LogReader(connection, keys).events(records=sorted(records)))
    schemes = connection.execute("SELECT record, scheme FROM log.subject WHERE record = ANY(%s)", (list(records),))
    world = build_world(history, dict(schemes.fetchall()))
    told, shown = _told(world), _shown(connection, view, sorted(records))
    if differing := sorted(part for part in told if told[part] != shown[part]):
        raise Wrong(f"the views differ from the reference in {', '.join(differing)}")
    return len(world.children)


def _told(world: World) -> dict[str, set[Any]]:
    children = world.children.values()
    return {
        "membership": set(world.links.child.items()),
        "entries": {
            (e.record, e.kind, e.service, e.start, e.end, e.why, e.confirmed, e.accepted, e.worker, e.positions)
            for child in children
            for e in child.entries
        },
        "indicators": {(c.id, i.id, i.since, i.start, i.end, i.positions) for c in children for i in indicators(c)}
        | {(c.id, g.rule, g.since, g.start, g.end, g.positions) for c in children for g in gaps(c)},
    }


def _shown(connection: psycopg.Connection[Any], view: str, records: Sequence[UUID]) -> dict[str, set[Any]]:
    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query.replace("{v}", view), {"r": records}).fetchall()

    members = rows("SELECT record, child FROM {v}.membership WHERE record = ANY(%(r)s) AND to_ed IS NULL")
    several = [child for _, child in members]
    return {
        "membership": {(RecordId(r), c) for r, c in members if r != c or several.count(c) > 1},
        "entries": {
            (*row[:9], tuple(row[9]))
            for row in rows(
                "SELECT record, kind, service, starts, ends, why, confirmed, accepted, worker, positions FROM {v}.entry "
                "WHERE record = ANY(%(r)s) AND to_ed IS NULL"
            )
        },
        "indicators": {
            (*row[:5], tuple(row[5]))
            for row in rows(
                "SELECT child, rule, since, starts, ends, positions FROM {v}.rectangle "
                "WHERE child = ANY(%(r)s) AND to_ed IS NULL"
            )
        },
    }
