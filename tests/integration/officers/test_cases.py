"""Officers' cases: an access is seen in an open case that is about it; whom it is about may answer; it is closed with an outcome."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from adapters.commands.casework import Casework
from adapters.questions.door import Door
from domain.access.entry import entry_id
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered, NotShown
from domain.cases.work import Opening
from domain.errors import NothingKnown, Rejected
from domain.questions.about import ListCases, ListHearings, ShowCaseload, ShowChild, ShowHearing
from domain.questions.asking import Question
from tests.builders.cases import WHY, closed, done, office_of, officer, opened, replays, shown
from tests.builders.service import KEYS, Bench
from tests.builders.viewers import person
from tests.spec import words
from tests.spec.words import happened
from tools.verify_log import verify

ANNA, BEN, CARA, DORA, EVE = "la-808:W1", "la-808:P1", "ods-Z9H:P3", "la-808:D1", "la-808:P2"
NOW = datetime(2025, 12, 19, 10, 0, tzinfo=UTC)


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    """Ada and Bob, whom Anna works with."""
    any_emptied_bench.clock.set(NOW)
    told = [
        happened("EarlyHelpStarted", who, on="2025-09-01", worker="W1").wire(n) for n, who in enumerate(("Ada", "Bob"))
    ]
    any_emptied_bench.record(*told)
    any_emptied_bench.projector.project()
    return any_emptied_bench


def identifier(who: str) -> str:
    return ":".join(words.identifier(who, "nhs"))


def ask(here: Bench, question: Question[Any], viewer: Viewer) -> Answered[Any] | NotShown:
    here.clock.advance(timedelta(seconds=1))
    return Door(here.service).ask(question, viewer)


def looked(here: Bench, who: str, by: str = ANNA) -> str:
    """The entry of somebody's looking at a child."""
    found = ask(here, ShowChild(identifier=identifier(who)), person(here, by))
    assert isinstance(found, Answered)
    assert found.receipt is not None
    return found.receipt.entry


def listed(here: Bench, viewer: Viewer, **asked: Any) -> list[str] | None:
    """The cases of the office of an officer's own organisation."""
    question = ListCases(**{"organisation": viewer.organisation, "office": office_of(viewer), **asked})
    found = ask(here, question, viewer)
    return [one["case"] for one in found.content["cases"]] if isinstance(found, Answered) else None


def entries(here: Bench) -> list[dict[str, Any]]:
    rows = here.connection.execute("SELECT bytes FROM access.entry ORDER BY at").fetchall()
    return [orjson.loads(row[0]) for row in rows]


# ---- content is seen in a case


def test_an_access_is_seen_in_an_open_case_that_names_it_and_in_no_other(here: Bench) -> None:
    of_ada, of_bob = looked(here, "Ada"), looked(here, "Bob")
    ben = officer(here, BEN)
    case = opened(here, ben, accesses=(of_ada,))
    assert replays(here, ben, of_ada, case)
    assert entries(here)[-1]["rules"] == ["own_organisations_replay"]
    assert not replays(here, ben, of_ada, None)
    assert not replays(here, ben, of_bob, case)
    assert not replays(here, ben, of_ada, f"k-{'0' * 32}")
    assert entries(here)[-1]["outcome"] == "refused"


def test_an_access_to_a_child_is_seen_in_a_case_about_that_child(here: Bench) -> None:
    of_ada, of_bob = looked(here, "Ada"), looked(here, "Bob")
    ben = officer(here, BEN)
    case = opened(here, ben, child=identifier("Ada"))
    assert (replays(here, ben, of_ada, case), replays(here, ben, of_bob, case)) == (True, False)


@pytest.mark.parametrize(
    ("kind", "said", "rule"),
    [
        ("ConflictDeclared", {"worker": "P1", "relation": "relative"}, "conflict"),
        (
            "AccessExcluded",
            {"worker": {"organisation": "la-808", "staff_id": "P1"}, "reason": "allegation"},
            "excluded",
        ),
    ],
)
def test_what_was_shown_of_a_child_is_seen_by_no_officer_who_is_kept_from_it(
    here: Bench, kind: str, said: dict[str, Any], rule: str
) -> None:
    of_ada, of_bob = looked(here, "Ada"), looked(here, "Bob")
    list_of_both = ask(here, ShowCaseload(worker=ANNA), person(here, ANNA))
    assert list_of_both.receipt is not None
    here.record(happened(kind, "Ada", on="2025-10-01", agency="la-808", **said).wire(9))
    here.projector.project()
    ben, eve = officer(here, BEN), officer(here, EVE)
    entries_of = (of_ada, of_bob, list_of_both.receipt.entry)
    bens, eves = (opened(here, who, accesses=entries_of) for who in (ben, eve))
    assert [replays(here, ben, one, bens) for one in entries_of] == [False, True, False]
    assert entries(here)[-1]["rules"] == [rule]
    assert all(replays(here, eve, one, eves) for one in entries_of)


