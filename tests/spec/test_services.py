"""Services and plans

Every event type acts in one of a few ways: it opens an interval, closes one, confirms one, or is a moment. So most types
need no rule of their own: what is shown follows from their row of the effects table. The types are listed in
[event types](../events.md).
"""

from tests.spec.example import entry, line
from tests.spec.words import event_retracted, happened


def test_plans(given, asked):
    """Plans are intervals; one ends where the next begins"""
    given(
        happened("ChildInNeedStarted", "A", on="2025-03-01", worker="W1"),
        happened("ChildInNeedEnded", "A", on="2025-06-01", reason="step_up"),
        happened("ChildProtectionStarted", "A", on="2025-06-01", worker="W1"),
    )
    asked(at="2025-09-01").timeline("A").shows(
        entry("child_in_need", "2025-03-01..2025-06-01", "ended", reason="step_up"),
        entry("child_protection", "2025-06-01..", "open", worker="la-808:W1"),
    )
    asked(at="2025-09-01").index("A").shows(line(involvements="child protection"))


def test_moments(given, asked):
    """What happened on a day is a moment, with what became of it"""
    given(
        happened("WasNotBrought", "A", on="2025-04-01", service="paediatrics"),
        happened("CaseClosed", "A", on="2025-05-01", reason="RC9"),
        happened("ReturnInterviewRecorded", "A", on="2025-06-01", outcome="declined"),
    )
    asked(at="2030-01-01").timeline("A").shows(
        entry("was_not_brought paediatrics", "2025-04-01..", "moment"),
        entry("case_closed children's social care", "2025-05-01..", "moment", reason="RC9"),
        entry("return_interview missing", "2025-06-01..", "moment", reason="declined"),
    )


def test_assessments(given, asked):
    """An assessment is shown that it is and when, never what it says"""
    given(
        happened("AssessmentStarted", "A", on="2025-04-01", assessment="early_help", worker="W1"),
        happened("AssessmentCompleted", "A", on="2025-05-10", assessment="early_help", version=1),
        happened("AssessmentCompleted", "A", on="2025-06-10", assessment="caf", by="org-example"),
    )
    asked(at="2025-09-01").timeline("A").shows(
        entry("assessment early_help", "2025-04-01..2025-05-10", "ended", worker="la-808:W1"),
        entry("assessment caf", "..2025-06-10", "unknown: end_without_start", provider="org-example"),
    )


def test_end_before_start_arrives(given, asked):
    """An end may arrive first; the reference pairs it with its start"""
    given(
        happened("YouthJusticeEnded", "A", on="2025-08-01", reference="yj-1", reason="completed"),
        happened("YouthJusticeStarted", "A", on="2025-02-01", reference="yj-1"),
    )
    asked(at="2025-09-01", known_after=1).timeline("A").shows(
        entry("youth_justice", "..2025-08-01", "unknown: end_without_start")
    )
    asked(at="2025-09-01").timeline("A").shows(entry("youth_justice", "2025-02-01..2025-08-01", "ended"))


def test_two_settings(given, asked):
    """Places of one kind at different providers stand side by side"""
    given(
        happened("EarlyYearsPlaceStarted", "A", on="2025-01-06", by="la-808", setting="Acorn"),
        happened("EarlyYearsPlaceStarted", "A", on="2025-02-03", by="la-808", setting="Beech"),
        happened("EarlyYearsPlaceEnded", "A", on="2025-04-01", by="la-808", setting="Acorn"),
    )
    asked(at="2025-09-01").timeline("A").shows(
        entry("early_years", "2025-01-06..2025-04-01", "ended", provider="Acorn"),
        entry("early_years", "2025-02-03..", "open", provider="Beech"),
    )


def test_suspension_cancelled(given, asked):
    """A cancelled suspension was never given"""
    given(
        happened("SuspensionStarted", "A", on="2025-04-01", school="900001", sessions=4, reason="DB"),
        happened("SuspensionCancelled", "A", on="2025-04-03", school="900001", target=1),
    )
    asked(at="2025-09-01").timeline("A").shows_nothing()
    asked(at="2025-09-01").timeline_with_retracted("A").shows(
        entry("suspension", "2025-04-01..", "retracted: entered_in_error", events="1, 2")
    )


def test_moment_retracted(given, asked):
    """A moment is taken back like anything else"""
    given(
        happened("EdAttendance", "A", on="2025-04-01"),
        event_retracted("A", 1, recorded="2025-04-02", by="ods-Z9H"),
    )
    asked(at="2025-09-01").timeline("A").shows_nothing()


def test_team_around_the_child(given, asked):
    """Members of the team around the child join and leave by their service"""
    given(
        happened("TeamMemberAgreed", "A", on="2025-04-01", service="school nursing", worker="W1"),
        happened("TeamMemberAgreed", "A", on="2025-04-01", service="education welfare", worker="W2"),
        happened("TeamMemberLeft", "A", on="2025-05-01", service="school nursing"),
    )
    asked(at="2025-09-01").timeline("A").shows(
        entry("team_member school nursing", "2025-04-01..2025-05-01", "ended"),
        entry("team_member education welfare", "2025-04-01..", "open", worker="la-808:W2"),
    )
