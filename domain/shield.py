"""Shields, the reference: whether a child's whereabouts may be shown (design D9; domain.md E4).

Protections are decided by what is known at the head of the log, and by what was known at the edition that is read: the
stricter of both. A shield covers every record that is, or is said to be, the same child. A shield that is announced
counts from when it is known; lifting one counts from its day.
"""

from collections.abc import Collection, Iterable

from domain.effects import Act
from domain.events import Event, RecordId

SHIELD = "shield"


def shielded(events: Iterable[Event], records: Collection[RecordId], today: int) -> bool:
    """Whether a shield holds over some records on a day, by all of these events."""
    history = list(events)
    near = set(records)
    for event in history:
        if event.act not in (Act.FEED, Act.MARK) and ({event.record, *event.linked} & set(records)):
            near |= {event.record, *event.linked}
    said = [event for event in history if event.effect.kind == SHIELD and event.record in near]
    retracted = {event.target_key for event in history if event.act is Act.RETRACT}
    lifted = [event for event in said if event.act is Act.END and event.effective_from <= today]
    for event in said:
        if event.act is Act.END or event.key in retracted:
            continue
        over = event.effective_to is not None and event.effective_to <= today
        if not over and not any(end.record == event.record and end.order > event.order for end in lifted):
            return True
    return False
