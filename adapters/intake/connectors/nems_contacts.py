"""Professional contacts: an organisation has, or had, a responsibility of care for a child.

Source: NHS Digital, National Events Management Service, *Professional Contacts*. Each message carries the *present*
state of one EpisodeOfCare, whose identifier is kept from message to message. So `new` and `update` both become one
InvolvementStarted with the episode as its reference: the one written down last says since when, until when and with
whom. `delete` (the record no longer exists, or was shared of the wrong patient) and the status `entered-in-error`
become EventRetracted for everything that came of the episode. The order is that of `meta.lastUpdated`, which the guide
makes mandatory for it; by the header's timestamp the published `new` would come after its own `delete`.
"""

import hashlib
import re
from datetime import date
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.codec.times import civil_day
from adapters.intake.connectors.nems_message import Envelope, Message
from adapters.intake.connectors.nems_people import patient_of, publisher, subject
from adapters.intake.connectors.nems_values import is_open_end, names, read_day
from adapters.intake.connectors.nems_xml import codes, kid, kids, name_of, value, values
from domain.errors import Rejected

Block = dict[str, Any]
Events = list[Block]

# SNOMED CT care services that a publisher may send without their display.
_SERVICES: Final = {"1078501000000104": "health visiting", "1060971000000108": "general practice"}

# Services normally provided to everyone of an age group (SI 2010/1213); any other is additional.
_UNIVERSAL: Final = ("health visit", "school nurs", "public health nurs", "general practice", "midwi")

# Sensitive services (domain: sexual health, mental health, substance misuse), by words in their names.
SENSITIVE: Final = re.compile(
    r"sexual|contracept|genitourinary|abortion|termination of pregnancy|\bmental|camhs|psych|substance|\bdrugs?\b"
    r"|alcohol|addict"
)

SENSITIVE_RULE: Final = (
    "a sensitive service needs consent or suspected significant harm, and the message can state neither"
)

_LONGEST: Final = 200  # of a reference and of a source record's id in the contract

_RUNNING: Final = frozenset({"active", "onhold"})
_TO_COME: Final = frozenset({"planned", "waitlist"})
_OVER: Final = frozenset({"finished", "cancelled"})
_ERROR: Final = "entered-in-error"


def professional_contact(message: Message) -> Events:
    """What one message about an episode of care becomes."""
    episode = _episode(message)
    patient = message.resolve(kid(episode, "patient"), "Patient") or patient_of(message)
    status = value(episode, "status")
    action = message.action
    if action not in ("new", "update", "delete"):
        raise Rejected("unknown_code", "MessageHeader.extension(messageEventType)", "not new, update or delete")
    known = _RUNNING | _TO_COME | _OVER | {_ERROR}
    if action != "delete" and status not in known:
        reason = "missing_field" if status is None else "unknown_code"
        raise Rejected(reason, "EpisodeOfCare.status", "not in the list of statuses of an episode of care")
    reference = reference_of(message, episode)
    envelope = Envelope(
        message, publisher(message, kid(episode, "managingOrganization")), "nems:professional-contacts",
        message.updated(), subject(message, patient), reference, reference,
    )  # fmt: skip
    if action == "delete" or status == _ERROR:
        return [_retraction(envelope, reference)]
    return _state(envelope, episode, str(status))


def _episode(message: Message) -> Element:
    found = message.resolve(kid(message.header, "focus"), "EpisodeOfCare")
    if found is not None:
        return found
    episodes = message.all("EpisodeOfCare")
    if len(episodes) != 1:
        raise Rejected("missing_field", "MessageHeader.focus", "the message does not lead to one episode of care")
    return episodes[0]


def reference_of(message: Message, element: Element, kind: str = "") -> str:
    """The publisher's own id of what a message is about, with its system, for two systems of a publisher may count alike.

    `kind` stands before it where messages of several kinds may be about one element. Raises Rejected where there is none.
    """
    for identifier in kids(element, "identifier"):
        text, system = value(identifier, "value"), value(identifier, "system")
        if text is not None:
            whole = kind + (text if system is None else f"{system}|{text}")
            return whole if len(whole) <= _LONGEST else f"sha256:{hashlib.sha256(whole.encode()).hexdigest()}"
    own, name = value(element, "id"), name_of(element)
    if own is None:
        raise Rejected("missing_field", f"{name}.identifier", "nothing tells it from another of its kind")
    message.set_aside.append(("missing_field", f"{name}.identifier"))
    return f"{kind}{name}/{own}"


def _written_on(envelope: Envelope) -> date:
    return civil_day(envelope.recorded_at)


def _retraction(envelope: Envelope, reference: str) -> dict[str, Any]:
    target = {"event_id": None, "source_record_id": reference, "reason": "entered_in_error"}
    return envelope.event("EventRetracted", {}, _written_on(envelope), target=target)


