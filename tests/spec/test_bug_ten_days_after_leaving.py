"""Ten days absent outlives the enrolment: nothing at the old school can clear it any more."""

from tests.spec.words import absent, feed_reported, pupil_admitted, pupil_removed_from_roll, school_days


def test_admitted_elsewhere(given, asked):
    """Absent ten days, removed from roll, admitted to another school"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01"),
        absent("A", "900001", school_days("2025-09-08", 10)),
        pupil_removed_from_roll("A", school="900001", on="2025-10-01"),
        pupil_admitted("A", school="900002", on="2025-10-01"),
        feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31"),
    )
    asked(at="2026-06-01").indicators("A", "ten_days_absent").shows_nothing()
