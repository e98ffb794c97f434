"""A system is one system of one organisation that publishes: what it calls a child, and what it knows of one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tools.simulator.area import AUTHORITY, CARERS, DEMOGRAPHICS, HOSPITAL, LANDLORD, MENTORS, TRUST
from tools.simulator.people import Child, Practice, School

# Of a hundred children, of how many a system also holds another agency's number; these link records. Assumed: schools
# as they will be once the NHS number is the consistent identifier, for while it is not, a child in school and the same
# child at its practice are two children to anybody who counts those without a school.
NHS_IN_SCHOOL, UPN_IN_AUTHORITY, NHS_IN_AUTHORITY, NHS_ELSEWHERE = 99, 80, 70, 35

_INVOLVEMENT = ("InvolvementStarted", "InvolvementEnded", "InvolvementConfirmed")
_LEAD = ("LeadNominated", "LeadAccepted", "LeadDeclined", "LeadTransferProposed", "LeadEnded")
_ASSESSMENT = ("AssessmentStarted", "AssessmentCompleted")
_STAFF = ("WorkerRegistered", "TeamRegistered", "TeamMembershipStarted", "TeamMembershipEnded", "WorkerLeft")
PUT_RIGHT = ("EventCorrected", "EventRetracted")


@dataclass(slots=True, eq=False)
class AgencySystem:
    """Where events come from. `source` and `subject` dictionaries may be shared by events: they are for reading."""

    organisation: str
    system: str
    kind: str  # school, health, early years or agency: decides which numbers it uses
    types: tuple[str, ...]  # what it publishes
    mark: str = ""  # sets its ids apart from those of the same system elsewhere
    count: int = 0  # events so far
    source: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.source = self.row(None)

    def row(self, record: str | None) -> dict[str, Any]:
        """The source block, naming a row of the system if it has one."""
        version = None if record is None else "1"
        return {
            "organisation": self.organisation,
            "system": self.system,
            "source_record_id": record,
            "source_version": version,
        }

    def next_id(self) -> str:
        """An event id that the organisation has not used."""
        self.count += 1
        return self.last_id

    @property
    def prefix(self) -> str:
        """What its event ids begin with."""
        return f"{self.system}-{self.mark}"

    @property
    def last_id(self) -> str:
        """The last event id that was used."""
        return f"{self.prefix}{self.count}"

    @property
    def scheme(self) -> str:
        """Scheme of the system's own numbers."""
        return f"agency:{self.organisation}:{self.system}"

    def identifiers(self, child: Child, full: bool) -> list[dict[str, str]]:
        """The child's numbers as this system has them; `full` adds those that it took from others."""
        drawn = lot(child.number)
        found = []
        if self.kind == "school":
            assert child.upn is not None
            found.append({"scheme": "upn", "value": child.upn})
            nhs = drawn < NHS_IN_SCHOOL and child.former_upn is None  # under a new number it is not traced yet
        elif self.kind in ("health", "early years"):
            return [{"scheme": "nhs", "value": child.nhs}]
        else:
            found.append({"scheme": self.scheme, "value": f"C{child.number}"})
            authority = self.organisation == AUTHORITY
            if full and authority and child.upn is not None and drawn * 3 % 100 < UPN_IN_AUTHORITY:
                found.append({"scheme": "upn", "value": child.upn})
            nhs = drawn * 7 % 100 < (NHS_IN_AUTHORITY if authority else NHS_ELSEWHERE)
        if full and nhs:
            found.append({"scheme": "nhs", "value": child.nhs})
        return found


AgencySystems = dict[tuple[str, str], AgencySystem]  # by organisation and system


def lot(number: int) -> int:
    """A child's lot, 0 to 99: which of its numbers are known to whom depends on its own number alone, so that it stays so."""
    return number * 7919 % 10_000 // 100


def knows_all_numbers(number: int) -> bool:
    """Whether every agency holds the other numbers of the child with this number."""
    drawn = lot(number)
    elsewhere = drawn * 7 % 100 < min(NHS_IN_AUTHORITY, NHS_ELSEWHERE)
    return drawn < NHS_IN_SCHOOL and drawn * 3 % 100 < UPN_IN_AUTHORITY and elsewhere


