"""What a person may ask of a child's record: a copy of it, that it is put right, that it is not used; each is a case."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.questions.door import Door
from adapters.questions.replaying import gather_replay
from domain.access.viewer import LOCAL_OPERATOR, Role, Viewer
from domain.answers.answered import Answered, NotShown
from domain.errors import Rejected
from domain.questions.about import ReadFeedback, ReplayEntry, ShowChild, ShowReach, ShowSubjectAccess, ShowTimeline
from domain.questions.asking import Question
from tests.builders.cases import closed, done, officer, opened, replays, shown
from tests.builders.happening import record
from tests.builders.service import Bench
from tests.builders.viewers import granted, looking_for, person, saying_why
from tests.integration.access.test_what_people_may_do import OWN_WORD, told_by
from tests.integration.access.test_who_may_see import entries, staff
from tests.spec import words
from tests.spec.words import Happened, attendance_marked, happened, pupil_admitted, relationship_stated

ANNA, BEN, CARA = "la-808:W1", "la-808:P1", "la-808:W2"
NOW = datetime(2025, 12, 19, 10, 0, tzinfo=UTC)
NAME, BORN = "Ada Example", "2015-03-01"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    any_emptied_bench.clock.set(NOW)
    return any_emptied_bench


def ada(here: Bench, *more: Happened) -> None:
    """Ada, whom Anna of children's services works with."""
    record(here, happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name=NAME, born=BORN), *more)


def identifier(who: str) -> str:
    return ":".join(words.identifier(who, "nhs"))


def ask(here: Bench, question: Question[Any], viewer: Viewer) -> Any:
    here.clock.advance(timedelta(seconds=1))
    found = Door(here.service).ask(question, viewer)
    return found.content if isinstance(found, Answered) else None


def request(here: Bench, kind: str = "subject_access", who: str = "Ada", asked_by: str = "child") -> str:
    """A case of somebody's asking."""
    return opened(here, officer(here, BEN), kind, child=identifier(who), asked_by=asked_by)


def held(here: Bench, case: str, *, copy: bool = False) -> Any:
    return ask(here, ShowSubjectAccess(case=case, copy=copy), person(here, BEN))


def proposed(answer: Any) -> dict[str, list[str]]:
    """The kinds of what is proposed for leaving out, by ground."""
    found: dict[str, list[str]] = {}
    for one in answer["proposals"]:
        what = one["what"] if one["what"] != "entry" else answer["record"]["entries"][one["place"]]["kind"]
        for ground in one["grounds"]:
            found.setdefault(ground, []).append(what)
    return found


def kinds(entries: Sequence[Any]) -> list[str]:
    return [one["kind"] for one in entries]


# ---- subject access: what is held, who told it, who has seen it


def test_the_record_its_sources_and_whoever_has_seen_it_are_given(here: Bench) -> None:
    ada(here, pupil_admitted("Ada", "900001", on="2025-09-02"), attendance_marked("Ada", "900002", "2025-09-03", "/"))
    ask(here, ShowChild(identifier=identifier("Ada")), person(here, ANNA))
    answer = held(here, request(here))
    assert answer["record"]["name"]["family"] == "Example"
    assert kinds(answer["record"]["entries"]) == ["attendance", "early_help", "enrolment"]
    told = {one["agency"]: (one["events"], one["first"]) for one in answer["record"]["sources"]}
    assert told.keys() == {"la-808", "urn-900001", "urn-900002"}
    assert {count for count, _ in told.values()} == {1}
    assert told["urn-900002"] == (1, "2025-09-03")
    assert {"scheme": "nhs", "value": words.identifier("Ada", "nhs")[1]} in answer["record"]["numbers"]
    [seen] = answer["recipients"]
    assert (seen["viewer"], seen["role"], seen["purpose"]) == (ANNA, "practitioner", "work_with_own_children")
    assert answer["proposals"] == []


def test_another_child_nobody_and_an_erased_one_are_told_of_as_nothing_held(here: Bench) -> None:
    ada(here)
    assert held(here, request(here, who="Bob"))["record"] is None
    case = request(here)
    here.connection.execute("DELETE FROM log.subject WHERE scheme = 'nhs'")  # as an erasure leaves it
    assert held(here, case)["record"] is None
    assert shown(here, person(here, BEN), case)["state"] == "open"


