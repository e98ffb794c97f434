"""What a measurement found, as a document (contract 4) and for a person."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tools.bench.figures import Figures
from tools.bench.statements import short_name

_RATIOS: Final = (
    ("log_to_floor", "log", "floor_of_log"),
    ("views_to_floor", "views", "floor_of_views"),
    ("log_to_save_each", "log", "save_each"),
    ("views_to_runner", "views", "runner"),
    ("project_to_runner", "project", "runner_alone"),
    ("log_cold_to_floor", "log_cold", "floor_of_cold"),
    ("views_cold_to_floor", "views_cold", "floor_of_views_cold"),
    ("rebuild_to_floor", "rebuild", "floor_of_rebuild"),
)
BARE: Final = "primary_key_read"
NAMES: Final = {
    "floor_of_log": "floor, on the bytes of the log's turns",
    "log": "to the durable log, records known",
    "project": "views, catching up alone",
    "floor_of_views": "floor, on the bytes of the views' turns",
    "views": "to all views, consume and project at once",
    "save_each": "one Application.save an event",
    "runner": "one save an event, and a ProjectionRunner",
    "runner_alone": "a ProjectionRunner, catching up alone",
    "floor_of_cold": "floor, a first load",
    "log_cold": "to the durable log, a first load",
    "floor_of_views_cold": "floor, on the bytes of the views' first load",
    "views_cold": "to all views, a first load",
    "floor_of_rebuild": "floor, on all events",
    "rebuild": "views, rebuilt",
}


def document(
    bench: str,
    figures: Figures,
    memory: Mapping[str, Mapping[str, float]],
    conditions: Mapping[str, Any],
    statements: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The result. Ratios are of speeds in the same round, the median of the rounds with the least and the most."""
    ratios: dict[str, float] = {}
    spread: dict[str, list[float]] = {}
    for name, path, to in _RATIOS:
        if path in figures.wall and to in figures.wall:
            middle, least, most = figures.ratio(path, to)
            ratios[name] = round(middle, 3)
            spread[name] = [round(least, 3), round(most, 3)]
    speeds = figures.per_second()
    found: dict[str, Any] = {
        "bench": bench,
        "per_second": {path: speeds[path] for path in NAMES if path in speeds},
        "ratios": ratios,
        "ratios_spread": spread,
        "us_an_event_by_round": {path: [round(us, 1) for us in each] for path, each in figures.wall.items()},
        "rss_mib": {when: {name: round(mib, 1) for name, mib in each.items()} for when, each in memory.items()},
        "cpu_us_an_event": {name: round(statistics.median(each), 1) for name, each in figures.cpu.items()},
        "conditions": conditions,
    }
    if statements:
        found["statements"] = statements
    return found


def tables(found: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    """The result for a person: titles, columns and rows."""
    speeds = [(NAMES[path], each, round(1e6 / each, 1)) for path, each in found["per_second"].items()]
    ratios = [(name, each, *found["ratios_spread"][name]) for name, each in found["ratios"].items()]
    memory = [(name, when, mib) for when, each in found["rss_mib"].items() for name, mib in each.items()]
    processor = [(name, us) for name, us in found["cpu_us_an_event"].items() if us >= 0.05]
    conditions = [(name, str(value)) for name, value in found["conditions"].items()]
    shown: list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]] = [
        ("speed", ("path", "events/s", "µs an event"), list(speeds)),
        ("ratios in the same round", ("ratio", "median", "least", "most"), list(ratios)),
        ("most memory held", ("process", "when", "MiB"), sorted(memory)),
        ("processor time", ("path: process", "µs an event"), list(processor)),
        ("conditions", ("condition", "value"), list(conditions)),
    ]
    if "statements" in found:
        rows = [
            (
                one["us_an_event"],
                one["wal_bytes_an_event"],
                one["calls"],
                short_name(one["statement"]),
                one["statement"][:90],
            )
            for one in found["statements"]
        ]
        shown.append(("statements", ("µs an event", "WAL bytes", "calls", "name", "statement"), list(rows)))
    return shown


def answers_document(measured: Mapping[str, Mapping[str, Any]], conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The result of `icr bench ask`; ratios are of the middle times to that of a bare read by primary key."""
    base = measured[BARE]["p50"]
    return {
        "bench": "ask",
        "milliseconds": measured,
        "ratios": {f"{name}_to_read": round(each["p50"] / base, 1) for name, each in measured.items() if name != BARE},
        "conditions": conditions,
    }


def answers_tables(found: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    """The same for a person."""
    rows: list[tuple[object, ...]] = [
        (
            name.replace("_", " "),
            one["p50"],
            one["p99"],
            found["ratios"].get(f"{name}_to_read", 1.0),
            one["answer"],
            one["asked"],
        )
        for name, one in found["milliseconds"].items()
    ]
    conditions: list[tuple[object, ...]] = [(name, str(value)) for name, value in found["conditions"].items()]
    return [
        ("answers", ("question", "p50 ms", "p99 ms", "times a bare read", "parts of an answer", "asked"), rows),
        ("conditions", ("condition", "value"), conditions),
    ]
