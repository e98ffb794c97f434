"""A number too large for its column refused a whole request; what nobody foresees must stop only itself."""

from typing import Any

import psycopg
import pytest

from adapters.commands.quarantine import Quarantine
from adapters.log.messages import ACCEPTED, KEPT
from adapters.log.recorder import Recorder
from tests.builders.service import Bench
from tests.integration.log.test_feedback import admitted, told
from tests.spec.words import snapshot_reported


@pytest.mark.parametrize("count", [-1, 2**31, 2**62])
def test_bug_a_count_that_cannot_be_is_kept_alone(here: Bench, count: int) -> None:
    report = snapshot_reported("la-808", "InvolvementStarted", on="2025-03-01", count=count).wire(1)
    outcomes = here.record(admitted(1), report, admitted(2, child=2))
    assert [one.outcome for one in outcomes] == [ACCEPTED, KEPT, ACCEPTED]
    assert (outcomes[1].reason, outcomes[1].field) == ("bad_value", "count")


def test_what_breaks_the_recorder_is_kept_with_its_agency_and_driven_again(
    here: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = Recorder._record

    def breaking(self: Recorder, messages: Any, *others: Any) -> Any:
        if any(message.kept is None and "adm-3" in str(message.data) for message in messages):
            raise psycopg.DataError
        return record(self, messages, *others)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "_record", breaking)
        outcomes = here.record(*(admitted(n, child=n) for n in range(1, 8)))
        assert [one.outcome for one in outcomes] == [ACCEPTED, ACCEPTED, KEPT, *[ACCEPTED] * 4]
        assert Quarantine(here.service).redrive(None, "bad_value").kept == 1
    assert ("kept", "adm-3") in told(here)
    assert Quarantine(here.service).redrive(None, "bad_value").accepted == 1
