"""Attendance (`attendance`, `attendance_with_help`)

Sessions attended, of those that were possible.
"""

from tests.spec.example import sessions
from tests.spec.words import absent, attendance_marked, early_help_started, event_retracted


def test_attendance(given, asked):
    """Sessions attended of those possible, since September: late after the register closed is absent, closed is not possible"""
    given(
        attendance_marked("A", "900001", "2025-07-18", "O", "O"),
        attendance_marked("A", "900001", "2025-09-01", "/", "\\"),
        attendance_marked("A", "900001", "2025-09-02", "B", "I"),
        attendance_marked("A", "900001", "2025-09-03", "U", "O"),
        attendance_marked("A", "900001", "2025-09-04", "X", "Y"),
        attendance_marked("A", "900001", "2025-09-05", "/", "/"),
    )
    asked(at="2025-09-04").measure("attendance").shows(sessions("A", 3, 6))
    asked(at="2025-09-05").measure("attendance").shows(sessions("A", 5, 8))
    asked(at="2025-08-31").measure("attendance").shows(sessions("A", 0, 2))


def test_a_mark_amended(given, asked):
    """The mark that was recorded last stands, and as known then the one before it"""
    given(
        attendance_marked("A", "900001", "2025-09-01", "N", "/"),
        attendance_marked("A", "900001", "2025-09-01", "L", "/", recorded="2025-09-04"),
        attendance_marked("A", "900001", "2025-09-09", "/", "/"),
        event_retracted("A", 3, recorded="2025-09-12", by="urn-900001"),
    )
    asked(at="2025-09-30").measure("attendance").shows(sessions("A", 2, 2))
    asked(at="2025-09-30", known_after=1).measure("attendance").shows(sessions("A", 1, 2))


def test_a_week_half_told(given, asked):
    """As known in the middle of a week, only what had been told by then"""
    given(
        attendance_marked("A", "900001", "2025-09-01", "/", "/"),
        attendance_marked("A", "900001", "2025-09-02", "O", "O"),
    )
    asked(at="2025-09-30").measure("attendance").shows(sessions("A", 2, 4))
    asked(at="2025-09-30", known_after=1).measure("attendance").shows(sessions("A", 2, 2))


def test_attendance_of_children_helped(given, asked):
    """The attendance of children a service helps on the day; others are told beside, adding nothing"""
    given(
        absent("A", "900001", ["2025-09-01", "2025-09-02"]),
        attendance_marked("A", "900001", "2025-09-03", "/", "/"),
        early_help_started("A", on="2025-09-10"),
        absent("B", "900001", ["2025-09-01"]),
    )
    nothing = sessions("B", 0, 0, counts="no")
    asked(at="2025-09-30").measure("attendance_with_help").shows(sessions("A", 2, 6), nothing)
    asked(at="2025-09-09").measure("attendance_with_help").shows(sessions("A", 0, 0, counts="no"), nothing)
