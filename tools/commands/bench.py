"""`icr bench`: how fast this machine takes events in, makes the views anew and answers; and the page of it.

Each is held against something plain that is measured in the same run.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from adapters.cli.output import Json, interruptible, note, print_json, print_table, read_settings, say
from tools.bench.workload import Mix

app = typer.Typer(
    no_args_is_help=True, help="Measure how fast events are taken in, views rebuilt and questions answered."
)

DEFAULT_EVENTS: Final = 100_000
DEFAULT_REBUILT: Final = 50_000
DEFAULT_ASKED: Final = 50_000
DEFAULT_LOGGED: Final = 50_000
DEFAULT_CHILDREN: Final = 2_000
DEFAULT_ENTRIES: Final = 100_000

MixOption = Annotated[
    Mix,
    typer.Option(
        help="area: much comes of few children; without-marks: the same without attendance marks; "
        "school-day: of 40,000 children or more each is marked once a day."
    ),
]
Batch = Annotated[int, typer.Option(min=1, max=100_000, help="Events recorded in one transaction, at most.")]
Profile = Annotated[
    bool,
    typer.Option(
        "--profile",
        help="Also show where the time goes: the database's statements and, of ingest, the consumer's parts.",
    ),
]


@app.command("ingest", epilog="Example: icr bench ingest --events 5000")
def ingest(
    events: Annotated[int, typer.Option(min=2000, help="Events measured on each path.")] = DEFAULT_EVENTS,
    mix: MixOption = Mix.AREA,
    batch: Batch = 2000,
    profile: Profile = False,
    as_json: Json = False,
) -> None:
    """Measure the way of events to the log and to the views, with Kafka and PostgreSQL of its own.

    Kafka is the one in ICR_KAFKA_BOOTSTRAP_SERVERS if it is empty, else one from Maven Central on this machine's JDK,
    else the embedded broker, which the conditions then say. Everything measured is checked for being right. Nothing is
    left behind.
    """
    from adapters.process.clock import SystemClock
    from tools.bench.ingest import Ask, Ingest
    from tools.bench.report import tables

    settings = read_settings(None, log_level="warning")
    with _told() as tell:
        found = Ingest(settings, Ask(events, mix, batch, profile), SystemClock(), tell).run()
    _shown(found, tables, tell, as_json=as_json)


@app.command("rebuild", epilog="Example: icr bench rebuild --events 5000")
def rebuild(
    events: Annotated[int, typer.Option(min=1000, help="Events in the log, about.")] = DEFAULT_REBUILT,
    mix: MixOption = Mix.AREA,
    batch: Batch = 2000,
    profile: Profile = False,
    as_json: Json = False,
) -> None:
    """Measure `icr rebuild` of all views for each event, against the floor of the same events.

    Kafka and PostgreSQL are as for `icr bench ingest`. The rebuilt views are held against those they replace. Nothing
    is left behind.
    """
    from adapters.process.clock import SystemClock
    from tools.bench.rebuilding import AskRebuild, Rebuild
    from tools.bench.report import tables

    settings = read_settings(None, log_level="warning")
    with _told() as tell:
        found = Rebuild(settings, AskRebuild(events, mix, batch, profile), SystemClock(), tell).run()
    _shown(found, tables, tell, as_json=as_json)


@app.command("ask", epilog="Example: icr bench ask --events 5000")
def ask(
    events: Annotated[int, typer.Option(min=1000, help="Events in the log, about; 1000000 for figures to quote.")] = (
        DEFAULT_ASKED
    ),
    as_json: Json = False,
) -> None:
    """Measure how long answers take, now and as of half way, against a read by primary key.

    Asked for are timelines, caseloads, what changed, handovers, and gaps and families by area.

    PostgreSQL is its own, Kafka is not needed. Questions are asked as the HTTP API asks them, without what it costs to log
    them. Nothing is left behind.
    """
    from adapters.process.clock import SystemClock
    from tools.bench.asking import Ask
    from tools.bench.report import answers_tables

    settings = read_settings(None, log_level="warning")
    with _told() as tell:
        found = Ask(settings, events, SystemClock(), tell).run()
    _shown(found, answers_tables, tell, as_json=as_json)


@app.command("child", epilog="Example: icr bench child --events 200")
def child(
    events: Annotated[int, typer.Option(min=10, help="Events of the child, most of them attendance marks.")] = 5000,
    as_json: Json = False,
) -> None:
    """Measure how long one child takes to be rebuilt from the log, against fetching and opening the same rows.

    PostgreSQL is its own, Kafka is not needed. Nothing is left behind.
    """
    from adapters.process.clock import SystemClock
    from tools.bench.child import Child, tables

    settings = read_settings(None, log_level="warning")
    with _told() as tell:
        found = Child(settings, events, SystemClock(), tell).run()
    _shown(found, tables, tell, as_json=as_json)


@app.command("access", epilog="Example: icr bench access --events 1000 --pages 20 --people 5 --seconds 2")
def access(
    events: Annotated[int, typer.Option(min=1000, help="Events in the log, about.")] = DEFAULT_LOGGED,
    children: Annotated[
        int, typer.Option(min=10, max=1_000_000, help="Children that they are of; 100000 for figures to quote.")
    ] = DEFAULT_CHILDREN,
    pages: Annotated[
        int, typer.Option(min=5, help="Pages of each kind that are asked for, by each way of logging.")
    ] = 200,
    people: Annotated[int, typer.Option(min=1, max=500, help="People who open a page every two seconds.")] = 50,
    seconds: Annotated[float, typer.Option(min=1, help="For how long they do, four times and more.")] = 10.0,
    as_json: Json = False,
) -> None:
    """Measure what it costs to log answers, against the same answers undisclosed; and to seal, check and replay the log.

    PostgreSQL is its own, Kafka is not needed. What was logged is checked and replayed. Nothing is left behind.
    """
    from adapters.process.clock import SystemClock
    from tools.bench.access import AccessBench, tables

    settings = read_settings(None, log_level="warning")
    with _told() as tell:
        found = AccessBench(settings, (events, children), (people, seconds), pages, SystemClock(), tell).run()
    _shown(found, tables, tell, as_json=as_json)


@app.command("officers", epilog="Example: icr bench officers --entries 2000 --people 20")
def officers(
    entries: Annotated[
        int,
        typer.Option(
            min=1000, max=20_000_000, help="Accesses in a year, about; 1000000 and more for figures to quote."
        ),
    ] = DEFAULT_ENTRIES,
    people: Annotated[int, typer.Option(min=10, max=100_000, help="People whose accesses they are.")] = 2_000,
    as_json: Json = False,
) -> None:
    """Measure how long each of the officers' questions takes over a year's accesses, of everybody.

    PostgreSQL is its own, Kafka is not needed. The year is put into the real tables in bulk. Nothing is left behind.
    """
    from adapters.process.clock import SystemClock
    from tools.bench.officers import OfficersBench, tables

    settings = read_settings(None, log_level="warning")
    with _told() as tell:
        found = OfficersBench(settings, entries, people, SystemClock(), tell).run()
    _shown(found, tables, tell, as_json=as_json)


@app.command("start", epilog="Example: icr bench start --rounds 3")
def start(
    rounds: Annotated[int, typer.Option(min=1, max=100, help="How often each command is started.")] = 5,
    as_json: Json = False,
) -> None:
    """Measure what commands cost before they do anything: the processor time of their whole process, on an empty database.

    PostgreSQL is its own, Kafka is not needed. Nothing is left behind.
    """
    from adapters.process.clock import SystemClock
    from tools.bench.start import Start, tables

    settings = read_settings(None, log_level="warning")
    with _told() as tell:
        found = Start(settings, rounds, SystemClock(), tell).run()
    _shown(found, tables, tell, as_json=as_json)


@app.command("page", epilog="Example: icr bench ingest --events 5000 --profile --json | icr bench page -")
def page(
    results: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Results, as --json writes them; - for standard input.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PAGE", help="Where to write it, if not to standard output.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the page of performance from results of `icr bench ingest`, `rebuild` and `ask`, in Markdown.

    The first result of `ingest` gives the figures; further ones, of other sizes on the same machine, are shown beside it
    under cost by size, and those of another --mix in a part of their own. Statements come from the first that was made
    with --profile.
    """
    from tools.bench.page import made, read, write

    text = made(read(results))
    if out is not None:
        write(out, text)
    if as_json:
        print_json({"results": len(results), "page": None if out is None else str(out), "text": text})
    elif out is None:
        say(text.removesuffix("\n"))
    else:
        say(f"{out} is made from {len(results)} results")


@contextmanager
def _told() -> Iterator[Callable[[str], None]]:
    """Says each step with its time; whoever is told to end meanwhile takes everything away first, as by Ctrl-C."""
    began = time.monotonic()
    with interruptible():
        yield lambda step: note(f"{time.monotonic() - began:6.1f} s  {step}")


def _shown(
    found: dict[str, Any], tables: Callable[[Any], list[Any]], tell: Callable[[str], None], *, as_json: bool
) -> None:
    tell("done")
    if as_json:
        print_json(found)
        return
    for title, columns, rows in tables(found):
        print_table(title, columns, rows)
