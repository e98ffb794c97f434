"""Intervals

An involvement, an enrolment, a registration is an interval from the day it began to the day on which it was over. Its
events may arrive in any order; what they say together counts. Where their dates cannot be trusted, the entry is shown
as `unknown` with the reason, and no rule relies on it.
"""

from tests.spec.example import entry
from tests.spec.words import (
    early_help_ended,
    early_help_started,
    gp_registered,
    gp_registration_ended,
    involvement_ended,
    involvement_started,
    pupil_admitted,
    pupil_removed_from_roll,
    referral_received,
)


def test_open(given, asked):
    """A start without an end is open

    An end that nobody told is no end: an enrolment goes on, however long ago it began.
    """
    given(pupil_admitted("A", school="900001", on="2025-09-01"))
    asked(at="2025-08-31").timeline("A").shows_nothing()
    asked(at="2025-09-01").timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))
    asked(at="2036-09-01").timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))


def test_closed(given, asked):
    """An end closes the start that is open

    Intervals are half-open: the day of the end is the first day on which it is over.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01"),
        pupil_removed_from_roll("A", school="900001", on="2026-01-05", ground="A"),
    )
    asked(at="2026-01-04").timeline("A").shows(entry("enrolment 900001", "2025-09-01..2026-01-05", "open"))
    asked(at="2026-01-05").timeline("A").shows(
        entry("enrolment 900001", "2025-09-01..2026-01-05", "ended", reason="A", events="1, 2")
    )


def test_end_arrives_first(given, asked):
    """The end may arrive before its start

    Until the start arrives the end stands alone: when it began is not known.
    """
    given(
        pupil_removed_from_roll("A", school="900001", on="2026-01-05"),
        pupil_admitted("A", school="900001", on="2025-09-01"),
    )
    asked(at="2026-02-01", known_after=1).timeline("A").shows(
        entry("enrolment 900001", "..2026-01-05", "unknown: end_without_start")
    )
    asked(at="2026-02-01").timeline("A").shows(
        entry("enrolment 900001", "2025-09-01..2026-01-05", "ended", events="1, 2")
    )


def test_starts_and_ends_by_day(given, asked):
    """Two stays at one school are two intervals

    Starts and ends are walked by their day, whatever the order in which they arrived.
    """
    given(
        pupil_admitted("A", school="900001", on="2026-02-02"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-20"),
        pupil_admitted("A", school="900001", on="2025-09-01"),
    )
    asked(at="2026-03-01").timeline("A").shows(
        entry("enrolment 900001", "2025-09-01..2025-10-20", "ended", events="2, 3"),
        entry("enrolment 900001", "2026-02-02..", "open", events="1"),
    )


def test_overlapping(given, asked):
    """Intervals of different providers overlap freely

    A child may be on the rolls of two schools, and many agencies work with a child at once.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01"),
        pupil_admitted("A", school="900002", on="2025-11-03"),
        involvement_started("A", "play therapy", on="2025-10-01"),
        pupil_removed_from_roll("A", school="900001", on="2025-12-01"),
    )
    asked(at="2025-11-15").timeline("A").shows(
        entry("enrolment 900001", "2025-09-01..2025-12-01", "open"),
        entry("enrolment 900002", "2025-11-03..", "open"),
        entry("involvement play therapy", "2025-10-01..", "open"),
    )


