"""`icr bench start`: what a command costs before it does anything, in processor time of its whole process.

Each is started again and again on an empty database, in turns, so that all see the same machine; the first round, which
compiles what is not compiled yet, is left out.
"""

import os
import statistics
import subprocess
import sys
from typing import Any, Final

from adapters.process.clock import Clock
from adapters.process.settings import Settings
from domain.errors import IcrError
from tools.bench.processes import machine
from tools.bench.servers_used import Tell, a_database
from tools.bench.versions import versions

# Each with the exit code that it has where there is nothing.
COMMANDS: Final = {
    "leads gaps": 0,
    "child find --id nhs:9990200017": 1,
    "quality": 0,
    "health project": 3,
    "--version": 0,
}


class Start:
    """One measurement, from an empty server to a result."""

    def __init__(self, settings: Settings, rounds: int, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._rounds = rounds
        self._clock = clock
        self._tell = tell

    def run(self) -> dict[str, Any]:
        """Measure; the result as a document. Raises Misuse, Unreachable, IcrError where a command ends otherwise."""
        with a_database(self._settings, self._clock, self._tell) as used:
            made = used.made("start")
            outside = {name: value for name, value in os.environ.items() if not name.startswith("ICR_")}
            environment = {**outside, "ICR_DATABASE_URL": str(made.database_url), "ICR_DATA_DIR": str(made.data_dir)}
            environment.pop("PYTHONDONTWRITEBYTECODE", None)
            self._tell("starting commands")
            took: dict[str, list[float]] = {command: [] for command in COMMANDS}
            for number in range(self._rounds + 1):
                for command, each in took.items():
                    seconds = _processor_seconds(command, environment)
                    if number:
                        each.append(1000 * seconds)
            return {
                "bench": "start",
                "cpu_milliseconds": {command: round(statistics.median(each)) for command, each in took.items()},
                "cpu_milliseconds_least": {command: round(min(each)) for command, each in took.items()},
                "conditions": {**machine(), **versions(used.url, "none"), "rounds": self._rounds},
            }


def _processor_seconds(command: str, environment: dict[str, str]) -> float:
    """User and system time of one run of a command. Raises IcrError where it ends with another code than it ought to."""
    program = [sys.executable, "-m", "tools.main", *command.split()]
    with subprocess.Popen(
        program, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != COMMANDS[command]:
        raise IcrError(f"icr {command} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def tables(found: dict[str, Any]) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    """The result for a person."""
    rows: list[tuple[object, ...]] = [
        (f"icr {command}", middle, found["cpu_milliseconds_least"][command])
        for command, middle in found["cpu_milliseconds"].items()
    ]
    conditions: list[tuple[object, ...]] = [(name, str(value)) for name, value in found["conditions"].items()]
    return [
        ("processor time of a command on an empty database", ("", "ms", "least"), rows),
        ("conditions", ("condition", "value"), conditions),
    ]
