"""No school (`no_school`)

A child of compulsory school age who is on no school's roll. Compulsory school age begins on the 31 August, 31 December
or 31 March that is on or next after the fifth birthday, and ends on the last Friday of June of the school year in which
the child turns sixteen. It relies on every school's feed of admissions.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    early_help_started,
    feed_reported,
    gp_registered,
    happened,
    pupil_admitted,
    pupil_removed_from_roll,
)

HEARD = feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31")


def test_left_and_not_admitted(given, asked):
    """Removed from roll and admitted nowhere"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        HEARD,
    )
    asked(at="2025-10-05").indicators("A", "no_school").shows_nothing()
    asked(at="2025-10-06").indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", days=0, events="1, 2")
    )
    asked(at="2025-11-05").indicators("A", "no_school").shows(indicator("no_school", since="2025-10-06", days=30))


def test_admitted_elsewhere(given, asked):
    """It clears on the day another school admits the child"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        pupil_admitted("A", school="900002", on="2025-11-03"),
        HEARD,
    )
    asked(at="2025-11-02").indicators("A", "no_school").shows(indicator("no_school", since="2025-10-06"))
    asked(at="2025-11-03").indicators("A", "no_school").shows_nothing()
    asked(at="2025-11-03", known_after=2).indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", status="not_known")
    )


def test_educated_at_home(given, asked):
    """Elective home education is lawful, and is no school missed"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        happened("EheNotified", "A", on="2025-10-06"),
        happened("EheEnded", "A", on="2026-02-01", reason="other"),
        HEARD,
    )
    asked(at="2025-11-05").indicators("A", "no_school").shows_nothing()
    asked(at="2026-02-01").indicators("A", "no_school").shows(indicator("no_school", since="2026-02-01", events="3, 4"))


def test_provision_elsewhere(given, asked):
    """Nor is a child on the register of children not in school, or at an alternative provision"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        happened("CnisRegistered", "A", on="2025-10-06"),
        happened("CnisRemoved", "A", on="2025-12-01"),
        happened("AlternativeProvisionStarted", "A", on="2025-12-08", provider="Example Unit"),
        HEARD,
    )
    asked(at="2025-11-05").indicators("A", "no_school").shows_nothing()
    asked(at="2025-12-05").indicators("A", "no_school").shows(indicator("no_school", since="2025-12-01"))
    asked(at="2025-12-08").indicators("A", "no_school").shows_nothing()


def test_becomes_of_school_age(given, asked):
    """Of a child on no roll it counts from compulsory school age

    Born on 1 March 2020: five on 1 March 2025, of compulsory school age from 31 March 2025.
    """
    given(gp_registered("A", practice="Z90001", on="2020-03-10", born="2020-03-01"), HEARD)
    asked(at="2025-03-30").indicators("A", "no_school").shows_nothing()
    asked(at="2025-03-31").indicators("A", "no_school").shows(indicator("no_school", since="2025-03-31"))


def test_fifth_birthday_on_the_day(given, asked):
    """A fifth birthday on 31 August counts from that day"""
    given(gp_registered("A", practice="Z90001", on="2020-09-10", born="2020-08-31"), HEARD)
    asked(at="2025-08-30").indicators("A", "no_school").shows_nothing()
    asked(at="2025-08-31").indicators("A", "no_school").shows(indicator("no_school", since="2025-08-31"))


def test_leaves_school_age(given, asked):
    """It ends with compulsory school age

    Sixteen on 1 March 2026: the last Friday of June 2026 is the 26th.
    """
    given(gp_registered("A", practice="Z90001", on="2010-03-10", born="2010-03-01"), HEARD)
    asked(at="2026-06-25").indicators("A", "no_school").shows(indicator("no_school", since="2015-03-31"))
    asked(at="2026-06-26").indicators("A", "no_school").shows_nothing()


def test_without_date_of_birth(given, asked):
    """Without a date of birth nothing is said"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        HEARD,
    )
    asked(at="2025-11-05").indicators("A", "no_school").shows_nothing()


def test_known_by_no_number(given, asked):
    """A child known by no number of school or health cannot be missed at school

    Under the landlord's own id nobody sees the enrolment, unless an event links the two: it is not known.
    """
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01", known_by="upn"),
        early_help_started("A", on="2025-09-01", born="2015-03-01", known_by="agency"),
        HEARD,
    )
    asked(at="2025-10-01").indicators("A.agency", "no_school").shows(
        indicator("no_school", since="2020-03-31", status="not_known")
    )
    asked(at="2025-10-01").indicators("A.upn", "no_school").shows_nothing()
