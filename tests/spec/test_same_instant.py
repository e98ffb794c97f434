"""Recorded at one instant

If two statements disagree, the one recorded later wins. Where a system writes both down at one instant, its own version of
the row decides, as a number: 10 is later than 9. Where it gives no version, the event ids decide. The answer is the same
in whatever order they arrive, and in every installation.
"""

from tests.spec.example import line
from tests.spec.words import gp_registered, pupil_admitted

AT = "2025-09-01 09:00"


def test_the_sources_version_decides(given, asked):
    """The later version wins, whatever the events are called, and whichever arrives first"""
    given(
        gp_registered("A", practice="Z90001", on="2025-09-01", recorded=AT, version="10", born="2015-03-02"),
        gp_registered("A", practice="Z90001", on="2025-09-01", recorded=AT, version="9", born="2015-03-01"),
        gp_registered("B", practice="Z90001", on="2025-09-01", recorded=AT, version="9", born="2015-03-01"),
        gp_registered("B", practice="Z90001", on="2025-09-01", recorded=AT, version="10", born="2015-03-02"),
    )
    asked(at="2025-10-01").index("A").shows(line(born="2015-03-02"))
    asked(at="2025-10-01").index("B").shows(line(born="2015-03-02"))


def test_parts_of_a_version(given, asked):
    """A version in parts is compared part by part"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", recorded=AT, version="1.9", born="2015-03-01"),
        pupil_admitted("A", school="900001", on="2025-09-01", recorded=AT, version="1.10", born="2015-03-02"),
        pupil_admitted("A", school="900001", on="2025-09-01", recorded=AT, version="1", born="2015-03-03"),
    )
    asked(at="2025-10-01").index("A").shows(line(born="2015-03-02"))


def test_a_version_beats_none(given, asked):
    """A statement with a version wins over one without"""
    given(
        pupil_admitted("A", school="900001", on="2025-09-01", recorded=AT, version="1", born="2015-03-02"),
        pupil_admitted("A", school="900001", on="2025-09-01", recorded=AT, born="2015-03-01"),
    )
    asked(at="2025-10-01").index("A").shows(line(born="2015-03-02"))
