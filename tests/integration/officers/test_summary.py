"""What officers ask of a whole year is read from a summary of looks: it says what the log says, however much of the log is sealed."""

from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import psycopg
import pytest

from adapters.disclosure import sealing
from adapters.disclosure.sealing import seal, summarise
from domain.access.viewer import Role
from tests.builders.desk import ANNA, BEN, CARA, CHECKER, NOON, Desk
from tests.builders.viewers import granted, looking_for, saying_why
from tests.spec.words import involvement_ended, involvement_started

# Those that read the summary, or both it and the log.
ASKED = (
    "share-explained", "looks-without-involvement", "brief-involvements", "spikes", "out-of-hours", "claims-without-involvement",
)  # fmt: skip
_COLUMNS = {
    "looks_of_day": "day, organisation, rule, times", "person_day": "day, viewer, organisation, children, last",
    "looked_at": "viewer, child, organisation, works, rule, first, last", "summed": "size",
}  # fmt: skip
_KEYS = {"looks_of_day": 3, "person_day": 3, "looked_at": 5}


@pytest.fixture
def looked(desk: Desk) -> Desk:
    """Seven days on which Anna looks at her own children, and Ben at one of hers and at his own; all of it waits for its leaf."""
    desk.helped(*(f"C{n}" for n in range(5)))
    desk.told(involvement_started("D0", "family support", "2025-12-10", worker="W2"))
    for back in range(6, -1, -1):
        desk.now(NOON - timedelta(days=back, hours=-9 * (back % 2)))  # every other day at nine in the evening
        for n in range(5 if back == 0 else 1):
            desk.look(f"C{n}", ANNA)
        desk.look("D0", BEN)
        desk.look("C0", saying_why(desk.person(BEN)))
    granted(desk.here, BEN, Role.MEDIATOR)
    desk.look("C1", looking_for(desk.person(BEN), CARA))
    desk.told(involvement_ended("D0", "family support", "2025-12-16"))
    desk.now(NOON + timedelta(hours=1))
    return desk


def rows(desk: Desk, **days: date) -> dict[str, Any]:
    takes: dict[str, dict[str, int]] = {"spikes": {"least": 2}, "claims-without-involvement": {"days": 1}}
    return {name: desk.rows(name, by=CHECKER, **takes.get(name, {}), **days) for name in ASKED}


def summary(desk: Desk) -> dict[str, Any]:
    run = desk.here.connection.execute
    return {
        name: run(f"SELECT {columns} FROM access.{name} ORDER BY {columns}").fetchall()  # type: ignore[arg-type]
        for name, columns in _COLUMNS.items()
    }


def test_answers_are_the_same_however_much_is_sealed(looked: Desk) -> None:
    """Nothing, so that all is read from the log; a part, in the midst of a day; all; and when the summary was made anew."""
    run = looked.here.connection
    from_the_log = rows(looked)
    assert all(from_the_log.values())
    assert [(row["looks"], row["explained"]) for row in from_the_log["share-explained"]] == [(14, 10), (12, 8)]
    for most in (9, 1, 30):
        assert seal(run, most)
        assert rows(looked) == from_the_log
    while seal(run):
        pass
    assert rows(looked) == from_the_log
    before = summary(looked)
    assert summarise(run) == before["summed"][0][0]
    assert summary(looked) == before


def test_days_in_the_midst_are_answered_without_those_before_and_after(looked: Desk) -> None:
    days = {"first": (NOON - timedelta(days=5)).date(), "last": (NOON - timedelta(days=1)).date()}
    from_the_log = rows(looked, **days)
    assert [row["looks"] for row in from_the_log["share-explained"]] == [6, 9]
    while seal(looked.here.connection):
        pass
    assert rows(looked, **days) == from_the_log


