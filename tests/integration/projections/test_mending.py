"""Given a record that cannot be projected, when the worker runs and people ask, then it is said everywhere, and mended by itself."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from adapters.cli import mending as command
from adapters.cli import output, reading
from adapters.service.mending import Mender
from adapters.service.projecting import follow
from domain.answers.ids import record_id
from projections.engine import Projector
from projections.mending import BUSY_RECORD
from projections.taking_in import TakingIn, at_once, statements
from tests.builders.asking import asking
from tests.builders.service import Bench, bench
from tests.spec.words import gp_registered, happened, identifier, lead_accepted

DAY = date(2025, 12, 1)
WORKER = "la-808:W1"
SINCE = "2026-06-01"


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    yield made
    made.close()


def spoil(here: Bench, position: int) -> None:
    here.connection.execute("UPDATE log.fact SET provision = NULL WHERE position = %s", (position,))


def repair(here: Bench) -> None:
    here.connection.execute(
        "UPDATE log.fact SET provision = 'additional' WHERE provision IS NULL AND act NOT IN (16, 18)"
    )


def one_bad_child(here: Bench) -> None:
    """A is known and led by W1; what comes then of it, and first of all of B, cannot be taken in."""
    led = lead_accepted("A", worker="W1", on="2025-09-02")
    here.record(happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W1", born="2015-03-01").wire(1), led.wire(2))
    here.record(gp_registered("C", practice="Z90001", on="2020-03-10").wire(3))
    here.projector.project()
    here.record(
        happened("ShieldApplied", "A", on="2025-11-01").wire(4),
        happened("InvolvementStarted", "A", on="2025-11-02", service="play", provision="additional").wire(5),
        happened("EarlyHelpStarted", "B", on="2025-11-03", worker="W1", born="2016-03-01").wire(6),
    )
    spoil(here, 5)
    spoil(here, 6)
    here.projector.project()


def ask(here: Bench, what: str, **question: Any) -> Any:
    with asking(here.service) as asked:
        return getattr(asked, what)(**{"effective_at": DAY, **question})


def who(child: str) -> str:
    return ":".join(identifier(child, "nhs"))


def test_every_answer_says_whose_record_is_not_up_to_date(here: Bench) -> None:
    one_bad_child(here)
    for child, since in (("A", SINCE), ("B", SINCE), ("C", None)):
        for what in ("child", "timeline"):
            told = ask(here, what, identifier=who(child))
            assert (told["being_mended"], told["records_being_mended"]) == (since, 2), (what, child)
        assert [line["being_mended"] for line in ask(here, "find", identifier=who(child))["children"]] == [since]
    # B is on the caseload though nothing of it is in the views: an event that waits names the worker.
    for what in ("caseload", "handover"):
        children = ask(here, what, worker=WORKER)["children"]
        assert [child["being_mended"] for child in children] == [SINCE, SINCE], what
    families = ask(here, "my_families", worker=WORKER)["families"]
    assert {child["being_mended"] for family in families for child in family["children"]} == {SINCE}
    changes = ask(here, "changes", worker=WORKER, since="3")["children"]
    assert [child["being_mended"] for child in changes] == [SINCE, SINCE]
    listed = ask(here, "families")
    assert listed["records_being_mended"] == 2
    assert {one["being_mended"] for family in listed["families"] for one in family["indicators"]} <= {SINCE, None}
    assert ask(here, "gaps")["records_being_mended"] == ask(here, "measures")["records_being_mended"] == 2


def test_a_shield_in_an_event_that_waits_shields(here: Bench) -> None:
    one_bad_child(here)
    assert ask(here, "child", identifier=who("A"))["shielded"]


def test_what_was_missed_is_news_when_it_is_taken_in(here: Bench) -> None:
    one_bad_child(here)
    since = ask(here, "caseload", worker=WORKER)["position"]
    assert all(child["entries"] == [] for child in ask(here, "changes", worker=WORKER, since=since)["children"])
    repair(here)
    here.projector.mend(here.projector.being_mended())
    children = ask(here, "changes", worker=WORKER, since=since)["children"]
    assert len(children) == 2
    assert all(child["entries"] and child["being_mended"] is None for child in children)


def test_as_known_before_nothing_was_being_mended(here: Bench) -> None:
    one_bad_child(here)
    with asking(here.service, "3") as asked:
        told = asked.child(identifier=who("A"), effective_at=DAY)
    assert told is not None
    assert (told["being_mended"], told["records_being_mended"]) == (None, 0)


def test_the_worker_says_it_and_mends_what_it_can_when_it_starts(here: Bench) -> None:
    one_bad_child(here)
    heard: list[tuple[tuple[str, ...], dict[str, Any]]] = []

    def tell(trouble: tuple[str, ...] = (), *, now: bool = False, **said: Any) -> None:
        heard.append((trouble, said))

    follow(here.service, lambda: False, tell, until_head=True)
    assert heard[-1][0] == ("record_being_mended",)
    assert heard[-1][1]["records_being_mended"] == 2
    repair(here)
    follow(here.service, lambda: False, tell, until_head=True)
    assert heard[-1][0] == ()
    assert here.projector.being_mended() == {}


def test_people_see_the_list_and_try_again(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    one_bad_child(here)
    for module in (command, reading):
        monkeypatch.setattr(module, "opened", lambda _: nullcontext(here.service))
    run = CliRunner()
    listed = json.loads(run.invoke(command.app, ["list", "--json"]).stdout)["being_mended"]
    assert [(one["cause"], one["part"], one["position"]) for one in listed] == [("23502", "30_entries", 4)] * 2
    assert run.invoke(command.app, ["retry"]).exit_code == output.KEPT_OR_FAILED
    repair(here)
    one = listed[0]["record"]
    assert "taken in again: 1; still being mended: 0" in run.invoke(command.app, ["retry", one]).stdout
    assert run.invoke(command.app, ["retry"]).exit_code == 0
    assert "no record is being mended" in run.invoke(command.app, ["list"]).stdout


def test_a_busy_record_is_put_off_and_has_a_fifth_of_the_time(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition with it takes a minute by this clock: the others never wait for it again, but for its turns."""
    monkeypatch.setattr("adapters.service.mending.BUSY_FACTS", 3)
    seconds = [0.0]

    class Slow(TakingIn):
        """Each part with the busy record in it costs a minute."""

        def _apply(self, connection: Any, bounds: Any) -> None:
            super()._apply(connection, bounds)
            row = connection.execute("SELECT count(*) FROM stage_fact WHERE worker = 'la-808:BUSY'").fetchone()
            seconds[0] += 60.0 if row[0] else 0.1

    projector = Projector(here.service.connect, here.clock.now, 1000)
    projector.taking_in = Slow(statements, at_once, lambda: None)
    mender = Mender(projector, lambda: seconds[0])
    here.record(*(happened("EarlyHelpStarted", "A", on=f"2025-09-0{n}", worker="BUSY").wire(n) for n in range(1, 5)))
    mender.turn()
    mender.step()
    assert mender.trouble == (BUSY_RECORD,)
    spent = 0.0
    for n in range(1, 40):  # something comes of everybody, every few seconds
        here.record(
            happened("EarlyHelpStarted", "A", on="2025-10-01", worker="BUSY").wire(100 + n),
            gp_registered("C", practice="Z90001", on="2020-03-10").wire(1000 + n),
        )
        began = seconds[0]
        mender.turn()
        spent += (seconds[0] - began) if seconds[0] - began > 1 else 0
        _, position, head = mender.step()
        assert position == head
        seconds[0] += 30
    assert 0 < spent <= seconds[0] / 5
    [busy] = mender.said()["busy_records"].values()
    assert busy > 3
    (record,) = projector.being_mended() or [UUID(int=0)]
    assert record_id(record) in mender.said()["busy_records"]
    projector.close()
