"""Attendance

Schools send a code for each session. Before anything is stored, a code is reduced to its category: `present`,
`elsewhere`, `authorised`, `unauthorised`, `late`, `unable` or `not_required`. The timeline shows runs by week, never
single marks.
"""

from tests.spec.example import week
from tests.spec.words import attendance_marked, event_retracted


def test_week(given, asked):
    """A week is one row: how many sessions of each category"""
    given(
        attendance_marked("A", "900001", on="2025-09-08", am="/", pm="\\"),
        attendance_marked("A", "900001", on="2025-09-09", am="I", pm="I"),
        attendance_marked("A", "900001", on="2025-09-12", am="O", pm="U"),
        attendance_marked("A", "900001", on="2025-09-15", am="B", pm="#"),
    )
    asked(at="2025-09-30").timeline("A").shows(
        week("900001", "2025-09-08", present=2, authorised=2, unauthorised=1, late=1),
        week("900001", "2025-09-15", elsewhere=1, not_required=1),
    )


def test_week_so_far(given, asked):
    """Asked in the middle of a week, it counts the days so far"""
    given(
        attendance_marked("A", "900001", on="2025-09-08", am="/", pm="\\"),
        attendance_marked("A", "900001", on="2025-09-09", am="/", pm="\\"),
    )
    asked(at="2025-09-07").timeline("A").shows_nothing()
    asked(at="2025-09-08").timeline("A").shows(week("900001", "2025-09-08", present=2))
    asked(at="2025-09-09").timeline("A").shows(week("900001", "2025-09-08", present=4))


def test_superseded(given, asked):
    """A mark is superseded by one recorded later for the same school, day and session

    A session of which the later event says nothing keeps its mark. Code N, no reason yet, is often amended.
    """
    given(
        attendance_marked("A", "900001", on="2025-09-08", am="N", pm="N", recorded="2025-09-08 16:00"),
        attendance_marked("A", "900001", on="2025-09-08", am="I", recorded="2025-09-10 09:00"),
    )
    asked(at="2025-09-30", known_after=1).timeline("A").shows(week("900001", "2025-09-08", unauthorised=2))
    asked(at="2025-09-30").timeline("A").shows(week("900001", "2025-09-08", authorised=1, unauthorised=1))


def test_superseded_by_recorded_time(given, asked):
    """Later is what the school recorded later, not what arrived later"""
    given(
        attendance_marked("A", "900001", on="2025-09-08", am="I", recorded="2025-09-10 09:00"),
        attendance_marked("A", "900001", on="2025-09-08", am="N", recorded="2025-09-08 16:00"),
    )
    asked(at="2025-09-30").timeline("A").shows(week("900001", "2025-09-08", authorised=1))


def test_recorded_at_one_moment(given, asked):
    """Two marks recorded at one moment: one category stands, the same in any order

    Which one matters little; that all answers agree matters. It is the later in the list of categories above.
    """
    given(
        attendance_marked("A", "900001", on="2025-09-08", am="O", recorded="2025-09-08 16:00"),
        attendance_marked("A", "900001", on="2025-09-08", am="/", recorded="2025-09-08 16:00"),
    )
    asked(at="2025-09-30").timeline("A").shows(week("900001", "2025-09-08", unauthorised=1))


def test_retracted(given, asked):
    """A retracted mark uncovers the one before it"""
    given(
        attendance_marked("A", "900001", on="2025-09-08", am="/", recorded="2025-09-08 16:00"),
        attendance_marked("A", "900001", on="2025-09-08", am="O", recorded="2025-09-09 16:00"),
        event_retracted("A", 2, recorded="2025-09-10", by="urn-900001"),
        event_retracted("A", 1, recorded="2025-09-11", by="urn-900001"),
    )
    asked(at="2025-09-30", known_after=2).timeline("A").shows(week("900001", "2025-09-08", unauthorised=1))
    asked(at="2025-09-30", known_after=3).timeline("A").shows(week("900001", "2025-09-08", present=1))
    asked(at="2025-09-30").timeline("A").shows_nothing()


def test_two_schools(given, asked):
    """Schools mark apart"""
    given(
        attendance_marked("A", "900001", on="2025-09-08", am="/"),
        attendance_marked("A", "900002", on="2025-09-08", am="D", pm="/"),
    )
    asked(at="2025-09-30").timeline("A").shows(
        week("900001", "2025-09-08", present=1), week("900002", "2025-09-08", elsewhere=1, present=1)
    )


def test_code_of_a_later_year(given, asked):
    """A code is read by the list of its school year

    H, family holiday agreed, was a code of its own until 2023-24.
    """
    given(attendance_marked("A", "900001", on="2023-10-02", am="H", pm="H"))
    asked(at="2025-09-30").timeline("A").shows(week("900001", "2023-10-02", authorised=2))
