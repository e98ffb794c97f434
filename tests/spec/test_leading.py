"""Leading: nominate, accept, decline, transfer, end

A lead has a role and a scope. One worker leads in each; a nomination leads nobody until it is accepted.
"""

from tests.spec.example import entry
from tests.spec.words import death_notified, early_help_started, happened, lead_accepted, lead_ended, lead_nominated

SEAT = {"role": "lead_practitioner", "scope": "child"}


def test_nominated(given, asked):
    """A worker is nominated, accepts, and ends the lead"""
    given(early_help_started("A", on="2025-09-01"))
    asked(at="2025-09-03").to("nominate", "A", "W1", **SEAT).becomes("LeadNominated")
    asked(at="2025-09-04").to("accept", "A", "W1", **SEAT).becomes("LeadAccepted")
    asked(at="2025-11-20").to("end", "A", "W1", **SEAT, reason="completed").becomes("LeadEnded")
    asked(at="2025-12-01").timeline("A").shows(
        entry("early_help", "2025-09-01..", "open"),
        entry("lead la-808:W1", "2025-09-03..2025-11-20", "ended", accepted="2025-09-04", reason="completed"),
    )


def test_nominated_twice(given, asked):
    """Nobody is nominated twice for one lead"""
    given(lead_nominated("A", "W1", on="2025-09-03"))
    asked(at="2025-09-04").to("nominate", "A", "W1", **SEAT).is_refused(
        "already_so", "worker", "this worker is nominated or leads already"
    )
    asked(at="2025-09-04").to("nominate", "A", "W1", role="lead_practitioner", scope="family").becomes("LeadNominated")
    asked(at="2025-09-04").to("nominate", "A", "W2", **SEAT).becomes("LeadNominated")


def test_not_nominated(given, asked):
    """Only who is nominated accepts or declines, from the day of the nomination"""
    given(early_help_started("A", on="2025-09-01"), lead_nominated("A", "W1", on="2025-09-03"))
    for name in ("accept", "decline"):
        asked(at="2025-09-04").to(name, "A", "W2", **SEAT).is_refused(
            "not_so", "worker", "this worker is not nominated"
        )
        asked(at="2025-09-02").to(name, "A", "W1", **SEAT).is_refused(
            "not_so", "worker", "this worker is not nominated"
        )


def test_declined(given, asked):
    """Who declined is nominated no more"""
    given(lead_nominated("A", "W1", on="2025-09-03"))
    asked(at="2025-09-04").to("decline", "A", "W1", **SEAT, reason="no_capacity").becomes("LeadDeclined")
    asked(at="2025-09-05").to("accept", "A", "W1", **SEAT).is_refused(
        "not_so", "worker", "this worker is not nominated"
    )


def test_held(given, asked):
    """Nobody accepts a lead that another holds

    The other's lead ends first, or it is transferred.
    """
    given(
        lead_nominated("A", "W1", on="2025-09-03"),
        lead_accepted("A", "W1", on="2025-09-03"),
        lead_nominated("A", "W2", on="2025-09-10"),
    )
    asked(at="2025-09-11").to("accept", "A", "W2", **SEAT).is_refused(
        "already_so", "role", "another worker leads in this role; that lead ends first, or is transferred"
    )
    asked(at="2025-09-12").to("end", "A", "W1", **SEAT).becomes("LeadEnded")
    asked(at="2025-09-12").to("accept", "A", "W2", **SEAT).becomes("LeadAccepted")


def test_at_one_moment(given, asked):
    """Of two who accept at one moment one wins, and the other is told"""
    given(lead_nominated("A", "W1", on="2025-09-03"), lead_nominated("A", "W2", on="2025-09-03"))
    asked(at="2025-09-04").at_one_moment("accept", "A", "W1", "W2", **SEAT).is_won_by_one(
        "LeadAccepted",
        "already_so", "role", "another worker leads in this role; that lead ends first, or is transferred",
    )  # fmt: skip


def test_transferred(given, asked):
    """A lead is transferred to another worker, and passes on once that one accepts"""
    given(lead_nominated("A", "W1", on="2025-09-03"), lead_accepted("A", "W1", on="2025-09-03"))
    asked(at="2025-09-10").to("transfer", "A", "W1", **SEAT).is_refused(
        "already_so", "worker", "this worker is nominated or leads already"
    )
    asked(at="2025-09-10").to("transfer", "A", "W2", **SEAT).becomes("LeadTransferProposed")
    asked(at="2025-09-12").to("accept", "A", "W2", **SEAT).becomes("LeadAccepted")


def test_nothing_to_transfer(given, asked):
    """A nomination that nobody has accepted is no lead that could be transferred"""
    given(lead_nominated("A", "W1", on="2025-09-03"))
    asked(at="2025-09-10").to("transfer", "A", "W2", **SEAT).is_refused(
        "not_so", "role", "nobody leads in this role, so there is nothing to transfer; nominate instead"
    )


def test_ended(given, asked):
    """Only a lead that goes on can end; a nomination may end too"""
    given(
        lead_nominated("A", "W1", on="2025-09-03"),
        lead_ended("A", "W1", on="2025-09-20"),
        lead_nominated("A", "W2", on="2025-10-01"),
    )
    asked(at="2025-09-20").to("end", "A", "W1", **SEAT).is_refused(
        "not_so", "worker", "this worker neither leads nor is nominated"
    )
    asked(at="2025-10-02").to("end", "A", "W2", **SEAT).becomes("LeadEnded")


def test_dead(given, asked):
    """Nobody is nominated or proposed for a child who has died; what goes on can be ended"""
    given(
        lead_nominated("A", "W1", on="2025-09-03"),
        lead_accepted("A", "W1", on="2025-09-03"),
        death_notified("A", on="2025-10-01"),
    )
    for name in ("nominate", "transfer"):
        asked(at="2025-10-01").to(name, "A", "W2", **SEAT).is_refused("impossible_date", "on", "the child has died")
    asked(at="2025-10-02").to("end", "A", "W1", **SEAT).becomes("LeadEnded")


def test_sealed(given, asked):
    """Of a child with a new identity, what is told afterwards is withheld: nothing is built on it"""
    given(early_help_started("A", on="2025-09-01"), happened("IdentitySealed", "A", on="2025-09-10", by="la-808"))
    asked(at="2025-09-12").to("nominate", "A", "W1", **SEAT).becomes("LeadNominated")
    asked(at="2025-09-13").to("accept", "A", "W1", **SEAT).is_refused(
        "not_so", "worker", "this worker is not nominated"
    )
