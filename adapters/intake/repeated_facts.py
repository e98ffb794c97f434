"""What a later census tells again, tells otherwise, or no longer tells, seen against what the log holds.

A connector's event ids are made of what an event says. So the same fact in next year's census has the id it had. What
a fact can be *changed to*, as the end of a plan, stands under one source record: when a census says what an earlier one
said and one between them denied, its id is known, and it must be told all the same.

A file may tell of one such fact several times. What would change what the log holds of it is therefore put off until
the file is read to its end, and weighed against all that the file says: an end stands before none. Of two files that
were written at the same time, as their headers have it, the one that came later is taken to be the newer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Final
from uuid import UUID

from adapters.codec.times import timestamp
from adapters.intake.connectors.census import BACKFILL
from adapters.log.recorder import Recorder
from domain.dates import to_day
from domain.effects import Act

Event = dict[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RETRACTED: Final = "EventRetracted"
_AT_ONE_TIME: Final = 1000  # microseconds: no header tells times more closely
_INBOX = "SELECT key FROM log.inbox WHERE key = ANY(%b)"
_BEGUN = """
SELECT i.key, f.recorded_at FROM log.inbox i JOIN log.fact f ON f.position = i.position WHERE i.key = ANY(%b)
"""
_REPORTED: Final = "FeedReported"
_THROUGH = """
SELECT provider, service, max(until) FROM log.fact WHERE act = 16 AND provider = ANY(%s) AND service = ANY(%s) GROUP BY provider, service
"""
_LAST = """
SELECT DISTINCT ON (slot) slot, key, recorded_at, act FROM (
    SELECT source_key AS slot, key, recorded_at, tie, act FROM log.fact WHERE source_key = ANY(%(slots)b)
    UNION ALL
    SELECT target_source, key, recorded_at, tie, act FROM log.fact WHERE target_source = ANY(%(slots)b)
) AS told ORDER BY slot, recorded_at DESC, tie DESC
"""


class News(Enum):
    """What an event is beside what was told before."""

    FRESH = "recorded as it is"
    TOLD = "known; a duplicate"
    NOTHING = "takes back what does not stand; no event at all"
    LATER = "to be settled when the file is read to its end"


@dataclass(frozen=True, slots=True)
class _Last:
    """The last word on a source record: an event of it, or what took it back."""

    key: UUID
    recorded_at: int
    act: int


class RepeatedFacts:
    """Looks events up in a recorder's log, a batch at a time, one file after the other."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        # Source records of which the file states a fact, and those of which it states what the log holds.
        self._stated: set[UUID] = set()
        self._agreed: set[UUID] = set()

    def sort(self, events: Sequence[Event | None], begun_by: Sequence[str | None]) -> list[tuple[News, list[Event]]]:
        """For each event what it is, and the events to record or to settle; None stands for no event, and is fresh.

        `begun_by` gives for each event that is an end the id of its start.
        """
        known = self._known(events)
        through = self._through(events)
        last = self._last(events)
        begun = self._begun(events, begun_by, known, last)
        news: list[tuple[News, list[Event]]] = []
        for number, event in enumerate(events):
            if event is not None and _is_said_already(event, through):
                news.append((News.TOLD, []))
                continue
            what, told = (News.FRESH, None) if event is None else self._sorted(event, known, last)
            news.append((what, [] if told is None else [told]))
            if what is News.FRESH and number in begun and told is not None:
                news[-1][1].extend(self._silenced(told, begun[number], last))
        return news

    def _sorted(self, event: Event, known: set[UUID], last: dict[UUID, _Last]) -> tuple[News, Event | None]:
        slot = self._slot(event)
        before = None if slot is None else last.get(slot)
        if event["event_type"] == _RETRACTED:
            return (News.LATER, event) if _can_take_back(event, before) else (News.NOTHING, None)
        key = self._key(event)
        if slot is not None:
            self._stated.add(slot)
        if key not in known:
            known.add(key)
            event = _after(before, event)
            if slot is not None and (before is None or before.recorded_at < _recorded(event)):
                last[slot] = _Last(key, _recorded(event), Act.END)
            return News.FRESH, event
        if slot is None or before is None:
            return News.TOLD, None
        if self._says(before, event):
            self._agreed.add(slot)
            return News.TOLD, None
        return (News.LATER, event) if _weighed(event, before) > 0 else (News.TOLD, None)

    def _silenced(self, end: Event, begun: int, last: dict[UUID, _Last]) -> list[Event]:
        """What takes an end back at once: a census that was written later has told the start, and did not tell the end."""
        slot = self._slot(end)
        told = _Last(self._key(end), begun, Act.START)
        if slot is None or _weighed(end, told) >= 0:
            return []
        at = timestamp(_EPOCH + timedelta(microseconds=begun))
        source = {**end["source"], "source_record_id": None}
        target = {"event_id": None, "source_record_id": end["source"]["source_record_id"], "reason": "entered_in_error"}
        denial = {name: value for name, value in end.items() if name in _OF_ANY_EVENT} | {
            "event_type": _RETRACTED, "event_id": f"{end['event_id']}:open", "source": source, "recorded_at": at,
            "effective": {"from": at[:10], "to": None}, "reference": None, "target": target,
        }  # fmt: skip
        again = retold(denial)
        last[slot] = _Last(self._key(again), begun, Act.RETRACT)
        return [again]

    def settle(self, events: Sequence[Event]) -> list[tuple[News, Event | None]]:
        """The same of what was put off, now that the file is read to its end; the next file begins."""
        last = self._last(events)
        told = {self._slot(event): number for number, event in enumerate(events) if event["event_type"] != _RETRACTED}
        news: list[tuple[News, Event | None]] = []
        for number, event in enumerate(events):
            slot = self._slot(event)
            assert slot is not None
            if event["event_type"] == _RETRACTED:
                stands = slot not in self._stated and _can_take_back(event, last.get(slot))
                again = retold(_after(last.get(slot), event))
                news.append((News.FRESH, again) if stands else (News.NOTHING, None))
            else:
                other = slot not in self._agreed and told[slot] == number and _weighed(event, last[slot]) > 0
                news.append((News.FRESH, retold(event)) if other else (News.TOLD, None))
        self._stated.clear()
        self._agreed.clear()
        return news

    def _says(self, last: _Last, event: Event) -> bool:
        """Whether the last word on a source record is what an event says, be it told once or again."""
        then = timestamp(_EPOCH + timedelta(microseconds=last.recorded_at))
        return last.key in (self._key(event), self._key(retold({**event, "recorded_at": then})))

    def _through(self, events: Iterable[Event | None]) -> dict[tuple[str, str], int]:
        """How far the feeds of which reports are told are complete by the log, by organisation and event type."""
        names = {_feed(event) for event in events if event is not None and event["event_type"] == _REPORTED}
        if not names:
            return {}
        found = self._recorder.connection.execute(
            _THROUGH, (sorted({one for one, _ in names}), sorted({feed for _, feed in names}))
        )
        return {(organisation, feed): day for organisation, feed, day in found}

    def _known(self, events: Iterable[Event | None]) -> set[UUID]:
        keys = list({self._key(event) for event in events if event is not None})
        return {key for (key,) in self._recorder.connection.execute(_INBOX, (keys,))}

    def _begun(
        self, events: Sequence[Event | None], begun_by: Sequence[str | None], known: set[UUID], last: dict[UUID, _Last]
    ) -> dict[int, int]:
        """When the starts of ends of which the log knows nothing yet were written down, by the ends' places."""
        starts: dict[UUID, list[int]] = {}
        for number, (event, start) in enumerate(zip(events, begun_by, strict=True)):
            if event is None or start is None or self._key(event) in known or self._slot(event) in last:
                continue
            starts.setdefault(self._key({**event, "event_id": start}), []).append(number)
        if not starts:
            return {}
        found = self._recorder.connection.execute(_BEGUN, (list(starts),))
        return {number: recorded_at for key, recorded_at in found for number in starts[key]}

    def _last(self, events: Iterable[Event | None]) -> dict[UUID, _Last]:
        slots = list({slot for event in events if event is not None and (slot := self._slot(event)) is not None})
        if not slots:
            return {}
        return {slot: _Last(*said) for slot, *said in self._recorder.connection.execute(_LAST, {"slots": slots})}

    def _key(self, event: Event) -> UUID:
        return UUID(bytes=self._recorder.hashes.event(event["source"]["organisation"], event["event_id"]))

    def _slot(self, event: Event) -> UUID | None:
        """The source record an event is of, or takes back; None of one that is told of many pupils at once."""
        if event["event_type"] not in _CAN_CHANGE:
            return None
        said = event["target"] if event["target"] is not None else event["source"]
        record = said["source_record_id"]
        if record is None:
            return None
        return UUID(bytes=self._recorder.hashes.source_record(event["source"]["organisation"], record))