def test_a_closed_case_opens_nothing(here: Bench) -> None:
    of_ada, ben = looked(here, "Ada"), officer(here, BEN)
    case = opened(here, ben, accesses=(of_ada,))
    closed(here, ben, case, "not_upheld")
    assert not replays(here, ben, of_ada, case)


def test_another_offices_case_opens_nothing(here: Bench) -> None:
    of_ada = looked(here, "Ada")
    ben, cara, dora = officer(here, BEN), officer(here, CARA), officer(here, DORA, Role.DATA_PROTECTION_OFFICER)
    bens, caras, doras = (opened(here, who, accesses=(of_ada,)) for who in (ben, cara, dora))
    seen = {who.name: [replays(here, who, of_ada, case) for case in (bens, caras, doras)] for who in (ben, cara, dora)}
    # Cara's office has a case, but the access is of another organisation's people.
    assert seen == {BEN: [True, False, False], CARA: [False, False, False], DORA: [False, False, True]}


# ---- whose a case is


def test_a_case_is_its_offices_and_anothers_is_as_none(here: Bench) -> None:
    ben, eve, cara = officer(here, BEN), officer(here, EVE), officer(here, CARA)
    dora = officer(here, DORA, Role.DATA_PROTECTION_OFFICER)
    case = opened(here, ben, accesses=(looked(here, "Ada"),))
    assert shown(here, eve, case)["opened_by"] == BEN
    assert shown(here, dora, case)["text"] == WHY
    for who, named in ((cara, case), (person(here, ANNA), case), (ben, f"k-{'0' * 32}")):
        assert shown(here, who, named) is None
        with pytest.raises(NothingKnown):
            done(here, who, named, "noted")
    with pytest.raises(NothingKnown):  # who checks acts on none
        done(here, dora, case, "noted")
    assert (listed(here, ben), listed(here, cara)) == ([case], [])
    assert listed(here, cara, organisation="la-808") is None
    assert listed(here, dora, organisation=None, office=None) == [case]


def test_cases_are_listed_by_state_by_access_and_in_parts(here: Bench) -> None:
    ben, of_ada = officer(here, BEN), looked(here, "Ada")
    first, second, third = (opened(here, ben, accesses=(of_ada,), text=f"Reason {n}.") for n in range(3))
    closed(here, ben, second, "upheld")
    assert listed(here, ben) == [third, second, first]
    assert (listed(here, ben, state="open"), listed(here, ben, state="closed")) == ([third, first], [second])
    assert listed(here, ben, entry=of_ada) == [third, first]
    assert listed(here, ben, entry=looked(here, "Bob")) == []
    assert listed(here, ben, limit=2) == [third, second]
    assert listed(here, ben, limit=2, cursor=second) == [first]


def test_an_officer_whom_a_case_is_about_does_not_handle_it(here: Bench) -> None:
    ben, eve = officer(here, BEN), officer(here, EVE)
    case = opened(here, ben, "misuse", concerned=EVE)
    assert shown(here, eve, case) is None
    with pytest.raises(Rejected, match="somebody else than you"):
        opened(here, eve, "misuse", concerned=EVE)


def test_who_a_case_is_about_neither_reads_it_nor_sees_that_there_is_one(here: Bench) -> None:
    ben, eve = officer(here, BEN), officer(here, EVE)
    dora = officer(here, DORA, Role.DATA_PROTECTION_OFFICER)
    of_eve, of_dora = (opened(here, ben, "misuse", concerned=one) for one in (EVE, DORA))
    every = {"organisation": None, "office": None}
    assert (listed(here, ben), listed(here, eve), listed(here, dora, **every)) == (
        [of_dora, of_eve],
        [of_dora],
        [of_eve],
    )
    counted = ask(here, ListCases(organisation="la-808", office=office_of(eve), limit=1), eve)
    assert isinstance(counted, Answered)
    assert (counted.content["total"], counted.content["next"]) == (1, None)
    assert shown(here, dora, of_dora) is None, "though the data protection officer reads every other"
    assert entries(here)[-1]["outcome"] == "refused"
    assert shown(here, dora, of_eve) is not None


