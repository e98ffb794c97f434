"""`icr bench child`: how long one child with a long life takes to be rebuilt from the log, held against opening its bytes.

The floor is what must be done in any case: the same rows fetched, and opened with the data keys. Nothing is decoded.
"""

import gc
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from adapters.log.event_store import LogRecorder
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import ACCEPTED, Message
from adapters.log.reader import LogReader, tied
from adapters.log.subjects import Subjects
from adapters.process.clock import Clock
from adapters.process.settings import Settings
from adapters.service.child_records import ChildRecords
from adapters.service.opened import Service
from domain.errors import IcrError
from tools.bench.processes import machine
from tools.bench.servers_used import Tell, a_database
from tools.bench.versions import versions

ROUNDS: Final = 20
BATCH: Final = 500
FIRST: Final = date(2015, 9, 1)
CONFIRMED_EACH: Final = 8  # one event in so many is no attendance mark
_UPN: Final = {"scheme": "upn", "value": "G808990125001"}
_AGENCY: Final = {"scheme": "agency:la-808:mosaic", "value": "M1"}
_PERSON: Final = {
    "names": [{"given": ["Ada"], "family": "Example", "use": None}], "date_of_birth": "2010-03-01", "expected_date": None,
    "sex": "F", "postcode": None, "uprn": None,
}  # fmt: skip


def _event(kind: str, number: int, by: str, who: list[dict[str, str]], day: date, **own: object) -> dict[str, Any]:
    return {
        "event_type": kind, "event_id": f"{kind}-{number}", "recorded_at": f"{day.isoformat()}T15:00:00Z", "mode": "live",
        "source": {"organisation": by, "system": "bench", "source_record_id": None, "source_version": None},
        "subject": {"identifiers": who, "person": own.pop("person", None), "nhs_number_status": None}, "others": [],
        "effective": {"from": day.isoformat(), "to": None}, "reference": None, "target": None, "basis": "public_task", **own,
    }  # fmt: skip


def life(events: int) -> list[dict[str, Any]]:
    """So many events of one child: on roll, a mark each school day, and work that is confirmed again and again."""
    both = [_AGENCY, _UPN]
    work = {"service": "social work", "team": None, "worker": None, "person": _PERSON}
    found = [
        _event("PupilAdmitted", 0, "urn-900001", [_UPN], FIRST, school="900001", person=_PERSON),
        _event("InvolvementStarted", 0, "la-808", both, FIRST, provision="additional", role=None, **work),
    ]
    day = FIRST
    while len(found) < events:
        day += timedelta(days=3 if day.weekday() == 4 else 1)
        if day.year > FIRST.year + 10:
            day = FIRST
        number = len(found)
        if number % CONFIRMED_EACH:
            found.append(
                _event("AttendanceMarked", number, "urn-900001", [_UPN], day, school="900001", am="/", pm="\\")
            )
        else:
            found.append(_event("InvolvementConfirmed", number, "la-808", both, day, **work))
    return found


class Child:
    """One measurement, from an empty server to a result."""

    def __init__(self, settings: Settings, events: int, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._events = events
        self._clock = clock
        self._tell = tell

    def run(self) -> dict[str, Any]:
        """Measure; the result as a document. Raises Misuse, Unreachable, IcrError when not all is accepted."""
        with a_database(self._settings, self._clock, self._tell) as used, ExitStack() as stack:
            service = used.service("child")
            self._tell("recording")
            self._record(service)
            children = ChildRecords(service)
            stack.callback(children.close)
            subjects = Subjects(service.keys, Hashes(service.keys))
            record, _ = children.record_of(f"upn:{_UPN['value']}", subjects)
            self._tell("rebuilding")
            timed = {"floor": _Floor(stack, service, record).open, "child": lambda: children.child(record)}
            took = _in_turns(timed)
            middle = {name: round(statistics.median(each), 2) for name, each in took.items()}
            return {
                "bench": "child",
                "cpu_milliseconds": middle,
                "cpu_milliseconds_least": {name: round(min(each), 2) for name, each in took.items()},
                "ratios": {"child_to_floor": round(middle["child"] / middle["floor"], 1)},
                "conditions": {**machine(), **versions(used.url, "none"), "events": self._events, "rounds": ROUNDS},
            }

    def _record(self, service: Service) -> None:
        recorder = service.recorder()
        try:
            events = life(self._events)
            for first in range(0, len(events), BATCH):
                outcomes = recorder.record([Message(one) for one in events[first : first + BATCH]])
                if any(one.outcome != ACCEPTED for one in outcomes):
                    raise IcrError("an event of the measurement was not accepted")
        finally:
            recorder.close()


class _Floor:
    """All that is tied to a record, fetched and opened, and nothing done with it."""

    def __init__(self, stack: ExitStack, service: Service, record: UUID) -> None:
        self._connection = stack.enter_context(service.connect())
        self._recorder = LogRecorder(lambda: nullcontext(self._connection), service.keys)
        self._reader = LogReader(self._connection, service.keys)
        self._record = record

    def open(self) -> int:
        """How many events there are."""
        count = 0
        for member in tied(self._connection, [self._record]):
            rows = self._recorder.select_events(member)
            held = ((one.originator_version, member, one.topic, one.state) for one in rows)
            count += sum(1 for _ in self._reader.unsealed(held))
        return count


def _in_turns(timed: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """CPU milliseconds of this process for each, taken in turns so that all see the same machine; the first round is left out."""
    took: dict[str, list[float]] = {name: [] for name in timed}
    before = gc.get_threshold()
    gc.set_threshold(20_000, 10, 10)  # as the process of the API has it
    try:
        for number in range(ROUNDS + 1):
            for name, work in timed.items():
                began = time.process_time()
                work()
                if number:
                    took[name].append(1000 * (time.process_time() - began))
    finally:
        gc.set_threshold(*before)
    return took


def tables(found: dict[str, Any]) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    """The result for a person."""
    names = {"floor": "its rows, fetched and opened", "child": "the child, rebuilt"}
    rows: list[tuple[object, ...]] = [
        (names[name], middle, found["cpu_milliseconds_least"][name])
        for name, middle in found["cpu_milliseconds"].items()
    ]
    ratios: list[tuple[object, ...]] = list(found["ratios"].items())
    conditions: list[tuple[object, ...]] = [(name, str(value)) for name, value in found["conditions"].items()]
    return [
        ("processor time of one child", ("", "ms", "least"), rows),
        ("ratios", ("ratio", "median"), ratios),
        ("conditions", ("condition", "value"), conditions),
    ]
