"""A census beside the schools' own feeds

An authority handed in the autumn's census. From its fifteenth day on every child without a school was *not known*, though
all schools' own feeds were heard: the census counted as a feed of the authority that had fallen silent.
"""

from tests.spec.example import indicator
from tests.spec.words import feed_reported, pupil_admitted, pupil_removed_from_roll, snapshot_reported

LEFT = (
    pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01"),
    pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
)
CENSUS = snapshot_reported("la-808", "PupilAdmitted", on="2025-10-02", count=0, scope="900001")


def test_the_schools_own_word_stands_above_the_census(given, asked):
    """What a school says of itself stands above what a census says of it"""
    given(*LEFT, CENSUS, feed_reported("urn-900001", "PupilAdmitted", through="2026-02-27"))
    asked(at="2026-03-02").indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", status="true", feed="heard")
    )


def test_nobody_else_speaks_for_a_school(given, asked):
    """A school that reports another's roll speaks for itself alone"""
    given(*LEFT, snapshot_reported("urn-900002", "PupilAdmitted", on="2025-10-02", count=0, scope="900001"))
    asked(at="2025-10-16").indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", status="true", feed="heard")
    )
    asked(at="2025-10-17").indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", status="not_known", feed="urn-900002 PupilAdmitted")
    )


def test_a_school_that_only_a_census_speaks_of(given, asked):
    """Where only a census speaks of a school, it speaks for a fortnight"""
    given(*LEFT, CENSUS)
    asked(at="2025-10-16").indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", status="true", feed="heard")
    )
    asked(at="2025-10-17").indicators("A", "no_school").shows(
        indicator("no_school", since="2025-10-06", status="not_known", feed="urn-900001 PupilAdmitted")
    )
