"""All indicators of a child, the reference: prompts to check, never scores (domain.md F, design D4, D7).

Each is a set of day spans worked out ahead as if nothing more came, from the day on which it began to be so. How long it
must have been so, whether its feeds were heard, and where the family lives are joined when asked.
"""

from collections.abc import Callable

from domain.indicators import attendance, education, health, housing, support
from domain.indicators.rules import Indicator
from domain.timeline.child import Child

_FINDERS: tuple[Callable[[Child], list[Indicator]], ...] = (
    education.no_school,
    education.lost_leaver,
    education.excluded_without_provision,
    attendance.long_absence,
    attendance.severe_absence,
    health.no_gp,
    health.gp_unsettled,
    health.emergency_without_gp,
    health.review_missed,
    health.not_brought,
    housing.homeless_or_mobile,
    support.dropped_out,
    support.missing_without_interview,
    support.no_universal_contact,
)


def indicators(child: Child) -> list[Indicator]:
    """All indicators of a child, past and to come."""
    return [found for find in _FINDERS for found in find(child)]
