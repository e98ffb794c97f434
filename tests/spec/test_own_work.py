"""Saying that one's own work with a child has started, goes on, has ended"""

from tests.spec.example import entry
from tests.spec.words import death_notified, gp_registered, involvement_started

WORK = {"service": "youth work"}


def test_worked(given, asked):
    """Work starts, is confirmed, and ends"""
    given(gp_registered("A", practice="Z90001", on="2015-03-20"))
    asked(at="2025-09-03").to("start", "A", "W1", **WORK, provision="additional").becomes("InvolvementStarted")
    asked(at="2025-10-03").to("confirm", "A", "W1", **WORK).becomes("InvolvementConfirmed")
    asked(at="2025-11-20").to("finish", "A", "W1", **WORK, reason="completed").becomes("InvolvementEnded")
    asked(at="2025-12-01").timeline("A").shows(
        entry("gp_registration Z90001", "2015-03-20..", "open"),
        entry("involvement youth work", "2025-09-03..2025-11-20", "ended", confirmed="2025-10-03"),
    )


def test_started_twice(given, asked):
    """Work that goes on does not start again"""
    given(involvement_started("A", "youth work", on="2025-09-03", worker="W1"))
    asked(at="2025-09-04").to("start", "A", "W1", **WORK, provision="additional").is_refused(
        "already_so", "service", "this worker is recorded with this service already"
    )


def test_not_started(given, asked):
    """What has not started is neither confirmed nor ended, and what has ended is not"""
    given(involvement_started("A", "youth work", on="2025-09-03", worker="W1"))
    for name in ("confirm", "finish"):
        asked(at="2025-09-04").to(name, "A", "W2", **WORK).is_refused(
            "not_so", "worker", "this worker has nothing open here that could be confirmed or ended"
        )
        asked(at="2025-09-02").to(name, "A", "W1", **WORK).is_refused(
            "not_so", "worker", "this worker has nothing open here that could be confirmed or ended"
        )


def test_colleagues(given, asked):
    """Where colleagues do the same work, it must be clear whose is confirmed or ended"""
    given(involvement_started("A", "youth work", on=f"2025-09-0{day}", worker=f"W{day}") for day in (1, 2))
    for name in ("confirm", "finish"):
        asked(at="2025-09-04").to(name, "A", "W1", **WORK).is_refused(
            "not_so",
            "worker",
            "colleagues of this worker have the same open: only their organisation's own system can say whose is meant",
        )


def test_dead(given, asked):
    """No work starts with a child who has died"""
    given(death_notified("A", on="2025-09-01"))
    asked(at="2025-09-02").to("start", "A", "W1", **WORK, provision="additional").is_refused(
        "impossible_date", "on", "the child has died"
    )
