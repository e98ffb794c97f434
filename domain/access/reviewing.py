"""Which accesses are to be looked at by somebody, which an involvement must explain, and what a review can come to (access.md 7; domain.md G2)."""

from enum import StrEnum
from typing import Final

from domain.access.rules import RULES, Extent

# Rules of which each use is for the privacy officer to look at.
ALERTING: Final = tuple(rule.id for rule in RULES if rule.alerts)
# Rules by which somebody sees a child's record with no involvement of their own: by their role, or since the child was referred to their
# team's service, which the rule has looked up.
NO_INVOLVEMENT_NEEDED: Final = ("index_team", "operator", "referral")
# Rules of those whose work is at any hour.
ON_DUTY: Final = ("duty", "taken_on")
# Rules that show sensitive services by themselves.
SHOWING_EVERYTHING: Final = tuple(rule.id for rule in RULES if rule.shows is Extent.EVERYTHING)
# What those ask who read the access log.
OF_OFFICERS: Final = ("ListAccesses", "ReplayEntry", "ShowLogState", "AskOfficers", "ExportAnswer")
REVIEW: Final = "ReviewAccess"  # the act, as the table of rules names it


class CameOut(StrEnum):
    """What a review came to."""

    EXPLAINED = "explained"
    NOT_EXPLAINED = "not_explained"
    CASE = "passed_on_as_a_case"
