"""Under fives and children's centres (`childrens_centre`)"""

from tests.spec.example import counted, uncounted
from tests.spec.words import (
    address_changed,
    birth_notified,
    death_notification_withdrawn,
    death_notified,
    early_help_started,
    happened,
    left_england,
)

CENTRE = "childrens_centre"
LEAD = "with_lead"


def test_under_fives(given, asked):
    """Children born and not yet five; a registration that has ended is none"""
    given(
        birth_notified("A", on="2021-06-30"),
        happened("ChildrensCentreRegistered", "A", on="2022-01-10", centre="Oak"),
        birth_notified("B", on="2023-01-01"),
        happened("ChildrensCentreRegistered", "B", on="2023-02-10", centre="Oak"),
        happened("ChildrensCentreLeft", "B", on="2024-02-10", centre="Oak"),
        birth_notified("C", on="2026-06-30"),
    )
    asked(at="2023-06-30").measure(CENTRE).shows(counted("A"), counted("B"))
    asked(at="2026-06-29").measure(CENTRE).shows(counted("A"), uncounted("B"))
    asked(at="2026-06-30").measure(CENTRE).shows(uncounted("B"), uncounted("C"))


def test_the_day_that_school_age_leaves_open(given, asked):
    """The fifth birthday counts, not the beginning of compulsory school age some months later"""
    given(birth_notified("A", on="2021-04-02"), birth_notified("B", on="2021-08-31"))
    asked(at="2026-04-01").measure(CENTRE).shows(uncounted("A"), uncounted("B"))
    asked(at="2026-04-02").measure(CENTRE).shows(uncounted("B"))
    asked(at="2026-08-30").measure(CENTRE).shows(uncounted("B"))
    asked(at="2026-08-31").measure(CENTRE).shows_nothing()


def test_away_or_dead(given, asked):
    """Who has died or left England is in no measure of the day; a death that is withdrawn never was"""
    given(
        birth_notified("A", on="2024-01-01"),
        address_changed("A", on="2025-01-01", address=left_england()),
        birth_notified("B", on="2024-01-01"),
        death_notified("B", on="2025-01-01"),
        birth_notified("C", on="2024-01-01"),
        death_notified("C", on="2025-01-01", recorded="2025-01-05"),
        death_notification_withdrawn("C", on="2025-01-01", recorded="2025-01-09"),
        early_help_started("A", on="2024-06-01"),
        early_help_started("B", on="2024-06-01"),
    )
    asked(at="2024-12-31").measure(CENTRE).shows(uncounted("A"), uncounted("B"), uncounted("C"))
    asked(at="2024-12-31").measure(LEAD).shows(uncounted("A"), uncounted("B"))
    asked(at="2025-01-01").measure(CENTRE).shows(uncounted("C"))
    asked(at="2025-01-01").measure(LEAD).shows_nothing()
