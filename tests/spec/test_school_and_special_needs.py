"""School and special needs

What schools and the authority tell of a pupil beside its roll and its marks. Those with an end are open until it is told,
and never lapse; a request, and a number that was given, are moments.
"""

from tests.spec.example import entry, line, one_child
from tests.spec.words import event_corrected, event_retracted, happened


def test_education_health_and_care_plan(given, asked):
    """A plan is asked for on a day, and goes on from its issue until it ceases

    Who asked for it, and what it says, is not on the timeline.
    """
    given(
        happened("EhcpRequested", "A", on="2025-01-13", requested_by="parent", by="la-808"),
        happened("EhcpIssued", "A", on="2025-06-02", by="la-808"),
        happened("EhcpCeased", "A", on="2030-07-31", reason="left_education", by="la-808"),
    )
    asked_for = entry("ehcp_requested education, health and care plan", "2025-01-13..", "moment", reason=None)
    plan = "ehcp education, health and care plan"
    asked(at="2025-06-01").timeline("A").shows(asked_for)
    asked(at="2030-07-30").timeline("A").shows(
        asked_for, entry(plan, "2025-06-02..2030-07-31", "open", provider="la-808", provision="additional")
    )
    asked(at="2030-07-30", known_after=2).timeline("A").shows(asked_for, entry(plan, "2025-06-02..", "open"))
    asked(at="2030-07-31").timeline("A").shows(
        asked_for, entry(plan, "2025-06-02..2030-07-31", "ended", reason="left_education", events="2, 3")
    )
    asked(at="2030-07-30").index("A").shows(line(involvements="education, health and care plan"))


def test_support_at_two_schools(given, asked):
    """Support for special needs is the school's own; it ends at one school and begins at the next"""
    given(
        happened("SenSupportStarted", "A", on="2024-09-02", school="900001"),
        happened("SenSupportEnded", "A", on="2025-07-22", school="900001"),
        happened("SenSupportStarted", "A", on="2025-09-01", school="900002", by="urn-900002"),
    )
    asked(at="2029-01-01").timeline("A").shows(
        entry("sen_support SEN support", "2024-09-02..2025-07-22", "ended", provider="900001"),
        entry("sen_support SEN support", "2025-09-01..", "open", provider="900002"),
    )
    asked(at="2029-01-01").index("A").shows(line(involvements="SEN support"))


def test_end_of_support_first(given, asked):
    """The end may arrive first; an end that was corrected is that day"""
    given(
        happened("SenSupportEnded", "A", on="2025-07-22", school="900001"),
        happened("SenSupportStarted", "A", on="2024-09-02", school="900001"),
        event_corrected("A", 1, recorded="2025-09-01", begins="2025-06-30", by="urn-900001"),
    )
    asked(at="2025-12-01", known_after=1).timeline("A").shows(
        entry("sen_support SEN support", "..2025-07-22", "unknown: end_without_start")
    )
    asked(at="2025-12-01", known_after=2).timeline("A").shows(
        entry("sen_support SEN support", "2024-09-02..2025-07-22", "ended")
    )
    asked(at="2025-12-01").timeline("A").shows(entry("sen_support SEN support", "2024-09-02..2025-06-30", "ended"))


def test_reduced_timetable(given, asked):
    """A reduced timetable names the day of its next review, which is due until it ends"""
    given(
        happened("ReducedTimetableStarted", "A", on="2025-10-06", school="900001", hours=12, review_on="2025-11-17"),
        happened("ReducedTimetableEnded", "A", on="2025-12-01", school="900001"),
    )
    asked(at="2025-11-30").timeline("A").shows(
        entry("reduced_timetable", "2025-10-06..2025-12-01", "open", provider="900001")
    )
    asked(at="2025-12-01").timeline("A").shows(entry("reduced_timetable", "2025-10-06..2025-12-01", "ended"))
    asked(at="2025-11-17").index("A").shows(
        line(involvements="reduced timetable", reviews="reduced timetable 2025-11-17")
    )
    asked(at="2025-11-18").index("A").shows(line(reviews="reduced timetable 2025-11-17, overdue"))
    asked(at="2025-12-01").index("A").shows(line(involvements="", reviews=""))


def test_missing_education(given, asked):
    """The case of a child missing education is the authority's, and says how it was closed"""
    given(
        happened("CmeOpened", "A", on="2025-10-06", reason="left_unknown", by="la-808"),
        happened("CmeClosed", "A", on="2025-11-24", outcome="enrolled", by="la-808"),
    )
    asked(at="2025-11-23").timeline("A").shows(
        entry("child_missing_education", "2025-10-06..2025-11-24", "open", provider="la-808")
    )
    asked(at="2025-11-24").timeline("A").shows(
        entry("child_missing_education", "2025-10-06..2025-11-24", "ended", reason="enrolled")
    )
    asked(at="2025-11-23", known_after=1).index("A").shows(line(involvements="child missing education"))


def test_missing_education_opened_in_error(given, asked):
    """A case that was opened in error was none"""
    given(
        happened("CmeOpened", "A", on="2025-10-06", reason="not_registered", by="la-808"),
        event_retracted("A", 1, recorded="2025-10-08", by="la-808"),
    )
    asked(at="2025-11-24", known_after=1).timeline("A").shows(entry("child_missing_education", "2025-10-06..", "open"))
    asked(at="2025-11-24").timeline("A").shows_nothing()


def test_upn_assigned(given, asked):
    """A UPN that was assigned is a moment, and one more identifier of the child

    It stands among the subject's identifiers: what is known by the one and by the other is one child's.
    """
    given(
        happened("EhcpRequested", "A", on="2019-05-01", by="la-808", born="2015-03-01", known_by="nhs"),
        happened("UpnAssigned", "A", on="2019-09-02", school="900001", born="2015-03-01", known_by=["upn", "nhs"]),
    )
    asked(at="2025-01-01", known_after=1).timeline("A.upn").is_unknown()
    asked(at="2025-01-01").timeline("A.upn").shows(
        entry("ehcp_requested education, health and care plan", "2019-05-01..", "moment"),
        entry("upn_assigned school", "2019-09-02..", "moment"),
    )
    asked(at="2025-01-01").children().shows(one_child("A.nhs, A.upn"))
