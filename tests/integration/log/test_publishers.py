"""Who may publish is a table by event type, by the field's practice, narrowed by what is configured for a sector."""

from typing import Any

import pytest

from adapters.log.keys.hashes import Hashes
from adapters.log.messages import Message
from adapters.log.prepare import Preparer
from adapters.log.subjects import Subjects
from adapters.process.settings import TOPIC_ORGANISATIONS
from tests.builders.service import KEYS
from tests.spec.words import event_corrected, feed_reported, happened

NOW = 1_790_000_000_000_000
SCHOOL, PRACTICE, TRUST, COUNCIL, CHARITY = "urn-900001", "ods-Z90001", "ods-Z9NCT", "la-808", "org-example"
EVERYBODY = (SCHOOL, PRACTICE, TRUST, COUNCIL, CHARITY)


def refused(by: str, event: Any, topic: str | None = None, organisations: Any = None) -> str | None:
    """The field for which an event of an organisation is kept; None where it may publish it."""
    hashes = Hashes(KEYS)
    preparer = Preparer(hashes, Subjects(KEYS, hashes), organisations or TOPIC_ORGANISATIONS)
    item = preparer.prepare(
        Message(event.wire(1) | {"source": {**event.wire(1)["source"], "organisation": by}}, topic), NOW
    )
    if item.rejected is None:
        return None
    assert item.rejected.reason == "wrong_organisation"
    return item.rejected.field


@pytest.mark.parametrize("by", EVERYBODY)
@pytest.mark.parametrize(
    "event",
    [
        happened("EarlyHelpStarted", "A", on="2025-10-01"),
        happened("EarlyHelpEnded", "A", on="2025-10-01"),
        happened("AssessmentStarted", "A", on="2025-10-01", assessment="caf"),
        happened("AssessmentCompleted", "A", on="2025-10-01", assessment="caf"),
        happened("ReferralReceived", "A", on="2025-10-01", service="mentoring"),
        happened("InvolvementStarted", "A", on="2025-10-01", service="mentoring", provision="additional"),
    ],
    ids=lambda event: event.event_type,
)
def test_any_agency_publishes_early_help_common_assessments_referrals_and_its_own_work(event: Any, by: str) -> None:
    assert refused(by, event) is None
    assert refused(by, event, "social_care") is None


@pytest.mark.parametrize(("by", "field"), [(TRUST, None), (COUNCIL, None), (SCHOOL, "source.organisation")])
def test_health_publishes_health_assessments_in_care(by: str, field: str | None) -> None:
    assert refused(by, happened("HealthAssessmentDone", "A", on="2025-10-01", assessment="initial")) == field


@pytest.mark.parametrize(
    "name", ["ChildProtectionStarted", "ChildInNeedStarted", "LookedAfterStarted", "InitialConferenceHeld"]
)
@pytest.mark.parametrize("by", [SCHOOL, PRACTICE])
def test_what_is_children_s_social_care_alone_stays_so(name: str, by: str) -> None:
    assert refused(by, happened(name, "A", on="2025-10-01"), "social_care") == "source.organisation"


def test_what_is_configured_for_a_sector_narrows_the_table() -> None:
    narrow = {**TOPIC_ORGANISATIONS, "social_care": ["la-*", "urn-900001"]}
    helps = happened("EarlyHelpStarted", "A", on="2025-10-01")
    assessed = happened("HealthAssessmentDone", "A", on="2025-10-01", assessment="initial")
    assert [refused(by, helps, organisations=narrow) for by in (COUNCIL, SCHOOL)] == [None, None]
    assert {refused(by, helps, organisations=narrow) for by in (TRUST, CHARITY, "urn-900002")} == {
        "source.organisation"
    }
    assert refused(SCHOOL, assessed, organisations=narrow) == "source.organisation"  # not among the type's publishers


def test_who_publishes_some_types_of_a_sector_corrects_and_reports_there() -> None:
    corrects = event_corrected("A", 2, recorded="2025-10-03", begins="2025-10-02")
    reports = feed_reported(SCHOOL, "EarlyHelpStarted", through="2025-10-03")
    assert refused(SCHOOL, corrects, "social_care") is None
    assert refused(SCHOOL, reports, "social_care") is None
    assert refused(SCHOOL, corrects, "police") == "source.organisation"
