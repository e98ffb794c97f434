"""Excluded without provision (`excluded_without_provision`)

Suspended or permanently excluded, and no provision has begun. It is due from the sixth school day of a suspension (Education and
Inspections Act 2006 s.100), and from the sixth after the first of a permanent exclusion (Education Act 1996 s.19, with the
regulations of 2007 on full-time education for excluded pupils). A suspension that is stated in sessions ends by itself after them: it
is for a fixed period of school days (Education Act 2002 s.51A; School Discipline (Pupil Exclusions and Reviews) (England) Regulations
2012), of two sessions each, and half a day counts as one. School days are those of the school's published calendar, else of
the authority's, else Monday to Friday. It relies on the feeds of provision. What the Acts and regulations say is
[cited, not quoted](../decisions/0057-cited-not-quoted.md).
"""

from tests.spec.example import entry, indicator, line
from tests.spec.words import (
    address_changed,
    death_notified,
    feed_expected,
    feed_reported,
    happened,
    left_england,
    pupil_admitted,
    pupil_removed_from_roll,
    school_terms,
    threshold_set,
)

RULE = "excluded_without_provision"
HEARD = feed_reported("la-808", "AlternativeProvisionStarted", through="2026-08-31")
SHOWN = indicator(RULE, since="2025-10-06")


def suspended(child="A", **more):
    """From Monday 6 October 2025."""
    return happened("SuspensionStarted", child, on="2025-10-06", school="900001", **more)


def expelled(child="A"):
    """From Monday 6 October 2025."""
    return happened("PermanentExclusionDecided", child, on="2025-10-06", school="900001")


def test_sixth_day(given, asked):
    """On the sixth school day; counted from the first

    Suspended on Monday 6 October, still on roll: the sixth school day is Monday the 13th.
    """
    given(pupil_admitted("A", school="900001", on="2025-09-01", known_by="nhs"), suspended(), HEARD)
    asked(at="2025-10-12").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-13").indicators("A", RULE).shows(indicator(RULE, since="2025-10-06", days=7, events="2"))
    asked(at="2025-10-13", known_after=1).indicators("A", RULE).shows_nothing()


def test_permanent(given, asked):
    """Of a permanent exclusion on the sixth day after the first: Tuesday the 14th"""
    given(expelled(), HEARD)
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-14").indicators("A", RULE).shows(SHOWN)


def test_calendar(given, asked):
    """Days on which schools are closed do not count

    With a training day on Friday the 10th the sixth school day is Tuesday the 14th.
    """
    given(
        school_terms("2025-07-01", ("2025-09-01", "2025-12-20"), closed=[("2025-10-10", "2025-10-11")]),
        suspended(),
        HEARD,
    )
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-14").indicators("A", RULE).shows(SHOWN)


def test_threshold(given, asked):
    """The authority may set another number of school days"""
    given(suspended(), HEARD, threshold_set(RULE, 2, on="2025-09-01", recorded="2026-09-01"))
    asked(at="2025-10-07").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-08").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-08", known_after=2).indicators("A", RULE).shows_nothing()


def test_short_suspension(given, asked):
    """Not a suspension of five days; it clears when the suspension ends"""
    given(
        suspended("A"),
        happened("SuspensionEnded", "A", on="2025-10-13", school="900001"),
        suspended("B", until="2025-10-14"),
        HEARD,
    )
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-13").indicators("B", RULE).shows(SHOWN)
    asked(at="2025-10-14").indicators("B", RULE).shows_nothing()


def test_cancelled(given, asked):
    """A cancelled suspension was never given; as known before, it was shown"""
    given(
        suspended(),
        HEARD,
        happened("SuspensionCancelled", "A", on="2025-10-15", school="900001", target=1, recorded="2026-09-01"),
    )
    asked(at="2025-10-14", known_after=2).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-14").indicators("A", RULE).shows_nothing()


def test_concluded(given, asked):
    """It clears when a permanent exclusion is concluded"""
    given(
        expelled(),
        happened("PermanentExclusionConcluded", "A", on="2025-11-03", school="900001", outcome="reinstated"),
        HEARD,
    )
    asked(at="2025-11-02").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-03").indicators("A", RULE).shows_nothing()


