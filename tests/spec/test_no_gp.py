"""No GP (`no_gp`)

A registration with a practice ended and none followed within thirty days; none ever began, six weeks after a birth or thirty days after
the child was first known; or a practice refused the child, which is said at once. A patient has one practice: a temporary registration
is none (NHS (General Medical Services Contracts) Regulations 2015, Schedule 3 Part 2). It relies on every practice's feed of
registrations.
"""

from tests.spec.example import indicator, line
from tests.spec.words import (
    address,
    address_changed,
    birth_notified,
    death_notified,
    event_retracted,
    feed_reported,
    gp_registered,
    gp_registered_for_a_time,
    gp_registration_ended,
    gp_registration_refused,
    happened,
    left_england,
    pupil_admitted,
    referral_received,
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
    """Never registered: thirty days after anybody first knew the child"""
    given(pupil_admitted("A", school="900001", on="2025-10-01", born="2016-03-10", known_by="nhs"), HEARD)
    asked(at="2025-10-30").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-31").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01", days=30, events=""))
    given(gp_registered("A", practice="Z90001", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-11-10").indicators("A", "no_gp").shows_nothing()


def test_newborn(given, asked):
    """A baby: six weeks after the birth, within which a birth is registered"""
    given(birth_notified("A", on="2025-10-01", address=address("1 Example Row")), HEARD)
    asked(at="2025-11-11").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-11-12").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01", days=42))


def test_unborn(given, asked):
    """Not before birth, whoever knew of the child by then"""
    given(
        referral_received("A", service="pre-birth assessment", on="2025-07-01"),
        birth_notified("A", on="2025-10-01"),
        HEARD,
    )
    asked(at="2025-10-01").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-11-11").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-11-12").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))


def test_never_registered_and_nobody_heard(given, asked):
    """Never registered: nothing is said where no practice was ever heard; not known where one is silent

    Where no practice publishes its registrations nobody can know of a child that it has none.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-10-01", born="2016-03-10", known_by="nhs"),
        feed_reported("ods-Z90001", "GpRegistered", through="2025-10-05"),
    )
    asked(at="2025-11-05", known_after=1).indicators("A", "no_gp").shows_nothing()
    asked(at="2025-11-05").indicators("A", "no_gp").shows(
        indicator("no_gp", since="2025-10-01", status="not_known", feed="ods-Z90001 GpRegistered")
    )


def test_never_registered_death_and_abroad(given, asked):
    """Never registered: not after a death, nor of whom left England"""
    for child in "AB":
        given(pupil_admitted(child, school="900001", on="2025-10-01", born="2016-03-10", known_by="nhs"))
    given(
        death_notified("A", on="2025-11-10"),
        address_changed("B", on="2025-11-10", address=left_england()),
        HEARD,
    )
    for child in "AB":
        asked(at="2025-11-09").indicators(child, "no_gp").shows(indicator("no_gp", since="2025-10-01"))
        asked(at="2025-11-10").indicators(child, "no_gp").shows_nothing()


def test_temporary(given, asked):
    """A temporary registration is no practice, and ends none

    A, whom one practice took on for a time, was never registered. B has a practice, and is another's temporary resident; when
    the practice ends its registration, B has none.
    """
    given(
        birth_notified("A", on="2025-10-01"),
        gp_registered_for_a_time("A", practice="Z90002", on="2025-10-20"),
        gp_registered("B", practice="Z90001", on="2020-03-10"),
        gp_registered_for_a_time("B", practice="Z90002", on="2025-10-01"),
        HEARD,
    )
    asked(at="2025-11-12").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-12-31").indicators("B", "no_gp").shows_nothing()
    given(gp_registration_ended("B", practice="Z90001", on="2025-11-01"))
    asked(at="2025-12-01").indicators("B", "no_gp").shows(indicator("no_gp", since="2025-11-01"))
    asked(at="2025-12-01").index("B").shows(line(gp="Z90002"))
    given(happened("GpTemporaryRegistrationEnded", "B", on="2025-12-10", by="ods-Z90002", practice="Z90002"))
    asked(at="2025-12-10").index("B").shows(line(gp=""))


def test_refused(given, asked):
    """A refusal is said at once, until a practice registers the child

    The days count from the end of the registration before.
    """
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
        gp_registration_refused("A", practice="Z90002", on="2025-10-10"),
        HEARD,
    )
    asked(at="2025-10-09").indicators("A", "no_gp").shows_nothing()
    asked(at="2025-10-10").indicators("A", "no_gp").shows(
        indicator("no_gp", since="2025-10-01", days=9, events="1, 2, 3")
    )
    asked(at="2025-10-10", known_after=2).indicators("A", "no_gp").shows_nothing()
    given(gp_registered("A", practice="Z90001", on="2025-10-20"))
    asked(at="2025-10-19").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-01"))
    asked(at="2025-10-20").indicators("A", "no_gp").shows_nothing()


def test_refused_though_registered(given, asked):
    """Not of a child who has a practice and wished for another"""
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registration_refused("A", practice="Z90002", on="2025-10-10", reason="outside_area"),
        HEARD,
    )
    asked(at="2025-12-31").indicators("A", "no_gp").shows_nothing()


def test_refused_and_never_registered(given, asked):
    """Of a child without date of birth or practice a refusal tells all the same; a retracted one tells nothing"""
    given(gp_registration_refused("A", practice="Z90002", on="2025-10-10", reason="no_documents"), HEARD)
    asked(at="2025-10-10").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-10-10", events="1"))
    given(event_retracted("A", 1, recorded="2025-11-10", by="ods-Z90002"))
    asked(at="2025-10-10").indicators("A", "no_gp").shows_nothing()


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
