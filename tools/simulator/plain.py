"""Events that say no more than the fact does, in one table: which system, which type, which words of the fact."""

from dataclasses import dataclass
from typing import Any

from tools.simulator.agencies import Agencies, Event
from tools.simulator.agency_systems import AgencySystem
from tools.simulator.area import AUTHORITY, DEMOGRAPHICS, HOSPITAL, TRUST
from tools.simulator.world import Fact

AT_SCHOOL = "school"  # the system of the school that the fact names
NAMED = "named"  # the system of the organisation that the fact names
COMMUNITY, EMERGENCY = (TRUST, "community"), (HOSPITAL, "emergency")
NATIONAL = (DEMOGRAPHICS, "demographics")
MOSAIC, INCLUSION, CENTRES = (AUTHORITY, "mosaic"), (AUTHORITY, "inclusion"), (AUTHORITY, "centres")
_HANDS = ("team", "worker")


@dataclass(frozen=True, slots=True)
class Plain:
    """How a kind of fact is published; `words` are the type's own fields, in order. `full`: with all numbers known."""

    event_type: str
    system: tuple[str, str] | str
    words: tuple[str, ...] = ()
    full: bool = False


PLAIN = {
    "excluded": Plain("PermanentExclusionDecided", AT_SCHOOL, ("school", "reason")),
    "exclusion_concluded": Plain("PermanentExclusionConcluded", AT_SCHOOL, ("school", "outcome")),
    "suspended": Plain("SuspensionStarted", AT_SCHOOL, ("school", "sessions", "reason")),
    "suspension_ended": Plain("SuspensionEnded", AT_SCHOOL, ("school",)),
    "upn_assigned": Plain("UpnAssigned", AT_SCHOOL, ("school", "temporary"), full=True),
    "upn_replaced": Plain("UpnReplaced", AT_SCHOOL, ("former", "reason")),
    "sen_started": Plain("SenSupportStarted", AT_SCHOOL, ("school",)),
    "sen_ended": Plain("SenSupportEnded", AT_SCHOOL, ("school",)),
    "ehcp_requested": Plain("EhcpRequested", INCLUSION, ("requested_by",)),
    "ehcp_issued": Plain("EhcpIssued", INCLUSION),
    "ehcp_ceased": Plain("EhcpCeased", INCLUSION, ("reason",)),
    "provided": Plain("AlternativeProvisionStarted", INCLUSION, ("provider", "arranged_by")),
    "provision_ended": Plain("AlternativeProvisionEnded", INCLUSION, ("provider", "reason")),
    "home_taught": Plain("EheNotified", INCLUSION),
    "home_taught_ended": Plain("EheEnded", INCLUSION, ("reason",)),
    "nhs_superseded": Plain("NhsNumberSuperseded", NATIONAL, ("former",), full=True),
    "caseload_started": Plain("HealthVisitorCaseloadStarted", COMMUNITY, _HANDS, full=True),
    "caseload_ended": Plain("HealthVisitorCaseloadEnded", COMMUNITY, ("reason",)),
    "review_done": Plain("ReviewDone", COMMUNITY, ("review",)),
    "review_missed": Plain("ReviewMissed", COMMUNITY, ("review", "reason")),
    "not_brought": Plain("WasNotBrought", COMMUNITY, ("service",)),
    "seen": Plain("ContactTookPlace", COMMUNITY, ("service",)),
    "emergency": Plain("EdAttendance", EMERGENCY),
    "centre_registered": Plain("ChildrensCentreRegistered", CENTRES, ("centre",), full=True),
    "centre_attended": Plain("ChildrensCentreAttended", CENTRES, ("centre",)),
    "centre_left": Plain("ChildrensCentreLeft", CENTRES, ("centre",)),
    "assessment_started": Plain("AssessmentStarted", NAMED, ("assessment", *_HANDS), full=True),
    "assessment_completed": Plain("AssessmentCompleted", NAMED, ("assessment", "version", *_HANDS)),
    "contact_received": Plain("ContactReceived", MOSAIC, ("source_code", "outcome"), full=True),
    "conference": Plain("InitialConferenceHeld", MOSAIC),
    "plan_reviewed": Plain("ReviewHeld", MOSAIC, ("plan", "next_due")),
    "member_agreed": Plain("TeamMemberAgreed", NAMED, ("service", "worker", "role")),
    "member_left": Plain("TeamMemberLeft", NAMED, ("service",)),
    "cover_started": Plain("LeadCoverStarted", NAMED, ("role", "worker")),
    "cover_ended": Plain("LeadCoverEnded", NAMED, ("role",)),
    "in_need_started": Plain("ChildInNeedStarted", MOSAIC, _HANDS, full=True),
    "in_need_ended": Plain("ChildInNeedEnded", MOSAIC, ("reason",)),
    "protection_started": Plain("ChildProtectionStarted", MOSAIC, _HANDS, full=True),
    "protection_ended": Plain("ChildProtectionEnded", MOSAIC, ("reason",)),
    "looked_after_started": Plain("LookedAfterStarted", MOSAIC, ("legal_status", *_HANDS), full=True),
    "looked_after_ended": Plain("LookedAfterEnded", MOSAIC, ("reason",)),
    "health_assessed": Plain("HealthAssessmentDone", MOSAIC, ("assessment",)),
    "case_closed": Plain("CaseClosed", MOSAIC, ("reason",), full=True),
    "stepped_up": Plain("SteppedUp", MOSAIC, ("to",), full=True),
    "stepped_down": Plain("SteppedDown", MOSAIC, ("to",), full=True),
    "missing_started": Plain("MissingStarted", MOSAIC, ("kind",), full=True),
    "missing_ended": Plain("MissingEnded", MOSAIC),
    "interviewed": Plain("ReturnInterviewRecorded", MOSAIC, ("outcome",)),
}


def publish_plain(agencies: Agencies, fact: Fact) -> Event:
    """The event of a fact that is in the table."""
    plain, told = PLAIN[fact.kind], fact.details
    own: Event = {word: told.get(word) for word in plain.words}
    if "school" in own:
        own["school"] = told["school"].urn
    return agencies.event(
        plain.event_type,
        _system(agencies, plain, told),
        fact.child,
        fact.day,
        own,
        full=plain.full,
        to=told.get("until"),
        reference=told.get("reference"),
    )


def _system(agencies: Agencies, plain: Plain, told: dict[str, Any]) -> AgencySystem:
    if plain.system == AT_SCHOOL:
        return agencies.systems[told["school"].organisation, "mis"]
    if plain.system == NAMED:
        return agencies.system(told["organisation"])
    assert isinstance(plain.system, tuple)
    return agencies.systems[plain.system]
