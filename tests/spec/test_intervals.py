"""Intervals

An involvement, an enrolment, a registration is an interval from the day it began to the day on which it was over.
Events may come in any order and at any time; what they say together counts.
"""

from tests.spec.example import entry
from tests.spec.words import *


def test_open_interval(given, asked):
    """A start without an end is open.

    An end that is not known is no end: the interval goes on.
    """
    given(pupil_admitted("A", school="900001", on="2025-09-01"))
    asked(at="2025-08-31").timeline("A").shows_nothing()
    asked(at="2025-09-01").timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))
    asked(at="2026-07-01").timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))


def test_closed_interval(given, asked):
    """An end closes the start that is open.

    Days are half-open: the day of the end is the first on which it is over.
    """
    given(
        pupil_admitted("A", school="900001", on="2025-09-01"),
        pupil_removed_from_roll("A", school="900001", on="2026-01-05", ground="A"),
    )
    asked(at="2026-01-04").timeline("A").shows(entry("enrolment 900001", "2025-09-01..2026-01-05", "open", reason="A"))
    asked(at="2026-01-05").timeline("A").shows(entry("enrolment 900001", "2025-09-01..2026-01-05", "ended", events="1, 2"))
    asked(at="2026-01-05", known_after=1).timeline("A").shows(entry("enrolment 900001", "2025-09-01..", "open"))
    asked(at="2026-01-05", known_after=0).timeline("A").is_unknown()