def test_the_summary_says_what_the_log_says(looked: Desk) -> None:
    run = looked.here.connection.execute
    seal(looked.here.connection, 11)
    seal(looked.here.connection)
    day = "(at AT TIME ZONE 'Europe/London')::date - DATE '1970-01-01'"
    of = {
        "looks_of_day": f"{day}, organisation, rule, count(*)",
        "person_day": f"{day}, viewer, organisation, array_agg(DISTINCT child), max(at)",
        "looked_at": "viewer, child, organisation, coalesce(acting_for, viewer), rule, min(at), max(at)",
    }
    found = summary(looked)
    for name, columns in of.items():
        keys = ", ".join(str(n + 1) for n in range(_KEYS[name]))
        there = f"SELECT {columns} FROM access.entry WHERE child IS NOT NULL AND outcome = 'shown' GROUP BY {keys} ORDER BY {keys}"
        assert found[name] == run(there).fetchall(), name  # type: ignore[arg-type]


def test_a_leaf_that_is_not_given_is_not_summed_up(looked: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sequencer dies after it has summed up: neither leaf nor sum stands, and the next one counts once."""
    run = looked.here.connection
    monkeypatch.setattr(sealing, "_SUM_UP", "SELECT access.sum_up(%s, %s, %s) / 0")
    with pytest.raises(psycopg.errors.DivisionByZero):
        seal(run)
    assert not any(summary(looked).values())
    monkeypatch.undo()
    seal(run)
    before = summary(looked)
    assert seal(run) == 0
    assert summary(looked) == before
    summarise(run)
    assert summary(looked) == before


BY_HAND = (
    "UPDATE access.looks_of_day SET times = times + 1 WHERE day = (SELECT max(day) FROM access.looks_of_day)",
    "DELETE FROM access.person_day WHERE viewer = 'la-808:W2'",
    "UPDATE access.person_day SET children = children[1:1]",
    "DELETE FROM access.looked_at WHERE viewer = 'la-808:W2'",
    "UPDATE access.looked_at SET last = last + interval '1 second' WHERE viewer = 'la-808:W2'",
    "INSERT INTO access.looked_at SELECT 'la-808:W9', child, organisation, works, rule, first, last FROM access.looked_at",
    "UPDATE access.entry SET viewer = 'la-808:W9' WHERE opening = 'claim'",
)


@pytest.mark.not_replayed("it changes the log by hand")
def test_a_summary_that_was_changed_by_hand_is_told_and_made_anew(looked: Desk) -> None:
    run = looked.here.connection
    while seal(run):
        pass
    days = {"first": (NOON - timedelta(days=6)).date(), "last": NOON.date()}

    def amiss() -> set[str]:
        return {row["check"] for row in looked.rows("log-complete", by=CHECKER, **days) if row["amiss"]}

    assert amiss() == set()
    for statement in BY_HAND:
        run.execute(statement)  # type: ignore[call-overload]
        assert "not_as_summed_up" in amiss(), statement
        summarise(run)
        assert "not_as_summed_up" not in amiss(), statement


@pytest.mark.not_replayed("it changes the log by hand")
def test_how_many_children_a_search_found_is_what_it_showed(desk: Desk) -> None:
    """Also of searches of before the migration, which counts what was shown."""
    desk.helped("Ada", born="2015-03-01")
    anna = saying_why(desk.person(ANNA))
    desk.search(anna)
    desk.search(anna, family="Nobody")
    desk.look("Ada", ANNA)
    run = desk.here.connection.execute
    found = run("SELECT found FROM access.entry ORDER BY at").fetchall()
    assert found == [(1,), (0,), (None,)]
    run("UPDATE access.entry SET found = found + 1")
    checks = {row["check"]: row["found"] for row in desk.rows("log-complete", by=CHECKER) if row["amiss"]}
    assert checks == {"found_other_than_shown": 2}
    script = (files("adapters.migrations") / "0036_summary.sql").read_text()
    run(script[script.index("UPDATE access.entry") : script.index("CREATE INDEX entry_search")])  # type: ignore[arg-type]
    assert run("SELECT found FROM access.entry WHERE kind <> 'AskOfficers' ORDER BY at").fetchall() == found
