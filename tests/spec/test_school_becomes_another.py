"""A school becomes another

A school that becomes an academy closes, and the academy opens under another number, with the same pupils. Once it is
registered who took over (`successors`, with the day on which the school closed), what both tell of a child is told of one
school, under the name that it has now: one enrolment since the first day, however often it is told, and no leaver. Where a
school was split, or several were merged, they are others than before.
"""

from typing import Any

from tests.spec.example import entry
from tests.spec.words import (
    Happened,
    event_corrected,
    happened,
    identifier,
    listed,
    organisation_registered,
    pupil_admitted,
    pupil_removed_from_roll,
    snapshot_reported,
)

SCHOOL, ACADEMY, ANOTHER = "900001", "900002", "900003"
CLOSED = "2024-09-01"
BORN = "2015-03-01"


def became(school: str = SCHOOL, *after: str, until: str | None = CLOSED, **more: Any) -> Happened:
    """The authority registers who took over from a school."""
    codes = [f"urn-{one}" for one in after or (ACADEMY,)]
    return organisation_registered(
        f"urn-{school}", "Mill Lane School", "2010-09-01", successors=codes, until=until, **more
    )


def test_told_by_both(given, asked):
    """The academy tells its rolls anew, with the first day or with the day of the change: one enrolment"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="old 1", born=BORN),
        pupil_admitted("B", school=SCHOOL, on="2021-09-01", reference="old 2", born=BORN),
        became(recorded="2024-07-01"),
        pupil_admitted("A", school=ACADEMY, on="2021-09-01", reference="new 7", recorded="2024-09-03"),
        pupil_admitted("B", school=ACADEMY, on="2024-09-01", reference="new 8", recorded="2024-09-03"),
    )
    asked(at="2025-02-01").timeline("A").shows(entry("enrolment 900002", "2021-09-01..", "open", events="1, 4"))
    asked(at="2025-02-01").timeline("B").shows(entry("enrolment 900002", "2021-09-01..", "open", events="2, 5"))


def test_the_link_comes_last(given, asked):
    """Before it is known that the one became the other, the child is on two rolls"""
    given(
        pupil_admitted("A", school=ACADEMY, on="2024-09-01", recorded="2024-09-03", born=BORN),
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", recorded="2024-09-04"),
        became(recorded="2024-10-01"),
    )
    asked(at="2025-02-01", known_after=2).timeline("A").shows(
        entry("enrolment 900001", "2021-09-01..", "open"), entry("enrolment 900002", "2024-09-01..", "open")
    )
    asked(at="2025-02-01").timeline("A").shows(entry("enrolment 900002", "2021-09-01..", "open", events="1, 2"))


def test_taken_off_the_old_roll(given, asked):
    """Who was taken off the old roll for the change, and stands on the new one, has not left"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", born=BORN),
        became(recorded="2024-07-01"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2024-07-20"),
        pupil_admitted("A", school=ACADEMY, on="2024-09-02"),
    )
    asked(at="2025-02-01").timeline("A").shows(
        entry("enrolment 900002", "2021-09-01..", "open", confirmed="2024-07-20", events="1, 3, 4")
    )
    asked(at="2025-02-01").indicators("A", "no_school", "lost_leaver").shows()


def test_who_left_has_left(given, asked):
    """Who is on no roll of the academy has left, and who left the academy has left it"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", born=BORN),
        pupil_admitted("B", school=SCHOOL, on="2021-09-01", born=BORN),
        became(recorded="2024-07-01"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2024-07-20"),
        pupil_admitted("B", school=ACADEMY, on="2021-09-01", recorded="2024-09-03"),
        pupil_removed_from_roll("B", school=ACADEMY, on="2024-12-20"),
    )
    asked(at="2025-02-01").timeline("A").shows(entry("enrolment 900001", "2021-09-01..2024-07-20", "ended"))
    asked(at="2025-02-01").timeline("B").shows(
        entry("enrolment 900002", "2021-09-01..2024-12-20", "ended", events="2, 5, 6")
    )


def test_who_left_long_before(given, asked):
    """An end long before the change is an end, though the child came back to the academy"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2018-09-03", reference="old 1", born=BORN),
        pupil_removed_from_roll("A", school=SCHOOL, on="2020-07-20", reference="old 1"),
        pupil_admitted("A", school=ACADEMY, on="2025-01-06", reference="new 1"),
        became(recorded="2025-01-10"),
    )
    asked(at="2025-02-01").timeline("A").shows(
        entry("enrolment 900002", "2018-09-03..2020-07-20", "ended", events="1, 2"),
        entry("enrolment 900002", "2025-01-06..", "open", events="3"),
    )


