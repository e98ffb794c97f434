"""Severe absence (`severe_absence`)

Absent for half or more of the sessions that were possible so far in a school year, twenty possible sessions at least.
Authorised absence counts, and so does lateness after the register closed, as in the official figures; sessions not
required, or that the child was unable to attend, were not possible. It relies on the school's own feed of marks.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    absent,
    address_changed,
    attendance_marked,
    death_notified,
    feed_reported,
    happened,
    left_england,
    pupil_admitted,
    school_days,
)

RULE = "severe_absence"
HEARD = feed_reported("urn-900001", "AttendanceMarked", through="2026-12-31", recorded="2026-12-31")
# Ten days, the 8th to the 19th of September.
TEN = absent("A", "900001", school_days("2025-09-08", 10), code="I")


def test_half(given, asked):
    """Half of the possible sessions

    Ten days present, then ten days ill: on the tenth of these, 3 October, it is half.
    """
    given(
        absent("A", "900001", school_days("2025-09-08", 10), code="/"),
        absent("A", "900001", school_days("2025-09-22", 10), code="I"),
        HEARD,
    )
    asked(at="2025-10-02").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-03").indicators("A", RULE).shows(indicator(RULE, since="2025-10-03", days=0))
    asked(at="2025-10-05").indicators("A", RULE).shows(indicator(RULE, since="2025-10-03", days=2))
    asked(at="2025-10-03", known_after=19).indicators("A", RULE).shows_nothing()


def test_twenty_sessions(given, asked):
    """Not before twenty sessions were possible

    A child who missed the first nine days missed all of eighteen.
    """
    given(TEN, HEARD)
    asked(at="2025-09-18").indicators("A", RULE).shows_nothing()
    asked(at="2025-09-19").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))


def test_what_counts(given, asked):
    """Lateness after the register closed is an absence; what was not possible counts neither way

    Each child was absent on the first nine days; the tenth was late (A), not required (B), unable to attend (C). At
    another provision (D) the child was not absent: ten days there and nine missed are less than half.
    """
    nine = school_days("2025-09-08", 9)
    given(
        *(absent(child, "900001", nine) for child in "ABC"),
        *(
            attendance_marked(child, "900001", on="2025-09-19", am=code, pm=code)
            for child, code in {"A": "U", "B": "X", "C": "Y1"}.items()
        ),
        absent("D", "900001", school_days("2025-09-08", 10), code="B"),
        absent("D", "900001", school_days("2025-09-22", 10)),
        HEARD,
    )
    asked(at="2025-09-19").indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-19", events="1, 2, 3, 4, 5, 6, 7, 8, 9, 28")
    )
    asked(at="2025-09-19").indicators("B", RULE).shows_nothing()
    asked(at="2025-09-19").indicators("C", RULE).shows_nothing()
    asked(at="2025-10-02").indicators("D", RULE).shows_nothing()
    asked(at="2025-10-03").indicators("D", RULE).shows(indicator(RULE, since="2025-10-03"))


def test_bug_over_before_it_was_looked_at(given, asked):
    """It was so on the days on which it was so, though told late

    Forty days at school, and then the school tells of the ten days before that the child was ill.
    """
    given(
        absent("A", "900001", school_days("2025-09-22", 40), code="/"),
        absent("A", "900001", school_days("2025-09-08", 10), code="I"),
        HEARD,
    )
    asked(at="2025-09-26").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19", days=7))
    asked(at="2025-11-14").indicators("A", RULE).shows_nothing()


def test_comes_back(given, asked):
    """It clears when less than half was missed

    Ten days ill, then back from the 22nd: after ten days at school it is still half, after eleven it is not.
    """
    given(TEN, HEARD, absent("A", "900001", school_days("2025-09-22", 11), code="/"))
    asked(at="2025-10-05").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))
    asked(at="2025-10-06").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-06", known_after=21).indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))


def test_new_year(given, asked):
    """Each school year is counted by itself, from 1 September"""
    given(TEN, absent("A", "900001", school_days("2026-09-07", 2)), HEARD)
    asked(at="2026-08-31").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))
    asked(at="2026-09-01").indicators("A", RULE).shows_nothing()
    asked(at="2026-09-08").indicators("A", RULE).shows_nothing()


def test_amended(given, asked):
    """An amended mark takes it back; as known before, it was shown"""
    given(
        TEN,
        HEARD,
        *(
            attendance_marked("A", "900001", on=day, am="K", pm="K", recorded="2027-01-04 10:00")
            for day in school_days("2025-09-08", 6)
        ),
    )
    asked(at="2025-09-22", known_after=11).indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))
    asked(at="2025-09-22").indicators("A", RULE).shows_nothing()


def test_two_schools(given, asked):
    """Sessions of two schools count together

    A child who changes schools after five days, or is on two rolls, has one year.
    """
    given(
        absent("A", "900001", school_days("2025-09-08", 5)),
        absent("A", "900002", school_days("2025-09-15", 5)),
        HEARD,
        feed_reported("urn-900002", "AttendanceMarked", through="2026-12-31", recorded="2026-12-31"),
    )
    asked(at="2025-09-18").indicators("A", RULE).shows_nothing()
    asked(at="2025-09-19").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))


def test_death(given, asked):
    """Nothing after a death"""
    given(TEN, HEARD, death_notified("A", on="2025-10-13"))
    asked(at="2025-10-12").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()


def test_bug_grown_up_by_mistake(given, asked):
    """It speaks of a child whom a wrong date of birth had made a grown person"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10), code="I"),
        HEARD,
        pupil_admitted("A", "900001", on="2025-09-01", born="2001-03-01", recorded="2025-09-01 10:00"),
        pupil_admitted("A", "900001", on="2025-09-01", born="2011-03-01", recorded="2025-11-03 10:00"),
    )
    asked(at="2025-10-03", known_after=12).indicators("A", RULE).shows_nothing()
    asked(at="2025-10-03").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(TEN, HEARD, address_changed("A", on="2025-10-13", address=left_england()))
    asked(at="2025-10-12").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()


