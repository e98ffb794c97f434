"""Joining and leaving the team around the child"""

from tests.spec.words import death_notified, gp_registered, happened

TEAM = {"service": "family support"}


def member(worker, on):
    """A worker is of the team around the child."""
    return happened("TeamMemberAgreed", "A", on, service="family support", worker=worker)


def test_joined(given, asked):
    """A worker joins, and leaves"""
    given(gp_registered("A", practice="Z90001", on="2015-03-20"))
    asked(at="2025-09-03").to("join", "A", "W1", **TEAM).becomes("TeamMemberAgreed")
    asked(at="2025-11-20").to("leave", "A", "W1", **TEAM).becomes("TeamMemberLeft")


def test_joined_twice(given, asked):
    """Nobody joins twice for one service"""
    given(member("W1", "2025-09-03"))
    asked(at="2025-09-04").to("join", "A", "W1", **TEAM).is_refused(
        "already_so", "service", "this worker is recorded with this service already"
    )
    asked(at="2025-09-04").to("join", "A", "W1", service="youth work").becomes("TeamMemberAgreed")


def test_not_a_member(given, asked):
    """Nobody leaves whom they have not joined, or for another"""
    given(member("W1", "2025-09-03"))
    asked(at="2025-09-04").to("leave", "A", "W2", **TEAM).is_refused(
        "not_so", "worker", "this worker has nothing open here that could be confirmed or ended"
    )


def test_two_of_one_service(given, asked):
    """Where two of one service are members, an end could be of either"""
    given(member("W1", "2025-09-03"), member("W2", "2025-09-03"))
    asked(at="2025-09-04").to("leave", "A", "W1", **TEAM).is_refused(
        "not_so",
        "worker",
        "colleagues of this worker have the same open: only their organisation's own system can say whose is meant",
    )


def test_joined_at_one_moment(given, asked):
    """Who joins twice at one moment has joined once"""
    given(gp_registered("A", practice="Z90001", on="2015-03-20"))
    asked(at="2025-09-03").at_one_moment("join", "A", "W1", "W1", **TEAM).is_won_by_one(
        "TeamMemberAgreed", "already_so", "service", "this worker is recorded with this service already"
    )


def test_dead(given, asked):
    """Nobody joins the team around a child who has died"""
    given(death_notified("A", on="2025-09-01"))
    asked(at="2025-09-01").to("join", "A", "W1", **TEAM).is_refused("impossible_date", "on", "the child has died")
