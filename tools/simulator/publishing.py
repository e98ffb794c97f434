"""What each agency's system would publish of what happened: one function for each kind of fact, in one table."""

from collections.abc import Callable

from tools.simulator import names
from tools.simulator.agencies import Agencies, Event
from tools.simulator.agency_systems import AgencySystem, writes_version_1
from tools.simulator.area import AUTHORITY, DEMOGRAPHICS, HOSPITAL
from tools.simulator.people import Child
from tools.simulator.plain import PLAIN, publish_plain
from tools.simulator.terms import year_group
from tools.simulator.world import Fact

LEADS = {
    "lead_nominated": "LeadNominated",
    "lead_proposed": "LeadTransferProposed",
    "lead_accepted": "LeadAccepted",
    "lead_declined": "LeadDeclined",
    "lead_ended": "LeadEnded",
}

# Kinds of facts about staff: the type, and its own fields in order.
STAFF: dict[str, tuple[str, tuple[str, ...]]] = {
    "worker_registered": ("WorkerRegistered", ("worker", "role")),
    "team_registered": ("TeamRegistered", ("team", "service")),
    "member_joined": ("TeamMembershipStarted", ("worker", "team", "role")),
    "member_gone": ("TeamMembershipEnded", ("worker", "team")),
    "worker_left": ("WorkerLeft", ("worker", "reason")),
}


def publish(agencies: Agencies, fact: Fact, mode: str = "live") -> Event | None:
    """The event that tells of a fact, or none where no agency does."""
    write = _TABLE.get(fact.kind)
    if write is None:
        return None
    event = write(agencies, fact)
    event["mode"] = mode
    return event


# ---- education


def _pupil_admitted(agencies: Agencies, fact: Fact) -> Event:
    school, child = fact.details["school"], fact.child
    system = agencies.systems[school.organisation, "mis"]
    year = year_group(child.born, fact.day)
    words = None if writes_version_1(school.organisation) else str(year or "R")
    own = {"school": school.urn, "enrolment_status": fact.details["status"], "year_group": words}
    return agencies.event("PupilAdmitted", system, child, fact.day, own, full=True, others=_parents(system, child))


def _pupil_removed(agencies: Agencies, fact: Fact) -> Event:
    school, told = fact.details["school"], fact.details
    system = agencies.systems[school.organisation, "mis"]
    own = {"school": school.urn, "ground": told["ground"], "destination": told["destination"]}
    return agencies.event("PupilRemovedFromRoll", system, fact.child, fact.day, own, basis="legal_obligation")


# ---- health


def _demographics(agencies: Agencies) -> AgencySystem:
    return agencies.systems[DEMOGRAPHICS, "demographics"]


def _born(agencies: Agencies, fact: Fact) -> Event:
    mother = {
        "role": "parent",
        "identifiers": [{"scheme": "nhs", "value": fact.details["mother"]}],
        "person": _parent(fact.child, fact.child.family.parents[0]),
    }
    own = {"address": fact.details["address"]}
    system = _demographics(agencies)
    return agencies.event("BirthNotified", system, fact.child, fact.day, own, full=True, others=[mother])


def _booked(agencies: Agencies, fact: Fact) -> Event:
    """A maternity booking: of a child that has no number, name or date of birth yet."""
    event = agencies.event("MaternityBooked", agencies.systems[HOSPITAL, "maternity"], fact.child, fact.day, {})
    nothing = dict.fromkeys(("date_of_birth", "sex", "postcode", "uprn"))
    event["subject"]["person"] = {"names": [], **nothing, "expected_date": fact.details["expected"]}
    return event


def _moved(agencies: Agencies, fact: Fact) -> Event:
    own = {"address": fact.details["address"]}
    return agencies.event("AddressChanged", _demographics(agencies), fact.child, fact.day, own, full=True)


def _died(agencies: Agencies, fact: Fact) -> Event:
    own = {"status": fact.details["status"]}
    event = agencies.event("DeathNotified", _demographics(agencies), fact.child, fact.day, own, full=True)
    if fact.kind == "death_reported":
        agencies.false_deaths[fact.child.number] = event["event_id"]
    return event


