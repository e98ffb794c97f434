"""The desks of an area, and an event as any of them would write it.

Events are dictionaries in the order of their schemas' fields, with `datetime.date` and aware `datetime` values;
`recorded_at` is filled in when an event is posted. Parts that repeat (source, team, worker) are shared between events.
"""

from datetime import date
from typing import Any

from tools.simulator.area import AUTHORITY, DEMOGRAPHICS, HOSPITAL, TRUST
from tools.simulator.desks import Desk, desks
from tools.simulator.home_life import address_of
from tools.simulator.people import Child
from tools.simulator.world import World

Event = dict[str, Any]
SYSTEMS = {TRUST: "community", DEMOGRAPHICS: "demographics", AUTHORITY: "mosaic", HOSPITAL: "maternity"}


class Agencies:
    """The desks of an area."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.desks = desks(world.area.schools, world.area.practices, world.plan.marks, world.district.mark)
        self.false_deaths: dict[int, str] = {}  # notified by mistake: child's number -> event id

    def desk(self, organisation: str) -> Desk:
        """The desk at which an organisation keeps its work with children; schools and practices have only one."""
        return self.desks[organisation, SYSTEMS.get(organisation, "casework")]

    def desk_of(self, event: Event) -> Desk:
        """The desk that published an event."""
        source = event["source"]
        return self.desks[source["organisation"], source["system"]]

    def event(
        self,
        kind: str,
        desk: Desk,
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

        `full`: with all numbers the desk knows and the child's details; `row`: the system's row that it comes from.
        """
        return {
            "event_type": kind,
            "event_id": desk.next_id(),
            "source": desk.source if row is None else desk.row(row),
            "mode": "live",
            "recorded_at": None,
            "subject": {
                "identifiers": desk.identifiers(child, full),
                "person": self._person(child) if full else None,
                "nhs_number_status": "01" if full and desk.kind == "health" else None,
            },
            "others": others or [],
            "effective": {"from": start, "to": to},
            "reference": reference,
            "target": target,
            "basis": basis,
            **own,
        }

    def of_nobody(self, kind: str, desk: Desk, start: date, own: Event) -> Event:
        """An event about no child, with the type's `own` fields last."""
        return {
            "event_type": kind,
            "event_id": desk.next_id(),
            "source": desk.source,
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
