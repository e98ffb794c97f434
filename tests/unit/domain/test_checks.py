"""Bad input: what an event says of itself that cannot be, by field and rule; what only stands beside the fact is set aside."""

from typing import Any

import pytest

from adapters.codec import decode_json
from domain.checks import check_fact, organisation_allowed
from domain.errors import Rejected
from schemas.registry import registry
from tests.builders.service import NOW
from tools.docs.sample import sample

MICROSECONDS = int(NOW.timestamp() * 1_000_000)
A_TERM = {"name": "Autumn", "from": "2025-09-01", "to": "2025-12-20"}
CHANGES = {"effective_from": None, "effective_to": "2025-10-01", "reopen": True, "worker": None}


def checked(event_type: str, **own: Any) -> list[tuple[str, str]]:
    """What is set aside of the sample of a type, some fields changed."""
    decoded = decode_json(sample(event_type) | own)
    return check_fact(decoded.schema.effect, decoded.body, MICROSECONDS)


@pytest.mark.parametrize("event_type", sorted(registry().newest))
def test_nothing_is_wrong_with_a_sample(event_type: str) -> None:
    assert checked(event_type) == []


@pytest.mark.parametrize(
    ("event_type", "own", "reason", "field"),
    [
        ("FeedReported", {"count": -1}, "bad_value", "count"),
        ("FeedReported", {"count": 2**31}, "bad_value", "count"),
        ("FeedReported", {"complete_through": "2027-01-01"}, "impossible_date", "complete_through"),
        ("FeedExpected", {"allowance_days": -5}, "bad_value", "allowance_days"),
        ("FeedExpected", {"allowance_days": 2**62}, "bad_value", "allowance_days"),
        ("ThresholdSet", {"value": -1}, "bad_value", "value"),
        ("SchoolTermsPublished", {"terms": [{**A_TERM, "to": "2025-08-01"}]}, "impossible_date", "terms"),
        ("EventRetracted", {"target": {"event_id": "", "reason": "wrong_child"}}, "missing_field", "target"),
    ],
)
def test_what_cannot_be_keeps_the_event(event_type: str, own: dict[str, Any], reason: str, field: str) -> None:
    with pytest.raises(Rejected) as error:
        checked(event_type, **own)
    assert (error.value.reason, error.value.field) == (reason, field)


@pytest.mark.parametrize(
    ("event_type", "own", "aside"),
    [
        ("FeedReported", {"covers": {"from": "2025-10-02", "to": "2025-10-01"}}, ("end_before_start", "covers.to")),
        ("SuspensionStarted", {"sessions": -5}, ("bad_value", "sessions")),
        ("EarlyYearsPlaceStarted", {"funded_hours": -1}, ("bad_value", "funded_hours")),
        ("EventCorrected", {"changes": CHANGES}, ("bad_value", "changes.effective_to")),
    ],
)
def test_what_contradicts_beside_the_fact_is_set_aside(
    event_type: str, own: dict[str, Any], aside: tuple[str, str]
) -> None:
    assert checked(event_type, **own) == [aside]


@pytest.mark.parametrize("code", ["urn-900001", "ods-Z9H", "la-808", "org-young_voices.north"])
def test_a_code_of_an_organisation(code: str) -> None:
    assert organisation_allowed(code, ("urn-*", "ods-*", "la-*", "org-*"))


@pytest.mark.parametrize("code", ["", "urn-900001 ", "urn-9\n", "urn-../x", "urn-1:2", "org-Zoë", "urn-" + "9" * 60])
def test_what_is_no_code_fits_no_pattern(code: str) -> None:
    assert not organisation_allowed(code, ("*",))
