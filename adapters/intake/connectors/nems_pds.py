"""Events of the Personal Demographics Service: birth, change of address, change of GP, death and its withdrawal.

Source: NHS Digital, National Events Management Service, the message pages of the same names; their life cycle is
always `new`, and what a death message says stands in the Patient's death notification status.
"""

from datetime import date
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.intake.connectors.nems_message import Envelope, Message
from adapters.intake.connectors.nems_people import patient_of, publisher, subject
from adapters.intake.connectors.nems_values import (
    Day,
    address,
    begins_after,
    current_address,
    is_current,
    is_open_end,
    is_somewhere,
    read_day,
)
from adapters.intake.connectors.nems_xml import codes, extension_code, extensions, kid, kids, value
from domain.errors import Rejected

Events = list[dict[str, Any]]

INFORMAL, FORMAL, REMOVED = "1", "2", "U"
_DEATH_STATUS: Final = {INFORMAL: "informal", FORMAL: "formal"}

# NHS Data Dictionary, default codes: no registered practice, not applicable, not known.
_NO_PRACTICE: Final = frozenset({"V81997", "V81998", "V81999"})
_PRIMARY_CARE: Final = "1"  # EMS-PDS-PatientCareProvisionType-1


def _envelope(message: Message, subject_block: dict[str, Any], *days: date) -> Envelope:
    return Envelope(message, publisher(message), "nems:pds", message.written_after(*days), subject_block)


def _birth_of(block: dict[str, Any]) -> date | None:
    person = block["person"]
    return None if person is None or person["date_of_birth"] is None else date.fromisoformat(person["date_of_birth"])


def trusted(
    message: Message, text: str | None, path: str, *, birth: date | None, latest: date | None = None
) -> date | None:
    """A stated day, or None with a note of why it is set aside: unreadable, before birth, or later than it can be."""
    read = read_day(text)
    if read.day is not None and birth is not None and read.day < birth:
        read = Day(None, "before_birth")
    if read.day is not None and latest is not None and read.day > latest:
        read = Day(None, "impossible_date")
    if read.reason is not None:
        message.set_aside.append((read.reason, path))
    return read.day


# --- change of address


def change_of_address(message: Message) -> Events:
    """AddressChanged for the present address, and for each other whose dates are told: previous, temporary and to come."""
    patient = patient_of(message)
    block = subject(message, patient)
    birth, today = _birth_of(block), message.sent_on()
    home = current_address(patient, today)
    present = None if home is None else address(home)
    if home is None or present is None or not is_somewhere(present):
        return _to_come(message, patient, block, birth)
    others = [a for a in kids(patient, "address") if a is not home]
    former = [a for a in others if not is_current(a, today) and not begins_after(a, today)]
    beside = [a for a in others if a not in former]
    start = trusted(message, value(home, "period", "start"), "Patient.address.period.start", birth=birth)
    if start is None:
        # It began, at the latest, when the one before it was given up; else we know it from the message's day on.
        ends = [read_day(value(old, "period", "end")).day for old in former]
        start = max((end for end in ends if end is not None and (birth or end) <= end <= today), default=today)
    envelope = _envelope(message, block, start)
    events = [e for n, old in enumerate(former) if (e := _former_address(envelope, old, n, start, birth)) is not None]
    events.append(envelope.event("AddressChanged", {"address": present}, start, part="present"))
    return [*events, *(e for n, a in enumerate(beside) if (e := _beside(envelope, a, n, birth)) is not None)]


def _to_come(message: Message, patient: Element, block: dict[str, Any], birth: date | None) -> Events:
    """Addresses of a message that has no present one; raises Rejected where none is to come either."""
    envelope = _envelope(message, block, message.sent_on())
    told = [_beside(envelope, a, n, birth) for n, a in enumerate(kids(patient, "address"))]
    events = [event for event in told if event is not None]
    if not events:
        raise Rejected("missing_field", "Patient.address", "no present address")
    return events