def test_it_is_an_access_itself_and_is_proved(here: Bench) -> None:
    ada(here)
    held(here, request(here))
    (kind, outcome) = here.connection.execute(
        "SELECT kind, outcome FROM access.entry ORDER BY at DESC LIMIT 1"
    ).fetchone() or ("", "")
    assert (kind, outcome) == ("ShowSubjectAccess", "shown")


def test_only_an_open_case_of_ones_own_office_gives_a_record(here: Bench) -> None:
    ada(here)
    case, check = request(here), opened(here, officer(here, BEN), child=identifier("Ada"))
    assert held(here, check) is None
    cara = officer(here, "ods-Z9H:P3")
    assert ask(here, ShowSubjectAccess(case=case), cara) is None
    assert ask(here, ShowSubjectAccess(case=case), officer(here, "la-808:D1", Role.DATA_PROTECTION_OFFICER)) is None
    closed(here, person(here, BEN), case, "withdrawn")
    assert held(here, case) is None


@pytest.mark.parametrize(
    ("kept", "given", "rules"),
    [
        (("ConflictDeclared", {"worker": "P1", "relation": "relative"}), False, ["conflict"]),
        (("AccessExcluded", {"worker": staff("P1"), "reason": "allegation"}), False, ["excluded"]),
        (("AccessRestricted", {"worker": staff("W1"), "reason": "adoption"}), True, ["subject_access"]),
    ],
    ids=["a relative of the officer", "the officer may not see it", "kept to others, and given to whom it is of"],
)
def test_an_officer_who_is_kept_from_the_child_answers_for_nobodys_record(
    here: Bench, kept: tuple[str, dict[str, Any]], given: bool, rules: list[str]
) -> None:
    kind, said = kept
    ada(here, happened(kind, "Ada", on="2025-10-01", agency="la-808", **said))
    assert (held(here, request(here)) is not None) is given
    assert entries(here)[-1]["rules"] == rules


# ---- subject access: what is proposed for leaving out


def test_what_touches_others_is_proposed(here: Bench) -> None:
    ada(here, relationship_stated("Ada", "parent", on="2025-09-01", to="P1"))
    assert proposed(held(here, request(here))) == {"others": ["relationship"]}


def test_what_was_told_in_confidence_is_proposed_where_a_parent_asks_and_not_where_the_child_does(here: Bench) -> None:
    ada(here, happened("SupportStarted", "Ada", on="2025-10-01", by="org-young"))
    assert proposed(held(here, request(here, asked_by="child"))) == {}
    assert proposed(held(here, request(here, asked_by="parent"))) == {"in_confidence": ["community_support"]}


def test_what_may_do_serious_harm_is_proposed(here: Bench) -> None:
    ada(here, happened("ChildProtectionStarted", "Ada", on="2025-10-01"))
    assert proposed(held(here, request(here))) == {"serious_harm": ["child_protection"]}


def test_an_adoption_is_proposed(here: Bench) -> None:
    ada(
        here,
        happened("LookedAfterStarted", "Ada", on="2025-09-10", reference="L1"),
        happened("LookedAfterEnded", "Ada", on="2025-11-10", reference="L1", reason="adopted"),
    )
    assert proposed(held(here, request(here))) == {"adoption": ["looked_after"]}


def test_what_would_tell_a_hidden_place_is_proposed_recipients_too(here: Bench) -> None:
    ada(here, pupil_admitted("Ada", "900001", on="2025-09-02"), happened("ShieldApplied", "Ada", on="2025-11-01"))
    record(
        here,
        happened(
            "InvolvementStarted",
            "Ada",
            on="2025-09-01",
            by="ods-Z9H",
            service="school nursing",
            worker={"organisation": "ods-Z9H", "staff_id": "W3"},
        ),
    )
    for who in (ANNA, "ods-Z9H:W3"):
        assert ask(here, ShowChild(identifier=identifier("Ada")), person(here, who)) is not None
    answer = held(here, request(here))
    assert proposed(answer)["hidden_place"] == ["enrolment", "recipient"]
    [recipient] = [one for one in answer["proposals"] if one["what"] == "recipient"]
    assert answer["recipients"][recipient["place"]]["organisation"] == "ods-Z9H"


