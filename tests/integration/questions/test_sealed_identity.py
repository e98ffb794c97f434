"""What names a sealed identity: its publisher learns nothing from it, and the index team finds it in the quarantine."""

import inspect
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from adapters.commands.quarantine import Quarantine
from adapters.log import sealed
from adapters.log.growth import clear, used
from adapters.log.messages import Message, Outcome
from adapters.log.reader import tied
from adapters.process.quotas import Ages
from tests.builders.asking import feedback as feedback_of
from tests.builders.asking import kept, kept_event, quality
from tests.builders.service import KEYS, NOW, Bench
from tests.spec.words import (
    event_retracted,
    gp_registered,
    happened,
    identifier,
    involvement_started,
    listed,
    pupil_admitted,
    snapshot_reported,
)
from tools.verify_log import verify

BORN = "2015-03-01"
BY = "la-808"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    made = any_emptied_bench
    for number, child in enumerate("AB"):
        made.record(
            gp_registered(child, practice="Z90001", on="2015-03-20", born=BORN).wire(number * 10 + 1),
            pupil_admitted(child, school="900001", on="2024-09-01", known_by=["upn", "nhs"], born=BORN).wire(number * 10 + 2),
        )  # fmt: skip
    made.record(happened("IdentitySealed", "A", on="2025-06-01").wire(20))
    return made


def sent_of(child: str, first: int) -> list[list[dict[str, Any]]]:
    """What an agency goes on sending of a child: new, again, again with other content, taken back, of nothing that came."""
    started = involvement_started(child, "mentoring", on="2025-07-01")
    return [
        [started.wire(first)],
        [started.wire(first)],
        [involvement_started(child, "tutoring", on="2025-07-01").wire(first)],
        [event_retracted(child, first, recorded="2025-08-01").wire(first + 1)],
        [event_retracted(child, first + 7, recorded="2025-08-01").wire(first + 2)],
        [involvement_started(child, "mentoring", on="2025-07-01", provision="no such").wire(first + 3)],
        [started.wire(first + 4), started.wire(first + 4), started.wire(first + 5)],
    ]


def told(outcomes: list[Outcome], first: int) -> list[tuple[Any, ...]]:
    """An outcome without what differs from event to event."""
    return [
        (o.outcome, o.reason, o.field, o.rule, o.event_type, int((o.event_id or "e0")[1:]) - first, o.position is not None, o.set_aside)
        for o in outcomes
    ]  # fmt: skip


def feedback(here: Bench, first: int) -> list[tuple[Any, ...]]:
    told_of = feedback_of(here.service, BY)["feedback"]
    wanted = {f"e{first + n}" for n in range(6)}
    return [
        (
            one["outcome"],
            one["reason"],
            one["field"],
            one["rule"],
            one["event_type"],
            int(one["event_id"][1:]) - first,
            one["set_aside"],
        )
        for one in told_of
        if one["event_id"] in wanted
    ]


def test_its_publisher_is_told_no_more_than_of_any_other(here: Bench) -> None:
    answers = {}
    for child, first in (("A", 100), ("B", 200)):
        outcomes = [outcome for batch in sent_of(child, first) for outcome in here.record(*batch)]
        here.counts(outcomes)
        answers[child] = told(outcomes, first), feedback(here, first)
    assert answers["A"] == answers["B"]
    assert [word for word, *_ in answers["A"][0]].count("accepted") == 4


def test_the_index_team_finds_it(here: Bench) -> None:
    here.record(involvement_started("A", "mentoring", on="2025-07-01").wire(100))
    here.record(involvement_started("B", "mentoring", on="2025-07-01").wire(200))
    found = kept(here.service, "sealed_identity")
    assert [(one["kind"], one["event_type"], one["organisation"]) for one in found] == [
        ("withheld", "InvolvementStarted", BY)
    ]
    assert "mentoring" in kept_event(here.service, found[0]["id"])["content"]
    # Nobody drives it into the log again, where it is already.
    assert Quarantine(here.service).redrive([UUID(found[0]["id"])], None).read == 0


def test_a_batch_in_which_the_sealing_stands_first(here: Bench) -> None:
    """What follows the sealing in its own batch is held against it; what comes before it is not."""
    outcomes = here.record(
        involvement_started("B", "before", on="2025-05-01").wire(300),
        happened("IdentitySealed", "B", on="2025-06-01").wire(301),
        involvement_started("B", "after", on="2025-07-01").wire(302),
        involvement_started("C", "after", on="2025-07-01").wire(303),
    )
    assert [o.outcome for o in outcomes] == ["accepted"] * 4
    services = here.connection.execute(
        "SELECT service FROM log.fact WHERE kind = 'involvement' ORDER BY position"
    ).fetchall()
    assert services == [("before",), ("after",)]
    assert len(kept(here.service, "sealed_identity")) == 1


def test_another_recorder_knows_of_it_at_once(here: Bench) -> None:
    """Its memory of sealed records is as of its last look, which every append has."""
    other = here.service.recorder()
    here.record(happened("IdentitySealed", "B", on="2025-06-01").wire(400))
    other.record([Message(involvement_started("B", "mentoring", on="2025-07-01").wire(401))])
    other.close()
    assert len(kept(here.service, "sealed_identity")) == 1


