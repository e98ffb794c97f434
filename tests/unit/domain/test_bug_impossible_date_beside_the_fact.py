"""A date that cannot be kept a whole event in quarantine, a shield for its review date among others; and a correction's was not looked at."""

from typing import Any

import pytest

from adapters.codec import decode_json
from domain.checks import check_fact
from domain.errors import Rejected
from tests.spec.words import event_corrected, happened

NOW = 1_770_000_000_000_000  # February 2026, in microseconds


def shield(**changes: Any) -> dict[str, Any]:
    return {**happened("ShieldApplied", "A", on="2026-02-01", born="2015-03-01").wire(1), **changes}


def test_a_date_beside_the_fact_is_set_aside() -> None:
    event = shield(review_on="2026-02-30", effective={"from": "2026-02-01", "to": "0000-01-01"})
    event["subject"]["person"]["date_of_birth"] = "2015-02-29"
    decoded = decode_json(event)
    assert set(decoded.set_aside) == {
        ("impossible_date", "review_on"),
        ("impossible_date", "effective.to"),
        ("impossible_date", "subject.person.date_of_birth"),
    }
    assert (decoded.body["review_on"], decoded.body["effective"]["to"]) == (None, None)


def test_the_date_of_the_fact_is_not() -> None:
    with pytest.raises(Rejected) as caught:
        decode_json(shield(effective={"from": "2026-02-30", "to": None}, review_on="2026-02-30"))
    assert (caught.value.reason, caught.value.field) == ("impossible_date", "effective.from")


def test_other_faults_still_keep_it() -> None:
    with pytest.raises(Rejected) as caught:
        decode_json(shield(review_on="2026-02-30", basis="hearsay"))
    assert caught.value.reason == "unknown_code"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective_from": "0001-01-01"}, "changes.effective_from"),
        ({"effective_from": "2199-01-01"}, "changes.effective_from"),
        ({"effective_to": "1800-01-01"}, "changes.effective_to"),
        ({"effective_to": "9999-12-31"}, "changes.effective_to"),
    ],
)
def test_a_correction_has_the_bounds_of_what_it_corrects(changes: dict[str, str], field: str) -> None:
    event = event_corrected("A", 1, recorded="2026-01-01").wire(2)
    event["changes"] = {**event["changes"], **changes}
    decoded = decode_json(event)
    with pytest.raises(Rejected) as caught:
        check_fact(decoded.schema.effect, decoded.body, NOW)
    assert (caught.value.reason, caught.value.field) == ("impossible_date", field)


def test_for_ever_ahead_is_no_end() -> None:
    from domain.checks import usable_end

    decoded = decode_json(shield(effective={"from": "2026-02-01", "to": "9999-12-31"}))
    assert usable_end(decoded.body) is None