def test_professionals_who_act_in_their_role_are_named(here: Bench) -> None:
    ada(here)
    answer = held(here, request(here, asked_by="parent"), copy=True)
    assert answer["record"]["entries"][0]["worker"] == ANNA


# ---- subject access: a named person decides


def test_what_is_not_decided_is_left_out_and_so_is_what_was_decided_so(here: Bench) -> None:
    ada(
        here,
        relationship_stated("Ada", "parent", on="2025-09-01", to="P1"),
        happened("ChildProtectionStarted", "Ada", on="2025-10-01"),
    )
    ben, case = officer(here, BEN), request(here)
    answer = held(here, case)
    of = {answer["record"]["entries"][one["place"]]["kind"]: one["proposal"] for one in answer["proposals"]}
    copy = held(here, case, copy=True)
    assert (kinds(copy["record"]["entries"]), copy["undecided"], copy["proposals"]) == (["early_help"], 2, [])
    done(here, ben, case, "checked")
    with pytest.raises(Rejected, match="2 proposals"):
        closed(here, ben, case, "granted")
    done(here, ben, case, "given", of["child_protection"], "She knows of the plan, and was at the conference.")
    done(here, ben, case, "left_out", of["relationship"], "Her mother does not agree.")
    copy = held(here, case, copy=True)
    assert kinds(copy["record"]["entries"]) == ["early_help", "child_protection"]
    assert copy["left_out"] == [{"ground": "others", "law": "Data Protection Act 2018 schedule 2 part 3", "count": 1}]
    assert "relationship" not in str(copy)
    done(here, ben, case, "given", of["relationship"], "Her mother agrees now.")
    assert held(here, case, copy=True)["left_out"] == []
    closed(here, ben, case, "granted")
    [decision] = [one for one in shown(here, ben, case)["steps"] if one["step"] == "left_out"]
    assert (decision["by"], decision["text"]) == (BEN, "Her mother does not agree.")


def test_a_decision_stands_while_the_record_grows(here: Bench) -> None:
    ada(here, happened("ChildProtectionStarted", "Ada", on="2025-10-01"))
    ben, case = officer(here, BEN), request(here)
    [proposal] = held(here, case)["proposals"]
    done(here, ben, case, "left_out", proposal["proposal"], "It would put her at risk.")
    record(here, pupil_admitted("Ada", "900001", on="2025-09-02"))
    [again] = held(here, case)["proposals"]
    assert (again["decision"], again["proposal"]) == ("left_out", proposal["proposal"])


def test_a_case_whose_child_was_parted_or_sealed_meanwhile_follows_the_number_that_was_given(here: Bench) -> None:
    ada(here)
    case = request(here)
    record(
        here,
        happened("IdentitySealed", "Ada", on="2025-12-01"),
        happened("EarlyHelpStarted", "Ada's new name", on="2025-12-02", worker="W1", name="Eve Other", born=BORN),
    )
    answer = held(here, case)
    assert "Eve" not in str(answer)


def test_of_a_child_that_was_parted_each_half_keeps_who_saw_it_and_the_case_about_it(here: Bench) -> None:
    both = happened(
        "EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name=NAME, born=BORN, known_by=("nhs", "upn")
    )
    record(here, both, pupil_admitted("Ada", "900001", on="2025-09-02", known_by="upn", born=BORN))
    found = Door(here.service).ask(ShowTimeline(identifier=identifier("Ada")), person(here, ANNA))
    assert isinstance(found, Answered)
    assert found.receipt is not None
    assert len(found.content["records"]) == 2
    upn = ":".join(words.identifier("Ada", "upn"))
    ben = officer(here, BEN)
    cases = [opened(here, ben, "subject_access", child=one, asked_by="child") for one in (identifier("Ada"), upn)]
    record(here, words.event_retracted("Ada", 1, recorded="2025-12-10"))
    for case in cases:
        assert [one["viewer"] for one in held(here, case)["recipients"] if one["role"] == "practitioner"][:1] == [ANNA]
        assert replays(here, ben, found.receipt.entry, case)


