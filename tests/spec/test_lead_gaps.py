"""Leads and their gaps

A lead is active from acceptance to its end; for each role and scope there should be one. A gap is shown from the day it
begins, with the events it rests on; nothing has to happen for it to appear.
"""

from tests.spec.example import case, entry, gap
from tests.spec.words import (
    early_help_ended,
    early_help_started,
    happened,
    involvement_ended,
    involvement_started,
    lead_accepted,
    lead_ended,
    lead_nominated,
)


def test_without_lead(given, asked):
    """Early help without an active lead (`early_help_without_lead`)"""
    given(
        early_help_started("A", on="2025-09-01"),
        lead_accepted("A", "W1", on="2025-09-22"),
        lead_ended("A", "W1", on="2025-11-03"),
        early_help_ended("A", on="2025-12-01"),
    )
    asked(at="2025-08-31").gaps("A").shows_nothing()
    asked(at="2025-09-01").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01", days=0, events="1, 4"))
    asked(at="2025-09-22").gaps("A").shows_nothing()
    asked(at="2025-11-03").gaps("A").shows(gap("early_help_without_lead", since="2025-11-03", days=0))
    asked(at="2025-12-01").gaps("A").shows_nothing()


def test_team_without_lead(given, asked):
    """A team around the family, or around the child, needs a lead too

    It is an involvement whose service is called so.
    """
    given(
        involvement_started("A", "team around the family", on="2025-09-01"),
        involvement_started("B", "play therapy", on="2025-09-01"),
    )
    asked(at="2025-09-01").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01"))
    asked(at="2025-09-01").gaps("B").shows_nothing()


def test_nominated_is_not_active(given, asked):
    """A nomination is no lead

    Only the acceptance makes the lead active.
    """
    given(early_help_started("A", on="2025-09-01"), lead_nominated("A", "W1", on="2025-09-01"))
    asked(at="2025-09-05").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01"))


def test_lapsed_help(given, asked):
    """Early help that lapsed needs no lead"""
    given(early_help_started("A", on="2025-03-01"))
    asked(at="2026-02-28").gaps("A").shows(gap("early_help_without_lead", since="2025-03-01"))
    asked(at="2026-03-01").gaps("A").shows_nothing()


def test_own_involvement_ended(given, asked):
    """A lead whose own involvement has ended (`lead_involvement_ended`)"""
    given(
        involvement_started("A", "social work", on="2025-09-01", worker="W1"),
        lead_accepted("A", "W1", on="2025-09-08"),
        involvement_ended("A", "social work", on="2025-10-20"),
    )
    asked(at="2025-10-19").gaps("A").shows_nothing()
    asked(at="2025-10-20").gaps("A").shows(gap("lead_involvement_ended", since="2025-10-20", events="1, 2, 3"))


def test_two_involvements(given, asked):
    """Not while another involvement of the same worker is open"""
    given(
        involvement_started("A", "social work", on="2025-09-01", worker="W1"),
        early_help_started("A", on="2025-09-01", worker="W1"),
        lead_accepted("A", "W1", on="2025-09-08"),
        involvement_ended("A", "social work", on="2025-10-20"),
    )
    asked(at="2025-10-20").gaps("A").shows_nothing()


def test_works_on_a_plan(given, asked):
    """A worker of a plan works with the child as long as the plan goes on"""
    given(
        happened("ChildInNeedStarted", "A", on="2025-09-01", worker="W1"),
        involvement_started("A", "social work", on="2025-09-01", worker="W1"),
        lead_accepted("A", "W1", on="2025-09-08"),
        involvement_ended("A", "social work", on="2025-10-20"),
        happened("ChildInNeedEnded", "A", on="2025-11-03"),
    )
    asked(at="2025-11-02").gaps("A").shows_nothing()
    asked(at="2025-11-03").gaps("A").shows(gap("lead_involvement_ended", since="2025-11-03", events="1, 2, 3, 4, 5"))


def test_never_involved(given, asked):
    """Not of a lead who was never seen involved

    A lead may come from an agency that publishes no involvements.
    """
    given(lead_accepted("A", "W1", on="2025-09-08"))
    asked(at="2025-10-20").gaps("A").shows_nothing()


def test_contested(given, asked):
    """Two active leads of one role and scope (`contested_lead`)"""
    given(
        lead_accepted("A", "W1", on="2025-09-08"),
        lead_accepted("A", "la-358:W7", on="2025-10-01", by="la-358"),
        lead_ended("A", "W1", on="2025-11-01"),
    )
    asked(at="2025-09-30").gaps("A").shows_nothing()
    asked(at="2025-10-01").gaps("A").shows(gap("contested_lead", since="2025-10-01", events="1, 2, 3"))
    asked(at="2025-11-01").gaps("A").shows_nothing()