def test_end_in_the_start(given, asked):
    """A start may carry its own end

    It needs no other event, and takes no end that was meant for another stay.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", until="2025-09-20"),
        pupil_admitted("A", school="900001", on="2025-11-03"),
        pupil_removed_from_roll("A", school="900001", on="2025-12-01"),
    )
    asked(at="2026-01-01").timeline("A").shows(
        entry("enrolment 900001", "2025-09-01..2025-09-20", "ended", events="1"),
        entry("enrolment 900001", "2025-11-03..2025-12-01", "ended", events="2, 3"),
    )


def test_end_before_its_own_start(given, asked):
    """An end that lies before its own start is set aside

    The field contradicts the fact; the fact stands without it.
    """
    given(pupil_admitted("A", school="900001", on="2025-09-01", until="2025-08-01"))
    asked(at="2025-10-01").timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))


def test_told_again(given, asked):
    """A start told again is the same interval

    A practice that registers a child again, or a service that tells its involvement anew at each review, by the same
    worker and team: one interval, from the first start.
    """
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registered("A", practice="Z90001", on="2022-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
    )
    asked(at="2025-11-01", known_after=2).timeline("A").shows(
        entry("gp_registration Z90001", "2020-03-10..", "open", events="1, 2")
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("gp_registration Z90001", "2020-03-10..2025-10-01", "ended", events="1, 2, 3")
    )


def test_ambiguous_end(given, asked):
    """An end that could belong to two workers' starts belongs to neither

    Guessing would show one of them as running that is over. Both are shown, as `unknown`.
    """
    given(
        involvement_started("A", "social work", on="2025-09-01", worker="W1"),
        involvement_started("A", "social work", on="2025-10-01", worker="W2"),
        involvement_ended("A", "social work", on="2025-11-01"),
    )
    asked(at="2025-12-01", known_after=2).timeline("A").shows(
        entry("involvement social work", "2025-09-01..", "open"),
        entry("involvement social work", "2025-10-01..", "open"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("involvement social work", "2025-09-01..", "unknown: ambiguous_end", events="1, 3"),
        entry("involvement social work", "2025-10-01..", "unknown: ambiguous_end", events="2, 3"),
    )


def test_two_ends(given, asked):
    """A second end has no start of its own"""
    given(
        early_help_started("A", on="2025-09-01"),
        early_help_ended("A", on="2025-10-01", reason="outcomes_met"),
        early_help_ended("A", on="2025-11-01", reason="disengaged"),
    )
    asked(at="2025-12-01").timeline("A").shows(
        entry("early_help", "2025-09-01..2025-10-01", "ended", reason="outcomes_met", events="1, 2"),
        entry("early_help", "..2025-11-01", "unknown: end_without_start", reason="disengaged", events="3"),
    )


def test_end_and_start_on_one_day(given, asked):
    """On one day, what was open ends before the next begins

    A plan that is closed and opened again on the same day is two intervals, whichever event arrived first.
    """
    given(
        early_help_started("A", on="2025-09-01"),
        early_help_started("A", on="2025-10-01"),
        early_help_ended("A", on="2025-10-01"),
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("early_help", "2025-09-01..2025-10-01", "ended", events="1, 3"),
        entry("early_help", "2025-10-01..", "open", events="2"),
    )


def test_begun_and_ended_on_one_day(given, asked):
    """What began and ended on one day is an empty interval

    Nothing was open before that day, so the start comes first. It is shown, as ended, and was open on no day.
    """
    given(early_help_ended("A", on="2025-10-01"), early_help_started("A", on="2025-10-01"))
    asked(at="2025-10-01").timeline("A").shows(entry("early_help", "2025-10-01..2025-10-01", "ended"))


def test_services_are_paired_apart(given, asked):
    """An end closes only an interval of its own service and provider"""
    given(
        involvement_started("A", "social work", on="2025-09-01"),
        involvement_ended("A", "play therapy", on="2025-10-01"),
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("involvement social work", "2025-09-01..", "open"),
        entry("involvement play therapy", "..2025-10-01", "unknown: end_without_start"),
    )


def test_moment(given, asked):
    """A referral is a moment

    It has a day and no length.
    """
    given(referral_received("A", "social work", on="2025-09-01"))
    asked(at="2025-08-31").timeline("A").shows_nothing()
    asked(at="2026-09-01").timeline("A").shows(entry("referral social work", "2025-09-01..", "moment"))
