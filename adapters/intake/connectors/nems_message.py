"""One event message: its header, its resources, and the common fields of every event that comes of it.

Source: NHS Digital, National Events Management Service, *Generic Event Message Requirements*.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import Element

from adapters.codec.times import civil_day, read_of_file, timestamp
from adapters.intake.connectors.nems_values import ods_code
from adapters.intake.connectors.nems_xml import digest, extension_code, extensions, kids, name_of, resources, value
from domain.errors import Rejected


@dataclass(slots=True)
class Message:
    """A message bundle taken apart. While it is read `set_aside` grows, and `replaced`: old NHS numbers and their last days."""

    bundle: Element
    header: Element
    code: str
    digest: str
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[tuple[str, date | None]] = field(default_factory=list)
    index: dict[str, list[Element]] = field(default_factory=lambda: defaultdict(list))

    @property
    def action(self) -> str:
        """What the message does with what it carries: `new`, `update` or `delete` (`new` where it does not say)."""
        return (extension_code(self.header, "messageeventtype") or "new").lower()

    def all(self, kind: str) -> list[Element]:
        """All resources of a kind, in order."""
        return [resource for _, resource in resources(self.bundle) if name_of(resource) == kind]

    def resolve(self, reference: Element | None, *wanted: str) -> Element | None:
        """The resource a Reference names, if it is in the message and of a wanted kind (any, where none is named)."""
        for key in _keys(value(reference, "reference")):
            for found in self.index.get(key, []):
                if not wanted or name_of(found) in wanted:
                    return found
        return None

    def organisation(self, reference: Element | None) -> tuple[str | None, str | None]:
        """(ODS code, name) of the organisation a Reference points to, in the message or in the national directory."""
        found = self.resolve(reference, "Organization")
        name = value(found, "name") or value(reference, "display")
        for identifier in [*kids(found, "identifier"), *kids(reference, "identifier")]:
            system = value(identifier, "system")
            if system is None or "ods-" in system.lower():
                code = ods_code(value(identifier, "value"))
                if code is not None:
                    return code, name
        url = value(reference, "reference") or ""
        if found is None and "/Organization/" in url:
            return ods_code(url.split("/Organization/", 1)[1].split("/")[0]), name
        return None, name

    def routing(self) -> Element | None:
        """The demographics by which the message was routed to its subscribers."""
        return next(extensions(self.header, "routingdemographics"), None)

    def sent(self) -> datetime:
        """When the message was sent: its timestamp, else when what it says was last updated."""
        return self._instant(("timestamp",), ("meta", "lastUpdated"))

    def updated(self) -> datetime:
        """When the publisher wrote down what it says: by the guides the element that puts messages in order."""
        return self._instant(("meta", "lastUpdated"), ("timestamp",))

    def sent_on(self) -> date:
        """The civil day on which the message was sent."""
        return civil_day(self.sent())

    def written_after(self, *days: date) -> datetime:
        """When the publisher wrote down facts of some days.

        As `updated`, so that a message sent again does not outrank what followed it; but where that lies before the
        facts themselves, as it does in published examples, the time of sending.
        """
        updated = self.updated()
        return updated if civil_day(updated) >= max(days) else self.sent()

    def _instant(self, *paths: tuple[str, ...]) -> datetime:
        for path in paths:
            instant = read_of_file(value(self.header, *path))
            if instant is not None:
                return instant
        raise Rejected("missing_field", "MessageHeader.timestamp", "neither timestamp nor meta.lastUpdated can be read")

    def event_id(self, event_type: str, part: str) -> str:
        """An id for one of the message's facts.

        Publishers reuse message and bundle ids for other facts (a death and its withdrawal share both in the published
        examples), so it is made of all that the message says, and holds no value that could be read from it.
        """
        facts = hashlib.sha256(f"{self.digest}\n{event_type}\n{part}".encode()).hexdigest()
        return f"nems:{self.code}:{facts[:32]}"


def open_message(bundle: Element) -> Message:
    """Take a message bundle apart; raises Rejected where it has no header, or two."""
    headers = [resource for _, resource in resources(bundle) if name_of(resource) == "MessageHeader"]
    if not headers:
        raise Rejected("undecodable", "MessageHeader", "the bundle has no message header")
    if len(headers) > 1:
        raise Rejected("undecodable", "MessageHeader", "the bundle has more than one message header")
    code = value(headers[0], "event", "code")
    if code is None:
        raise Rejected("missing_field", "MessageHeader.event", "the message does not say what event it is about")
    message = Message(bundle, headers[0], code, digest(bundle))
    for full_url, resource in resources(bundle):
        own = value(resource, "id")
        for text in (full_url, own, None if own is None else f"{name_of(resource)}/{own}"):
            for key in _keys(text):
                message.index[key].append(resource)
        for contained in (c for wrapper in kids(resource, "contained") for c in wrapper):
            message.index[f"#{value(contained, 'id')}".lower()].append(contained)
    return message


def _keys(text: str | None) -> list[str]:
    """The ways in which references, full URLs and ids name one resource (some publishers drop `urn:uuid:`)."""
    if text is None:
        return []
    whole = text.lower().split("/_history/")[0]
    bare = whole.removeprefix("urn:uuid:").removeprefix("urn:oid:")
    return list(dict.fromkeys((whole, bare, "/".join(bare.split("/")[-2:]))))


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all events of one message share."""

    message: Message
    organisation: str
    system: str
    recorded_at: datetime
    subject: dict[str, Any]
    source_record_id: str | None = None
    reference: str | None = None
    others: tuple[dict[str, Any], ...] = ()

    def event(
        self,
        event_type: str,
        own: Mapping[str, Any],
        start: date,
        end: date | None = None,
        *,
        part: str = "",
        target: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One event in the JSON form of the contract, with the type's own fields.

        `part` tells apart two events of one type from one message.
        """
        return {
            "event_type": event_type,
            "event_id": self.message.event_id(event_type, part),
            "source": {
                "organisation": self.organisation,
                "system": self.system,
                # What retracts a source record is not itself a row of it, or it would fall with its target.
                "source_record_id": None if target is not None else self.source_record_id,
                "source_version": value(self.message.header, "meta", "versionId"),
            },
            "mode": "live",
            "recorded_at": timestamp(self.recorded_at),
            "subject": self.subject,
            "others": list(self.others),
            "effective": {"from": start.isoformat(), "to": None if end is None else end.isoformat()},
            "reference": None if target is not None else self.reference,
            "target": target,
            "basis": "public_task",
            **own,
        }
