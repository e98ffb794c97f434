"""The field's words for what agencies publish: each function is one event, as an example is written and as it is sent.

Unless said otherwise every agency knows the child by its NHS number, so that an example is about one record; `known_by`
names other identifiers: `nhs`, `upn`, `agency` (the children's services' own id), `nhs2` for a second number, `B.nhs`
for another child's. An event is recorded on the day it takes effect, in the order in which the events are given.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from stdnum.gb.upn import calc_check_digit

from schemas.compatibility import ABOUT_A_CHILD, PUBLISHED
from schemas.registry import registry
from schemas.shape import shape
from tests.builders.numbers import nhs_check_digit

AGENCY = "agency:la-808:mosaic"
COUNCIL = "la-808"
_PUBLISHER = {"education": "urn-900001", "health": "ods-Z9H", "police": "org-police", "voluntary": "org-example"}


def nhs_number(index: int) -> str:
    """A number of the never-issued 999 range; every index has one of its own."""
    stem = f"999{index * 11:06d}"
    check = nhs_check_digit(stem)
    return nhs_number(index + 1000) if check is None else f"{stem}{check}"


def upn(index: int) -> str:
    """A UPN with the right check letter."""
    digits = f"80820{index:07d}"
    return f"{calc_check_digit(digits)}{digits}"


def identifier(child: str, token: str) -> tuple[str, str]:
    """Scheme and value of `nhs`, `upn`, `agency`, `nhs2` … of a child, or of `B.nhs`, whoever it is said of."""
    owner, _, kind = token.rpartition(".")
    index = sum(ord(c) * 7**i for i, c in enumerate(owner or child)) % 9000 + 1
    scheme = kind.rstrip("0123456789")
    index += 10_000 * int(kind[len(scheme) :] or 0)
    values = {"nhs": ("nhs", nhs_number), "upn": ("upn", upn), "agency": (AGENCY, lambda i: f"C{i}")}
    name, value = values[scheme]
    return name, str(value(index))


@dataclass(frozen=True)
class Happened:
    """One event of an example; `told` is what the example says of it beside child and day."""

    event_type: str
    child: str | None
    on: str
    by: str
    own: dict[str, Any]
    told: dict[str, str] = field(default_factory=dict)
    recorded: str | None = None
    known_by: tuple[str, ...] = ("nhs",)
    person: dict[str, Any] | None = None
    until: str | None = None
    reference: str | None = None
    source_record: str | None = None
    version: str | None = None
    others: tuple[tuple[str, str], ...] = ()
    target: int | str | None = None
    mode: str = "live"

    def recorded_at(self, number: int) -> str:
        """The instant it was written down, in the form of the wire."""
        said = self.recorded or self.on
        day, _, time = said.partition(" ")
        return f"{day}T{time}:00Z" if time else f"{day}T{9 + number // 60:02d}:{number % 60:02d}:00Z"

    def wire(self, number: int) -> dict[str, Any]:
        """The event in JSON form; `number` is its place in the example."""
        head = {
            "event_type": self.event_type,
            "event_id": f"e{number}",
            "source": {
                "organisation": self.by,
                "system": "example",
                "source_record_id": self.source_record,
                "source_version": self.version,
            },
            "recorded_at": self.recorded_at(number),
            "mode": self.mode,
        }
        if self.child is None:
            return head | self.own
        target = None
        if isinstance(self.target, int):
            target = {"event_id": f"e{self.target}", "source_record_id": None, "reason": "entered_in_error"}
        elif self.target is not None:
            target = {"event_id": None, "source_record_id": self.target, "reason": "entered_in_error"}
        identifiers = [identifier(self.child, token) for token in self.known_by]
        return head | {
            "subject": {
                "identifiers": [{"scheme": scheme, "value": value} for scheme, value in identifiers],
                "person": self.person,
            },
            "others": [{"role": role, "identifiers": [_other(who)]} for role, who in self.others],
            "effective": {"from": self.on, "to": self.until},
            "reference": self.reference,
            "target": target,
            **self.own,
        }


def _other(who: str) -> dict[str, str]:
    """An adult by the children's services' id (`P1`); a child by its NHS number."""
    scheme, value = (AGENCY, who) if len(who) > 1 else identifier(who, "nhs")
    return {"scheme": scheme, "value": value}


def _event(
    event_type: str,
    child: str,
    on: str,
    organisation: str,
    own: dict[str, Any],
    told: Mapping[str, object] | None = None,
    *,
    born: str | None = None,
    expected: str | None = None,
    name: str | None = None,
    former: str | None = None,
    sex: str | None = None,
    known_by: str | Sequence[str] = "nhs",
    **common: Any,
) -> Happened:
    person = None
    if born or expected or name or sex:
        # A name of no letters is none; without one said, everybody is called Ada Example.
        names = [_name(name or "Ada Example")] if name != "" else []
        names += [_name(former, "former")] if former else []
        person = {"names": names, "date_of_birth": born, "expected_date": expected, "sex": sex}
    said: dict[str, object] = dict(told or {})
    said |= {
        "name": "not told" if name == "" else name,
        "former name": former,
        "sex": sex,
        "born": born,
        "expected": expected,
        "until": common.get("until"),
        "reference": common.get("reference"),
    }
    said |= {"source record": common.get("source_record"), "version": common.get("version")}
    said |= dict(common.get("others", ()))
    said["by"] = common.pop("by", None)
    tokens = (known_by,) if isinstance(known_by, str) else tuple(known_by)
    return Happened(
        event_type,
        child,
        on,
        str(said["by"] or organisation),
        own,
        {k: str(v) for k, v in said.items() if v is not None},
        known_by=tokens,
        person=person,
        **common,
    )


def _name(name: str, use: str | None = None) -> dict[str, Any]:
    given, _, family = name.rpartition(" ")
    return {"given": [given], "family": family, "use": use}


def happened(event_type: str, child: str, on: str, by: str | None = None, **more: Any) -> Happened:
    """Any event type of the contract, with its own fields by their names: `happened("CaseClosed", "A", on, reason="RC7")`."""
    schema = registry().newest[event_type]
    names = {entry.name for entry in shape(schema).fields} - {*PUBLISHED, *ABOUT_A_CHILD}
    own = {name: value for name, value in more.items() if name in names}
    common = {name: value for name, value in more.items() if name not in names}
    if isinstance(own.get("worker"), str):
        own["worker"] = {"organisation": COUNCIL, "staff_id": own["worker"]}
    told = {
        name: value.get("staff_id", value.get("code")) if isinstance(value, dict) else value
        for name, value in own.items()
    }
    return _event(event_type, child, on, _PUBLISHER.get(schema.sector, COUNCIL), own, told, by=by, **common)


def pupil_admitted(child: str, school: str, on: str, **more: Any) -> Happened:
    """A pupil's name was entered in the admission register."""
    return _event("PupilAdmitted", child, on, f"urn-{school}", {"school": school}, {"school": school}, **more)


