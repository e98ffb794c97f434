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

from schemas.registry import registry
from tools.bench.measured_worker import Messages, Settings, Take, serve
from tools.bench.workload import Offsets

_AFTER_HEADER: Final = 10
_AT_ONCE: Final = 100  # aggregates made beforehand in one call; more hang the library (its pipeline fills up)


class Subject(Aggregate):
    """What an identifier's events are appended to."""

    class Told(Aggregate.Event):
        """An agency's event, whole."""

        event_type: str
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


def environment(url: str) -> dict[str, str]:
    """The library's environment for a database."""
    to = psycopg.conninfo.conninfo_to_dict(url)
    parts = {"DBNAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        **{f"POSTGRES_{name}": str(to[part]) for name, part in parts.items()},
    }


class Decoder:
    """Decodes the wire form by fastavro and the released schemas."""

    def __init__(self) -> None:
        self._schemas = {
            fingerprint: (schema.event_type, fastavro.parse_schema(schema.document))
            for fingerprint, schema in registry().by_fingerprint.items()
        }

    def decoded(self, value: bytes) -> tuple[str, str, dict[str, Any]]:
        """Whose events it is among, its type and its content."""
        stream = BytesIO(value)
        stream.seek(_AFTER_HEADER)
        event_type, schema = self._schemas[value[2:_AFTER_HEADER]]
        event: Any = fastavro.schemaless_reader(stream, schema, None)
        subject = event["subject"]["identifiers"][0]["value"] if "subject" in event else event["source"]["organisation"]
        return subject, event_type, event


class Aggregates:
    """The subjects, made beforehand and kept in memory."""

    def __init__(self, application: Application[Any], decoder: Decoder) -> None:
        self._application = application
        self._decoder = decoder
        self._known: dict[str, Subject] = {}

    def meet(self, values: list[bytes]) -> None:
        """Make those that are new."""
        subjects = {self._decoder.decoded(value)[0] for value in values}
        fresh = {subject: Subject() for subject in sorted(subjects - self._known.keys())}
        self._known.update(fresh)
        made = list(fresh.values())
        for first in range(0, len(made), _AT_ONCE):
            self._application.save(*made[first : first + _AT_ONCE])

    def save(self, value: bytes) -> int:
        """Decode an event and save it; its notification id."""
        subject, event_type, event = self._decoder.decoded(value)
        aggregate = self._known[subject]
        aggregate.trigger_event(Subject.Told, event_type=event_type, content=event)
        recordings = self._application.save(aggregate)
        return int(recordings[-1].notification.id)


def sample(messages: Messages, first: Offsets, end: Offsets, limit: int) -> list[bytes]:
    """Some values of a slice, from all over it: its first polls may hold one sector only."""
    values: list[bytes] = []
    for polled in messages.polled(first, end):
        values += polled
    return values[:: max(1, len(values) // limit)][:limit]


def make(settings: Settings) -> Take:
    """The contestant for some settings: `url`, `bootstrap_servers`, `embedded`, `limit` (events of a slice that it takes)."""
    aggregates = Aggregates(Subjects(env=environment(settings["url"])), Decoder())
    messages = Messages(settings["bootstrap_servers"], embedded=settings["embedded"])

    def take(first: Offsets, end: Offsets) -> Mapping[str, Any]:
        values = sample(messages, first, end, settings["limit"])
        aggregates.meet(values)
        began = time.perf_counter()
        for value in values:
            aggregates.save(value)
        return {"events": len(values), "seconds": time.perf_counter() - began}

    return take


if __name__ == "__main__":
    serve(make)