def test_provision(given, asked):
    """It clears when provision begins, another school admits the child, or the child is taught at home

    When the provision ends before the exclusion does, it is counted anew from there.
    """
    given(
        expelled("A"),
        happened("AlternativeProvisionStarted", "A", on="2025-10-20", provider="Example Unit"),
        happened("AlternativeProvisionEnded", "A", on="2025-12-01", provider="Example Unit"),
        expelled("B"),
        pupil_admitted("B", school="900002", on="2025-10-20", known_by="nhs"),
        expelled("C"),
        happened("EheNotified", "C", on="2025-10-20"),
        HEARD,
    )
    for child in "ABC":
        asked(at="2025-10-19").indicators(child, RULE).shows(SHOWN)
        asked(at="2025-10-20").indicators(child, RULE).shows_nothing()
    asked(at="2025-12-08").indicators("A", RULE).shows_nothing()
    asked(at="2025-12-09").indicators("A", RULE).shows(indicator(RULE, since="2025-12-01"))


def test_provision_in_time(given, asked):
    """Provision from the sixth day is in time"""
    given(suspended(), happened("AlternativeProvisionStarted", "A", on="2025-10-13", provider="Example Unit"), HEARD)
    asked(at="2025-10-13").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-03").indicators("A", RULE).shows_nothing()


def test_death(given, asked):
    """Nothing after a death"""
    given(expelled(), HEARD, death_notified("A", on="2025-11-10"))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_left_england(given, asked):
    """Nothing while the child has left England"""
    given(expelled(), HEARD, address_changed("A", on="2025-11-10", address=left_england()))
    asked(at="2025-11-09").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-10").indicators("A", RULE).shows_nothing()


def test_silent_feed(given, asked):
    """Not known while those who arrange provision are silent

    Provision may have begun and not been reported.
    """
    given(
        expelled(),
        feed_reported("la-808", "AlternativeProvisionStarted", through="2025-10-31"),
        feed_expected("org-example", "AlternativeProvisionStarted", on="2025-09-01", recorded="2026-09-01"),
    )
    asked(at="2025-11-03", known_after=1).indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-06", status="not_known", feed="AlternativeProvisionStarted")
    )
    asked(at="2025-11-03", known_after=2).indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-03").indicators("A", RULE).shows(
        indicator(RULE, since="2025-10-06", status="not_known", feed="org-example AlternativeProvisionStarted")
    )


def test_upheld(given, asked):
    """A permanent exclusion that is upheld goes on until provision starts or another school admits the child

    Once a school has admitted the child, its leaving that school is another matter.
    """
    for child in "AB":
        given(
            expelled(child),
            happened("PermanentExclusionConcluded", child, on="2025-11-03", school="900001", outcome="upheld"),
        )
    given(
        happened("AlternativeProvisionStarted", "A", on="2025-12-01", provider="Example Unit"),
        pupil_admitted("B", school="900002", on="2025-12-01", known_by="nhs"),
        pupil_removed_from_roll("B", school="900002", on="2026-02-02", known_by="nhs"),
        HEARD,
    )
    for child in "AB":
        asked(at="2025-11-03").indicators(child, RULE).shows(SHOWN)
        asked(at="2025-11-30").indicators(child, RULE).shows(SHOWN)
        asked(at="2025-12-01").indicators(child, RULE).shows_nothing()
    asked(at="2026-03-02").indicators("B", RULE).shows_nothing()


def test_calendar_of_the_school(given, asked):
    """The days of the school that excluded count, where it publishes its own

    The authority's schools are closed on Friday the 10th; this school is open.
    """
    given(
        school_terms("2025-07-01", ("2025-09-01", "2025-12-20"), closed=[("2025-10-10", "2025-10-11")]),
        school_terms("2025-07-01", ("2025-09-01", "2025-12-20"), schools=["900001"], name="own"),
        suspended(),
        HEARD,
    )
    asked(at="2025-10-12").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-13").indicators("A", RULE).shows(SHOWN)


def test_sessions(given, asked):
    """Stated in sessions it ends by itself after them

    Sixteen sessions from Monday 6 October are eight school days: the last is Wednesday the 15th. Eleven are five and a half,
    and over with the sixth day, Monday the 13th. Ten are five: provision never falls due.
    """
    given(suspended("A", sessions=16), suspended("B", sessions=11), suspended("C", sessions=10), HEARD)
    for child in "AB":
        asked(at="2025-10-12").indicators(child, RULE).shows_nothing()
        asked(at="2025-10-13").indicators(child, RULE).shows(SHOWN)
    asked(at="2025-10-14").indicators("B", RULE).shows_nothing()
    asked(at="2025-10-15").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-16").indicators("A", RULE).shows_nothing()
    for day in ("2025-10-13", "2025-10-14", "2026-01-12"):
        asked(at=day).indicators("C", RULE).shows_nothing()


