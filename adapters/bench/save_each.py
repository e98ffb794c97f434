"""The library's own way: an aggregate for each subject, one `Application.save` an event, its own PostgreSQL recorder.

Given an easy time: the aggregates are there beforehand and stay in memory, so that nothing is read, and nothing is
checked, sealed or looked for twice.
"""

import time
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any, Final

import fastavro
import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import Transcoder, Transcoding

from adapters.bench.contestant import Messages, Settings, Take, serve
from adapters.bench.workload import Offsets
from schemas.registry import registry

_AFTER_HEADER: Final = 10
_AT_ONCE: Final = 100  # aggregates made beforehand in one call; more hang the library (its pipeline fills up)


class Subject(Aggregate):
    """What an identifier's events are appended to."""

    class Told(Aggregate.Event):
        """An agency's event, whole."""

        content: dict[str, Any]

        def apply(self, aggregate: Any) -> None:  # noqa: ANN401 - the library's
            """Nothing is kept of it but the version."""


class _DateAsIso(Transcoding):
    type = date
    name = "date"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class Subjects(Application[Any]):
    """The library's application with its defaults."""

    def register_transcodings(self, transcoder: Transcoder) -> None:
        """Dates besides what the library writes by itself."""
        super().register_transcodings(transcoder)  # type: ignore[arg-type]
        transcoder.register(_DateAsIso())  # type: ignore[attr-defined]


def make(settings: Settings) -> Take:
    """The contestant for some settings: `url`, `bootstrap_servers`, `embedded`, `limit` (events of a slice that it takes)."""
    to = psycopg.conninfo.conninfo_to_dict(settings["url"])
    application = Subjects(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(to["dbname"]),
            "POSTGRES_HOST": str(to["host"]),
            "POSTGRES_PORT": str(to["port"]),
            "POSTGRES_USER": str(to["user"]),
            "POSTGRES_PASSWORD": str(to["password"]),
        }
    )
    messages = Messages(settings["bootstrap_servers"], embedded=settings["embedded"])
    schemas = {f: fastavro.parse_schema(schema.document) for f, schema in registry().by_fingerprint.items()}
    known: dict[str, Subject] = {}

    def decoded(value: bytes) -> tuple[str, dict[str, Any]]:
        stream = BytesIO(value)
        stream.seek(_AFTER_HEADER)
        event: Any = fastavro.schemaless_reader(stream, schemas[value[2:_AFTER_HEADER]], None)
        return event["subject"]["identifiers"][0]["value"] if "subject" in event else event["feed"], event

    def meet(values: list[bytes]) -> None:
        fresh = {subject: Subject() for subject, _ in map(decoded, values) if subject not in known}
        known.update(fresh)
        made = list(fresh.values())
        for first in range(0, len(made), _AT_ONCE):
            application.save(*made[first : first + _AT_ONCE])

    def take(first: Offsets, end: Offsets) -> Mapping[str, Any]:
        values: list[bytes] = []
        for polled in messages.polled(first, end):
            values += polled
        # From all over the slice: its first polls may hold one sector only.
        values = values[:: max(1, len(values) // settings["limit"])][: settings["limit"]]
        meet(values)
        began = time.perf_counter()
        for value in values:
            subject, event = decoded(value)
            aggregate = known[subject]
            aggregate.trigger_event(Subject.Told, content=event)
            application.save(aggregate)
        return {"events": len(values), "seconds": time.perf_counter() - began}

    return take


if __name__ == "__main__":
    serve(make)
