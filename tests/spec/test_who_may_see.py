"""Who may see a record

An authority may keep people from a child's record, or keep it to some, after a court's order, an adoption, an allegation. A
worker's organisation declares what interest of their own a worker has in a child. Nothing overrides either. No answer shows
them, and no service that works with a child is one. Who is kept from what by them is told under
[who may see what](../who-may-see-what.md).
"""

from tests.spec.example import entry, line
from tests.spec.words import happened

WORKER = {"organisation": "la-808", "staff_id": "W1"}


def test_excluded(given, asked):
    """That some may not see a record stands in no answer"""
    given(
        happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W2"),
        happened("AccessExcluded", "A", on="2025-10-01", agency="la-808", worker=WORKER, reason="court_order"),
        happened("AccessExclusionLifted", "A", on="2025-11-01", agency="la-808", worker=WORKER),
    )
    for day in ("2025-10-15", "2025-11-15"):
        asked(at=day).timeline("A").shows(entry("early_help", "2025-09-01..", "open", worker="la-808:W2"))
        asked(at=day).index("A").shows(line(involvements="early help"))


def test_restricted(given, asked):
    """Nor that only some may"""
    given(
        happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W2"),
        happened("AccessRestricted", "A", on="2025-10-01", agency="la-808", reason="adoption"),
        happened("AccessRestrictionLifted", "A", on="2025-11-01", agency="la-808"),
    )
    asked(at="2025-10-15").timeline("A").shows(entry("early_help", "2025-09-01..", "open", worker="la-808:W2"))


def test_conflict(given, asked):
    """Nor what interest of their own a worker has"""
    given(
        happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W2"),
        happened("ConflictDeclared", "A", on="2025-10-01", agency="la-808", worker="W1", relation="relative"),
        happened("ConflictEnded", "A", on="2025-11-01", agency="la-808", worker="W1"),
    )
    asked(at="2025-10-15").timeline("A").shows(entry("early_help", "2025-09-01..", "open", worker="la-808:W2"))
