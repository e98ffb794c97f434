"""Corrections and retractions

Only the organisation that published an event may correct or retract it, by its event id or by the source record it
came from. What was said before stays in the log, and an answer *as known then* still says it.
"""

from tests.spec.example import case, entry
from tests.spec.words import (
    early_help_ended,
    early_help_started,
    event_corrected,
    event_retracted,
    involvement_started,
    pupil_admitted,
)


def test_corrected(given, asked):
    """A correction changes what it names and nothing else"""
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        event_corrected("A", 1, recorded="2025-10-01", begins="2025-09-15"),
    )
    asked(at="2025-11-01", known_after=1).timeline("A").shows(entry("early_help", "2025-09-01..", "open", events="1"))
    asked(at="2025-11-01").timeline("A").shows(
        entry("early_help", "2025-09-15..", "open", worker="la-808:W1", events="1, 2")
    )


def test_corrected_field_by_field(given, asked):
    """Each field keeps its last correction

    Last by when the agency recorded it, not by when it arrived.
    """
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        event_corrected("A", 1, recorded="2025-10-03", begins="2025-09-20"),
        event_corrected("A", 1, recorded="2025-10-02", begins="2025-09-10", worker="W2"),
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("early_help", "2025-09-20..", "open", worker="la-808:W2", events="1, 2, 3")
    )