# ---- the person concerned


def test_the_member_of_staff_is_asked_answers_and_sees_no_more_than_what_is_asked(here: Bench) -> None:
    anna, ben, of_ada = person(here, ANNA), officer(here, BEN), looked(here, "Ada")
    case = opened(here, ben, "misuse", accesses=(of_ada,), concerned=ANNA, text="A neighbour reports that she gossips.")
    assert ask(here, ListHearings(worker=ANNA), anna).content == {"hearings": []}  # type: ignore[union-attr]
    assert isinstance(ask(here, ShowHearing(case=case), anna), NotShown)
    done(here, ben, case, "asked", text="Why did you look at this record?")
    found = ask(here, ShowHearing(case=case), anna)
    assert isinstance(found, Answered)
    assert [one["text"] for one in found.content["asked"]] == ["Why did you look at this record?"]
    assert (found.content["accesses"], "gossips" in str(found.content)) == ([of_ada], False)
    done(here, anna, case, "answered", text="I cover for her lead.")
    answered = shown(here, ben, case)["steps"][-1]
    assert (answered["by"], answered["text"]) == (ANNA, "I cover for her lead.")
    for other in (person(here, "la-808:W2"), person(here, "ods-Z9H:W1")):
        assert isinstance(ask(here, ShowHearing(case=case), other), NotShown)
        with pytest.raises(NothingKnown):
            done(here, other, case, "answered")


def test_a_case_waits_for_the_answer_or_says_why_not(here: Bench) -> None:
    ben = officer(here, BEN)
    case = opened(here, ben, "misuse", concerned=ANNA)
    with pytest.raises(Rejected, match="ask the member of staff first"):
        closed(here, ben, case, "upheld")
    done(here, ben, case, "asked")
    with pytest.raises(Rejected, match="14 days"):
        closed(here, ben, case, "upheld")
    here.clock.advance(timedelta(days=14))
    closed(here, ben, case, "upheld")
    assert shown(here, ben, case)["closing"]["outcome"] == "upheld"
    at_once = opened(here, ben, "misuse", concerned=ANNA)
    closed(here, ben, at_once, "passed_on", unheard="The police ask that she is not told yet.")
    assert shown(here, ben, at_once)["closing"]["unheard"].startswith("The police")


# ---- breaches


def test_a_breach_has_72_hours_from_when_the_officer_became_aware(here: Bench) -> None:
    ben, aware = officer(here, BEN), NOW - timedelta(hours=5)
    case = opened(here, ben, "breach", accesses=(looked(here, "Ada"),), aware_at=aware)
    assert (shown(here, ben, case)["due_at"], shown(here, ben, case)["overdue"]) == (
        "2025-12-22T05:00:00.000000Z",
        False,
    )
    here.clock.set(aware + timedelta(hours=72, seconds=1))
    assert shown(here, ben, case)["overdue"] is True
    with pytest.raises(Rejected, match="regulator"):
        closed(here, ben, case, "upheld")
    done(here, ben, case, "regulator_told", text="Reference IC-1 of the Commissioner.")
    closed(here, ben, case, "upheld")
    assert shown(here, ben, case)["overdue"] is False


def test_that_somebody_who_saw_it_was_told_is_found_by_the_access(here: Bench) -> None:
    ben, of_ada, other = officer(here, BEN), looked(here, "Ada"), looked(here, "Ada")
    case = opened(here, ben, "breach", accesses=(of_ada,), aware_at=NOW)
    for bad in ("a-1", None, f"k-{'0' * 32}"):
        with pytest.raises(Rejected):
            done(here, ben, case, "recipient_told", bad)
    done(here, ben, case, "recipient_told", of_ada, None)
    told = here.connection.execute(
        "SELECT e.id FROM access.entry e JOIN log.fact f ON f.kind = 'access_case_noted' AND f.service = 'recipient_told' AND f.reference = e.id"
    ).fetchall()
    assert [entry_id(entry) for (entry,) in told] == [of_ada]
    assert other != of_ada