def test_roles_and_scopes(given, asked):
    """Different roles or scopes do not contest

    The lead child protection practitioner works beside the lead practitioner, and a lead for the family beside one for
    the child.
    """
    given(
        lead_accepted("A", "W1", on="2025-09-08"),
        lead_accepted("A", "W2", on="2025-09-08", role="lead_child_protection_practitioner"),
        lead_accepted("A", "W3", on="2025-09-08", scope="family"),
    )
    asked(at="2025-10-01").gaps("A").shows_nothing()


def test_handed_over(given, asked):
    """Handed over on one day there is no gap and no contest"""
    given(
        early_help_started("A", on="2025-09-01"),
        lead_accepted("A", "W1", on="2025-09-01"),
        lead_ended("A", "W1", on="2025-10-01"),
        lead_accepted("A", "W2", on="2025-10-01"),
    )
    asked(at="2025-09-30").gaps("A").shows_nothing()
    asked(at="2025-10-01").gaps("A").shows_nothing()


def test_not_accepted(given, asked):
    """A nomination not accepted within five working days (`nomination_not_accepted`)

    Nominated on Wednesday 3 September: five working days later is Wednesday the 10th. Counted from the nomination.
    """
    given(lead_nominated("A", "W1", on="2025-09-03"))
    asked(at="2025-09-09").gaps("A").shows_nothing()
    asked(at="2025-09-10").gaps("A").shows(gap("nomination_not_accepted", since="2025-09-03", days=7, events="1"))


def test_accepted_late(given, asked):
    """Accepted late, or taken back, it is over"""
    given(
        lead_nominated("A", "W1", on="2025-09-03"),
        lead_accepted("A", "W1", on="2025-09-15"),
        lead_nominated("B", "W1", on="2025-09-03"),
        lead_ended("B", "W1", on="2025-09-15"),
    )
    asked(at="2025-09-14").gaps("A").shows(gap("nomination_not_accepted", since="2025-09-03"))
    asked(at="2025-09-15").gaps("A").shows_nothing()
    asked(at="2025-09-14").gaps("B").shows(gap("nomination_not_accepted", since="2025-09-03"))
    asked(at="2025-09-15").gaps("B").shows_nothing()


def test_nominated_on_a_weekend(given, asked):
    """Working days are Monday to Friday; bank holidays are not known"""
    given(lead_nominated("A", "W1", on="2025-09-06"))
    asked(at="2025-09-11").gaps("A").shows_nothing()
    asked(at="2025-09-12").gaps("A").shows(gap("nomination_not_accepted", since="2025-09-06"))


def test_acceptance_without_nomination(given, asked):
    """An acceptance without a nomination is a lead all the same"""
    given(lead_accepted("A", "W1", on="2025-09-08"), lead_ended("A", "W1", on="2025-10-01"))
    asked(at="2025-09-20").timeline("A").shows(
        entry("lead la-808:W1", "2025-09-08..2025-10-01", "open", accepted="2025-09-08")
    )


def test_accepted_again(given, asked):
    """A lead that has ended may be accepted again

    Without a second nomination, too.
    """
    given(
        early_help_started("A", on="2025-01-05"),
        lead_nominated("A", "W1", on="2025-01-05"),
        lead_accepted("A", "W1", on="2025-01-05"),
        lead_ended("A", "W1", on="2025-03-01"),
        lead_accepted("A", "W1", on="2025-06-01"),
    )
    asked(at="2025-05-31").gaps("A").shows(gap("early_help_without_lead", since="2025-03-01"))
    asked(at="2025-06-01").gaps("A").shows_nothing()


def test_caseload(given, asked):
    """A worker's caseload: the children worked with or led, and their gaps"""
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        lead_accepted("A", "W1", on="2025-09-01"),
        involvement_started("B", "social work", on="2025-09-01", worker="W1"),
        early_help_started("C", on="2025-09-01", worker="W2"),
        lead_nominated("C", "W1", on="2025-09-01"),
        involvement_ended("B", "social work", on="2025-10-01"),
    )
    asked(at="2025-09-20").caseload("la-808:W1").shows(
        case("A", "early_help, lead"),
        case("B", "involvement social work"),
        case("C", "lead", "early_help_without_lead, nomination_not_accepted"),
    )
    asked(at="2025-10-01").caseload("la-808:W1").shows(
        case("A", "early_help, lead"), case("C", "lead", "early_help_without_lead, nomination_not_accepted")
    )
    asked(at="2025-09-20").caseload("la-808:W2").shows(
        case("C", "early_help", "early_help_without_lead, nomination_not_accepted")
    )
    asked(at="2025-09-20").caseload("la-808:W9").shows_nothing()