def _death_withdrawn(agencies: Agencies, fact: Fact) -> Event:
    notice = agencies.false_deaths.pop(fact.child.number)
    target = {"event_id": notice, "source_record_id": None, "reason": "entered_in_error"}
    # National messages do not say which notice is withdrawn; some systems do.
    named = target if fact.child.number % 2 == 0 else None
    system = _demographics(agencies)
    return agencies.event("DeathNotificationWithdrawn", system, fact.child, fact.day, {}, full=True, target=named)


def _gp_joined(agencies: Agencies, fact: Fact) -> Event:
    practice = fact.details["practice"]
    name = None if writes_version_1(practice.organisation) else practice.name
    own = {"practice": practice.code, "practice_name": name}
    system = agencies.systems[practice.organisation, "gp"]
    return agencies.event("GpRegistered", system, fact.child, fact.day, own, full=True)


def _gp_left(agencies: Agencies, fact: Fact) -> Event:
    practice = fact.details["practice"]
    own = {"practice": practice.code, "reason": fact.details["reason"]}
    return agencies.event(
        "GpRegistrationEnded", agencies.systems[practice.organisation, "gp"], fact.child, fact.day, own
    )


def _gp_refused(agencies: Agencies, fact: Fact) -> Event:
    practice = fact.details["practice"]
    own = {"practice": practice.code, "reason": fact.details["reason"]}
    system = agencies.systems[practice.organisation, "gp"]
    return agencies.event("GpRegistrationRefused", system, fact.child, fact.day, own, full=True)


def _taken_for_a_while(agencies: Agencies, fact: Fact) -> Event:
    practice = fact.details["practice"]
    own = {"practice": practice.code, "practice_name": practice.name}
    system = agencies.systems[practice.organisation, "gp"]
    return agencies.event("GpTemporaryRegistrationStarted", system, fact.child, fact.day, own, full=True)


# ---- help


def _involvement_started(agencies: Agencies, fact: Fact) -> Event:
    told = fact.details
    own = {key: told.get(key) for key in ("service", "provision", "team", "worker", "role")}
    return agencies.event(
        "InvolvementStarted",
        agencies.system(told["organisation"]),
        fact.child,
        fact.day,
        own,
        full=True,
        to=told.get("until"),
        reference=told["reference"],
        row=told["reference"] and f"row-{told['reference']}",
    )


def _involvement_confirmed(agencies: Agencies, fact: Fact) -> Event:
    return _of_involvement("InvolvementConfirmed", agencies, fact, ("service", "team", "worker"))


def _involvement_ended(agencies: Agencies, fact: Fact) -> Event:
    return _of_involvement("InvolvementEnded", agencies, fact, ("service", "reason"))


def _of_involvement(kind: str, agencies: Agencies, fact: Fact, keys: tuple[str, ...]) -> Event:
    system, reference = agencies.system(fact.details["organisation"]), fact.details["reference"]
    own = {key: fact.details[key] for key in keys}
    return agencies.event(kind, system, fact.child, fact.day, own, reference=reference)


def _referred(agencies: Agencies, fact: Fact) -> Event:
    own = {key: fact.details[key] for key in ("service", "source_code")}
    return agencies.event("ReferralReceived", agencies.system(AUTHORITY), fact.child, fact.day, own, full=True)


def _help_started(agencies: Agencies, fact: Fact) -> Event:
    reference = fact.details["reference"]
    return agencies.event(
        "EarlyHelpStarted",
        agencies.system(AUTHORITY),
        fact.child,
        fact.day,
        {key: fact.details[key] for key in ("team", "worker")},
        full=True,
        reference=reference,
        basis="consent",
        row=f"row-{reference}",
    )


def _help_ended(agencies: Agencies, fact: Fact) -> Event:
    own, reference = {"reason": fact.details["reason"]}, fact.details["reference"]
    system = agencies.system(AUTHORITY)
    return agencies.event("EarlyHelpEnded", system, fact.child, fact.day, own, reference=reference, basis="consent")


