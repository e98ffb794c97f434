"""Housing, and services for adults

What housing tells of a child's household, and what a service for adults tells of it: that an adult of it is worked with,
and in which role, never which service it is or why.
"""

from tests.spec.example import entry, line
from tests.spec.words import address, event_corrected, event_retracted, happened


def test_homeless_application(given, asked):
    """An application as homeless is a moment, for each child of the household

    Which duty is owed is not on the timeline.
    """
    given(
        happened("HomelessApplicationMade", "A", on="2025-05-06", duty="relief"),
        happened("HomelessApplicationMade", "B", on="2025-05-06", duty="relief"),
        event_retracted("B", 2, recorded="2025-05-08"),
    )
    asked(at="2030-01-01").timeline("A").shows(
        entry("homeless_application housing", "2025-05-06..", "moment", provider="la-808", reason=None)
    )
    asked(at="2030-01-01").timeline("B").shows_nothing()


def test_tenancy(given, asked):
    """A tenancy goes on until its end, which says why

    Its address is the landlord's word: where the child lives is what health and the other agencies say of its address.
    """
    given(
        happened("TenancyStarted", "A", on="2023-02-01", by="org-example"),
        happened("TenancyEnded", "A", on="2025-05-05", reason="evicted", by="org-example"),
    )
    asked(at="2025-05-04").timeline("A").shows(
        entry("tenancy housing", "2023-02-01..2025-05-05", "open", provider="org-example", provision="universal")
    )
    asked(at="2025-05-05").timeline("A").shows(
        entry("tenancy housing", "2023-02-01..2025-05-05", "ended", reason="evicted", events="1, 2")
    )
    asked(at="2025-05-05", known_after=1).timeline("A").shows(entry("tenancy housing", "2023-02-01..", "open"))


def test_address_of_a_tenancy(given, asked):
    """The address of a tenancy is not the child's address in the index"""
    given(happened("TenancyStarted", "A", on="2023-02-01", by="org-example", address=address("1 Example Row")))
    asked(at="2025-05-04").index("A").shows(line(address=None, involvements="housing"))


def test_adult_service(given, asked):
    """An adult of the household is worked with; who and by which service is not told"""
    given(
        happened("AdultServiceStarted", "A", on="2025-02-03", adult_role="parent"),
        happened("AdultServiceEnded", "A", on="2025-08-01", adult_role="parent"),
    )
    asked(at="2025-07-31").timeline("A").shows(
        entry("adult_service adult services", "2025-02-03..2025-08-01", "open", role=None, reason=None)
    )
    asked(at="2025-07-31").index("A").shows(line(involvements="adult services"))
    asked(at="2025-08-01").timeline("A").shows(entry("adult_service adult services", "2025-02-03..2025-08-01", "ended"))


def test_adult_service_reopened(given, asked):
    """An end that was told too early is corrected away"""
    given(
        happened("AdultServiceStarted", "A", on="2025-02-03", adult_role="carer", until="2025-08-01"),
        event_corrected("A", 1, recorded="2025-08-11", reopens=True),
    )
    asked(at="2025-09-01", known_after=1).timeline("A").shows(
        entry("adult_service adult services", "2025-02-03..2025-08-01", "ended")
    )
    asked(at="2025-09-01").timeline("A").shows(entry("adult_service adult services", "2025-02-03..", "open"))
