"""The pages that are made from the examples: their titles, what stands at their head, and the modules in order."""

from typing import NamedTuple


class Page(NamedTuple):
    """One page of `docs/rules/`."""

    name: str
    title: str
    about: str
    modules: tuple[str, ...]


PAGES = (
    Page(
        "timeline",
        "The timeline",
        "What is shown of a child as involvements, enrolments, registrations, attendance; and who the child is.",
        (
            "test_intervals",
            "test_references",
            "test_amendments",
            "test_lapses",
            "test_clocks",
            "test_attendance",
            "test_index",
            "test_services",
            "test_shield",
        ),
    ),
    Page("links", "Links", "When records of different agencies are one child.", ("test_links",)),
    Page(
        "indicators",
        "Indicators",
        "When a child is out of touch with a service. An indicator is a prompt to check on a family, never a score.",
        (
            "test_no_school",
            "test_ten_days",
            "test_no_gp",
            "test_homeless",
            "test_dropped_out",
            "test_suppressors",
            "test_feeds",
        ),
    ),
    Page("leads", "Lead professionals", "Who leads, and where a lead is missing.", ("test_lead_gaps",)),
    Page("families", "Families", "Which children are one family, and how families are listed.", ("test_families",)),
)
