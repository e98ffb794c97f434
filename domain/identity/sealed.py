"""Sealed identities: a child has a new identity, and nothing may lead from the old one to it (design D1, D9).

From the moment at which a sealing stands in the log, what names any number of the old identity is withheld: it is in the
log, shows nothing, joins nothing and waits for the index team. The old records answer as if all had ended on the day of
the sealing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from domain.effects import ABOUT_NO_CHILD, Act
from domain.events import Event, RecordId
from domain.identity.links import evidence, resolve
from domain.timeline.entries import Entry

IDENTITY_SEALED = "identity_sealed"
# What protects the old identity goes on.
GOES_ON = frozenset({"shield", "legal_hold"})


@dataclass(frozen=True, slots=True)
class Sealing:
    """Where in the log a record was sealed, and the day from which the child has a new identity."""

    position: int
    day: int


def seals(event: Event) -> bool:
    """Whether an event says that a child has a new identity."""
    return event.act is Act.MOMENT and event.effect.kind == IDENTITY_SEALED


def names_sealed(event: Event, sealed: Collection[RecordId]) -> bool:
    """Whether an event's own numbers, a former one too, are of a sealed identity. Other people whom it names may be."""
    return event.record in sealed or any(record in sealed for record in event.linked)


def old_identity(
    event: Event, before: Iterable[Event], scheme_of: Mapping[RecordId, str], sealed: Mapping[RecordId, Sealing]
) -> set[RecordId]:
    """The records that a sealing seals: those of its child as known then, and those that it names itself."""
    edges, sides = evidence(list(before), scheme_of, sealed)
    links = resolve(edges, sides)
    child = links.child.get(event.record)
    return {event.record, *event.linked, *(r for r, c in links.child.items() if c == child)}


def withhold(
    history: Iterable[Event], scheme_of: Mapping[RecordId, str]
) -> tuple[list[Event], dict[RecordId, Sealing]]:
    """A history, in order of its positions, without what names a sealed identity; and which records are sealed."""
    shown: list[Event] = []
    sealed: dict[RecordId, Sealing] = {}
    for event in history:
        if sealed and event.act not in ABOUT_NO_CHILD and names_sealed(event, sealed):
            continue
        shown.append(event)
        if seals(event):
            sealing = Sealing(event.position, event.effective_from)
            sealed |= dict.fromkeys(old_identity(event, shown, scheme_of, sealed), sealing)
    return shown, sealed


def end_with_identity(entry: Entry, day: int) -> Entry:
    """An entry of a sealed record: what goes on ends on the day of the sealing, but for what protects the child."""
    if entry.start is None or entry.why is not None or entry.moment or entry.kind in GOES_ON:
        return entry
    return replace(entry, end=max(day, entry.start)) if entry.end is None or entry.end > day else entry
