"""Commands: decided on what the log holds, appended only if nothing came after."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.commands.leads import Leads
from adapters.log.messages import Message, Offset, Outcome
from adapters.log.recorder import Recorder
from adapters.questions import Questions
from domain.errors import IcrError, Rejected
from tests.builders.service import Bench, bench
from tests.generative.histories import WORKERS
from tests.integration.log.test_event_store import _involvement

CHILD = "agency:la-808:mosaic:C0"
SEAT = {"role": "lead_practitioner", "scope": "child"}
DAY = date(2025, 10, 1)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    made.record(
        _involvement(
            "1", "InvolvementStarted", "2025-09-01", provision="additional", team=None, worker=WORKERS[0], role=None
        )
    )
    yield made
    made.close()


@pytest.fixture
def leads(here: Bench) -> Iterator[Leads]:
    made = Leads(here.service)
    yield made
    made.close()


def test_a_lead_is_nominated_accepted_and_ended(here: Bench, leads: Leads) -> None:
    for name in ("nominate", "accept"):
        leads.run(name, CHILD, worker=WORKERS[0], on=DAY, **SEAT)
    here.projector.project()
    with Questions(here.service).ask() as asked:
        caseload = asked.caseload(worker="la-808:W1", effective_at=DAY)
    assert [lead["accepted"] for lead in caseload["children"][0]["lead"]] == ["2025-10-01"]
    leads.run("end", CHILD, worker=WORKERS[0], on=date(2025, 11, 1), **SEAT)
    with pytest.raises(Rejected, match="not_so"):
        leads.run("end", CHILD, worker=WORKERS[0], on=date(2025, 11, 2), **SEAT)


def test_nobody_accepts_a_lead_without_a_nomination(leads: Leads) -> None:
    with pytest.raises(Rejected, match="not_so in worker"):
        leads.run("accept", CHILD, worker=WORKERS[0], on=DAY, **SEAT)


def test_two_workers_do_not_both_lead(leads: Leads) -> None:
    for worker in WORKERS:
        leads.run("nominate", CHILD, worker=worker, on=DAY, **SEAT)
    leads.run("accept", CHILD, worker=WORKERS[0], on=DAY, **SEAT)
    with pytest.raises(Rejected, match="already_so in role"):
        leads.run("accept", CHILD, worker=WORKERS[1], on=DAY, **SEAT)


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
    leads = Leads(here.service, recorder)
    assert leads.run("nominate", CHILD, worker=WORKERS[0], on=DAY, **SEAT).position == 2 + times
    leads.close()


def test_a_command_gives_up_when_it_is_always_overtaken(here: Bench) -> None:
    recorder = _Overtaken(
        here.service.connect, here.service.keys, here.clock, here.service.settings.topic_organisations
    )
    recorder.overtake(here, 50)
    leads = Leads(here.service, recorder)
    with pytest.raises(IcrError, match="kept changing"):
        leads.run("nominate", CHILD, worker=WORKERS[0], on=DAY, **SEAT)
    leads.close()


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
