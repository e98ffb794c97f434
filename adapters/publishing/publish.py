"""Publishing files: each event is read, checked, sent, and counted for its file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from adapters.intake.imports import FileCounts, why
from adapters.intake.kafka.producer import KafkaProducer
from adapters.log.messages import ACCEPTED, KEPT
from adapters.publishing.arrays import BrokenFile
from adapters.publishing.check import Checker
from adapters.publishing.embedded import Brake
from adapters.publishing.files import read_events
from adapters.publishing.http import HttpSender
from domain.errors import Rejected, Unreachable

UNIT: Final = "event"


class Door(Protocol):
    """Where events go."""

    def take(self, data: bytes, counts: FileCounts) -> None:
        """Take one message of a file and count what becomes of it, now or later; Rejected when it is not sent."""
        ...

    def settle(self) -> None:
        """Wait until all that was taken has been counted."""
        ...


@dataclass(slots=True)
class CheckOnly:
    """Sends nothing: counts what would be accepted as far as can be said here."""

    checker: Checker

    def take(self, data: bytes, counts: FileCounts) -> None:
        """Check one message."""
        self.checker.check(data)
        counts.count(ACCEPTED, None)

    def settle(self) -> None:
        """Nothing is on its way."""


class KafkaDoor:
    """To Kafka. `accepted` counts what all replicas have acknowledged; what the log makes of it, it alone knows.

    Events that would be kept in quarantine are not sent, since whoever runs this can put them right; unless `invalid_too`.
    """

    def __init__(self, producer: KafkaProducer, checker: Checker, brake: Brake | None, *, invalid_too: bool) -> None:
        self._producer = producer
        self._prepare = checker.check_lightly if invalid_too else checker.check
        self._brake = brake

    def take(self, data: bytes, counts: FileCounts) -> None:
        """Send one message."""
        ready = self._prepare(data)

        def report(acknowledged: bool) -> None:
            if acknowledged:
                counts.count(ACCEPTED, None)
            else:
                counts.lost += 1

        self._producer.send(ready.topic, ready.key, ready.value, report)
        if self._brake is not None:
            self._brake.sent(len(ready.value))

    def settle(self) -> None:
        """Wait for the acknowledgements; of the embedded broker, for the log. Raises Unreachable when some are missing."""
        self._producer.flush()
        if self._producer.failed is not None:
            raise Unreachable(
                "Kafka", f"some messages were not acknowledged ({self._producer.failed}); send them again"
            )
        if self._brake is not None:
            self._brake.settle()


class HttpDoor:
    """Over HTTP: the service says what became of each event."""

    def __init__(self, sender: HttpSender) -> None:
        self._sender = sender
        self._waiting: list[tuple[bytes, FileCounts]] = []
        self._bytes = 0

    def take(self, data: bytes, counts: FileCounts) -> None:
        """Send one message, with others."""
        if not self._sender.fits(len(self._waiting) + 1, self._bytes + len(data)):
            self.settle()
        self._waiting.append((data, counts))
        self._bytes += len(data)

    def settle(self) -> None:
        """Send what waits."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if not waiting:
            return
        for (_, counts), outcome in zip(waiting, self._sender.send([data for data, _ in waiting]), strict=True):
            counts.count(outcome["outcome"], outcome["reason"])
            counts.count_set_aside((part["reason"], part["field"]) for part in outcome["set_aside"])


def publish_files(
    paths: Iterable[Path], door: Door, files: list[FileCounts], progress: Callable[[int], None] = lambda _: None
) -> None:
    """Publish files one after the other; their counts are added to `files` as each begins, in their order.

    A file that cannot be opened or breaks off says so in its counts, and the others go on. `progress` is called with
    the number of events read. Raises what the door raises when there is nobody behind it; the counts stand.
    """
    read = 0
    for path in paths:
        counts = FileCounts(str(path), UNIT)
        files.append(counts)
        try:
            for event in read_events(path):
                counts.events += 1
                read += 1
                _take(event, door, counts)
                progress(read)
        except OSError as error:
            counts.error = why(error)
        except BrokenFile as error:
            counts.error = str(error)
    door.settle()


def _take(event: bytes | Rejected, door: Door, counts: FileCounts) -> None:
    try:
        if isinstance(event, Rejected):
            raise event
        door.take(event, counts)
    except Rejected as rejected:
        counts.count(KEPT, rejected.reason)
