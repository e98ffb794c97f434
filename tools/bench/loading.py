"""A log and views to ask questions of: the simulator's area, recorded and projected in this process, batch by batch.

Also who and what there is to ask about, from the events as they are made.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.disclosure.disclosing import Access
from adapters.intake.kafka.topics import sector_of
from adapters.log.connections import Work, connect
from adapters.log.messages import Counts
from adapters.log.messages import Message as Recorded
from adapters.process.clock import Clock
from adapters.service.opened import Service
from tools.bench.servers_used import ServersUsed, Tell
from tools.bench.workload import Message, Mix, Workload

BATCH: Final = 2_000


@dataclass(slots=True)
class Seen:
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

    @property
    def last_day(self) -> date:
        """The day of the last event."""
        return self.day_at(self.count)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is to ask: `accepted` events in the log, views at its head; `url` is the server's."""

    service: Service
    url: str
    seen: Seen
    workload: Workload
    accepted: int


def load(ground: ServersUsed, name: str, events: int, children: int, clock: Clock, tell: Tell) -> Loaded:
    """So many events of so many children on a server. Raises Misuse, Unreachable."""
    service = ground.service(name)
    seen = Seen()
    workload = Workload(Mix.AREA, events, clock.now().date(), children, seen.see)
    return Loaded(service, ground.url, seen, workload, _recorded(service, workload, seen, events, tell))


def _recorded(service: Service, workload: Workload, seen: Seen, events: int, tell: Tell) -> int:
    """Everything into the log and the views; how many events were accepted."""
    tell("loading")
    recorder, projector, counts = service.recorder(), service.projector(), Counts()
    told = time.monotonic()
    try:
        history = workload.history()
        seen.history = False
        for batch in _batches(history, workload, events):
            counts.add(recorder.record([Recorded(value, sector_of(topic)) for topic, _, value in batch]))
            projector.project()
            if time.monotonic() - told > 10:
                told = time.monotonic()
                tell(f"loading: {counts.read} of {events} events")
    finally:
        recorder.close()
        projector.close()
    with connect(service.database_url, Work.REBUILD) as connection:
        connection.execute("VACUUM (ANALYZE)")
    return counts.accepted


def _batches(history: list[Message], workload: Workload, events: int) -> Iterator[list[Message]]:
    """The history, then what follows until there are so many events."""
    made, feed = 0, iter(history)
    while batch := list(islice(feed, BATCH)):
        made += len(batch)
        yield batch
    while made < events and (batch := workload.following(min(BATCH, events - made))):
        made += len(batch)
        yield batch


class Undisclosed:
    """Writes no entry: answers are measured alone here, without what it costs to log them."""

    def disclose(self, _connection: psycopg.Connection[Any], _access: Access) -> UUID:
        """The id of no entry."""
        return UUID(int=0)
