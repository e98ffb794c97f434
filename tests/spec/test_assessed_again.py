"""Assessed again within six months (`repeated_assessments`)"""

from tests.spec.example import counted, uncounted
from tests.spec.words import happened

AGAIN = "repeated_assessments"


def test_assessed_again(given, asked):
    """An assessment within six months of the one before is a repeat, of whatever kind and by whichever agency"""
    given(
        happened("AssessmentStarted", "A", on="2026-01-05", assessment="early_help"),
        happened("AssessmentStarted", "A", on="2026-07-05", assessment="single", by="la-358"),
        happened("AssessmentStarted", "B", on="2026-01-05", assessment="single", reference="a1"),
        happened("AssessmentStarted", "B", on="2026-07-06", assessment="single", reference="a2"),
    )
    asked(at="2026-07-31").measure(AGAIN).shows(uncounted("A"), counted("A"), uncounted("B"), uncounted("B"))
    asked(at="2026-07-04").measure(AGAIN).shows(uncounted("A"), uncounted("B"))


def test_assessed_before_the_year(given, asked):
    """One that began before the twelve months still makes the next a repeat"""
    given(
        happened("AssessmentStarted", "A", on="2025-12-31", assessment="single", reference="a1"),
        happened("AssessmentStarted", "A", on="2026-02-01", assessment="single", reference="a2"),
    )
    asked(at="2026-12-31").measure(AGAIN).shows(counted("A"))


def test_only_its_completion_is_known(given, asked):
    """Where only the completion was told, the assessment is of that day; two told of one day are one"""
    given(
        happened("AssessmentCompleted", "A", on="2026-01-05", assessment="caf", by="org-example"),
        happened("AssessmentStarted", "A", on="2026-01-05", assessment="single"),
        happened("AssessmentCompleted", "A", on="2026-02-05", assessment="single"),
    )
    asked(at="2026-06-30").measure(AGAIN).shows(uncounted("A"))


def test_a_section_47_enquiry_is_no_repeat(given, asked):
    """An enquiry into significant harm neither repeats an assessment nor is repeated by one"""
    given(
        happened("AssessmentStarted", "A", on="2026-01-05", assessment="section_47"),
        happened("AssessmentStarted", "A", on="2026-02-05", assessment="single"),
        happened("AssessmentStarted", "A", on="2026-02-15", assessment="section_47"),
    )
    asked(at="2026-06-30").measure(AGAIN).shows(uncounted("A"))
