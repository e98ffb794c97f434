"""Not brought (`not_brought`)

A child was not brought to two appointments within six months, and was not seen since. It relies on the feeds of
contacts.
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
    left_england,
)

RULE = "not_brought"
HEARD = feed_reported("ods-Z9H", "ContactTookPlace", through="2026-08-31")
SHOWN = indicator(RULE, since="2025-09-01")


def not_brought(*days, child="A"):
    """Appointments of one service to which the child was not brought."""
    return [happened("WasNotBrought", child, on=day, service="paediatrics") for day in days]


TWICE = not_brought("2025-06-02", "2025-09-01")


def test_twice(given, asked):
    """From the second, until six months after the first"""
    given(TWICE, HEARD)
    asked(at="2025-08-31").indicators("A", RULE).shows_nothing()
    asked(at="2025-09-01").indicators("A", RULE).shows(indicator(RULE, since="2025-09-01", days=0, events="1, 2"))
    asked(at="2025-12-01").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-12-02").indicators("A", RULE).shows_nothing()
    asked(at="2025-09-01", known_after=1).indicators("A", RULE).shows_nothing()


def test_once(given, asked):
    """Once is not twice, nor is twice six months apart"""
    given(not_brought("2025-09-01"), not_brought("2025-06-02", "2025-12-02", child="B"), HEARD)
    asked(at="2025-09-01").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-02").indicators("B", RULE).shows_nothing()


def test_a_third_time(given, asked):
    """A third time lengthens it"""
    given(TWICE, not_brought("2025-11-10"), HEARD)
    asked(at="2026-02-28").indicators("A", RULE).shows(indicator(RULE, since="2025-09-01", events="1, 2, 3"))
    asked(at="2026-03-01").indicators("A", RULE).shows_nothing()


def test_services_count_together(given, asked):
    """Appointments of two services count together"""
    given(not_brought("2025-06-02"), happened("WasNotBrought", "A", on="2025-09-01", service="dentistry"), HEARD)
    asked(at="2025-09-01").indicators("A", RULE).shows(SHOWN)


def test_seen(given, asked):
    """It clears when the child is seen, at a contact or a review; as known before, it was shown"""
    given(
        TWICE,
        not_brought("2025-06-02", "2025-09-01", child="B"),
        HEARD,
        happened("ContactTookPlace", "A", on="2025-10-10", service="paediatrics", recorded="2026-09-01"),
        happened("ReviewDone", "B", on="2025-10-10", review="one_year", recorded="2026-09-01"),
    )
    for child in "AB":
        asked(at="2025-10-09").indicators(child, RULE).shows(SHOWN)
        asked(at="2025-10-10").indicators(child, RULE).shows_nothing()
        asked(at="2025-10-10", known_after=5).indicators(child, RULE).shows(SHOWN)


def test_seen_in_between(given, asked):
    """To have been seen between the two does not clear it, nor does a registration"""
    given(
        not_brought("2025-06-02"),
        happened("ContactTookPlace", "A", on="2025-07-10", service="paediatrics"),
        not_brought("2025-09-01"),
        gp_registered("A", practice="Z90001", on="2025-09-10"),
        HEARD,
    )
    asked(at="2025-10-10").indicators("A", RULE).shows(SHOWN)


def test_retracted(given, asked):
    """A missed appointment that was retracted, an error of the booking"""
    given(TWICE, HEARD, event_retracted("A", 1, recorded="2026-09-01", by="ods-Z9H"))
    asked(at="2025-10-01", known_after=3).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-01").indicators("A", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(TWICE, HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(TWICE, HEARD, address_changed("A", on="2025-11-10", address=left_england()))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_silent_feed(given, asked):
    """Not known while a service is silent that may have seen the child"""
    given(
        TWICE,
        feed_reported("ods-Z9H", "ContactTookPlace", through="2025-10-31"),
        feed_expected("ods-Z9K", "ContactTookPlace", on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-11-01", known_after=2).indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-01", status="not_known", feed="ContactTookPlace")
    )
    asked(at="2025-11-01", known_after=3).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-01").indicators("A", RULE).shows(
        indicator(RULE, since="2025-09-01", status="not_known", feed="ods-Z9K ContactTookPlace")
    )
