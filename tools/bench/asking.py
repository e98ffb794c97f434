"""`icr bench ask`: how long answers take, as the API process asks for them, held against a bare read by primary key.

The log and the views are filled in this process, batch by batch and edition by edition. Then each question is asked of
children, workers and areas drawn at random, now and as of a position half way, over one connection of the pool that
the API uses. Before each, on the same connection, one event is read by its primary key.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any, Final

from adapters.log.pool import ReadPool
from adapters.process.clock import Clock
from adapters.process.settings import Settings
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.questions import about
from domain.questions.asking import Question
from tools.bench.checks import views_equal_reference
from tools.bench.loading import Loaded, Undisclosed, load
from tools.bench.processes import machine
from tools.bench.report import BARE, answers_document
from tools.bench.servers_used import Tell, a_database
from tools.bench.versions import versions
from tools.bench.workload import SEED, children_of

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


class Ask:
    """One measurement, from an empty server to a result."""

    def __init__(self, settings: Settings, events: int, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._events = events
        self._clock = clock
        self._tell = tell

    def run(self) -> dict[str, Any]:
        """Measure; the result as a document. Raises Misuse, Unreachable, or Wrong when the views are not right."""
        conditions = machine()
        with a_database(self._settings, self._clock, self._tell) as ground:
            loaded = load(ground, "ask", self._events, children_of(self._events), self._clock, self._tell)
            service, accepted, seen = loaded.service, loaded.accepted, loaded.seen
            self._tell("asking")
            then = accepted // 2
            measured = self._measure(loaded, then)
            self._tell("checking the views against the reference")
            with service.connect() as connection:
                compared = views_equal_reference(connection, service.keys)
            return answers_document(
                measured,
                {
                    **conditions,
                    **versions(loaded.url, "none"),
                    "measured_on": self._clock.now().date().isoformat(),
                    "events_asked_for": self._events,
                    "events_accepted": accepted,
                    "share_of_marks": round(loaded.workload.marks_share, 3),
                    "children": loaded.workload.children,
                    "edition": self._settings.edition_size,
                    "effective_at": {"now": seen.last_day.isoformat(), "then": seen.day_at(then).isoformat()},
                    "known_at": {"now": accepted, "then": then},
                    "connection": "one of the pool that the API uses, looked at before each answer, which is in the time",
                    "checked": {"views_equal_reference": True, "children_compared": compared},
                    "vacuumed": "after loading, as a server that has been running would be",
                },
            )

    def _measure(self, loaded: Loaded, then: int) -> dict[str, dict[str, Any]]:
        service, seen = loaded.service, loaded.seen
        pool = ReadPool(service.database_url, 1)
        pool.open()
        try:
            door = Door(service, pool.connection, Undisclosed())
            draw = random.Random(SEED)  # noqa: S311 - nothing secret is drawn
            read = _Read(pool, draw, 2 * then)
            new = round(2 * then * NEWS)
            moments = {
                "now": _Moment(None, seen.last_day, str(2 * then - new)),
                "then": _Moment(str(then), seen.day_at(then), str(max(0, then - new))),
            }
            found: dict[str, dict[str, Any]] = {}
            for name, (whom, ask, counted) in QUESTIONS.items():
                those = sorted(getattr(seen, whom))
                for when, moment in moments.items():
                    self._tell(f"{name}, {when}")
                    drawn = draw.choices(those, k=UNMEASURED + MOST)
                    found[f"{name}_{when}"] = _asked(door, read, drawn, ask, moment, counted)
            return {BARE: {**_percentiles(read.took), "answer": 1}, **found}
        finally:
            pool.close()


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


__all__ = ["QUESTIONS", "Ask"]
