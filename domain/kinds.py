"""What the kinds of timeline entries are to a reader: tables, so that a new event type needs none of our code.

A kind that stands in no table is an involvement of a service, which is what most new types tell of.
"""

# Entries that are something else than a service working with the child.
NO_INVOLVEMENT = frozenset(
    {
        "enrolment", "gp_registration", "lead", "lead_cover", "team_member", "relationship", "parental_responsibility",
        "responsible_authority", "assessment", "consent", "shield", "legal_hold", "missing_episode", "not_in_school_register",
    }
)  # fmt: skip

# Entries that tell where the child is or may be met. A shielded child's are not shown (domain.md E4).
WHEREABOUTS = frozenset(
    {
        "enrolment", "gp_registration", "temporary_accommodation", "tenancy", "homeless_application", "alternative_provision",
        "reduced_timetable", "suspension", "permanent_exclusion", "sen_support", "early_years", "childrens_centre",
        "childrens_centre_visit", "health_visiting", "looked_after", "responsible_authority", "left_england", "upn_assigned",
        "upn_replaced", "attendance", "ed_attendance", "was_not_brought", "contact_took_place",
    }
)  # fmt: skip
