"""The agency_systems of an area, and an event as any of them would write it.

Events are dictionaries in the order of their schemas' fields, with `datetime.date` and aware `datetime` values;
`recorded_at` is filled in when an event is posted. Parts that repeat (source, team, worker) are shared between events.
"""

from datetime import date
from typing import Any

from tools.simulator.agency_systems import AgencySystem, agency_systems
from tools.simulator.area import AUTHORITY, DEMOGRAPHICS, HOSPITAL, TRUST
from tools.simulator.home_life import address_of
from tools.simulator.people import Child
from tools.simulator.world import World

Event = dict[str, Any]
SYSTEMS = {TRUST: "community", DEMOGRAPHICS: "demographics", AUTHORITY: "mosaic", HOSPITAL: "maternity"}


class Agencies:
    """The agency_systems of an area."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.systems = agency_systems(world.area.schools, world.area.practices, world.plan.marks, world.district.mark)
        self.false_deaths: dict[int, str] = {}  # notified by mistake: child's number -> event id

    def system(self, organisation: str) -> AgencySystem:
        """The system at which an organisation keeps its work with children; schools and practices have only one."""
        return self.systems[organisation, SYSTEMS.get(organisation, "casework")]

    def system_of(self, event: Event) -> AgencySystem:
        """The system that published an event."""
        source = event["source"]
        return self.systems[source["organisation"], source["system"]]

    def event(
        self,
        kind: str,
        system: AgencySystem,
        child: Child,
        start: date,
        own: Event,
        *,
        full: bool = False,
        to: date | None = None,
        others: list[Event] | None = None,
        reference: str | None = None,
        target: Event | None = None,
        basis: str = "public_task",
        row: str | None = None,
    ) -> Event:
        """An event about a child, with the type's `own` fields last.

        `full`: with all numbers the system knows and the child's details; `row`: the system's row that it comes from.
        """
        return {
            "event_type": kind,
            "event_id": system.next_id(),
            "source": system.source if row is None else system.row(row),
            "mode": "live",
            "recorded_at": None,
            "subject": {
                "identifiers": system.identifiers(child, full),
                "person": self._person(child) if full else None,
                "nhs_number_status": "01" if full and system.kind == "health" else None,
            },
            "others": others or [],
            "effective": {"from": start, "to": to},
            "reference": reference,
            "target": target,
            "basis": basis,
            **own,
        }

    def of_nobody(self, kind: str, system: AgencySystem, start: date, own: Event) -> Event:
        """An event about no child, with the type's `own` fields last."""
        return {
            "event_type": kind,
            "event_id": system.next_id(),
            "source": system.source,
            "mode": "live",
            "recorded_at": None,
            "effective": {"from": start, "to": None},
            **own,
        }

    def _person(self, child: Child) -> Event:
        address = address_of(self._world, child.family)
        return {
            "names": [{"given": [child.given], "family": child.family.surname, "use": "official"}],
            "date_of_birth": child.born,
            "expected_date": None,
            "sex": child.sex,
            "postcode": address["postcode"],
            "uprn": address["uprn"],
        }
