"""What holds for every command

What a command says must be right, and it looks at the child as all agencies know it, not at one of its records.
"""

from domain.leads.commands import DECISIONS
from tests.spec.words import gp_registered, lead_nominated

SEAT = {"role": "lead_practitioner", "scope": "child"}


def test_what_is_needed(given, asked):
    """What a command needs must be said"""
    given(gp_registered("A", practice="Z90001", on="2015-03-20"))
    for name, decision in DECISIONS.items():
        said = {"role": "lead_practitioner"} if "role" in decision.needs[1:] else {}
        asked(at="2025-09-03").to(name, "A", "W1", **said).is_refused(
            "missing_field", decision.needs[0], "this command needs it"
        )


def test_one_child(given, asked):
    """A nomination under one number is accepted under another, where both are known to be one child"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01"),
        lead_nominated("A", "W1", on="2025-09-03", known_by=["agency", "nhs"], born="2015-03-01"),
    )
    asked(at="2025-09-04").to("accept", "A.agency", "W1", **SEAT).becomes("LeadAccepted")


def test_disputed(given, asked):
    """What is told under two numbers that are not one child is disputed, and nothing is built on it"""
    given(
        gp_registered("A", practice="Z90001", on="2015-03-20", born="2015-03-01"),
        gp_registered("B", practice="Z90001", on="2016-05-20", born="2016-05-01"),
        lead_nominated("A", "W1", on="2025-09-03", known_by=["nhs", "B.nhs"], born="2015-03-01"),
    )
    asked(at="2025-09-04").to("accept", "A", "W1", **SEAT).is_refused(
        "not_so", "worker", "this worker is not nominated"
    )
