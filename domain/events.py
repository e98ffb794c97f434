"""An event of the log as the pure parts see it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NewType
from uuid import UUID

from domain.checks import usable_birth, usable_end
from domain.dates import EARLIEST, FOREVER
from domain.effects import SAYS_NO_PERSON, Act, Effect
from domain.identifiers import AGENCY, FILLERS, Checked, Fillers, check_identifier
from domain.order import tie_of

RecordId = NewType("RecordId", UUID)
ChildId = NewType("ChildId", UUID)
Position = NewType("Position", int)


# A pupil is suspended for at most forty-five school days in a school year, of two sessions each (SI 2012/1033).
MOST_SESSIONS = 90
_NOWHERE = frozenset({"", "unknown", "not known", "none"})


@dataclass(frozen=True, slots=True)
class Event:
    """One accepted event.

    `key` is the keyed hash of (source organisation, event id), `source_key` that of (organisation, source record) and
    `target_*` those of what it names; they order and pair events without showing an identifier. `others` are the record
    ids of the other people named, in order; `former` is that of a number which the subject's has replaced. Days are day
    numbers, `recorded_at` microseconds since 1970.
    """

    position: Position
    record: RecordId
    key: bytes
    effect: Effect
    organisation: str
    recorded_at: int
    body: Mapping[str, Any]
    source_key: bytes | None = None
    target_key: bytes | None = None
    target_source: bytes | None = None
    others: tuple[RecordId, ...] = ()
    linked: tuple[RecordId, ...] = ()
    former: RecordId | None = None

    @property
    def act(self) -> Act:
        """What the event does."""
        return self.effect.act

    @property
    def tie(self) -> bytes:
        """What decides between this and what was recorded at the same instant (domain.order)."""
        return tie_of(
            self.body["source"]["organisation"], self.body["event_id"], self.body["source"]["source_version"], self.key
        )

    @property
    def order(self) -> tuple[int, bytes]:
        """Later wins: the agency's recorded time, then what decides at one instant (design D1)."""
        return (self.recorded_at, self.tie)

    @property
    def effective_from(self) -> int:
        """First day on which the fact was true."""
        day: int = self.body["effective"]["from"]
        return day

    @property
    def effective_to(self) -> int | None:
        """First day on which it was no longer true, where the event itself says so and can be believed."""
        return usable_end(self.body)

    @property
    def birth(self) -> int | None:
        """The date of birth it states, where it can be believed."""
        return None if self.act in SAYS_NO_PERSON else usable_birth(self.effect, self.body)

    def text(self, name: str | None) -> str | None:
        """One of the type's own text fields."""
        value = self.body.get(name) if name else None
        return value if isinstance(value, str) else None

    def identifiers(self) -> tuple[Checked, ...]:
        """The subject's identifiers, checked."""
        return tuple(check_identifier(i["scheme"], i["value"]) for i in self.body["subject"]["identifiers"])

    def person(self) -> Mapping[str, Any] | None:
        """What the agency holds of the child, where it sent it."""
        person: Mapping[str, Any] | None = self.body["subject"]["person"]
        return person


def worker_key(worker: Mapping[str, Any] | None) -> str | None:
    """`organisation:staff id` of a worker, as the command line writes it."""
    return None if worker is None else f"{worker['organisation']}:{worker['staff_id']}"


def goes_onward(effect: Effect, body: Mapping[str, Any]) -> bool:
    """Whether an end says where the child went."""
    said = body.get(effect.onward_field) if effect.onward_field else None
    return isinstance(said, str) and said.strip().casefold() not in _NOWHERE


def former_of(effect: Effect, body: Mapping[str, Any], fillers: Fillers = FILLERS) -> Checked | None:
    """The number that an event says was replaced by the subject's, checked; None where it says nothing of the kind.

    That an agency's id was replaced only that agency may say: it joins records without any other evidence.
    """
    said = body.get(effect.former_field) if effect.former_field else None
    if isinstance(said, str):
        return check_identifier(effect.key[0], said)
    if said is None:
        return None
    found = check_identifier(said["scheme"], said["value"], fillers)
    foreign = found.valid and not found.scheme.startswith(f"{AGENCY}:{body['source']['organisation']}:")
    return replace(found, valid=False, normalised=None, reason="wrong_organisation") if foreign else found


def due_of(effect: Effect, body: Mapping[str, Any]) -> int | None:
    """The day on which a fact says that it is to be looked at again, where that can be."""
    said = body.get(effect.due_field) if effect.due_field else None
    return said if isinstance(said, int) and EARLIEST <= said < FOREVER else None


def sessions_of(effect: Effect, body: Mapping[str, Any]) -> int | None:
    """How many sessions a suspension is stated to last; None where it is not stated, or is more than a school year allows."""
    said = body.get(effect.sessions_field) if effect.sessions_field else None
    return said if isinstance(said, int) and 0 < said <= MOST_SESSIONS else None


def team_key(team: Mapping[str, Any] | None) -> str | None:
    """`organisation:code` of a team."""
    return None if team is None else f"{team['organisation']}:{team['code']}"


def service_of(effect: Effect, body: Mapping[str, Any]) -> str:
    """The service a fact is about: fixed by its effects row, or a field of the event."""
    if effect.service is not None:
        return effect.service
    value = body.get(effect.service_field) if effect.service_field else None
    return value if isinstance(value, str) else effect.kind


def provider_of(effect: Effect, organisation: str, body: Mapping[str, Any]) -> str:
    """Who provides: the field its effects row names; for a lead the worker and scope; else the source organisation."""
    if effect.provider_field is not None:
        value = body.get(effect.provider_field)
        if isinstance(value, str):
            return value
    if effect.kind == "lead":
        return f"{worker_key(body['worker'])}|{body['scope']}"
    return organisation
