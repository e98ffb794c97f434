"""`icr bench rebuild`: how long `icr rebuild` takes for each event of the log, held against the floor of the same events.

The events come in by the shipped workers, as they would. A round is the floor, a new one, on all of them, then one
`icr rebuild` of all views: the whole command, with its start.
"""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

from adapters.log.connections import Work, connect
from adapters.process.clock import Clock
from adapters.process.settings import Settings
from tools.bench.checks import views_equal_rebuild
from tools.bench.figures import Figures
from tools.bench.ingest import LARGEST_SLICE
from tools.bench.processes import machine
from tools.bench.report import document
from tools.bench.servers_used import ServersUsed, Tell
from tools.bench.shipped import Shipped
from tools.bench.statements import forget, slowest
from tools.bench.versions import versions
from tools.bench.workload import Mix, Workload, children_of

ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class AskRebuild:
    """What to measure: a log of so many events."""

    events: int
    mix: Mix
    batch: int
    profile: bool = False


class Rebuild:
    """One measurement, from empty servers to a result."""

    def __init__(self, settings: Settings, ask: AskRebuild, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._ask = ask
        self._clock = clock
        self._tell = tell
        self._figures = Figures()

    def run(self) -> dict[str, Any]:
        """Measure; raises Misuse, Unreachable, or Wrong when the rebuilt views differ."""
        conditions, ask = machine(), self._ask
        with ExitStack() as stack:
            self._tell("starting Kafka and PostgreSQL")
            ground = ServersUsed(stack, self._settings, self._clock, profile=ask.profile)
            shipped = ground.start_kafka("rebuild", ask.batch)
            children = children_of(ask.events) if ask.mix is Mix.AREA else None
            workload = Workload(ask.mix, ask.events, self._clock.now().date(), children)
            self._load(ground, shipped, workload)
            if ask.profile:
                forget(shipped.url)
            (accepted,) = shipped.row("SELECT count(*) FROM log.event")
            for number in range(ROUNDS):
                self._tell(f"rebuild {number + 1} of {ROUNDS}")
                if not ground.embedded:
                    self._floor(ground, workload, number)
                self._figures.add("rebuild", shipped.run("rebuild"), accepted)
            with connect(shipped.url, Work.REBUILD) as connection:
                tables = views_equal_rebuild(connection)
            statements = slowest(shipped.url, ROUNDS * accepted) if ask.profile else []
            return document(
                "rebuild",
                self._figures,
                {},
                {
                    **conditions,
                    **versions(ground.url, ground.kafka),
                    "measured_on": self._clock.now().date().isoformat(),
                    "mix": ask.mix.value,
                    "events_published": workload.events,
                    "events_accepted": accepted,
                    "share_of_marks": round(workload.marks_share, 3),
                    "children": workload.children,
                    "batch": ask.batch,
                    "edition": self._settings.edition_size,
                    "rounds": ROUNDS,
                    "checked": {"views_equal_rebuild": True, "tables_compared": tables},
                },
                statements,
            )

    def _load(self, ground: ServersUsed, shipped: Shipped, workload: Workload) -> None:
        """Everything into the log and the views, by the workers."""
        self._tell("loading")
        shipped.start("consume")
        shipped.start("project")
        shipped.await_idle("consume")
        messages, told = workload.history(), time.monotonic()
        floor = ground.contest("floor", "floor", batch=self._ask.batch) if ground.embedded else None
        seconds = events = 0.0
        while messages:
            part = ground.publish(workload, messages)
            if floor is not None:  # an embedded broker forgets what is old, so the floor is measured on the way
                taken = floor.take(part)
                seconds, events = seconds + taken["seconds"], events + taken["events"]
            ground.await_recorded(shipped, part)
            if time.monotonic() - told > 10:
                told = time.monotonic()
                self._tell(f"loading: {workload.events} of {max(self._ask.events, workload.events)} events")
            messages = workload.following(min(LARGEST_SLICE, max(0, self._ask.events - workload.events)))
        for _ in range(ROUNDS if floor is not None else 0):
            self._figures.add("floor_of_rebuild", seconds, int(events))
        shipped.await_views()
        shipped.end("consume")
        shipped.end("project")

    def _floor(self, ground: ServersUsed, workload: Workload, number: int) -> None:
        floor = ground.contest("floor", f"floor_{number}", batch=self._ask.batch)
        taken = floor.take(workload.everything)
        floor.close()
        self._figures.add("floor_of_rebuild", taken["seconds"], taken["events"])
