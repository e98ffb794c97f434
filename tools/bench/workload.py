"""What is published while measuring: the simulator's area in wire form, cut into a load and slices of what follows."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from adapters.intake.kafka.producer import KafkaProducer
from tools.simulator import Plan, simulate, wire

START: Final = date(2024, 9, 2)
SEED: Final = 20_240_902
FEWEST_CHILDREN: Final = 4_000
# Children of the mix in which each is marked once a day, as many as schools of a large authority mark in one morning.
SCHOOL_DAY_CHILDREN: Final = 40_000
# Events that one child brings in a year, less than it does, so that the stream does not run dry.
_YEARLY: Final = {"area": 120.0, "without-marks": 0.9, "school-day": 120.0}
# Events for each child after what agencies held before the first day: of a school day's children some days are known.
_KNOWN: Final = {"area": 1, "without-marks": 1, "school-day": 10}

Message = tuple[str, bytes, bytes]
Place = tuple[str, int]  # topic and partition
Offsets = dict[Place, int]


def children_of(events: int) -> int:
    """How many children an area has whose history and school days make so many events, if not very few."""
    return max(60, min(FEWEST_CHILDREN, events // 25))


class Mix(StrEnum):
    """Of what the stream is made.

    In `area` few children come again and again within an edition, which is kind to it; in `school-day` there are so many
    that each comes once a day.
    """

    AREA = "area"
    WITHOUT_MARKS = "without-marks"
    SCHOOL_DAY = "school-day"


@dataclass(frozen=True, slots=True)
class Slice:
    """Messages in the broker: from which offset to before which, in each partition."""

    first: Offsets
    end: Offsets
    events: int


class Workload:
    """An area's stream of messages, taken from the front, and where in the broker they went.

    The area is the same however many events are asked for, unless its years are too short: what grows with the size
    of a measurement is the number of events and not of children.
    """

    def __init__(
        self,
        mix: Mix,
        events: int,
        today: date,
        children: int | None = None,
        see: Callable[[dict[str, Any]], None] = lambda _: None,
    ) -> None:
        years = (today - START).days / 365.25
        fewest = SCHOOL_DAY_CHILDREN if mix is Mix.SCHOOL_DAY else FEWEST_CHILDREN
        self.children = children or max(fewest, round(events / (_YEARLY[mix] * years)))
        self._known = _KNOWN[mix]
        self._plan = Plan("Northmoor", self.children, START, today, SEED, marks=mix is not Mix.WITHOUT_MARKS)
        self._live = False
        self._see = see
        self._messages = wire(self._noted(simulate(self._plan)))
        self._offsets: Offsets = {}
        self.events = 0
        self.bytes = 0
        self.types: Counter[str] = Counter()

    def _noted(self, events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for event in events:
            self._live = event["mode"] != "backfill"
            self.types[event["event_type"]] += 1
            self._see(event)
            yield event

    def history(self) -> list[Message]:
        """All that agencies held before the first day, then as many events as make every child's keys known, or more."""
        found = []
        for message in self._messages:
            found.append(message)
            if self._live:
                break
        found.extend(islice(self._messages, self._known * self.children))
        return found

    def following(self, count: int) -> list[Message]:
        """The next events, fewer when the years are over."""
        return list(islice(self._messages, count))

    def publish(self, producer: KafkaProducer, messages: list[Message]) -> Slice:
        """Send messages and wait until all are acknowledged."""
        first = dict(self._offsets)
        for topic, key, value in messages:
            producer.send(topic, key, value, _ignore)
            self.bytes += len(value)
        producer.flush()
        self._offsets.update(producer.delivered)
        self.events += len(messages)
        end = dict(self._offsets)
        return Slice({place: first.get(place, 0) for place in end}, end, len(messages))

    @property
    def everything(self) -> Slice:
        """All that was published."""
        return Slice(dict.fromkeys(self._offsets, 0), dict(self._offsets), self.events)

    @property
    def marks_share(self) -> float:
        """Share of attendance marks among the events made so far."""
        return self.types["AttendanceMarked"] / max(1, self.types.total())


def _ignore(_acknowledged: bool) -> None:
    """KafkaProducer keeps count itself, and raises when messages are no longer acknowledged."""
