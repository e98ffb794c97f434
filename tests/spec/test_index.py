"""The children's index

One line says who a child is, where, at which school and practice, who is involved and who leads. Each column is what
was stated last of all the child's records, as at the day asked about.
"""

from tests.spec.example import line
from tests.spec.words import (
    address,
    address_changed,
    birth_notified,
    death_notification_withdrawn,
    death_notified,
    early_help_ended,
    early_help_started,
    gp_registered,
    happened,
    involvement_started,
    lead_accepted,
    lead_nominated,
    left_england,
    no_known_address,
    pupil_admitted,
    referral_received,
)


def test_line(given, asked):
    """A child's line"""
    given(
        birth_notified("A", on="2015-03-01", address=address("1 Example Row"), name="Ada Example"),
        gp_registered("A", practice="Z90001", on="2015-03-20"),
        pupil_admitted("A", school="900001", on="2019-09-02"),
        early_help_started("A", on="2025-10-01", worker="W1"),
        lead_accepted("A", "W1", on="2025-10-08"),
    )
    asked(at="2025-11-01").index("A").shows(
        line(
            name="Ada Example",
            born="2015-03-01",
            alive="yes",
            address="1 Example Row",
            school="900001",
            gp="Z90001",
            involvements="early help",
            lead="la-808:W1",
        )
    )
    asked(at="2016-01-01").index("A").shows(
        line(address="1 Example Row", school="", gp="Z90001", involvements="", lead="")
    )


def test_name_stated_last(given, asked):
    """The name recorded last is the name"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", name="Ada Example", born="2015-03-01"),
        gp_registered("A", practice="Z90002", on="2024-03-20", name="Ada Sample", born="2015-03-01"),
    )
    asked(at="2025-11-01").index("A").shows(line(name="Ada Sample", gp="Z90001, Z90002"))


def test_born_after_the_fact(given, asked):
    """A date of birth after the fact itself is set aside

    A child cannot be registered before its birth: one of the two is wrong, and the registration is what was told.
    """
    given(gp_registered("A", practice="Z90001", on="2015-03-20", name="Ada Example", born="2016-03-01"))
    asked(at="2025-11-01").index("A").shows(line(name="Ada Example", born=None, gp="Z90001", alive="not known"))


def test_before_birth(given, asked):
    """What may be so of an unborn child sets no date of birth aside

    A referral, a plan or a midwife may come up to 40 weeks before birth; before that one of the two dates is wrong.
    """
    given(
        referral_received("A", "childrens_social_care", on="2025-05-01", born="2025-10-20", recorded="2025-11-03"),
        happened("ChildProtectionStarted", "B", on="2025-01-13", born="2025-10-20", recorded="2025-11-03"),
        happened("ChildProtectionStarted", "C", on="2025-01-12", born="2025-10-20", recorded="2025-11-03"),
        gp_registered("D", practice="Z90001", on="2025-10-19", born="2025-10-20", recorded="2025-11-03"),
    )
    asked(at="2025-11-03").index("A").shows(line(born="2025-10-20", alive="yes"))
    asked(at="2025-11-03").index("B").shows(line(born="2025-10-20", alive="yes"))
    asked(at="2025-11-03").index("C").shows(line(born=None))
    asked(at="2025-11-03").index("D").shows(line(born=None))


def test_address_until_the_next(given, asked):
    """An address holds until the next one"""
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row")),
        address_changed("A", on="2025-11-01", address=address("2 Other Street")),
    )
    asked(at="2025-08-31").index("A").shows(line(address=None))
    asked(at="2025-10-31").index("A").shows(line(address="1 Example Row"))
    asked(at="2025-11-01").index("A").shows(line(address="2 Other Street"))


def test_no_known_address(given, asked):
    """That no address is known, or that the child has left England, is a statement

    It is not an empty address: the one before it no longer holds.
    """
    given(
        address_changed("A", on="2025-09-01", address=address("1 Example Row")),
        address_changed("A", on="2025-11-01", address=no_known_address()),
        address_changed("A", on="2026-01-01", address=left_england()),
    )
    asked(at="2025-11-01").index("A").shows(line(address="none_known"))
    asked(at="2026-01-01").index("A").shows(line(address="left_england"))


def test_unborn(given, asked):
    """A child may be known before birth

    Then there is an expected date, and whether it lives is not known; the date of birth takes its place.
    """
    given(
        early_help_started("A", on="2025-09-01", expected="2025-12-24"),
        early_help_ended("A", on="2026-02-01", born="2025-12-20"),
    )
    asked(at="2025-10-01", known_after=1).index("A").shows(line(born=None, expected="2025-12-24", alive="not known"))
    asked(at="2025-10-01").index("A").shows(line(born="2025-12-20", expected=None, alive="not known"))
    asked(at="2025-12-20").index("A").shows(line(alive="yes"))


def test_death(given, asked):
    """A death that was notified"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01"),
        death_notified("A", on="2025-10-10", recorded="2025-10-12"),
    )
    asked(at="2025-10-09").index("A").shows(line(alive="yes"))
    asked(at="2025-10-10").index("A").shows(line(alive="no"))
    asked(at="2025-10-10", known_after=1).index("A").shows(line(alive="yes"))


def test_death_withdrawn(given, asked):
    """A notification of death that was wrong is withdrawn"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01"),
        death_notified("A", on="2025-10-10"),
        death_notification_withdrawn("A", on="2025-10-20"),
    )
    asked(at="2025-11-01", known_after=2).index("A").shows(line(alive="no"))
    asked(at="2025-11-01").index("A").shows(line(alive="yes"))


def test_death_withdrawn_at_the_same_moment(given, asked):
    """Recorded at one moment, the withdrawal wins

    Published messages of a death and of its withdrawal carry the same times. A living child must not be shown as dead.
    """
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01"),
        death_notification_withdrawn("A", on="2025-10-10", recorded="2025-10-10 12:00"),
        death_notified("A", on="2025-10-10", recorded="2025-10-10 12:00"),
    )
    asked(at="2025-11-01").index("A").shows(line(alive="yes"))


def test_death_notified_again(given, asked):
    """A death notified after a withdrawal stands"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01"),
        death_notified("A", on="2025-10-10", recorded="2025-10-30"),
        death_notification_withdrawn("A", on="2025-10-20"),
    )
    asked(at="2025-11-01").index("A").shows(line(alive="no"))


def test_lead_not_accepted(given, asked):
    """A nominated worker who has not accepted is not the lead"""
    given(lead_nominated("A", "W1", on="2025-10-01"), lead_accepted("A", "W1", on="2025-10-03"))
    asked(at="2025-10-02").index("A").shows(line(lead=""))
    asked(at="2025-10-03").index("A").shows(line(lead="la-808:W1"))


def test_lapsed_is_still_named(given, asked):
    """A lapsed involvement is still a contact worth trying"""
    given(involvement_started("A", "social work", on="2024-03-01"))
    asked(at="2026-03-01").index("A").shows(line(involvements="social work"))
