"""Snapshots

An agency's system may send all that it holds of one kind, as it is on a day: starts and confirmations in mode `snapshot`,
closed by `FeedReported` in that mode, which says how many rows there are. A row says that it is so still, so it confirms.
What the organisation started before and did not list has `lapsed`: not ended, for nobody said so. A snapshot that has
lost more than a fifth of its rows is kept in quarantine until a person has looked at it.
"""

from tests.spec.example import entry, gap
from tests.spec.words import (
    gp_registered,
    involvement_confirmed,
    involvement_ended,
    involvement_started,
    listed,
    snapshot_reported,
)

COUNCIL = "la-808"
WORK = "InvolvementStarted"


def five(on):
    """Rows of five other children, so that one missing is not too many."""
    return [listed(involvement_started(child, "social work", on="2025-01-10"), on) for child in "BCDEF"]


def test_absent(given, asked):
    """What a snapshot does not list has lapsed since its day

    Six children were worked with; the snapshot of 1 March lists five of them.
    """
    given(
        *(involvement_started(child, "social work", on="2025-01-10") for child in "ABCDEF"),
        five("2025-03-01"),
        snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=5),
    )
    asked(at="2025-02-28").timeline("A").shows(entry("involvement social work", "2025-01-10..", "open"))
    asked(at="2025-03-01").timeline("A").shows(
        entry("involvement social work", "2025-01-10..", "lapsed: absent_from_snapshot", events="1")
    )
    asked(at="2025-03-01").timeline("B").shows(
        entry("involvement social work", "2025-01-10..", "open", confirmed="2025-03-01", events="2, 7")
    )
    asked(at="2025-03-01", known_after=11).timeline("A").shows(entry("involvement social work", "2025-01-10..", "open"))


def test_not_all_rows(given, asked):
    """A snapshot of which rows have not come makes nothing lapse

    The report says six, and five came. With the sixth, which comes after the report, it is whole; it is not of A.
    """
    given(
        *(involvement_started(child, "social work", on="2025-01-10") for child in "ABCDEF"),
        five("2025-03-01"),
        snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=6),
        listed(involvement_started("G", "social work", on="2025-02-10"), "2025-03-01"),
    )
    asked(at="2025-03-02", known_after=12).timeline("A").shows(entry("involvement social work", "2025-01-10..", "open"))
    asked(at="2025-03-02").timeline("A").shows(
        entry("involvement social work", "2025-01-10..", "lapsed: absent_from_snapshot")
    )
    asked(at="2025-03-02").timeline("G").shows(
        entry("involvement social work", "2025-02-10..", "open", confirmed="2025-03-01")
    )


def test_heard_of_again(given, asked):
    """What is heard of again is open again

    By a confirmation of the day, and by the next snapshot.
    """
    given(
        *(involvement_started(child, "social work", on="2025-01-10") for child in "ABCDEF"),
        five("2025-03-01"),
        snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=5),
        involvement_confirmed("A", "social work", on="2025-03-20"),
        five("2025-04-01"),
        listed(involvement_started("A", "social work", on="2025-01-10"), "2025-04-01"),
        snapshot_reported(COUNCIL, WORK, on="2025-04-01", count=6),
    )
    asked(at="2025-03-21", known_after=13).timeline("A").shows(
        entry("involvement social work", "2025-01-10..", "open", confirmed="2025-03-20")
    )
    asked(at="2025-04-02").timeline("A").shows(
        entry("involvement social work", "2025-01-10..", "open", confirmed="2025-04-01")
    )


def test_ended(given, asked):
    """What has ended stays ended, and what starts later is not absent"""
    given(
        *(involvement_started(child, "social work", on="2025-01-10") for child in "ABCDEF"),
        involvement_ended("A", "social work", on="2025-02-01"),
        five("2025-03-01"),
        snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=5),
        involvement_started("G", "social work", on="2025-03-02"),
    )
    asked(at="2025-03-03").timeline("A").shows(entry("involvement social work", "2025-01-10..2025-02-01", "ended"))
    asked(at="2025-03-03").timeline("G").shows(entry("involvement social work", "2025-03-02..", "open"))


def test_scope(given, asked):
    """A snapshot of a part speaks of that part, and only of the organisation's own"""
    given(
        *(involvement_started(child, "social work", on="2025-01-10") for child in "ABCDEF"),
        involvement_started("A", "family support", on="2025-01-10"),
        involvement_started("A", "social work", on="2025-01-12", by="la-909"),
        five("2025-03-01"),
        snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=5, scope="social work"),
    )
    asked(at="2025-03-03").timeline("A").shows(
        entry("involvement social work", "2025-01-10..", "lapsed: absent_from_snapshot"),
        entry("involvement family support", "2025-01-10..", "open"),
        entry("involvement social work", "2025-01-12..", "open"),
    )


def test_registrations(given, asked):
    """A registration that is not listed has lapsed, and nobody has said that it ended

    A practice's snapshot does not list A any more. That is shown; that A has no GP is not said.
    """
    given(
        *(gp_registered(child, "Z90001", on="2025-01-10", born="2016-01-09") for child in "ABCDEF"),
        *(listed(gp_registered(child, "Z90001", on="2025-01-10"), "2025-03-01") for child in "BCDEF"),
        snapshot_reported("ods-Z90001", "GpRegistered", on="2025-03-01", count=5),
    )
    asked(at="2025-04-15").timeline("A").shows(
        entry("gp_registration Z90001", "2025-01-10..", "lapsed: absent_from_snapshot")
    )
    asked(at="2025-04-15").indicators("A", "no_gp").shows_nothing()


def test_services(given, asked):
    """What has lapsed is no service that needs a lead"""
    given(
        *(
            involvement_started(child, service, on="2025-01-10")
            for child in "ABCDEF"
            for service in ("social work", "family support")
        ),
        *(listed(involvement_started(child, "social work", on="2025-01-10"), "2025-03-01") for child in "BCDEF"),
        snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=5, scope="social work"),
    )
    asked(at="2025-02-20").gaps("A", "services_without_lead").shows(gap("services_without_lead", since="2025-01-10"))
    asked(at="2025-03-05").gaps("A", "services_without_lead").shows_nothing()