def test_silent_feed(given, asked):
    """Not known while the school's feed of marks is silent"""
    given(TEN, feed_reported("urn-900001", "AttendanceMarked", through="2025-09-26"))
    asked(at="2025-10-03").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))
    asked(at="2025-10-04").indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-19", status="not_known", feed="urn-900001 AttendanceMarked")
    )
    asked(at="2025-10-03", known_after=10).indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-19", status="not_known")
    )


def test_the_twentieth_session_was_attended(given, asked):
    """A session attended may begin it: the twentieth possible one"""
    given(
        absent("A", "900001", school_days("2025-09-08", 9)),
        attendance_marked("A", "900001", on="2025-09-19", am="/", pm="/"),
        HEARD,
    )
    asked(at="2025-09-19").indicators("A", RULE).shows(indicator(RULE, since="2025-09-19"))


def test_amended_to_not_required(given, asked):
    """A session that turns out not to have been possible may begin it"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10), code="/"),
        absent("A", "900001", school_days("2025-09-22", 9), code="I"),
        HEARD,
        attendance_marked("A", "900001", on="2025-09-08", am="X", pm="X", recorded="2027-01-04 10:00"),
    )
    asked(at="2025-10-02", known_after=20).indicators("A", RULE).shows_nothing()
    asked(at="2025-10-02").indicators("A", RULE).shows(indicator(RULE, since="2025-10-02"))


def test_dual_registration(given, asked):
    """D at one school and absent at the other is absent, not half"""
    given(
        absent("A", "900001", school_days("2025-09-08", 10), code="D"),
        absent("A", "900002", school_days("2025-09-08", 10, without=["2025-09-08", "2025-09-09", "2025-09-10", "2025-09-11"])[:6]),
        absent("A", "900002", school_days("2025-09-08", 4), code="/"),
        feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31"),
        feed_reported("urn-900002", "AttendanceMarked", through="2026-08-31"),
    )  # fmt: skip
    asked(at="2025-09-19").indicators("A", "severe_absence").shows(indicator("severe_absence", since="2025-09-19"))


def test_illness_or_needs(given, asked):
    """A caution: illness, and needs that are not met

    Two weeks in hospital, and two weeks at home because a school has agreed a reduced timetable until a plan is made: both
    were authorised, and both are shown. That the one is ill and for the other a plan was asked for does not silence it.
    """
    given(
        TEN,
        absent("B", "900001", school_days("2025-09-08", 10), code="C2"),
        happened("ReducedTimetableStarted", "B", on="2025-09-08", school="900001"),
        happened("EhcpRequested", "B", on="2025-09-05", requested_by="parent"),
        HEARD,
    )
    for child in "AB":
        asked(at="2025-09-19").indicators(child, RULE).shows(indicator(RULE, since="2025-09-19"))


def test_early_in_a_year(given, asked):
    """A caution: absence early in a year weighs more

    The same ten days of illness are half of the year in October, and a fifth of it in November.
    """
    given(
        absent("A", "900001", school_days("2025-09-08", 10), code="/"),
        absent("A", "900001", school_days("2025-09-22", 10), code="I"),
        absent("B", "900001", school_days("2025-09-08", 40), code="/"),
        absent("B", "900001", school_days("2025-11-03", 10), code="I"),
        HEARD,
    )
    asked(at="2025-10-03").indicators("A", RULE).shows(indicator(RULE, since="2025-10-03"))
    asked(at="2025-11-14").indicators("B", RULE).shows_nothing()
