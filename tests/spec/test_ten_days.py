"""Ten days absent (`ten_days_absent`)

Ten school days in a row on which every session that was required was missed without authorisation. A school day is a
day with such a session: weekends, holidays and days not required count neither way. It relies on the school's own feed
of marks.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    absent,
    attendance_marked,
    event_retracted,
    feed_reported,
    pupil_admitted,
    pupil_removed_from_roll,
    school_days,
)

HEARD = feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31")


def test_ten_days(given, asked):
    """On the tenth day; counted from the first"""
    given(absent("A", "900001", school_days("2025-09-08", 10)), HEARD)
    asked(at="2025-09-18").indicators("A", "ten_days_absent").shows_nothing()
    asked(at="2025-09-19").indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08", days=11)
    )
    asked(at="2025-09-19", known_after=9).indicators("A", "ten_days_absent").shows_nothing()


def test_nine_days(given, asked):
    """Nine days are not ten"""
    given(absent("A", "900001", school_days("2025-09-08", 9)), HEARD)
    asked(at="2025-10-30").indicators("A", "ten_days_absent").shows_nothing()


def test_holiday(given, asked):
    """Weekends and holidays do not break a run

    Five days before the half-term holiday and five after it.
    """
    given(absent("A", "900001", [*school_days("2025-10-20", 5), *school_days("2025-11-03", 5)]), HEARD)
    asked(at="2025-11-06").indicators("A", "ten_days_absent").shows_nothing()
    asked(at="2025-11-07").indicators("A", "ten_days_absent").shows(indicator("ten_days_absent", since="2025-10-20"))


def test_not_required(given, asked):
    """Days not required are no school days"""
    given(
        absent("A", "900001", school_days("2025-09-08", 5)),
        absent("A", "900001", school_days("2025-09-15", 5), code="X"),
        absent("A", "900001", school_days("2025-09-22", 5)),
        HEARD,
    )
    asked(at="2025-09-25").indicators("A", "ten_days_absent").shows_nothing()
    asked(at="2025-09-26").indicators("A", "ten_days_absent").shows(indicator("ten_days_absent", since="2025-09-08"))


def test_half_day_not_required(given, asked):
    """A day counts when its only required session was missed"""
    given(
        absent("A", "900001", school_days("2025-09-08", 9)),
        attendance_marked("A", "900001", on="2025-09-19", am="O", pm="#"),
        HEARD,
    )
    asked(at="2025-09-19").indicators("A", "ten_days_absent").shows(indicator("ten_days_absent", since="2025-09-08"))


def test_one_session(given, asked):
    """One session attended, excused or late breaks the run"""
    given(
        absent("A", "900001", school_days("2025-09-08", 12, without=["2025-09-15"])),
        attendance_marked("A", "900001", on="2025-09-15", am="O", pm="/"),
        absent("B", "900001", school_days("2025-09-08", 12, without=["2025-09-15"])),
        attendance_marked("B", "900001", on="2025-09-15", am="I", pm="O"),
        absent("C", "900001", school_days("2025-09-08", 12, without=["2025-09-15"])),
        attendance_marked("C", "900001", on="2025-09-15", am="U", pm="O"),
        HEARD,
    )
    asked(at="2025-10-10").indicators("A", "ten_days_absent").shows_nothing()
    asked(at="2025-10-10").indicators("B", "ten_days_absent").shows_nothing()
    asked(at="2025-10-10").indicators("C", "ten_days_absent").shows_nothing()


def test_comes_back(given, asked):
    """It ends on the day a session is attended"""
    given(
        absent("A", "900001", school_days("2025-09-08", 12)),
        attendance_marked("A", "900001", on="2025-09-24", am="/", pm="\\"),
        HEARD,
    )
    asked(at="2025-09-23").indicators("A", "ten_days_absent").shows(indicator("ten_days_absent", since="2025-09-08"))
    asked(at="2025-09-24").indicators("A", "ten_days_absent").shows_nothing()


def test_leaves_the_school(given, asked):
    """It ends when the child leaves that school

    Nothing that happens at a school the child has left could clear it.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01"),
        absent("A", "900001", school_days("2025-09-08", 10)),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        HEARD,
    )
    asked(at="2025-10-05").indicators("A", "ten_days_absent").shows(indicator("ten_days_absent", since="2025-09-08"))
    asked(at="2025-10-06").indicators("A", "ten_days_absent").shows_nothing()


def test_amended(given, asked):
    """A mark that is amended later takes it back

    As known before, it was shown.
    """
    given(
        absent("A", "900001", school_days("2025-09-08", 10), code="N"),
        HEARD,
        attendance_marked("A", "900001", on="2025-09-10", am="I", pm="I", recorded="2025-09-22 10:00"),
    )
    asked(at="2025-09-22", known_after=11).indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08")
    )
    asked(at="2025-09-22").indicators("A", "ten_days_absent").shows_nothing()


def test_mark_retracted(given, asked):
    """A retracted mark is as if it had not been sent"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10)),
        HEARD,
        event_retracted("A", 10, recorded="2025-09-22", by="urn-900001"),
    )
    asked(at="2025-09-22", known_after=11).indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08")
    )
    asked(at="2025-09-22").indicators("A", "ten_days_absent").shows_nothing()


def test_two_schools(given, asked):
    """A child seen at one of two schools is not absent"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10)),
        attendance_marked("A", "900002", on="2025-09-12", am="/", pm="/"),
        HEARD,
    )
    asked(at="2025-09-22").indicators("A", "ten_days_absent").shows_nothing()
    asked(at="2025-09-22", known_after=10).indicators("A", "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08", status="not_known")
    )