def test_quality_says_nothing_of_it(here: Bench) -> None:
    here.record(involvement_started("A", "mentoring", on="2025-07-01").wire(100))
    line = next(one for one in quality(here.service, BY) if one["event_type"] == "InvolvementStarted")
    assert (line["accepted"], line["kept"], line["waiting"]) == (1, 0, 0)


def test_no_row_of_a_snapshot_is_missing_for_it(here: Bench) -> None:
    """Its school lists it under the old number: the feed is whole, as of a school where nobody has a new identity."""
    sent = [
        listed(pupil_admitted(child, school="900001", on="2024-09-01", known_by="upn", born=BORN), on="2025-10-02")
        for child in "AB"
    ]
    report = snapshot_reported("urn-900001", "PupilAdmitted", on="2025-10-02", count=2)
    here.record(*(one.wire(number) for number, one in enumerate([*sent, report], 500)))
    here.projector.project()
    [line] = [one for one in quality(here.service, "urn-900001") if one["event_type"] == "PupilAdmitted"]
    assert line["missing_rows"] == 0
    assert verify(here.connection, KEYS).holds
    feed = here.connection.execute(f"SELECT complete_through - told_through FROM {here.serving()}.feed").fetchall()
    assert feed == [(0,)]


def test_many_sealings_at_once_are_recorded(here: Bench) -> None:
    """Each began a batch of its own within the one before it, and the interpreter ends what is a thousand deep."""
    children = [f"{one}{other}" for one in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for other in "ABCDE"][:120]
    sealings = [happened("IdentitySealed", child, on="2025-06-01").wire(n) for n, child in enumerate(children, 600)]
    deepest = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 80)
    try:
        outcomes = here.record(*sealings)
    finally:
        sys.setrecursionlimit(deepest)
    assert [one.outcome for one in outcomes] == ["accepted"] * len(sealings)


def test_one_of_many_under_one_number_is_sealed_in_a_bounded_time(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A school's system has one NHS number for everybody: all are tied to it, and one is sealed under the append lock."""
    one = identifier("Z", "nhs")[1]
    for number, child in enumerate("CDEFGHIJ", 700):
        event = pupil_admitted(child, school="900001", on="2024-09-01", known_by=["upn", "nhs"], born=BORN).wire(number)
        event["subject"]["identifiers"][1]["value"] = one
        here.record(event)
    here.projector.project()
    here.record(involvement_started("C", "mentoring", on="2025-07-01", known_by=["upn", "agency"], born=BORN).wire(710))
    [(record,)] = here.connection.execute("SELECT originator_id FROM log.event ORDER BY notification_id DESC LIMIT 1")
    assert len(tied(here.connection, [record])) == 10  # by the views and by what came since
    assert len(tied(here.connection, [record], 5)) == 5
    monkeypatch.setattr(sealed, "MOST_TIED", 5)
    [outcome] = here.record(happened("IdentitySealed", "C", on="2025-06-01", known_by="upn").wire(711))
    assert outcome.outcome == "accepted"
    assert here.connection.execute("SELECT FROM log.sealed WHERE record = %s", (record,)).fetchone() is not None


def test_the_log_is_verified_with_what_is_withheld(here: Bench) -> None:
    """Facts that are withheld are not missing; that an identity is no longer sealed, or an event withheld, is named."""
    row = pupil_admitted("A", school="900001", on="2024-09-01", known_by="upn", born=BORN)
    here.record(
        involvement_started("A", "mentoring", on="2025-07-01").wire(100), listed(row, on="2025-10-02").wire(102)
    )
    assert verify(here.connection, KEYS).holds
    for edit, named in (
        ("UPDATE log.withheld SET seen = seen + 1", {"withheld_differs"}),
        ("DELETE FROM log.withheld", {"withheld_differs", "fact_missing"}),
        ("DELETE FROM log.sealed", {"withheld_differs", "sealed_differs"}),
    ):
        with here.connection.transaction(force_rollback=True):
            here.connection.execute(edit)  # type: ignore[arg-type]
            assert set(verify(here.connection, KEYS).found) == named


def test_bug_a_source_record_of_what_is_withheld_was_named(here: Bench) -> None:
    """The record of the agency's own stands without a fact, and the whole log was said not to hold."""
    here.record(involvement_started("A", "mentoring", on="2025-07-01", source_record="S1").wire(100))
    assert verify(here.connection, KEYS).holds
    here.connection.execute("UPDATE log.source_record SET position = position - 1")
    assert set(verify(here.connection, KEYS).found) == {"source_record_differs"}


def test_it_waits_for_the_index_team_however_long(here: Bench) -> None:
    """What is withheld is neither settled nor a conflict: no age clears it, and it takes no room of its publisher's."""
    before = used(here.connection, BY)
    here.record(involvement_started("A", "mentoring", on="2025-07-01").wire(100))
    assert used(here.connection, BY) == before
    clear(here.connection, Ages(1, 1, 1), NOW + timedelta(days=1000))
    assert len(kept(here.service, "sealed_identity")) == 1