def _lead(agencies: Agencies, fact: Fact) -> Event:
    kind = LEADS[fact.kind]
    keys = ("role", "scope", "worker", *(("reason",) if kind in ("LeadEnded", "LeadDeclined") else ()))
    own = {key: fact.details[key] for key in keys}
    if kind in ("LeadNominated", "LeadAccepted", "LeadTransferProposed"):
        own["family_view"] = None  # no system of theirs asks for it
    return agencies.event(kind, agencies.system(fact.details["organisation"]), fact.child, fact.day, own)


def _relationship(agencies: Agencies, fact: Fact) -> Event:
    system, told, others = agencies.system(AUTHORITY), fact.details, []
    if "parent" in told:
        others = [_other(system, "parent", f"P{told['parent']}", _parent(fact.child, told["parent"]))]
    elif "sibling" in told:
        others = [_other(system, "sibling", f"C{told['sibling'].number}", None)]
    kind = "RelationshipStated" if fact.kind == "related" else "RelationshipEnded"
    family = f"F{told['family'].number}" if "family" in told else None
    own = {"relation": told["relation"], "family": family}
    full = fact.kind == "related" and family is not None
    return agencies.event(kind, system, fact.child, fact.day, own, full=full, others=others)


def _of_staff(agencies: Agencies, fact: Fact) -> Event:
    kind, words = STAFF[fact.kind]
    own: Event = {word: fact.details.get(word) for word in words}
    return agencies.of_nobody(kind, agencies.system(own[words[0]]["organisation"]), fact.day, own)


# ---- housing


def _placed(agencies: Agencies, fact: Fact) -> Event:
    told = fact.details
    system = agencies.systems[told["organisation"], "homes"]
    household = [_other(system, "sibling", f"C{one.number}", None) for one in told["siblings"] if one is not fact.child]
    return agencies.event(
        "TemporaryAccommodationPlaced",
        system,
        fact.child,
        fact.day,
        {"address": told["address"]},
        full=True,
        basis="consent",
        reference=told["reference"],
        others=[*_parents(system, fact.child), *household],
    )


def _placement_ended(agencies: Agencies, fact: Fact) -> Event:
    system, reference = agencies.systems[fact.details["organisation"], "homes"], fact.details["reference"]
    return agencies.event("TemporaryAccommodationEnded", system, fact.child, fact.day, {}, reference=reference)


# ---- other people


def _other(system: AgencySystem, role: str, number: str, person: Event | None) -> Event:
    return {"role": role, "identifiers": [{"scheme": system.scheme, "value": number}], "person": person}


def _parents(system: AgencySystem, child: Child) -> list[Event]:
    return [_other(system, "parent", f"P{parent}", None) for parent in child.family.parents]


def _parent(child: Child, parent: int) -> Event:
    given = names.GIVEN["MF"[parent % 2 == 0]]
    name = {"given": [given[parent % len(given)]], "family": child.family.surname, "use": None}
    nothing = dict.fromkeys(("date_of_birth", "expected_date", "sex", "postcode", "uprn"))
    return {"names": [name], **nothing}


_TABLE: dict[str, Callable[[Agencies, Fact], Event]] = {
    "school_started": _pupil_admitted,
    "school_left": _pupil_removed,
    "born": _born,
    "moved": _moved,
    "died": _died,
    "death_reported": _died,
    "death_withdrawn": _death_withdrawn,
    "gp_joined": _gp_joined,
    "gp_left": _gp_left,
    "gp_refused": _gp_refused,
    "gp_for_a_while": _taken_for_a_while,
    "involvement_started": _involvement_started,
    "involvement_confirmed": _involvement_confirmed,
    "involvement_ended": _involvement_ended,
    "referred": _referred,
    "help_started": _help_started,
    "help_ended": _help_ended,
    **dict.fromkeys(LEADS, _lead),
    "related": _relationship,
    "unrelated": _relationship,
    "placed": _placed,
    "placement_ended": _placement_ended,
    "booked": _booked,
    **dict.fromkeys(STAFF, _of_staff),
    **dict.fromkeys(PLAIN, publish_plain),
}
