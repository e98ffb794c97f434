"""Commands: decided on what the log holds, appended only if nothing came after."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from adapters.commands.decided import Commands
from adapters.log.messages import Message, Offset, Outcome
from adapters.log.recorder import Recorder
from adapters.log.subjects import Subjects
from adapters.service.child_records import ChildRecords
from domain.dates import to_day
from domain.errors import IcrError, Rejected
from domain.leads.commands import Command
from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.generative.histories import WORKERS
from tests.integration.log.test_event_store import _involvement
from tests.spec.words import death_notified, gp_registered, happened, identifier

CHILD = "agency:la-808:mosaic:C0"
SEAT = {"role": "lead_practitioner", "scope": "child"}
TEAM = {"service": "team around the child"}
DAY = date(2025, 10, 1)


@pytest.fixture
def here(emptied_bench: Bench) -> Bench:
    made = emptied_bench
    made.record(
        _involvement(
            "1", "InvolvementStarted", "2025-09-01", provision="additional", team=None, worker=WORKERS[0], role=None
        )
    )
    return made


@pytest.fixture
def commands(here: Bench) -> Iterator[Commands]:
    made = Commands(here.service)
    yield made
    made.close()


def by(worker: int = 0, on: date = DAY, **said: str) -> Command:
    """What one of two workers asks, of a lead of the child unless it says otherwise."""
    return Command(WORKERS[worker], to_day(on), **(said or SEAT))


def test_a_lead_is_nominated_accepted_and_ended(here: Bench, commands: Commands) -> None:
    for name in ("nominate", "accept"):
        commands.run(name, CHILD, by())
    here.projector.project()
    with asking(here.service) as asked:
        caseload = asked.caseload(worker="la-808:W1", effective_at=DAY)
    assert [lead["accepted"] for lead in caseload["children"][0]["lead"]] == ["2025-10-01"]
    commands.run("end", CHILD, by(on=date(2025, 11, 1)))
    with pytest.raises(Rejected, match="not_so"):
        commands.run("end", CHILD, by(on=date(2025, 11, 2)))


def test_nobody_accepts_a_lead_without_a_nomination(commands: Commands) -> None:
    with pytest.raises(Rejected, match="not_so in worker"):
        commands.run("accept", CHILD, by())


def test_two_workers_do_not_both_lead(commands: Commands) -> None:
    for worker in (0, 1):
        commands.run("nominate", CHILD, by(worker))
    commands.run("accept", CHILD, by())
    with pytest.raises(Rejected, match="already_so in role"):
        commands.run("accept", CHILD, by(1))


def test_a_lead_that_is_transferred_passes_on_when_the_other_accepts(here: Bench, commands: Commands) -> None:
    for name, worker in (("nominate", 0), ("accept", 0), ("transfer", 1), ("accept", 1)):
        commands.run(name, CHILD, by(worker, on=DAY if worker == 0 else date(2025, 10, 8)))
    here.projector.project()
    with asking(here.service) as asked:
        led = {w: asked.caseload(worker=f"la-808:{w}", effective_at=date(2025, 10, 9)) for w in ("W1", "W2")}
    assert [[lead["worker"] for lead in child["lead"]] for child in led["W2"]["children"]] == [["la-808:W2"]]


def test_nobody_is_proposed_where_nobody_leads(commands: Commands) -> None:
    with pytest.raises(Rejected, match="not_so in role"):
        commands.run("transfer", CHILD, by(1))


def test_who_declines_is_nominated_no_more(commands: Commands) -> None:
    commands.run("nominate", CHILD, by())
    commands.run("decline", CHILD, by(**SEAT, reason="no_capacity"))
    with pytest.raises(Rejected, match="not_so in worker"):
        commands.run("accept", CHILD, by(on=date(2025, 10, 2)))


def test_a_cover_is_for_somebody_who_leads(commands: Commands) -> None:
    with pytest.raises(Rejected, match="not_so in role"):
        commands.run("cover", CHILD, by(1, role="lead_practitioner"))
    for name in ("nominate", "accept"):
        commands.run(name, CHILD, by())
    with pytest.raises(Rejected, match="already_so in worker"):
        commands.run("cover", CHILD, by(role="lead_practitioner"))
    commands.run("cover", CHILD, by(1, role="lead_practitioner"))
    commands.run("end-cover", CHILD, by(1, on=date(2025, 10, 20), role="lead_practitioner"))
    with pytest.raises(Rejected, match="not_so"):
        commands.run("end-cover", CHILD, by(1, on=date(2025, 10, 21), role="lead_practitioner"))


def test_a_worker_joins_the_team_around_the_child_once_and_leaves_it(commands: Commands) -> None:
    commands.run("join", CHILD, by(**TEAM))
    with pytest.raises(Rejected, match="already_so in service"):
        commands.run("join", CHILD, by(**TEAM))
    commands.run("leave", CHILD, by(on=date(2025, 11, 1), **TEAM))
    with pytest.raises(Rejected, match="not_so"):
        commands.run("leave", CHILD, by(on=date(2025, 11, 2), **TEAM))


def test_who_leaves_must_be_clear(commands: Commands) -> None:
    """An end names the service and its provider, not the worker."""
    for worker in (0, 1):
        commands.run("join", CHILD, by(worker, **TEAM))
    with pytest.raises(Rejected, match="not_so in worker"):
        commands.run("leave", CHILD, by(on=date(2025, 11, 1), **TEAM))


def test_own_work_starts_goes_on_and_ends(here: Bench, commands: Commands) -> None:
    work = {"service": "youth work"}
    commands.run("start", CHILD, by(**work, provision="additional"))
    commands.run("confirm", CHILD, by(on=date(2025, 11, 1), **work))
    commands.run("finish", CHILD, by(on=date(2025, 12, 1), **work))
    here.projector.project()
    with asking(here.service) as asked:
        shown = asked.timeline(identifier=CHILD, effective_at=date(2025, 12, 2))
    [entry] = [entry for entry in shown["entries"] if entry["service"] == "youth work"]
    assert (entry["from"], entry["to"]) == ("2025-10-01", "2025-12-01")


@pytest.mark.parametrize(
    ("name", "said", "field"),
    [
        ("nominate", {"role": "lead_practitioner"}, "scope"),
        ("join", {"role": "x"}, "service"),
        ("start", {"service": "x"}, "provision"),
    ],
)
def test_what_a_command_needs_is_named(commands: Commands, name: str, said: dict[str, str], field: str) -> None:
    with pytest.raises(Rejected, match=f"missing_field in {field}"):
        commands.run(name, CHILD, by(**said))


def test_of_two_who_accept_at_one_moment_one_wins_and_the_other_is_told(here: Bench) -> None:
    both = [Commands(here.service), Commands(here.service)]
    for worker in (0, 1):
        both[0].run("nominate", CHILD, by(worker))
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(one.run, "accept", CHILD, by(worker)) for worker, one in enumerate(both)]
        failed = [error for one in tries if (error := one.exception()) is not None]
    for one in both:
        one.close()
    [told] = failed
    assert isinstance(told, Rejected)
    assert told.reason == "already_so"


def test_a_child_is_rebuilt_as_of_any_position(here: Bench, commands: Commands) -> None:
    nominated = commands.run("nominate", CHILD, by()).position
    accepted = commands.run("accept", CHILD, by(on=date(2025, 10, 2))).position
    children = ChildRecords(here.service)
    record, _ = children.record_of(CHILD, Subjects(here.service.keys, here.recorder.hashes))
    here.projector.project()
    leads = [[e.accepted for e in children.child(record, at)[0].of_kind("lead")] for at in (nominated, accepted, None)]
    children.close()
    day = to_day(date(2025, 10, 2))
    assert leads == [[None], [day], [day]]


def key_of(child: str) -> str:
    return ":".join(identifier(child, "nhs"))


def test_another_childs_death_under_its_number_does_not_stop_a_lead(here: Bench, commands: Commands) -> None:
    """Two dates of birth: it is disputed whom the death is of, so it says nothing of this child."""
    here.record(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01").wire(11),
        gp_registered("B", practice="Z90001", on="2016-05-20", born="2016-05-01").wire(12),
        death_notified("A", on="2025-06-01", known_by=["nhs", "B.nhs"], born="2015-03-01").wire(13),
    )
    assert commands.run("nominate", key_of("A"), by()).outcome == "accepted"


def test_a_command_on_a_sealed_identity_finds_nothing_new_to_build_on(here: Bench, commands: Commands) -> None:
    """What names it is withheld, so that a nomination is as if it had never been."""
    here.record(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01").wire(11),
        happened("IdentitySealed", "A", on="2025-06-01").wire(12),
    )
    commands.run("nominate", key_of("A"), by())
    with pytest.raises(Rejected, match="not_so in worker"):
        commands.run("accept", key_of("A"), by())


class _Overtaken(Recorder):
    """A recorder before whose append somebody else's event comes in, a few times."""

    def overtake(self, here: Bench, times: int) -> None:
        self._others = [
            _involvement(f"other-{n}", "InvolvementConfirmed", "2025-09-02", team=None, worker=None)
            for n in range(times)
        ]
        self._here = here

    def record(self, messages: Any, offsets: Any = (), only_if_last: Any = None) -> list[Outcome]:
        if self._others:
            self._here.recorder.record([Message(self._others.pop())])
        return super().record(messages, offsets, only_if_last)


