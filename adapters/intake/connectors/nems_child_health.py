"""Child-health messages: that a contact of a kind took place on a day, or was missed; never its result.

Sources: NHS Digital, National Events Management Service, *Vaccinations*, *Blood Spot Test Outcome*, *Newborn Hearing*
and *NIPE Outcome*; Digital Child Health, the pages of the messages with the codes below. The identifier of the focus (an
Immunization, or an Encounter) is kept from message to message, and the message with the latest `meta.lastUpdated` is the
record as it is. Screening systems send `new` for updates too. So a message that may be an update takes back what was
told of its record before; `delete` and the status `entered-in-error` take back all of it. Outcomes, vaccines, reasons and
comments are not read, but for one thing: a child who was not brought is said to have been not brought.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.codec.times import civil_day
from adapters.intake.connectors.nems_contacts import SENSITIVE, SENSITIVE_RULE, reference_of
from adapters.intake.connectors.nems_message import Envelope, Message
from adapters.intake.connectors.nems_pds import trusted
from adapters.intake.connectors.nems_people import patient_of, publisher, subject, subject_by_routing
from adapters.intake.connectors.nems_xml import kid, kids, name_of, value, values
from domain.errors import Rejected

Events = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ContactKind:
    """A kind of message: the service in plain words, what its focus is, and whether `new` may mean an update."""

    service: str
    focus: str = "Encounter"
    new_may_update: bool = True


CONTACT_KINDS: Final[Mapping[str, ContactKind]] = {
    "vaccinations-1": ContactKind("vaccination", "Immunization", new_may_update=False),
    "vaccinations-2": ContactKind("vaccination", "Immunization", new_may_update=False),
    "blood-spot-sample-taken-1": ContactKind("newborn blood spot screening"),
    "blood-spot-test-outcome-1": ContactKind("newborn blood spot screening"),
    "newborn-hearing-1": ContactKind("newborn hearing screening"),
    "nipe-outcome-1": ContactKind("newborn physical examination"),
    "examination-findings-1": ContactKind("physical examination"),
    "developmental-skills-1": ContactKind("developmental review"),
}

_ERROR: Final = "entered-in-error"
_BEFORE: Final = timedelta(microseconds=1)
_NOT_BROUGHT: Final = re.compile(r"did not attend|not brought|failed to attend|non-?attendance", re.IGNORECASE)
_NOT_DONE: Final = frozenset({"not-done", "aborted", "cancelled"})


def child_health(message: Message) -> Events:
    """What one message about a contact of a child becomes."""
    kind = CONTACT_KINDS[message.code]
    focus = _focus(message, kind)
    encounter = focus if name_of(focus) == "Encounter" else message.resolve(kid(focus, "encounter"), "Encounter")
    action = message.action
    if action not in ("new", "update", "delete"):
        raise Rejected("unknown_code", "MessageHeader.extension(messageEventType)", "not new, update or delete")
    gone = action == "delete" or _ERROR in (value(focus, "status"), value(encounter, "status"))
    envelope = Envelope(
        message, publisher(message, kid(encounter, "serviceProvider")), "nems:child-health", message.updated(),
        _subject(message, gone=gone), reference_of(message, focus, f"{message.code}:"),
    )  # fmt: skip
    if gone:
        return [_taken_back(envelope)]
    _not_sensitive(message, encounter)
    day = _day(message, focus, encounter, envelope.subject)
    events = [envelope.event(_event_type(message, focus, encounter), {"service": kind.service}, day)]
    if action == "update" or kind.new_may_update:
        # After the contact, so that what it takes back is there; written before it, so that the contact stands.
        events.append(_taken_back(replace(envelope, recorded_at=envelope.recorded_at - _BEFORE)))
    return events


def _focus(message: Message, kind: ContactKind) -> Element:
    found = message.resolve(kid(message.header, "focus"), kind.focus)
    if found is not None:
        return found
    there = message.all(kind.focus)
    if len(there) != 1:
        raise Rejected("missing_field", "MessageHeader.focus", "the message does not lead to one contact")
    return there[0]


def _subject(message: Message, *, gone: bool) -> dict[str, Any]:
    """The child; a message that deletes need not hold the Patient, and is then routed by the number it is about."""
    if gone and not message.all("Patient"):
        return subject_by_routing(message)
    return subject(message, patient_of(message))


def _taken_back(envelope: Envelope) -> dict[str, Any]:
    target = {"event_id": None, "source_record_id": envelope.source_record_id, "reason": "entered_in_error"}
    return envelope.event("EventRetracted", {}, civil_day(envelope.recorded_at), target=target)


def _event_type(message: Message, focus: Element, encounter: Element | None) -> str:
    """Whether the contact took place; raises Rejected for one that is still to come."""
    status = value(encounter, "status")
    if status == "planned":
        raise Rejected("unknown_code", "Encounter.status", "a contact that is planned has not taken place")
    procedures = message.all("Procedure")
    undone = [value(p, "notDone") == "true" or value(p, "status") in _NOT_DONE for p in procedures]
    missed = value(focus, "notGiven") == "true" or value(focus, "status") in _NOT_DONE or status == "cancelled"
    if not missed and not (undone and all(undone)):
        return "ContactTookPlace"
    reasons = [*kids(focus, "explanation", "reasonNotGiven"), *kids(encounter, "reason")]
    reasons += [reason for procedure in procedures for reason in kids(procedure, "notDoneReason")]
    words = [text for r in reasons for text in (*values(r, "coding", "display"), *values(r, "text"))]
    return "WasNotBrought" if any(_NOT_BROUGHT.search(text) for text in words) else "ContactMissed"


def _day(message: Message, focus: Element, encounter: Element | None, block: dict[str, Any]) -> date:
    """The day of the contact, as the first of some places has it; raises Rejected where none has a whole day."""
    born = None if block["person"] is None else block["person"]["date_of_birth"]
    birth = None if born is None else date.fromisoformat(born)
    latest = max(message.sent_on(), civil_day(message.updated()))
    places = [
        ("Immunization.date", value(focus, "date") if name_of(focus) == "Immunization" else None),
        ("Encounter.period.start", value(encounter, "period", "start")),
        *((f"{name}.{path[0]}", value(one, *path)) for name, path in _ELSEWHERE for one in message.all(name)),
    ]
    told = [(path, text) for path, text in places if text is not None]
    for path, text in told:
        day = trusted(message, text, path, birth=birth, latest=latest)
        if day is not None:
            return day
    reason, field = message.set_aside[-1] if told else ("missing_field", "Encounter.period.start")
    raise Rejected(reason, field, "the contact has no whole day that can be")


_ELSEWHERE: Final = (
    ("Procedure", ("performedDateTime",)),
    ("Procedure", ("performedPeriod", "start")),
    ("DiagnosticReport", ("effectiveDateTime",)),
    ("DiagnosticReport", ("issued",)),
)


def _not_sensitive(message: Message, encounter: Element | None) -> None:
    """Raise Rejected for a contact with a sensitive service, as for an episode of care with one."""
    services = [
        c for service in message.all("HealthcareService") for n in ("type", "specialty") for c in kids(service, n)
    ]
    named = [text for concept in (*services, *kids(encounter, "type")) for text in _words(concept)]
    if any(SENSITIVE.search(text.casefold()) for text in named):
        raise Rejected("missing_field", "basis", SENSITIVE_RULE)


def _words(concept: Element) -> list[str]:
    return [*values(concept, "coding", "display"), *values(concept, "text")]


__all__ = ["CONTACT_KINDS", "child_health"]
