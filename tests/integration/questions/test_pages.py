"""Lists in parts: together they are the whole, in its order and as of one position, whatever comes in between."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.errors import Misuse, Rejected
from domain.questions.about import (
    ListFamilies,
    ListGaps,
    ListKept,
    ShowCaseload,
    ShowChanges,
    ShowHandover,
    ShowMyFamilies,
)
from domain.questions.asking import Question
from tests.builders.asking import answer, event_at
from tests.builders.service import Bench, bench
from tests.builders.stream import mark
from tests.spec.words import gp_registered, gp_registration_ended, happened

DAY = date(2025, 12, 1)
W1 = "la-808:W1"
CHILDREN = "ABCDEFGHIJK"
LISTS: dict[str, tuple[type[Question[Any]], dict[str, Any], str]] = {
    "gaps": (ListGaps, {}, "gaps"),
    "families": (ListFamilies, {}, "families"),
    "families, however many domains they lost": (ListFamilies, {"lost": 0}, "families"),
    "caseload": (ShowCaseload, {"worker": W1}, "children"),
    "families of a worker": (ShowMyFamilies, {"worker": W1}, "families"),
    "handover": (ShowHandover, {"worker": W1}, "children"),
    "changes": (ShowChanges, {"worker": W1, "since": "1:0"}, "children"),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, pool: Any) -> Iterator[Bench]:
    made = bench(pool.cluster("embedded").fresh(empty=False), tmp_path_factory.mktemp("pages"))
    number = 0
    for order, child in enumerate(CHILDREN):
        for told in (
            gp_registered(child, practice="Z90001", on="2020-03-10"),
            gp_registration_ended(child, practice="Z90001", on=f"2025-0{1 + order % 7}-15"),
            happened("EarlyHelpStarted", child, on=f"2025-05-{10 + order}", worker="W1"),
            happened("ChildInNeedStarted", child, on=f"2025-06-{10 + order}", worker="W2"),
        ):
            number += 1
            made.record(told.wire(number))
    made.projector.project()
    yield made
    made.close()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [1, 3, 11, 500])
def test_the_parts_of_a_list_are_the_whole(here: Bench, name: str, limit: int) -> None:
    kind, asked, items = LISTS[name]
    whole = answer(here.service, kind(effective_at=DAY, **asked))
    assert (whole["total"], whole["next"]) == (len(whole[items]), None)
    assert whole["total"] >= len(CHILDREN)
    found: list[Any] = []
    cursor = None
    while True:
        part = answer(here.service, kind(effective_at=DAY, limit=limit, cursor=cursor, **asked))
        assert len(part[items]) <= limit
        assert (part["total"], part["position"]) == (whole["total"], whole["position"])
        found += part[items]
        cursor = part["next"]
        if cursor is None:
            break
    assert found == whole[items]


def test_what_comes_in_between_moves_no_part(here: Bench) -> None:
    first = answer(here.service, ShowCaseload(worker=W1, effective_at=DAY, limit=4))
    before = answer(here.service, ShowCaseload(worker=W1, effective_at=DAY))["children"]
    [outcome] = here.record(happened("EarlyHelpStarted", "L", on="2025-05-01", worker="W1").wire(48))
    assert outcome.outcome == "accepted", outcome
    here.projector.project()
    rest = answer(here.service, ShowCaseload(worker=W1, effective_at=DAY, cursor=first["next"]))
    assert first["children"] + rest["children"] == before
    assert rest["position"] == first["position"]
    assert answer(here.service, ShowCaseload(worker=W1, effective_at=DAY))["total"] == len(before) + 1


@pytest.mark.parametrize(
    "cursor", ["", "1", "1:5", "1:5.2", "1:5.2.deadbeef", "9" * 60, "1:5.2.DEADBEEF\n", "é:1.2.00000000"]
)
def test_what_is_no_cursor_of_this_list_is_refused(here: Bench, cursor: str) -> None:
    with pytest.raises((Rejected, Misuse)):
        answer(here.service, ListGaps(effective_at=DAY, cursor=cursor))


def test_a_cursor_of_another_question_or_another_log_is_refused(here: Bench) -> None:
    cursor = answer(here.service, ShowCaseload(worker=W1, effective_at=DAY, limit=1))["next"]
    for other in (
        ShowCaseload(worker="la-808:W2", effective_at=DAY, cursor=cursor),
        ListGaps(effective_at=DAY, cursor=cursor),
    ):
        with pytest.raises(Rejected, match="cursor"):
            answer(here.service, other)
    with pytest.raises(Misuse, match="another generation"):
        answer(here.service, ShowCaseload(worker=W1, effective_at=DAY, cursor=f"7{cursor[1:]}"))


def test_kept_events_are_listed_in_parts(here: Bench) -> None:
    here.record(*({**mark(number), "colour": "red"} for number in range(7)))
    whole = answer(here.service, ListKept())["aside"]
    assert len(whole) == 7
    found: list[Any] = []
    part = answer(here.service, ListKept(limit=3))
    while part["next"] is not None:
        assert len(part["aside"]) == 3
        found += part["aside"]
        part = answer(here.service, ListKept(limit=3, cursor=part["next"]))
    assert [*found, *part["aside"]] == whole


def test_bug_a_list_that_goes_on_after_nothing_was_empty(here: Bench) -> None:
    with pytest.raises(Rejected, match="cursor"):
        answer(here.service, ListKept(cursor=UUID(int=7)))


def test_an_event_is_shown_by_a_hash_that_does_not_tell_its_place(here: Bench) -> None:
    listed = answer(here.service, ListGaps(effective_at=DAY))["gaps"]
    shown = [event for gap in listed for event in gap["events"]]
    places = {event_at(here.service, position): position for position in range(1, 60)}
    assert len(places) == 59
    assert {places[event] for event in shown} <= set(range(1, 60))
    assert not any(str(places[event]) == event.removeprefix("e-") for event in shown)
    assert event_at(here.service, 5, generation=2) != event_at(here.service, 5)
