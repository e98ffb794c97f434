"""What silences indicators

After a death, once grown up, and while the child has left England, no indicator speaks. Nor is the family of a withdrawn death spared
a question that should be asked.
"""

from tests.spec.example import gap, indicator
from tests.spec.words import (
    absent,
    address,
    address_changed,
    death_notification_withdrawn,
    death_notified,
    early_help_started,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    happened,
    involvement_ended,
    involvement_started,
    left_england,
    placed_in_temporary_accommodation,
    pupil_removed_from_roll,
    school_days,
)

HEARD = [
    feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31"),
    feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31"),
    feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31"),
    feed_reported("ods-Z9H", "AddressChanged", through="2026-08-31"),
    feed_reported("la-808", "InvolvementStarted", through="2026-08-31"),
    feed_reported("la-808", "TemporaryAccommodationPlaced", through="2026-08-31"),
]
EVERYTHING = [
    gp_registered("A", practice="Z90001", on="2015-03-10", born="2015-03-01"),
    gp_registration_ended("A", practice="Z90001", on="2025-09-01"),
    pupil_removed_from_roll("A", school="900001", on="2025-09-01"),
    placed_in_temporary_accommodation("A", on="2025-09-01"),
    involvement_started("A", "play therapy", on="2025-06-01"),
    involvement_ended("A", "play therapy", on="2025-09-01", reason="disengaged"),
    absent("A", "900001", school_days("2025-06-02", 10)),
]
ALL_FIVE = [
    indicator("no_school", since="2020-03-31"),
    indicator("ten_days_absent", since="2025-06-02"),
    indicator("no_gp", since="2025-09-01"),
    indicator("homeless_or_mobile", since="2025-09-01"),
    indicator("dropped_out", since="2025-09-01"),
]


def test_death(given, asked):
    """After a death nothing is shown; from the day itself"""
    given(*EVERYTHING, *HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A").shows(*ALL_FIVE)
    asked(at="2025-11-10").indicators("A").shows_nothing()
    asked(at="2025-11-10", known_after=22).indicators("A").shows(*ALL_FIVE)


def test_death_withdrawn(given, asked):
    """When the notification is withdrawn all is shown again"""
    given(
        *EVERYTHING,
        *HEARD,
        death_notified("A", on="2025-11-10"),
        death_notification_withdrawn("A", on="2025-11-20"),
    )
    asked(at="2025-11-15", known_after=23).indicators("A").shows_nothing()
    asked(at="2025-11-15").indicators("A").shows(*ALL_FIVE)


def test_left_england(given, asked):
    """While the child has left England nothing is shown

    Counted from its end where the rule is about something that ended; from the return where it is about a state.
    """
    given(
        *EVERYTHING,
        *HEARD,
        address_changed("A", on="2025-11-10", address=left_england()),
        address_changed("A", on="2026-03-02", address=address("1 Example Row")),
    )
    asked(at="2025-11-09").indicators("A").shows(*ALL_FIVE)
    asked(at="2025-11-10").indicators("A").shows_nothing()
    asked(at="2026-03-01").indicators("A").shows_nothing()
    asked(at="2026-03-02").indicators("A").shows(
        indicator("no_school", since="2026-03-02"),
        indicator("ten_days_absent", since="2025-06-02"),
        indicator("no_gp", since="2025-09-01"),
        indicator("homeless_or_mobile", since="2026-03-02"),
        indicator("dropped_out", since="2025-09-01"),
        indicator("no_universal_contact", since="2025-09-01"),
    )


def test_gaps_end_with_a_death(given, asked):
    """Gaps of a lead end with a death too"""
    given(early_help_started("A", on="2025-09-01"), death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01"))
    asked(at="2025-11-10").gaps("A").shows_nothing()


def test_grown_up(given, asked):
    """A grown person is no child to look for

    Eighteen in the school year that ends in 2025: nothing is asked from the autumn after it.
    """
    given(
        gp_registered("A", practice="Z90001", on="2007-03-10", born="2007-03-01"),
        gp_registration_ended("A", practice="Z90001", on="2025-01-10"),
        feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31"),
    )
    asked(at="2025-03-01").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-01-10"))
    asked(at="2025-09-25").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-01-10"))
    asked(at="2025-09-30").indicators("A").shows_nothing()


def test_identity_sealed(given, asked):
    """A sealed identity ends the old record silently: no prompt to look for an adopted child"""
    given(*EVERYTHING, *HEARD, happened("IdentitySealed", "A", on="2025-11-10"))
    asked(at="2025-11-10").indicators("A").shows_nothing()


def test_left_england_event(given, asked):
    """LeftEngland silences as the NHS statement of an address does"""
    given(*EVERYTHING, *HEARD, happened("LeftEngland", "A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A").shows(*ALL_FIVE)
    asked(at="2025-11-10").indicators("A").shows_nothing()
