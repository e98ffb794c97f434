"""Events on their way over Kafka, for tests of the consumer and of the commands."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import psycopg
from confluent_kafka import Producer

from adapters.service.opened import Service, open_service
from tests.builders.lent import looking
from tests.servers.plugin import Stack
from tools.simulator import Plan, simulate, wire

Wire = tuple[str, bytes, bytes]
TABLES = ("event", "inbox", "fact", "fact_mark", "source_record", "set_aside", "aside")


def upn(serial: int) -> str:
    """A valid UPN of an invented pupil."""
    from stdnum.gb.upn import calc_check_digit

    digits = f"8089001{serial:05}"
    return f"{calc_check_digit(digits)}{digits}"


def event(
    event_type: str, event_id: str, organisation: str, identifiers: dict[str, str], day: str, **own: Any
) -> dict[str, Any]:
    """An event in JSON form with everything that may be left out left out."""
    return {
        "event_type": event_type,
        "event_id": event_id,
        "source": {"organisation": organisation, "system": "test", "source_record_id": None, "source_version": None},
        "mode": "live",
        "recorded_at": "2025-11-03T08:15:00Z",
        "subject": {
            "identifiers": [{"scheme": scheme, "value": value} for scheme, value in identifiers.items()],
            "person": own.pop("person", None),
            "nhs_number_status": None,
        },
        "others": own.pop("others", []),
        "effective": {"from": day, "to": None},
        "reference": own.pop("reference", None),
        "target": own.pop("target", None),
        "basis": "public_task",
        **own,
    }


def mark(serial: int, child: int = 1, *, am: str = "/", organisation: str = "urn-900001") -> dict[str, Any]:
    """Attendance marks of a day of an invented pupil."""
    day = date(2025, 9, 1).toordinal() + serial % 100
    who = {"upn": upn(child)}
    return event(
        "AttendanceMarked",
        f"mark-{serial}",
        organisation,
        who,
        date.fromordinal(day).isoformat(),
        school="900001",
        am=am,
        pm="\\",
    )


@lru_cache(maxsize=4)
def area(children: int = 40, days: int = 60, seed: int = 7) -> tuple[Wire, ...]:
    """What the agencies of an invented area publish, in their order."""
    start = date(2025, 9, 1)
    return tuple(wire(simulate(Plan("Northmoor", children, start, date.fromordinal(start.toordinal() + days), seed))))


def publish(
    bootstrap_servers: str,
    messages: Iterable[tuple[str, bytes | None, bytes | None]],
    partition: int | None = None,
    client: Mapping[str, object] = MappingProxyType({}),
) -> int:
    """Put messages on their topics, acknowledged; how many. `client` are settings of the producer."""
    producer = Producer({"bootstrap.servers": bootstrap_servers, "linger.ms": 5, "log_level": 0, **client})
    failed: list[Any] = []
    count = 0
    for topic, key, value in messages:
        where = {} if partition is None else {"partition": partition}
        while True:
            try:
                producer.produce(
                    topic, value, key, on_delivery=lambda error, _: failed.append(error) if error else None, **where
                )
                break
            except BufferError:
                producer.poll(0.05)
        count += 1
    assert producer.flush(60) == 0
    assert not failed, failed[:3]
    return count


@contextmanager
def service_of(stack: Stack, **settings: object) -> Iterator[Service]:
    """The service on a stack, for calls in this process; `settings` stand above the stack's."""
    with open_service(replace(stack.settings, **settings), broker=True) as service:
        yield service


def tracked(stack: Stack) -> dict[str, int]:
    """How far each partition is recorded, by topic and number."""
    with looking(stack.database_url) as connection:
        rows = connection.execute("SELECT name, next_offset FROM log.tracking").fetchall()
    return {name.split(":", 2)[2]: offset for name, offset in rows}


def recorded(stack: Stack) -> int:
    """How many messages the consumers have recorded, whatever became of them."""
    return sum(tracked(stack).values())


def counted(stack: Stack) -> dict[str, int]:
    """Rows of the log's tables."""
    with looking(stack.database_url) as connection:
        return {table: rows(connection, f"SELECT count(*) FROM log.{table}")[0][0] for table in TABLES}


def rows(connection: psycopg.Connection[Any], query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()  # type: ignore[arg-type]


def until(times: int) -> Any:
    """A `stop` that lets a loop run so many times."""
    steps = itertools.count()
    return lambda: next(steps) >= times


def spread(messages: Sequence[Wire], share: int) -> list[Wire]:
    """Every so many-th message."""
    return list(messages[::share])
