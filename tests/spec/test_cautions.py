"""Cautions

What else may be behind an indicator, and what it does not say. Each of these is shown, or is not known, for a reason
that only a person can clear up: an indicator is a prompt to ask, never a finding.
"""

from tests.spec.example import indicator
from tests.spec.words import (
    address,
    address_changed,
    feed_expected,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    happened,
    involvement_ended,
    involvement_started,
    pupil_admitted,
    pupil_removed_from_roll,
)

SCHOOLS = feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31")
PRACTICES = feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31")
MARKS = feed_reported("urn-900001", "AttendanceMarked", through="2026-08-31")


def left_school(child="A"):
    """On a roll until 6 October 2025."""
    return [
        pupil_admitted(child, school="900001", on="2019-09-02", born="2015-03-01", known_by="nhs"),
        pupil_removed_from_roll(child, school="900001", on="2025-10-06", known_by="nhs"),
    ]


def test_waiting_for_a_place(given, asked):
    """Waiting for a place

    Between two schools a child is missing education from the first day, also while it waits for a place that was
    promised. A place that starts later is known beforehand, and does not count before it starts.
    """
    given(left_school(), pupil_admitted("A", school="900002", on="2025-11-03", recorded="2025-10-08", known_by="nhs"))
    given(SCHOOLS)
    asked(at="2025-10-20").indicators("A", "no_school").shows(indicator("no_school", since="2025-10-06"))
    asked(at="2025-11-03").indicators("A", "no_school").shows_nothing()


def test_school_of_another_area(given, asked):
    """A school of another authority

    A school beyond the border does not publish here. Where it is expected to, the indicator is not known; where nobody
    knows of it, the child looks as if it were nowhere.
    """
    given(left_school(), SCHOOLS, feed_expected("urn-900009", "PupilAdmitted", on="2025-09-01", recorded="2026-09-01"))
    asked(at="2025-11-03", known_after=3).indicators("A", "no_school").shows(indicator("no_school", since="2025-10-06"))
    asked(at="2025-11-03").indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", status="not_known", feed="urn-900009 PupilAdmitted")
    )


def test_without_numbers(given, asked):
    """An unaccompanied child without a UPN

    Known only by the asylum seekers' team's own id, no school can be seen to have the child: it is not known. Once the
    NHS number is known beside it, it can.
    """
    given(
        happened("AsylumSupportStarted", "A", on="2025-09-15", born="2011-03-01", known_by="agency"),
        SCHOOLS,
        gp_registered("A", practice="Z90001", on="2025-10-01", born="2011-03-01"),
        happened("AsylumSupportStarted", "A", on="2025-09-15", born="2011-03-01", known_by=["agency", "nhs"]),
    )
    asked(at="2025-11-03", known_after=2).indicators("A.agency", "no_school").shows(
        indicator("no_school", since="2016-03-31", status="not_known", feed="no school or NHS number")
    )
    asked(at="2025-11-03").indicators("A.agency", "no_school").shows(
        indicator("no_school", since="2016-03-31", feed="heard")
    )


def test_adoption(given, asked):
    """An adoption, or a new identity

    The new record and the old one are never linked, and nobody says why the old one has fallen silent. That is no reason
    to search for the child: who is asked must be able to leave it at that.
    """
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10", born="2020-03-01"),
        gp_registered("B", practice="Z90002", on="2025-09-01", born="2020-03-01"),
        happened("ContactTookPlace", "B", on="2026-03-01", service="health visiting"),
        SCHOOLS,
        PRACTICES,
        MARKS,
    )
    asked(at="2026-03-02").indicators("A", "no_universal_contact").shows(
        indicator("no_universal_contact", since="2020-03-10")
    )
    asked(at="2026-03-02").indicators("B", "no_universal_contact").shows_nothing()


def test_shared_care(given, asked):
    """Care shared between homes

    Two homes are no moves, however often they are told; a third address within the year counts, be it a grandmother's.
    """
    homes = [address("1 Example Row"), address("2 Other Street")]
    given(
        [
            address_changed("A", on=f"2025-{month:02d}-01", address=homes[month % 2], recorded="2026-01-05")
            for month in range(1, 9)
        ],
        feed_reported("ods-Z9H", "AddressChanged", through="2026-08-31"),
        address_changed("A", on="2025-09-01", address=address("3 Third Lane"), recorded="2026-09-01"),
    )
    asked(at="2025-09-01", known_after=9).indicators("A", "homeless_or_mobile").shows_nothing()
    asked(at="2025-09-01").indicators("A", "homeless_or_mobile").shows(
        indicator("homeless_or_mobile", since="2025-09-01")
    )


def test_consent_withheld(given, asked):
    """Consent withheld is not disengagement

    A family that declined a service has not dropped out of it. Only a service's own word says that it lost touch.
    """
    given(
        involvement_started("A", "play therapy", on="2025-06-01"),
        involvement_ended("A", "play therapy", on="2025-10-01", reason="declined"),
        involvement_started("B", "play therapy", on="2025-06-01"),
        involvement_ended("B", "play therapy", on="2025-10-01", reason="not_contactable"),
        feed_reported("la-808", "InvolvementStarted", through="2026-08-31"),
    )
    asked(at="2025-11-15").indicators("A", "dropped_out").shows_nothing()
    asked(at="2025-11-15").indicators("B", "dropped_out").shows(indicator("dropped_out", since="2025-10-01"))


def test_shielded(given, asked):
    """Shielded families too

    What hides where a child is does not hide that a service has lost it.
    """
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10", born="2020-03-01"),
        gp_registration_ended("A", practice="Z90001", on="2025-09-01"),
        happened("ShieldApplied", "A", on="2025-09-10"),
        PRACTICES,
    )
    asked(at="2025-11-03").indicators("A", "no_gp").shows(indicator("no_gp", since="2025-09-01"))
