"""The floor: what reading, decoding and storing the bytes costs with nothing of ours done to them.

kafka-python's poll, fastavro's decoding by the released schemas, and one binary COPY a batch into a table of the shape
of the library's `stored_events`, in one transaction. No check, no key, no inbox, no offset, no fact.
"""

import time
from collections.abc import Mapping
from hashlib import blake2b
from io import BytesIO
from struct import Struct
from typing import Any, Final

import fastavro

from adapters.log.connections import Work, connect
from adapters.log.copy_rows import HEADER, TRAILER
from schemas.registry import registry
from tools.bench.measured_worker import Messages, Settings, Take, batches, serve
from tools.bench.workload import Offsets

_TABLE: Final = """
CREATE TABLE stored_events (
    originator_id uuid NOT NULL, originator_version bigint NOT NULL, topic text, state bytea, notification_id bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version));
CREATE UNIQUE INDEX stored_events_notification_id ON stored_events (notification_id)
"""
_COPY: Final = (
    "COPY stored_events (originator_id, originator_version, topic, notification_id, state) FROM STDIN (FORMAT BINARY)"
)
_AFTER_HEADER: Final = 10


def make(settings: Settings) -> Take:
    """The contestant for some settings: `url`, `bootstrap_servers`, `embedded`, `batch`."""
    database = connect(settings["url"], Work.REBUILD)
    database.execute(_TABLE)
    messages = Messages(settings["bootstrap_servers"], embedded=settings["embedded"])
    schemas = {}
    for fingerprint, schema in registry().by_fingerprint.items():
        topic = schema.event_type.encode()
        row = Struct(f"!hi16siqi{len(topic)}siqi").pack
        schemas[fingerprint] = fastavro.parse_schema(schema.document), topic, len(topic), row
    originators: dict[str, bytes] = {}
    position = 0

    def store(values: list[bytes]) -> None:
        nonlocal position
        rows = [HEADER]
        for value in values:
            schema, topic, size, row = schemas[value[2:_AFTER_HEADER]]
            stream = BytesIO(value)
            stream.seek(_AFTER_HEADER)
            event: Any = fastavro.schemaless_reader(stream, schema, None)
            position += 1
            subject = (
                event["subject"]["identifiers"][0]["value"] if "subject" in event else event["source"]["organisation"]
            )
            originator = originators.get(subject)
            if originator is None:
                originator = originators[subject] = blake2b(subject.encode(), digest_size=16).digest()
            rows.append(row(5, 16, originator, 8, position, size, topic, 8, position, len(value)))
            rows.append(value)
        rows.append(TRAILER)
        with database.transaction(), database.cursor() as cursor, cursor.copy(_COPY) as copy:
            copy.write(b"".join(rows))

    def take(first: Offsets, end: Offsets) -> Mapping[str, Any]:
        events = 0
        began = time.perf_counter()
        for values in messages.polled(first, end):
            for batch in batches(values, settings["batch"]):
                store(batch)
            events += len(values)
        return {"events": events, "seconds": time.perf_counter() - began}

    return take


if __name__ == "__main__":
    serve(make)