# ---- rectification


def dispute(here: Bench, case: str, kind: str = "enrolment", text: str = "She was never on that roll.") -> str:
    """A fact is marked; an event of it."""
    [event] = [one["events"][0] for one in held(here, case)["record"]["entries"] if one["kind"] == kind]
    done(here, person(here, BEN), case, "disputed", event, text)
    here.projector.project()
    return str(event)


def told(here: Bench, organisation: str) -> list[Any]:
    found = ask(here, ReadFeedback(organisation=organisation), LOCAL_OPERATOR)
    return [one for one in found["feedback"] if one["outcome"] == "disputed"]


def timeline(here: Bench, viewer: Viewer, **asked: Any) -> dict[str, str | None]:
    """Of each kind of entry since when it is disputed."""
    found = ask(here, ShowTimeline(identifier=identifier("Ada"), **asked), viewer)
    return {one["kind"]: one.get("disputed_since") for one in found["entries"]}


def test_a_disputed_fact_says_so_to_all_who_see_it_and_reaches_whoever_told_it(here: Bench) -> None:
    ada(here, pupil_admitted("Ada", "900001", on="2025-09-02"))
    anna, case = person(here, ANNA), request(here, "rectification")
    assert timeline(here, anna) == {"early_help": None, "enrolment": None}
    dispute(here, case)
    assert timeline(here, anna) == {"early_help": None, "enrolment": "2025-12-19"}
    line = ask(here, ShowChild(identifier=identifier("Ada")), anna)
    assert line["school"][0]["disputed_since"] == "2025-12-19"
    assert told(here, "la-808") == []
    [one] = told(here, "urn-900001")
    assert (one["event_type"], one["event_id"] is not None) == ("PupilAdmitted", True)
    assert "never on that roll" not in str(one)


def test_it_is_told_once_and_a_mark_goes_when_it_is_taken_away_or_the_case_is_closed(here: Bench) -> None:
    ada(here, pupil_admitted("Ada", "900001", on="2025-09-02"))
    anna, ben, case = person(here, ANNA), officer(here, BEN), request(here, "rectification")
    event = dispute(here, case)
    done(here, ben, case, "disputed", event, "She was never on that roll.")
    assert len(told(here, "urn-900001")) == 1
    done(here, ben, case, "undisputed", event, "The school has shown its register.")
    here.projector.project()
    assert timeline(here, anna)["enrolment"] is None
    dispute(here, case, text="She says so again.")
    assert timeline(here, anna)["enrolment"] == "2025-12-19"
    closed(here, ben, case, "refused")
    here.projector.project()
    assert timeline(here, anna)["enrolment"] is None


def test_an_answer_from_before_has_no_mark_and_is_derived_again_as_it_was(here: Bench) -> None:
    ada(here, pupil_admitted("Ada", "900001", on="2025-09-02"))
    anna, case = person(here, ANNA), request(here, "rectification")
    entries = []
    for mark in (False, True):
        if mark:
            dispute(here, case)
        here.clock.advance(timedelta(seconds=1))
        found = Door(here.service).ask(
            ShowTimeline(identifier=identifier("Ada"), effective_at=date(2025, 12, 19)), anna
        )
        assert isinstance(found, Answered)
        assert found.receipt is not None
        entries.append(found.receipt.entry)
    for entry in entries:
        with here.service.connect() as connection:
            replay = gather_replay(here.service, connection, ReplayEntry(entry=entry))
        assert replay is not None
        assert (replay.derived, replay.holds) == ("derived_same", True)


