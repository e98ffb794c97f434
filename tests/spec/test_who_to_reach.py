"""Whom to reach

Whoever works with a child is reached as its organisation registered it: the worker, the team, and the team's duty line
with its hours. What was registered last stands.
"""

from tests.spec.example import case, gap, reached
from tests.spec.reference_words import (
    duty_line_published,
    team_membership_ended,
    team_membership_started,
    team_registered,
)
from tests.spec.words import (
    COUNCIL,
    early_help_started,
    happened,
    involvement_started,
    lead_accepted,
    worker_left,
    worker_registered,
)

TEAM = {"organisation": COUNCIL, "code": "T7"}
HELPED = happened(
    "InvolvementStarted", "A", on="2025-09-01", service="family support", provision="additional", worker="W1", team=TEAM
)
REGISTERED = [
    worker_registered("W1", on="2025-09-01", contact="01632 960100"),
    team_registered("T7", on="2025-09-01", contact="01632 960001"),
    duty_line_published("T7", on="2025-09-01", contact="01632 960002", days="mon-fri", hours=("09:00", "17:00")),
]


def test_worker_team_and_duty_line(given, asked):
    """A worker, its team, and the team's duty line"""
    given(HELPED, REGISTERED)
    asked(at="2025-09-01", known_after=1).reach("A").shows(
        reached("family support", worker=None, team=None, duty_line=None, left=None)
    )
    asked(at="2025-09-01").reach("A").shows(
        reached(
            "family support",
            worker="01632 960100",
            team="01632 960001",
            duty_line="01632 960002, mon-fri 09:00-17:00",
            left=None,
        )
    )


def test_published_again(given, asked):
    """A duty line or a team that is published again stands for the one before, from its day"""
    given(
        HELPED,
        REGISTERED,
        duty_line_published("T7", on="2025-11-03", contact="01632 960003", days="mon-sat", hours=("08:00", "20:00")),
        team_registered("T7", on="2025-11-03", contact="01632 960004"),
    )
    asked(at="2025-11-02").reach("A").shows(
        reached("family support", team="01632 960001", duty_line="01632 960002, mon-fri 09:00-17:00")
    )
    asked(at="2025-11-03").reach("A").shows(
        reached("family support", team="01632 960004", duty_line="01632 960003, mon-sat 08:00-20:00")
    )


def test_worker_who_left(given, asked):
    """Of a worker who left it is said since when; the team is still there"""
    given(HELPED, REGISTERED, worker_left("W1", on="2025-11-03"))
    asked(at="2025-11-02").reach("A").shows(reached("family support", left=None))
    asked(at="2025-11-03").reach("A").shows(reached("family support", team="01632 960001", left="2025-11-03"))


def test_shielded(given, asked):
    """Of a shielded child nobody's contact is shown"""
    given(HELPED, REGISTERED, happened("ShieldApplied", "A", on="2025-10-01"))
    asked(at="2025-10-02").reach("A").shows(
        reached("family support", worker=None, team=None, duty_line=None, left=None)
    )


def test_member_of_a_team(given, asked):
    """Who is in which team is recorded; a member's caseload is whom it works with itself

    A child that only the team works with is on no member's caseload. A worker whose involvement names no team is not
    reached by that team's duty line.
    """
    given(
        REGISTERED,
        team_membership_started("W1", "T7", on="2025-09-01"),
        happened(
            "InvolvementStarted", "A", on="2025-09-01", service="family support", provision="additional", team=TEAM
        ),
        involvement_started("B", "play therapy", on="2025-09-01", worker="W1"),
    )
    asked(at="2025-10-01").caseload("la-808:W1").shows(case("B", "involvement play therapy"))
    asked(at="2025-10-01").reach("B").shows(reached("play therapy", worker="01632 960100", team=None, duty_line=None))


def test_left_a_team(given, asked):
    """To leave a team is not to leave: the worker still leads, and is reached as before"""
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        lead_accepted("A", "W1", on="2025-09-01"),
        worker_registered("W1", on="2025-09-01", contact="01632 960100"),
        team_membership_started("W1", "T7", on="2025-09-01"),
        team_membership_ended("W1", "T7", on="2025-11-03"),
        worker_left("W1", on="2025-12-01"),
    )
    asked(at="2025-11-30").gaps("A", "lead_worker_left").shows_nothing()
    asked(at="2025-11-30").reach("A").shows(reached("early help", worker="01632 960100", left=None))
    asked(at="2025-12-01").gaps("A", "lead_worker_left").shows(gap("lead_worker_left", since="2025-12-01"))