def pupil_removed_from_roll(child: str, school: str, on: str, ground: str | None = None, **more: Any) -> Happened:
    """A pupil's name was removed from the admission register; `on` is the first day off roll."""
    own = {"school": school, "ground": ground}
    return _event("PupilRemovedFromRoll", child, on, f"urn-{school}", own, own, **more)


def attendance_marked(
    child: str, school: str, on: str, am: str | None = None, pm: str | None = None, **more: Any
) -> Happened:
    """The marks of one pupil on one day."""
    told: dict[str, object] = {"school": school, "am": am, "pm": pm}
    return _event("AttendanceMarked", child, on, f"urn-{school}", {"school": school, "am": am, "pm": pm}, told, **more)


def absent(child: str, school: str, days: Iterable[str], code: str = "O", **more: Any) -> list[Happened]:
    """Both sessions of each day without authorisation."""
    return [attendance_marked(child, school, day, code, code, **more) for day in days]


def birth_notified(
    child: str, on: str, address: dict[str, Any] | None = None, mother: str | None = None, **more: Any
) -> Happened:
    """A birth was notified; `on` is the date of birth."""
    others = (("parent", mother),) if mother else ()
    return _event(
        "BirthNotified", child, on, "ods-Z9H", {"address": address}, _where(address), born=on, others=others, **more
    )


def gp_registered(child: str, practice: str, on: str, **more: Any) -> Happened:
    """The child was registered with a general practice."""
    return _event("GpRegistered", child, on, f"ods-{practice}", {"practice": practice}, {"practice": practice}, **more)


