"""A month of the access log is given up: by two people's word, unless something holds it; the log goes on proving the rest."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.commands.erasing import Erasing
from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import GivingUp
from adapters.commands.granting import grant, read_worker
from adapters.disclosure import giving_up as access
from adapters.disclosure.months import state_months
from adapters.disclosure.sealer import seal_now
from adapters.disclosure.sealing import SUMMARY, summarise
from adapters.log.connections import Work, connect
from adapters.questions.door import Door
from domain.access.month import parse_month
from domain.access.parts import NOBODY
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.answers.answered import Answered
from domain.errors import Misuse, Rejected
from domain.questions.about import AskOfficers, ListAccesses, ReplayEntry, ShowChild, ShowLogState
from tests.builders.accesses import AccessLog
from tests.builders.cases import closed, officer, opened
from tests.builders.desk import rows_of
from tests.builders.dying import carried_out
from tests.builders.months import IN_JUNE, JULY, JUNE, PAT, SAM, YEARS_ON, decided, given_up, two_months
from tests.builders.nightly import by_night
from tests.builders.service import KEYS
from tests.spec.words import happened, identifier

LOOKS = SUMMARY[:3]
OF_LIVED = IN_JUNE + 2  # in June, with what was opened of Ada's
ADA = ":".join(identifier("Ada", "nhs"))
OF_JUNE = "at < '2026-07-01'"


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = two_months(any_database_url, tmp_path)
    yield made
    made.bench.close()


def entries(log: AccessLog, condition: str = OF_JUNE) -> int:
    return int(log.one(f"SELECT count(*) FROM access.entry WHERE {condition}"))


def test_entries_of_the_month_are_gone_and_the_log_holds_from_every_checkpoint(log: AccessLog) -> None:
    kept = log.checkpoint()
    before = log.report(kept)
    done = given_up(log)
    assert (done.month, done.entries) == ("2026-06", IN_JUNE)
    assert (entries(log), log.one(f"SELECT count(*) FROM access.shown WHERE {OF_JUNE}")) == (0, 0)
    assert log.one("SELECT to_regclass('access.entry_2026_06')") is None
    after = log.report(log.checkpoint())
    assert after.found == log.check(kept) == {}
    assert after.read["leaves"] == before.read["leaves"] + 1
    assert after.read["given up of 2026-06 at 2033-07-02T12:00:00.000000Z after 7 years"] == IN_JUNE


def test_content_that_another_month_has_shown_stays_and_no_other(log: AccessLog) -> None:
    shown = "SELECT count(*) FROM (SELECT DISTINCT r, d FROM access.shown CROSS JOIN unnest(records, digests) AS n (r, d) {}) AS parts"
    of_both, of_july = log.one(shown.format("")), log.one(shown.format("WHERE at >= '2026-07-01'"))
    assert log.one("SELECT count(*) FROM access.content") == of_both
    assert given_up(log).parts == of_both - of_july > 0
    assert log.one("SELECT count(*) FROM access.content") == of_july


def test_content_that_is_shown_again_meanwhile_is_put_back(log: AccessLog) -> None:
    """Whoever shows it finds it stored, while another transaction is taking it away."""
    june = parse_month("2026-06")
    log.bench.clock.set(YEARS_ON)
    with log.bench.connection.transaction():
        access.take_content(log.bench.connection, june)
        left = log.one("SELECT count(*) FROM access.content")
        again = (
            "records, digests, places, classes, %s FROM access.shown WHERE at < '2026-07-01' AND child <> %s LIMIT 1"
        )
        log.bench.connection.execute(
            f"INSERT INTO access.shown SELECT gen_random_uuid(), number, child, opened, {again}", (YEARS_ON, NOBODY)
        )
        access.take_entries(log.bench.connection, june, [(0, IN_JUNE - 1)], YEARS_ON - timedelta(minutes=5))
    assert log.one("SELECT count(*) FROM access.content") > left


def test_a_month_that_was_given_up_is_given_up_once(log: AccessLog) -> None:
    erasure = decided(log)
    first = GivingUp(log.bench.service).run(erasure)
    again = GivingUp(log.bench.service).run(erasure)
    assert (again.statement, again.entries) == (first.statement, first.entries)
    assert entries(log, "outcome = 'given_up'") == 1
    assert Erasures(log.bench.service).states() == {erasure: "erased"}
    with pytest.raises(Rejected) as refused:
        GivingUp(log.bench.service).propose(PAT, "2026-06")
    assert refused.value.reason == "already_so"


def test_months_one_after_another_and_their_statements_stay(log: AccessLog) -> None:
    """June's statements are of July and of 2033: July is given up without them, and 2033 goes by its own time."""
    log.bench.clock.set(JULY + timedelta(days=40))
    log.access(5)
    assert (
        state_months(log.bench.connection, KEYS, log.bench.clock, lambda: connect(log.bench.service.database_url)) == 1
    )
    log.checkpoint()
    given_up(log)
    log.bench.clock.set(YEARS_ON + timedelta(days=60))
    erasure = GivingUp(log.bench.service).propose(PAT, "2026-07").erasure
    Erasures(log.bench.service).confirm(SAM, erasure)
    assert GivingUp(log.bench.service).run(erasure).entries == 10
    assert log.report(log.checkpoint()).found == {}
    assert entries(log, "outcome = 'month_ended'") == 2
    assert entries(log, "at < '2026-08-01' AND outcome = 'month_ended'") == 1


