"""Declining a lead, and passing it on

A worker who was nominated may decline. A transfer proposes another worker; it takes effect on acceptance: until then
the lead stays where it is, and from then on with the other, without a gap and without two leads.
"""

from tests.spec.example import case, entry, gap, line
from tests.spec.words import early_help_started, event_retracted, happened, lead_accepted, lead_ended, lead_nominated


def declined(child, worker, on, **more):
    """A nominated worker does not take the lead."""
    return happened("LeadDeclined", child, on, role="lead_practitioner", scope="child", worker=worker, **more)


def proposed(child, worker, on, role="lead_practitioner", **more):
    """It is proposed that the lead passes to this worker."""
    return happened("LeadTransferProposed", child, on, role=role, scope="child", worker=worker, **more)


def test_declined(given, asked):
    """A nomination that was declined is over

    Nobody leads: where a lead is needed, that stays a gap.
    """
    given(
        early_help_started("A", on="2025-09-01"),
        lead_nominated("A", "W1", on="2025-09-03"),
        declined("A", "W1", on="2025-09-12", reason="no_capacity"),
    )
    asked(at="2025-09-11").gaps("A").shows(
        gap("nomination_not_accepted", since="2025-09-03"), gap("early_help_without_lead", since="2025-09-01")
    )
    asked(at="2025-09-12").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01"))
    asked(at="2025-09-12", known_after=2).gaps("A").shows(
        gap("nomination_not_accepted", since="2025-09-03"), gap("early_help_without_lead", since="2025-09-01")
    )
    asked(at="2025-09-12").timeline("A").shows(
        entry("early_help", "2025-09-01..", "open"),
        entry("lead la-808:W1", "2025-09-03..2025-09-12", "ended", accepted=None, reason="no_capacity"),
    )


def test_declined_in_time(given, asked):
    """Declined within five working days, it never was a gap"""
    given(lead_nominated("A", "W1", on="2025-09-03"), declined("A", "W1", on="2025-09-10"))
    asked(at="2025-09-10").gaps("A").shows_nothing()
    asked(at="2025-09-10", known_after=1).gaps("A").shows(gap("nomination_not_accepted", since="2025-09-03"))


def test_another_is_nominated(given, asked):
    """Another worker may be nominated then"""
    given(
        lead_nominated("A", "W1", on="2025-09-03", reference="n1"),
        declined("A", "W1", on="2025-09-05", reference="n1"),
        lead_nominated("A", "W2", on="2025-09-05", reference="n2"),
        lead_accepted("A", "W2", on="2025-09-08", reference="n2"),
    )
    asked(at="2025-09-10").gaps("A").shows_nothing()
    asked(at="2025-09-10").caseload("la-808:W2").shows(case("A", "lead"))
    asked(at="2025-09-10").caseload("la-808:W1").shows_nothing()


def test_transfer(given, asked):
    """It passes on the day of acceptance

    Proposed on 1 October, accepted on the 6th: until then the first worker leads, from then on the second.
    """
    given(
        early_help_started("A", on="2025-09-01"),
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        proposed("A", "W2", on="2025-10-01", reference="l2"),
        lead_accepted("A", "W2", on="2025-10-06", reference="l2"),
    )
    asked(at="2025-10-05").gaps("A").shows_nothing()
    asked(at="2025-10-06").gaps("A").shows_nothing()
    asked(at="2025-12-01").gaps("A").shows_nothing()


def test_transfer_and_its_end(given, asked):
    """When the first worker says that the lead has ended, too, it changes nothing"""
    given(
        early_help_started("A", on="2025-09-01"),
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        proposed("A", "W2", on="2025-10-01", reference="l2"),
        lead_accepted("A", "W2", on="2025-10-06", reference="l2"),
        lead_ended("A", "W1", on="2025-10-10", reference="l1"),
    )
    asked(at="2025-10-08").gaps("A").shows_nothing()
    asked(at="2025-10-10").gaps("A").shows_nothing()
    asked(at="2025-12-01").caseload("la-808:W2").shows(case("A", "lead"))


def test_transfer_not_accepted(given, asked):
    """A transfer not accepted within five working days; the first worker still leads

    Proposed on Wednesday 1 October: five working days later is Wednesday the 8th.
    """
    given(
        early_help_started("A", on="2025-09-01"),
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        proposed("A", "W2", on="2025-10-01", reference="l2"),
        declined("A", "W2", on="2025-10-20", reference="l2"),
    )
    asked(at="2025-10-07").gaps("A").shows_nothing()
    asked(at="2025-10-08").gaps("A").shows(gap("nomination_not_accepted", since="2025-10-01"))
    asked(at="2025-10-20").gaps("A").shows_nothing()
    asked(at="2025-10-20").caseload("la-808:W1").shows(case("A", "lead"))


def test_without_a_proposal(given, asked):
    """An acceptance that was not proposed as a transfer contests the lead

    Two who both think that they lead is what the gap is for.
    """
    given(
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        lead_nominated("A", "W2", on="2025-10-01", reference="l2"),
        lead_accepted("A", "W2", on="2025-10-06", reference="l2"),
    )
    asked(at="2025-10-06").gaps("A").shows(gap("contested_lead", since="2025-10-06"))


def test_other_role(given, asked):
    """A transfer takes over a lead of its own role only

    The lead child protection practitioner's passing on leaves the lead practitioner where it was.
    """
    role = "lead_child_protection_practitioner"
    given(
        early_help_started("A", on="2025-09-01"),
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        proposed("A", "W2", on="2025-10-01", role=role, reference="l2"),
        lead_accepted("A", "W2", on="2025-10-06", role=role, reference="l2"),
        lead_ended("A", "W2", on="2025-11-03", role=role, reference="l2"),
    )
    asked(at="2025-10-06").gaps("A").shows_nothing()
    asked(at="2025-11-03").gaps("A").shows_nothing()


def test_retracted(given, asked):
    """A proposal that was retracted leaves two leads

    As known before, the lead had passed.
    """
    given(
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        proposed("A", "W2", on="2025-10-01", reference="l2"),
        lead_accepted("A", "W2", on="2025-10-06", reference="l2"),
        event_retracted("A", 2, recorded="2025-11-03"),
    )
    asked(at="2025-11-10", known_after=3).gaps("A").shows_nothing()
    asked(at="2025-11-10").gaps("A").shows(gap("contested_lead", since="2025-10-06"))


def test_caseload_after_transfer(given, asked):
    """Who passed the lead on no longer has it on the caseload"""
    given(
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        happened("LeadTransferProposed", "A", on="2025-10-01", role="lead_practitioner", scope="child", worker="W2", reference="l2"),
        lead_accepted("A", "W2", on="2025-10-06", reference="l2"),
    )  # fmt: skip
    asked(at="2025-10-10").caseload("la-808:W1").shows_nothing()


def test_bug_the_lead_came_back(given, asked):
    """Who passed the lead on does not lead again when the other's lead ends"""
    given(
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        proposed("A", "W2", on="2025-10-01", reference="l2"),
        lead_accepted("A", "W2", on="2025-10-06", reference="l2"),
        lead_ended("A", "W2", on="2025-11-03", reference="l2"),
    )
    asked(at="2025-10-10").index("A").shows(line(lead="la-808:W2"))
    asked(at="2025-11-10").index("A").shows(line(lead=""))
