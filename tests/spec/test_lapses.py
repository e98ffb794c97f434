"""Confirmations and lapses

An agency may go on without saying so, or stop without saying so. An involvement or early help that nobody has confirmed
for 365 days is `lapsed`: neither ended, for nobody said so, nor open, for nobody has said so in a year. Enrolments and
registrations do not lapse: their registers are kept by law.
"""

from tests.spec.example import entry
from tests.spec.words import (
    gp_registered,
    involvement_confirmed,
    involvement_ended,
    involvement_started,
    placed_in_temporary_accommodation,
)


def test_lapsed(given, asked):
    """Not confirmed for 365 days"""
    given(involvement_started("A", "social work", on="2025-03-01"))
    asked(at="2026-02-28").timeline("A").shows(entry("involvement social work", "2025-03-01..", "open"))
    asked(at="2026-03-01").timeline("A").shows(
        entry("involvement social work", "2025-03-01..", "lapsed: not_confirmed")
    )


def test_confirmed(given, asked):
    """A confirmation counts from its day"""
    given(
        involvement_started("A", "social work", on="2025-03-01"),
        involvement_confirmed("A", "social work", on="2025-11-01"),
    )
    asked(at="2026-10-31").timeline("A").shows(
        entry("involvement social work", "2025-03-01..", "open", confirmed="2025-11-01", events="1, 2")
    )
    asked(at="2026-11-01").timeline("A").shows(
        entry("involvement social work", "2025-03-01..", "lapsed: not_confirmed")
    )


def test_ended_is_not_lapsed(given, asked):
    """What has an end is ended, not lapsed"""
    given(
        involvement_started("A", "social work", on="2025-03-01"),
        involvement_ended("A", "social work", on="2026-05-01"),
    )
    asked(at="2026-04-01").timeline("A").shows(entry("involvement social work", "2025-03-01..2026-05-01", "open"))
    asked(at="2026-05-01").timeline("A").shows(entry("involvement social work", "2025-03-01..2026-05-01", "ended"))


def test_confirmed_without_start(given, asked):
    """A confirmation without a start says that there is something, not since when"""
    given(involvement_confirmed("A", "social work", on="2025-11-01"))
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "..", "unknown: confirmed_without_start", confirmed="2025-11-01")
    )


def test_confirmed_which(given, asked):
    """Without a reference, a confirmation is of the one that started last by then"""
    given(
        involvement_started("A", "social work", on="2025-03-01"),
        involvement_ended("A", "social work", on="2025-04-01"),
        involvement_started("A", "social work", on="2025-06-01"),
        involvement_confirmed("A", "social work", on="2025-11-01"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "2025-03-01..2025-04-01", "ended", confirmed=None),
        entry("involvement social work", "2025-06-01..", "open", confirmed="2025-11-01"),
    )


def test_confirmed_after_the_end(given, asked):
    """A confirmation after an end is not swallowed by what ended"""
    given(
        involvement_started("A", "social work", on="2025-03-01"),
        involvement_ended("A", "social work", on="2025-04-01"),
        involvement_confirmed("A", "social work", on="2025-11-01"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "2025-03-01..2025-04-01", "ended", confirmed=None),
        entry("involvement social work", "..", "unknown: confirmed_without_start", confirmed="2025-11-01"),
    )


def test_registers_do_not_lapse(given, asked):
    """Registrations, enrolments and placements do not lapse"""
    given(
        gp_registered("A", practice="Z90001", on="2016-03-01"),
        placed_in_temporary_accommodation("A", on="2016-03-01"),
    )
    asked(at="2026-03-01").timeline("A").shows(
        entry("gp_registration Z90001", "2016-03-01..", "open"),
        entry("temporary_accommodation", "2016-03-01..", "open"),
    )
