"""A number too large for its column refused a whole request; what nobody foresees must stop only itself."""

from typing import Any

import psycopg
import pytest

from adapters.commands.quarantine import Quarantine
from adapters.log.messages import ACCEPTED, KEPT
from adapters.log.recorder import MOST_UNRECORDABLE, Recorder
from domain.errors import IcrError
from tests.builders.service import Bench
from tests.integration.log.test_feedback import admitted, told
from tests.spec.words import snapshot_reported


def breaks_on(patch: pytest.MonkeyPatch, text: str) -> None:
    """A recorder whose database refuses a message of this text, and all that are recorded with it."""
    record = Recorder._record

    def breaking(self: Recorder, messages: Any, *others: Any) -> Any:
        if any(message.kept is None and text in str(message.data) for message in messages):
            raise psycopg.DataError
        return record(self, messages, *others)

    patch.setattr(Recorder, "_record", breaking)


@pytest.mark.parametrize("count", [-1, 2**31, 2**62])
def test_bug_a_count_that_cannot_be_is_kept_alone(here: Bench, count: int) -> None:
    report = snapshot_reported("la-808", "InvolvementStarted", on="2025-03-01", count=count).wire(1)
    outcomes = here.record(admitted(1), report, admitted(2, child=2))
    assert [one.outcome for one in outcomes] == [ACCEPTED, KEPT, ACCEPTED]
    assert (outcomes[1].reason, outcomes[1].field) == ("bad_value", "count")


def test_what_breaks_the_recorder_is_kept_with_its_agency_and_driven_again(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        breaks_on(patch, "adm-3")
        outcomes = here.record(*(admitted(n, child=n) for n in range(1, 8)))
        assert [one.outcome for one in outcomes] == [ACCEPTED, ACCEPTED, KEPT, *[ACCEPTED] * 4]
        assert Quarantine(here.service).redrive(None, "bad_value").kept == 1
    assert ("kept", "adm-3") in told(here)
    assert Quarantine(here.service).redrive(None, "bad_value").accepted == 1


def test_bug_messages_that_break_it_now_and_then_ended_a_lasting_process(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many of them were allowed in the whole life of a process; it is so many in a row that say that nothing can be recorded."""
    breaks_on(monkeypatch, "adm-3")
    for n in range(MOST_UNRECORDABLE + 2):
        broken = {**admitted(3), "event_id": f"adm-3-{n}"}
        good = {**admitted(4), "event_id": f"adm-4-{n}"}
        assert [one.outcome for one in here.record(broken, good)] == [KEPT, ACCEPTED]


def test_where_nothing_can_be_recorded_it_ends(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks_on(monkeypatch, "adm-")
    for n in range(MOST_UNRECORDABLE):
        assert here.record(admitted(n))[0].outcome == KEPT
    with pytest.raises(IcrError, match="messages cannot be recorded"):
        here.record(admitted(MOST_UNRECORDABLE))
