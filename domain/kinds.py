"""What the kinds of timeline entries are to a reader: tables, so that a new event type needs none of our code.

A kind that stands in no table is an involvement of a service, which is what most new types tell of, and is not shown of a
shielded child: most services are met somewhere (design D9, fail closed).
"""

from typing import Final

# Who may or may not see a record: no answer shows it, for that somebody is kept away is itself told in confidence.
EXCLUDED: Final = "access_excluded"
RESTRICTED: Final = "access_restricted"  # to others
CONFLICT: Final = "conflict_declared"
WHO_MAY_SEE: Final = frozenset({EXCLUDED, RESTRICTED, CONFLICT})

# Entries that are something else than a service working with the child.
NO_INVOLVEMENT = frozenset(
    {
        "enrolment", "gp_registration", "gp_temporary_registration", "lead", "lead_cover", "team_member", "relationship", "parental_responsibility",
        "responsible_authority", "assessment", "consent", "shield", "legal_hold", "missing_episode", "not_in_school_register",
        *WHO_MAY_SEE,
    }
)  # fmt: skip

# What is shown of a shielded child: who leads, who works with it on what, and nothing that tells where it may be met
# (domain.md E4).
SHOWN_OF_A_SHIELDED_CHILD = frozenset(
    {
        "involvement", "early_help", "lead", "lead_cover", "team_member", "relationship", "parental_responsibility", "assessment",
        "referral", "contact", "case_closed", "child_in_need", "child_protection", "plan_review", "initial_conference", "step_up",
        "step_down", "youth_justice", "health_assessment", "return_interview", "missing_episode", "elective_home_education",
        "not_in_school_register", "child_missing_education", "ehcp", "ehcp_requested", "shield", "legal_hold",
    }
)  # fmt: skip

# What nobody has before birth. Of all else the mother's pregnancy may be the reason: a referral, a plan for an unborn child.
ONLY_OF_THE_BORN = frozenset(
    {
        "enrolment", "gp_registration", "gp_temporary_registration", "gp_registration_refused", "early_years",
        "alternative_provision", "suspension", "permanent_exclusion", "reduced_timetable",
        "sen_support", "ehcp", "ehcp_requested", "elective_home_education", "not_in_school_register", "child_missing_education",
        "upn_assigned", "upn_replaced", "looked_after", "youth_justice", "missing_episode", "return_interview", "ed_attendance",
        "health_assessment", "review_done", "review_missed", "birth", "death",
    }
)  # fmt: skip

# Of these a child has one at a provider at a time, whatever references it is told under (domain.timeline.retold).
ONE_AT_A_TIME = frozenset({"enrolment"})

# What is so of the child and another person, so that of two people it is two things. Of a relationship it matters who the
# people are and not which organisation says so; of the others, it is so by the word of one.
BETWEEN_PEOPLE = frozenset({"relationship", "parental_responsibility"})

INVOLVEMENT = "involvement"
# What stands for every kind, where a derived fact says what it reads: since when anything at all is told of a child.
ANY_KIND = "any"
# Kinds that are additional services: provided to a child for what it needs and not to every child of its age (SI 2007/2182 as
# amended in 2010). Of an involvement its event says which it is. What goes on within a school, or is done to a child, is none.
# Nor is what SENSITIVE_SERVICES names: whoever saw a gap, an indicator or a measure that rests on one would know of it.
ADDITIONAL_SERVICES = (
    "early_help",
    "child_in_need",
    "child_protection",
    "looked_after",
    "youth_justice",
    "asylum_support",
)
# Published under neutral names for their sensitivity, with the child's consent (The Children Act 2004 Information Database
# (England) Regulations 2007, reg 6(3)).
SENSITIVE_SERVICES = frozenset({"community_support"})
# What such a service tells: no rule rests on a date of birth that stands in it alone.
TOLD_IN_CONFIDENCE = SENSITIVE_SERVICES | {"consent"}
# What silences an indicator: that a child is not born yet, has died, lives out of England, or is grown up.
WHO_AND_WHERE = ("birth", "death", "address", "left_england")
# What says who is of a family with whom.
KINSHIP = ("relationship", "address")
# Plans of children's social care, which are one service however many of them there are.
SOCIAL_CARE_PLANS = frozenset({"child_in_need", "child_protection", "looked_after"})
# What the work of the social worker who holds such a plan is called where it is published as an involvement.
SOCIAL_WORK = frozenset({"social work", "social worker", "children's social care"})


def is_additional(kind: str, provision: str) -> bool:
    """Whether an entry of a kind and provision is an additional service."""
    return kind in ADDITIONAL_SERVICES or (kind == INVOLVEMENT and provision == "additional")