def _beside(envelope: Envelope, element: Element, number: int, birth: date | None) -> dict[str, Any] | None:
    """An address that is to come, or one beside the present one, such as a temporary one: for its own period."""
    message, path = envelope.message, "Patient.address[other].period"
    built = address(element)
    stated = value(element, "period", "start")
    if stated is None or not is_somewhere(built):
        return None
    start = trusted(message, stated, f"{path}.start", birth=birth)
    end_text = value(element, "period", "end")
    end = None if is_open_end(end_text) else trusted(message, end_text, f"{path}.end", birth=birth)
    if start is None or (end is None and not begins_after(element, message.sent_on())):
        return None  # of two that are open the present one holds
    if end is not None and end <= start:
        message.set_aside.append(("end_before_start", f"{path}.end"))
        return None
    return envelope.event("AddressChanged", {"address": built}, start, end, part=f"other {number}")


def _former_address(
    envelope: Envelope, old: Element, number: int, until: date, birth: date | None
) -> dict[str, Any] | None:
    message, path = envelope.message, "Patient.address[old].period"
    built = address(old)
    if value(old, "period", "start") is None or not is_somewhere(built):
        return None
    start = trusted(message, value(old, "period", "start"), f"{path}.start", birth=birth)
    if start is None:
        return None
    if start >= until:
        message.set_aside.append(("impossible_date", f"{path}.start"))
        return None
    end = read_day(value(old, "period", "end")).day or until
    if end <= start:
        message.set_aside.append(("end_before_start", f"{path}.end"))
        end = until
    built["residence"] = built["residence"] or ("home" if built["status"] == "current" else None)
    return envelope.event("AddressChanged", {"address": built}, start, min(end, until), part=f"former {number}")


# --- change of GP


def change_of_gp(message: Message) -> Events:
    """GpRegistrationEnded for each finished registration, GpRegistered for the present practice where there is one."""
    patient = patient_of(message)
    block = subject(message, patient)
    birth = _birth_of(block)
    code, name = _practice(message, patient)
    episodes = [e for e in message.all("EpisodeOfCare") if _is_primary_care(e)]
    ended = [found for episode in episodes if (found := _ended(message, episode, birth)) is not None]
    begun = None if code is None else _registration(message, patient, episodes, code, birth)
    others = [] if code is None else _other_practices(message, episodes, code, birth)
    days = [end for _, end in ended] + ([] if begun is None else [begun[0]])
    if not days:
        rule = "neither a present practice nor a finished registration"
        raise Rejected("missing_field", "Patient.generalPractitioner", rule)
    envelope = _envelope(message, block, *days)
    events = [
        envelope.event("GpRegistrationEnded", {"practice": practice, "reason": None}, end, part=str(n))
        for n, (practice, end) in enumerate(ended)
    ]
    if begun is not None:
        events.append(envelope.event("GpRegistered", {"practice": code, "practice_name": name}, *begun))
    events.extend(
        envelope.event("GpRegistered", {"practice": practice, "practice_name": called}, start, end, part=f"other {n}")
        for n, (practice, called, start, end) in enumerate(others)
    )
    return events


def _other_practices(
    message: Message, episodes: list[Element], present: str, birth: date | None
) -> list[tuple[str, str | None, date, date | None]]:
    """(practice, name, first day, end) of registrations beside the present one that state their own start, as one to come."""
    found = []
    for episode in episodes:
        code, name = message.organisation(kid(episode, "managingOrganization"))
        if code is None or code == present or code in _NO_PRACTICE or value(episode, "status") == "finished":
            continue
        start = trusted(message, value(episode, "period", "start"), "EpisodeOfCare.period.start", birth=birth)
        end_text = value(episode, "period", "end")
        end = None if is_open_end(end_text) else read_day(end_text).day
        # One that is open beside the present practice and has begun is the one before: the present one holds.
        if start is not None and (end is not None or start > message.sent_on()):
            found.append((code, name, start, end))
    return found


def _practice(message: Message, patient: Element) -> tuple[str | None, str | None]:
    references = kids(patient, "generalPractitioner")
    found = [message.organisation(reference) for reference in references]
    for code, name in found:
        if code is not None:
            return (None, None) if code in _NO_PRACTICE else (code, name)
    if references:
        # Recording only the end would show a registered child as without a GP.
        raise Rejected("unknown_code", "Patient.generalPractitioner", "the present practice has no ODS code")
    return None, None


