"""Leads of a family

A lead practitioner works with the whole family. A lead of scope *family* that was stated for one of its children leads them all: no
gap says that one of the others has no lead, their lines name the worker, and they are on the worker's caseload. Two such leads at one
time are contested, whichever child each was stated for; and the lead has not gone while the worker works with another child of the
family. Who is of the family is told by the day that is asked about.
"""

from tests.spec.example import case, counted, gap, line
from tests.spec.words import (
    address,
    address_changed,
    death_notified,
    early_help_started,
    happened,
    involvement_ended,
    involvement_started,
    lead_accepted,
    lead_ended,
    lead_nominated,
    relationship_ended,
    relationship_stated,
    threshold_set,
)

DAY = "2025-09-01"
W1 = "la-808:W1"


def siblings(*children):
    """One family by the agency's id."""
    return [relationship_stated(child, "family", on=DAY, family="F1") for child in children]


def helped(*children):
    """Two services with each, and early help among them."""
    return [
        one
        for child in children
        for one in (early_help_started(child, on=DAY), involvement_started(child, "youth work", on="2025-10-01"))
    ]


def led(child, on="2025-10-10", scope="family", **more):
    """A lead that was accepted for a child."""
    return [
        lead_nominated(child, "W1", on="2025-10-06", scope=scope, **more),
        lead_accepted(child, "W1", on=on, scope=scope, **more),
    ]


def test_covers_every_child(given, asked):
    """It closes the gaps of every child of the family, from its acceptance; as known before, they were shown"""
    given(siblings("A", "B"), helped("A", "B"), led("A"))
    for child in "AB":
        asked(at="2025-10-09").gaps(child).shows(
            gap("early_help_without_lead", since=DAY), gap("services_without_lead", since="2025-10-01")
        )
        asked(at="2025-10-10").gaps(child).shows_nothing()
        asked(at="2025-10-10", known_after=7).gaps(child, "early_help_without_lead").shows(
            gap("early_help_without_lead", since=DAY)
        )


def test_of_the_child_alone(given, asked):
    """A lead of the child alone leads no sibling"""
    given(siblings("A", "B"), helped("A", "B"), led("A", scope="child"))
    asked(at="2025-10-10").gaps("A").shows_nothing()
    asked(at="2025-10-10").gaps("B", "early_help_without_lead").shows(gap("early_help_without_lead", since=DAY))


def test_ended(given, asked):
    """When it ends, the days without a lead count from there"""
    given(siblings("A", "B"), helped("B"), led("A"), lead_ended("A", "W1", on="2025-12-01", scope="family"))
    asked(at="2025-11-30").gaps("B").shows_nothing()
    asked(at="2025-12-01").gaps("B", "early_help_without_lead").shows(
        gap("early_help_without_lead", since="2025-12-01", days=0)
    )


def test_who_is_of_the_family(given, asked):
    """Only while the child is of the family; by one home and a parent as well as by the agency's id"""
    home = address("1 Example Row", uprn="100000000001")
    given(
        siblings("A", "B"),
        helped("B", "C"),
        led("A"),
        relationship_ended("B", "family", on="2025-12-01", family="F1"),
        *(address_changed(child, on=DAY, address=home) for child in "AC"),
        *(relationship_stated(child, "parent", on=DAY, to="P1") for child in "AC"),
    )
    asked(at="2025-11-30").gaps("B").shows_nothing()
    asked(at="2025-12-01").gaps("B", "early_help_without_lead").shows(gap("early_help_without_lead", since=DAY))
    asked(at="2025-12-01").gaps("C").shows_nothing()


def test_protection(given, asked):
    """A child protection plan needs the lead for child protection, of the family or of the child"""
    for child in "ABC":
        given(happened("ChildProtectionStarted", child, on="2025-10-01"))
    given(
        siblings("A", "B"),
        relationship_stated("C", "family", on=DAY, family="F2"),
        relationship_stated("D", "family", on=DAY, family="F2"),
        led("A", role="lead_child_protection_practitioner"),
        led("D"),
        threshold_set("child_protection_without_lead", 0, on=DAY, recorded="2026-09-01"),
    )
    rule = "child_protection_without_lead"
    asked(at="2025-10-09").gaps("B", rule).shows(gap(rule, since="2025-10-01"))
    asked(at="2025-10-10").gaps("B", rule).shows_nothing()
    asked(at="2025-10-10").gaps("C", rule).shows(gap(rule, since="2025-10-01"))


def test_in_the_line_and_the_caseload(given, asked):
    """The line of each child names the worker, who has each of them on the caseload"""
    given(siblings("A", "B"), helped("A", "B"), led("A"))
    for child in "AB":
        asked(at="2025-10-10").index(child).shows(line(lead=W1))
    asked(at="2025-10-10").caseload(W1).shows(case("A", "lead"), case("B", "lead"))
    asked(at="2025-10-09").index("B").shows(line(lead=""))
    asked(at="2025-10-09").caseload(W1).shows(case("A", "lead", "early_help_without_lead, services_without_lead"))
    asked(at="2025-10-10", known_after=7).index("B").shows(line(lead=""))


