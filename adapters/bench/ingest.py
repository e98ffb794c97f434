"""`icr bench ingest`: one run on a real Kafka and a durable PostgreSQL, in rounds that take turns on the same bytes.

While one of them is measured, the others are held (SIGSTOP); what it is measured on is in the broker beforehand. A
round has two slices. Of the first the floor and `icr consume` take their turns, then `icr project` catches up alone; of
the second the floor and both workers at once. The library's own way takes some events of each round.
"""

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg

from adapters.bench.broker import GROUP, Broker, broker
from adapters.bench.checks import views_equal_rebuild, views_equal_reference
from adapters.bench.contestant import Contestant
from adapters.bench.figures import Figures
from adapters.bench.processes import Measured, children, cpu_seconds, machine
from adapters.bench.report import document
from adapters.bench.shipped import Shipped, new_database
from adapters.bench.statements import slowest, watch
from adapters.bench.versions import versions
from adapters.bench.workload import Mix, Slice, Workload
from adapters.clock import Clock
from adapters.embedded import servers
from adapters.embedded.postgres import PostgresServer
from adapters.kafka.producer import KafkaProducer
from adapters.kafka.topics import cluster_name, ensure_topics
from adapters.settings import Settings
from adapters.store.keys import load_or_create

FEWEST_EVENTS: Final = 2_000
ROUNDS: Final = 4
LARGEST_SLICE: Final = 20_000
SAVED_A_ROUND: Final = 250
APART: Final = 10  # the two sizes at which memory is looked at

