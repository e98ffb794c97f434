"""One number that an organisation gives to two children: what is told of the second is kept, said, and never joined."""

from datetime import date
from typing import Any

import pytest

from adapters.commands.quarantine import Quarantine
from adapters.log.messages import ACCEPTED, CONFLICT, DUPLICATE, KEPT, Message, Outcome
from adapters.log.quarantine_rows import QuarantineRows
from tests.builders.asking import asking, feedback
from tests.builders.service import Bench
from tests.spec.words import Happened, event_corrected, event_retracted, happened, identifier, pupil_admitted

SCHOOL, ANOTHER = "900001", "900002"
REASON = "number_of_two_children"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    """A school that admitted a girl called Wren Ash."""
    made = any_emptied_bench
    assert outcomes(made, 1, WREN) == [ACCEPTED]
    return made


def admitted(
    name: str = "Wren Ash", born: str | None = "2014-05-09", sex: str | None = "F", school: str = SCHOOL,
    on: str = "2021-09-01", **more: Any,
) -> Happened:  # fmt: skip
    return pupil_admitted("A", school=school, on=on, known_by="upn", name=name, born=born, sex=sex, **more)


WREN = admitted()
NOOR = admitted("Noor Birch", "2011-12-25", "M", on="2024-09-02")


def record(here: Bench, number: int, *told: Happened) -> list[Outcome]:
    return here.record(*(one.wire(number + at) for at, one in enumerate(told)))


def outcomes(here: Bench, number: int, *told: Happened) -> list[str]:
    found = record(here, number, *told)
    counts = here.counts(found)
    assert counts.read == len(told) == counts.accepted + counts.duplicate + counts.conflict + counts.kept
    return [one.reason if one.reason == REASON else one.outcome for one in found]  # type: ignore[misc]


def shown(here: Bench) -> dict[str, Any]:
    here.projector.project()
    with asking(here.service) as asked:
        told = asked.child(identifier=":".join(identifier("A", "upn")), effective_at=date(2025, 1, 1))
    assert told is not None
    return dict(told)


@pytest.mark.parametrize(
    "second",
    [
        NOOR,
        admitted("Noor Ash", "2014-05-09", "M", on="2024-09-02"),
        admitted("Noor Ash", "2014-05-09", "F"),  # twins, told on one day
        admitted("Noor Birch", "2011-12-25", None, on="2024-09-02"),
        admitted("Noor Birch", None, "M", on="2024-09-02"),
        admitted("", "2011-12-25", "M", on="2024-09-02"),
        happened("SenSupportStarted", "A", on="2024-09-02", by=f"urn-{SCHOOL}", known_by="upn", name="Noor Birch", born="2011-12-25", school=SCHOOL),
    ],
    ids=["all", "twins of two sexes", "twins", "no sex", "no date of birth", "no name", "another type of event"],
)  # fmt: skip
def test_another_child(here: Bench, second: Happened) -> None:
    [kept] = record(here, 10, second)
    assert (kept.outcome, kept.reason, kept.field) == (KEPT, REASON, "subject.identifiers")
    one = shown(here)
    assert (one["date_of_birth"], one["sex"], one["name"]["given"]) == ("2014-05-09", "F", ["Wren"])


@pytest.mark.parametrize(
    "again",
    [
        admitted(on="2024-09-02"),
        admitted("WREN ASH", on="2024-09-02"),
        admitted("Wrenna Ash", on="2024-09-02"),
        admitted("Wren Birch", on="2024-09-02"),
        admitted(born="2014-05-10", on="2024-09-02"),  # put right
        admitted(sex="M", on="2024-09-02"),
        admitted("Robin Ash", on="2024-09-02"),  # a new name
        admitted("Robin Ash", former="Wren Ash", sex="M", on="2024-09-02"),
        admitted("", None, "M"),
        admitted("", "2011-12-25", None),
        admitted("Baby Ash", None, "M"),
        pupil_admitted("A", school=SCHOOL, on="2024-09-02", known_by="upn"),
        admitted("Noor Birch", "2011-12-25", "M", school=ANOTHER),  # of what others hold nobody is told
    ],
)  # fmt: skip
def test_perhaps_the_same_child(here: Bench, again: Happened) -> None:
    assert outcomes(here, 10, again) == [ACCEPTED]


def test_in_one_batch(here: Bench) -> None:
    """Each by itself or all at once: the same becomes of them."""
    said = [admitted("Ada Ash", school=ANOTHER), admitted("Ben Elm", "2012-02-02", "M", school=ANOTHER), WREN, NOOR]
    assert outcomes(here, 10, *said) == [ACCEPTED, REASON, ACCEPTED, REASON]


