"""Several services without a lead (`services_without_lead`)

Additional services of two teams or agencies or more work with a child at once, and nobody leads. Shown at once, unless the authority sets a
number of working days.
"""

from tests.spec.example import gap
from tests.spec.words import (
    death_notified,
    early_help_started,
    event_retracted,
    happened,
    involvement_confirmed,
    involvement_ended,
    involvement_started,
    lead_accepted,
    lead_ended,
    lead_nominated,
    school_terms,
    threshold_set,
)

RULE = "services_without_lead"
TWO = [
    involvement_started("A", "play therapy", on="2025-09-01"),
    involvement_started("A", "youth work", on="2025-10-01"),
]


def test_two_services(given, asked):
    """From the day on which the second begins, until fewer than two are left"""
    given(TWO, involvement_ended("A", "play therapy", on="2025-12-01"))
    asked(at="2025-09-30").gaps("A", RULE).shows_nothing()
    asked(at="2025-10-01").gaps("A", RULE).shows(gap(RULE, since="2025-10-01", days=0, events="1, 2, 3"))
    asked(at="2025-11-30").gaps("A", RULE).shows(gap(RULE, since="2025-10-01", days=60))
    asked(at="2025-12-01").gaps("A", RULE).shows_nothing()
    asked(at="2025-12-01", known_after=2).gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2025-10-01", known_after=1).gaps("A", RULE).shows_nothing()


def test_early_help_is_a_service(given, asked):
    """Early help is one of them; a service that every child has is not"""
    given(
        early_help_started("A", on="2025-09-01"),
        involvement_started("A", "youth work", on="2025-10-01"),
        involvement_started("B", "health visiting", on="2025-09-01", provision="universal"),
        involvement_started("B", "youth work", on="2025-10-01"),
    )
    asked(at="2025-10-01").gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2025-10-01").gaps("B", RULE).shows_nothing()


def test_one_after_the_other(given, asked):
    """One after the other is not two at once"""
    given(TWO, involvement_ended("A", "play therapy", on="2025-10-01"))
    asked(at="2025-10-01").gaps("A", RULE).shows_nothing()


def test_lead(given, asked):
    """Not while somebody leads; a nomination is no lead"""
    given(
        TWO,
        lead_nominated("A", "W1", on="2025-10-01"),
        lead_accepted("A", "W1", on="2025-10-20"),
        lead_ended("A", "W1", on="2025-12-01"),
    )
    asked(at="2025-10-19").gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2025-10-20").gaps("A", RULE).shows_nothing()
    asked(at="2025-12-01").gaps("A", RULE).shows(gap(RULE, since="2025-12-01"))


def test_any_lead(given, asked):
    """A lead of any role and scope will do"""
    given(TWO, lead_accepted("A", "W1", on="2025-10-20", role="lead_child_protection_practitioner", scope="family"))
    asked(at="2025-10-19").gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2025-10-20").gaps("A", RULE).shows_nothing()


def test_threshold(given, asked):
    """With a number of working days set

    Begun on Wednesday 1 October: five working days later is Wednesday the 8th, school holidays or not.
    """
    given(
        school_terms("2025-07-01", ("2025-09-01", "2025-12-20"), closed=[("2025-10-01", "2025-10-08")]),
        TWO,
        threshold_set(RULE, 5, on="2025-09-01", recorded="2026-01-05"),
    )
    asked(at="2025-10-07").gaps("A", RULE).shows_nothing()
    asked(at="2025-10-07", known_after=3).gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2025-10-08").gaps("A", RULE).shows(gap(RULE, since="2025-10-01", days=7))


def test_lapsed(given, asked):
    """A service that lapsed does not count, one that was confirmed does"""
    given(TWO)
    asked(at="2026-08-31").gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2026-09-01").gaps("A", RULE).shows_nothing()
    given(involvement_confirmed("A", "play therapy", on="2026-08-20"))
    asked(at="2026-09-01").gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))


def test_retracted(given, asked):
    """A service that was retracted; as known before, it was shown"""
    given(TWO, event_retracted("A", 2, recorded="2026-01-05"))
    asked(at="2025-11-01", known_after=2).gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2025-11-01").gaps("A", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(TWO, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").gaps("A", RULE).shows(gap(RULE, since="2025-10-01"))
    asked(at="2025-11-10").gaps("A", RULE).shows_nothing()


def test_plans_of_social_care(given, asked):
    """Plans of social care are one service, however many; with another service they are two"""
    given(
        happened("ChildInNeedStarted", "A", on="2025-09-01"),
        happened("ChildProtectionStarted", "A", on="2025-10-01"),
        happened("LookedAfterStarted", "A", on="2025-11-01"),
        happened("ChildProtectionStarted", "B", on="2025-09-01"),
        happened("YouthJusticeStarted", "B", on="2025-10-01", reference="yj-1"),
        happened("ChildInNeedStarted", "C", on="2025-09-01"),
        involvement_started("C", "play therapy", on="2025-10-01"),
    )
    asked(at="2025-12-01").gaps("A", RULE).shows_nothing()
    asked(at="2025-12-01").gaps("B", RULE).shows(gap(RULE, since="2025-10-01", events="4, 5"))
    asked(at="2025-12-01").gaps("C", RULE).shows(gap(RULE, since="2025-10-01", events="6, 7"))


def test_social_worker_and_her_plan(given, asked):
    """A social worker and the plan that her authority holds are one; another authority's plan is another agency's"""
    given(
        involvement_started("A", "social work", on="2025-09-01"),
        happened("ChildInNeedStarted", "A", on="2025-10-01"),
        involvement_started("B", "social work", on="2025-09-01"),
        happened("ChildInNeedStarted", "B", on="2025-10-01", by="la-358"),
    )
    asked(at="2025-12-01").gaps("A", RULE).shows_nothing()
    asked(at="2025-12-01").gaps("B", RULE).shows(gap(RULE, since="2025-10-01", events="3, 4"))


def test_one_worker(given, asked):
    """What one worker does is one service, under whatever names"""
    given(
        early_help_started("A", on="2025-09-01", worker="W1"),
        involvement_started("A", "parenting", on="2025-10-01", worker="W1"),
        early_help_started("B", on="2025-09-01", worker="W1"),
        involvement_started("B", "parenting", on="2025-10-01", worker="W2"),
    )
    asked(at="2025-12-01").gaps("A", RULE).shows_nothing()
    asked(at="2025-12-01").gaps("B", RULE).shows(gap(RULE, since="2025-10-01"))


def test_one_team(given, asked):
    """What one team does is one service"""
    north, south = ({"organisation": "la-808", "code": code, "name": None, "contact": None} for code in ("T1", "T2"))
    for child, team in (("A", north), ("B", south)):
        given(
            happened(
                "InvolvementStarted", child, on="2025-09-01", service="parenting", provision="additional", team=north
            ),
            happened(
                "InvolvementStarted", child, on="2025-10-01", service="mentoring", provision="additional", team=team
            ),
        )
    asked(at="2025-12-01").gaps("A", RULE).shows_nothing()
    asked(at="2025-12-01").gaps("B", RULE).shows(gap(RULE, since="2025-10-01"))