# The events whose source record is one fact that may be told otherwise.
_CAN_CHANGE: Final = frozenset({_RETRACTED, "AssessmentCompleted", "ChildInNeedEnded", "ChildProtectionEnded"})

_OF_ANY_EVENT: Final = frozenset(
    {"event_type", "event_id", "source", "mode", "recorded_at", "subject", "others", "effective", "reference", "target", "basis"}
)  # fmt: skip


def _feed(report: Event) -> tuple[str, str]:
    return report["source"]["organisation"], report["feed"]


def _is_said_already(event: Event, through: dict[tuple[str, str], int]) -> bool:
    """Whether an event says how far a feed is complete, and the log knows that it is further: a file takes nothing back.

    A snapshot's report says more than that: what the file lists.
    """
    if event["event_type"] != _REPORTED or event["mode"] != BACKFILL:
        return False
    return through.get(_feed(event), -1) > to_day(date.fromisoformat(event["complete_through"]))


def _can_take_back(event: Event, last: _Last | None) -> bool:
    return last is not None and last.act != Act.RETRACT and _weighed(event, last) >= 0


def _weighed(event: Event, last: _Last) -> int:
    """Above 0: the event's file was written after the last word; below 0: before it; 0: at the same time."""
    return _recorded(event) // _AT_ONE_TIME - last.recorded_at // _AT_ONE_TIME


def _after(last: _Last | None, event: Event) -> Event:
    """The event, by a millionth of a second after the last word where that was written at the same time."""
    if last is None or _weighed(event, last) != 0:
        return event
    return {**event, "recorded_at": timestamp(_EPOCH + timedelta(microseconds=last.recorded_at + 1))}


def retold(event: Event) -> Event:
    """The event under an id that also says when it was written down."""
    written = event["recorded_at"].translate(str.maketrans("", "", "-:"))
    return {**event, "event_id": f"{event['event_id']}:{written}"}


def _recorded(event: Event) -> int:
    """Microseconds since 1970."""
    return int(datetime.fromisoformat(event["recorded_at"]).timestamp() * 1_000_000)