@pytest.mark.parametrize("times", [1, 3])
def test_a_command_that_was_overtaken_is_decided_again(here: Bench, times: int) -> None:
    recorder = _Overtaken(
        here.service.connect, here.service.keys, here.clock, here.service.settings.topic_organisations
    )
    recorder.overtake(here, times)
    commands = Commands(here.service, recorder)
    assert commands.run("nominate", CHILD, by()).position == 2 + times
    commands.close()


def test_a_command_gives_up_when_it_is_always_overtaken(here: Bench) -> None:
    recorder = _Overtaken(
        here.service.connect, here.service.keys, here.clock, here.service.settings.topic_organisations
    )
    recorder.overtake(here, 50)
    commands = Commands(here.service, recorder)
    with pytest.raises(IcrError, match="kept changing"):
        commands.run("nominate", CHILD, by())
    commands.close()


def test_offsets_fence_out_a_reader_that_was_replaced(here: Bench) -> None:
    from adapters.log.appending import Fenced

    def event(name: str) -> list[Message]:
        return [Message(_involvement(name, "InvolvementConfirmed", "2025-09-02", team=None, worker=None))]

    here.recorder.record(event("a"), [Offset("kafka:x:icr.social_care.v1:0", None, 1)])
    here.recorder.record(event("b"), [Offset("kafka:x:icr.social_care.v1:0", 1, 2)])
    for expected in (None, 1, 3):
        with pytest.raises(Fenced):
            here.recorder.record(event("c"), [Offset("kafka:x:icr.social_care.v1:0", expected, 9)])
    assert here.connection.execute("SELECT next_offset FROM log.tracking").fetchall() == [(2,)]
    assert here.connection.execute("SELECT count(*) FROM log.event").fetchone() == (3,)