Tell = Callable[[str], None]


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
            self._note_memory("at the end")
            return self._document(conditions, checked)

    # ---- servers and processes

    def _open(self) -> None:
        self._tell("starting Kafka and PostgreSQL")
        ask, stack = self._ask, self._stack
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="icr-bench-")))
        folder.chmod(0o711)  # the server's account must get through
        self._folder = folder
        options = watch() if ask.profile else {}
        self._server = PostgresServer(folder / "postgres", durable=True, options=options)
        url = self._server.start()
        stack.callback(self._server.stop)
        self._broker: Broker = stack.enter_context(broker(self._settings))
        self._embedded = self._broker.bootstrap_servers is None
        self._workload = Workload(ask.mix, 2 * ask.rounds * ask.slice_size, self._clock.now().date(), ask.children)
        self._warm = self._deploy("warm", url)
        self._incarnation: str | None = None
        bootstrap = self._broker.bootstrap_servers
        if bootstrap is None:
            embedded = self._settings.model_copy(update={"data_dir": self._warm.folder, "database_url": self._warm.url})
            found = stack.enter_context(servers(embedded, broker=True))
            bootstrap, self._incarnation = found.bootstrap_servers or "", found.incarnation
        else:
            ensure_topics(bootstrap)
        self._bootstrap = bootstrap
        self._cluster = cluster_name(bootstrap, self._incarnation)
        self._producer = KafkaProducer(bootstrap, embedded=self._embedded)
        self._floor = self._contest("adapters.bench.floor", new_database(url, "floor"), batch=ask.batch)
        self._save_each = self._contest("adapters.bench.save_each", new_database(url, "save_each"), limit=SAVED_A_ROUND)
        self._url = url

    def _deploy(self, name: str, url: str) -> Shipped:
        environment = {"ICR_BATCH_SIZE": str(self._ask.batch), "ICR_KAFKA_GROUP": f"{GROUP}-{name}"}
        if self._broker.bootstrap_servers is not None:
            environment["ICR_KAFKA_BOOTSTRAP_SERVERS"] = self._broker.bootstrap_servers
        shipped = Shipped(self._folder / name, new_database(url, name), environment, self._clock)
        self._stack.callback(shipped.close)
        return shipped

    def _contest(self, module: str, url: str, **settings: int) -> Contestant:
        about = {"url": url, "bootstrap_servers": self._bootstrap, "embedded": self._embedded, **settings}
        contestant = Contestant(module, about)
        self._stack.callback(contestant.close)
        return contestant

    # ---- what comes before: records and keys get known, programs and caches warm

    def _load(self) -> None:
        self._tell("loading the area's history")
        self._consume = self._warm.start("consume")
        self._project = self._warm.start("project")
        self._warm.await_idle("consume")
        history = self._workload.history()
        self._all = len(history) + 2 * self._ask.rounds * self._ask.slice_size
        part = self._workload.publish(self._producer, history)
        self._floor.take(part)
        self._await(self._warm, part)
        self._warm.await_views(self._see_small)
        self._known = self._warm.row("SELECT count(*) FROM log.subject")[0]

    def _see_small(self, position: int) -> None:
        """Memory of the projector at the smaller of the two sizes; of the consumer it is seen in the first load."""
        if position >= self._all // APART:
            self._memory.setdefault(_after(self._all // APART), {}).setdefault("icr project", self._project.peak_mib())

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

    def _published(self) -> Slice:
        """A slice in the broker, with the workers held."""
        messages = self._workload.following(self._ask.slice_size)
        self._warm.await_views(self._see_small)
        self._consume.hold()
        self._project.hold()
        return self._workload.publish(self._producer, messages)

    def _in_turn(self, number: int, part: Slice, floor: str, ours: Callable[[], None]) -> None:
        """The floor and ours on the same slice, whose turn is first changing from round to round."""
        if number % 2:
            ours()
        taken = self._floor.take(part)
        self._figures.add(floor, taken["seconds"], taken["events"])
        if not number % 2:
            ours()

    def _log(self, part: Slice) -> None:
        seconds = self._timed([self._consume], lambda: self._await(self._warm, part), "log")
        self._figures.add("log", seconds, part.events)

    def _views(self, part: Slice) -> None:
        def recorded_and_shown() -> None:
            self._await(self._warm, part)
            self._warm.await_views()

        seconds = self._timed([self._consume, self._project], recorded_and_shown, "views")
        self._figures.add("views", seconds, part.events)

    def _await(self, shipped: Shipped, part: Slice) -> None:
        for _ in shipped.until_recorded(self._cluster, part):
            pass

    def _timed(self, workers: list[Measured], wait: Callable[[], None], path: str) -> float:
        """Let some workers go until something is done; wall seconds, with processor time noted by process."""
        before = self._processor()
        began = time.perf_counter()
        for worker in workers:
            worker.let_go()
        wait()
        seconds = time.perf_counter() - began
        for name, spent in self._processor().items():
            self._figures.cpu.setdefault(f"{path}: {name}", []).append(
                (spent - before[name]) / self._ask.slice_size * 1e6
            )
        return seconds

    def _processor(self) -> dict[str, float]:
        spent = {
            "icr consume": self._consume.cpu_seconds(),
            "icr project": self._project.cpu_seconds(),
            "PostgreSQL": cpu_seconds(children(self._server.pid or 0)),
        }
        if self._broker.pid is not None:
            spent["Kafka"] = Measured(self._broker.pid).cpu_seconds()
        return spent

    # ---- what comes after

    def _check(self) -> dict[str, Any]:
        self._tell("checking the views against the reference and a rebuild")
        warm = self._warm
        warm.await_views()
        self._memory[_after(self._all)] = {"icr project": self._project.peak_mib()}
        self._memory["at the end of the rounds"] = {"icr consume": self._consume.peak_mib()}
        self._counts = warm.row("SELECT (SELECT count(*) FROM log.event), (SELECT count(*) FROM log.aside)")
        self._statements = slowest(warm.url, self._workload.events) if self._ask.profile else []
        warm.end("consume")
        warm.end("project")
        with psycopg.connect(warm.url, autocommit=True) as connection:
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
        if self._embedded:
            return  # it forgets what is old
        self._tell("a first load from nothing")
        everything = self._workload.everything
        floor = self._contest("adapters.bench.floor", new_database(self._url, "cold_floor"), batch=self._ask.batch)
        taken = floor.take(everything)
        self._figures.add("floor_of_cold", taken["seconds"], taken["events"])
        cold = self._deploy("cold", self._url)
        consume = cold.start("consume")
        # Timed from its first batch on: before that it joins its group.
        began, before, seen = 0.0, 0, 0
        for seen in cold.until_recorded(self._cluster, everything):
            if not before and seen:
                before, began = seen, time.perf_counter()
            if seen >= self._all // APART:
                self._memory.setdefault(_after(self._all // APART), {}).setdefault("icr consume", consume.peak_mib())
        self._figures.add("log_cold", time.perf_counter() - began, seen - before)
        self._memory[_after(self._all)]["icr consume"] = consume.peak_mib()
        cold.end("consume")

    def _note_memory(self, when: str) -> None:
        others = {"floor": self._floor.measured, "save_each": self._save_each.measured}
        if self._broker.pid is not None:
            others["Kafka"] = Measured(self._broker.pid)
        found = {name: process.peak_mib() for name, process in others.items()}
        backends = [Measured(pid) for pid in children(self._server.pid or 0)]
        found["PostgreSQL (largest process, with shared buffers)"] = max(one.peak_mib() for one in backends)
        self._memory[when] = found

    def _document(self, conditions: dict[str, object], checked: dict[str, Any]) -> dict[str, Any]:
        return document(
            self._figures,
            self._memory,
            {
                **conditions,
                **versions(self._url, self._broker.source),
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
            },
            self._statements,
        )


def _after(events: int) -> str:
    return f"after {events} events"
