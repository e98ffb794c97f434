"""What the views hold, and what the reference says, in one shape that can be compared."""

from collections import Counter
from typing import Any

import psycopg

from domain.dates import school_year_of, school_year_starts
from domain.indicators.attendance import ABSENT, NOT_POSSIBLE
from domain.indicators.finding import indicators
from domain.leads.gaps import gaps
from domain.timeline.entries import Entry
from domain.timeline.world import World

LIVE = "from_ed <= %(e)s AND (to_ed IS NULL OR to_ed > %(e)s)"


def of_views(connection: psycopg.Connection[Any], view: str, edition: int) -> dict[str, set[Any]]:
    """The views' answers at an edition."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query.replace("{v}", view).replace("{live}", LIVE), {"e": edition}).fetchall()  # type: ignore[arg-type]

    entries = rows(
        "SELECT record, kind, service, organisation, starts, ends, why, confirmed, accepted, worker, role, scope, "
        "provision, reason, lapses_after, others, "
        "positions, main, moment, takes_over, onward, due, sessions, doubted FROM {v}.entry WHERE {live}"
    )
    members = rows("SELECT record, child FROM {v}.membership WHERE {live}")
    several = Counter(child for _, child in members)
    return {
        "membership": {(r, c) for r, c in members if r != c or several[c] > 1},
        "disputed": {r for (r,) in rows("SELECT record FROM {v}.membership WHERE {live} AND disputed")},
        "entries": {(*e[:15], tuple(e[15] or ()), tuple(e[16]), *e[17:]) for e in entries},
        "rectangles": {
            (c, rule, since, a, b, tuple(p), o)
            for c, rule, since, a, b, p, o in rows("SELECT child, rule, since, starts, ends, positions, organisation FROM {v}.rectangle WHERE {live}")
        },
        "addresses": set(rows(
            "SELECT DISTINCT ON (coalesce(m.child, a.record), a.day) coalesce(m.child, a.record), a.day, a.status, a.residence, a.main, a.placed, "
            "coalesce(a.until, 2000000) FROM {v}.address a "
            "LEFT JOIN (SELECT * FROM {v}.membership WHERE {live}) m ON m.record = a.record "
            "WHERE a.from_ed <= %(e)s AND (a.to_ed IS NULL OR a.to_ed > %(e)s) "
            "ORDER BY 1, 2, a.placed DESC, a.recorded_at DESC, a.tie DESC"
        )),
        "feeds": set(rows("SELECT organisation, event_type, complete_through FROM {v}.feed WHERE {live}")),
    }  # fmt: skip


def _entry(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.record, entry.kind, entry.service, entry.organisation, entry.start, entry.end, entry.why, entry.confirmed, entry.accepted,
        entry.worker, entry.role, entry.scope, entry.provision, entry.reason, entry.lapses_after, entry.others, entry.positions, entry.main,
        entry.moment, entry.takes_over, entry.onward, entry.due, entry.sessions, entry.doubted,
    )  # fmt: skip


def of_reference(world: World) -> dict[str, set[Any]]:
    """The reference's answers."""
    everyone = world.children.values()
    return {
        "membership": {(r, c) for r, c in world.links.child.items()},
        "disputed": {r for edge in world.links.disputed for r in (edge.one, edge.other)},
        "entries": {_entry(e) for child in everyone for e in child.entries},
        "rectangles": {
            (c.id, i.id, i.since, i.start, i.end, i.positions, i.organisation) for c in everyone for i in indicators(c)
        }
        | {(c.id, g.rule, g.since, g.start, g.end, g.positions, g.organisation) for c in everyone for g in gaps(c)},
        "addresses": {
            (c.id, a.start, a.address["status"], a.address["residence"], a.position, a.placed, a.until)
            for c in everyone
            for a in c.addresses
        },
        "feeds": {(feed.organisation, feed.event_type, feed.complete_through) for feed in world.feeds},
    }


def tallies_of_views(connection: psycopg.Connection[Any], view: str) -> set[tuple[Any, ...]]:
    """Sessions possible and missed of each record, school and school year, which the views keep as of now alone."""
    query = f"SELECT record, school, year, possible, absent FROM {view}.tally WHERE possible <> 0 OR absent <> 0"
    return set(connection.execute(query).fetchall())  # type: ignore[arg-type]


def tallies_of_reference(world: World) -> set[tuple[Any, ...]]:
    """The same by the marks that stand."""
    possible: Counter[tuple[Any, ...]] = Counter()
    absent: Counter[tuple[Any, ...]] = Counter()
    for child in world.children.values():
        for mark in child.marks:
            if mark.category not in NOT_POSSIBLE:
                whose = (mark.record, mark.school, school_year_starts(school_year_of(mark.day)))
                possible[whose] += 1
                absent[whose] += mark.category in ABSENT
    return {(*whose, count, absent[whose]) for whose, count in possible.items()}
