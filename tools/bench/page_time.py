"""Where the time goes, for the page of performance: by process, by part of the consumer, by statement of the database."""

from collections.abc import Mapping
from typing import Any, Final

from tools.bench.page_text import section
from tools.bench.report import NAMES
from tools.bench.statements import by_file, short_name
from tools.markdown import table

Result = Mapping[str, Any]

_STATEMENTS: Final = 15
_PATHS: Final = ("log", "project", "views")


def by_process(main: Result) -> str:
    """Processor time by process of each path, and what that says."""
    spent: dict[str, dict[str, float]] = {}
    for name, each in main["cpu_us_an_event"].items():
        path, _, process = name.partition(": ")
        spent.setdefault(process, {})[path] = each
    wall = {path: 1e6 / main["per_second"][path] for path in _PATHS}
    rows = [
        (process, *(f"{each.get(path, 0.0):.1f}" for path in _PATHS))
        for process, each in spent.items()
        if max(each.values()) >= 0.05
    ]
    rows.append(("*wall clock*", *(f"{wall[path]:.1f}" for path in _PATHS)))
    python, server = spent["icr consume"]["log"], spent["PostgreSQL"]["log"]
    project, alone = spent["icr project"]["project"], spent["PostgreSQL"]["project"]
    busy = sum(each.get("views", 0.0) for each in spent.values())
    return section(
        "## Where the time goes",
        "Processor time in µs an event, by process, while a path was measured:",
        table(("process", *(NAMES[path] for path in _PATHS)), rows),
        f"**To the log** `icr consume` itself works {python / wall['log']:.0%} of the time on the clock (Kafka's client, "
        f"decoding, checks, hashes, sealing, packing of rows); PostgreSQL spends {server:.0f} µs on the `COPY`s of events, "
        f"inbox and facts and on their indexes. **The views** are made by SQL: of {wall['project']:.0f} µs alone, {alone:.0f} "
        f"are PostgreSQL's and {project:.0f} the projector's own, which waits for the server. Both at once keep "
        f"{busy / wall['views']:.1f} processors busy of {main['conditions']['cores']}, Kafka's share included.",
    )


def by_part(result: Result) -> str:
    """What the consumer itself was at, on its way to the log."""
    spent = result["consume_us_an_event"]["log"]
    whole = sum(spent.values()) or 1.0
    rows = [(part, f"{us:.1f}", f"{us / whole:.0%}") for part, us in sorted(spent.items(), key=lambda each: -each[1])]
    return section(
        "### icr consume by part",
        f"What `icr consume` was at on the way to the log, of {result['conditions']['events_measured_on_each_path']:,} "
        "events: its stack was looked at every five milliseconds of processor time, and the innermost function that "
        "belongs to a part decides.",
        table(("part", "µs an event", "share"), rows),
    )


def by_statement(result: Result) -> str:
    """The database's statements, and those of the views by file."""
    found = result["statements"]
    files = by_file(found)
    rows = [
        (
            f"`{short_name(one['statement'])}`",
            f"{one['us_an_event']:.1f}",
            f"{one['wal_bytes_an_event']}",
            f"{one['calls']:,}",
        )
        for one in found[:_STATEMENTS]
    ]
    per_file = [(f"`{file}.sql`" if file != "other" else file, f"{us:.1f}") for file, us in files.items()]
    return section(
        "### Statements",
        f"PostgreSQL's statements of log and views by total time over all {result['conditions']['events_published']:,} "
        "events, from `pg_stat_statements`, which costs a little itself. A statement of the views is named by its file "
        "in `projections/`, its number there, and the table it writes. The time of a `COPY` includes waiting for its rows, which "
        "of the inbox is where the consumer packs those of all other tables.",
        table(("statement", "µs an event", "WAL bytes an event", "calls"), rows),
        f"By file, of the {len(found)} slowest:",
        table(("file", "µs an event"), per_file),
    )
