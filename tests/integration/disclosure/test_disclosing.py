"""What a person who has signed in is shown, that it is logged before it is shown, and that it can be replayed."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from adapters.disclosure.checkpoints import Deadline, publish, sign
from adapters.disclosure.disclosing import Discloser
from adapters.disclosure.sealing import seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import first_key
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR, Channel, Role, Viewer
from domain.errors import Unreachable
from domain.questions.about import (
    ListAccesses,
    ListFamilies,
    ListFeeds,
    ReplayEntry,
    ShowCaseload,
    ShowChild,
    ShowTimeline,
)
from domain.questions.asking import Question
from tests.builders.service import Bench, bench
from tests.spec import words
from tests.spec.words import Happened, gp_registered, happened, lead_accepted, pupil_admitted

DAY = date(2025, 12, 1)
ANNA = Viewer("la-808:W1", Role.PRACTITIONER, "la-808", b"s" * 32, Channel.PAGES)
BEN = Viewer("la-808:W2", Role.PRACTITIONER, "la-808", b"t" * 32, Channel.PAGES)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    record(
        made,
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01"),
        lead_accepted("Ada", worker="W1", on="2025-09-02"),
        pupil_admitted("Ada", school="900001", on="2019-09-02"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W2", name="Bob Example", born="2014-03-01"),
        gp_registered("Bob", practice="Z90001", on="2015-04-01"),
    )
    made.projector.project()
    yield made
    made.close()


def record(here: Bench, *events: Happened, start: int = 0) -> None:
    here.record(*(event.wire(start + n) for n, event in enumerate(events)))


def identifier(who: str) -> str:
    return ":".join(words.identifier(who, "nhs"))


def ask(here: Bench, question: Question[Any], viewer: Viewer = ANNA) -> Any:
    here.clock.advance(timedelta(seconds=1))
    return Door(here.service).answer(question, viewer)


def child(who: str, **said: Any) -> ShowChild:
    return ShowChild(identifier=identifier(who), effective_at=DAY, **said)


def entries(here: Bench) -> list[dict[str, Any]]:
    rows = here.connection.execute("SELECT bytes FROM access.entry ORDER BY at").fetchall()
    return [orjson.loads(row[0]) for row in rows]


def replay(here: Bench, entry: str, **said: Any) -> Any:
    answered = ask(here, ReplayEntry(entry=entry, **said), LOCAL_OPERATOR)
    return None if answered is None else answered.content


def test_a_lead_professional_sees_her_caseload_and_her_child_and_is_told_why(here: Bench) -> None:
    caseload = ask(here, ShowCaseload(worker="la-808:W1", effective_at=DAY))
    assert [one["name"]["given"] for one in caseload.content["children"]] == [["Ada"]]
    assert caseload.receipt.because == ("These are the children whom you work with.",)
    shown = ask(here, child("Ada"))
    assert shown.content["name"]["family"] == "Example"
    assert shown.receipt.because == ("You are this child's lead professional.",)
    assert [one["outcome"] for one in entries(here)] == ["shown", "shown"]


@pytest.mark.parametrize(
    "question",
    [
        child("Bob"),
        child("nobody known"),
        ShowTimeline(identifier=identifier("Bob"), effective_at=DAY),
        ShowCaseload(worker="la-808:W2", effective_at=DAY),
        ListFamilies(effective_at=DAY),
    ],
    ids=["another's child", "no child", "another's timeline", "another's caseload", "families of an area"],
)
def test_what_is_not_hers_and_what_is_not_there_are_one_answer(here: Bench, question: Question[Any]) -> None:
    assert ask(here, question) is None
    assert [one["outcome"] in ("refused", "nothing") for one in entries(here)] == [True]


def test_a_refused_attempt_says_whom_it_was_about_and_shows_nothing(here: Bench) -> None:
    ask(here, child("Bob"))
    [(children, digests)] = here.connection.execute(
        "SELECT count(*), sum(cardinality(digests)) FROM access.shown"
    ).fetchall()
    assert (children, digests) == (1, 0)


def test_no_entry_no_answer(here: Bench) -> None:
    here.connection.execute("ALTER TABLE access.pending ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    try:
        with pytest.raises(psycopg.errors.CheckViolation):
            ask(here, child("Ada"))
    finally:
        here.connection.execute("ALTER TABLE access.pending DROP CONSTRAINT full_disk")
    assert entries(here) == []


def test_the_entry_is_committed_before_the_answer_is_there(here: Bench) -> None:
    shown = ask(here, child("Ada"))
    with here.service.connect() as other:
        found = other.execute("SELECT 'a-' || replace(id::text, '-', '') FROM access.entry").fetchall()
    assert found == [(shown.receipt.entry,)]


def test_an_entry_says_who_why_and_as_of_what_and_names_no_child(here: Bench) -> None:
    ask(here, child("Ada"))
    [said] = entries(here)
    assert (said["viewer"], said["organisation"], said["role"]) == ("la-808:W1", "la-808", "practitioner")
    assert (said["rules"], said["question"], said["purpose"]) == (
        ["lead", "others_numbers"],
        "ShowChild",
        "work_with_own_children",
    )
    assert said["effective_at"] == "2025-12-01"
    assert said["position"] == said["head"]
    assert len(said["proving"]) == 2  # that she was named, and that she accepted or works with the child
    for secret in ("Example", identifier("Ada"), "2015-03-01"):
        assert secret not in orjson.dumps(said).decode()


def test_equal_content_is_stored_once(here: Bench) -> None:
    for _ in range(3):
        ask(here, child("Ada"))
    [(stored,)] = here.connection.execute("SELECT count(*) FROM access.content").fetchall()
    assert stored > 2
    assert here.connection.execute("SELECT sum(cardinality(digests)) FROM access.shown").fetchone() == (3 * stored,)


def test_each_entry_of_a_process_names_the_one_before_it(here: Bench) -> None:
    discloser = Discloser(here.service.keys, here.service.clock)
    door = Door(here.service, lambda: nullcontext(here.connection), discloser)
    for _ in range(3):
        door.answer(child("Ada"), ANNA)
    said = entries(here)
    assert [one["number"] for one in said] == [0, 1, 2]
    assert [one["previous"] is None for one in said] == [True, False, False]


def test_a_page_is_replayed_as_it_was_and_comes_out_the_same_again(here: Bench) -> None:
    shown = ask(here, child("Ada"))
    again = replay(here, shown.receipt.entry)
    assert (again["proved"], again["derived"], again["content"]) == ("proved_same", "derived_same", shown.content)
    assert again["asked"] == {"identifier": identifier("Ada"), "effective_at": "2025-12-01"}


def test_after_a_correction_it_still_comes_out_as_it_was_known(here: Bench) -> None:
    shown = ask(here, child("Ada"))
    record(here, gp_registered("Ada", practice="Z90002", on="2015-04-01"), start=100)
    here.projector.project()
    again = replay(here, shown.receipt.entry)
    assert (again["proved"], again["derived"], again["content"]["gp"]) == ("proved_same", "derived_same", [])


def test_of_a_child_shielded_since_it_says_why_it_differs(here: Bench) -> None:
    shown = ask(here, child("Ada"))
    record(here, happened("ShieldApplied", "Ada", on="2025-11-01"), start=100)
    here.projector.project()
    again = replay(here, shown.receipt.entry)
    assert (again["proved"], again["derived"], again["because"]) == ("proved_same", "differs", "restricted_since")


@pytest.mark.not_replayed("the log is edited")
@pytest.mark.parametrize(
    ("edit", "proved"),
    [
        ("UPDATE access.content SET sealed = sealed || '\\x00'", "not_proved"),
        ("DELETE FROM access.shown WHERE number = 1", "not_proved"),
        ("UPDATE access.shown SET places = '{}', records = '{}', digests = '{}', classes = '{}'", "not_proved"),
        (
            "UPDATE access.entry SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'W1', 'W9'), 'UTF8')",
            "proved_same",
        ),
        ("DELETE FROM log.data_key WHERE class = 'access_child'", "erased_since"),
        ("DELETE FROM access.content", "erased_since"),
    ],
    ids=["content changed", "a part dropped", "no parts", "the viewer changed", "key destroyed", "content dropped"],
)
def test_what_was_changed_is_said(here: Bench, edit: str, proved: str) -> None:
    """That a leaf was changed is seen by the tree alone, once it is sequenced (`icr verify-log`)."""
    shown = ask(here, child("Ada"))
    here.connection.execute(edit)
    assert replay(here, shown.receipt.entry)["proved"] == proved


def test_a_replay_is_an_access_itself(here: Bench) -> None:
    shown = ask(here, child("Ada"))
    replay(here, shown.receipt.entry)
    assert [one["question"] for one in entries(here)] == ["ShowChild", "ReplayEntry"]
    assert replay(here, f"a-{'0' * 32}") is None


def test_accesses_are_listed_newest_first_and_in_parts(here: Bench) -> None:
    for viewer in (ANNA, BEN, ANNA):
        ask(here, child("Ada"), viewer)
    first = ask(here, ListAccesses(viewer="la-808:W1", limit=1), LOCAL_OPERATOR).content
    rest = ask(here, ListAccesses(viewer="la-808:W1", limit=1, cursor=first["next"]), LOCAL_OPERATOR).content
    assert [one["outcome"] for part in (first, rest) for one in part["accesses"]] == ["shown", "shown"]
    assert (first["total"], rest["next"]) == (2, None)


def test_a_question_about_nobody_is_no_access(here: Bench) -> None:
    ask(here, ListFeeds(effective_at=DAY), LOCAL_OPERATOR)
    assert entries(here) == []


def test_without_a_checkpoint_for_too_long_nothing_is_shown_until_there_is_one(here: Bench, tmp_path: Path) -> None:
    ask(here, child("Ada"))
    here.clock.advance(timedelta(hours=5))

    def served() -> Any:
        deadline = Deadline(timedelta(hours=4), here.clock)
        return Door(here.service, discloser=Discloser(here.service.keys, here.clock, may_go_on=deadline)).answer(
            child("Ada"), ANNA
        )

    with pytest.raises(Unreachable, match="second place of the access log"):
        served()
    assert len(entries(here)) == 1
    key = first_key(here.connection, tmp_path / "signing-key", "icr.example/access")
    place = SecondPlace(tmp_path / "second")
    seal(here.connection)
    sign(here.connection, key, place, here.clock.now())
    publish(here.connection, key, place, here.clock.now())
    assert served() is not None
