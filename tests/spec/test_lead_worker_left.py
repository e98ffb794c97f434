"""A lead who is no longer there (`lead_worker_left`)

The organisation says that a worker has left, or is suspended, and a lead of that worker is still active. Shown at once,
for every child whom the worker leads.
"""

from tests.spec.example import gap
from tests.spec.words import (
    death_notified,
    happened,
    lead_accepted,
    lead_ended,
    lead_nominated,
    worker_left,
    worker_registered,
)

RULE = "lead_worker_left"
LEADS = lead_accepted("A", "W1", on="2025-09-01")
SHOWN = gap(RULE, since="2025-10-15")


def test_left(given, asked):
    """From the day on which the worker is no longer there, until the lead ends"""
    given(LEADS, worker_left("W1", on="2025-10-15"), lead_ended("A", "W1", on="2025-11-03"))
    asked(at="2025-10-14").gaps("A").shows_nothing()
    asked(at="2025-10-15").gaps("A").shows(gap(RULE, since="2025-10-15", days=0, events="1, 3"))
    asked(at="2025-11-02").gaps("A").shows(gap(RULE, since="2025-10-15", days=18))
    asked(at="2025-11-03").gaps("A").shows_nothing()
    asked(at="2025-10-15", known_after=1).gaps("A").shows_nothing()


def test_suspended(given, asked):
    """Suspended for some days, or registered again, the worker is there again"""
    given(
        worker_registered("W1", on="2024-09-01"),
        worker_registered("W2", on="2024-09-01"),
        LEADS,
        lead_accepted("B", "W2", on="2025-09-01"),
        worker_left("W1", on="2025-10-15", reason="suspended", until="2025-11-03"),
        worker_left("W2", on="2025-10-15"),
        worker_registered("W2", on="2025-11-03"),
    )
    for child in "AB":
        asked(at="2025-10-14").gaps(child).shows_nothing()
        asked(at="2025-11-02").gaps(child).shows(SHOWN)
        asked(at="2025-11-03").gaps(child).shows_nothing()


def test_takes_the_lead_afterwards(given, asked):
    """A lead accepted in the name of a worker who had left is shown from its first day"""
    given(worker_left("W1", on="2025-08-01"), LEADS)
    asked(at="2025-08-31").gaps("A").shows_nothing()
    asked(at="2025-09-01").gaps("A").shows(gap(RULE, since="2025-09-01"))


def test_passed_on(given, asked):
    """It clears when another worker takes the lead over"""
    given(
        lead_accepted("A", "W1", on="2025-09-01", reference="l1"),
        worker_left("W1", on="2025-10-15"),
        happened(
            "LeadTransferProposed",
            "A",
            on="2025-10-16",
            role="lead_practitioner",
            scope="child",
            worker="W2",
            reference="l2",
        ),
        lead_accepted("A", "W2", on="2025-10-20", reference="l2"),
    )
    asked(at="2025-10-19").gaps("A").shows(SHOWN)
    asked(at="2025-10-20").gaps("A").shows_nothing()


def test_another_worker(given, asked):
    """Not of another organisation's worker with the same staff id, nor of a nomination"""
    given(
        LEADS,
        lead_nominated("B", "W2", on="2025-10-15"),
        worker_left("la-358:W1", on="2025-10-15", by="la-358"),
        worker_left("W2", on="2025-10-15"),
    )
    asked(at="2025-10-16").gaps("A").shows_nothing()
    asked(at="2025-10-16").gaps("B").shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(LEADS, worker_left("W1", on="2025-10-15"), death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").gaps("A").shows(SHOWN)
    asked(at="2025-11-10").gaps("A").shows_nothing()
