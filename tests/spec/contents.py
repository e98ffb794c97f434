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
            "test_snapshots",
            "test_school_migrates",
            "test_school_becomes_another",
            "test_clocks",
            "test_same_instant",
            "test_attendance",
            "test_index",
            "test_names",
            "test_contested",
            "test_services",
            "test_shield",
            "test_sealed",
        ),
    ),
    Page(
        "sectors",
        "Sectors",
        "What each sector's events show of a child: a service or a fact with its days, or a moment.",
        (
            "test_school_and_special_needs",
            "test_health_and_police",
            "test_social_care",
            "test_housing_and_adults",
            "test_community_and_consent",
            "test_responsibility_and_holds",
            "test_who_may_see",
        ),
    ),
    Page(
        "links",
        "Links",
        "When records of different agencies are one child.",
        ("test_links", "test_replaced_numbers", "test_disputed"),
    ),
    Page(
        "indicators",
        "Indicators",
        "When a child is out of touch with a service. An indicator is a prompt to check on a family, never a score. "
        "Acts and regulations are cited, not quoted: their texts were not at hand.",
        (
            "test_no_school",
            "test_lost_leaver",
            "test_ten_days",
            "test_twenty_days",
            "test_severe_absence",
            "test_excluded",
            "test_no_gp",
            "test_gp_unsettled",
            "test_emergency_without_gp",
            "test_under_five_unseen",
            "test_not_brought",
            "test_homeless",
            "test_dropped_out",
            "test_missing",
            "test_no_contact",
            "test_suppressors",
            "test_feeds",
            "test_thresholds",
            "test_cautions",
        ),
    ),
    Page(
        "leads",
        "Lead professionals",
        "Who leads, and where a lead is missing.",
        (
            "test_lead_gaps",
            "test_passing_the_lead",
            "test_lead_cover",
            "test_family_lead",
            "test_lead_worker_left",
            "test_services_without_lead",
            "test_step_down",
            "test_step_up",
            "test_plans_without_lead",
        ),
    ),
    Page(
        "commands",
        "Commands",
        "What people decide of a child, by the API or with `icr decide`: when it becomes an event, and when it is refused.",
        ("test_leading", "test_covering", "test_joining_the_team", "test_own_work", "test_deciding"),
    ),
    Page("families", "Families", "Which children are one family, and how families are listed.", ("test_families",)),
    Page(
        "reference",
        "Areas, staff and services",
        "What is about no child, and what it changes in the answers.",
        ("test_families_by_area", "test_who_to_reach", "test_directory_and_agreements"),
    ),
    Page(
        "measures",
        "Measures",
        "Who is in each measure of the system on a day, and who of them is counted.",
        (
            "test_first_service",
            "test_assessed_again",
            "test_looked_after_health",
            "test_childrens_centre",
            "test_attended",
            "test_with_lead",
        ),
    ),
)
