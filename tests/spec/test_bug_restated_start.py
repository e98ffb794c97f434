"""A start told twice makes its end ambiguous, and what has ended is missed (domain catalogue D: such intervals merge)."""

from tests.spec.example import family, indicator
from tests.spec.words import (
    feed_reported,
    gp_registered,
    gp_registration_ended,
    placed_in_temporary_accommodation,
    pupil_admitted,
    pupil_removed_from_roll,
    relationship_ended,
    relationship_stated,
)


def test_registration_told_twice(given, asked):
    """A practice tells a registration again; when it ends the child has no GP"""
    given(
        gp_registered("A", practice="Z90001", on="2020-03-10"),
        gp_registered("A", practice="Z90001", on="2022-03-10"),
        gp_registration_ended("A", practice="Z90001", on="2025-10-01"),
        feed_reported("ods-Z90001", "GpRegistered", through="2026-08-31"),
    )
    asked(at="2025-12-01").indicators("A").shows(indicator("no_gp", since="2025-10-01"))


def test_admission_told_twice(given, asked):
    """A school tells an admission again; after the removal the child was at school all the years before it"""
    given(
        pupil_admitted("A", school="900001", on="2019-09-02", born="2015-03-01"),
        pupil_admitted("A", school="900001", on="2020-09-01"),
        pupil_removed_from_roll("A", school="900001", on="2025-10-06"),
        feed_reported("urn-900001", "PupilAdmitted", through="2026-08-31"),
    )
    asked(at="2025-12-01").indicators("A", "no_school").shows(indicator("no_school", since="2025-10-06"))
    asked(at="2021-11-05").indicators("A", "no_school").shows_nothing()


def test_family_told_twice(given, asked):
    """A family id told again at a review, then ended: it held until then"""
    given(
        placed_in_temporary_accommodation("A", on="2025-09-01"),
        relationship_stated("A", "family", on="2025-09-01", family="F1"),
        relationship_stated("B", "family", on="2025-09-01", family="F1"),
        relationship_stated("B", "family", on="2025-10-01", family="F1"),
        relationship_ended("B", "family", on="2025-12-01", family="F1"),
    )
    asked(at="2025-11-01").families().shows(family("A B"))
