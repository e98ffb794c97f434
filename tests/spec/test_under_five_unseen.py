"""Under five and unseen (`under_five_unseen`)

A health visitor's review of a child under school age was missed, for whatever reason, and nobody has seen the child
since. It relies on the feeds of reviews.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address_changed,
    birth_notified,
    death_notified,
    event_retracted,
    feed_expected,
    feed_reported,
    gp_registered,
    happened,
    left_england,
)

RULE = "under_five_unseen"
HEARD = feed_reported("ods-Z9H", "ReviewDone", through="2029-12-31", recorded="2029-12-31")
BORN = birth_notified("A", on="2024-09-15")
MISSED = [BORN, happened("ReviewMissed", "A", on="2025-09-20", review="one_year", reason="not_brought")]
SHOWN = indicator(RULE, since="2025-09-20")


def test_missed(given, asked):
    """From the day of the missed review"""
    given(MISSED, HEARD)
    asked(at="2025-09-19").indicators("A", RULE).shows_nothing()
    asked(at="2025-09-20").indicators("A", RULE).shows(indicator(RULE, since="2025-09-20", days=0, events="2"))
    asked(at="2025-12-01", known_after=1).indicators("A", RULE).shows_nothing()


def test_seen(given, asked):
    """It clears when a review is done, or a contact takes place; as known before, it was shown

    Also one of another service: seen elsewhere is seen.
    """
    given(
        MISSED,
        birth_notified("B", on="2024-09-15"),
        happened("ReviewMissed", "B", on="2025-09-20", review="one_year"),
        HEARD,
        happened("ReviewDone", "A", on="2025-11-10", review="one_year", recorded="2030-01-07"),
        happened("ContactTookPlace", "B", on="2025-11-10", service="paediatrics", recorded="2030-01-07"),
    )
    for child in "AB":
        asked(at="2025-11-09").indicators(child, RULE).shows(SHOWN)
        asked(at="2025-11-10").indicators(child, RULE).shows_nothing()
        asked(at="2025-11-10", known_after=5).indicators(child, RULE).shows(SHOWN)


def test_seen_before(given, asked):
    """To have been seen before the missed review does not count; on that day it does"""
    given(
        MISSED,
        happened("ReviewDone", "A", on="2025-09-19", review="six_to_eight_weeks"),
        birth_notified("B", on="2024-09-15"),
        happened("ReviewMissed", "B", on="2025-09-20", review="one_year"),
        happened("ContactTookPlace", "B", on="2025-09-20", service="health visiting"),
        HEARD,
    )
    asked(at="2025-10-01").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-01").indicators("B", RULE).shows_nothing()


def test_missed_again(given, asked):
    """A second missed review is not counted anew"""
    given(MISSED, happened("ReviewMissed", "A", on="2026-09-20", review="two_years"), HEARD)
    asked(at="2026-10-01").indicators("A", RULE).shows(indicator(RULE, since="2025-09-20", events="2, 3"))


def test_school_age(given, asked):
    """It ends when compulsory school age begins

    Born on 15 September 2024: of school age from 31 December 2029.
    """
    given(MISSED, HEARD)
    asked(at="2029-12-30").indicators("A", RULE).shows(SHOWN)
    asked(at="2029-12-31").indicators("A", RULE).shows_nothing()


def test_unborn(given, asked):
    """Not of an unborn child, nor without a date of birth"""
    given(
        happened("MaternityBooked", "A", on="2025-06-01", expected="2026-01-10"),
        happened("ReviewMissed", "A", on="2025-11-20", review="antenatal"),
        gp_registered("B", practice="Z90001", on="2024-10-01"),
        happened("ReviewMissed", "B", on="2025-11-20", review="one_year"),
        HEARD,
    )
    asked(at="2025-12-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-01").indicators("B", RULE).shows_nothing()


def test_declined(given, asked):
    """A caution: declined or never offered

    The child was not seen all the same. Parents may decline; consent withheld is not disengagement.
    """
    given(
        BORN,
        happened("ReviewMissed", "A", on="2025-09-20", review="one_year", reason="declined"),
        birth_notified("B", on="2024-09-15"),
        happened("ReviewMissed", "B", on="2025-09-20", review="one_year", reason="not_offered"),
        HEARD,
    )
    asked(at="2025-10-01").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-01").indicators("B", RULE).shows(SHOWN)


def test_retracted(given, asked):
    """A missed review that was retracted"""
    given(MISSED, HEARD, event_retracted("A", 2, recorded="2030-01-07", by="ods-Z9H"))
    asked(at="2025-10-01", known_after=3).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-01").indicators("A", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(MISSED, HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(MISSED, HEARD, address_changed("A", on="2025-11-10", address=left_england()))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_silent_feed(given, asked):
    """Not known while a health visiting service is silent"""
    given(
        MISSED,
        feed_reported("ods-Z9H", "ReviewDone", through="2025-10-31"),
        feed_expected("ods-Z9K", "ReviewDone", on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-11-01", known_after=2).indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-20", status="not_known", feed="ReviewDone")
    )
    asked(at="2025-11-01", known_after=3).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-01").indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-20", status="not_known", feed="ods-Z9K ReviewDone")
    )


def test_seen_elsewhere(given, asked):
    """A caution: seen elsewhere

    At nursery each day, and at a children's centre: many people see the child, and none of them for its health. It is shown
    until a contact is told, by any service of health.
    """
    given(
        MISSED,
        happened("EarlyYearsPlaceStarted", "A", on="2025-09-01", setting="Acorn"),
        happened("ChildrensCentreRegistered", "A", on="2025-09-01", centre="Beech"),
        happened("ChildrensCentreAttended", "A", on="2025-10-06", centre="Beech"),
        HEARD,
        happened("ContactTookPlace", "A", on="2025-10-13", service="speech therapy", recorded="2030-01-07"),
    )
    asked(at="2025-10-12").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-13", known_after=6).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()
