"""NHS event messages (National Events Management Service, FHIR STU3 XML) as events of the contract.

What each kind becomes and why stands in `docs/nems.md`. A file is one message bundle, or a bundle that holds such
bundles: the ITK3 wrapper in which subscribers receive them, or a collection.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final
from xml.etree.ElementTree import Element

from adapters.intake.connectors import Converted
from adapters.intake.connectors.nems_birth import birth
from adapters.intake.connectors.nems_child_health import CONTACT_KINDS, child_health
from adapters.intake.connectors.nems_contacts import professional_contact
from adapters.intake.connectors.nems_message import Message, open_message
from adapters.intake.connectors.nems_pds import change_of_address, change_of_gp, death
from adapters.intake.connectors.nems_xml import (
    MAX_BYTES,
    BrokenOff,
    kid,
    name_of,
    parse_bundle,
    resources,
    to_bytes,
    value,
)
from domain.errors import Rejected

__all__ = ["KINDS", "MAX_BYTES", "read_nems"]

_SUPERSEDED: Final = "NhsNumberSuperseded"
_OF_ANY_EVENT: Final = ("mode", "recorded_at", "subject", "basis")

KINDS: Final[dict[str, Callable[[Message], list[dict[str, Any]]]]] = {
    "pds-birth-notification-1": birth,
    "pds-change-of-address-1": change_of_address,
    "pds-change-of-gp-1": change_of_gp,
    "pds-death-notification-1": death,
    "professional-contacts-1": professional_contact,
    **dict.fromkeys(CONTACT_KINDS, child_health),
}

# Published kinds that are kept (docs/decisions/0038-kinds-of-health-messages.md): a kind is named where it is one of them.
KEPT_KINDS: Final = frozenset(
    """admission-details-1 allergies-adverse-reactions-1 allergies-and-adverse-reactions-1 assessment-scales-1 birth-details-1
    blood-spot-card-received-1 clinical-risk-factors-1 demographics-record-change-1 discharge-details-1 early-years-progress-1
    educational-history-1 emergency-care-attendance-1 encounter-1 failsafe-1 failsafe-response-1 family-history-1
    feeding-status-1 individual-requirements-1 information-and-advice-given-1 investigation-results-1 legal-information-1
    measurements-1 medication-administration-1 medication-statement-1 observations-1 parent-guardian-or-personal-comment-1
    pds-contact-details-citizen-1 pds-record-change-1 personal-contacts-1 plan-and-requested-actions-1 problem-list-1
    professional-responsibility-notification-1 professional-summary-1 referral-1 safety-alerts-1 social-context-1""".split()
)


def read_nems(data: bytes) -> Iterator[Converted]:
    """Every message of a file, in order; never raises for what the file holds.

    A file that is unreadable, or breaks off, is one unit, kept, after the messages that came before the break.
    """
    try:
        root = parse_bundle(data)
    except Rejected as error:
        whole = error.whole if isinstance(error, BrokenOff) else ()
        yield from (_convert(bundle, to_bytes(bundle)) for bundle in whole)
        yield _kept(error, data)
        return
    inner = list(_messages(root))
    for bundle in inner or [root]:
        yield _convert(bundle, to_bytes(bundle) if inner else data)


def _messages(bundle: Element) -> Iterator[Element]:
    """The innermost bundles inside a bundle: around them is transport."""
    for _, resource in resources(bundle):
        if name_of(resource) == "Bundle":
            deeper = list(_messages(resource))
            yield from deeper or [resource]


def _convert(bundle: Element, raw: bytes) -> Converted:
    try:
        message = open_message(bundle)
        events = _events(message)
    except Rejected as error:
        return _kept(error, raw)
    return Converted(tuple(events), None, raw, tuple(message.set_aside))


def _events(message: Message) -> list[dict[str, Any]]:
    convert = KINDS.get(message.code)
    if convert is None:
        named = (
            f"a message of the kind {message.code}"
            if message.code in KEPT_KINDS
            else "a message of a kind that is not known"
        )
        raise Rejected("unknown_event_type", "MessageHeader.event", f"{named}, and no such message is taken in")
    if message.code.startswith("pds-"):
        if message.action not in ("new", "update"):
            # The guides know no deletion of these; undoing a fact on a guess is worse than asking a person.
            raise Rejected("unknown_code", "MessageHeader.extension(messageEventType)", "these messages are always new")
        focus = message.resolve(kid(message.header, "focus"), "Communication")
        if value(focus, "status") == "entered-in-error" and convert is not death:
            raise Rejected("unknown_code", "Communication.status", "the message says that it was entered in error")
    events = convert(message)
    return [*events, *_superseded(message, events)]


def _superseded(message: Message, events: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """NhsNumberSuperseded for each old number of the child: a replacement, and no second number in use."""
    told = next((event for event in events if event["target"] is None), None)
    if told is None or any(
        event["subject"] != told["subject"] for event in events
    ):  # twins: of which is not known here
        return
    for number, (former, day) in enumerate(message.replaced):
        written = message.sent_on()
        since = written if day is None or day > written else day
        yield {name: told[name] for name in _OF_ANY_EVENT} | {
            "event_type": _SUPERSEDED, "event_id": message.event_id(_SUPERSEDED, str(number)), "others": [],
            "source": {**told["source"], "source_record_id": None}, "reference": None, "target": None,
            "effective": {"from": since.isoformat(), "to": None}, "former": former,
        }  # fmt: skip


def _kept(error: Rejected, raw: bytes) -> Converted:
    return Converted((), (error.reason, error.field, error.rule), raw)
