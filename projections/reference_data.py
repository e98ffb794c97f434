"""What is joined to the views' answers when a question is asked: feeds, reference data, staff, the days seen at school.

What is published of it changes no stored row of a child (docs/decisions/0015, 0016).
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from domain.dates import FOREVER
from domain.events import ChildId
from domain.feeds import Feed
from domain.reference import StaffFact, Stated
from projections.editions import Connection, at_edition
from projections.pipelined import Query, Steps
from projections.queries import Rectangle
from projections.uuids import uuids

# Every feed has a row that stands now. Of those that came after the edition, the row that stood at it is found by index,
# however many came before and after.
FEEDS: Final = """
SELECT organisation, event_type, complete_through FROM feed WHERE to_ed IS NULL AND from_ed <= %(e)s
UNION ALL
SELECT t.organisation, t.event_type, t.complete_through FROM feed n CROSS JOIN LATERAL (
    SELECT * FROM feed f WHERE f.organisation = n.organisation AND f.event_type = n.event_type AND f.from_ed <= %(e)s
    ORDER BY f.from_ed DESC LIMIT 1) t
WHERE n.to_ed IS NULL AND n.from_ed > %(e)s
ORDER BY 1, 2
"""


@Query
def feeds(connection: Connection, edition: int) -> Steps[list[Feed]]:
    """For each organisation and event type, how far its feed said last that it was complete, as known at an edition.

    Of which a snapshot has not come whole, no further than to the day before (domain.timeline.snapshots.cut_off).
    """
    rows = connection.execute(FEEDS, {"e": edition}, binary=True)
    yield
    return [Feed(*row) for row in rows]


_STATED: Final = "kind, organisation, provider, service, day, until, recorded_at, tie, position"
_STAFF: Final = "kind, worker, team, day, until, recorded_at, tie, position, service"
_OF_LEAVERS: Final = (
    "act = 18 AND kind IN ('worker', 'worker_left') AND position <= %(p)s "
    "AND worker IN (SELECT worker FROM log.fact WHERE act = 18 AND kind = 'worker_left' AND position <= %(p)s)"
)


@Query
def reference(connection: Connection, after: int, position: int, kinds: Sequence[str]) -> Steps[list[Stated]]:
    """Events of reference data of some kinds that came after a position and are known at another (domain.reference)."""
    rows = connection.execute(
        f"SELECT {_STATED} FROM log.fact WHERE act = 18 AND kind = ANY(%(k)s) AND position > %(a)s AND position <= %(p)s",
        {"k": list(kinds), "a": after, "p": position},
        binary=True,
    )
    yield
    return _stated(rows)


def _stated(rows: Iterable[Any]) -> list[Stated]:
    return [
        Stated(kind, organisation, provider, name, day, FOREVER if until is None else until, (at, tie), position)
        for kind, organisation, provider, name, day, until, at, tie, position in rows
    ]


def staff(connection: Connection, position: int, workers: Collection[str], teams: Collection[str]) -> list[StaffFact]:
    """What was said of some workers and teams (`organisation:id`) up to a position: registered, left, duty lines, memberships, roles."""
    rows = connection.execute(
        f"SELECT {_STAFF} FROM log.fact WHERE act = 18 AND position <= %(p)s "
        "AND kind IN ('worker', 'worker_left', 'team', 'duty_line', 'team_membership', 'team_membership_ended', 'role_granted', 'role_ended') "
        "AND (worker = ANY(%(w)s) OR (team = ANY(%(t)s) AND worker IS NULL))",
        {"p": position, "w": list(workers), "t": list(teams)},
        binary=True,
    )
    return staff_facts(rows)


def roles(connection: Connection, position: int) -> list[StaffFact]:
    """What was said of roles that were granted or ended, of anybody."""
    rows = connection.execute(
        f"SELECT {_STAFF} FROM log.fact WHERE act = 18 AND kind IN ('role_granted', 'role_ended') AND position <= %(p)s",
        {"p": position},
        binary=True,
    )
    return staff_facts(rows)


def brokering(connection: Connection, position: int) -> list[StaffFact]:
    """What was said of requests for contact, of anybody's, up to a position."""
    rows = connection.execute(
        f"SELECT {_STAFF} FROM log.fact WHERE act = 18 AND kind IN ('contact_requested', 'contact_answered') AND position <= %(p)s",
        {"p": position},
        binary=True,
    )
    return staff_facts(rows)


@Query
def workers(connection: Connection, position: int) -> Steps[list[StaffFact]]:
    """What was said of anybody who ever left."""
    rows = connection.execute(f"SELECT {_STAFF} FROM log.fact WHERE {_OF_LEAVERS}", {"p": position}, binary=True)
    yield
    return staff_facts(rows)


