"""`icr bench ingest`: one run on a real Kafka and a durable PostgreSQL, in rounds that take turns on the same bytes.

While one of them is measured, the others are held (SIGSTOP); what it is measured on is in the broker beforehand. A
round has two slices. Of the first the floor and `icr consume` take their turns, then `icr project` catches up alone; of
the second the floor and both workers at once. The library's own ways take some events of each round.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from adapters.log.connections import Work, connect
from adapters.log.keys.key_file import load_or_create
from adapters.process.clock import Clock
from adapters.process.settings import Settings
from tools.bench.checks import views_equal_rebuild, views_equal_reference
from tools.bench.figures import Figures
from tools.bench.processes import Measured, machine
from tools.bench.report import document
from tools.bench.sampled import seconds as seconds_by_part
from tools.bench.servers_used import ServersUsed, Tell
from tools.bench.statements import slowest
from tools.bench.versions import versions
from tools.bench.workload import Mix, Slice, Workload

FEWEST_EVENTS: Final = 2_000
ROUNDS: Final = 4
LARGEST_SLICE: Final = 20_000
SAVED_A_ROUND: Final = 250
APART: Final = 10  # the two sizes at which memory is looked at
PROCESSES: Final = (
    "icr consume and icr project (held in turn), Kafka, PostgreSQL, floor, save_each, runner; icr rebuild at the end"
)
PEAK_RSS: Final = (
    "VmHWM of /proc/PID/status, in MiB: the most resident memory that a process ever held, shared pages counted in each; "
    f"at two sizes {APART} times apart, of icr consume in the first load, of the others since the run's start"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What to measure: about so many events on each of the paths; `children` None for as many as figures want."""

    events: int
    mix: Mix
    batch: int
    profile: bool = False
    children: int | None = None

    @property
    def rounds(self) -> int:
        """How many rounds; a round's slice has at most LARGEST_SLICE events, so that memory does not go with them."""
        return max(ROUNDS, -(-self.events // LARGEST_SLICE))

    @property
    def slice_size(self) -> int:
        """Events of a slice."""
        return max(FEWEST_EVENTS, self.events) // self.rounds


class Ingest:
    """One measurement, from empty servers to a result."""

    def __init__(self, settings: Settings, ask: Ask, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._ask = ask
        self._clock = clock
        self._tell = tell
        self._figures = Figures()
        self._memory: dict[str, dict[str, float]] = {}
        self._parts: dict[str, dict[str, float]] = {}
        self._stack = ExitStack()

    def run(self) -> dict[str, Any]:
        """Measure; the document of contract 4. Raises Misuse, Unreachable, or Wrong when an answer is not right."""
        conditions = machine()
        with self._stack:
            self._open()
            self._load()
            for number in range(self._ask.rounds):
                self._tell(f"round {number + 1} of {self._ask.rounds}")
                self._round(number)
            checked = self._check()
            self._cold()
            return self._document(conditions, checked)

    def _open(self) -> None:
        self._tell("starting Kafka and PostgreSQL")
        ask = self._ask
        self._ground = ground = ServersUsed(self._stack, self._settings, self._clock, profile=ask.profile)
        self._workload = Workload(ask.mix, 2 * ask.rounds * ask.slice_size, self._clock.now().date(), ask.children)
        self._warm = ground.start_kafka("warm", ask.batch)
        self._floor = ground.contest("floor", "floor", batch=ask.batch)
        self._save_each = ground.contest("save_each", "save_each", limit=SAVED_A_ROUND)
        self._runner = ground.contest("runner", "runner", limit=SAVED_A_ROUND)

    # ---- what comes before: records and keys get known, programs and caches warm

    def _load(self) -> None:
        self._tell("loading the area's history")
        embedded = self._ground.embedded
        history = self._workload.history()
        self._all = len(history) + 2 * self._ask.rounds * self._ask.slice_size
        if embedded:  # it holds so little that somebody has to take it while it is published
            self._start()
            self._warm.await_idle("consume")
        part = self._ground.publish(self._workload, history)
        taken = self._floor.take(part)
        if not embedded:
            self._start()
        # Timed from the first batch on: before that the consumer joins its group.
        began, before = 0.0, 0
        for seen in self._warm.until_recorded(self._ground.cluster, part):
            if not before and seen:
                before, began = seen, time.perf_counter()
        self._warm.await_views(self._see_small)
        if not embedded:
            self._figures.add("views_cold", time.perf_counter() - began, part.events - before)
            self._figures.add("floor_of_views_cold", taken["seconds"], taken["events"])
        self._known = self._warm.row("SELECT count(*) FROM log.subject")[0]

    def _start(self) -> None:
        self._looks = self._ground.folder / "looks"
        self._consume = self._warm.start("consume", looks=self._looks if self._ask.profile else None)
        self._project = self._warm.start("project")

    def _see_small(self, position: int) -> None:
        """Memory at the smaller of the two sizes; of the consumer it is seen in the first load."""
        small = _after(self._all // APART)
        if position >= self._all // APART and small not in self._memory:
            self._memory[small] = self._held()

    # ---- rounds

    def _round(self, number: int) -> None:
        first = self._published()
        self._in_turn(number, first, "floor_of_log", lambda: self._log(first))
        seconds = self._timed([self._project], self._warm.await_views, "project")
        self._figures.add("project", seconds, first.events)
        second = self._published()
        self._in_turn(number, second, "floor_of_views", lambda: self._views(second))
        saved = self._save_each.take(second)
        self._figures.add("save_each", saved["seconds"], saved["events"])
        ran = self._runner.take(second)
        self._figures.add("runner", ran["seconds"], ran["events"])
        self._figures.add("runner_alone", ran["alone_seconds"], ran["alone_events"])

    def _published(self) -> Slice:
        """A slice in the broker, with the workers held."""
        messages = self._workload.following(self._ask.slice_size)
        self._warm.await_views(self._see_small)
        self._consume.hold()
        self._project.hold()
        return self._ground.publish(self._workload, messages)

    def _in_turn(self, number: int, part: Slice, floor: str, ours: Callable[[], None]) -> None:
        """The floor and ours on the same slice, whose turn is first changing from round to round."""
        if number % 2:
            ours()
        taken = self._floor.take(part)
        self._figures.add(floor, taken["seconds"], taken["events"])
        if not number % 2:
            ours()

    def _log(self, part: Slice) -> None:
        seconds = self._timed([self._consume], lambda: self._ground.await_recorded(self._warm, part), "log")
        self._figures.add("log", seconds, part.events)

    def _views(self, part: Slice) -> None:
        def recorded_and_shown() -> None:
            self._ground.await_recorded(self._warm, part)
            self._warm.await_views()

        seconds = self._timed([self._consume, self._project], recorded_and_shown, "views")
        self._figures.add("views", seconds, part.events)

    def _timed(self, workers: list[Measured], wait: Callable[[], None], path: str) -> float:
        """Let some workers go until something is done; wall seconds, with processor time noted by process."""
        before, looked = self._processor(), seconds_by_part(self._looks)
        began = time.perf_counter()
        for worker in workers:
            worker.let_go()
        wait()
        seconds = time.perf_counter() - began
        for name, spent in self._processor().items():
            self._figures.cpu.setdefault(f"{path}: {name}", []).append(
                (spent - before[name]) / self._ask.slice_size * 1e6
            )
        spent_in = self._parts.setdefault(path, dict.fromkeys(looked, 0.0))
        for part, since in seconds_by_part(self._looks).items():
            spent_in[part] += since - looked[part]
        return seconds

    def _processor(self) -> dict[str, float]:
        ours = {"icr consume": self._consume.cpu_seconds(), "icr project": self._project.cpu_seconds()}
        return {**ours, **self._ground.cpu_seconds()}

    # ---- what comes after

    def _check(self) -> dict[str, Any]:
        self._tell("checking the views against the reference and a rebuild")
        warm = self._warm
        warm.await_views()
        self._memory[_after(self._all)] = self._held()
        self._memory["at the end of the rounds"] = {"icr consume": self._consume.peak_mib()}
        self._counts = warm.row("SELECT (SELECT count(*) FROM log.event), (SELECT count(*) FROM log.aside)")
        self._statements = slowest(warm.url, self._workload.events) if self._ask.profile else []
        warm.end("consume")
        warm.end("project")
        with connect(warm.url, Work.REBUILD) as connection:
            children_checked = views_equal_reference(connection, load_or_create(warm.folder / "keys"))
            seconds = warm.run("rebuild")
            tables = views_equal_rebuild(connection)
        self._figures.add("rebuild", seconds, self._counts[0])
        return {
            "views_equal_reference": True,
            "children_compared": children_checked,
            "views_equal_rebuild": True,
            "tables_compared": tables,
        }

    def _cold(self) -> None:
        """A first load: a new deployment takes all that was published, knowing nobody; so does a new floor."""
        if self._ground.embedded:
            return  # it forgets what is old
        self._tell("a first load from nothing")
        everything = self._workload.everything
        floor = self._ground.contest("floor", "cold_floor", batch=self._ask.batch)
        taken = floor.take(everything)
        self._figures.add("floor_of_cold", taken["seconds"], taken["events"])
        cold = self._ground.deploy("cold")
        consume = cold.start("consume")
        # Timed from its first batch on: before that it joins its group.
        began, before, seen = 0.0, 0, 0
        for seen in cold.until_recorded(self._ground.cluster, everything):
            if not before and seen:
                before, began = seen, time.perf_counter()
            if seen >= self._all // APART:
                self._memory[_after(self._all // APART)].setdefault("icr consume", consume.peak_mib())
        self._figures.add("log_cold", time.perf_counter() - began, seen - before)
        self._memory[_after(self._all)]["icr consume"] = consume.peak_mib()
        cold.end("consume")

    def _held(self) -> dict[str, float]:
        """The most memory that each process held so far, but for the consumer."""
        contestants = {"floor": self._floor, "save_each": self._save_each, "runner": self._runner}
        found = {name: one.measured.peak_mib() for name, one in contestants.items()}
        return {"icr project": self._project.peak_mib(), **found, **self._ground.peak_mib()}

    def _document(self, conditions: dict[str, object], checked: dict[str, Any]) -> dict[str, Any]:
        found = document(
            "ingest",
            self._figures,
            self._memory,
            {
                **conditions,
                **versions(self._ground.url, self._ground.kafka),
                "measured_on": self._clock.now().date().isoformat(),
                "mix": self._ask.mix.value,
                "events_measured_on_each_path": self._ask.rounds * self._ask.slice_size,
                "rounds": self._ask.rounds,
                "events_published": self._workload.events,
                "events_accepted": self._counts[0],
                "events_kept_or_in_conflict": self._counts[1],
                "share_of_marks": round(self._workload.marks_share, 3),
                "bytes_an_event": round(self._workload.bytes / max(1, self._workload.events)),
                "children": self._workload.children,
                "records_known_beforehand": self._known,
                "batch": self._ask.batch,
                "edition": self._settings.edition_size,
                "checked": checked,
                "processes": PROCESSES,
                "peak_rss": PEAK_RSS,
            },
            self._statements,
        )
        if self._ask.profile:
            found["consume_us_an_event"] = self._by_part()
        return found

    def _by_part(self) -> dict[str, dict[str, float]]:
        """What the consumer was at: microseconds an event by part, over all rounds of a path."""
        events = self._ask.rounds * self._ask.slice_size
        return {
            path: {part: round(spent / events * 1e6, 1) for part, spent in each.items()}
            for path, each in self._parts.items()
        }


def _after(events: int) -> str:
    return f"after {events} events"
