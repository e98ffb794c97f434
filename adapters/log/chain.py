"""The hash chain of the log: one function for whoever appends and for whoever reads it again (decision 28).

Each batch's hash covers the hash of the batch before, so that nothing can be changed, taken out or put in between
without a break. By the present formula it is keyed: who can write to the database but has not the key file cannot make
another chain that holds.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Final, NamedTuple

from adapters.log import copy_rows as pack
from adapters.log.keys.data_keys import MasterKeys

PLAIN: Final = 1  # SHA-256 of the hash before and of the events' rows; of logs begun before the other was there
KEYED: Final = 2  # HMAC-SHA-256 of all columns of the batch and of the events' rows

EVENT_COLUMNS: Final = "originator_id originator_version topic notification_id shard state".split()

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NUMBERS: Final = Struct("!qqq").pack
_LENGTH: Final = Struct("!q").pack
_ABSENT: Final = _LENGTH(-1)


class Batch(NamedTuple):
    """What a batch's hash covers beside its events.

    `previous` is the hash of the batch before, empty for the first; `received_at` in microseconds since 1970.
    """

    last: int
    first: int
    previous: bytes
    received_at: int
    organisations: Sequence[str] | None
    types: Sequence[str] | None
    senders: bytes | None


class Link:
    """The hash of one batch, worked out while its events go by."""

    def __init__(self, keys: MasterKeys, batch: Batch, formula: int = KEYED) -> None:
        """Raises ValueError for a formula that this version does not know."""
        if formula == KEYED:
            self._hash = hmac.new(keys.hasher("batch chain")(b""), _columns(batch), hashlib.sha256)
        elif formula == PLAIN:
            self._hash = hashlib.sha256(batch.previous)  # type: ignore[assignment] # both take and tell in one way
        else:
            raise ValueError("no such formula")

    def take(self, body: bytes) -> None:
        """The next bytes of the events' COPY body, of which HEADER and TRAILER are parts."""
        self._hash.update(body)

    def digest(self) -> bytes:
        """The hash: 32 bytes."""
        return self._hash.digest()


def microseconds(at: datetime) -> int:
    """An instant as a batch has it."""
    return (at - _EPOCH) // _MICROSECOND


def event_row(record: bytes, version: int, topic: str, position: int, shard: int, state: bytes) -> bytes:
    """A row of `EVENT_COLUMNS` as it is copied, and hashed."""
    return pack.row(
        pack.blob(record), pack.int8(version), pack.text(topic), pack.int8(position), pack.int2(shard), pack.blob(state)
    )  # fmt: skip


def _columns(batch: Batch) -> bytes:
    """All columns of a batch, each with its length, so that no two batches have the same bytes."""
    numbers = _NUMBERS(batch.last, batch.first, batch.received_at)
    organisations, types = _texts(batch.organisations), _texts(batch.types)
    return b"".join((_sized(batch.previous), numbers, organisations, types, _sized(batch.senders)))


def _sized(value: bytes | None) -> bytes:
    return _ABSENT if value is None else _LENGTH(len(value)) + value


def _texts(values: Sequence[str] | None) -> bytes:
    """Of texts; what else somebody may have put into the array is taken as it is written, and is no text of ours."""
    return (
        _ABSENT if values is None else b"".join((_LENGTH(len(values)), *(_sized(str(one).encode()) for one in values)))
    )
