"""Snapshots of the views that are only read, and which edition they show (design D3)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

Connection = psycopg.Connection[Any]


def live(alias: str) -> str:
    """The condition that a row of a view, under an alias, holds at the edition %(e)s."""
    return f"{alias}.from_ed <= %(e)s AND ({alias}.to_ed IS NULL OR {alias}.to_ed > %(e)s)"


def at_edition(statement: str) -> str:
    """A statement in which live(x) stands for the condition that a row of x holds at the edition %(e)s."""
    return re.sub(r"\blive\((\w+)\)", lambda match: live(match[1]), statement)


@dataclass(frozen=True, slots=True)
class Edition:
    """The edition an answer is given at, where in the log it ends, and how many records are being mended at it.

    `requests`: by then somebody had asked that a record be put right, or not used.
    """

    number: int
    position: int
    generation: int
    being_mended: int = 0
    requests: bool = False


# Of one child or a few: by index, with plans that are kept, since planning would take longer than finding. Such a plan does
# not become wrong when a table grows.
_FEW: Final = "set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)"
_MANY: Final = "set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'on', true)"
_SERVING: Final = f"SELECT set_config('search_path', s.view, true), {_FEW}, h.generation FROM log.serving s, log.head h"
_EDITION: Final = (
    "SELECT e.number, e.last, (SELECT count(*) FROM mending m WHERE m.from_ed <= e.number AND (m.to_ed IS NULL OR m.to_ed > e.number)), "
    "EXISTS (SELECT FROM log.fact f WHERE f.kind = 'access_case_opened' AND f.service IN ('rectification', 'restriction') "
    "AND f.position <= e.last) "
    "FROM log.edition e, state s WHERE e.number <= s.edition"
)
_POSITION_AT: Final = "SELECT last FROM log.batch WHERE received_at <= %s ORDER BY received_at DESC, last DESC LIMIT 1"
_LAST: Final = f"{_EDITION} ORDER BY e.number DESC LIMIT 1"


def begin(connection: Connection) -> Edition:
    """Begin a snapshot that is only read, of the serving set at its last edition (number 0: nothing yet)."""
    # In one message, which must be without parameters.
    found = connection.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_SERVING}; {_LAST}")
    found.nextset()
    (*_, generation) = found.fetchone() or (1,)
    found.nextset()
    return _edition(found.fetchone(), generation)


def look_at_many(connection: Connection) -> None:
    """For the rest of the snapshot, queries are planned each time, for as many children as they ask about."""
    connection.execute(f"SELECT {_MANY}")


def edition_at(connection: Connection, position: int | None = None) -> Edition:
    """The last edition of the serving set, or the last one not beyond a position (number 0: nothing yet)."""
    view, generation = connection.execute("SELECT s.view, h.generation FROM log.serving s, log.head h").fetchone() or (
        "view_a",
        1,
    )
    connection.execute("SELECT set_config('search_path', %s, true)", (view,))
    return edition_until(connection, position, generation)


def edition_until(connection: Connection, position: int | None, generation: int) -> Edition:
    """Within a snapshot of the serving set, its last edition not beyond a position (number 0: nothing yet)."""
    if position is None:
        return _edition(connection.execute(_LAST).fetchone(), generation)
    # By where they end, which is in the order of their numbers: one step into the index, however long ago that was.
    statement = f"{_EDITION} AND e.last <= %s ORDER BY e.last DESC, e.number DESC LIMIT 1"
    return _edition(connection.execute(statement, (position,)).fetchone(), generation)


def edition_since(connection: Connection, since: int | datetime, generation: int) -> Edition:
    """The first edition not beyond a position or an instant: later ones may have taken in what was missed before it."""
    until = "%s" if isinstance(since, int) else f"({_POSITION_AT})"
    statement = f"{_EDITION} AND e.last <= {until} ORDER BY e.last DESC, e.number LIMIT 1"
    return _edition(connection.execute(statement, (since,)).fetchone(), generation)


def _edition(row: tuple[int, int, int, bool] | None, generation: int) -> Edition:
    return Edition(row[0], row[1], generation, row[2], row[3]) if row else Edition(0, 0, generation)


def position_at(connection: Connection, instant: datetime) -> int:
    """The last position taken in by an instant."""
    row = connection.execute(_POSITION_AT, (instant,)).fetchone()
    return int(row[0]) if row else 0
