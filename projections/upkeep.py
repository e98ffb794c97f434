"""Statistics and dead rows: what the server's own background work does too late for tables that every edition fills anew.

A plan is made for the tables as they are when a statement is first run, and kept. A table that was looked at while it was empty
counts as empty, and is read from end to end for each row of another, in all plans made before it fills, however full it is by
then. So tables are looked at only while they hold rows; of one that was never looked at the planner supposes some pages, and
goes by index (docs/decisions/0018).
"""

from collections.abc import Iterable
from typing import Any, Final

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

# Planner statistics are made early on and whenever the tables have doubled a few times.
ANALYZE_AT: Final = frozenset({1, 2, 10, 40, 160, 640})
# So many positions or editions leave enough dead working rows behind to be worth a few milliseconds, and new plans.
TIDY_AFTER: Final = (2000, 100)
# An edition of so many times the positions that plans were made for has them made anew: what is looked for in loops among a
# hundred rows takes a hash among ten thousand.
REPLAN_AT: Final = 4
# Rows looked at for statistics, in three hundreds: the server's own work makes fuller ones in time, without an edition waiting.
_SAMPLE: Final = 10
# A working table of so many bytes is tidied though it is empty: the dead rows of others may always have fallen between.
_TOO_LARGE: Final = 4 << 20
_LOG: Final = ("log.fact", "log.fact_mark", "log.inbox")


class Upkeep:
    """Looks after the tables between editions; one for each projector."""

    def __init__(self, tables: Iterable[str]) -> None:
        self._tables = tuple(tables)
        self._left_behind = (0, 0)
        self._planned_for = 0

    def connected(self, connection: Connection) -> None:
        """What is due on a new connection, which has no plans."""
        connection.execute(f"SET default_statistics_target = {_SAMPLE}")
        self._planned_for = 0

    def before(self, connection: Connection, positions: int, *, more: bool) -> None:
        """What is due before an edition of so many positions is made, and of `more` that is not known beforehand."""
        if self._planned_for and (more or positions >= REPLAN_AT * self._planned_for):
            connection.execute("DISCARD PLANS")
            self._planned_for = 0
        self._planned_for = self._planned_for or max(1, positions)

    def after(self, connection: Connection, view: str, number: int, positions: int) -> None:
        """What is due after an edition of so many positions was made in a set of views."""
        if number in ANALYZE_AT:
            _analyze(connection, [*(f"{view}.{table}" for table in self._tables), *_LOG])
            self._tidy(connection, view)
        positions, editions = self._left_behind[0] + positions, self._left_behind[1] + 1
        self._left_behind = positions, editions
        if positions >= TIDY_AFTER[0] or editions >= TIDY_AFTER[1]:
            self._tidy(connection, view)
            self._left_behind = (0, 0)

    def _tidy(self, connection: Connection, view: str) -> None:
        _tidy(connection, view)
        self._planned_for = 0


def _analyze(connection: Connection, names: Iterable[str]) -> None:
    """Make the planner's statistics of some tables."""
    if hold_rows := filled(connection, names):
        connection.execute(f"ANALYZE {', '.join(hold_rows)}")


def _tidy(connection: Connection, view: str) -> None:
    """Free the dead rows of the working tables, through which every statement would read, and note what the live ones are like."""
    found = connection.execute(
        "SELECT format('%%I.%%I', schemaname, tablename) AS name, pg_relation_size(format('%%I.%%I', schemaname, tablename)) > %s "
        "FROM pg_tables WHERE schemaname = %s AND starts_with(tablename, 'stage_')",
        (_TOO_LARGE, view),
    )
    large = dict(found)
    hold_rows = filled(connection, large)
    if names := [name for name in large if name in hold_rows or large[name]]:
        connection.execute(f"VACUUM (ANALYZE) {', '.join(names)}")


def filled(connection: Connection, names: Iterable[str]) -> list[str]:
    """Those of some tables that hold a row."""
    look = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    looks = [look.format(name, sql.Identifier(*name.split("."))) for name in names]
    return [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(looks))]