def test_told_to_its_publisher_alone(here: Bench) -> None:
    record(here, 10, NOOR)
    told = feedback(here.service, f"urn-{SCHOOL}")["feedback"]
    assert [(one["event_id"], one["outcome"], one["reason"]) for one in told] == [
        ("e1", "accepted", None),
        ("e10", "kept", REASON),
    ]
    assert feedback(here.service, f"urn-{ANOTHER}")["feedback"] == []


def test_it_can_be_read_and_is_counted_for_the_number(here: Bench) -> None:
    record(here, 10, NOOR)
    here.projector.project()
    with asking(here.service) as asked:
        told = asked.timeline(identifier=":".join(identifier("A", "upn")), effective_at=date(2025, 1, 1))
    assert told is not None
    assert told["kept_aside"] == 1
    assert [entry["from"] for entry in told["entries"]] == ["2021-09-01"]
    [content] = contents(here)
    assert b"Birch" in content


def contents(here: Bench) -> list[bytes]:
    store = QuarantineRows(here.service.keys)
    with here.service.connect() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM log.aside WHERE reason = %s", (REASON,))]
        return [data for _, data, _ in store.contents(connection, ids)]


def test_what_amends_the_second_waits_for_it(here: Bench) -> None:
    corrected = event_corrected("A", 10, recorded="2024-09-05", begins="2024-09-03", by=f"urn-{SCHOOL}", known_by="upn")
    found = record(here, 10, NOOR, corrected)
    assert [one.reason for one in found] == [REASON, "waits_for"]


def test_a_person_sends_it_on(here: Bench) -> None:
    """After that the organisation's word has both, and neither is kept again."""
    record(here, 10, NOOR)
    counts = Quarantine(here.service).redrive(None, REASON)
    assert (counts.read, counts.accepted) == (1, 1)
    assert outcomes(here, 20, admitted("Noor Birch", "2011-12-25", "M", on="2024-10-01")) == [ACCEPTED]
    here.recorder.close()
    assert outcomes(here, 21, admitted(on="2024-10-02")) == [ACCEPTED]


def test_sent_again_with_its_own_number(here: Bench) -> None:
    """Put right under the same event id, it replaces what was kept."""
    record(here, 10, NOOR)
    [outcome] = here.record({**NOOR.wire(10), "subject": {**NOOR.wire(10)["subject"], "identifiers": upn_of("B")}})
    assert outcome.outcome == ACCEPTED
    assert here.connection.execute("SELECT state FROM log.aside").fetchall() == [("replaced",)]


def upn_of(child: str) -> list[dict[str, str]]:
    scheme, value = identifier(child, "upn")
    return [{"scheme": scheme, "value": value}]


def test_the_first_was_taken_back(here: Bench) -> None:
    """It was entered under the wrong number: the number is the second's."""
    back = event_retracted("A", 1, recorded="2024-09-01", by=f"urn-{SCHOOL}", known_by="upn")
    assert outcomes(here, 9, back, NOOR) == [ACCEPTED, REASON]  # not yet, within one batch
    assert outcomes(here, 11, admitted("Noor Birch", "2011-12-25", "M", on="2024-09-03")) == [ACCEPTED]


def test_sent_again_it_is_a_duplicate_or_a_conflict(here: Bench) -> None:
    assert outcomes(here, 1, WREN) == [DUPLICATE]
    assert outcomes(here, 1, NOOR) == [CONFLICT]
    assert outcomes(here, 10, NOOR, NOOR) == [REASON, REASON]
    assert [one.outcome for one in record(here, 10, NOOR)] == [DUPLICATE]


def test_what_keeps_a_child_safe_is_recorded(here: Bench) -> None:
    shield = happened(
        "ShieldApplied", "A", on="2024-09-02", by="la-808", known_by="upn", name="Wren Ash", born="2014-05-09", sex="F"
    )
    other = happened(
        "ShieldApplied",
        "A",
        on="2024-09-03",
        by="la-808",
        known_by="upn",
        name="Noor Birch",
        born="2011-12-25",
        sex="M",
    )
    assert outcomes(here, 10, shield, other) == [ACCEPTED, ACCEPTED]


def test_another_process_knows_it_too(here: Bench) -> None:
    fresh = here.service.recorder()
    try:
        [outcome] = fresh.record([Message(NOOR.wire(10))])
    finally:
        fresh.close()
    assert outcome.reason == REASON