def gp_registration_ended(child: str, practice: str, on: str, reason: str | None = None, **more: Any) -> Happened:
    """A registration ended; `on` is the first day without it."""
    own = {"practice": practice, "reason": reason}
    return _event("GpRegistrationEnded", child, on, f"ods-{practice}", own, own, **more)


def gp_registration_refused(child: str, practice: str, on: str, reason: str = "list_closed", **more: Any) -> Happened:
    """A practice refused to register the child."""
    own = {"practice": practice, "reason": reason}
    return _event("GpRegistrationRefused", child, on, f"ods-{practice}", own, own, **more)


def gp_registered_for_a_time(child: str, practice: str, on: str, **more: Any) -> Happened:
    """A practice took the child on as a temporary resident."""
    own = {"practice": practice}
    return _event("GpTemporaryRegistrationStarted", child, on, f"ods-{practice}", own, own, **more)


def address_changed(child: str, on: str, address: dict[str, Any], **more: Any) -> Happened:
    """The child's address changed, from this day."""
    return _event("AddressChanged", child, on, "ods-Z9H", {"address": address}, _where(address), **more)


def death_notified(child: str, on: str, **more: Any) -> Happened:
    """A death was notified; `on` is the date of death."""
    return _event("DeathNotified", child, on, "ods-Z9H", {"status": "formal"}, **more)


def death_notification_withdrawn(child: str, on: str, **more: Any) -> Happened:
    """An earlier notification of death was wrong and is withdrawn."""
    return _event("DeathNotificationWithdrawn", child, on, "ods-Z9H", {}, **more)


def referral_received(child: str, service: str, on: str, **more: Any) -> Happened:
    """A referral was received by a service."""
    return _event("ReferralReceived", child, on, COUNCIL, {"service": service}, {"service": service}, **more)


def early_help_started(child: str, on: str, worker: str | None = None, **more: Any) -> Happened:
    """Early help for the child started."""
    return _event("EarlyHelpStarted", child, on, COUNCIL, {"worker": _worker(worker)}, {"worker": worker}, **more)


def early_help_ended(child: str, on: str, reason: str | None = None, **more: Any) -> Happened:
    """Early help for the child ended."""
    return _event("EarlyHelpEnded", child, on, COUNCIL, {"reason": reason}, {"reason": reason}, **more)


def involvement_started(
    child: str, service: str, on: str, provision: str = "additional", worker: str | None = None, **more: Any
) -> Happened:
    """A team or worker started to work with the child."""
    own = {"service": service, "provision": provision, "worker": _worker(worker)}
    told = {"service": service, "provision": provision, "worker": worker}
    return _event("InvolvementStarted", child, on, COUNCIL, own, told, **more)


def involvement_ended(child: str, service: str, on: str, reason: str | None = None, **more: Any) -> Happened:
    """A team or worker no longer works with the child."""
    own = {"service": service, "reason": reason}
    return _event("InvolvementEnded", child, on, COUNCIL, own, own, **more)


def involvement_confirmed(child: str, service: str, on: str, **more: Any) -> Happened:
    """A team or worker still works with the child."""
    return _event("InvolvementConfirmed", child, on, COUNCIL, {"service": service}, {"service": service}, **more)


def placed_in_temporary_accommodation(
    child: str, on: str, address: dict[str, Any] | None = None, **more: Any
) -> Happened:
    """The child's household was placed in temporary accommodation."""
    own = {} if address is None else {"address": address}
    return _event("TemporaryAccommodationPlaced", child, on, COUNCIL, own, _where(address), **more)


def temporary_accommodation_ended(child: str, on: str, **more: Any) -> Happened:
    """Temporary accommodation ended."""
    return _event("TemporaryAccommodationEnded", child, on, COUNCIL, {}, **more)


def lead_nominated(
    child: str, worker: str, on: str, role: str = "lead_practitioner", scope: str = "child", **more: Any
) -> Happened:
    """A worker was nominated as lead."""
    return _lead("LeadNominated", child, worker, on, role, scope, **more)


def lead_accepted(
    child: str, worker: str, on: str, role: str = "lead_practitioner", scope: str = "child", **more: Any
) -> Happened:
    """A nominated worker accepted the lead."""
    return _lead("LeadAccepted", child, worker, on, role, scope, **more)


def lead_ended(
    child: str, worker: str, on: str, role: str = "lead_practitioner", scope: str = "child", **more: Any
) -> Happened:
    """A worker's lead ended."""
    return _lead("LeadEnded", child, worker, on, role, scope, **more)


