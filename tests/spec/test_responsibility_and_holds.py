"""Parental responsibility and legal holds

Both are facts about a child and its record, and no service that works with it. They never lapse.
"""

from tests.spec.example import entry, line
from tests.spec.words import event_corrected, event_retracted, happened


def test_parental_responsibility(given, asked):
    """Somebody has parental responsibility from a day until it ends; who it is is not on the timeline"""
    given(
        happened("ParentalResponsibilityStated", "A", on="2015-03-01", others=(("parent", "P1"),)),
        happened("ParentalResponsibilityEnded", "A", on="2025-04-01", others=(("parent", "P1"),)),
    )
    asked(at="2025-03-31").timeline("A").shows(
        entry("parental_responsibility", "2015-03-01..2025-04-01", "open", provider=None, provision="universal")
    )
    asked(at="2025-03-31").index("A").shows(line(involvements=""))
    asked(at="2025-04-01").timeline("A").shows(
        entry("parental_responsibility", "2015-03-01..2025-04-01", "ended", events="1, 2")
    )


def test_two_people(given, asked):
    """Of two people the end of one's leaves the other's, whether a reference names it or the person"""
    given(
        happened("ParentalResponsibilityStated", "A", on="2015-03-01", others=(("parent", "P1"),)),
        happened("ParentalResponsibilityStated", "A", on="2020-06-01", others=(("carer", "P2"),)),
        happened("ParentalResponsibilityEnded", "A", on="2025-04-01", others=(("carer", "P2"),)),
    )
    asked(at="2025-04-01").timeline("A").shows(
        entry("parental_responsibility", "2015-03-01..", "open"),
        entry("parental_responsibility", "2020-06-01..2025-04-01", "ended"),
    )


def test_two_people_by_reference(given, asked):
    """With references of their own, it is these that tell whose it was that ended"""
    given(
        happened("ParentalResponsibilityStated", "A", on="2015-03-01", reference="r1", others=(("parent", "P1"),)),
        happened("ParentalResponsibilityStated", "A", on="2020-06-01", reference="r2", others=(("carer", "P2"),)),
        happened("ParentalResponsibilityEnded", "A", on="2025-04-01", reference="r2", others=(("carer", "P2"),)),
    )
    asked(at="2025-04-01").timeline("A").shows(
        entry("parental_responsibility", "2015-03-01..", "open"),
        entry("parental_responsibility", "2020-06-01..2025-04-01", "ended"),
    )


def test_legal_hold(given, asked):
    """A legal hold holds until it is lifted; which inquiry or court asked for it is not on the timeline"""
    given(
        happened("LegalHoldApplied", "A", on="2025-02-03", authority="Example Inquiry"),
        happened("LegalHoldLifted", "A", on="2029-02-05"),
    )
    asked(at="2029-02-04").timeline("A").shows(
        entry("legal_hold", "2025-02-03..2029-02-05", "open", provider="la-808", provision="universal")
    )
    asked(at="2029-02-04").index("A").shows(line(involvements=""))
    asked(at="2029-02-05").timeline("A").shows(entry("legal_hold", "2025-02-03..2029-02-05", "ended"))


def test_legal_hold_amended(given, asked):
    """A hold begins on the day to which it was corrected; a lift that was retracted lifts nothing"""
    given(
        happened("LegalHoldApplied", "A", on="2025-02-03"),
        event_corrected("A", 1, recorded="2025-02-10", begins="2025-01-20"),
        happened("LegalHoldLifted", "A", on="2026-02-05"),
        event_retracted("A", 3, recorded="2026-02-06"),
    )
    asked(at="2026-03-01", known_after=3).timeline("A").shows(entry("legal_hold", "2025-01-20..2026-02-05", "ended"))
    asked(at="2026-03-01").timeline("A").shows(entry("legal_hold", "2025-01-20..", "open"))
