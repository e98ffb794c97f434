"""The third of the three entrances: files that agencies already produce, read by a connector straight into the log.

The unit counted is the connector's (a message, a census row): what became of it is the worst of what became of its
events. Files that cannot be opened are said and the others go on; what can be opened and not read is kept in quarantine.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from adapters.intake.connectors import BrokenFile, Converted, looks_like
from adapters.intake.repeated_facts import News, RepeatedFacts
from adapters.log.messages import ACCEPTED, CONFLICT, DUPLICATE, KEPT, Message, Outcome
from adapters.log.recorder import Recorder

# Of a unit's events the worst speaks for it: what needs a person before what is well.
WORST_FIRST: Final = (KEPT, CONFLICT, ACCEPTED, DUPLICATE)

Read = Callable[[bytes], Iterator[Converted]]
ReadFile = Callable[[Path], Iterator[Converted]]


@dataclass(slots=True)
class FileCounts:
    """One file's counts by contract 4.

    `error` says why it could not be read (to its end), `broken` that it could be opened, `lost` how many were sent and
    never acknowledged. `ignored` counts by reason what is no unit, and `warnings` what was taken in all the same, and
    what the file says of itself and was not taken in (`of_file_kept`), as that a snapshot lost too many of its rows.
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
    warnings: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    of_file_kept: int = 0
    error: str | None = None
    broken: bool = False

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
        """As contract 4 writes them; `warnings`, `ignored` and `error` only where there are any."""
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
        for name, counter in (("warnings", self.warnings), ("ignored", self.ignored)):
            if counter:
                document[name] = dict(sorted(counter.items()))
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


def none_opens(paths: Iterable[Path], unit: str) -> list[FileCounts]:
    """The counts of files none of which can be opened, each with its error; empty where one can.

    Asked before anything is started for them. What is no plain file (a pipe) is only opened to be read.
    """
    files = []
    for path in paths:
        try:
            if not path.is_dir() and path.exists() and not path.is_file():
                return []
            with path.open("rb"):
                return []
        except OSError as error:
            files.append(FileCounts(str(path), unit, error=why(error)))
    return files


@dataclass(slots=True)
class _Unit:
    counts: FileCounts
    converted: Converted
    messages: list[Message]
    outcomes: list[Outcome] = field(default_factory=list)
    later: list[dict[str, Any]] = field(default_factory=list)


# A unit's message, what it is beside what the log holds, and what is recorded of it.
_Told = tuple[_Unit, News, list[Message]]


