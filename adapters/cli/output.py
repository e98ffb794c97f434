"""What all commands share: their common options, where they print, and how errors become exit codes.

With `--json` one document goes to standard output; everything else always goes to standard error. Exit codes: 0 done,
1 done but something was kept in quarantine or a check failed, 2 wrong use, 3 a server could not be reached (contract 4).
"""

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from adapters.process.settings import Settings
    from adapters.service.opened import Service

DONE: Final = 0
KEPT_OR_FAILED: Final = 1
MISUSE: Final = 2
UNREACHABLE: Final = 3
INTERRUPTED: Final = 130

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder of keys, embedded servers and icr.toml.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def print_json(document: object) -> None:
    """The command's one document, on standard output."""
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str))
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """A line of the command's result for a person, on standard output."""
    typer.echo(text)


def note(text: str) -> None:
    """A line beside the result, on standard error."""
    typer.echo(text, err=True)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table for a person, on standard output; figures stand on the right."""
    if not rows:
        say(f"{title}: none")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        figures = all(isinstance(row[index], int | float) for row in rows)
        table.add_column(column, justify="right" if figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # A file or pipe has no width: give it room, so that rows stay on one line.
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(table)


class Bars:
    """Progress bars of tasks; none where standard error is no terminal."""

    def __init__(self, shown: "Progress | None" = None) -> None:
        self._shown = shown
        self._tasks: list[TaskID] = []

    def add_task(self, says: str, total: float | None = None, *, visible: bool = True) -> int:
        """A new bar, by its number; `total` None: not known yet."""
        if self._shown is not None:
            self._tasks.append(self._shown.add_task(says, total=total, visible=visible))
        return len(self._tasks) - 1

    def update(self, task: int, **said: Any) -> None:  # noqa: ANN401 - as rich names them
        """How far a task is: `completed`, and `total` and `visible` where they change."""
        if self._shown is not None:
            self._shown.update(self._tasks[task], **said)

    def advance(self, task: int) -> None:
        """One step further."""
        if self._shown is not None:
            self._shown.advance(self._tasks[task])


@contextmanager
def progress() -> Iterator[Bars]:
    """Progress bars on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield Bars()  # without loading rich
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield Bars(bars)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM interrupts as Ctrl-C does: what is to be taken away or said at the end is."""
    from adapters.process.ending import end_in_time

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    end_in_time(soft=None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def read_settings(data: Path | None, *, log_level: str | None = None) -> "Settings":
    """The settings, with logs going where they should. Raises Misuse."""
    # Imported where it is used, here and in the commands: `icr --help` need not load half of everything.
    from adapters.process.logs import configure_logs
    from adapters.process.settings import load_settings

    settings = load_settings(data)
    configure_logs(log_level or settings.log_level)
    return settings


@contextmanager
def opened(data: Path | None, *, broker: bool = False) -> Iterator["Service"]:
    """The service for a command that ends by itself; only warnings are logged. Raises Misuse or Unreachable."""
    from adapters.process.standing import said_when_standing
    from adapters.service.opened import open_service

    settings = read_settings(data, log_level="warning")
    with said_when_standing(), open_service(settings, broker=broker) as service:
        yield service


Document = dict[str, Any]