@Query
def reference_and_workers(
    connection: Connection, after: int, position: int, kinds: Sequence[str]
) -> Steps[tuple[list[Stated], list[StaffFact]]]:
    """The answers of `reference` and of `workers` by one statement."""
    rows = connection.execute(
        f"SELECT {_STATED}, worker, team FROM log.fact WHERE (act = 18 AND kind = ANY(%(k)s) AND position > %(a)s "
        f"AND position <= %(p)s) OR ({_OF_LEAVERS})",
        {"k": list(kinds), "a": after, "p": position},
        binary=True,
    )
    yield
    found = rows.fetchall()
    return (
        _stated(row[:9] for row in found if row[0] in kinds),
        staff_facts((row[0], row[9], row[10], *row[4:9], row[3]) for row in found if row[0] not in kinds),
    )


def staff_facts(rows: Iterable[Any]) -> list[StaffFact]:
    """What rows of kind, worker, team, day, until, recorded at, tie, position and service say of staff."""
    return [
        StaffFact(kind, worker, team, day, FOREVER if until is None else until, (at, tie), position, role or "")
        for kind, worker, team, day, until, at, tie, position, role in rows
    ]


# Those whom a school surely saw since are left out: by a mark of presence with no other word on its session. Children are
# taken one by one, each until such a mark is found, which is in the first week for most; of the others all marks are read.
SILENT: Final = at_edition("""
WITH held AS (
    SELECT r.child, r.rule, r.since, r.starts, r.ends, r.positions, r.organisation FROM rectangle r
    WHERE r.rule = %(rule)s AND (r.since <= %(quiet)s OR r.organisation = 'below school age')
        AND r.starts <= %(d)s AND r.ends > %(d)s AND live(r) {some}
), quiet AS MATERIALIZED (
    SELECT h.child, h.since, coalesce(m.record, h.child) AS record FROM held h LEFT JOIN membership m ON m.child = h.child AND live(m)
), surely_seen AS MATERIALIZED (
    SELECT q.child FROM quiet q CROSS JOIN LATERAL (
        SELECT FROM week w CROSS JOIN LATERAL unnest(w.steps, w.editions) AS u (step, edition)
        WHERE w.record = q.record AND w.week BETWEEN (%(quiet)s::int + 4) / 7 AND (%(d)s::int + 3) / 7
        AND u.edition <= %(e)s AND u.step > 0 AND u.step & 15 IN (1, 2, 5)
        AND w.week * 7 - 3 + ((u.step >> 4) & 15) / 2 BETWEEN %(quiet)s::int + 1 AND %(d)s
        AND NOT EXISTS (SELECT FROM unnest(w.steps) AS o (step) WHERE o.step <> u.step AND ((abs(o.step) # u.step) >> 4) & 15 = 0)
        LIMIT 1) AS s
), last_seen AS (
    SELECT q.child, max(s.day) AS day FROM quiet q CROSS JOIN LATERAL (
        SELECT w.week * 7 - 3 + w.slot / 2 AS day FROM (
            SELECT w.school, w.week, abs(u.step) AS step, ((abs(u.step) >> 4) & 15)::int AS slot
            FROM week w CROSS JOIN LATERAL unnest(w.steps, w.editions) AS u (step, edition)
            WHERE w.record = q.record AND w.week BETWEEN (q.since + 3) / 7 AND (%(d)s::int + 3) / 7 AND u.edition <= %(e)s
            GROUP BY 1, 2, 3 HAVING sum(sign(u.step)) > 0
        ) AS w GROUP BY w.school, w.week, w.slot HAVING max(w.step) & 15 IN (1, 2, 5)
    ) AS s WHERE q.child NOT IN (SELECT child FROM surely_seen) AND s.day <= %(d)s GROUP BY q.child
)
SELECT h.*, l.day FROM held h LEFT JOIN last_seen l USING (child)
WHERE h.child NOT IN (SELECT child FROM surely_seen)
""")


def silent(
    connection: Connection, edition: int, day: int, rule: str, begun: int, children: Collection[ChildId] | None = None
) -> list[tuple[Rectangle, int | None]]:
    """What holds on a day of a rule of silence, since a day or longer, and the last day on which a school saw the child.

    Most of those whom a school saw after that day are left out (domain.indicators.support.last_seen).
    """
    some = "" if children is None else "AND r.child = ANY(%(c)b)"
    parameters = {"rule": rule, "quiet": begun, "d": day, "e": edition, "c": uuids(children or ())}
    rows = connection.execute(f"{SILENT.replace('{some}', some)} ORDER BY h.child, h.since", parameters, binary=True)
    return [((*row[:6], row[6]), row[7]) for row in rows]
