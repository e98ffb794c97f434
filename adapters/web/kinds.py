"""Kinds of timeline entries by what they are about, so that a person can look at some of them: a table.

A kind that stands in no group is a service's: what most new event types tell of needs no line here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds that are looked at together. `id` stands in the style sheet, which hides the others."""

    id: str
    title: str
    kinds: frozenset[str] = frozenset()


GROUPS: Final[Sequence[Group]] = (
    Group("leads", "Leads and team", frozenset({"lead", "lead_cover", "team_member"})),
    Group("learning", "School and early years", frozenset({
        "enrolment", "attendance", "suspension", "permanent_exclusion", "reduced_timetable", "alternative_provision", "sen_support",
        "ehcp", "ehcp_requested", "elective_home_education", "child_missing_education", "not_in_school_register", "upn_assigned",
        "upn_replaced", "early_years", "childrens_centre", "childrens_centre_visit",
    })),
    Group("health", "Health", frozenset({
        "gp_registration", "gp_registration_refused", "gp_temporary_registration", "ed_attendance", "health_assessment",
        "health_visiting", "review_done", "review_missed", "was_not_brought", "maternity_booking", "nhs_number_inactive",
        "nhs_number_superseded", "contact_took_place", "contact_missed",
    })),
    Group("care", "Social care and family help", frozenset({
        "assessment", "asylum_support", "case_closed", "child_in_need", "child_protection", "contact", "early_help",
        "initial_conference", "looked_after", "plan_review", "referral", "responsible_authority", "step_down", "step_up",
    })),
    Group("safety", "Police, youth justice and missing", frozenset({
        "police_notification", "youth_justice", "missing_episode", "return_interview",
    })),
    Group("home", "Home and family", frozenset({
        "address", "birth", "death", "homeless_application", "left_england", "parental_responsibility", "relationship",
        "temporary_accommodation", "tenancy",
    })),
)  # fmt: skip
OTHER: Final = Group("other", "Other services")
_BY_KIND: Final = {kind: group for group in GROUPS for kind in group.kinds}


def group_of(kind: str) -> Group:
    """The group of a kind."""
    return _BY_KIND.get(kind, OTHER)


def groups_of(kinds: Iterable[str]) -> list[Group]:
    """The groups of some kinds, each once, in their order."""
    found = {group_of(kind) for kind in kinds}
    return [group for group in (*GROUPS, OTHER) if group in found]