class FileImporter:
    """Records what a connector reads from files, in batches over the files; one for each command.

    `read` yields the units of a file, and raises OSError or BrokenFile where it cannot go on. `by_content`: the
    connector's event ids are made of all that an event says but when it was written down, so that the same fact in a
    later file has the id it had, and is a duplicate though the file was written later (`adapters.intake.repeated_facts`).
    `kind`: what of `adapters.intake.connectors.looks_like` it reads; a file that looks like another is said, and not read.
    """

    def __init__(
        self, recorder: Recorder, read: ReadFile, *, unit: str, batch: int, by_content: bool = False, kind: str | None = None
    ) -> None:  # fmt: skip
        self._recorder = recorder
        self._read = read
        self._unit = unit
        self._batch = batch
        self._kind = kind
        self._retelling = RepeatedFacts(recorder) if by_content else None
        self._waiting: list[_Unit] = []
        self._unsettled: list[_Unit] = []
        self._events = 0

    def take(
        self,
        paths: Iterable[Path],
        progress: Callable[[Path], None] = lambda _: None,
        files: list[FileCounts] | None = None,
        seen: Callable[[int], None] = lambda _: None,
    ) -> list[FileCounts]:
        """Import files one after the other; their counts, in their order.

        `files` is where the counts are put as each file begins, for whoever must tell them after an interruption.
        `progress` is called after each file, `seen` with the number of units settled so far.
        """
        files = [] if files is None else files
        for path in paths:
            counts = FileCounts(str(path), self._unit)
            files.append(counts)
            try:
                if self._kind is not None:
                    looks_like.check(path, self._kind)
                for converted in self._read(path):
                    self._add(counts, converted, lambda: seen(sum(one.read for one in files)))
            except OSError as error:
                counts.error = why(error)
            except BrokenFile as error:
                counts.error, counts.broken = str(error), True
            if self._retelling is not None:
                self._flush()  # what the next file tells is seen against this one's
                self._settle_later(self._retelling)
            progress(path)
        self._flush()
        seen(sum(one.read for one in files))
        return files

    def _add(self, counts: FileCounts, converted: Converted, flushed: Callable[[], None]) -> None:
        if converted.ignored is not None:
            counts.ignored[converted.ignored] += 1
            return
        if converted.kept is not None:
            messages = [Message(converted.raw, kept=converted.kept)]
        else:
            messages = [Message(event) for event in (*converted.events, *converted.takes_back)]
        self._waiting.append(_Unit(counts, converted, messages))
        self._events += len(messages)
        if self._events >= self._batch:
            self._flush()
            flushed()

    def _flush(self) -> None:
        units, self._waiting, self._events = self._waiting, [], 0
        self._record(self._sorted([(unit, message) for unit in units for message in unit.messages]))
        self._unsettled += [unit for unit in units if unit.later]
        for unit in units:
            if not unit.later:
                _settle(unit)

    def _sorted(self, messages: list[tuple[_Unit, Message]]) -> list[_Told]:
        if self._retelling is None:
            return [(unit, News.FRESH, [message]) for unit, message in messages]
        events = [m.data if m.kept is None and isinstance(m.data, dict) else None for _, m in messages]
        news = self._retelling.sort(events, [unit.converted.begun_by for unit, _ in messages])
        return [
            (unit, what, [Message(event) for event in told] if told else [message])
            for (unit, message), (what, told) in zip(messages, news, strict=True)
        ]

    def _record(self, told: list[_Told]) -> None:
        """Record what is fresh, and give each unit what became of its messages."""
        fresh = [message for _, what, messages in told if what is News.FRESH for message in messages]
        outcomes = iter(self._recorder.record(fresh) if fresh else ())
        for unit, what, messages in told:
            if what is News.FRESH:
                unit.outcomes += [next(outcomes) for _ in messages]
            elif what is News.TOLD:
                unit.outcomes.append(Outcome(DUPLICATE))
            elif what is News.LATER:
                unit.later += [message.data for message in messages if isinstance(message.data, dict)]

    def _settle_later(self, retelling: RepeatedFacts) -> None:
        """What a file says otherwise than the log, once all that the file says is known."""
        units, self._unsettled = self._unsettled, []
        events = [(unit, event) for unit in units for event in unit.later]
        news = retelling.settle([event for _, event in events])
        told = [
            (unit, what, [Message(again or event)]) for (unit, event), (what, again) in zip(events, news, strict=True)
        ]
        for start in range(0, len(told), self._batch):
            self._record(told[start : start + self._batch])
        for unit in units:
            _settle(unit)


class Importer(FileImporter):
    """The same for connectors that take a whole file as bytes."""

    def __init__(
        self, recorder: Recorder, read: Read, *, unit: str, most_bytes: int, batch: int, kind: str | None = None
    ) -> None:
        super().__init__(recorder, lambda path: read(read_whole(path, most_bytes)), unit=unit, batch=batch, kind=kind)


def _settle(unit: _Unit) -> None:
    """Count a unit when it is known what became of all that it says."""
    outcomes = unit.outcomes
    if unit.converted.of_the_file:
        for outcome in outcomes:
            if outcome.outcome in (KEPT, CONFLICT) and outcome.reason is not None:
                unit.counts.warnings[outcome.reason] += 1
                unit.counts.of_file_kept += 1
        return
    if unit.converted.kept is None:
        unit.counts.events += len(outcomes)
    if not outcomes:  # it says nothing that is new here, as a message about nobody's involvement
        unit.counts.count(DUPLICATE, None)
        return
    worst = min(outcomes, key=lambda outcome: WORST_FIRST.index(outcome.outcome))
    unit.counts.count(worst.outcome, worst.reason)
    for outcome in outcomes:
        unit.counts.count_set_aside(outcome.set_aside)
    if any(outcome.outcome == ACCEPTED for outcome in outcomes):
        unit.counts.count_set_aside(unit.converted.set_aside)
        unit.counts.warnings.update(unit.converted.warnings)


__all__ = ["FileCounts", "FileImporter", "Importer", "read_whole", "why"]
