"""Health assessments of children looked after (`initial_health_assessment`, `initial_health_assessment_overdue`, `looked_after_health_assessment`)"""

from tests.spec.example import counted, uncounted
from tests.spec.words import death_notified, happened

INITIAL = "initial_health_assessment"
OVERDUE = "initial_health_assessment_overdue"
LONG = "looked_after_health_assessment"


def test_initial_health_assessment(given, asked):
    """Within 28 days of becoming looked after, the last of them included; asked once they have passed"""
    given(
        happened("LookedAfterStarted", "A", on="2026-01-01"),
        happened("HealthAssessmentDone", "A", on="2026-01-29", assessment="initial"),
        happened("LookedAfterStarted", "B", on="2026-01-01"),
        happened("HealthAssessmentDone", "B", on="2026-01-30", assessment="initial"),
        happened("LookedAfterStarted", "C", on="2026-01-01"),
        happened("HealthAssessmentDone", "C", on="2026-01-15", assessment="annual"),
    )
    asked(at="2026-01-29").measure(INITIAL).shows_nothing()
    asked(at="2026-01-30").measure(INITIAL).shows(counted("A"), uncounted("B"), uncounted("C"))
    asked(at="2026-01-29").measure(OVERDUE).shows_nothing()
    asked(at="2026-01-30").measure(OVERDUE).shows(uncounted("A"), uncounted("B"), counted("C", 1))
    asked(at="2026-03-01").measure(OVERDUE).shows(uncounted("A"), uncounted("B"), counted("C", 31))


def test_no_longer_looked_after(given, asked):
    """Who left care within the 28 days is left out; who left later is no more overdue"""
    given(
        happened("LookedAfterStarted", "A", on="2026-01-01"),
        happened("LookedAfterEnded", "A", on="2026-01-29", reason="returned_home"),
        happened("LookedAfterStarted", "B", on="2026-01-01"),
        happened("LookedAfterEnded", "B", on="2026-01-30", reason="returned_home"),
        happened("LookedAfterStarted", "C", on="2026-01-01"),
        death_notified("C", on="2026-01-20"),
    )
    asked(at="2026-03-01").measure(INITIAL).shows(uncounted("B"))
    asked(at="2026-01-30").measure(OVERDUE).shows_nothing()
    asked(at="2026-03-01").measure(OVERDUE).shows_nothing()


def test_a_change_of_placement_is_no_new_start(given, asked):
    """Intervals that touch or overlap are one time of being looked after"""
    given(
        happened("LookedAfterStarted", "A", on="2026-01-01", reference="p1"),
        happened("HealthAssessmentDone", "A", on="2026-01-15", assessment="initial"),
        happened("LookedAfterEnded", "A", on="2026-02-01", reference="p1"),
        happened("LookedAfterStarted", "A", on="2026-02-01", reference="p2"),
    )
    asked(at="2026-04-01").measure(INITIAL).shows(counted("A"))
    asked(at="2026-04-01").measure(OVERDUE).shows(uncounted("A"))


def test_looked_after_for_a_year(given, asked):
    """Looked after for twelve months without a break, and a health assessment of any kind in the last twelve"""
    given(
        happened("LookedAfterStarted", "A", on="2025-01-01"),
        happened("HealthAssessmentDone", "A", on="2025-06-30", assessment="annual"),
        happened("LookedAfterStarted", "B", on="2025-06-30"),
        happened("LookedAfterStarted", "C", on="2025-07-01"),
        happened("HealthAssessmentDone", "C", on="2025-07-15", assessment="initial"),
    )
    asked(at="2026-06-29").measure(LONG).shows(counted("A"))
    asked(at="2026-06-30").measure(LONG).shows(uncounted("A"), uncounted("B"))
    asked(at="2026-07-01").measure(LONG).shows(uncounted("A"), uncounted("B"), counted("C"))
