"""Who can sign in to the demonstration: workers of its agencies, none of whom exists."""

from dataclasses import dataclass
from typing import Any, Final

from domain.access.viewer import Role


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One to pick. `name` is the button at the demonstration's issuer: organisation and staff id; `role`: one granted here, of duty for `areas`.

    `acr`: how they sign in whatever was asked for; None: as it was.
    """

    organisation: str
    staff_id: str
    says: str
    role: Role | None = None
    acr: str | None = None
    areas: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """ORGANISATION:STAFF."""
        return f"{self.organisation}:{self.staff_id}"

    @property
    def claims(self) -> dict[str, Any]:
        """What the issuer says of them."""
        said = {"sub": self.name, "organisation": self.organisation, "staff_id": self.staff_id}
        return said if self.acr is None else said | {"acr": self.acr}


# Each leads for a child, and nothing has ended it since: whose a child is goes by today, also in a demonstration.
PEOPLE: Final = (
    DemoPerson("la-808", "W2041", "family support worker of the council, leads for Ada Example"),
    DemoPerson("la-808", "CASE113", "social worker of the council, leads where a child has a protection plan"),
    DemoPerson("ods-Z9NCT", "CASE78", "therapist of the NHS trust, leads for one child"),
    DemoPerson("org-harbour-mentors", "CASE109", "mentor of a charity, leads for one child"),
)
# They have no children, and begin at who saw what.
OFFICERS: Final = (
    DemoPerson("la-808", "P7001", "privacy officer of the council: who saw what", Role.PRIVACY_OFFICER),
    DemoPerson("la-808", "D7002", "data protection officer: the same, of everybody", Role.DATA_PROTECTION_OFFICER),
)
# They have no children either, and begin at what waits for them.
ON_CALL: Final = (
    DemoPerson(
        "la-808", "I7003", "index team of the council: requests for contact, quarantine, shields", Role.INDEX_TEAM
    ),
    DemoPerson(
        "la-808", "F7004", "on duty at the front door: families to check on", Role.DUTY, areas=("Harbour", "Moorside")
    ),
)
INDEX_TEAM: Final = "la-808:INDEX"
