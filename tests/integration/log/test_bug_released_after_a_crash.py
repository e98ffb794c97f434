"""An amendment that became ready is left behind when the process dies between the append and re-driving it."""

from datetime import UTC, datetime

import pytest

from adapters.log.connections import connect
from adapters.log.keys.data_keys import MasterKeys
from adapters.log.messages import Message
from adapters.log.recorder import Recorder
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from tests.spec.words import early_help_started, event_retracted


class Died(Exception):
    """Where the process would end."""


def test_the_next_recorder_takes_it_up(any_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, clock = MasterKeys(b"k" * 32, b"h" * 32), FixedClock(datetime(2026, 10, 1, tzinfo=UTC))
    service = Service(Settings(), any_database_url, None, None, False, keys, clock)
    recorder = service.recorder()
    [kept] = recorder.record([Message(event_retracted("A", 2, recorded="2025-10-20").wire(1))])
    assert kept.reason == "waits_for"
    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "redrive", lambda *_: (_ for _ in ()).throw(Died))
        with pytest.raises(Died):
            recorder.record([Message(early_help_started("A", on="2025-09-01").wire(2))])
    recorder.close()
    another = service.recorder()
    another.record([Message(early_help_started("B", on="2025-09-01").wire(3))])
    another.close()
    with connect(any_database_url) as connection:
        assert connection.execute("SELECT state FROM log.aside").fetchall() == [("released",)]
