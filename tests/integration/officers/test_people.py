"""Officers' questions about people: a case that must be found, and one beside it that must not."""

from datetime import UTC, datetime, timedelta

from domain.access.viewer import Role
from domain.questions.about import ExportAnswer, ListFamilies
from tests.builders.desk import ANNA, BEN, NOON, OFFICER, Desk, identifier
from tests.builders.viewers import granted, saying_why
from tests.spec.words import worker_left


def test_what_a_person_viewed_with_the_relationship_found_or_not(desk: Desk) -> None:
    desk.helped("Ada")
    desk.helped("Bob", worker="W2")
    own, claimed = desk.look("Ada", ANNA), desk.look("Bob", saying_why(desk.person(ANNA)))
    listed, refused = desk.list_own(ANNA), desk.look("Bob", ANNA)
    desk.look("Bob", BEN)
    found = {row["entry"]: row["involved"] for row in desk.rows("what-a-person-viewed", viewer=ANNA)}
    assert found == {own: True, claimed: False, listed: None, refused: None}


def test_people_who_were_refused_many_times(desk: Desk) -> None:
    desk.helped("Ada")
    for _ in range(5):
        last = desk.look("Ada", BEN)
    for _ in range(4):
        desk.look("Ada", "la-808:W4")
    [row] = desk.rows("refusals")
    assert (row["viewer"], row["times"], row["entry"]) == (BEN, 5, last)


def test_looks_out_of_hours_in_london(desk: Desk) -> None:
    desk.helped("Ada")
    desk.now(datetime(2025, 12, 17, 19, 59, tzinfo=UTC))
    desk.look("Ada", ANNA)
    assert desk.rows("out-of-hours") == []
    desk.now(datetime(2025, 12, 17, 20, 0, tzinfo=UTC))
    late = desk.look("Ada", ANNA)
    [row] = desk.rows("out-of-hours")
    assert (row["viewer"], row["times"], row["entry"]) == (ANNA, 1, late)
    desk.now(datetime(2025, 12, 20, 12, 0, tzinfo=UTC))  # a Saturday
    weekend = desk.look("Ada", ANNA)
    assert [(row["times"], row["entry"]) for row in desk.rows("out-of-hours")] == [(2, weekend)]


def test_a_bank_holiday_is_out_of_hours_and_the_day_after_it_is_not(desk: Desk) -> None:
    desk.helped("Ada")
    desk.now(datetime(2025, 12, 29, 12, 0, tzinfo=UTC))  # a Monday
    desk.look("Ada", ANNA)
    assert desk.rows("out-of-hours") == []
    desk.now(datetime(2026, 4, 6, 11, 0, tzinfo=UTC))  # Easter Monday
    on_easter_monday = desk.look("Ada", ANNA)
    assert [(row["times"], row["entry"]) for row in desk.rows("out-of-hours")] == [(1, on_easter_monday)]


def test_who_is_on_duty_works_at_any_hour(desk: Desk) -> None:
    desk.helped("Ada")
    granted(desk.here, BEN, Role.DUTY, areas=("TS18",))
    desk.now(datetime(2025, 12, 17, 22, 0, tzinfo=UTC))
    desk.ask(ListFamilies(area="TS18"), desk.person(BEN))
    assert desk.rows("out-of-hours") == []


def test_accesses_after_somebody_had_left(desk: Desk) -> None:
    desk.helped("Ada")
    desk.helped("Bob", worker="W2")
    before = desk.look("Ada", ANNA)
    desk.days_later(2)
    after = desk.look("Ada", ANNA)
    desk.look("Bob", BEN)
    desk.told(worker_left("W1", on="2025-12-19"))  # told on the day
    [row] = desk.rows("after-leaving")
    assert (row["entry"], row["viewer"], row["left_on"]) == (after, ANNA, "2025-12-19")
    assert before != after


def test_a_day_on_which_somebody_looked_at_far_more_children_than_they_do(desk: Desk) -> None:
    desk.helped(*(f"C{n}" for n in range(7)))
    desk.helped(*(f"D{n}" for n in range(6)), worker="W2")
    for back in range(5, 0, -1):
        desk.now(NOON - timedelta(days=back))
        for n in range(2):
            desk.look(f"C{n}", ANNA)
            desk.look(f"D{n}", BEN)
    desk.now(NOON)
    last = [desk.look(f"C{n}", ANNA) for n in range(7)][-1]
    for n in range(6):
        desk.look(f"D{n}", BEN)
    [row] = desk.rows("spikes", least=5)
    assert (row["viewer"], row["day"], row["children"], row["usual"], row["entry"]) == (ANNA, "2025-12-17", 7, 2, last)
    assert desk.rows("spikes") == [], "ten children or more, where nothing else is said"


def test_answers_with_many_children_and_what_was_taken_away(desk: Desk) -> None:
    desk.helped(*(f"C{n}" for n in range(20)))
    desk.helped(*(f"D{n}" for n in range(19)), worker="W2")
    many = desk.list_own(ANNA)
    desk.list_own(BEN)
    assert desk.rows("bulk") == []
    [row] = desk.rows("bulk", least=20)
    assert (row["entry"], row["children"], row["viewer"]) == (many, 20, ANNA)
    desk.ask(ExportAnswer(name="bulk", organisation="la-808"), desk.person(OFFICER))
    [row] = desk.rows("bulk")
    assert (row["kind"], row["viewer"], row["children"]) == ("ExportAnswer", OFFICER, 0)
    assert identifier("C1") not in str(row)
