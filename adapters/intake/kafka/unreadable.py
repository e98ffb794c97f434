"""When a partition pauses: too much of it cannot be read, as when a producer's serialiser changed.

Recording it all aside would bury the quarantine, and every event behind it would have to be re-driven by hand; in
Kafka it can wait. A gate looks at what was polled *before* it is recorded.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from adapters.codec import NO_IDS, decode_message
from adapters.log.messages import Outcome
from domain.errors import Rejected

UNREADABLE: Final = frozenset({"undecodable", "unknown_schema", "unknown_event_type", "too_large"})

# Decoding everything twice would cost a tenth of the throughput. Of a batch of which half is unreadable, fewer than a
# quarter of this many picks are with a chance below one in a million; then the batch is counted in full.
SAMPLE: Final = 96
_MEMORY: Final = 10


class Gate:
    """One partition's share of unreadable messages, over what was read lately. `ids` are those of `confluent_ids`."""

    def __init__(self, share: float, minimum: int, ids: Mapping[int, bytes] = NO_IDS) -> None:
        self._ids = ids
        self._share = share
        self._minimum = minimum
        self._read = 0
        self._unreadable = 0
        self._random = random.Random(SAMPLE)  # noqa: S311 - what is looked at is no secret

    def refuses(self, values: Sequence[bytes]) -> int | None:
        """How many of these are unreadable when they must not be recorded; None when they may."""
        if self._share >= 1:
            return None  # the operator's way to say: take it all, into quarantine if need be
        found = self._sampled(values)
        unreadable, read = self._unreadable + found, self._read + len(values)
        return found if unreadable >= self._minimum and unreadable > self._share * read else None

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what became of recorded messages; what lies further back counts less and less."""
        self._read += len(outcomes)
        self._unreadable += sum(outcome.reason in UNREADABLE for outcome in outcomes if outcome.reason is not None)
        while self._read > _MEMORY * self._minimum:
            self._read //= 2
            self._unreadable //= 2

    def _sampled(self, values: Sequence[bytes]) -> int:
        """How many are unreadable; 0 where a sample shows too few to matter."""
        if len(values) > 2 * SAMPLE:
            # At random: a pattern in the batch would fall in step with any stride.
            picked = self._random.sample(values, SAMPLE)
            if self._count(picked) < self._share / 2 * len(picked):
                return 0
        return self._count(values)

    def _count(self, values: Sequence[bytes]) -> int:
        return sum(not readable(value, self._ids) for value in values)


def readable(value: bytes, ids: Mapping[int, bytes] = NO_IDS) -> bool:
    """Whether a message can be read at all, whatever else may be wrong with it."""
    try:
        decode_message(value, ids)
    except Rejected as rejected:
        return rejected.reason not in UNREADABLE
    return True
