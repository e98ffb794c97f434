"""Unsettled with practices (`gp_unsettled`)

Taken off a practice's list at the practice's request, or because mail came back undelivered: for twelve months. Or
registered with three practices or more within twenty-four months. It relies on every practice's feed of registrations.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address_changed,
    death_notified,
    event_retracted,
    feed_expected,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    left_england,
    organisation_registered,
    placed_in_temporary_accommodation,
    temporary_accommodation_ended,
)

RULE = "gp_unsettled"
HEARD = feed_reported("ods-Z90001", "GpRegistered", through="2028-12-31", recorded="2028-12-31")
REMOVED = [
    gp_registered("A", practice="Z90001", on="2020-03-10"),
    gp_registration_ended("A", practice="Z90001", on="2025-10-01", reason="practice_request"),
    gp_registered("A", practice="Z90002", on="2025-10-01"),
]
THREE = [
    gp_registered("A", practice="Z90001", on="2025-01-10"),
    gp_registered("A", practice="Z90002", on="2025-09-01"),
    gp_registered("A", practice="Z90003", on="2026-03-01"),
]


def test_removed(given, asked):
    """After a removal, for twelve months

    Registered again at once, so there is a practice; the removal is a reason to ask all the same.
    """
    given(REMOVED, HEARD)
    asked(at="2025-09-30").indicators("A", RULE, "no_gp").shows_nothing()
    asked(at="2025-10-01").indicators("A", RULE, "no_gp").shows(
        indicator(RULE, since="2025-10-01", days=0, events="1, 2")
    )
    asked(at="2026-09-30").indicators("A", RULE, "no_gp").shows(indicator(RULE, since="2025-10-01"))
    asked(at="2026-10-01").indicators("A", RULE, "no_gp").shows_nothing()


def test_reasons(given, asked):
    """Mail that came back counts; a move, or the family's own wish, does not"""
    for child, reason in {
        "A": "returned_undelivered",
        "B": "patient_request",
        "C": "transfer",
        "D": "new_area",
        "E": "embarkation",
    }.items():
        given(
            gp_registered(child, practice="Z90001", on="2020-03-10"),
            gp_registration_ended(child, practice="Z90001", on="2025-10-01", reason=reason),
        )
    given(HEARD)
    asked(at="2025-10-20").indicators("A", RULE).shows(indicator(RULE, since="2025-10-01"))
    for child in "BCDE":
        asked(at="2025-10-20").indicators(child, RULE).shows_nothing()


def test_three_practices(given, asked):
    """The third practice within twenty-four months; until twenty-four months after the first"""
    given(THREE, HEARD)
    asked(at="2026-02-28").indicators("A", RULE).shows_nothing()
    asked(at="2026-03-01").indicators("A", RULE).shows(indicator(RULE, since="2026-03-01", events="1, 2, 3"))
    asked(at="2027-01-09").indicators("A", RULE).shows(indicator(RULE, since="2026-03-01"))
    asked(at="2027-01-10").indicators("A", RULE).shows_nothing()


def test_too_far_apart(given, asked):
    """A third practice after twenty-four months to the day is not within them"""
    given(THREE[:2], gp_registered("A", practice="Z90003", on="2027-01-10"), HEARD)
    asked(at="2027-01-10").indicators("A", RULE).shows_nothing()
    asked(at="2027-02-10").indicators("A", RULE).shows_nothing()


def test_there_and_back(given, asked):
    """Three practices, not three registrations

    A registration for some weeks at the grandparents', and back home, is two.
    """
    given(
        THREE[0],
        gp_registration_ended("A", practice="Z90001", on="2025-09-01", reason="new_area"),
        THREE[1],
        gp_registration_ended("A", practice="Z90002", on="2026-03-01", reason="new_area"),
        gp_registered("A", practice="Z90001", on="2026-03-01"),
        HEARD,
    )
    asked(at="2026-03-01").indicators("A", RULE).shows_nothing()


def test_merger(given, asked):
    """A caution: practices that merged

    A practice became another one, as the directory says, and the child's registration with it: three practices, though
    the family went to two. It is shown; a person who knows of the merger clears it in a moment.
    """
    given(
        THREE[:2],
        organisation_registered("ods-Z90002", "Example Surgery", on="2026-03-01", successors=["ods-Z90003"]),
        THREE[2],
        HEARD,
    )
    asked(at="2026-03-01").indicators("A", RULE).shows(indicator(RULE, since="2026-03-01"))


def test_end_retracted(given, asked):
    """A removal that was retracted; as known before, it was shown"""
    given(REMOVED, HEARD, event_retracted("A", 2, recorded="2029-01-05", by="ods-Z90001"))
    asked(at="2025-10-20", known_after=4).indicators("A", RULE).shows(indicator(RULE, since="2025-10-01"))
    asked(at="2025-10-20").indicators("A", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(REMOVED, HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A", RULE).shows(indicator(RULE, since="2025-10-01"))
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(REMOVED, HEARD, address_changed("A", on="2025-11-10", address=left_england()))
    asked(at="2025-11-09").indicators("A", RULE).shows(indicator(RULE, since="2025-10-01"))
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_silent_feed(given, asked):
    """Not known while a practice is silent that was heard once, or that is expected"""
    given(
        REMOVED,
        feed_reported("ods-Z90001", "GpRegistered", through="2025-10-31"),
        feed_expected("ods-Z90002", "GpRegistered", on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-11-14", known_after=4).indicators("A", RULE).shows(indicator(RULE, since="2025-10-01"))
    asked(at="2025-11-15", known_after=4).indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-01", status="not_known", feed="ods-Z90001 GpRegistered")
    )
    asked(at="2025-11-14").indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-01", status="not_known", feed="ods-Z90002 GpRegistered")
    )


def test_temporary_accommodation(given, asked):
    """A caution: temporary accommodation brings changes of practice

    A household that was placed twice registered where it was placed, each time: it is shown. The placements explain it,
    and are shown beside it as what they are.
    """
    given(
        THREE,
        placed_in_temporary_accommodation("A", on="2025-08-25"),
        temporary_accommodation_ended("A", on="2026-02-20"),
        placed_in_temporary_accommodation("A", on="2026-02-20"),
        HEARD,
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2026-08-31"),
    )
    asked(at="2026-03-01").indicators("A", RULE, "homeless_or_mobile").shows(
        indicator(RULE, since="2026-03-01"), indicator("homeless_or_mobile", since="2025-08-25")
    )
