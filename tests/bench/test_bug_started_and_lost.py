"""A command that Ctrl-C met while it was being started went on alone, and wrote into the folder after it was removed."""

import signal

import pytest

from tools.bench.processes import undisturbed


class Told(Exception):
    """A signal was heard."""


def start(number: signal.Signals, known: list[str]) -> None:
    with undisturbed():
        signal.raise_signal(number)
        known.append("process")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_what_is_started_is_known(number: signal.Signals) -> None:
    def tell(_number: int, _frame: object) -> None:
        raise Told

    known: list[str] = []
    before = signal.signal(number, tell)
    try:
        with pytest.raises(Told):
            start(number, known)
    finally:
        signal.signal(number, before)
    assert known == ["process"]
