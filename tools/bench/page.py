"""The page of performance, made from results of measurements: figures, what was asked, where the time and memory go."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from domain.errors import Misuse
from tools.bench.page_commands import commands, kind
from tools.bench.page_mixes import ASKED, mix_of, of_mix, sizes
from tools.bench.page_text import HEAD, PATHS, TEN_MILLION, section
from tools.bench.page_time import by_part, by_process, by_statement
from tools.bench.report import NAMES
from tools.markdown import table

Result = Mapping[str, Any]

GROWTH_ASKED: Final = 10.0  # percent more memory at ten times the events, at most
_OURS: Final = ("icr consume", "icr project")
_OF_SERVERS: Final = (
    "cores",
    "cpu",
    "memory_gib",
    "load_before",
    "kafka",
    "postgresql",
    "postgresql_settings",
    "python",
)


def read(files: Sequence[str]) -> list[Result]:
    """The results in files; `-` is standard input. Raises Misuse, naming the file."""
    return [_read(file) for file in files]


def _read(file: str) -> Result:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Misuse(f"{file} cannot be read") from None
    try:
        found = json.loads(text)
    except ValueError:
        raise Misuse(f"{file} is not a result: icr bench … --json writes one") from None
    if not isinstance(found, dict) or "conditions" not in found or not {"per_second", "milliseconds"} & found.keys():
        raise Misuse(f"{file} is not a result: icr bench … --json writes one")
    return found


def write(page: Path, text: str) -> None:
    """Write the page; raises Misuse."""
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Misuse(f"{page} cannot be written: {error.strerror}") from None


def made(results: Sequence[Result]) -> str:
    """The page; raises Misuse when there is no result of `icr bench ingest`."""
    ingests, rebuilds, asks = ([one for one in results if kind(one) == each] for each in ("ingest", "rebuild", "ask"))
    if not ingests:
        raise Misuse("the page needs a result of icr bench ingest")
    main = ingests[0]
    mixes: dict[str, list[Result]] = {}
    for one in ingests:
        mixes.setdefault(mix_of(one), []).append(one)
    alike = mixes.pop(mix_of(main))
    parts = [
        HEAD.format(commands="\n".join(commands(results, "docs/performance.md"))),
        _speed(main, rebuilds),
        PATHS,
        by_process(main),
        *(by_part(one) for one in [r for r in ingests if r.get("consume_us_an_event")][:1]),
        *(by_statement(one) for one in [r for r in ingests if r.get("statements")][:1]),
        _memory(main),
        *([sizes(alike, "## Cost by size", TEN_MILLION)] if len(alike) > 1 else []),
        *(of_mix(others, main) for others in mixes.values()),
        *(_rebuild(one) for one in rebuilds[:1]),
        *(_answers(one) for one in asks[:1]),
        _conditions(main, results),
    ]
    return "\n".join(parts)


def _speed(main: Result, rebuilds: Sequence[Result]) -> str:
    conditions = main["conditions"]
    rows = [(NAMES[path], f"{each:,}", f"{1e6 / each:,.1f}") for path, each in main["per_second"].items()]
    ratios: dict[str, tuple[float, Sequence[float]]] = {}
    for result in (*rebuilds[:1], main):
        spread = result["ratios_spread"]
        ratios.update({name: (each, spread[name]) for name, each in result["ratios"].items() if each is not None})
    asked = []
    for name, (wanted, told) in ASKED.items():
        if name in ratios:
            each, (least, most) = ratios[name]
            asked.append((told, f"{each:g}", f"{least:g} to {most:g}", _least(wanted), _holds(each, wanted)))
        elif wanted is not None:
            asked.append((told, "not measured", "", _least(wanted), ""))
    return section(
        "## Figures",
        f"{conditions['events_measured_on_each_path']:,} events on each path in {conditions['rounds']} rounds, "
        f"{conditions['share_of_marks']:.0%} of them attendance marks, {conditions['bytes_an_event']} bytes an event; "
        f"{conditions['children']:,} children. Speeds are the middle of the rounds.",
        table(("path", "events a second", "µs an event"), rows),
        "Ratios are of speeds in the same round: the middle, and the least and most of the rounds. *Asked* is of a million events.",
        table(("ratio", "measured", "least to most", "asked", "reached"), asked),
    )


def _least(value: float | None) -> str:
    return "" if value is None else f"at least {value:g}"


def _holds(each: float, wanted: float | None) -> str:
    if wanted is None:
        return ""
    return "yes" if each >= wanted else "no"


def _memory(main: Result) -> str:
    rss: Mapping[str, Mapping[str, float]] = main["rss_mib"]
    sizes = sorted((when for when in rss if when.startswith("after ")), key=lambda when: int(when.split()[1]))
    if len(sizes) != 2:
        return section("## Memory", "Not measured at two sizes.")
    small, large = (rss[size] for size in sizes)
    names = sorted(small.keys() & large.keys(), key=lambda name: (name not in _OURS, name))
    rows, grown = [], {}
    for name in names:
        growth = grown[name] = (large[name] / small[name] - 1) * 100
        rows.append((name, f"{small[name]:.0f}", f"{large[name]:.0f}", f"{growth:+.0f} %"))
    ours = [name for name in _OURS if name in grown]
    over = [name for name in ours if grown[name] > GROWTH_ASKED]
    verdict = f"`{'`, `'.join(over)}` grows by more." if over else "Both keep to it." if len(ours) > 1 else ""
    return section(
        "## Memory",
        "The most resident memory that each process ever held (`VmHWM`), in MiB, at two sizes ten times apart: of "
        "`icr consume` in a first load, of the others since the start of the run.",
        table(("process", *sizes, "growth"), rows),
        f"Asked of the service's own processes: {GROWTH_ASKED:g} % more at most. {verdict} Kafka fills the heap that it is "
        "given, and PostgreSQL touches ever more of its shared buffers, which are counted in each of its processes.",
    )


def _rebuild(result: Result) -> str:
    speeds, conditions = result["per_second"], result["conditions"]
    each = 1e6 / speeds["rebuild"]
    return section(
        "## Rebuilding the views",
        f"`icr rebuild` of all views from a log of {conditions['events_accepted']:,} events "
        f"({conditions['children']:,} children, editions of {conditions['edition']:,}): {speeds['rebuild']:,} events a "
        f"second, {each:.1f} µs an event, start of the command included; "
        f"{conditions['events_accepted'] * each / 1e6:,.0f} s in all. The floor took {1e6 / speeds['floor_of_rebuild']:.1f} µs "
        f"on the same events: a ratio of {result['ratios']['rebuild_to_floor']:g}. Reads and new editions go on "
        "meanwhile; the rebuilt tables were compared with those they replaced.",
    )


def _answers(result: Result) -> str:
    conditions, ratios = result["conditions"], result["ratios"]
    rows = [
        (
            name.replace("_", " "),
            f"{one['p50']:.2f}",
            f"{one['p99']:.2f}",
            f"{ratios.get(f'{name}_to_read', 1.0):g}",
            str(one["answer"]),
            f"{one['asked']:,}",
        )
        for name, one in result["milliseconds"].items()
    ]
    return section(
        "## Asking",
        f"From a log of {conditions['events_accepted']:,} events ({conditions['children']:,} children), as the HTTP API asks, "
        f"without HTTP: *now* is as of {conditions['effective_at']['now']} and all that is known, *then* as of "
        f"{conditions['effective_at']['then']} and as known at position {conditions['known_at']['then']:,}. Milliseconds; the "
        "ratio is of the middle time to that of a bare, prepared read of one event by its primary key on the same "
        "connection. *Length* is how many entries, children or families the middle answer has.",
        table(("question", "p50", "p99", "ratio", "length", "asked"), rows),
    )


def _conditions(main: Result, results: Sequence[Result]) -> str:
    shown = [(name.replace("_", " "), _value(main["conditions"].get(name))) for name in (*_OF_SERVERS, "packages")]
    runs = []
    for one in results:
        c = one["conditions"]
        events = c.get("events_published", c.get("events_accepted", 0))
        checked = ", ".join(name.replace("_", " ") for name, each in c.get("checked", {}).items() if each is True)
        runs.append(
            (
                kind(one),
                c.get("measured_on", ""),
                f"{events:,}",
                mix_of(one),
                f"{c['load_before']:g}",
                checked,
            )
        )
    return section(
        "## Conditions",
        table(("", "of the first result"), shown),
        "The results, each checked for being right before it was written:",
        table(("measurement", "on", "events", "mix", "load before", "checked"), runs),
        *(["Peak memory: " + str(rule) + "."] if (rule := main["conditions"].get("peak_rss")) else []),
    )


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)
