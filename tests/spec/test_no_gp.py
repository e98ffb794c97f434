"""No GP (`no_gp`)

A registration with a practice ended and none followed within thirty days. It relies on every practice's feed of
registrations. A child who was never seen registered is not flagged.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address,
    address_changed,
    event_retracted,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    happened,
    pupil_admitted,
)

HEARD = feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31")


def test_thirty_days(given, asked):
    """Thirty days without a registration; counted from its end"""
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01", reason="other"),
        HEARD,
    )
    asked(at="2025-10-30").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-31").indicators("A", "no_gp").shows(
        indicator("no_gp", since="2025-10-01", days=30, events="1, 2")
    )


def test_registered_in_time(given, asked):
    """A registration within thirty days"""
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
        gp_registered("A", practice="Z90002", on="2025-10-31"),
        HEARD,
    )
    asked(at="2025-10-31").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-12-31").indicators("A", "no_gp").shows_nothing()


def test_registered_late(given, asked):
    """A registration on the thirty-first day clears it"""
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
        gp_registered("A", practice="Z90002", on="2025-11-01"),
        HEARD,
    )
    asked(at="2025-10-31").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-11-01").indicators("A", "no_gp").shows_nothing()


def test_never_registered(given, asked):
    """Never registered: nothing is said"""
    given(pupil_admitted("A", school="900001", on="2019-09-02"), HEARD)
    asked(at="2025-11-05").indicators("A", "no_gp").shows_nothing()


def test_two_registrations(given, asked):
    """A patient has one practice: a registration ends the one before it, whoever published it

    The first practice told no end, or a late one; it matters only whether the second still has the child.
    """
    for child in "AB":
        given(
            gp_registered(child, practice="Z90001", on="2020-03-10"),
            gp_registered(child, practice="Z90002", on="2025-09-20"),
        )
    given(
        gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
        gp_registration_ended("B", practice="Z90002", on="2025-10-01"),
        HEARD,
    )
    asked(at="2025-12-31").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-30").indicators("B", "no_gp").shows_nothing()
    asked(at="2025-10-31").indicators("B", "no_gp").shows(indicator("no_gp", since="2025-10-01"))


def test_embarkation(given, asked):
    """Not after an end because of death or embarkation"""
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01", reason="embarkation"),
        gp_registered("B", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("B", practice="Z90001", on="2025-10-01", reason="death"),
        gp_registered("C", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("C", practice="Z90001", on="2025-10-01", reason="practice_request"),
        HEARD,
    )
    asked(at="2025-11-15").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-11-15").indicators("B", "no_gp").shows_nothing()
    asked(at="2025-11-15").indicators("C", "no_gp").shows(indicator("no_gp", since="2025-10-01"))


def test_end_retracted(given, asked):
    """An end that was retracted clears it, and was shown as known before"""
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
        HEARD,
        event_retracted("A", 2, recorded="2025-11-10", by="ods-Z90001"),
    )
    asked(at="2025-11-05", known_after=3).indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-11-05").indicators("A", "no_gp").shows_nothing()


def test_move_in_progress(given, asked):
    """A caution: a move that is in progress

    A new home is known before the new practice is. It is shown after thirty days all the same, and clears from the day of
    the registration, also where the practice tells of it late.
    """
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01", reason="new_area"),
        address_changed("A", on="2025-10-01", address=address("2 Other Street", postcode="ZE1 1AA")),
        HEARD,
        gp_registered("A", practice="Z90002", on="2025-11-05", recorded="2026-09-01"),
    )
    asked(at="2025-11-05", known_after=4).indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-11-04").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-11-05").indicators("A", "no_gp").shows_nothing()


def test_private_care(given, asked):
    """A caution: private care is not seen here

    A family that left its practice for a private one looks as if it had none. What other services of health tell of the
    child is no registration.
    """
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01", reason="patient_request"),
        happened("ContactTookPlace", "A", on="2025-11-10", service="paediatrics"),
        HEARD,
    )
    asked(at="2026-06-01").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
