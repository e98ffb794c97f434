"""The commands that made the results on the page of performance, as they would be typed, from what the results say."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

# Of each measurement, which of its conditions says how many events were asked for, and what its options are by default.
_ASKED: Final = {
    "ingest": "events_measured_on_each_path",
    "rebuild": "events_published",
    "ask": "events_asked_for",
}
_DEFAULTS: Final[Mapping[str, object]] = {"mix": "area", "batch": 2000}


def kind(result: Mapping[str, Any]) -> str:
    """Which measurement a result is of: ingest, rebuild or ask."""
    return str(result.get("bench", "ask" if "milliseconds" in result else "ingest"))


def command(result: Mapping[str, Any]) -> str:
    """The command that made a result."""
    conditions = result["conditions"]
    # An older result of `ask` does not say it: what came into the log is a little less than what was asked for.
    events = conditions.get(_ASKED[kind(result)], conditions.get("events_accepted", 0))
    options = [
        f"--{name} {conditions[name]}" for name, usual in _DEFAULTS.items() if conditions.get(name, usual) != usual
    ]
    profile = ["--profile"] if "statements" in result else []
    return " ".join([f"icr bench {kind(result)} --events {events}", *options, *profile, "--json"])


def commands(results: Sequence[Mapping[str, Any]], page: str) -> list[str]:
    """A line for each result, with a file of its own, and the one that makes the page of these files."""
    files: list[str] = []
    for result in results:
        before = sum(file.startswith(kind(result)) for file in files)
        files.append(f"{kind(result)}-{before + 1}.json" if before else f"{kind(result)}.json")
    made = [f"{command(result)} > {file}" for result, file in zip(results, files, strict=True)]
    return [*made, f"icr bench page {' '.join(files)} --out {page}"]
