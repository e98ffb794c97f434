"""What a later census tells again, tells otherwise, or no longer tells, seen against what the log holds.

A connector's event ids are made of what an event says. So the same fact in next year's census has the id it had. What
a fact can be *changed to*, as the end of a plan, stands under one source record: when a census says what an earlier one
said and one between them denied, its id is known, and it must be told all the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from adapters.store.recorder import Recorder
from domain.effects import Act

Event = dict[str, Any]

_RETRACTED: Final = "EventRetracted"
_INBOX = "SELECT key FROM log.inbox WHERE key = ANY(%b)"
_LAST = """
SELECT DISTINCT ON (slot) slot, key, recorded_at, act FROM (
    SELECT source_key AS slot, key, recorded_at, act FROM log.fact WHERE source_key = ANY(%(slots)b)
    UNION ALL
    SELECT target_source, key, recorded_at, act FROM log.fact WHERE target_source = ANY(%(slots)b)
) AS told ORDER BY slot, recorded_at DESC, key DESC
"""


class News(Enum):
    """What an event is beside what was told before."""

    FRESH = "recorded as it is"
    TOLD = "known; a duplicate"
    NOTHING = "takes back what does not stand; no event at all"


@dataclass(frozen=True, slots=True)
class _Last:
    """The last word on a source record: an event of it, or what took it back."""

    key: UUID
    recorded_at: int
    act: int


class Retelling:
    """Looks events up in a recorder's log, a batch at a time."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def sort(self, events: Sequence[Event | None]) -> list[tuple[News, Event | None]]:
        """For each event what it is, and the event to record; None stands for what is no event, and is fresh."""
        known = self._known(events)
        last = self._last(events)
        sorted_: list[tuple[News, Event | None]] = []
        for event in events:
            if event is None:
                sorted_.append((News.FRESH, None))
                continue
            slot = self._slot(event)
            before = None if slot is None else last.get(slot)
            if event["event_type"] == _RETRACTED:
                stands = before is not None and before.act != Act.RETRACT and before.recorded_at < _recorded(event)
                sorted_.append((News.FRESH, retold(event)) if stands else (News.NOTHING, None))
                continue
            key = self._key(event)
            if key not in known:
                known.add(key)
                sorted_.append((News.FRESH, event))
            elif before is not None and before.key != key and before.recorded_at < _recorded(event):
                sorted_.append((News.FRESH, retold(event)))
            else:
                sorted_.append((News.TOLD, None))
        return sorted_

    def _known(self, events: Iterable[Event | None]) -> set[UUID]:
        keys = list({self._key(event) for event in events if event is not None})
        return {key for (key,) in self._recorder.connection.execute(_INBOX, (keys,))}

    def _last(self, events: Iterable[Event | None]) -> Mapping[UUID, _Last]:
        slots = list({slot for event in events if event is not None and (slot := self._slot(event)) is not None})
        if not slots:
            return {}
        return {slot: _Last(*said) for slot, *said in self._recorder.connection.execute(_LAST, {"slots": slots})}

    def _key(self, event: Event) -> UUID:
        return UUID(bytes=self._recorder.hashes.event(event["source"]["organisation"], event["event_id"]))

    def _slot(self, event: Event) -> UUID | None:
        """The source record an event is of, or takes back; None of one that is told of many pupils at once."""
        said = event["target"] if event["target"] is not None else event["source"]
        record = said["source_record_id"]
        if record is None or event["event_type"] not in _CAN_CHANGE:
            return None
        return UUID(bytes=self._recorder.hashes.source_record(event["source"]["organisation"], record))


# The events whose source record is one fact that may be told otherwise.
_CAN_CHANGE: Final = frozenset({_RETRACTED, "AssessmentCompleted", "ChildInNeedEnded", "ChildProtectionEnded"})


def retold(event: Event) -> Event:
    """The event under an id that also says when it was written down."""
    written = event["recorded_at"].translate(str.maketrans("", "", "-:"))
    return {**event, "event_id": f"{event['event_id']}:{written}"}


def _recorded(event: Event) -> int:
    """Microseconds since 1970."""
    return int(datetime.fromisoformat(event["recorded_at"]).timestamp() * 1_000_000)