def test_a_month_waits_for_its_time_and_for_a_second_officer(log: AccessLog) -> None:
    giving, deciding = GivingUp(log.bench.service), Erasures(log.bench.service)
    log.bench.clock.set(YEARS_ON - timedelta(days=2))
    with pytest.raises(Rejected, match="it is kept until 1 July 2033"):
        giving.propose(PAT, "2026-06")
    log.bench.clock.set(YEARS_ON)
    with pytest.raises(Rejected, match="has not yet stated that it is over"):
        giving.propose(PAT, "2026-07")
    erasure = giving.propose(PAT, "2026-06").erasure
    assert giving.propose(PAT, "2026-06").erasure == erasure
    with pytest.raises(Rejected, match="a second person confirms it first"):
        giving.run(erasure)
    with pytest.raises(Rejected, match="that takes a second person"):
        deciding.confirm(PAT, erasure)
    grant(log.bench.service, read_worker("la-808:X1"), Role.INDEX_TEAM)
    with pytest.raises(Rejected, match="a privacy officer proposes"):
        giving.propose("la-808:X1", "2026-06")
    with pytest.raises(Misuse):
        giving.propose(PAT, "June 2026")
    deciding.confirm(SAM, erasure)
    with pytest.raises(Rejected, match="icr retention give-up"):
        Erasing(log.bench.service).run(erasure)
    assert entries(log) == IN_JUNE


def test_without_years_for_the_access_log_no_month_is_due(log: AccessLog) -> None:
    assert log.bench.service.settings.retention_file is not None
    log.bench.service.settings.retention_file.write_text("")
    log.bench.clock.set(YEARS_ON)
    assert [(str(one.month), one.due) for one in GivingUp(log.bench.service).months()] == [("2026-06", None)]
    with pytest.raises(Rejected, match="has no years for the access log"):
        GivingUp(log.bench.service).propose(PAT, "2026-06")


@pytest.mark.not_replayed("it changes the log by hand")
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE access.entry SET bytes = bytes || ' ' WHERE id = (SELECT entry FROM access.leaf WHERE index = 3)",
        "DELETE FROM access.entry WHERE id = (SELECT entry FROM access.leaf WHERE index = 3)",
        "UPDATE access.entry SET at = '2026-07-01' WHERE id = (SELECT entry FROM access.leaf WHERE index = 3)",
    ],
)
def test_what_was_tampered_with_is_not_done_away_with(log: AccessLog, edit: str) -> None:
    erasure = decided(log)
    log.bench.connection.execute(edit)  # type: ignore[arg-type]
    with pytest.raises(Rejected, match="does not stand as it was sealed"):
        GivingUp(log.bench.service).run(erasure)