def _lead(event_type: str, child: str, worker: str, on: str, role: str, scope: str, **more: Any) -> Happened:
    own = {"role": role, "scope": scope, "worker": _worker(worker)}
    return _event(event_type, child, on, COUNCIL, own, {"worker": worker, "role": role, "scope": scope}, **more)


def _worker(worker: str | None) -> dict[str, str] | None:
    """`W1` works for the council; `la-358:W7` for another agency."""
    if worker is None:
        return None
    organisation, _, staff = worker.rpartition(":")
    return {"organisation": organisation or COUNCIL, "staff_id": staff}


def relationship_stated(
    child: str, relation: str, on: str, to: str | None = None, family: str | None = None, **more: Any
) -> Happened:
    """A relationship of the child was stated: a parent, a carer, a sibling, or the agency's family."""
    return _relationship("RelationshipStated", child, relation, on, to, family, **more)


def relationship_ended(
    child: str, relation: str, on: str, to: str | None = None, family: str | None = None, **more: Any
) -> Happened:
    """A relationship of the child ended."""
    return _relationship("RelationshipEnded", child, relation, on, to, family, **more)


def _relationship(
    event_type: str, child: str, relation: str, on: str, to: str | None, family: str | None, **more: Any
) -> Happened:
    others = ((relation, to),) if to else ()
    own = {"relation": relation, "family": family}
    return _event(event_type, child, on, COUNCIL, own, {"family": family}, others=others, **more)


def event_corrected(
    child: str,
    target: int | str,
    recorded: str,
    begins: str | None = None,
    ends: str | None = None,
    *,
    reopens: bool = False,
    worker: str | None = None,
    by: str | None = None,
    **more: Any,
) -> Happened:
    """What an earlier event of the organisation should have said; `target` is its number here, or its source record."""
    changes = {"effective_from": begins, "effective_to": ends, "reopen": reopens, "worker": _worker(worker)}
    told = {"corrects": target, "begins": begins, "ends": ends, "reopens": "yes" if reopens else None, "worker": worker}
    day = recorded.partition(" ")[0]
    return _event(
        "EventCorrected",
        child,
        day,
        COUNCIL,
        {"changes": changes},
        told,
        target=target,
        recorded=recorded,
        by=by,
        **more,
    )


def event_retracted(child: str, target: int | str, recorded: str, by: str | None = None, **more: Any) -> Happened:
    """An earlier event of the same organisation should not have been sent."""
    day = recorded.partition(" ")[0]
    return _event(
        "EventRetracted", child, day, COUNCIL, {}, {"retracts": target}, target=target, recorded=recorded, by=by, **more
    )


def feed_reported(by: str, feed: str, through: str, recorded: str | None = None) -> Happened:
    """An organisation says how far it has sent everything of a type; said also when there was nothing to send."""
    own = {"feed": feed, "covers": {"from": "2025-09-01", "to": through}, "complete_through": through, "count": 0}
    return Happened(
        "FeedReported", None, through, by, own, {"feed": feed, "complete through": through}, recorded=recorded
    )


def listed(row: Happened, on: str) -> Happened:
    """A start or a confirmation, as the row of a snapshot that was written down on a day."""
    return replace(row, recorded=on, mode="snapshot", told=row.told | {"in the snapshot of": on})


def snapshot_reported(by: str, feed: str, on: str, count: int, scope: str | None = None) -> Happened:
    """An organisation says that its snapshot of a day is complete, and how many rows it has."""
    until = (date.fromisoformat(on) + timedelta(days=1)).isoformat()
    own = {"feed": feed, "covers": {"from": on, "to": until}, "complete_through": on, "count": count, "scope": scope}
    told = {"feed": feed, "rows": str(count)} | ({"scope": scope} if scope is not None else {})
    return Happened("FeedReported", None, on, by, own, told, recorded=f"{on} 18:00", mode="snapshot")


def threshold_set(rule: str, value: int, on: str, until: str | None = None, **more: Any) -> Happened:
    """The authority sets how long a rule must have been so before it is shown, in the rule's own unit."""
    return stated("ThresholdSet", on, until, {"rule": rule, "value": value}, **more)