def test_in_the_measure(given, asked):
    """Who is led as a family has a lead"""
    given(siblings("A", "B"), helped("A", "B"), led("A"))
    asked(at="2025-10-10").measure("with_lead").shows(counted("A"), counted("B"))


def test_two_leads_of_one_family(given, asked):
    """Two workers who lead one family in one role at one time are contested, whichever child each lead was stated for

    Each child for whom one of them was stated has the gap, from the day on which both were active.
    """
    given(
        siblings("A", "B", "C"),
        lead_accepted("A", "W1", on="2025-10-10", scope="family"),
        lead_accepted("B", "W2", on="2025-11-03", scope="family"),
        lead_ended("B", "W2", on="2025-12-01", scope="family"),
    )
    asked(at="2025-11-02").gaps("A").shows_nothing()
    for child in "AB":
        asked(at="2025-11-03").gaps(child).shows(gap("contested_lead", since="2025-11-03", days=0, events="4, 5, 6"))
        asked(at="2025-11-03", known_after=4).gaps(child).shows_nothing()
        asked(at="2025-12-01").gaps(child).shows_nothing()
    asked(at="2025-11-03").gaps("C").shows_nothing()


def test_no_contest(given, asked):
    """Not of one worker who leads both, of two roles, of a lead of the child alone, nor of a child of another family"""
    given(
        siblings("A", "B", "C", "D"),
        relationship_stated("E", "family", on=DAY, family="F2"),
        lead_accepted("A", "W1", on="2025-10-10", scope="family"),
        lead_accepted("B", "W1", on="2025-10-10", scope="family"),
        lead_accepted("C", "W2", on="2025-10-10", scope="family", role="lead_child_protection_practitioner"),
        lead_accepted("D", "W3", on="2025-10-10"),
        lead_accepted("E", "W4", on="2025-10-10", scope="family"),
    )
    for child in "ABCDE":
        asked(at="2025-11-03").gaps(child, "contested_lead").shows_nothing()


def test_contested_until_death(given, asked):
    """After the death of a child nobody looks for who leads it"""
    given(
        siblings("A", "B"),
        lead_accepted("A", "W1", on="2025-10-10", scope="family"),
        lead_accepted("B", "W2", on="2025-10-10", scope="family"),
        death_notified("B", on="2025-11-03"),
    )
    asked(at="2025-11-02").gaps("B", "contested_lead").shows(gap("contested_lead", since="2025-10-10", days=23))
    asked(at="2025-11-03").gaps("B", "contested_lead").shows_nothing()


def test_left_the_family(given, asked):
    """Whoever leaves the family takes the contest along"""
    given(
        siblings("A", "B"),
        lead_accepted("A", "W1", on="2025-10-10", scope="family"),
        lead_accepted("B", "W2", on="2025-10-10", scope="family"),
        relationship_ended("B", "family", on="2025-11-03", family="F1"),
    )
    asked(at="2025-11-02").gaps("A", "contested_lead").shows(gap("contested_lead", since="2025-10-10"))
    asked(at="2025-11-03").gaps("A", "contested_lead").shows_nothing()


def at_work(child, service, until):
    """Work of the lead with a child, and its end."""
    return [
        involvement_started(child, service, on="2025-09-15", worker="W1"),
        involvement_ended(child, service, on=until),
    ]


def test_works_with_a_sibling(given, asked):
    """The lead of a family has not gone while the worker works with another child of it (`lead_involvement_ended`)

    When that has ended too, the days count from there.
    """
    given(
        siblings("A", "B"),
        lead_accepted("A", "W1", on="2025-10-10", scope="family"),
        at_work("A", "family support", until="2025-11-03"),
        at_work("B", "family support", until="2025-12-01"),
    )
    asked(at="2025-11-03", known_after=5).gaps("A").shows(gap("lead_involvement_ended", since="2025-11-03"))
    asked(at="2025-11-03").gaps("A").shows_nothing()
    asked(at="2025-11-30").gaps("A").shows_nothing()
    asked(at="2025-12-01").gaps("A").shows(gap("lead_involvement_ended", since="2025-12-01", days=0))


def test_work_that_does_not_count(given, asked):
    """Not where the lead is of the child alone, where another worker works with the sibling, or where it is of another family"""
    given(
        siblings("A", "B"),
        lead_accepted("A", "W1", on="2025-10-10"),
        at_work("A", "family support", until="2025-11-03"),
        involvement_started("B", "family support", on="2025-09-15", worker="W1"),
        relationship_stated("C", "family", on=DAY, family="F2"),
        relationship_stated("D", "family", on=DAY, family="F2"),
        lead_accepted("C", "W1", on="2025-10-10", scope="family"),
        at_work("C", "family support", until="2025-11-03"),
        involvement_started("D", "family support", on="2025-09-15", worker="W2"),
    )
    for child in "AC":
        asked(at="2025-11-10").gaps(child).shows(gap("lead_involvement_ended", since="2025-11-03"))
