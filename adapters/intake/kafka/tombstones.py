"""Records without a value: they say nothing, and their keys are not ours to read. All of them are one kept row, and are counted."""

from collections.abc import Sequence
from typing import Final

from adapters.intake.kafka.partitions import Entry
from adapters.log.messages import KEPT, Message, Outcome

TOMBSTONE: Final = Message(b"", kept=("empty", None, "a record has a value"))
_EMPTY: Final = Outcome(KEPT, "empty")


def without_tombstones(entries: Sequence[Entry]) -> list[Message]:
    """The messages of some entries, with one in place of all tombstones, so that a million of them are not stored each."""
    messages = [message for _, _, message in entries if message is not TOMBSTONE]
    return messages if len(messages) == len(entries) else [*messages, TOMBSTONE]


def with_tombstones(entries: Sequence[Entry], outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """The outcome of each entry, from those of its messages without tombstones."""
    if all(message is not TOMBSTONE for _, _, message in entries):
        return outcomes
    following = iter(outcomes)
    return [_EMPTY if message is TOMBSTONE else next(following) for _, _, message in entries]
