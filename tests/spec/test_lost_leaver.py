"""A leaver nobody found again (`lost_leaver`)

A child of compulsory school age was taken off a roll, no destination was said, and for fifteen school days nobody has
taught the child since. School days are those of the authority's published calendar, else Monday to Friday. It relies on
every school's feed of admissions. The removal itself is shown at once as [no school](#no-school-no_school).
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address_changed,
    death_notified,
    event_retracted,
    feed_expected,
    feed_reported,
    gp_registered,
    happened,
    identifier,
    left_england,
    pupil_admitted,
    pupil_removed_from_roll,
    school_terms,
    threshold_set,
)

RULE = "lost_leaver"
HEARD = feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31")
ADMITTED = pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01", known_by="nhs")
LEFT = [ADMITTED, pupil_removed_from_roll("A", school="900001", on="2025-10-06", ground="H", known_by="nhs")]
SHOWN = indicator(RULE, since="2025-10-06")


def test_fifteen_days(given, asked):
    """On the fifteenth school day after the removal; counted from the removal

    Off the roll from Monday 6 October: fifteen weekdays later is Monday the 27th.
    """
    given(*LEFT, HEARD)
    asked(at="2025-10-26").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-27").indicators("A", RULE).shows(indicator(RULE, since="2025-10-06", days=21, events="1, 2"))


def test_calendar(given, asked):
    """Days on which schools are closed do not count

    The half-term week from 27 October leaves fourteen school days before it: the fifteenth is Monday 3 November.
    """
    given(
        school_terms("2025-07-01", ("2025-09-01", "2025-12-20"), closed=[("2025-10-27", "2025-11-01")]),
        *LEFT,
        HEARD,
    )
    asked(at="2025-11-02").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-03").indicators("A", RULE).shows(SHOWN)


def test_threshold(given, asked):
    """The authority may set another number of school days

    It counts on the days for which it was set; as known before, the usual fifteen did.
    """
    given(*LEFT, HEARD, threshold_set(RULE, 10, on="2025-09-01", until="2025-10-24", recorded="2026-09-01"))
    asked(at="2025-10-19").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-20").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-24").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-20", known_after=3).indicators("A", RULE).shows_nothing()


def test_destination(given, asked):
    """Not where a destination was said; `unknown` is none

    An independent school, or one abroad, may never publish an admission here.
    """
    given(
        *LEFT[:1],
        happened(
            "PupilRemovedFromRoll", "A", on="2025-10-06", school="900001", ground="E", destination="a school abroad"
        ),
        pupil_admitted("B", school="900001", on="2019-09-02", born="2015-03-01", known_by="nhs"),
        happened("PupilRemovedFromRoll", "B", on="2025-10-06", school="900001", destination="Unknown"),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-01").indicators("B", RULE).shows(SHOWN)


def test_admitted_elsewhere(given, asked):
    """It clears on the day another school admits the child

    Known late, it was shown as known before.
    """
    given(*LEFT, HEARD, pupil_admitted("A", school="900002", on="2025-11-10", recorded="2026-09-01", known_by="nhs"))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-10", known_after=3).indicators("A", RULE).shows(SHOWN)


def test_taught_elsewhere(given, asked):
    """Home education, the register of children not in school, and provision elsewhere clear it too

    Suitable home education is lawful, and is no missing education.
    """
    others = {
        "A": happened("EheNotified", "A", on="2025-11-10"),
        "B": happened("CnisRegistered", "B", on="2025-11-10"),
        "C": happened("AlternativeProvisionStarted", "C", on="2025-11-10", provider="Example Unit"),
    }
    for child, elsewhere in others.items():
        given(
            pupil_admitted(child, school="900001", on="2019-09-02", born="2015-03-01", known_by="nhs"),
            pupil_removed_from_roll(child, school="900001", on="2025-10-06", known_by="nhs"),
            elsewhere,
        )
    given(HEARD)
    for child in others:
        asked(at="2025-11-09").indicators(child, RULE).shows(SHOWN)
        asked(at="2025-11-10").indicators(child, RULE).shows_nothing()


def test_two_rolls(given, asked):
    """A child on two rolls who leaves one of them is no leaver"""
    given(
        *LEFT[:1],
        pupil_admitted("A", school="900002", on="2025-09-01", known_by="nhs"),
        LEFT[1],
        HEARD,
    )
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-01", known_after=1).indicators("A", RULE).shows_nothing()


def test_out_of_school_age(given, asked):
    """Only within compulsory school age

    A left Year 11 after its last Friday in June; B left a nursery class before the fifth birthday.
    """
    given(
        pupil_admitted("A", school="900001", on="2021-09-01", born="2009-10-01", known_by="nhs"),
        pupil_removed_from_roll("A", school="900001", on="2026-07-01", known_by="nhs"),
        pupil_admitted("B", school="900001", on="2024-09-02", born="2021-06-01", known_by="nhs"),
        pupil_removed_from_roll("B", school="900001", on="2025-10-06", known_by="nhs"),
        pupil_admitted("C", school="900001", on="2021-09-01", born="2010-10-01", known_by="nhs"),
        pupil_removed_from_roll("C", school="900001", on="2026-07-01", known_by="nhs"),
        HEARD,
    )
    asked(at="2026-08-15").indicators("A", RULE).shows_nothing()
    asked(at="2026-08-15").indicators("B", RULE).shows_nothing()
    asked(at="2026-08-15").indicators("C", RULE).shows(indicator(RULE, since="2026-07-01"))


def test_never_enrolled(given, asked):
    """Nor of a child who was on no roll: nobody left"""
    given(gp_registered("A", practice="Z90001", on="2015-03-10", born="2015-03-01"), HEARD)
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-01").indicators("A", "no_school").shows(indicator("no_school", since="2020-03-31"))


def test_removal_retracted(given, asked):
    """A removal that was retracted, and as known before"""
    given(*LEFT, HEARD, event_retracted("A", 2, recorded="2026-09-01", by="urn-900001"))
    asked(at="2025-12-01", known_after=3).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()


def test_number_changed(given, asked):
    """A caution: a changed UPN looks like a leaver

    The next school admits the child under a new UPN. Until the two are known to be one child, who was removed under the
    old UPN is admitted nowhere: a prompt to look for the other number first.
    """
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01", known_by="upn"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06", known_by="upn"),
        pupil_admitted("A", school="900002", on="2025-10-06", born="2015-03-01", known_by="upn2"),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A.upn", RULE).shows(SHOWN)
    asked(at="2025-12-01").indicators("A.upn2", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(*LEFT, HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(*LEFT, HEARD, address_changed("A", on="2025-11-10", address=left_england()))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_silent_school(given, asked):
    """Not known while a school that may have admitted the child is silent

    A school that is expected to report, and never did, is silent too.
    """
    given(
        *LEFT,
        feed_reported("urn-900001", "PupilAdmitted", through="2025-11-30"),
        feed_reported("urn-900002", "PupilAdmitted", through="2025-10-10"),
        feed_reported("urn-900002", "PupilAdmitted", through="2025-11-30"),
        feed_expected("urn-900003", "PupilAdmitted", on="2025-09-01"),
    )
    asked(at="2025-12-01", known_after=3).indicators("A", RULE).shows(indicator(RULE, since="2025-10-06"))
    asked(at="2025-12-01", known_after=4).indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-06", status="not_known", feed="urn-900002 PupilAdmitted")
    )
    asked(at="2025-12-01", known_after=5).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-01").indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-06", status="not_known", feed="urn-900003 PupilAdmitted")
    )


def test_upn_replaced(given, asked):
    """A pupil who left one UPN for another has left nowhere

    The new school admitted the pupil under another number, and says that it replaced the former one.
    """
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01", known_by="upn"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06", known_by="upn"),
        pupil_admitted("A", school="900002", on="2025-10-06", born="2015-03-01", known_by="upn2"),
        feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31"),
        feed_reported("urn-900002", "PupilAdmitted", through="2026-08-31"),
        happened(
            "UpnReplaced", "A", on="2025-10-06", by="urn-900002", former=identifier("A", "upn")[1], known_by="upn2"
        ),
    )
    asked(at="2025-12-01", known_after=5).indicators("A.upn", RULE).shows(indicator(RULE, since="2025-10-06"))
    asked(at="2025-12-01").indicators("A.upn", RULE).shows_nothing()