def writes_version_1(organisation: str) -> bool:
    """Whether a school's or practice's system still writes the first version of schemas that have two: a third do."""
    return organisation[-1].isdigit() and int(organisation[-1]) % 3 == 1


def agency_systems(
    schools: Iterable[School], practices: Iterable[Practice], marks: bool, mark: str = ""
) -> AgencySystems:
    """All agency_systems of an area with these schools and practices, by (organisation, system); `mark` goes into their ids."""
    school_types = (
        "PupilAdmitted", "PupilRemovedFromRoll", *(("AttendanceMarked",) if marks else ()), "SuspensionStarted",
        "SuspensionEnded", "PermanentExclusionDecided", "PermanentExclusionConcluded", "UpnAssigned", "UpnReplaced",
        "SenSupportStarted", "SenSupportEnded", *PUT_RIGHT,
    )  # fmt: skip
    authority = (
        "ReferralReceived", "EarlyHelpStarted", "EarlyHelpEnded", *_INVOLVEMENT, *_LEAD,
        "RelationshipStated", "RelationshipEnded", *_ASSESSMENT, "ChildInNeedStarted", "ChildInNeedEnded",
        "ChildProtectionStarted", "ChildProtectionEnded", "LookedAfterStarted", "LookedAfterEnded", "HealthAssessmentDone",
        "CaseClosed", "SteppedUp", "SteppedDown", "MissingStarted", "MissingEnded", "ReturnInterviewRecorded", "ContactReceived",
        "InitialConferenceHeld", "ReviewHeld", "TeamMemberAgreed", "TeamMemberLeft", "LeadCoverStarted", "LeadCoverEnded",
        *_STAFF, *PUT_RIGHT,
    )  # fmt: skip
    inclusion = (
        "AlternativeProvisionStarted",
        "AlternativeProvisionEnded",
        "EheNotified",
        "EheEnded",
        "EhcpRequested",
        "EhcpIssued",
        "EhcpCeased",
    )
    centres = ("ChildrensCentreRegistered", "ChildrensCentreAttended", "ChildrensCentreLeft")
    community = (
        "ReviewDone", "ReviewMissed", "WasNotBrought", "ContactTookPlace", "HealthVisitorCaseloadStarted",
        "HealthVisitorCaseloadEnded",
    )  # fmt: skip
    housing = ("TemporaryAccommodationPlaced", "TemporaryAccommodationEnded")
    demographics = (
        "BirthNotified",
        "AddressChanged",
        "DeathNotified",
        "DeathNotificationWithdrawn",
        "NhsNumberSuperseded",
    )
    found = [
        AgencySystem(AUTHORITY, "mosaic", "agency", authority),
        AgencySystem(AUTHORITY, "homes", "agency", housing),  # corrections are counted with those of the other system
        AgencySystem(LANDLORD, "homes", "agency", (*housing, *PUT_RIGHT)),
        AgencySystem(DEMOGRAPHICS, "demographics", "health", demographics),
        AgencySystem(AUTHORITY, "inclusion", "school", inclusion),
        AgencySystem(AUTHORITY, "centres", "early years", centres),
        AgencySystem(TRUST, "community", "health", (*_INVOLVEMENT, *_LEAD, *community, *_STAFF, *PUT_RIGHT)),
        AgencySystem(HOSPITAL, "emergency", "health", ("EdAttendance", *PUT_RIGHT)),
        AgencySystem(HOSPITAL, "maternity", "agency", ("MaternityBooked", *_INVOLVEMENT)),
        AgencySystem(MENTORS, "casework", "agency", (*_INVOLVEMENT, *_LEAD, *_ASSESSMENT, *_STAFF, *PUT_RIGHT)),
        AgencySystem(CARERS, "casework", "agency", (*_INVOLVEMENT, *_STAFF, *PUT_RIGHT)),
    ]
    found += [AgencySystem(one.organisation, "mis", "school", school_types) for one in schools]
    practice_types = (
        "GpRegistered",
        "GpRegistrationEnded",
        "GpRegistrationRefused",
        "GpTemporaryRegistrationStarted",
        *PUT_RIGHT,
    )
    found += [AgencySystem(one.organisation, "gp", "health", practice_types) for one in practices]
    for system in found:
        system.mark = mark
    return {(system.organisation, system.system): system for system in found}
