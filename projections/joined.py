"""What is joined to the views' answers when a question is asked: feeds, reference data, staff, the days seen at school.

None of it stands in a view, so that what is published of it changes no stored row (docs/decisions/0015, 0016).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from domain.dates import FOREVER
from domain.events import ChildId
from domain.families import Feed
from domain.reference import StaffFact, Stated
from projections.queries import Connection


def feeds(connection: Connection, position: int) -> list[Feed]:
    """For each organisation and event type, how far its feed said last that it was complete, as known at a position."""
    rows = connection.execute(
        "SELECT DISTINCT ON (provider, service) provider, service, until FROM log.fact WHERE act = 16 AND position <= %s "
        "ORDER BY provider, service, recorded_at DESC, key DESC",
        (position,),
    )
    return [Feed(*row) for row in rows]


def reference(connection: Connection, position: int, kinds: Sequence[str]) -> list[Stated]:
    """Events of reference data of some kinds, as known at a position (domain.reference)."""
    rows = connection.execute(
        "SELECT kind, organisation, provider, service, day, until, recorded_at, key, position FROM log.fact "
        "WHERE act = 18 AND kind = ANY(%(k)s) AND position <= %(p)s",
        {"k": list(kinds), "p": position},
    )
    return [
        Stated(kind, organisation, provider, name, day, FOREVER if until is None else until, (at, key.bytes), position)
        for kind, organisation, provider, name, day, until, at, key, position in rows
    ]


def staff(connection: Connection, position: int, workers: Collection[str], teams: Collection[str]) -> list[StaffFact]:
    """What was said of some workers and teams (`organisation:id`) up to a position: registered, left, duty lines, memberships."""
    rows = connection.execute(
        "SELECT kind, worker, team, day, until, recorded_at, key, position FROM log.fact WHERE act = 18 AND position <= %(p)s "
        "AND kind IN ('worker', 'worker_left', 'team', 'duty_line', 'team_membership', 'team_membership_ended') "
        "AND (worker = ANY(%(w)s) OR (team = ANY(%(t)s) AND worker IS NULL))",
        {"p": position, "w": list(workers), "t": list(teams)},
    )
    return _staff(rows)


def workers(connection: Connection, position: int) -> list[StaffFact]:
    """What was said of anybody who ever left."""
    rows = connection.execute(
        "SELECT kind, worker, team, day, until, recorded_at, key, position FROM log.fact WHERE act = 18 AND kind IN ('worker', 'worker_left') "
        "AND position <= %(p)s AND worker IN (SELECT worker FROM log.fact WHERE act = 18 AND kind = 'worker_left' AND position <= %(p)s)",
        {"p": position},
    )
    return _staff(rows)


def _staff(rows: Iterable[Any]) -> list[StaffFact]:
    return [
        StaffFact(kind, worker, team, day, FOREVER if until is None else until, (at, key.bytes), position)
        for kind, worker, team, day, until, at, key, position in rows
    ]


# Most children were seen within the last days: those are found in their last weeks, the others in all there are.
_SEEN_WITHIN = (21, 112, FOREVER)


def last_seen(connection: Connection, edition: int, day: int, since: Mapping[ChildId, int]) -> dict[ChildId, int]:
    """The last day, up to a day, on which a school saw each child, where that lies after the day given for it (domain.indicators.support)."""
    found: dict[ChildId, int] = {}
    for within in _SEEN_WITHIN:
        left = {child: max(begun, day - within) for child, begun in since.items() if child not in found}
        if left:
            found |= _seen_since(connection, edition, day, left)
    return found


def _seen_since(connection: Connection, edition: int, day: int, since: Mapping[ChildId, int]) -> dict[ChildId, int]:
    rows = connection.execute(
        "WITH asked AS (SELECT c.child, c.since, coalesce(m.record, c.child) AS record FROM unnest(%(c)s::uuid[], %(s)s::int[]) AS c (child, since) "
        "LEFT JOIN membership m ON m.child = c.child AND m.from_ed <= %(e)s AND (m.to_ed IS NULL OR m.to_ed > %(e)s)), "
        "step AS (SELECT a.child, w.record, w.school, w.week, abs(u.s) AS step FROM asked a JOIN week w ON w.record = a.record "
        "AND w.week BETWEEN (a.since + 3) / 7 AND (%(d)s + 3) / 7 CROSS JOIN LATERAL unnest(w.steps, w.editions) AS u (s, e) "
        "WHERE u.e <= %(e)s GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign(u.s)) > 0), "
        "standing AS (SELECT child, week * 7 - 3 + (((step >> 4) & 15) / 2)::int AS day, max(step) & 15 AS category "
        "FROM step GROUP BY child, record, school, week, (step >> 4) & 15) "
        "SELECT child, max(day) FROM standing WHERE category IN (1, 2, 5) AND day <= %(d)s GROUP BY child",
        {"c": list(since), "s": list(since.values()), "d": day, "e": edition},
    )
    return {ChildId(child): seen for child, seen in rows}
