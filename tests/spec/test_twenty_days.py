"""Twenty days absent (`twenty_days_absent`)

As [ten days](#ten-days-absent-ten_days_absent), but twenty school days in a row: a school that asks to take a name off
its roll must by then have made enquiries together with the authority. Every session that was required was missed
without authorisation. It relies on the school's own feed of marks.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    absent,
    address_changed,
    attendance_marked,
    death_notified,
    feed_expected,
    feed_reported,
    left_england,
    pupil_admitted,
    pupil_removed_from_roll,
    school_days,
)

RULE = "twenty_days_absent"
HEARD = feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31")
TWENTY = absent("A", "900001", school_days("2025-09-08", 20))
SHOWN = indicator(RULE, since="2025-09-08")


def broken_by(child, code):
    """Twenty-five days of absence but for one of them."""
    return [
        *absent(child, "900001", school_days("2025-09-08", 25, without=["2025-09-24"])),
        attendance_marked(child, "900001", on="2025-09-24", am=code, pm="O"),
    ]


def test_twenty_days(given, asked):
    """On the twentieth day; counted from the first

    Ten days absent is shown as well, from the tenth.
    """
    given(TWENTY, HEARD)
    asked(at="2025-10-02").indicators("A", RULE, "ten_days_absent").shows(
        indicator("ten_days_absent", since="2025-09-08")
    )
    asked(at="2025-10-03").indicators("A", RULE, "ten_days_absent").shows(
        indicator(RULE, since="2025-09-08", days=25), indicator("ten_days_absent", since="2025-09-08")
    )
    asked(at="2025-10-03", known_after=19).indicators("A", RULE).shows_nothing()


def test_nineteen_days(given, asked):
    """Nineteen days are not twenty"""
    given(absent("A", "900001", school_days("2025-09-08", 19)), HEARD)
    asked(at="2025-11-28").indicators("A", RULE).shows_nothing()


def test_holiday(given, asked):
    """Days without a required session count neither way: holidays, and days marked as not required"""
    given(
        absent("A", "900001", school_days("2025-10-06", 10)),
        absent("A", "900001", school_days("2025-10-20", 5), code="X"),
        absent("A", "900001", school_days("2025-11-03", 10)),
        HEARD,
    )
    asked(at="2025-11-13").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-14").indicators("A", RULE).shows(indicator(RULE, since="2025-10-06"))


def test_any_other_code(given, asked):
    """Any other code breaks the run

    Illness (I), a Traveller child travelling for the parents' work (T), provision that the authority arranged, as in
    hospital (K), at another school (D), unable to attend (Y1): each on one morning. Unauthorised codes (N, G) do not.
    """
    for child, code in {"A": "I", "B": "T", "C": "K", "D": "D", "E": "Y1", "F": "N", "G": "G"}.items():
        given(broken_by(child, code))
    given(HEARD)
    for child in "ABCDE":
        asked(at="2025-10-10").indicators(child, RULE).shows_nothing()
    for child in "FG":
        asked(at="2025-10-10").indicators(child, RULE).shows(SHOWN)


def test_comes_back(given, asked):
    """It ends on the day a session is attended"""
    given(TWENTY, attendance_marked("A", "900001", on="2025-10-06", am="/", pm="O"), HEARD)
    asked(at="2025-10-05").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-06").indicators("A", RULE).shows_nothing()


def test_leaves_the_school(given, asked):
    """It ends when the child leaves that school"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"),
        TWENTY,
        pupil_removed_from_roll("A", school="900001", on="2025-10-13", ground="I", known_by="nhs"),
        HEARD,
    )
    asked(at="2025-10-12").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()


def test_two_schools(given, asked):
    """A child on two rolls, seen at the other school, is not absent"""
    given(TWENTY, attendance_marked("A", "900002", on="2025-09-17", am="/"), HEARD)
    asked(at="2025-10-10").indicators("A", RULE).shows_nothing()


def test_amended(given, asked):
    """A mark that is amended later takes it back

    As known before, it was shown. A school has days to say what N, no reason yet, stood for.
    """
    given(
        absent("A", "900001", school_days("2025-09-08", 20), code="N"),
        HEARD,
        attendance_marked("A", "900001", on="2025-09-10", am="M", recorded="2026-09-01 10:00"),
    )
    asked(at="2025-10-10", known_after=21).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-10").indicators("A", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(TWENTY, HEARD, death_notified("A", on="2025-10-13"))
    asked(at="2025-10-12").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(TWENTY, HEARD, address_changed("A", on="2025-10-13", address=left_england()))
    asked(at="2025-10-12").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()


def test_silent_feed(given, asked):
    """Not known while the school's feed of marks is silent for more than seven days, or for what is expected of it

    The marks that came do not say that no more were to come.
    """
    given(
        TWENTY,
        feed_reported("urn-900001", "AttendanceMarked", through="2025-10-03"),
        feed_expected("urn-900001", "AttendanceMarked", on="2025-09-01", allowance=3, recorded="2026-09-01"),
    )
    asked(at="2025-10-10", known_after=20).indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-08", status="not_known", feed="urn-900001 AttendanceMarked")
    )
    asked(at="2025-10-10", known_after=21).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-11", known_after=21).indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-08", status="not_known")
    )
    asked(at="2025-10-06").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-07").indicators("A", RULE).shows(indicator(RULE, since="2025-09-08", status="not_known"))