def test_a_correction(given, asked):
    """A correction moves the first day however often the start was told, by whichever of the two"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", reference="old 1", born=BORN),
        became(recorded="2024-07-01"),
        pupil_admitted("A", school=ACADEMY, on="2021-09-01", reference="new 7", recorded="2024-09-03"),
        happened("PupilAdmitted", "A", on="2021-09-01", school=SCHOOL, by="la-808", recorded="2023-10-05"),
        event_corrected("A", 3, recorded="2024-09-10", begins="2021-09-06", by=f"urn-{ACADEMY}"),
    )
    asked(at="2025-02-01").timeline("A").shows(entry("enrolment 900002", "2021-09-06..", "open", events="1, 3, 4, 5"))


def test_the_academys_snapshot(given, asked):
    """A snapshot of the academy's roll lists whom the school admitted; whoever it leaves out has lapsed"""
    rolls = [pupil_admitted(child, school=SCHOOL, on="2021-09-01", born=BORN) for child in "ABCDEF"]
    taken_over = [pupil_admitted(child, school=ACADEMY, on="2021-09-01", recorded="2024-09-03") for child in "ABCDEF"]
    rows = [listed(row, "2024-10-03") for row in taken_over if row.child != "F"]
    report = snapshot_reported(f"urn-{ACADEMY}", "PupilAdmitted", on="2024-10-03", count=5, scope=ACADEMY)
    given(*rolls, became(recorded="2024-07-01"), *taken_over, *rows, report)
    asked(at="2025-02-01").timeline("A").shows(
        entry("enrolment 900002", "2021-09-01..", "open", confirmed="2024-10-03")
    )
    asked(at="2025-02-01").timeline("F").shows(
        entry("enrolment 900002", "2021-09-01..", "lapsed: absent_from_snapshot", events="6, 13")
    )


def test_twice(given, asked):
    """A school that became another twice; the one between need tell nothing"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", born=BORN),
        pupil_admitted("B", school=SCHOOL, on="2021-09-01", born=BORN),
        became(SCHOOL, ACADEMY, until="2022-09-01", recorded="2022-07-01"),
        became(ACADEMY, ANOTHER, until="2024-09-01", recorded="2024-07-01"),
        pupil_admitted("B", school=ACADEMY, on="2022-09-01"),
        pupil_admitted("A", school=ANOTHER, on="2024-09-01"),
        pupil_admitted("B", school=ANOTHER, on="2024-09-01"),
    )
    asked(at="2025-02-01").timeline("A").shows(entry("enrolment 900003", "2021-09-01..", "open", events="1, 6"))
    asked(at="2025-02-01").timeline("B").shows(entry("enrolment 900003", "2021-09-01..", "open", events="2, 5, 7"))


def test_split_and_merged(given, asked):
    """A school that was split, and schools that were merged, are others than before"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", born=BORN),
        became(SCHOOL, ACADEMY, ANOTHER, recorded="2024-07-01"),
        pupil_admitted("A", school=ACADEMY, on="2024-09-01"),
        became("900004", "900006", recorded="2024-07-01"),
        became("900005", "900006", recorded="2024-07-01"),
        pupil_admitted("B", school="900004", on="2021-09-01", born=BORN),
        pupil_admitted("B", school="900006", on="2024-09-01"),
    )
    asked(at="2025-02-01").timeline("A").shows(
        entry("enrolment 900001", "2021-09-01..", "open"), entry("enrolment 900002", "2024-09-01..", "open")
    )
    asked(at="2025-02-01").timeline("B").shows(
        entry("enrolment 900004", "2021-09-01..", "open"), entry("enrolment 900006", "2024-09-01..", "open")
    )


def test_a_link_that_is_taken_back(given, asked):
    """The last word on a school holds: without a successor, or not closed, it is itself again"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", born=BORN),
        pupil_admitted("A", school=ACADEMY, on="2024-09-01"),
        became(recorded="2024-10-01"),
        became(until=None, recorded="2024-11-01"),
    )
    asked(at="2025-02-01", known_after=3).timeline("A").shows(entry("enrolment 900002", "2021-09-01..", "open"))
    asked(at="2025-02-01").timeline("A").shows(
        entry("enrolment 900001", "2021-09-01..", "open"), entry("enrolment 900002", "2024-09-01..", "open")
    )


def test_under_a_new_number_too(given, asked):
    """The academy gave the child another UPN, and tells the roll anew under it"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", known_by="upn", born=BORN),
        became(recorded="2024-07-01"),
        pupil_removed_from_roll("A", school=SCHOOL, on="2024-08-31", known_by="upn"),
        pupil_admitted("A", school=ACADEMY, on="2021-09-01", known_by="upn2", recorded="2024-09-03"),
        happened(
            "UpnReplaced", "A", on="2024-09-03", by=f"urn-{ACADEMY}", former=identifier("A", "upn")[1], known_by="upn2"
        ),
    )
    asked(at="2025-02-01").timeline("A.upn").shows(
        entry("enrolment 900002", "2021-09-01..", "open", events="1, 3, 4"),
        entry("upn_replaced school", "2024-09-03..", "moment"),
    )


def test_without_the_new_school_it_is_not_known(given, asked):
    """Who is on the old roll alone stays on it, until the new school tells"""
    given(
        pupil_admitted("A", school=SCHOOL, on="2021-09-01", born=BORN),
        became(recorded="2024-07-01"),
    )
    asked(at="2024-08-01").timeline("A").shows(entry("enrolment 900001", "2021-09-01..", "open"))
