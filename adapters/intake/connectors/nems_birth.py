"""PDS birth notifications: the message leads to the mother, and through her to the child it is about.

Source: NHS Digital, National Events Management Service, *PDS Birth Notification*: the focus is a Communication whose
subject is the mother; her link names a RelatedPerson, and its patient is the baby. Her number may be missing.
"""

from dataclasses import replace
from datetime import date
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.intake.connectors.nems_message import Envelope, Message
from adapters.intake.connectors.nems_people import publisher, subject
from adapters.intake.connectors.nems_values import address, current_address, is_somewhere, nhs_numbers, person, read_day
from adapters.intake.connectors.nems_xml import codes, extension_code, extensions, kid, value
from domain.errors import Rejected
from domain.identifiers import NHS

_STILLBIRTH: Final = frozenset({"2", "3", "4"})  # EMS-PDS-StillBornIndicator-1; 1 is live
_STILLBORN_INDICATOR: Final = "237364002"  # SNOMED CT: Stillbirth
_DEATH_STATUS: Final = {"1": "informal", "2": "formal"}
_NEWBORN_DAYS: Final = 366
_LATEST_NOTICE_DAYS: Final = 5 * 366  # a birth told later than this is taken for a mother mistaken for her child


def birth(message: Message) -> list[dict[str, Any]]:
    """BirthNotified for each child in the message, and DeathNotified for one that was stillborn or has died."""
    children = _children(message)
    mothers = [p for p in message.all("Patient") if not any(p is child for child in children)]
    mothers_numbers = {c.normalised for mother in mothers for c, _ in nhs_numbers(mother) if c.valid}
    parents = [_parent(message, mother) for mother in mothers]
    others = tuple(parent for parent in parents if parent["identifiers"] or parent["person"])
    organisation = publisher(message)
    events = []
    for number, child in enumerate(children):
        block = subject(message, child, by_routing=False)
        if block["identifiers"][0]["value"] in mothers_numbers:
            raise Rejected("no_identifier", "Patient.identifier", "the child carries the mother's NHS number")
        born = _day_of_birth(message, child)
        recorded_at = message.written_after(born)
        envelope = Envelope(message, organisation, "nems:pds", recorded_at, block, others=others)
        events.extend(_events(envelope, child, born, number))
    return events


def _children(message: Message) -> list[Element]:
    """The babies: whom a RelatedPerson is related to, else whom the message treats as born, else a sole newborn."""
    related = [message.resolve(kid(r, "patient"), "Patient") for r in message.all("RelatedPerson")]
    born = [r for r in related if r is not None] or [p for p in message.all("Patient") if _is_marked(message, p)]
    patients = message.all("Patient")
    if not born and len(patients) == 1 and _is_newborn(message, patients[0]):
        born = patients
    if not born:
        raise Rejected("no_identifier", "RelatedPerson.patient", "the message does not lead to the child")
    return [child for n, child in enumerate(born) if not any(child is before for before in born[:n])]


def _is_marked(message: Message, patient: Element) -> bool:
    if kid(patient, "multipleBirthInteger") is not None or kid(patient, "multipleBirthBoolean") is not None:
        return True
    if next(extensions(kid(patient, "birthDate"), "birthtime"), None) is not None:
        return True
    return any(message.resolve(kid(e, "patient"), "Patient") is patient for e in message.all("EpisodeOfCare"))


def _is_newborn(message: Message, patient: Element) -> bool:
    born = read_day(value(patient, "birthDate")).day
    return born is not None and abs((message.sent_on() - born).days) <= _NEWBORN_DAYS


def _parent(message: Message, mother: Element) -> dict[str, Any]:
    """The mother as another person of the event: her number never stands among the child's."""
    return {
        "role": "parent",
        # One that fails its check stays: the recorder sets it aside, and it links nothing.
        "identifiers": [{"scheme": NHS, "value": c.normalised or c.value} for c, _ in nhs_numbers(mother)],
        "person": person(mother, message.sent_on()),
    }


def _events(envelope: Envelope, child: Element, born: date, number: int) -> list[dict[str, Any]]:
    message = envelope.message
    person_block = envelope.subject["person"]
    if person_block is not None:
        person_block["date_of_birth"] = born.isoformat()
    home = current_address(child, message.sent_on())
    where = None if home is None else address(home)
    if where is not None and not is_somewhere(where):
        where = None
    events = [envelope.event("BirthNotified", {"address": where}, born, part=str(number))]
    died = _death(message, child, born)
    if died is not None:
        day, status = died
        alone = replace(envelope, others=())  # the birth has told of the mother
        events.append(alone.event("DeathNotified", {"status": status}, day, part=str(number)))
    return events


def _day_of_birth(message: Message, child: Element) -> date:
    times = [value(e, "valueDateTime") for e in extensions(kid(child, "birthDate"), "birthtime")]
    texts = [value(child, "birthDate"), *times]
    for text in texts:
        day = read_day(text).day
        if day is not None and 0 <= (message.sent_on() - day).days <= _LATEST_NOTICE_DAYS:
            return day
    if any(texts):
        raise Rejected(
            "impossible_date", "Patient.birthDate", "the birth has no full date shortly before the message's"
        )
    raise Rejected("missing_field", "Patient.birthDate", "the birth has no date")


def _death(message: Message, child: Element, born: date) -> tuple[date, str | None] | None:
    """(day, status) of a stillbirth or an early death; never a day before the birth."""
    stillborn = any(_says_stillborn(message, observation, child) for observation in message.all("Observation"))
    status = _DEATH_STATUS.get(extension_code(child, "deathnotificationstatus") or "")
    text = value(child, "deceasedDateTime")
    if not (stillborn or status or text or value(child, "deceasedBoolean") == "true"):
        return None
    status = status or ("formal" if stillborn else None)
    died = read_day(text).day
    if died is not None and born <= died <= message.sent_on():
        return died, status
    before = died is not None and died < born
    if text is not None and not (before and stillborn):  # a stillborn child may well have died days before the birth
        message.set_aside.append(("before_birth" if before else "impossible_date", "Patient.deceasedDateTime"))
    return born, status


def _says_stillborn(message: Message, observation: Element, child: Element) -> bool:
    return (
        _STILLBORN_INDICATOR in codes(kid(observation, "code"))
        and message.resolve(kid(observation, "subject"), "Patient") is child
        and not _STILLBIRTH.isdisjoint(codes(kid(observation, "valueCodeableConcept")))
    )
