"""Removed from roll with a day before the last mark: ten days absent then lasts for ever, as it did after any removal."""

from tests.spec.words import absent, feed_reported, pupil_admitted, pupil_removed_from_roll, school_days


def test_backdated(given, asked):
    """Marked absent until Tuesday 23 September; told in October that the child had left on the 22nd"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01"),
        absent("A", "900001", school_days("2025-09-08", 12)),
        pupil_removed_from_roll("A", school="900001", on="2025-09-22", recorded="2025-10-10"),
        feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31"),
    )
    asked(at="2026-06-01").indicators("A", "ten_days_absent").shows_nothing()