def _is_primary_care(episode: Element) -> bool:
    kinds = codes(kid(episode, "type"))
    return not kinds or _PRIMARY_CARE in kinds


def _ended(message: Message, episode: Element, birth: date | None) -> tuple[str, date] | None:
    """(practice, day) of a registration that is over; the message's day where the end itself is not told."""
    path = "EpisodeOfCare.period"
    end_text = value(episode, "period", "end")
    if value(episode, "status") != "finished" and is_open_end(end_text):
        return None
    code, _ = message.organisation(kid(episode, "managingOrganization"))
    if code is None:
        raise Rejected("unknown_code", "EpisodeOfCare.managingOrganization", "the previous practice has no ODS code")
    if code in _NO_PRACTICE:
        return None
    end = trusted(message, None if is_open_end(end_text) else end_text, f"{path}.end", birth=birth)
    begun = read_day(value(episode, "period", "start")).day
    if end is not None and begun is not None and end < begun:
        message.set_aside.append(("end_before_start", f"{path}.end"))
        end = None
    return code, end or message.sent_on()


def _registration(
    message: Message, patient: Element, episodes: list[Element], code: str, birth: date | None
) -> tuple[date, date | None]:
    """Since when the present practice answers for the patient, and until when if that is settled already.

    The guide: the header's timestamp may be taken for the start, for Spine changes when the patient is registered.
    """
    periods = [p for e in extensions(patient, "registrationperiod") for p in kids(e, "valuePeriod")]
    ongoing = [e for e in episodes if value(e, "status") != "finished"]
    theirs = [e for e in ongoing if message.organisation(kid(e, "managingOrganization"))[0] == code]
    periods += [p for e in theirs for p in kids(e, "period")]
    for period in periods:
        start = trusted(message, value(period, "start"), "registrationPeriod.start", birth=birth)
        if start is None:
            continue
        end_text = value(period, "end")
        end = None if is_open_end(end_text) else trusted(message, end_text, "registrationPeriod.end", birth=birth)
        if end is not None and end <= start:
            message.set_aside.append(("end_before_start", "registrationPeriod.end"))
            end = None
        return start, end
    return message.sent_on(), None


# --- death


def death(message: Message) -> Events:
    """DeathNotified (formal or informal), or DeathNotificationWithdrawn where the status was removed."""
    patient = patient_of(message)
    status = (extension_code(patient, "deathnotificationstatus") or "").upper()
    died_text, flag = value(patient, "deceasedDateTime"), value(patient, "deceasedBoolean")
    path = "Patient.extension(deathNotificationStatus)"
    if status and status not in (*_DEATH_STATUS, REMOVED):
        raise Rejected("unknown_code", path, "not in CareConnect-DeathNotificationStatus-1")
    if not status and died_text is None and flag is None:
        raise Rejected("missing_field", path, "neither a death notification status nor deceased")
    if status in _DEATH_STATUS and flag == "false":
        raise Rejected("unknown_code", "Patient.deceased", "it contradicts the death notification status")
    block = subject(message, patient)
    changed = _effective(message, patient)
    envelope, birth = _envelope(message, block, changed), _birth_of(block)
    focus = message.resolve(kid(message.header, "focus"))
    if status == REMOVED or flag == "false" or value(focus, "status") == "entered-in-error":
        if died_text is not None or flag == "true":
            message.set_aside.append(("impossible_date", "Patient.deceased"))
        return [envelope.event("DeathNotificationWithdrawn", {}, changed)]
    died = trusted(message, died_text, "Patient.deceasedDateTime", birth=birth, latest=message.sent_on())
    return [envelope.event("DeathNotified", {"status": _DEATH_STATUS.get(status)}, died or changed)]


def _effective(message: Message, patient: Element) -> date:
    """The day on which the death notification status was changed on Spine."""
    today = message.sent_on()
    for extension in extensions(patient, "systemeffectivedate"):
        text = value(extension, "valueDateTime") or value(extension, "valueDate")
        changed = trusted(message, text, "Patient.extension(systemEffectiveDate)", birth=None, latest=today)
        if changed is not None:
            return changed
    return today
