"""A record that no event links to the child's school record is shown as a child without school."""

from tests.spec.example import indicator
from tests.spec.words import feed_reported, placed_in_temporary_accommodation, pupil_admitted


def test_housing_knows_no_upn(given, asked):
    """At school under its UPN, in temporary accommodation under the landlord's own id"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01", known_by="upn"),
        placed_in_temporary_accommodation("A", on="2025-09-01", born="2015-03-01", known_by="agency"),
        feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31"),
    )
    asked(at="2025-10-01").indicators("A.agency").shows(
        indicator("no_school", since="2020-03-31", status="not_known"),
        indicator("homeless_or_mobile", since="2025-09-01", status="not_known"),
    )