def test_a_request_is_answered_within_a_month_or_three(here: Bench) -> None:
    here.clock.set(datetime(2026, 1, 31, 10, 0, tzinfo=UTC))
    ben = officer(here, BEN)
    case = opened(here, ben, "subject_access", child=identifier("Ada"), asked_by="child")
    assert shown(here, ben, case)["due_at"].startswith("2026-02-28")
    done(here, ben, case, "extended")
    assert shown(here, ben, case)["due_at"].startswith("2026-04-30")


def test_an_erasure_is_granted_by_a_second_officer(here: Bench) -> None:
    ben, eve = officer(here, BEN), officer(here, EVE)
    case = opened(here, ben, "erasure", child=identifier("Ada"), asked_by="child")
    with pytest.raises(Rejected, match="who asks"):
        closed(here, eve, case, "granted")
    done(here, ben, case, "checked")
    with pytest.raises(Rejected, match="another officer"):
        closed(here, ben, case, "granted")
    closed(here, eve, case, "granted")
    refused = opened(here, ben, "erasure", child=identifier("Bob"), asked_by="child")
    closed(here, ben, refused, "refused")


# ---- bad input


def test_what_is_sent_twice_is_done_once(here: Bench) -> None:
    ben, of_ada = officer(here, BEN), looked(here, "Ada")
    case = opened(here, ben, accesses=(of_ada,))
    assert opened(here, ben, accesses=(of_ada,)) == case
    for _ in range(2):
        done(here, ben, case, "noted", text="The log was checked.")
    for _ in range(2):
        closed(here, ben, case, "not_upheld")
    assert [one["step"] for one in shown(here, ben, case)["steps"]] == ["noted"]
    with pytest.raises(Rejected, match="closed already"):
        closed(here, ben, case, "upheld")
    with pytest.raises(Rejected, match="closed"):
        done(here, ben, case, "noted", text="Another note.")
    assert here.connection.execute("SELECT count(*) FROM log.aside").fetchone() == (0,)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Opening("gossip", WHY, ("a-" + "0" * 32,)), "kind"),
        (Opening("check", "   ", ("a-" + "0" * 32,)), "text"),
        (Opening("check", "x" * 10_000, ("a-" + "0" * 32,)), "text"),
        (Opening("check", "\N{RIGHT-TO-LEFT OVERRIDE}hsalf", ("a-" + "0" * 32,)), "text"),
        (Opening("check", WHY), "accesses"),
        (Opening("check", WHY, ("a-1",)), "accesses"),
        (Opening("check", WHY, ("a-" + "0" * 32,) * 51), "accesses"),
        (Opening("check", WHY, child="nhs:9990000019"), "child"),
        (Opening("check", WHY, concerned="Anna"), "concerned"),
        (Opening("subject_access", WHY, asked_by="child"), "child"),
        (Opening("subject_access", WHY, child="nhs:9990000018"), "asked_by"),
        (Opening("subject_access", WHY, child="nhs:9990000018", asked_by="aunt"), "asked_by"),
        (Opening("breach", WHY, concerned=ANNA), "aware_at"),
        (Opening("breach", WHY, concerned=ANNA, aware_at=NOW + timedelta(days=1)), "aware_at"),
        (Opening("check", WHY, concerned=ANNA, aware_at=NOW), "aware_at"),
    ],
    ids=lambda one: one.kind if isinstance(one, Opening) else one,
)
def test_what_cannot_be_a_case_is_refused_with_its_field_and_leaves_nothing(
    here: Bench, said: Opening, field: str
) -> None:
    ben = officer(here, BEN)
    with pytest.raises(Rejected) as refused:
        Casework(here.service, ben).open("privacy_officer", said)
    assert refused.value.field == field
    assert "9990000" not in str(refused.value)
    assert listed(here, ben) == []
    assert here.connection.execute("SELECT count(*) FROM log.aside").fetchone() == (0,)


def test_markup_and_formulae_are_kept_as_they_were_typed(here: Bench) -> None:
    ben, typed = officer(here, BEN), '=HYPERLINK("x")\n<script>alert(1)</script>'
    case = opened(here, ben, accesses=(looked(here, "Ada"),), text=typed)
    assert shown(here, ben, case)["text"] == typed


