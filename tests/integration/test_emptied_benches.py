"""A service that was emptied for the next test is as new: nothing of the test before is left in any table."""

from adapters.log.feedback.writing import request_replay
from projections.view_sets import VIEW_SETS
from tests.builders.service import NOW, Bench
from tests.servers.benches import Benches
from tests.spec.words import gp_registered

# What the migrations put into tables, and what no reader looks at before it is filled anew.
ALWAYS_THERE = {"public.alembic_version", "log.head", "log.serving", *(f"{view}.state" for view in VIEW_SETS)}
WORKING = "stage_"


def rows(here: Bench) -> dict[str, list[tuple[object, ...]]]:
    """All that stands in the tables."""
    names = here.connection.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "JOIN pg_class ON oid = format('%I.%I', schemaname, tablename)::regclass "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND NOT relispartition"
    ).fetchall()
    return {
        name: here.connection.execute(f"SELECT * FROM {name}").fetchall()  # type: ignore[arg-type]
        for (name,) in names
        if not name.partition(".")[2].startswith(WORKING)
    }


def test_nothing_is_left(any_emptied_bench: Bench, benches: Benches) -> None:
    before = rows(any_emptied_bench)
    assert {name for name, found in before.items() if found} == ALWAYS_THERE
    tables = set(before) - ALWAYS_THERE
    for name in tables:  # an update of a table that `empty` does not know would stay
        assert f"DELETE FROM {name};" in any_emptied_bench.emptying(), name
    any_emptied_bench.record(gp_registered("A", practice="Z90001", on="2020-03-10").wire(1))
    any_emptied_bench.projector.project()
    any_emptied_bench.connection.execute("UPDATE log.head SET generation = 2")
    request_replay(any_emptied_bench.connection, "la-808", "GpRegistered", NOW.date(), NOW.date(), NOW)
    assert benches.emptied("embedded") is any_emptied_bench
    assert rows(any_emptied_bench) == before


def test_one_whose_connection_is_gone_is_made_anew(any_emptied_bench: Bench, benches: Benches) -> None:
    any_emptied_bench.connection.close()
    other = benches.emptied("embedded")
    assert other is not any_emptied_bench
    assert other.connection.execute("SELECT position FROM log.head").fetchone() == (0,)
