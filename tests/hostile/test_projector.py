"""What is thrown at the projector, and what must come of it: everybody else is up to date, and whoever is not is marked.

Given many children and one record that cannot be projected, when the views are made, then all others are at the head of the
log, the one is marked in every answer, and after the repair it is right and equal to a rebuild.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.log.trouble import tries_of
from projections import taking_in
from projections.engine import Projector
from projections.taking_in import AFTER_LINKS, BEFORE_LINKS, statements
from projections.view_sets import checksums
from tests.builders.asking import asking
from tests.builders.service import Bench, bench
from tests.generative.agreement import of_reference, of_views, tallies_of_reference, tallies_of_views
from tests.generative.histories import histories
from tests.spec.words import (
    Happened,
    absent,
    event_retracted,
    gp_registered,
    happened,
    identifier,
    pupil_admitted,
)

DAY = date(2025, 12, 1)
GOOD = "CDEFGHIJKL"
BAD = "la-808:BAD"

# Raises as long as the edition takes in a record that has something of the worker BAD: what each file works with by then.
_TAKEN_IN = "SELECT 1 / (count(*) = 0)::int FROM {} f WHERE f.worker = 'la-808:BAD'"
_RAISES = {
    "10_attendance": _TAKEN_IN.format("new_facts(%(lo)s, %(hi)s)"),
    "15_snapshots": _TAKEN_IN.format("new_facts(%(lo)s, %(hi)s)"),
    "17_feeds": _TAKEN_IN.format("new_facts(%(lo)s, %(hi)s)"),
    "20_records": "SELECT 1 / (count(*) = 0)::int FROM stage_record JOIN log.fact f USING (record) WHERE f.worker = 'la-808:BAD'",
    "22_facts": _TAKEN_IN.format("stage_fact"),
    "25_evidence": _TAKEN_IN.format("stage_fact"),
    "27_doubt": _TAKEN_IN.format("stage_fact"),
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
    here.projector = Projector(here.service.connect, here.clock.now, 1000, sql, tries=tries_of)
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
    with asking(here.service) as asked:
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


def test_two_records_that_fail_are_left_out_and_each_is_taken_in_when_it_is_mended(here: Bench) -> None:
    faults = Faults("60_indicators")
    with_faults(here, faults)
    here.record(bad("A"), *good(), bad("B", number=2))
    here.projector.project()
    up_to_date(here, GOOD)
    a, b = record_of(here), record_of(here, 2 + len(GOOD))
    assert here.projector.being_mended().keys() == {a, b}
    here.connection.execute("UPDATE log.fact SET worker = 'la-808:W1' WHERE record = %s", (a,))
    assert here.projector.mend([a, b]) == [a]
    assert here.projector.being_mended().keys() == {b}
    assert ask(here, "child", identifier=who("B"))["involvements"] == []


def test_a_record_that_fails_only_beside_another_is_told_from_one_that_fails_alone(here: Bench) -> None:
    """Both of one child: whichever comes second has to wait."""
    fault = "SELECT 1 / (count(*) < 2)::int FROM stage_own WHERE kind = 'early_help'"
    with_faults(here, lambda name: (*statements(name), fault) if name == "70_gaps" else statements(name))
    joined = {"known_by": ("agency", "nhs"), "born": "2015-03-01"}
    here.record(
        happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W1", known_by="nhs", born="2015-03-01").wire(1),
        happened("EarlyHelpStarted", "A", on="2025-09-02", worker="W2", **joined).wire(2),
        *good(),
    )
    here.projector.project()
    up_to_date(here, GOOD)
    assert len(here.projector.being_mended()) == 1
    # Which number it is shown by does not matter: the event that waits names both.
    for token in ("nhs", "agency"):
        assert ask(here, "child", identifier=":".join(identifier("A", token)))["being_mended"] == "2026-06-01"
    with_faults(here, statements)
    assert len(here.projector.mend(here.projector.being_mended())) == 1
    right(here)


def test_a_record_that_breaks_the_linking_of_records_is_left_out(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = taking_in.relink

    def breaks(connection: Any, edition: int, last: int) -> list[UUID]:
        if connection.execute("SELECT 1 FROM stage_fact WHERE worker = %s", (BAD,)).fetchone():
            raise ValueError("no such link")
        return real(connection, edition, last)

    monkeypatch.setattr(taking_in, "relink", breaks)
    here.record(bad(known_by=("agency", "nhs")), *good())
    here.projector.project()
    up_to_date(here, GOOD)
    assert [(note.cause, note.part) for note in here.projector.notes()] == [("ValueError", "links")]
    monkeypatch.undo()
    assert here.projector.mend(here.projector.being_mended())
    right(here)


def test_attendance_that_was_missed_is_taken_in_once(here: Bench) -> None:
    """What is only ever added to, as marks and their tallies, is added when the record is mended, and not twice."""
    days = [date(2025, 11, 3 + n).isoformat() for n in range(12)]
    marks = [one.wire(10 + n) for n, one in enumerate(absent("A", "900001", days))]
    first = pupil_admitted("A", school="900001", on="2020-09-01", born="2015-03-01").wire(1)
    here.record(first, *good(), *marks[:3])
    here.projector.project()
    spoils = pupil_admitted("A", school="900002", on="2025-11-20", by="urn-900002").wire(2)
    here.record(spoils, *marks[3:7])
    (last,) = here.connection.execute("SELECT max(position) FROM log.fact").fetchone() or (0,)
    here.connection.execute("UPDATE log.fact SET provision = NULL WHERE position = %s", (last,))
    here.projector.project()
    here.record(*marks[7:])
    here.record(event_retracted("A", 12, recorded="2025-12-01", by="urn-900001").wire(40))
    here.projector.project()
    up_to_date(here, GOOD)
    record = record_of(here)
    assert here.projector.being_mended() == {record: "23502"}
    view = here.serving()
    sessions = f"SELECT coalesce(sum(absent), 0) FROM {view}.tally WHERE record = %s"
    assert here.connection.execute(sessions, (record,)).fetchone() == (6,)
    here.connection.execute("UPDATE log.fact SET provision = 'universal' WHERE position = %s", (last,))
    assert here.projector.mend([record]) == [record]
    assert tallies_of_views(here.connection, view) == tallies_of_reference(here.world())
    right(here)


def test_a_rebuild_leaves_out_what_was_left_out_and_ends_where_the_views_did(here: Bench) -> None:
    faults = Faults("60_indicators")
    with_faults(here, faults)
    here.record(bad(), *good())
    here.projector.project()
    faults.file = None  # a new release
    before = checksums(here.connection, here.serving())
    view, _ = here.projector.rebuild()
    assert checksums(here.connection, view) == before
    assert here.projector.mend(here.projector.being_mended())
    right(here)


def test_a_record_that_fails_only_in_a_rebuild_does_not_stop_it(here: Bench) -> None:
    faults = Faults("60_indicators")
    faults.file = None
    with_faults(here, faults)
    here.record(bad(), *good())
    here.projector.project()
    faults.file = "60_indicators"
    here.projector.rebuild()
    up_to_date(here, GOOD)
    assert here.projector.being_mended() == {record_of(here): "22012"}
    faults.file = None
    assert here.projector.mend(here.projector.being_mended())
    right(here)


def test_an_edition_that_is_lost_while_the_record_is_looked_for_is_made_again(here: Bench) -> None:
    """Killed between two tries nothing is noted: the next projector finds the same record."""
    faults = Faults("60_indicators")
    tries = iter(range(100))

    def killed(name: str) -> Sequence[str]:
        if name == "80_rectangles" and next(tries) == 2:
            return ("SELECT pg_terminate_backend(pg_backend_pid())",)
        return faults(name)

    with_faults(here, killed)
    here.record(bad(), *good())
    with pytest.raises(psycopg.OperationalError):
        here.projector.project()
    view = here.serving()
    assert here.connection.execute(f"SELECT count(*) FROM {view}.mending").fetchone() == (0,)
    assert here.connection.execute("SELECT count(*) FROM log.edition").fetchone() == (0,)
    here.projector.project()
    up_to_date(here, GOOD)
    assert here.projector.being_mended() == {record_of(here): "22012"}


@pytest.mark.parametrize("state", ["53100", "53300", "40P01", "55P03", "57P01"])
def test_a_trouble_of_the_database_is_put_down_to_no_record(here: Bench, state: str) -> None:
    raises = f"DO $$ BEGIN RAISE 'trouble' USING ERRCODE = '{state}'; END $$"
    with_faults(here, lambda name: (*statements(name), raises) if name == "60_indicators" else statements(name))
    here.record(bad(), *good())
    with pytest.raises(psycopg.Error):
        here.projector.project()
    assert here.projector.being_mended() == {}
    with_faults(here, statements)
    here.projector.project()
    right(here)


def test_a_record_that_outlasts_the_statement_time_out_is_found_at_the_third_time(here: Bench) -> None:
    sleeps = f"SELECT pg_sleep(2) FROM stage_own WHERE worker = '{BAD}'"
    with_faults(here, lambda name: (*statements(name), sleeps) if name == "60_indicators" else statements(name))
    here.projector.connection.execute("SET statement_timeout = '400ms'")
    here.record(bad(), *good())
    for _ in range(2):
        with pytest.raises(psycopg.errors.QueryCanceled):
            here.projector.project()
    here.projector.project()
    up_to_date(here, GOOD)
    assert here.projector.being_mended() == {record_of(here): "57014"}


def test_an_edition_that_fails_whoever_is_in_it_is_said_and_not_put_down_to_anybody(here: Bench) -> None:
    with_faults(here, lambda name: (*statements(name), "SELECT 1 / 0") if name == "70_gaps" else statements(name))
    here.record(bad(), *good())
    with pytest.raises(psycopg.errors.DivisionByZero):
        here.projector.project()
    assert here.projector.being_mended() == {}


@settings(max_examples=max(5, settings().max_examples // 10))
@given(history=histories(), data=st.data())
def test_any_history_with_a_record_that_fails_anywhere_comes_right(
    here: Bench, history: list[dict[str, Any]], data: st.DataObject
) -> None:
    """One number's events fail for a while, in any part; the others go on, and in the end all is as if nothing had been."""
    here.empty()
    here.record(*history)
    found = here.connection.execute(
        "SELECT DISTINCT record FROM log.fact WHERE act NOT IN (16, 18) ORDER BY 1"
    ).fetchall()
    if not found:
        return
    (record,) = data.draw(st.sampled_from(found))
    file = data.draw(st.sampled_from([*BEFORE_LINKS, *AFTER_LINKS]))
    table = "new_facts(%(lo)s, %(hi)s)" if file < "20" else "stage_record"
    fault: tuple[str, ...] = (f"SELECT 1 / (count(*) = 0)::int FROM {table} WHERE record = '{record}'",)
    broken = [True]
    here.projector.close()
    here.projector = Projector(
        here.service.connect,
        here.clock.now,
        7,
        lambda name: (*statements(name), *fault) if broken[0] and name == file else statements(name),
    )
    here.projector.project()
    assert here.projector.being_mended() == {record: "22012"}
    broken[0] = False
    assert here.projector.mend([record]) == [record]
    right(here)
