"""Who can sign in to the demonstration: workers of its agencies, none of whom exists."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One to pick. `name` is the button at the demonstration's issuer: organisation and staff id."""

    organisation: str
    staff_id: str
    says: str

    @property
    def name(self) -> str:
        """ORGANISATION:STAFF."""
        return f"{self.organisation}:{self.staff_id}"

    @property
    def claims(self) -> dict[str, Any]:
        """What the issuer says of them."""
        return {"sub": self.name, "organisation": self.organisation, "staff_id": self.staff_id}


PEOPLE: Final = (DemoPerson("la-808", "W2041", "lead practitioner, of Ada Example"),)
