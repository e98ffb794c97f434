"""`icr bench ask`: how long answers take, as the API process asks for them, held against a bare read by primary key.

The log and the views are filled in this process, batch by batch and edition by edition. Then each question is asked of
children, workers and areas drawn at random, now and as of a position half way, over one connection of the pool that
the API uses. Before each, on the same connection, one event is read by its primary key.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from statistics import median
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.disclosure.disclosing import Access
from adapters.intake.kafka.topics import sector_of
from adapters.log.connections import Work, connect
from adapters.log.messages import Counts
from adapters.log.messages import Message as Recorded
from adapters.log.pool import ReadPool
from adapters.process.clock import Clock
from adapters.process.settings import Settings
from adapters.questions.door import Door
from adapters.service.opened import Service
from domain.access.viewer import LOCAL_OPERATOR
from domain.questions import about
from domain.questions.asking import Question
from tools.bench.checks import views_equal_reference
from tools.bench.processes import machine
from tools.bench.report import BARE, answers_document
from tools.bench.servers_used import Tell, a_database
from tools.bench.versions import versions
from tools.bench.workload import SEED, Message, Mix, Workload, children_of

BATCH: Final = 2_000
MOST: Final = 1_000  # times a question is asked
LEAST: Final = 20
SECONDS: Final = 10.0  # after which a question is asked no more, but for the least
UNMEASURED: Final = 10
_KEYS: Final = "SELECT originator_id, originator_version FROM log.event WHERE notification_id = ANY(%s)"
_READ: Final = "SELECT state FROM log.event WHERE originator_id = %s AND originator_version = %s"

AsOf = Mapping[str, Any]  # the day asked about, and as known when
# Asks of somebody, as of then, and where it is about news since a position.
ToAsk = Callable[[str, AsOf, str], Question[Any]]
# What is asked: of whom, how, and what of the answer is counted.
QUESTIONS: Final[dict[str, tuple[str, ToAsk, str]]] = {
    "timeline": ("children", lambda who, at, _: about.ShowTimeline(identifier=who, **at), "entries"),
    "caseload": ("workers", lambda who, at, _: about.ShowCaseload(worker=who, **at), "children"),
    "changes": ("workers", lambda who, at, since: about.ShowChanges(worker=who, since=since, **at), "children"),
    "handover": ("workers", lambda who, at, _: about.ShowHandover(worker=who, **at), "children"),
    "gaps_by_area": ("areas", lambda who, at, _: about.ListGaps(area=who, **at), "gaps"),
    "families_by_area": ("areas", lambda who, at, _: about.ListFamilies(area=who, **at), "families"),
}
# The share of all events that is new where it is asked what changed: some days of a year's.
NEWS: Final = 0.02


@dataclass(frozen=True, slots=True)
class _Moment:
    """As known at which position, None for now; as at which day; and since which position there is news."""

    known_at: str | None
    day: date
    since: str


@dataclass(slots=True)
class _Seen:
    """Whom to ask about, and which day it was when, from the events as they are made."""

    count: int = 0
    history: bool = True
    days: list[tuple[int, date]] = field(default_factory=list)
    children: set[str] = field(default_factory=set)
    workers: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)

    def see(self, event: dict[str, Any]) -> None:
        """Note what an event names."""
        self.count += 1
        day = event["recorded_at"].date()
        if not self.days or self.days[-1][1] != day:
            self.days.append((self.count, day))
        if self.history and "subject" in event:
            first = event["subject"]["identifiers"][0]
            self.children.add(f"{first['scheme']}:{first['value']}")
        if worker := event.get("worker"):
            self.workers.add(f"{worker['organisation']}:{worker['staff_id']}")
        if postcode := (event.get("address") or {}).get("postcode"):
            self.areas.add(postcode.split()[0])

    def day_at(self, count: int) -> date:
        """The day on which so many events had been made."""
        return max(day for first, day in self.days if first <= max(1, count))


class Ask:
    """One measurement, from an empty server to a result."""

    def __init__(self, settings: Settings, events: int, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._events = events
        self._clock = clock
        self._tell = tell
        self._seen = _Seen()

    def run(self) -> dict[str, Any]:
        """Measure; the result as a document. Raises Misuse, Unreachable, or Wrong when the views are not right."""
        conditions = machine()
        with a_database(self._settings, self._clock, self._tell) as ground:
            service = ground.service("ask")
            today = self._clock.now().date()
            workload = Workload(Mix.AREA, self._events, today, children_of(self._events), self._seen.see)
            accepted = self._load(service, workload)
            self._tell("asking")
            then = accepted // 2
            measured = self._measure(service, then)
            self._tell("checking the views against the reference")
            with service.connect() as connection:
                compared = views_equal_reference(connection, service.keys)
            return answers_document(
                measured,
                {
                    **conditions,
                    **versions(ground.url, "none"),
                    "measured_on": today.isoformat(),
                    "events_asked_for": self._events,
                    "events_accepted": accepted,
                    "share_of_marks": round(workload.marks_share, 3),
                    "children": workload.children,
                    "edition": self._settings.edition_size,
                    "effective_at": {"now": self._day().isoformat(), "then": self._seen.day_at(then).isoformat()},
                    "known_at": {"now": accepted, "then": then},
                    "connection": "one of the pool that the API uses, looked at before each answer, which is in the time",
                    "checked": {"views_equal_reference": True, "children_compared": compared},
                    "vacuumed": "after loading, as a server that has been running would be",
                },
            )

    def _load(self, service: Service, workload: Workload) -> int:
        """Everything into the log and the views; how many events were accepted."""
        self._tell("loading")
        recorder, projector, counts = service.recorder(), service.projector(), Counts()
        told = time.monotonic()
        try:
            history = workload.history()
            self._seen.history = False
            for batch in _batches(history, workload, self._events):
                counts.add(recorder.record([Recorded(value, sector_of(topic)) for topic, _, value in batch]))
                projector.project()
                if time.monotonic() - told > 10:
                    told = time.monotonic()
                    self._tell(f"loading: {counts.read} of {self._events} events")
        finally:
            recorder.close()
            projector.close()
        with connect(service.database_url, Work.REBUILD) as connection:
            connection.execute("VACUUM (ANALYZE)")
        return counts.accepted

    def _day(self) -> date:
        return self._seen.day_at(self._seen.count)

    def _measure(self, service: Service, then: int) -> dict[str, dict[str, Any]]:
        pool = ReadPool(service.database_url, 1)
        pool.open()
        try:
            door = Door(service, pool.connection, _Undisclosed())
            draw = random.Random(SEED)  # noqa: S311 - nothing secret is drawn
            read = _Read(pool, draw, 2 * then)
            new = round(2 * then * NEWS)
            moments = {
                "now": _Moment(None, self._day(), str(2 * then - new)),
                "then": _Moment(str(then), self._seen.day_at(then), str(max(0, then - new))),
            }
            found: dict[str, dict[str, Any]] = {}
            for name, (whom, ask, counted) in QUESTIONS.items():
                those = sorted(getattr(self._seen, whom))
                for when, moment in moments.items():
                    self._tell(f"{name}, {when}")
                    drawn = draw.choices(those, k=UNMEASURED + MOST)
                    found[f"{name}_{when}"] = _asked(door, read, drawn, ask, moment, counted)
            return {BARE: {**_percentiles(read.took), "answer": 1}, **found}
        finally:
            pool.close()


class _Undisclosed:
    """Writes no entry: answers are measured alone here, without what it costs to log them."""

    def disclose(self, _connection: psycopg.Connection[Any], _access: Access) -> UUID:
        """The id of no entry."""
        return UUID(int=0)


class _Read:
    """A bare read by primary key, of an event drawn at random."""

    def __init__(self, pool: ReadPool, draw: random.Random, events: int) -> None:
        self._pool = pool
        self._draw = draw
        wanted = [draw.randint(1, max(1, events)) for _ in range(5000)]
        with pool.connection() as connection:
            self._keys = connection.execute(_KEYS, (wanted,)).fetchall()
        self.took: list[float] = []

    def time(self, *, measured: bool) -> None:
        """Read one and note how long it took, with the statement prepared by another read just before."""
        before, key = self._draw.choices(self._keys, k=2)
        with self._pool.connection() as connection:
            connection.execute(_READ, before, prepare=True).fetchone()
            began = time.perf_counter()
            row = connection.execute(_READ, key, prepare=True).fetchone()
            seconds = time.perf_counter() - began
        assert row is not None
        if measured:
            self.took.append(seconds)


def _asked(door: Door, read: _Read, drawn: list[str], ask: ToAsk, moment: _Moment, counted: str) -> dict[str, Any]:
    """Percentiles of a question's times, in milliseconds, and how long its middle answer is."""
    took: list[float] = []
    sizes: list[int] = []
    end = time.monotonic() + SECONDS
    for number, who in enumerate(drawn):
        measured = number >= UNMEASURED
        read.time(measured=measured)
        began = time.perf_counter()
        as_of = {"effective_at": moment.day, "known_at": moment.known_at}
        answered = door.answer(ask(who, as_of, moment.since), LOCAL_OPERATOR)
        seconds = time.perf_counter() - began
        if measured:
            took.append(seconds)
            sizes.append(len(answered.content[counted]) if answered else 0)
        if len(took) >= LEAST and time.monotonic() > end:
            break
    return {**_percentiles(took), "answer": round(median(sizes)), "answer_counts": counted}


def _percentiles(took: list[float]) -> dict[str, Any]:
    """By nearest rank."""
    ranked = sorted(took)
    at = {name: ranked[min(len(ranked) - 1, int(share * len(ranked)))] for name, share in (("p50", 0.5), ("p99", 0.99))}
    return {**{name: round(seconds * 1000, 3) for name, seconds in at.items()}, "asked": len(took)}


def _batches(history: list[Message], workload: Workload, events: int) -> Iterator[list[Message]]:
    """The history, then what follows until there are so many events."""
    made, feed = 0, iter(history)
    while batch := list(islice(feed, BATCH)):
        made += len(batch)
        yield batch
    while made < events and (batch := workload.following(min(BATCH, events - made))):
        made += len(batch)
        yield batch


__all__ = ["QUESTIONS", "Ask"]
