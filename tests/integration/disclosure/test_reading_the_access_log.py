"""Who reads the access log finds accesses by person, days and child, and sees how far it is sealed, and whether its end holds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.disclosure.checkpoints import publish, sign
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import first_key
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.errors import Rejected
from domain.questions.about import ListAccesses, ShowCaseload, ShowChild, ShowLogState
from domain.questions.asking import Question
from tests.builders.service import Bench, bench
from tests.builders.viewers import person
from tests.spec import words
from tests.spec.words import happened

ANNA, BEN = "la-808:W1", "la-808:W2"
FIRST = datetime(2025, 12, 18, 23, 59, tzinfo=UTC)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    made.clock.set(FIRST)
    made.record(
        *(
            happened("EarlyHelpStarted", who, on="2025-09-01", worker=worker).wire(n)
            for n, (who, worker) in enumerate([("Ada", "W1"), ("Bob", "W2")])
        )
    )
    made.projector.project()
    yield made
    made.close()


def identifier(who: str) -> str:
    return ":".join(words.identifier(who, "nhs"))


def look(here: Bench, who: str, viewer: str) -> str:
    """Open a child; the entry of it."""
    answered = Door(here.service).ask(ShowChild(identifier=identifier(who)), person(here, viewer))
    return str(answered.receipt.entry)  # type: ignore[union-attr]


def found(here: Bench, **asked: Any) -> list[str]:
    """Entries of children that were opened, the newest first."""
    listed = ask(here, ListAccesses(**asked))["accesses"]
    return [one["entry"] for one in listed if one["question"] == "ShowChild"]


def ask(here: Bench, question: Question[Any]) -> Any:
    answered = Door(here.service).answer(question, LOCAL_OPERATOR)
    assert answered is not None
    return answered.content


def test_accesses_are_found_by_person_child_and_days_in_london(here: Bench) -> None:
    ada = look(here, "Ada", ANNA)
    here.clock.advance(timedelta(minutes=2))
    bob = look(here, "Bob", BEN)
    assert found(here) == [bob, ada]
    assert found(here, viewer=ANNA) == [ada]
    assert found(here, identifier=identifier("Bob")) == [bob]
    assert found(here, last=date(2025, 12, 18)) == [ada]
    assert found(here, first=date(2025, 12, 19)) == [bob]
    assert found(here, first=date(2025, 12, 18), last=date(2025, 12, 19), viewer=BEN, identifier=identifier("Bob")) == [
        bob
    ]
    assert found(here, identifier=identifier("Bob"), viewer=ANNA) == []
    assert found(here, identifier=identifier("nobody")) == []


def test_a_child_of_a_list_was_seen_too(here: Bench) -> None:
    Door(here.service).ask(ShowCaseload(worker=ANNA), person(here, ANNA))
    [entry] = ask(here, ListAccesses(identifier=identifier("Ada")))["accesses"]
    assert (entry["question"], entry["viewer"], entry["children"]) == ("ShowCaseload", ANNA, 1)


def test_a_list_goes_on_where_it_ended_whatever_is_asked_for(here: Bench) -> None:
    for _ in range(3):
        here.clock.advance(timedelta(seconds=1))
        look(here, "Ada", ANNA)
    asked = {"viewer": ANNA, "identifier": identifier("Ada"), "limit": 2}
    first = ask(here, ListAccesses(**asked))
    rest = ask(here, ListAccesses(**asked, cursor=first["next"]))
    assert [len(first["accesses"]), len(rest["accesses"]), first["total"], rest["next"]] == [2, 1, 3, None]


def test_days_that_are_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(Rejected):
        ListAccesses(first=date(2025, 12, 19), last=date(2025, 12, 18))


def published(here: Bench) -> None:
    key = first_key(here.connection, here.service.settings.signing_key_file)
    place = SecondPlace(here.service.settings.checkpoints)
    while seal(here.connection):
        pass
    sign(here.connection, key, place, here.clock.now())
    publish(here.connection, key, place, here.clock.now())


def test_the_state_of_a_log_that_is_not_sealed_yet(here: Bench) -> None:
    look(here, "Ada", ANNA)
    here.clock.advance(timedelta(minutes=11))
    state = ask(here, ShowLogState(check=True))
    assert (state["leaves"], state["waiting"], state["last_sealed"], state["published"]) == (0, 1, None, None)
    assert (state["waits_seconds"], state["checked"], state["verifier_key"]) == (660, None, None)


def test_the_state_of_a_log_that_is_published_and_checked(here: Bench) -> None:
    ada = look(here, "Ada", ANNA)
    published(here)
    state = ask(here, ShowLogState(check=True))
    assert (state["leaves"], state["waiting"], state["waits_seconds"]) == (1, 0, None)
    assert state["last_sealed"] == {"entry": ada, "leaf": 0, "at": "2025-12-18T23:59:00.000000Z"}
    assert state["published"]["leaves"] == 1
    assert state["published"]["note"].startswith(state["verifier_key"].partition("+")[0])
    assert state["checked"] == {"first": 0, "last": 0, "found": []}


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (
            "UPDATE access.entry SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'W1', 'W9'), 'UTF8')",
            ["entry_changed"],
        ),
        ("DELETE FROM access.entry", ["entry_missing"]),
        (
            "UPDATE access.leaf SET hash = decode(repeat('00', 32), 'hex') WHERE index = 1",
            ["entry_changed", "tile_changed"],
        ),
        ("DELETE FROM access.leaf WHERE index = 1", ["leaf_missing", "log_shorter"]),
        ("DELETE FROM access.leaf WHERE index = 0", ["leaf_missing"]),
        ("DELETE FROM access.tile", ["tile_missing"]),
        ("UPDATE access.tile SET nodes = decode(repeat('00', 64), 'hex')", ["tile_changed", "tree_differs"]),
        (
            "UPDATE access.checkpoint SET note = replace(note, chr(10) || '2' || chr(10), chr(10) || '3' || chr(10))",
            ["checkpoint_not_signed"],
        ),
    ],
    ids=["entry", "no entry", "leaf", "last leaf gone", "first leaf gone", "no tile", "tile", "note"],
)
@pytest.mark.not_replayed("the log is edited")
def test_what_was_changed_by_hand_is_named(here: Bench, edit: str, named: list[str]) -> None:
    for _ in range(2):
        look(here, "Ada", ANNA)
    published(here)
    here.connection.execute(edit)
    assert ask(here, ShowLogState(check=True))["checked"]["found"] == named