def test_only_a_fact_of_this_childs_record_is_disputed(here: Bench) -> None:
    ada(here, happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W1"))
    ben, case, others = officer(here, BEN), request(here, "rectification"), request(here, "rectification", who="Bob")
    [event] = [one["events"][0] for one in held(here, others)["record"]["entries"]]
    for item in (event, "e-" + "0" * 16, "e-1"):
        with pytest.raises(Rejected):
            done(here, ben, case, "disputed", item)
    assert told(here, "la-808") == []


def test_what_another_case_is_about_bears_no_mark(here: Bench) -> None:
    ada(
        here,
        pupil_admitted("Ada", "900001", on="2025-09-02"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W1"),
    )
    dispute(here, request(here, "rectification"))
    found = ask(here, ShowTimeline(identifier=identifier("Bob")), person(here, ANNA))
    assert not any("disputed_since" in one for one in found["entries"])


# ---- restriction


def test_a_restricted_record_says_so_and_nothing_is_left_out_for_who_works_with_the_child(here: Bench) -> None:
    ada(here, happened("ChildProtectionStarted", "Ada", on="2025-10-01"))
    anna, ben, case = person(here, ANNA), officer(here, BEN), request(here, "restriction")
    here.projector.project()
    line = ask(here, ShowChild(identifier=identifier("Ada")), anna)
    assert line["restricted_since"] == "2025-12-19"
    assert kinds(line["involvements"]) == ["child_protection", "early_help"]
    over_time = ask(here, ShowTimeline(identifier=identifier("Ada")), anna)
    assert (over_time["restricted_since"], len(over_time["entries"])) == ("2025-12-19", 2)
    closed(here, ben, case, "refused")
    here.projector.project()
    assert "restricted_since" not in ask(here, ShowChild(identifier=identifier("Ada")), anna)


def test_who_does_not_work_with_the_child_is_shown_who_it_is_and_whom_to_ring(here: Bench) -> None:
    ada(here)
    cara = saying_why(person(here, CARA))
    assert ask(here, ShowChild(identifier=identifier("Ada")), cara)["minimal"] is False
    request(here, "restriction")
    here.projector.project()
    found = Door(here.service).ask(ShowChild(identifier=identifier("Ada")), cara)
    assert isinstance(found, Answered)
    assert found.receipt is not None
    assert (found.content["minimal"], found.content["involvements"]) == (True, [])
    assert found.receipt.because[0].endswith("The index team can put you in touch.")
    index_team = saying_why(officer(here, "la-808:W7", Role.INDEX_TEAM))
    assert kinds(ask(here, ShowChild(identifier=identifier("Ada")), index_team)["involvements"]) == ["early_help"]


@pytest.mark.parametrize("way", ["own word", "for somebody else"])
def test_by_nobodys_word_but_ones_own_no_more_is_shown_of_it_than_by_a_claim(way: str, here: Bench) -> None:
    ada(here)
    if way == "own word":
        start = happened(
            "InvolvementStarted", "Ada", on="2025-12-01", worker="W2", service="mentoring", provision="additional"
        )
        here.record(told_by(start, OWN_WORD, 50))
        here.projector.project()
        cara = person(here, CARA)
    else:
        granted(here, CARA, Role.MEDIATOR)
        cara = looking_for(person(here, CARA), "ods-Z9H:W3")
    assert ask(here, ShowChild(identifier=identifier("Ada")), cara)["minimal"] is False
    case = request(here, "restriction")
    here.projector.project()
    found = Door(here.service).ask(ShowChild(identifier=identifier("Ada")), cara)
    assert isinstance(found, Answered)
    assert found.receipt is not None
    assert (found.content["minimal"], found.content["involvements"]) == (True, [])
    assert found.receipt.because[0].startswith("The person asks that this record be kept and not used")
    assert entries(here)[-1]["rules"][0] == "by_word_restricted"
    reached = ask(here, ShowReach(identifier=identifier("Ada")), saying_why(person(here, BEN)))
    assert (reached["anybody"], "by_word_restricted" in {one["rule"] for one in reached["by_rule"]}) == (
        "by_word_restricted",
        True,
    )
    closed(here, person(here, BEN), case, "refused")
    here.projector.project()
    assert ask(here, ShowChild(identifier=identifier("Ada")), cara)["minimal"] is False


def test_whoever_was_refused_before_is_refused_still(here: Bench) -> None:
    ada(here)
    request(here, "restriction")
    here.projector.project()
    assert isinstance(Door(here.service).ask(ShowChild(identifier=identifier("Ada")), person(here, CARA)), NotShown)
