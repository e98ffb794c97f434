"""References

An agency that sends its own id of an involvement, plan or placement says itself which end belongs to which start.
With a reference, each new start or end restates the interval, and the one recorded last holds.
"""

from tests.spec.example import entry
from tests.spec.words import involvement_ended, involvement_started


def test_paired_by_reference(given, asked):
    """A reference tells two involvements of one service apart"""
    given(
        involvement_started("A", "social work", on="2025-09-01", reference="plan 1"),
        involvement_started("A", "social work", on="2025-10-01", reference="plan 2"),
        involvement_ended("A", "social work", on="2025-11-01", reference="plan 1"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "2025-09-01..2025-11-01", "ended", events="1, 3"),
        entry("involvement social work", "2025-10-01..", "open", events="2"),
    )


def test_end_by_reference_arrives_first(given, asked):
    """An end with a reference waits for its start in any order"""
    given(
        involvement_ended("A", "social work", on="2025-11-01", reference="plan 1"),
        involvement_started("A", "social work", on="2025-10-01"),
        involvement_started("A", "social work", on="2025-09-01", reference="plan 1"),
    )
    asked(at="2025-12-01", known_after=2).timeline("A").shows(
        entry("involvement social work", "..2025-11-01", "unknown: end_without_start", events="1"),
        entry("involvement social work", "2025-10-01..", "open", events="2"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "2025-09-01..2025-11-01", "ended", events="1, 3"),
        entry("involvement social work", "2025-10-01..", "open", events="2"),
    )


def test_restated(given, asked):
    """The start recorded last and the end recorded last make the interval

    An agency that sends the present state of a plan again and again says the same interval each time.
    """
    given(
        involvement_started("A", "social work", on="2025-09-01", reference="plan 1", worker="W1"),
        involvement_started(
            "A", "social work", on="2025-09-08", reference="plan 1", worker="W2", recorded="2025-10-01"
        ),
        involvement_ended("A", "social work", on="2025-12-01", reference="plan 1", recorded="2025-11-01"),
        involvement_ended("A", "social work", on="2025-11-20", reference="plan 1", recorded="2025-11-20"),
    )
    asked(at="2025-12-31").timeline("A").shows(
        entry("involvement social work", "2025-09-08..2025-11-20", "ended", worker="la-808:W2", events="1, 2, 3, 4")
    )


def test_end_before_start(given, asked):
    """An end before the start is not believed

    The interval is shown from its start, as `unknown`.
    """
    given(
        involvement_started("A", "social work", on="2025-10-01", reference="plan 1"),
        involvement_ended("A", "social work", on="2025-09-01", reference="plan 1", recorded="2025-10-02"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "2025-10-01..", "unknown: end_before_start")
    )


def test_references_of_agencies(given, asked):
    """Two agencies may use one reference

    It is an agency's own; the same words from another agency are another involvement.
    """
    given(
        involvement_started("A", "social work", on="2025-09-01", reference="1", by="la-808"),
        involvement_ended("A", "social work", on="2025-10-01", reference="1", by="la-358"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "2025-09-01..", "open"),
        entry("involvement social work", "..2025-10-01", "unknown: end_without_start"),
    )
