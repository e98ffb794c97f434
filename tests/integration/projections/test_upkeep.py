"""Given tables that stood empty when they were looked at, when they fill, then no edition is made by plans for empty tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from projections.upkeep import REPLAN_AT, TIDY_AFTER, Upkeep
from tests.builders.service import Bench, bench
from tests.spec.words import gp_registered


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path, upkeep=True)
    yield made
    made.close()


class Said:
    """A connection that notes what it is told; every table holds a row."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def execute(self, statement: str, _parameters: object = None) -> list[tuple[Any, ...]]:
        self.told.append(statement)
        return [("view_a.stage_fact", False) if "pg_tables" in statement else ("view_a.stage_fact",)]

    def plans_thrown_away(self, upkeep: Upkeep, positions: int, *, more: bool = False) -> bool:
        self.told.clear()
        upkeep.before(self, positions, more=more)  # type: ignore[arg-type]
        return self.told == ["DISCARD PLANS"]


def rows_supposed(here: Bench, table: str) -> float:
    """What the planner knows of a table: how many rows it had when it was looked at, -1 where it never was."""
    row = here.connection.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", (table,)).fetchone()
    assert row is not None
    return float(row[0])


def test_a_table_without_rows_is_not_looked_at(here: Bench) -> None:
    here.record(gp_registered("A", practice="Z90001", on="2020-03-10").wire(1))
    here.projector.project()
    assert rows_supposed(here, "view_a.entry") == rows_supposed(here, "view_a.stage_entry") == 1
    for table in ("tally", "week", "absence", "stage_tally", "stage_apart", "stage_mended"):
        assert rows_supposed(here, f"view_a.{table}") == -1, table


def test_an_edition_much_larger_than_those_before_has_plans_of_its_own() -> None:
    upkeep, connection = Upkeep(()), Said()
    assert not connection.plans_thrown_away(upkeep, 100)
    assert not connection.plans_thrown_away(upkeep, 100 * REPLAN_AT - 1)
    assert connection.plans_thrown_away(upkeep, 100 * REPLAN_AT)
    assert not connection.plans_thrown_away(upkeep, 100)
    assert not connection.plans_thrown_away(upkeep, 100 * REPLAN_AT)


def test_records_that_are_taken_in_again_have_plans_of_their_own() -> None:
    upkeep, connection = Upkeep(()), Said()
    assert not connection.plans_thrown_away(upkeep, 100)
    assert connection.plans_thrown_away(upkeep, 0, more=True)


def test_plans_are_new_after_working_tables_were_tidied() -> None:
    upkeep, connection = Upkeep(()), Said()
    assert not connection.plans_thrown_away(upkeep, 1)
    upkeep.after(connection, "view_a", 3, TIDY_AFTER[0])  # type: ignore[arg-type]
    assert connection.told[-1] == "VACUUM (ANALYZE) view_a.stage_fact"
    assert not connection.plans_thrown_away(upkeep, 10_000)