def test_reopened(given, asked):
    """A correction may take an end away, or give one"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", until="2025-12-20"),
        event_corrected("A", 1, recorded="2026-01-10", reopens=True, by="urn-900001"),
        event_corrected("A", 1, recorded="2026-02-10", ends="2026-02-01", by="urn-900001"),
    )
    asked(at="2026-03-01", known_after=1).timeline("A").shows(
        entry("enrolment 900001", "2025-09-01..2025-12-20", "ended")
    )
    asked(at="2026-03-01", known_after=2).timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))
    asked(at="2026-03-01").timeline("A").shows(entry("enrolment 900001", "2025-09-01..2026-02-01", "ended"))


def test_corrected_end(given, asked):
    """The end is corrected by correcting the event that told it"""
    given(
        early_help_started("A", on="2025-09-01"),
        early_help_ended("A", on="2025-10-01"),
        event_corrected("A", 2, recorded="2025-10-20", begins="2025-10-15"),
    )
    asked(at="2025-11-01").timeline("A").shows(entry("early_help", "2025-09-01..2025-10-15", "ended", events="1, 2, 3"))


def test_retracted(given, asked):
    """A retracted event is as if it had not been sent

    As known before the retraction, it is still there.
    """
    given(
        early_help_started("A", on="2025-09-01"),
        early_help_ended("A", on="2025-10-01"),
        event_retracted("A", 2, recorded="2025-10-20"),
    )
    asked(at="2025-11-01", known_after=2).timeline("A").shows(entry("early_help", "2025-09-01..2025-10-01", "ended"))
    asked(at="2025-11-01").timeline("A").shows(entry("early_help", "2025-09-01..", "open", events="1"))


def test_all_retracted(given, asked):
    """When all is retracted nothing is shown, and the child is still known"""
    given(early_help_started("A", on="2025-09-01"), event_retracted("A", 1, recorded="2025-10-20"))
    asked(at="2025-11-01").timeline("A").shows_nothing()


def test_retracted_correction(given, asked):
    """A correction can be retracted; what it changed is as before"""
    given(
        early_help_started("A", on="2025-09-01"),
        event_corrected("A", 1, recorded="2025-10-01", begins="2025-09-15"),
        event_retracted("A", 2, recorded="2025-10-20"),
    )
    asked(at="2025-11-01").timeline("A").shows(entry("early_help", "2025-09-01..", "open", events="1"))


def test_retraction_arrives_first(given, asked):
    """A retraction that arrives before its target waits for it

    It is kept in quarantine until then, and is released when the event it names arrives.
    """
    given(
        early_help_started("A", on="2025-09-01"),
        event_retracted("A", 3, recorded="2025-10-20"),
        early_help_ended("A", on="2025-10-01"),
    )
    asked(at="2025-11-01").timeline("A").shows(entry("early_help", "2025-09-01..", "open", events="1"))


def test_by_source_record(given, asked):
    """By source record, an amendment is about what that record had said by then

    A later event of the same source record, recorded after the retraction, stands.
    """
    given(
        involvement_started("A", "play therapy", on="2025-09-01", source_record="row 7"),
        event_retracted("A", "row 7", recorded="2025-09-20"),
        involvement_started("A", "play therapy", on="2025-10-01", source_record="row 7"),
    )
    asked(at="2025-11-01", known_after=2).timeline("A").shows_nothing()
    asked(at="2025-11-01").timeline("A").shows(entry("involvement play therapy", "2025-10-01..", "open", events="3"))


def test_corrected_worker(given, asked):
    """A correction of the worker moves the case to another caseload"""
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        event_corrected("A", 1, recorded="2025-10-01", worker="W2"),
    )
    asked(at="2025-11-01", known_after=1).caseload("la-808:W1").shows(
        case("A", "early_help", "early_help_without_lead")
    )
    asked(at="2025-11-01").caseload("la-808:W1").shows_nothing()
    asked(at="2025-11-01").caseload("la-808:W2").shows(case("A", "early_help", "early_help_without_lead"))


def test_retracted_shown_where_asked(given, asked):
    """What was retracted is shown where that is asked for

    As its event first said it, with the reason of the retraction; other answers leave it out.
    """
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        early_help_ended("A", on="2025-10-01"),
        event_retracted("A", 1, recorded="2025-10-20"),
    )
    asked(at="2025-11-01", known_after=2).timeline_with_retracted("A").shows(
        entry("early_help", "2025-09-01..2025-10-01", "ended", events="1, 2")
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("early_help", "..2025-10-01", "unknown: end_without_start", events="2")
    )
    asked(at="2025-11-01").timeline_with_retracted("A").shows(
        entry("early_help", "..2025-10-01", "unknown: end_without_start", events="2"),
        entry("early_help", "2025-09-01..", "retracted: entered_in_error", worker="la-808:W1", events="1, 3"),
    )


def test_bug_retracted_end_shown_as_a_start(given, asked):
    """An end that was retracted is shown as an end"""
    given(
        early_help_started("A", on="2025-09-01"),
        early_help_ended("A", on="2025-10-01"),
        event_retracted("A", 2, recorded="2025-10-20"),
    )
    asked(at="2025-11-01").timeline_with_retracted("A").shows(
        entry("early_help", "2025-09-01..", "open", events="1"),
        entry("early_help", "..2025-10-01", "retracted: entered_in_error", events="2, 3"),
    )


def test_source_record_retracted_shown(given, asked):
    """All that a retracted source record had said is shown"""
    given(
        involvement_started("A", "play therapy", on="2025-09-01", source_record="row 7"),
        involvement_started("A", "youth work", on="2025-09-02", source_record="row 7"),
        event_retracted("A", "row 7", recorded="2025-09-20"),
    )
    asked(at="2025-11-01").timeline_with_retracted("A").shows(
        entry("involvement play therapy", "2025-09-01..", "retracted: entered_in_error", events="1, 3"),
        entry("involvement youth work", "2025-09-02..", "retracted: entered_in_error", events="2, 3"),
    )


def test_amendment_of_an_amendment(given, asked):
    """Of amendments only a correction can be taken back

    A retraction of a retraction, or a correction of a correction, is kept in quarantine: it would change nothing, and whoever sent
    it must know. What was meant is told anew.
    """
    given(
        early_help_started("A", on="2025-09-01"),
        event_corrected("A", 1, recorded="2025-10-01", begins="2025-09-10"),
        event_corrected("A", 2, recorded="2025-10-02", begins="2025-09-20"),
        event_retracted("A", 2, recorded="2025-10-03"),
        event_retracted("A", 4, recorded="2025-10-04"),
    )
    asked(at="2025-11-01", known_after=3).timeline("A").shows(entry("early_help", "2025-09-10..", "open"))
    asked(at="2025-11-01").timeline("A").shows(entry("early_help", "2025-09-01..", "open", events="1"))
