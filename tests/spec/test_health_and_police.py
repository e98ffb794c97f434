"""Health visiting and the police

A caseload is what every young child is on. A notification by the police says that there was one, never of what.
"""

from tests.spec.example import entry, line
from tests.spec.words import event_retracted, happened


def test_health_visiting_caseload(given, asked):
    """On a caseload of health visiting until it is left, which says why

    It is help that every child gets; it never lapses.
    """
    given(
        happened("HealthVisitorCaseloadStarted", "A", on="2021-03-10", worker="W1"),
        happened("HealthVisitorCaseloadEnded", "A", on="2025-09-01", reason="school_age"),
    )
    asked(at="2025-08-31").timeline("A").shows(
        entry(
            "health_visiting",
            "2021-03-10..2025-09-01",
            "open",
            provider="ods-Z9H",
            worker="la-808:W1",
            provision="universal",
        )
    )
    asked(at="2025-08-31").index("A").shows(line(involvements="health visiting"))
    asked(at="2025-09-01").timeline("A").shows(
        entry("health_visiting", "2021-03-10..2025-09-01", "ended", reason="school_age", events="1, 2")
    )
    asked(at="2025-09-01", known_after=1).timeline("A").shows(entry("health_visiting", "2021-03-10..", "open"))


def test_transferred_to_another_caseload(given, asked):
    """Of two services each ends its own caseload

    The service that took over may tell of it before the other tells that it has let go.
    """
    given(
        happened("HealthVisitorCaseloadStarted", "A", on="2021-03-10"),
        happened("HealthVisitorCaseloadStarted", "A", on="2023-05-02", by="ods-Z9K"),
        happened("HealthVisitorCaseloadEnded", "A", on="2023-05-02", reason="transferred", recorded="2023-06-01"),
    )
    asked(at="2023-05-10", known_after=2).timeline("A").shows(
        entry("health_visiting", "2021-03-10..", "open", provider="ods-Z9H"),
        entry("health_visiting", "2023-05-02..", "open", provider="ods-Z9K"),
    )
    asked(at="2023-05-10").timeline("A").shows(
        entry("health_visiting", "2021-03-10..2023-05-02", "ended", provider="ods-Z9H", reason="transferred"),
        entry("health_visiting", "2023-05-02..", "open", provider="ods-Z9K"),
    )


def test_a_contact_that_was_missed(given, asked):
    """A contact that took place, and one that was missed, with the kind and the day and never with a result

    What was told in error is taken back.
    """
    given(
        happened("ContactTookPlace", "A", on="2025-03-05", service="newborn hearing screening"),
        happened("ContactMissed", "A", on="2025-06-10", service="vaccination"),
        happened("ContactMissed", "A", on="2025-07-10", service="vaccination"),
        event_retracted("A", 3, recorded="2025-08-01", by="ods-Z9H"),
    )
    asked(at="2025-09-01").timeline("A").shows(
        entry("contact_took_place newborn hearing screening", "2025-03-05..", "moment", provision="universal"),
        entry("contact_missed vaccination", "2025-06-10..", "moment", provision="universal"),
    )


def test_police_notification(given, asked):
    """A notification by the police is a moment, with nothing of the incident or of whom they told"""
    given(
        happened("PoliceNotificationMade", "A", on="2025-10-04", notified="school"),
        happened("PoliceNotificationMade", "A", on="2025-11-08", notified="social_care"),
        event_retracted("A", 1, recorded="2025-11-10", by="org-police"),
    )
    asked(at="2025-11-08", known_after=2).timeline("A").shows(
        entry("police_notification police", "2025-10-04..", "moment", provider="org-police", reason=None),
        entry("police_notification police", "2025-11-08..", "moment", reason=None),
    )
    asked(at="2030-01-01").timeline("A").shows(entry("police_notification police", "2025-11-08..", "moment"))
    asked(at="2025-11-08").index("A").shows(line(involvements=""))


def test_inactive_number(given, asked):
    """A number that must not be used any more stays the child's

    Who asks sees *inactive* beside it; what is sent under it is recorded all the same.
    """
    given(
        happened("HealthVisitorCaseloadStarted", "A", on="2021-03-10"),
        happened("NhsNumberInactive", "A", on="2025-09-01"),
    )
    asked(at="2025-10-01").timeline("A").shows(
        entry("health_visiting", "2021-03-10..", "open"),
        entry("nhs_number_inactive national records", "2025-09-01..", "moment"),
    )
