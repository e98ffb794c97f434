"""Community support and consent

Services that are sensitive go by a neutral name. Consent is recorded beside them, given and withdrawn; no answer rests on
it yet.
"""

from tests.spec.example import entry, indicator, line
from tests.spec.words import gp_registered, happened

SUPPORT = "community_support"
BY = "org-example"


def test_support_under_a_neutral_name(given, asked):
    """Support goes on until its end, which says why, under one name whatever it is for"""
    given(
        happened("SupportStarted", "A", on="2025-02-03", worker="W1", by=BY),
        happened("SupportEnded", "A", on="2025-06-30", reason="completed", by=BY),
    )
    asked(at="2025-06-29").timeline("A").shows(
        entry(SUPPORT, "2025-02-03..2025-06-30", "open", provider="org-example", worker="la-808:W1")
    )
    asked(at="2025-06-29").index("A").shows(line(involvements="community support"))
    asked(at="2025-06-30").timeline("A").shows(entry(SUPPORT, "2025-02-03..2025-06-30", "ended", reason="completed"))


def test_consent_given_and_withdrawn(given, asked):
    """Consent holds until it is withdrawn, and is no service

    Who gave it, and what for, is not on the timeline.
    """
    given(
        happened("ConsentGiven", "A", on="2025-02-03", given_by="young_person", scope="existence", by=BY),
        happened("ConsentWithdrawn", "A", on="2025-05-01", by=BY),
    )
    asked(at="2025-04-30").timeline("A").shows(entry("consent", "2025-02-03..2025-05-01", "open", provider=BY))
    asked(at="2025-04-30").index("A").shows(line(involvements=""))
    asked(at="2025-05-01").timeline("A").shows(entry("consent", "2025-02-03..2025-05-01", "ended", events="1, 2"))


def test_support_after_consent_was_withdrawn(given, asked):
    """Consent that was withdrawn ends no support, and hides none

    The service says itself when its support is over.
    """
    given(
        happened("ConsentGiven", "A", on="2025-02-03", given_by="parent", scope="existence", by=BY),
        happened("SupportStarted", "A", on="2025-02-03", by=BY),
        happened("ConsentWithdrawn", "A", on="2025-05-01", by=BY),
    )
    asked(at="2025-06-01").timeline("A").shows(
        entry("consent", "2025-02-03..2025-05-01", "ended"), entry(SUPPORT, "2025-02-03..", "open")
    )


def test_a_date_of_birth_told_in_confidence(given, asked):
    """A date of birth that only such a service has told is shown, and no rule rests on it

    A child whom nobody else knows would else be listed as out of school, which tells that such a service knows it.
    """
    given(
        happened("SupportStarted", "A", on="2025-02-03", by=BY, born="2012-01-01", name="Ada Example"),
        happened("SupportStarted", "B", on="2025-02-03", by=BY, born="2022-01-01", name="Bea Example"),
        happened("ConsentGiven", "B", on="2025-02-03", given_by="parent", scope="existence", by=BY, born="2022-01-01"),
        happened("SupportStarted", "C", on="2025-02-03", by=BY, born="2012-01-01", name="Cora Example"),
        gp_registered("C", practice="Z90001", on="2025-02-01", born="2012-01-02"),
    )
    asked(at="2025-06-01").index("A").shows(line(name="Ada Example", born="2012-01-01"))
    asked(at="2025-06-01").indicators("A").shows_nothing()
    asked(at="2025-06-01").measure("childrens_centre").shows_nothing()
    asked(at="2025-06-01").index("C").shows(line(born="2012-01-02"))
    asked(at="2025-06-01").indicators("C", "no_school").shows(
        indicator("no_school", since="2017-03-31", status="not_known")
    )