def test_who_reads_the_whole_log_is_waited_for_shortly_and_nothing_is_half(log: AccessLog) -> None:
    erasure = decided(log)
    before = log.export()
    with connect(log.bench.service.database_url, Work.EXPORT) as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM access.entry")
        with pytest.raises(Rejected, match="somebody reads the whole log"):
            GivingUp(log.bench.service).run(erasure)
    assert log.export() == before
    assert GivingUp(log.bench.service).run(erasure).entries == IN_JUNE


def test_a_month_that_has_no_partition_is_given_up_as_well(any_database_url: str, tmp_path: Path) -> None:
    log = two_months(any_database_url, tmp_path, divided=False)
    assert entries(log, f"{OF_JUNE} AND tableoid = 'access.entry_rest'::regclass") == IN_JUNE
    given_up(log)
    assert entries(log) == 0
    assert log.check(log.checkpoint()) == {}
    log.bench.close()


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[tuple[AccessLog, str]]:
    """The same log, where Ada's page was opened in June as well; and the entry of that."""
    log = two_months(database_url, tmp_path, stated=False)
    here = log.bench
    born = {"name": "Ada Example", "born": "2015-03-01"}
    here.record(happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", **born).wire(0))
    here.projector.project()
    here.clock.set(JUNE + timedelta(days=1))
    entry = Door(here.service).ask(ShowChild(identifier=ADA), LOCAL_OPERATOR).receipt.entry
    for later in (
        JULY - timedelta(hours=12, minutes=30),
        JULY - timedelta(hours=11, minutes=30),
        JULY,
    ):  # one day in London, and the next
        here.clock.set(later)
        Door(here.service).ask(ShowChild(identifier=ADA), LOCAL_OPERATOR)
    here.clock.set(JULY + timedelta(hours=2))
    seal_now(here.service, log.key)
    here.clock.set(YEARS_ON)
    yield log, entry
    here.close()


def held(log: AccessLog) -> int:
    (month,) = GivingUp(log.bench.service).months()
    return month.held


@pytest.mark.not_replayed("what was shown is given up")
@pytest.mark.parametrize("projected", [True, False], ids=["in the views", "in the log alone"])
def test_a_month_waits_for_a_legal_hold_and_the_operator_is_told_how_many_accesses(
    lived: tuple[AccessLog, str], projected: bool
) -> None:
    log, _ = lived
    erasure = decided(log)
    assert held(log) == 0
    log.bench.record(happened("LegalHoldApplied", "Ada", on="2030-01-01", authority="Northmoor Inquiry").wire(1))
    if projected:
        log.bench.projector.project()
    assert held(log) == 2
    for refused in (
        lambda: GivingUp(log.bench.service).run(erasure),
        lambda: GivingUp(log.bench.service).propose(PAT, "2026-06"),
    ):
        with pytest.raises(Rejected, match="accesses of it are held"):
            refused()
    assert entries(log) == OF_LIVED


@pytest.mark.not_replayed("what was shown is given up")
@pytest.mark.parametrize("about", ["the access", "the child", "whose accesses they are"])
def test_a_month_waits_for_an_open_case(lived: tuple[AccessLog, str], about: str) -> None:
    log, entry = lived
    by = officer(log.bench, "la-808:P3")
    of = {
        "the access": {"accesses": (entry,)},
        "the child": {"child": ADA},
        "whose accesses they are": {"concerned": "la-808:W1"},
    }
    case = opened(log.bench, by, **of[about])
    theirs = log.one("SELECT count(*) FROM access.entry WHERE at < '2026-07-01' AND viewer = 'la-808:W1'")
    assert held(log) == {"the access": 1, "the child": 2, "whose accesses they are": theirs}[about]
    with pytest.raises(Rejected, match="held, by a legal hold or an open case: the month waits"):
        GivingUp(log.bench.service).propose(PAT, "2026-06")
    closed(log.bench, by, case, "not_upheld", unheard="They have left.")
    assert held(log) == 0
    assert given_up(log).entries == OF_LIVED


@pytest.mark.not_replayed("what was shown is given up")
def test_a_replay_of_an_entry_that_was_given_up_says_so_with_the_statement(lived: tuple[AccessLog, str]) -> None:
    log, entry = lived
    done = given_up(log)
    log.checkpoint()
    replayed = Door(log.bench.service).ask(ReplayEntry(entry=entry), LOCAL_OPERATOR).content
    assert (replayed["entry"], replayed["proved"], replayed["derived"], replayed["because"]) == (
        done.statement, "given_up", "not_derived", "given_up",
    )  # fmt: skip
    said = replayed["given_up"]
    assert (said["month"], said["entries"], said["years"], said["proposed_by"], said["confirmed_by"]) == (
        "2026-06", OF_LIVED, 7, "privacy_officer", "privacy_officer",
    )  # fmt: skip
    assert not isinstance(Door(log.bench.service).ask(ReplayEntry(entry=f"a-{'0' * 32}"), LOCAL_OPERATOR), Answered)
    listed = Door(log.bench.service).ask(ListAccesses(), LOCAL_OPERATOR).content["accesses"]
    assert {"GiveUpMonth", "StateMonth"}.isdisjoint(one["question"] for one in listed), "they are no accesses"


@pytest.mark.not_replayed("what was shown is given up")
def test_the_state_of_the_log_and_the_officers_question_know_what_was_given_up(lived: tuple[AccessLog, str]) -> None:
    log, _ = lived
    given_up(log)
    log.checkpoint()
    ask = Door(log.bench.service).ask
    checker = officer(log.bench, "la-808:D1", Role.DATA_PROTECTION_OFFICER)
    assert ask(ShowLogState(check=True), LOCAL_OPERATOR).content["checked"]["found"] == []
    found = {}
    for first, last in ((JUNE, JUNE + timedelta(days=6)), (JUNE + timedelta(days=28), JULY + timedelta(days=2))):
        answer = ask(AskOfficers(name="log-complete", first=first.date(), last=last.date()), checker)
        found[first.month, first.day] = {row["check"]: (row["found"], row["amiss"]) for row in rows_of(answer.content)}
    for one in found.values():
        assert one["given_up_of_these_months"] == (OF_LIVED, False)
        assert [check for check, (_, amiss) in one.items() if amiss] == []


@pytest.mark.not_replayed("what was shown is given up")
def test_the_summary_of_looks_is_as_if_it_were_made_anew(lived: tuple[AccessLog, str]) -> None:
    log, _ = lived
    before = summary(log)
    given_up(log)
    log.seal()
    after = summary(log)
    summarise(log.bench.connection)
    assert after == summary(log)
    assert [len(before[table]) - len(after[table]) for table in LOOKS] == [1, 1, 0]
    assert after["access.looked_at"] != before["access.looked_at"], "the first look of the two is another"


def summary(log: AccessLog) -> dict[str, Any]:
    return {table: log.all(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in LOOKS}


# Killed


@pytest.mark.not_replayed("what was shown is given up")
@pytest.mark.parametrize("step", [7, by_night(1)])
def test_killed_at_any_statement_nothing_is_half(log: AccessLog, step: int) -> None:
    erasure = decided(log)
    kept, before = log.checkpoint(), log.export()
    killed, at = 0, random.randint(1, step)
    while not carried_out(log.bench, lambda service: GivingUp(service).run(erasure), at):
        at += step
        gone = entries(log) == 0
        assert entries(log, "outcome = 'given_up'") == gone
        assert gone or log.export() == before
        killed += 1
    assert killed
    assert GivingUp(log.bench.service).run(erasure).entries == IN_JUNE
    assert log.check(log.checkpoint()) == log.check(kept) == {}
    assert entries(log, "outcome = 'given_up'") == 1
