"""When a partition pauses: by the share of what cannot be read, over the batch at hand and what came lately."""

import pytest

from adapters.codec import encode_wire
from adapters.intake.kafka.unreadable import SAMPLE, Gate, readable
from adapters.log.messages import Outcome
from tests.builders.stream import mark

GOOD = encode_wire(mark(1))
BAD = b"rubbish"


def outcomes(good: int, bad: int) -> list[Outcome]:
    return [Outcome("accepted")] * good + [Outcome("kept", "undecodable")] * bad


@pytest.mark.parametrize(
    ("good", "bad", "refused"),
    [
        (0, 99, False),
        (0, 100, True),
        (99, 100, True),
        (100, 100, False),
        (5000, 100, False),
        (2400, 2600, True),
        (2600, 2400, False),
    ],
)
def test_more_than_the_share_and_at_least_the_minimum(good: int, bad: int, refused: bool) -> None:
    assert (Gate(0.5, 100).refuses([GOOD] * good + [BAD] * bad) is not None) is refused


def test_a_pattern_does_not_hide_it() -> None:
    for period in (2, 3, 5, 7, 11):
        values = [GOOD if n % period == 0 else BAD for n in range(SAMPLE * 20)]
        assert Gate(0.4, 100).refuses(values) is not None


def test_what_came_lately_counts() -> None:
    gate = Gate(0.5, 100)
    for _ in range(9):
        assert gate.refuses([BAD] * 10) is None
        gate.note(outcomes(0, 10))
    assert gate.refuses([BAD] * 10) == 10


def test_a_long_good_history_is_forgotten() -> None:
    gate = Gate(0.5, 100)
    for _ in range(1000):
        gate.note(outcomes(100, 0))
    assert gate.refuses([BAD] * 1200) == 1200


def test_the_whole_share_never_pauses() -> None:
    assert Gate(1.0, 1).refuses([BAD] * 1000) is None


def test_readable_is_what_can_be_decoded_even_if_it_is_wrong() -> None:
    assert readable(GOOD)
    assert readable(encode_wire({**mark(1), "recorded_at": "2999-01-01T00:00:00Z"}))
    for value in (b"", BAD, b"{}", GOOD[:-1], b"\xc3\x01" + bytes(10), b"\0\0\0\0\x01x"):
        assert not readable(value) or value == b"{}"


def test_framing_with_a_configured_id_can_be_read() -> None:
    framed = b"\0" + (7).to_bytes(4, "big") + GOOD[10:]
    assert Gate(0.5, 100).refuses([framed] * 200) == 200
    assert Gate(0.5, 100, {7: GOOD[2:10]}).refuses([framed] * 200) is None
