"""A school changes its system

The new system tells the school's rolls again, with its own references and ids, in any order. A child is on a school's
roll once at a time: tellings of one first day are one enrolment, under whatever reference and by whomever.
"""

from tests.spec.example import entry, indicator
from tests.spec.words import (
    event_corrected,
    happened,
    listed,
    pupil_admitted,
    pupil_removed_from_roll,
    snapshot_reported,
)

SCHOOL = "900001"
BY = "urn-900001"


def test_told_again(given, asked):
    """What the new system tells again is the same enrolment"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="old 1", born="2015-03-01"),
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="new 7", recorded="2025-10-01"),
    )
    asked(at="2025-11-01").timeline("A").shows(entry("enrolment 900001", "2021-09-01..", "open", events="1, 2"))


def test_ended_under_the_new_reference(given, asked):
    """An end under the new reference ends it, also if the start comes later"""
    given(
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-10-20", reference="new 7", recorded="2025-10-20"),
        pupil_admitted(
            "A", school=SCHOOL, on="2021-09-01", reference="new 7", recorded="2025-10-01", born="2015-03-01"
        ),
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="old 1"),
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("enrolment 900001", "2021-09-01..2025-10-20", "ended", events="1, 2, 3")
    )


def test_told_without_a_reference_too(given, asked):
    """A census that has no references tells the same admission"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="old 1", born="2015-03-01"),
        happened("PupilAdmitted", "A", on="2021-09-01", school=SCHOOL, by="la-808", recorded="2024-10-03"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-10-20", reference="old 1", recorded="2025-10-20"),
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("enrolment 900001", "2021-09-01..2025-10-20", "ended", events="1, 2, 3")
    )


def test_two_stays(given, asked):
    """A child who left and came back has two enrolments, told twice or not"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2020-09-01", reference="old 1", born="2015-03-01"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2022-07-20", reference="old 1"),
        pupil_admitted("A", school=SCHOOL, on="2024-09-02", reference="old 2"),
        pupil_admitted("A", school=SCHOOL, on="2024-09-02", reference="new 2", recorded="2025-10-01"),
        pupil_admitted("A", school=SCHOOL, on="2020-09-01", reference="new 1", recorded="2025-10-01"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2022-07-20", reference="new 1", recorded="2025-10-01"),
    )
    asked(at="2025-11-01").timeline("A").shows(
        entry("enrolment 900001", "2020-09-01..2022-07-20", "ended", events="1, 2, 5, 6"),
        entry("enrolment 900001", "2024-09-02..", "open", events="3, 4"),
    )


def test_a_correction_of_one_telling(given, asked):
    """A correction moves the first day however often it was told, before and after"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="old 1", born="2015-03-01"),
        event_corrected("A", 1, recorded="2025-09-15", begins="2021-09-06", by=BY),
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="new 7", recorded="2025-10-01"),
        happened("PupilAdmitted", "A", on="2021-09-01", school=SCHOOL, by="la-808", recorded="2024-10-03"),
    )
    asked(at="2025-11-01").timeline("A").shows(entry("enrolment 900001", "2021-09-06..", "open", events="1, 2, 3, 4"))


def test_the_last_correction_holds(given, asked):
    """Of two corrections, of whichever telling, the last holds"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="old 1", born="2015-03-01"),
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="new 7", recorded="2025-10-01"),
        event_corrected("A", 2, recorded="2025-10-05", begins="2021-09-07", by=BY),
        event_corrected("A", 1, recorded="2025-09-15", begins="2021-09-06", by=BY),
    )
    asked(at="2025-11-01").timeline("A").shows(entry("enrolment 900001", "2021-09-07..", "open", events="1, 2, 3, 4"))


def test_a_snapshot_that_is_cut_off(given, asked):
    """A row that comes twice, under two ids, makes no other row come: what is cut off makes nothing lapse

    The report says six pupils; five came, and one of them twice.
    """
    rolls = [pupil_admitted(child, school=SCHOOL, on="2021-09-01", reference=f"old {child}") for child in "ABCDEF"]
    again = [
        listed(pupil_admitted(child, school=SCHOOL, on="2021-09-01", reference=f"new {n}"), "2025-10-01")
        for n, child in enumerate("BCDEFF")
    ]
    given(*rolls, *again, snapshot_reported(BY, "PupilAdmitted", on="2025-10-01", count=6, scope=SCHOOL))
    asked(at="2025-11-01").timeline("A").shows(entry("enrolment 900001", "2021-09-01..", "open", events="1"))


def test_a_feed_that_is_partial(given, asked):
    """What rests on a feed whose snapshot was cut off is not known, until it has come whole

    A left the roll. The report of 1 October says three pupils; two came. The third comes later.
    """
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", born="2015-03-01"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2025-09-10"),
        *[listed(pupil_admitted(child, school=SCHOOL, on="2021-09-01"), "2025-10-01") for child in "BC"],
        snapshot_reported(BY, "PupilAdmitted", on="2025-10-01", count=3, scope=SCHOOL),
        listed(pupil_admitted("D", school=SCHOOL, on="2021-09-01"), "2025-10-01"),
    )
    asked(at="2025-10-16", known_after=5).indicators("A", "no_school").shows(
        indicator("no_school", since="2025-09-10", status="not_known", feed="urn-900001 PupilAdmitted")
    )
    asked(at="2025-10-15").indicators("A", "no_school").shows(indicator("no_school", since="2025-09-10"))
