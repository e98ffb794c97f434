"""What each agency's system would publish of what happened: one function for each kind of fact, in one table.

Events are dictionaries in the order of their schemas' fields, with `datetime.date` and aware `datetime` values;
`recorded_at` is filled in when an event is posted. Parts that repeat (source, team, worker) are shared between events.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from adapters.simulator import names
from adapters.simulator.area import AUTHORITY, DEMOGRAPHICS, TRUST
from adapters.simulator.desks import Desk, desks, writes_version_1
from adapters.simulator.home_life import address_of
from adapters.simulator.people import Child
from adapters.simulator.terms import year_group
from adapters.simulator.world import Fact, World

Event = dict[str, Any]
SYSTEMS = {TRUST: "community", DEMOGRAPHICS: "demographics", AUTHORITY: "mosaic"}


class Agencies:
    """The desks of an area and what they make of facts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.desks = desks(world.area, world.plan.marks)
        self._deaths: dict[int, str] = {}  # deaths notified by mistake: child's number -> event id

    def events(self, fact: Fact, mode: str = "live") -> list[Event]:
        """The events that tell of a fact; none where no agency does."""
        publish = _PUBLISH.get(fact.kind)
        if publish is None:
            return []
        event = publish(self, fact)
        if mode != "live":
            event["mode"] = mode
        return [event]

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
        *,
        full: bool = False,
        to: date | None = None,
        others: list[Event] | None = None,
        reference: str | None = None,
        target: Event | None = None,
        basis: str = "public_task",
        row: str | None = None,
        **own: Any,
    ) -> Event:
        """An event about a child. `full`: with all numbers the desk knows and the child's details."""
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

    def _desk(self, fact: Fact) -> Desk:
        organisation = fact.details["organisation"]
        return self.desks[organisation, SYSTEMS.get(organisation, "casework")]

    # ---- education

    def pupil_admitted(self, fact: Fact) -> Event:
        school, child = fact.details["school"], fact.child
        desk = self.desks[school.organisation, "mis"]
        year = str(year_group(child.born, max(fact.day, self._world.plan.start)))
        own = {"school": school.urn, "enrolment_status": fact.details["status"]}
        own["year_group"] = None if writes_version_1(school.organisation) else {"0": "R"}.get(year, year)
        parents = _parents(desk, child)
        return self.event("PupilAdmitted", desk, child, fact.day, full=True, others=parents, **own)

    def pupil_removed(self, fact: Fact) -> Event:
        school = fact.details["school"]
        own = {"school": school.urn, "ground": fact.details["ground"], "destination": fact.details["destination"]}
        return self.event(
            "PupilRemovedFromRoll", self.desks[school.organisation, "mis"], fact.child, fact.day,
            basis="legal_obligation", **own,
        )  # fmt: skip

    # ---- health

    def birth(self, fact: Fact) -> Event:
        mother = {
            "role": "parent",
            "identifiers": [{"scheme": "nhs", "value": fact.details["mother"]}],
            "person": _parent(fact.child, fact.child.family.parents[0]),
        }
        return self._demographics("BirthNotified", fact, others=[mother], address=fact.details["address"])

    def address_changed(self, fact: Fact) -> Event:
        return self._demographics("AddressChanged", fact, address=fact.details["address"])

    def death(self, fact: Fact) -> Event:
        event = self._demographics("DeathNotified", fact, status=fact.details["status"])
        if fact.kind == "death_reported":
            self._deaths[fact.child.number] = event["event_id"]
        return event

    def death_withdrawn(self, fact: Fact) -> Event:
        # National messages do not say which notice is withdrawn; some systems do.
        notice = self._deaths.pop(fact.child.number)
        named = fact.child.number % 2 == 0
        target = {"event_id": notice, "source_record_id": None, "reason": "entered_in_error"} if named else None
        return self._demographics("DeathNotificationWithdrawn", fact, target=target)

    def _demographics(self, kind: str, fact: Fact, **more: Any) -> Event:
        desk = self.desks[DEMOGRAPHICS, "demographics"]
        return self.event(kind, desk, fact.child, fact.day, full=True, **more)

    def gp_registered(self, fact: Fact) -> Event:
        practice = fact.details["practice"]
        name = None if writes_version_1(practice.organisation) else practice.name
        return self._practice("GpRegistered", fact, full=True, practice=practice.code, practice_name=name)

    def gp_ended(self, fact: Fact) -> Event:
        code, reason = fact.details["practice"].code, fact.details["reason"]
        return self._practice("GpRegistrationEnded", fact, practice=code, reason=reason)

    def _practice(self, kind: str, fact: Fact, **more: Any) -> Event:
        desk = self.desks[fact.details["practice"].organisation, "gp"]
        return self.event(kind, desk, fact.child, fact.day, **more)

    # ---- help

    def involvement_started(self, fact: Fact) -> Event:
        told = fact.details
        desk, row = self._desk(fact), told["reference"] and f"row-{told['reference']}"
        keys = {key: told.get(key) for key in ("service", "provision", "team", "worker", "role")}
        return self.event(
            "InvolvementStarted", desk, fact.child, fact.day, full=True, to=told.get("until"),
            reference=told["reference"], row=row, **keys,
        )  # fmt: skip

    def involvement_confirmed(self, fact: Fact) -> Event:
        keys = {key: fact.details[key] for key in ("service", "team", "worker")}
        return self._help("InvolvementConfirmed", fact, **keys)

    def involvement_ended(self, fact: Fact) -> Event:
        keys = {key: fact.details[key] for key in ("service", "reason")}
        return self._help("InvolvementEnded", fact, **keys)

    def _help(self, kind: str, fact: Fact, **more: Any) -> Event:
        reference = fact.details["reference"]
        return self.event(kind, self._desk(fact), fact.child, fact.day, reference=reference, **more)

    def referral(self, fact: Fact) -> Event:
        return self.event("ReferralReceived", self.desks[AUTHORITY, "mosaic"], fact.child, fact.day,
                          full=True, **fact.details)  # fmt: skip

    def help_started(self, fact: Fact) -> Event:
        told, desk = fact.details, self.desks[AUTHORITY, "mosaic"]
        return self.event(
            "EarlyHelpStarted", desk, fact.child, fact.day, full=True, reference=told["reference"], basis="consent",
            row=f"row-{told['reference']}", team=told["team"], worker=told["worker"],
        )  # fmt: skip

    def help_ended(self, fact: Fact) -> Event:
        told, desk = fact.details, self.desks[AUTHORITY, "mosaic"]
        return self.event(
            "EarlyHelpEnded", desk, fact.child, fact.day, reference=told["reference"], basis="consent",
            reason=told["reason"],
        )  # fmt: skip

    def lead(self, fact: Fact) -> Event:
        kind = {"lead_nominated": "LeadNominated", "lead_accepted": "LeadAccepted", "lead_ended": "LeadEnded"}
        own = {key: fact.details[key] for key in ("role", "scope", "worker")}
        if fact.kind == "lead_ended":
            own["reason"] = fact.details["reason"]
        return self.event(kind[fact.kind], self._desk(fact), fact.child, fact.day, **own)

    def relationship(self, fact: Fact) -> Event:
        desk, told, others = self.desks[AUTHORITY, "mosaic"], fact.details, []
        if "parent" in told:
            others = [_other(desk, "parent", f"P{told['parent']}", _parent(fact.child, told["parent"]))]
        elif "sibling" in told:
            others = [_other(desk, "sibling", f"C{told['sibling'].number}", None)]
        kind = "RelationshipStated" if fact.kind == "related" else "RelationshipEnded"
        family = f"F{told['family'].number}" if "family" in told else None
        full = fact.kind == "related" and family is not None
        return self.event(
            kind, desk, fact.child, fact.day, full=full, others=others, relation=told["relation"], family=family
        )

    # ---- housing

    def placed(self, fact: Fact) -> Event:
        told = fact.details
        desk = self.desks[told["organisation"], "homes"]
        household = [_other(desk, "sibling", f"C{one.number}", None) for one in told["siblings"] if one != fact.child]
        return self.event(
            "TemporaryAccommodationPlaced", desk, fact.child, fact.day, full=True, basis="consent",
            reference=told["reference"], others=[*_parents(desk, fact.child), *household], address=told["address"],
        )  # fmt: skip

    def placement_ended(self, fact: Fact) -> Event:
        desk = self.desks[fact.details["organisation"], "homes"]
        reference = fact.details["reference"]
        return self.event("TemporaryAccommodationEnded", desk, fact.child, fact.day, reference=reference)


