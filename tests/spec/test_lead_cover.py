"""Covering for a lead

While a lead is away another worker covers. The lead goes on leading, and the child is on the caseload of both.
"""

from tests.spec.example import case, entry, gap, line
from tests.spec.words import early_help_started, happened, lead_accepted

COVER = "lead_cover lead_practitioner"
ROLE = "lead_practitioner"


def test_cover(given, asked):
    """Cover holds from its day until it ends, by role and by the worker who covers"""
    given(
        lead_accepted("A", "W1", on="2025-09-01"),
        happened("LeadCoverStarted", "A", on="2025-10-06", role=ROLE, worker="W2"),
        happened("LeadCoverEnded", "A", on="2025-10-27", role=ROLE),
    )
    leads = entry("lead la-808:W1", "2025-09-01..", "open")
    asked(at="2025-10-26").timeline("A").shows(
        leads, entry(COVER, "2025-10-06..2025-10-27", "open", worker="la-808:W2", role=ROLE)
    )
    asked(at="2025-10-27").timeline("A").shows(leads, entry(COVER, "2025-10-06..2025-10-27", "ended", events="2, 3"))


def test_who_leads_meanwhile(given, asked):
    """Who covers is not the lead, and has the child on the caseload"""
    given(
        lead_accepted("A", "W1", on="2025-09-01"),
        happened("LeadCoverStarted", "A", on="2025-10-06", role=ROLE, worker="W2"),
        happened("LeadCoverEnded", "A", on="2025-10-27", role=ROLE),
    )
    asked(at="2025-10-26").index("A").shows(line(lead="la-808:W1", involvements=""))
    asked(at="2025-10-26").gaps("A", "contested_lead").shows_nothing()
    asked(at="2025-10-26").caseload("la-808:W1").shows(case("A", "lead"))
    asked(at="2025-10-26").caseload("la-808:W2").shows(case("A", "lead_cover"))
    asked(at="2025-10-27").caseload("la-808:W2").shows_nothing()


def test_cover_is_no_lead(given, asked):
    """Cover where nobody leads is no lead"""
    given(
        early_help_started("A", on="2025-09-01"),
        happened("LeadCoverStarted", "A", on="2025-10-06", role=ROLE, worker="W2"),
    )
    asked(at="2025-10-10").gaps("A").shows(gap("early_help_without_lead", since="2025-09-01"))
