"""Shields, the reference: whether a child's whereabouts may be shown (design D9; domain.md E4).

Protections are decided by what is known at the head of the log, and by what was known at the edition that is read: the
stricter of both. A shield covers every record that is, or is said to be, the same child. A shield that is announced
counts from when it is known; lifting one counts from its day, by the timeline's own rules: only the organisation that
applied it can lift it, a lift may be taken back or corrected, and dates that contradict each other lift nothing.
"""

from collections.abc import Collection, Iterable, Mapping

from domain.access.shield import SHIELD
from domain.effects import SAYS_NO_PERSON
from domain.events import ChildId, Event, RecordId
from domain.identity.sealed import seals
from domain.timeline.pairing import ONE_RECORD, entries


def shielded(
    events: Iterable[Event],
    then: Iterable[Event],
    records: Collection[RecordId],
    today: int,
    doubted: Collection[int] = frozenset(),
    doubted_then: Collection[int] = frozenset(),
    holder: Mapping[RecordId, RecordId] = ONE_RECORD,
    holder_then: Mapping[RecordId, RecordId] = ONE_RECORD,
    joined: Iterable[Mapping[RecordId, ChildId]] = (),
) -> bool:
    """Whether a shield holds over some records on a day, by all events or by those that were known `then`.

    A sealed identity is shielded for ever. A shield of which it is disputed whose it is holds all the same; what is told at
    the positions `doubted`, now and then, lifts none that is sure. One that was told under a number that has been replaced
    is lifted under the present one (`holder`, now and then, as of `entries`). `joined`: the child of each linked record, now and
    then; a shield stands under whatever number its authority has, and a dispute is of another number of the same child.
    """
    history = list(events)
    near = _near(history, records, joined)
    if any(seals(event) and not {event.record, *event.linked}.isdisjoint(records) for event in history):
        return True
    return any(
        entry.kind == SHIELD and (entry.end is None or entry.end > today)
        for known, unsure, held in ((history, doubted, holder), (then, doubted_then, holder_then))
        for entry in entries((event for event in known if event.record in near), doubted=unsure, holder=held)
    )


def _near(
    history: Iterable[Event], records: Collection[RecordId], joined: Iterable[Mapping[RecordId, ChildId]]
) -> set[RecordId]:
    """Some records, those that are said to be the same child as one of them, and the other records of the children of these."""
    near = set(records)
    for event in history:
        if event.act not in SAYS_NO_PERSON and not {event.record, *event.linked}.isdisjoint(records):
            near |= {event.record, *event.linked}
    said = frozenset(near)
    for child_of in joined:
        children = {child_of[record] for record in said if record in child_of}
        near |= {record for record, child in child_of.items() if child in children}
    return near
