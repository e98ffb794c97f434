"""What is published in the chaos run: an area, what is sent twice, and what nobody can read."""

import random
from typing import Final

from adapters.intake.kafka.topics import SHARED_TOPICS
from tests.builders.stream import Wire, area, publish

Sent = tuple[str, bytes | None, bytes | None]

# Each is kept with its reason and holds up nothing.
BOMBS: Final[dict[str, bytes | None]] = {
    "a tombstone": None,
    "nothing": b"",
    "noise": bytes(range(256)) * 3,
    "an event of a schema that nobody knows": b"\xc3\x01" + b"\xee" * 8 + b"\x02\x04",
    "half a document": b'{"event_type": "GpRegistered", "event_id": "e',
    "a document that is no event": b'[[["GpRegistered"]]]',
    "ten thousand brackets": b"[" * 10_000,
    "a name without an end": b'{"event_type": "' + b"x" * 100_000 + b'"}',
    "three megabytes of nothing, packed into a few kilobytes": bytes(3 << 20),
}
# librdkafka holds a message's size against its bound before it packs it.
PACKED: Final = {"compression.type": "gzip", "message.max.bytes": 64 << 20}


class Inputs:
    """The area in slices, with all that has been published so far, in its order."""

    def __init__(self, bootstrap_servers: str, chance: random.Random, *, small: bool) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._chance = chance
        self._rest = list(area(60, 60) if small else area(140, 100))
        self.sent: list[Sent] = []

    @property
    def left(self) -> int:
        """How much of the area has not been published."""
        return len(self._rest)

    def some(self, count: int) -> None:
        """Publish the next messages of the area."""
        part, self._rest = self._rest[:count], self._rest[count:]
        self._publish(part)

    def flood(self) -> None:
        """Much at once: the next of the area, and of what was sent before a large part again."""
        before = [one for one in self.sent if one[1] is not None]
        self.some(800)
        self._publish([before[self._chance.randrange(len(before))] for _ in range(400 if before else 0)])

    def bombs(self) -> None:
        """One of each kind, somewhere among some of the area."""
        for value in BOMBS.values():
            key = str(self._chance.randrange(1000)).encode()
            self._publish([(self._chance.choice(SHARED_TOPICS), key, value)])
            self.some(5)

    def again(self, bootstrap_servers: str) -> None:
        """Publish all that was sent, in the same order, for a run that nobody disturbs."""
        publish(bootstrap_servers, self.sent, client=PACKED)

    def _publish(self, messages: list[Sent] | list[Wire]) -> None:
        publish(self._bootstrap_servers, messages, client=PACKED)
        self.sent.extend(messages)