def _state(envelope: Envelope, episode: Element, status: str) -> Events:
    message, today = envelope.message, _written_on(envelope)
    start = _day(message, episode, "start")
    end = _day(message, episode, "end")
    service = _service(episode)
    if status == "cancelled" and end is None and (start is None or start > today):
        return [_retraction(envelope, str(envelope.reference))]  # called off before it began
    if status in _TO_COME and start is None:
        raise Rejected("missing_field", "EpisodeOfCare.period.start", "a planned episode of care has no start")
    if start is not None and end is not None and end < start:
        message.set_aside.append(("end_before_start", "EpisodeOfCare.period.end"))
        end = None
    if status in _OVER and end is None:
        message.set_aside.append(("missing_field", "EpisodeOfCare.period.end"))
        end = max(today, start or today)
    if start is None and end is not None:
        return [envelope.event("InvolvementEnded", {"service": service, "reason": None}, end)]
    if start is None:
        message.set_aside.append(("missing_field", "EpisodeOfCare.period.start"))
    team, worker, role = _team(message, episode, envelope.organisation)
    begun = start or today
    provision = "universal" if any(word in service for word in _UNIVERSAL) else "additional"
    own: Block = {"service": service, "team": team, "worker": worker}
    events = [envelope.event("InvolvementStarted", own | {"provision": provision, "role": role}, begun, end)]
    if status in _RUNNING and end is None and begun < today:
        # "Active" is said of the day it was written, too: without that a long involvement would seem to have lapsed.
        events.append(envelope.event("InvolvementConfirmed", own, today))
    return events


def _day(message: Message, episode: Element, edge: str) -> date | None:
    text = value(episode, "period", edge)
    if text is None or (edge == "end" and is_open_end(text)):
        return None
    read = read_day(text)
    if read.reason is not None:
        message.set_aside.append((read.reason, f"EpisodeOfCare.period.{edge}"))
    return read.day


def _service(episode: Element) -> str:
    """The service in plain words; raises Rejected for one without words, and for a sensitive one.

    A sensitive service may be shown by the child's consent or on suspicion of significant harm only (SI 2007/2182
    reg. 11(3)), the event must say which, and these messages cannot.
    """
    kinds = kids(episode, "type")
    words = [t.casefold() for k in kinds for t in (*values(k, "coding", "display"), *values(k, "text"))]
    words += [_SERVICES[code] for k in kinds for code in codes(k) if code in _SERVICES]
    if not words:
        reason = "unknown_code" if kinds else "missing_field"
        raise Rejected(reason, "EpisodeOfCare.type", "the service is not named in words")
    if any(SENSITIVE.search(text) for text in words):
        raise Rejected("missing_field", "basis", SENSITIVE_RULE)
    plain = words[0].partition(" (")[0]
    for ending in (" services", " service"):
        plain = plain.removesuffix(ending)
    return plain.strip() or words[0]


def _team(message: Message, episode: Element, organisation: str) -> tuple[Block | None, Block | None, str | None]:
    """(team, worker, worker's role) of an episode: its first care team, else the organisation with its contact."""
    reference = kid(episode, "managingOrganization")
    managing = message.resolve(reference, "Organization")
    code, name = message.organisation(reference)
    home = organisation if code is None else f"ods-{code}"
    contact = next(iter(values(managing, "telecom", "value")), None)
    team = None if code is None else {"organisation": home, "code": code, "name": name, "contact": contact}
    members: list[tuple[Element, str | None]] = []
    for care_team in (message.resolve(t, "CareTeam") for t in kids(episode, "team")):
        if care_team is None:
            continue
        called = value(care_team, "identifier", "value") or value(care_team, "name")
        if called is not None and not members:
            team = {"organisation": home, "code": called, "name": value(care_team, "name"), "contact": contact}
        for participant in kids(care_team, "participant"):
            member = message.resolve(kid(participant, "member"), "Practitioner", "PractitionerRole")
            if member is not None:
                members.append((member, _words(kid(participant, "role"))))
    manager = message.resolve(kid(episode, "careManager"), "Practitioner", "PractitionerRole")
    if manager is not None:
        members.insert(0, (manager, next((role for found, role in members if found is manager), None)))
    for member, role in members:
        worker, own_role = _worker(message, member, home)
        if worker is not None:
            return team, worker, role or own_role
    return team, None, None


def _words(concept: Element | None) -> str | None:
    return value(concept, "coding", "display") or value(concept, "text")


def _worker(message: Message, member: Element, organisation: str) -> tuple[Block | None, str | None]:
    """(worker, role by the register of staff); no worker where no staff id is given, for a name is no key."""
    practitioner = message.resolve(kid(member, "practitioner"), "Practitioner") or member
    identifiers = sorted([*kids(practitioner, "identifier"), *kids(member, "identifier")], key=_by_register)
    staff_id = next((text for i in identifiers if (text := value(i, "value")) is not None), None)
    if staff_id is None:
        message.set_aside.append(("missing_field", "Practitioner.identifier"))
        return None, None
    called = next(iter(names(kids(practitioner, "name"))), None)
    name = None if called is None else " ".join([*called["given"], called["family"]])
    contact = next(iter([*values(member, "telecom", "value"), *values(practitioner, "telecom", "value")]), None)
    worker = {"organisation": organisation, "staff_id": staff_id, "name": name, "contact": contact}
    return worker, _words(kid(member, "code"))


def _by_register(identifier: Element) -> bool:
    """The national staff id first: it stays when a person changes systems."""
    return "sds-user-id" not in (value(identifier, "system") or "")
