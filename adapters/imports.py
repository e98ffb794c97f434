"""The third of the three entrances: files that agencies already produce, read by a connector straight into the log.

The unit counted is the connector's (a message, a census row): what became of it is the worst of what became of its
events. Files that cannot be opened are said and the others go on; what can be opened and not read is kept aside.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from adapters.connectors import Converted
from adapters.store.messages import ACCEPTED, CONFLICT, DUPLICATE, KEPT, Message, Outcome
from adapters.store.recorder import Recorder

# Of a unit's events the worst speaks for it: what needs a person before what is well.
WORST_FIRST: Final = (KEPT, CONFLICT, ACCEPTED, DUPLICATE)

Read = Callable[[bytes], Iterator[Converted]]


@dataclass(slots=True)
class FileCounts:
    """One file's counts by contract 4.

    `error` says why it could not be read (to its end), `lost` how many were sent and never acknowledged.
    """

    file: str
    unit: str
    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    kept: int = 0
    events: int = 0
    set_aside: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    set_aside_reasons: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    error: str | None = None

    def count(self, outcome: str, reason: str | None) -> None:
        """Count one unit."""
        self.read += 1
        setattr(self, outcome, getattr(self, outcome) + 1)
        if reason is not None and outcome in (KEPT, CONFLICT):
            self.reasons[reason] += 1

    def count_set_aside(self, parts: Iterable[tuple[str, str]]) -> None:
        """Count fields of accepted events that failed their check."""
        for reason, _ in parts:
            self.set_aside += 1
            self.set_aside_reasons[reason] += 1

    def as_json(self) -> dict[str, Any]:
        """As contract 4 writes them; `error` only where there is one."""
        document: dict[str, Any] = {
            "file": self.file,
            "unit": self.unit,
            "read": self.read,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "conflict": self.conflict,
            "kept": self.kept,
            "events": self.events,
            "set_aside": self.set_aside,
            "reasons": dict(sorted(self.reasons.items())),
            "set_aside_reasons": dict(sorted(self.set_aside_reasons.items())),
        }
        return document if self.error is None else {**document, "error": self.error}


def read_whole(path: Path, most: int) -> bytes:
    """A file's bytes, of which one more than `most` is read, so that too large a file can be told from a whole one.

    Raises OSError, also for a folder.
    """
    with path.open("rb") as stream:
        return stream.read(most + 1)


def why(error: OSError) -> str:
    """Why a file could not be opened, in the system's words, without its name."""
    return (error.strerror or type(error).__name__).lower()


@dataclass(slots=True)
class _Unit:
    counts: FileCounts
    converted: Converted
    messages: list[Message]


class Importer:
    """Records what a connector reads, in batches over the files; one for each command."""

    def __init__(self, recorder: Recorder, read: Read, *, unit: str, most_bytes: int, batch: int) -> None:
        self._recorder = recorder
        self._read = read
        self._unit = unit
        self._most = most_bytes
        self._batch = batch
        self._waiting: list[_Unit] = []
        self._events = 0

    def take(self, paths: Iterable[Path], progress: Callable[[Path], None] = lambda _: None) -> list[FileCounts]:
        """Import files one after the other; their counts, in their order. `progress` is called after each file."""
        files = []
        for path in paths:
            counts = FileCounts(str(path), self._unit)
            files.append(counts)
            try:
                data = read_whole(path, self._most)
            except OSError as error:
                counts.error = why(error)
            else:
                for converted in self._read(data):
                    self._add(counts, converted)
            progress(path)
        self._flush()
        return files

    def _add(self, counts: FileCounts, converted: Converted) -> None:
        if converted.kept is not None:
            messages = [Message(converted.raw, kept=converted.kept)]
        else:
            messages = [Message(event) for event in converted.events]
            counts.events += len(messages)
        self._waiting.append(_Unit(counts, converted, messages))
        self._events += len(messages)
        if self._events >= self._batch:
            self._flush()

    def _flush(self) -> None:
        units, self._waiting, self._events = self._waiting, [], 0
        messages = [message for unit in units for message in unit.messages]
        outcomes = iter(self._recorder.record(messages) if messages else ())
        for unit in units:
            _settle(unit, [next(outcomes) for _ in unit.messages])


def _settle(unit: _Unit, outcomes: list[Outcome]) -> None:
    if not outcomes:  # it says nothing that is new here, as a message about nobody's involvement
        unit.counts.count(DUPLICATE, None)
        return
    worst = min(outcomes, key=lambda outcome: WORST_FIRST.index(outcome.outcome))
    unit.counts.count(worst.outcome, worst.reason)
    for outcome in outcomes:
        unit.counts.count_set_aside(outcome.set_aside)
    if any(outcome.outcome == ACCEPTED for outcome in outcomes):
        unit.counts.count_set_aside(unit.converted.set_aside)


__all__ = ["FileCounts", "Importer", "read_whole", "why"]
