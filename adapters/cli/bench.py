"""`icr bench`: how fast this machine takes events in, held against a floor measured in the same run."""

import time
from typing import Annotated, Final

import typer

from adapters.bench.workload import Mix
from adapters.cli.output import Json, note, print_json, print_table, read_settings

app = typer.Typer(no_args_is_help=True, help="Measure how fast events are taken in.")

DEFAULT_EVENTS: Final = 100_000


@app.callback()
def _root() -> None:
    """Keep `ingest` a command of its own, also while it is the only one."""


@app.command("ingest", epilog="Example: icr bench ingest --events 20000")
def ingest(
    events: Annotated[int, typer.Option(min=2000, help="Events measured on each path.")] = DEFAULT_EVENTS,
    mix: Annotated[Mix, typer.Option(help="The simulator's area, or the same without attendance marks.")] = Mix.AREA,
    batch: Annotated[int, typer.Option(min=1, max=100_000, help="Events recorded in one transaction, at most.")] = 2000,
    profile: Annotated[bool, typer.Option("--profile", help="Also show the database's statements by time.")] = False,
    as_json: Json = False,
) -> None:
    """Measure the way of events to the log and to the views, with Kafka and PostgreSQL of its own.

    Kafka is the one in ICR_KAFKA_BOOTSTRAP_SERVERS if it is empty, else one from Maven Central on this machine's JDK,
    else the embedded broker, which the conditions then say. Everything measured is checked for being right. Nothing is
    left behind.
    """
    from adapters.bench.ingest import Ask, Ingest
    from adapters.bench.report import tables
    from adapters.clock import SystemClock

    settings = read_settings(None, log_level="warning")
    began = time.monotonic()

    def tell(step: str) -> None:
        note(f"{time.monotonic() - began:6.1f} s  {step}")

    found = Ingest(settings, Ask(events, mix, batch, profile), SystemClock(), tell).run()
    tell("done")
    if as_json:
        print_json(found)
        return
    for title, columns, rows in tables(found):
        print_table(title, columns, rows)