def school_terms(
    on: str,
    *terms: tuple[str, str],
    closed: Sequence[tuple[str, str]] = (),
    schools: Sequence[str] = (),
    name: str = "terms",
    **more: Any,
) -> Happened:
    """School terms, and the days on which schools are closed within them; all half-open, `("2025-10-27", "2025-11-01")`."""
    own = {
        "name": name,
        "schools": list(schools),
        "terms": [{"name": f"term {n}", "from": a, "to": b} for n, (a, b) in enumerate(terms, 1)],
        "closed": [{"from": a, "to": b} for a, b in closed],
    }
    told = {
        "schools": ", ".join(schools) or None,
        "terms": ", ".join(f"{a} to {b}" for a, b in terms),
        "closed": ", ".join(f"{a} to {b}" for a, b in closed) or None,
    }
    return stated("SchoolTermsPublished", on, None, own, told, **more)


def feed_expected(organisation: str, feed: str, on: str, allowance: int | None = None, **more: Any) -> Happened:
    """An organisation is expected to report a feed; `allowance` is how many days its word may be late."""
    own = {"organisation": organisation, "feed": feed, "allowance_days": allowance}
    return stated("FeedExpected", on, None, own, **more)


def organisation_registered(
    code: str, name: str, on: str, successors: Sequence[str] = (), until: str | None = None, **more: Any
) -> Happened:
    """An organisation is registered; `successors` are those that it became, `until` the day from which it is no more."""
    kind = {"urn": "school", "ods": "general_practice"}.get(code.partition("-")[0], "other")
    own = {"code": code, "name": name, "organisation_kind": kind, "contact": None, "successors": list(successors)}
    told = {"code": code, "name": name, "successors": ", ".join(successors) or None}
    return stated("OrganisationRegistered", on, until, own, told, **more)


def worker_registered(worker: str, on: str, contact: str | None = None, **more: Any) -> Happened:
    """An organisation registers a worker, or registers one again."""
    own = {"worker": {**(_worker(worker) or {}), "contact": contact}, "role": None}
    return stated("WorkerRegistered", on, None, own, {"worker": worker, "contact": contact}, **more)


def worker_left(worker: str, on: str, reason: str = "left", until: str | None = None, **more: Any) -> Happened:
    """A worker is no longer there: left, or suspended."""
    own = {"worker": _worker(worker), "reason": reason}
    return stated("WorkerLeft", on, until, own, {"worker": worker, "reason": reason}, **more)


def stated(
    event_type: str,
    on: str,
    until: str | None,
    own: dict[str, Any],
    told: Mapping[str, object] | None = None,
    by: str = COUNCIL,
    recorded: str | None = None,
) -> Happened:
    """Reference data or staff: an event about no child, which holds from a day on."""
    said = {**(own if told is None else told), "until": until}
    return Happened(
        event_type,
        None,
        on,
        by,
        own | {"effective": {"from": on, "to": until}},
        {k.replace("_", " "): str(v) for k, v in said.items() if v is not None},
        recorded=recorded,
    )


def address(
    place: str, postcode: str | None = "ZE9 1AA", uprn: str | None = None, residence: str | None = None
) -> dict[str, Any]:
    """A current address by its first line."""
    return _address("current", [place], postcode, uprn, residence)


def no_known_address() -> dict[str, Any]:
    """The statement that no address is known."""
    return _address("none_known", [], None, None, None)


def left_england() -> dict[str, Any]:
    """The statement that the child has left England."""
    return _address("left_england", [], None, None, None)


def _address(
    status: str, lines: list[str], postcode: str | None, uprn: str | None, residence: str | None
) -> dict[str, Any]:
    return {
        "status": status,
        "lines": lines,
        "postcode": postcode,
        "uprn": uprn,
        "residence": residence,
        "return": None,
    }


def _where(where: dict[str, Any] | None) -> dict[str, object]:
    if where is None:
        return {}
    if where["status"] != "current":
        return {"address": where["status"]}
    return {
        "address": ", ".join([*where["lines"], *filter(None, [where["postcode"]])]),
        "UPRN": where["uprn"],
        "residence": where["residence"],
    }


def school_days(first: str, count: int, without: Sequence[str] = ()) -> list[str]:
    """So many Mondays to Fridays from a day on, leaving some out."""
    found: list[str] = []
    day = date.fromisoformat(first)
    while len(found) < count:
        if day.weekday() < 5 and day.isoformat() not in without:
            found.append(day.isoformat())
        day += timedelta(days=1)
    return found