def test_whoever_is_no_officer_opens_none(here: Bench) -> None:
    for who in (person(here, ANNA), officer(here, "la-808:A1", Role.AUDITOR)):
        with pytest.raises(NothingKnown):
            Casework(here.service, who).open("privacy_officer", Opening("check", WHY, concerned=BEN))


def test_no_agency_writes_cases(here: Bench) -> None:
    ben = officer(here, BEN)
    case = opened(here, ben, accesses=(looked(here, "Ada"),))
    event = {
        "event_type": "AccessCaseClosed", "event_id": "x1", "source": {"organisation": "la-808", "system": "mosaic"},
        "recorded_at": here.clock.now().isoformat(), "effective": {"from": "2025-12-19"},
        "worker": {"organisation": "la-808", "staff_id": "W1"}, "organisation": "la-808", "case": case,
        "outcome": "not_upheld", "text": "Nothing.",
    }  # fmt: skip
    [outcome] = here.record(event)
    assert (outcome.outcome, outcome.reason) == ("kept", "wrong_organisation")
    assert shown(here, ben, case)["state"] == "open"


def test_what_a_case_says_stands_nowhere_in_the_clear(here: Bench) -> None:
    ben = officer(here, BEN)
    opened(here, ben, "misuse", text="Plainly unspeakable.", concerned=ANNA, child=identifier("Ada"))
    for table in ("log.event", "log.fact", "log.subject"):
        rows = here.connection.execute(f"SELECT t::text FROM {table} t").fetchall()
        assert rows
        assert not any("unspeakable" in row or identifier("Ada").partition(":")[2] in row for (row,) in rows)
    concerned = here.connection.execute("SELECT worker FROM log.fact WHERE kind = 'access_case_opened'").fetchall()
    assert concerned == [(BEN,)]


# ---- beside what else there is


def test_two_who_act_in_one_case_at_one_moment_follow_each_other(here: Bench) -> None:
    ben, eve = officer(here, BEN), officer(here, EVE)
    case = opened(here, ben, accesses=(looked(here, "Ada"),))
    ended: list[str] = []

    def close(by: Viewer, outcome: str) -> None:
        try:
            Casework(here.service, by).close(case, outcome, f"By {by.name}.")
            ended.append("closed")
        except Rejected as rejected:
            ended.append(rejected.reason)

    threads = [
        threading.Thread(target=close, args=one) for one in ((ben, "upheld"), (eve, "not_upheld"), (ben, "upheld"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) in (["already_so", "already_so", "closed"], ["already_so", "closed", "closed"])
    assert len([one for one in cases_told(here) if one == "access_case_closed"]) == 1
    assert here.connection.execute("SELECT count(*) FROM log.aside").fetchone() == (0,)


def cases_told(here: Bench) -> list[str]:
    """The kinds of events that tell of cases."""
    rows = here.connection.execute("SELECT kind FROM log.fact WHERE kind LIKE 'access_case_%' ORDER BY position")
    return [kind for (kind,) in rows]


def test_the_log_with_cases_holds_and_the_views_come_out_the_same(here: Bench) -> None:
    ben, of_ada = officer(here, BEN), looked(here, "Ada")
    case = opened(here, ben, "breach", accesses=(of_ada,), concerned=ANNA, child=identifier("Ada"), aware_at=NOW)
    done(here, ben, case, "recipient_told", of_ada, None)
    closed(here, ben, case, "withdrawn", unheard="It was another record.")
    here.projector.project()
    with here.service.connect() as connection:
        assert verify(connection, KEYS).holds
    told = [one.effect.kind for one in here.events()]
    assert told.count("access_case_noted") == 1
    assert here.world()  # the plain definition reads the same log


def test_an_erased_case_is_as_none_and_its_office_lists_the_others(here: Bench) -> None:
    ben = officer(here, BEN)
    gone, left = (opened(here, ben, concerned=ANNA, text=text) for text in ("The one.", "The other."))
    done(here, ben, gone, "noted")
    here.connection.execute(
        "DELETE FROM log.data_key WHERE class = 'case' AND record = "
        "(SELECT record FROM log.fact WHERE kind = 'access_case_opened' ORDER BY position LIMIT 1)"
    )
    assert shown(here, ben, gone) is None
    assert listed(here, ben) == [left]
    with pytest.raises(NothingKnown):
        done(here, ben, gone, "noted", text="After it was erased.")
