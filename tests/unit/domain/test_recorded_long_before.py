"""What was written down ten years before it began was not: a clock's fault, or other units than ours."""

import pytest

from adapters.codec import decode_json
from domain.checks import check_envelope
from domain.errors import Rejected
from tools.docs.sample import sample

NOW = 1_780_000_000_000_000
PATTERNS = ("*",)


def body(event_type: str, recorded: str, **changed: object) -> dict:  # type: ignore[type-arg]
    return dict(decode_json({**sample(event_type), "recorded_at": recorded, **changed}).body)


@pytest.mark.parametrize("recorded", ["1970-01-21T09:00:00Z", "2005-01-01T00:00:00Z"])
def test_it_is_refused(recorded: str) -> None:
    with pytest.raises(Rejected, match="recorded_at"):
        check_envelope(body("PupilAdmitted", recorded, effective={"from": "2025-09-01"}), PATTERNS, NOW)
    with pytest.raises(Rejected, match="recorded_at"):
        check_envelope(body("FeedReported", recorded, complete_through="2025-09-01"), PATTERNS, NOW)


def test_what_is_announced_in_good_time_is_taken_in() -> None:
    check_envelope(body("PupilAdmitted", "2025-02-01T00:00:00Z", effective={"from": "2025-09-01"}), PATTERNS, NOW)
    check_envelope(body("PupilAdmitted", "2025-09-02T00:00:00Z", effective={"from": "1995-09-01"}), PATTERNS, NOW)


def test_where_the_day_itself_cannot_be_that_is_what_is_said_later() -> None:
    check_envelope(body("PupilAdmitted", "2025-02-01T00:00:00Z", effective={"from": "9999-12-31"}), PATTERNS, NOW)
