"""The library's own way to a view: one `Application.save` an event, and a `ProjectionRunner` that follows.

As its documentation shows it, in one process: the runner is subscribed to the application, and each event changes one
row of a view in the transaction that records how far it came. Given an easy time: a view of one row for each child,
kind of event and organisation, and one for who a child is and where; no rule is worked out, no link, no absence, no
earlier state is kept, and nothing is sealed.
"""

import threading
import time
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import get_topic
from psycopg.sql import SQL

from tools.bench.measured_worker import Messages, Settings, Take, serve
from tools.bench.save_each import Aggregates, Decoder, Subject, Subjects, environment, sample
from tools.bench.workload import Offsets

_PATIENCE: Final = 120.0
_TABLES: Final = (
    """CREATE TABLE IF NOT EXISTS line (subject uuid, event_type text, organisation text, starts date, latest date,
    events int NOT NULL, PRIMARY KEY (subject, event_type, organisation))""",
    "CREATE TABLE IF NOT EXISTS child (subject uuid PRIMARY KEY, family text, postcode text, events int NOT NULL)",
)
_LINE: Final = """
INSERT INTO line AS l VALUES (%s, %s, %s, %s, %s, 1) ON CONFLICT (subject, event_type, organisation)
DO UPDATE SET starts = least(l.starts, excluded.starts), latest = greatest(l.latest, excluded.latest), events = l.events + 1
"""
_CHILD: Final = """
INSERT INTO child AS c VALUES (%s, %s, %s, 1) ON CONFLICT (subject)
DO UPDATE SET family = excluded.family, postcode = coalesce(excluded.postcode, c.postcode), events = c.events + 1
"""


class View(PostgresTrackingRecorder):
    """The view's tables beside the library's tracking, written in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **settings: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(datastore, **settings)
        self.sql_create_statements += [SQL(statement).format() for statement in _TABLES]

    def show(self, event: Subject.Told, tracking: Tracking) -> None:
        """Take an event in."""
        content = event.content
        day: date | None = (content.get("effective") or {}).get("from")
        person = (content.get("subject") or {}).get("person")
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            line = (event.originator_id, event.event_type, content["source"]["organisation"], day, day)
            cursor.execute(_LINE, line, prepare=True)
            if person is not None:
                family = person["names"][0]["family"] if person["names"] else None
                cursor.execute(_CHILD, (event.originator_id, family, person["postcode"]), prepare=True)

    def shown(self) -> int:
        """How many events are in the view."""
        with self.datastore.transaction(commit=False) as cursor:
            row: Any = cursor.execute("SELECT coalesce(sum(events), 0)::int AS events FROM line").fetchone()
        return int(row["events"])


class Following(Projection[View]):
    """Shows each event; can be held, and says how far it came at once (the library's `wait` looks every 0.1 s or less)."""

    name = "following"
    topics = (get_topic(Subject.Told),)

    def __init__(self, view: View) -> None:
        super().__init__(view)
        self.go = threading.Event()
        self.go.set()
        self._moved = threading.Condition()
        self._position = 0

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # noqa: ANN401 - the library's
        """Show an event."""
        self.go.wait()
        self.view.show(domain_event, tracking)
        with self._moved:
            self._position = tracking.notification_id
            self._moved.notify_all()

    def came(self, position: int, seconds: float) -> bool:
        """Wait until an event is shown; whether it was in time."""
        with self._moved:
            return self._moved.wait_for(lambda: self._position >= position, seconds)


def make(settings: Settings) -> Take:
    """The contestant for some settings: `url`, `bootstrap_servers`, `embedded`, `limit` (events that it takes of a slice)."""
    runner = ProjectionRunner(
        application_class=Subjects,
        projection_class=Following,
        view_class=View,
        env=environment(settings["url"]),
    ).__enter__()
    following = cast("Following", runner.projection)
    aggregates = Aggregates(runner.app, Decoder())
    messages = Messages(settings["bootstrap_servers"], embedded=settings["embedded"])
    saved = 0

    def save(values: list[bytes]) -> int:
        return [aggregates.save(value) for value in values][-1]

    def finish(position: int) -> None:
        end = time.monotonic() + _PATIENCE
        while not following.came(position, 0.5):
            if runner.is_interrupted.is_set() or time.monotonic() > end:
                runner.run_forever(timeout=0)  # raises what stopped it
                raise RuntimeError("the runner does not get on")

    def take(first: Offsets, end: Offsets) -> Mapping[str, Any]:
        nonlocal saved
        values = sample(messages, first, end, 2 * settings["limit"])
        aggregates.meet(values)
        half = len(values) // 2
        began = time.perf_counter()
        finish(save(values[:half]))
        seconds = time.perf_counter() - began
        following.go.clear()
        last = save(values[half:])
        began = time.perf_counter()
        following.go.set()
        finish(last)
        alone = time.perf_counter() - began
        saved += len(values)
        if following.view.shown() != saved:
            raise RuntimeError("the runner's view does not hold what was saved")
        return {"events": half, "seconds": seconds, "alone_events": len(values) - half, "alone_seconds": alone}

    return take


if __name__ == "__main__":
    serve(make)