def test_sessions_in_the_days_of_the_school(given, asked):
    """In the days of its own school, where it publishes them

    The half-term of this school, from Thursday the 9th to the 17th, does not count: the sixth school day is
    Wednesday the 22nd, the eighth Friday the 24th.
    """
    given(
        school_terms(
            "2025-07-01",
            ("2025-09-01", "2025-12-20"),
            closed=[("2025-10-09", "2025-10-18")],
            schools=["900001"],
            name="own",
        ),
        suspended(sessions=16),
        HEARD,
    )
    asked(at="2025-10-21").indicators("A", RULE).shows_nothing()
    asked(at="2025-10-22").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-24").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-10-27").indicators("A", RULE).shows_nothing()


def test_sessions_on_the_timeline(given, asked):
    """The timeline has the same end, and the line of the index names the suspension no longer

    By the calendar of its school, as known then. Of a suspension of which neither end nor sessions are told nobody knows when it ended.
    """
    given(
        suspended("A", sessions=16),
        suspended("B", sessions=11),
        suspended("C"),
        school_terms(
            "2025-07-01",
            ("2025-09-01", "2025-12-20"),
            closed=[("2025-10-09", "2025-10-18")],
            schools=["900001"],
            recorded="2025-10-20",
        ),
    )
    asked(at="2025-10-15", known_after=3).timeline("A").shows(
        entry("suspension", "2025-10-06..2025-10-16", "open", events="1")
    )
    asked(at="2025-10-16", known_after=3).timeline("A").shows(
        entry("suspension", "2025-10-06..2025-10-16", "ended", events="1")
    )
    asked(at="2025-10-16").timeline("A").shows(entry("suspension", "2025-10-06..2025-10-25", "open"))
    asked(at="2025-10-24").index("A").shows(line(involvements="suspension"))
    asked(at="2025-10-25").index("A").shows(line(involvements=""))
    asked(at="2025-10-22").timeline("B").shows(entry("suspension", "2025-10-06..2025-10-23", "open"))
    asked(at="2025-10-23").timeline("B").shows(entry("suspension", "2025-10-06..2025-10-23", "ended"))
    asked(at="2026-10-01").timeline("C").shows(entry("suspension", "2025-10-06..", "open"))


def test_suspended_twice(given, asked):
    """A second suspension is one of its own, though no end of the first is told; told again on its own day it is the same

    An end that is told ends the last of them.
    """
    given(
        suspended("A", sessions=4),
        suspended("A", sessions=4),
        happened("SuspensionStarted", "A", on="2025-11-03", school="900001", sessions=20),
        HEARD,
    )
    asked(at="2025-11-07").timeline("A").shows(
        entry("suspension", "2025-10-06..2025-10-08", "ended", events="1, 2"),
        entry("suspension", "2025-11-03..2025-11-15", "open", events="3"),
    )
    asked(at="2025-11-09").indicators("A", RULE).shows_nothing()
    asked(at="2025-11-10").indicators("A", RULE).shows(indicator(RULE, since="2025-11-03"))
    given(happened("SuspensionEnded", "A", on="2025-11-12", school="900001"))
    asked(at="2025-11-20").timeline("A").shows(
        entry("suspension", "2025-10-06..2025-10-08", "ended", events="1, 2"),
        entry("suspension", "2025-11-03..2025-11-12", "ended", events="3, 5"),
    )


def test_sessions_and_an_end(given, asked):
    """Where its end is told, that counts; more sessions than a year allows are none"""
    given(
        suspended("A", sessions=12),
        happened("SuspensionEnded", "A", on="2025-11-03", school="900001"),
        suspended("B", sessions=400),
        HEARD,
    )
    asked(at="2025-10-31").indicators("A", RULE).shows(SHOWN)
    asked(at="2025-11-03").indicators("A", RULE).shows_nothing()
    asked(at="2026-01-12").indicators("B", RULE).shows(SHOWN)