def _other(desk: Desk, role: str, number: str, person: Event | None) -> Event:
    return {"role": role, "identifiers": [{"scheme": desk.scheme, "value": number}], "person": person}


def _parents(desk: Desk, child: Child) -> list[Event]:
    return [_other(desk, "parent", f"P{parent}", None) for parent in child.family.parents]


def _parent(child: Child, parent: int) -> Event:
    given = names.GIVEN["MF"[parent % 2 == 0]]
    name = {"given": [given[parent % len(given)]], "family": child.family.surname, "use": None}
    nothing = dict.fromkeys(("date_of_birth", "expected_date", "sex", "postcode", "uprn"))
    return {"names": [name], **nothing}


_PUBLISH: dict[str, Callable[[Agencies, Fact], Event]] = {
    "school_started": Agencies.pupil_admitted,
    "school_left": Agencies.pupil_removed,
    "born": Agencies.birth,
    "moved": Agencies.address_changed,
    "died": Agencies.death,
    "death_reported": Agencies.death,
    "death_withdrawn": Agencies.death_withdrawn,
    "gp_joined": Agencies.gp_registered,
    "gp_left": Agencies.gp_ended,
    "involvement_started": Agencies.involvement_started,
    "involvement_confirmed": Agencies.involvement_confirmed,
    "involvement_ended": Agencies.involvement_ended,
    "referred": Agencies.referral,
    "help_started": Agencies.help_started,
    "help_ended": Agencies.help_ended,
    "lead_nominated": Agencies.lead,
    "lead_accepted": Agencies.lead,
    "lead_ended": Agencies.lead,
    "related": Agencies.relationship,
    "unrelated": Agencies.relationship,
    "placed": Agencies.placed,
    "placement_ended": Agencies.placement_ended,
}
