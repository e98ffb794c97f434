"""What is thrown at the projector, and what must come of it: everybody else is up to date, and whoever is not is marked.

Given many children and one record that cannot be projected, when the views are made, then all others are at the head of the
log, the one is marked in every answer, and after the repair it is right and equal to a rebuild.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.questions import Questions
from projections.engine import AFTER_LINKS, BEFORE_LINKS, Projector, checksums, statements
from tests.builders.service import Bench, bench
from tests.generative.agreement import of_reference, of_views
from tests.spec.words import Happened, gp_registered, happened, identifier

DAY = date(2025, 12, 1)
GOOD = "CDEFGHIJKL"
WORKER, BAD = "la-808:W1", "la-808:BAD"

# Raises as long as the edition takes in a record that has something of the worker BAD: what each file works with by then.
_TAKEN_IN = "SELECT 1 / (count(*) = 0)::int FROM {} f WHERE f.worker = 'la-808:BAD'"
_RAISES = {
    "10_attendance": _TAKEN_IN.format("new_facts(%(lo)s, %(hi)s)"),
    "15_snapshots": _TAKEN_IN.format("new_facts(%(lo)s, %(hi)s)"),
    "18_records": "SELECT 1 / (count(*) = 0)::int FROM stage_record JOIN log.fact f USING (record) WHERE f.worker = 'la-808:BAD'",
    "20_facts": _TAKEN_IN.format("stage_fact"),
    "30_entries": _TAKEN_IN.format("stage_entry"),
    "40_people": _TAKEN_IN.format("stage_fact"),
    "50_children": _TAKEN_IN.format("stage_own"),
    "60_indicators": _TAKEN_IN.format("stage_own"),
    "70_gaps": _TAKEN_IN.format("stage_own"),
    "80_rectangles": _TAKEN_IN.format("stage_own"),
}


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path, edition_size=1000)
    yield made
    made.close()


class Faults:
    """The views' statements, one of which fails until it is mended."""

    def __init__(self, file: str) -> None:
        self.file: str | None = file

    def __call__(self, name: str) -> Sequence[str]:
        return (*statements(name), _RAISES[name]) if name == self.file else statements(name)


def with_faults(here: Bench, sql: Callable[[str], Sequence[str]]) -> Bench:
    here.projector.close()
    here.projector = Projector(here.service.connect, here.clock.now, 1000, sql)
    return here


def good(first: int = 100) -> list[dict[str, Any]]:
    told = [gp_registered(child, practice="Z90001", on="2020-03-10") for child in GOOD]
    return [one.wire(first + n) for n, one in enumerate(told)]


def bad(child: str = "A", worker: str = "BAD", number: int = 1, **more: Any) -> dict[str, Any]:
    told: Happened = happened("EarlyHelpStarted", child, on="2025-09-01", worker=worker, born="2015-03-01", **more)
    return told.wire(number)


def record_of(here: Bench, number: int = 1) -> UUID:
    row = here.connection.execute(
        "SELECT originator_id FROM log.event WHERE notification_id = %s", (number,)
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def ask(here: Bench, what: str, **question: Any) -> Any:
    with Questions(here.service).ask() as asked:
        return getattr(asked, what)(**{"effective_at": DAY, **question})


def who(child: str) -> str:
    return ":".join(identifier(child, "nhs"))


def up_to_date(here: Bench, children: str) -> None:
    """The views are at the head, and say of some children what the reference says."""
    state = here.connection.execute(f"SELECT position FROM {here.serving()}.state").fetchone()
    assert state == here.connection.execute("SELECT position FROM log.head").fetchone()
    for child in children:
        line = ask(here, "child", identifier=who(child))
        assert [entry["provider"] for entry in line["gp"]] == ["Z90001"], child
        assert line["being_mended"] is None


def right(here: Bench) -> None:
    """The views say what the reference says, and a rebuild gives the same rows."""
    number, last = here.connection.execute(
        "SELECT number, last FROM log.edition ORDER BY number DESC LIMIT 1"
    ).fetchone() or (0, 0)
    found = of_views(here.connection, here.serving(), number)
    for name, answer in of_reference(here.world(last)).items():
        assert answer == found[name], name
    before = checksums(here.connection, here.serving())
    view, _ = here.projector.rebuild()
    assert checksums(here.connection, view) == before


@pytest.mark.parametrize("file", [*BEFORE_LINKS, *AFTER_LINKS])
def test_a_record_that_fails_in_any_part_of_the_projection_stops_nobody_else(here: Bench, file: str) -> None:
    faults = Faults(file)
    with_faults(here, faults)
    here.record(bad(), *good())
    here.projector.project()
    up_to_date(here, GOOD)
    assert here.projector.being_mended() == {record_of(here): "22012"}
    assert ask(here, "child", identifier=who("A"))["being_mended"] == "2026-06-01"
    faults.file = None
    assert here.projector.mend([record_of(here)]) == [record_of(here)]
    assert ask(here, "child", identifier=who("A"))["being_mended"] is None
    right(here)


# What a fact would have to be for its projection to fail: as if the door had let it in. Each is undone by its repair.
_LONG = "(SELECT 'la-808:' || string_agg(md5(random()::text), '') FROM generate_series(1, 1000))"
SPOILT = {
    "a worker too long for an index": ("worker", _LONG, "54000"),
    "a day so late that what is counted from it overflows": ("day", "2147483600", "22003"),
    "nothing where something must be": ("provision", "NULL", "23502"),
}


@pytest.mark.parametrize(("column", "value", "state"), SPOILT.values(), ids=SPOILT)
def test_an_event_that_no_row_can_be_made_of_stops_nobody_else(
    here: Bench, column: str, value: str, state: str
) -> None:
    here.record(bad(worker="W1"), *good())
    here.connection.execute(f"CREATE TEMP TABLE was AS SELECT {column} AS value FROM log.fact WHERE position = 1")
    here.connection.execute(f"UPDATE log.fact SET {column} = {value} WHERE position = 1")
    here.projector.project()
    up_to_date(here, GOOD)
    assert here.projector.being_mended() == {record_of(here): state}
    assert here.projector.mend([record_of(here)]) == []  # it is not mended yet, and no edition is made of nothing
    here.record(bad(worker="W2", number=2))  # what comes later of it waits as well
    here.projector.project()
    assert ask(here, "child", identifier=who("A"))["involvements"] == []
    here.connection.execute(f"UPDATE log.fact SET {column} = (SELECT value FROM was) WHERE position = 1")
    assert here.projector.mend([record_of(here)]) == [record_of(here)]
    assert len(ask(here, "child", identifier=who("A"))["involvements"]) == 2
    right(here)
