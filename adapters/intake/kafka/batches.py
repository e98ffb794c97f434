"""Record batches as Kafka's fetch answers hold them, read so that no byte of them can stop the reader or fill the memory.

The client library reads batches too, but one that it cannot read it reads again for ever, it unpacks without a bound,
and what it could not read it does not show. Here a batch gives its records up to the first that cannot be read, and then
says which that is, from which offset to which, and shows its bytes. Keys and headers are passed over: nobody needs them.

The format (KIP-98, magic 2): a header of 61 bytes; then the records, packed by a codec or not, each with its length first.
"""

import hashlib
import struct
from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

from crc32c import crc32c

from adapters.intake.kafka.unpacking import CannotUnpack, unpack

SHOWN: Final = 64 << 10  # bytes of what cannot be read that are kept to be looked at
_HEADER: Final = struct.Struct(">qiibIhiqqqhii")
_OVERHEAD: Final = 12  # offset and length, which the length does not count
_CHECKED_FROM: Final = 21  # the checksum covers what stands behind it
_MAGIC: Final = 2
_CODEC, _TRANSACTIONAL, _CONTROL = 0x07, 0x10, 0x20
_LOOKED_AT: Final = 1000  # headers of one record; of more the record's own length is believed


class Record(NamedTuple):
    """What the consumer needs of a record; a tombstone has no value."""

    offset: int
    value: bytes | None


class Unreadable(NamedTuple):
    """What cannot be read: the offsets from `first` up to `next`, why, and the bytes, cut to SHOWN.

    `size` and `digest` (SHA-256) are of all the bytes there are of it.
    """

    first: int
    next: int
    why: str
    shown: bytes
    size: int
    digest: str


class Aborted(NamedTuple):
    """A transaction that was given up, and the first offset of it."""

    producer_id: int
    first_offset: int


class _Broken(Exception):
    """Why a batch or a record cannot be read."""


class _Header(NamedTuple):
    base: int
    length: int
    leader_epoch: int
    magic: int
    checksum: int
    attributes: int
    last_delta: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    producer_epoch: int
    base_sequence: int
    records: int

    @property
    def last(self) -> int:
        return self.base + self.last_delta


class Batches:
    """The records of one answer for one partition, from an offset on; `next_offset` is where to read on.

    `unreadable` says what stands at `next_offset` once `take` has come to something that cannot be read. Records of
    transactions that were given up are left out where their list is passed.
    """

    def __init__(self, data: memoryview, offset: int, aborted: Iterable[Aborted] | None = None) -> None:
        self.next_offset = offset
        self.unreadable: Unreadable | None = None
        self.done = False
        self.leader_epoch = -1
        self.absent = 0  # offsets that the broker does not have: of markers, of compaction, or lost on its disk
        self._data = data
        self._at = 0
        self._records: _Records | None = None
        self._aborted = None if aborted is None else deque(sorted(aborted, key=lambda one: one.first_offset))
        self._given_up: set[int] = set()

    def take(self, most: int, most_bytes: int) -> list[Record]:
        """The next records: at most so many, and no more once their values have so many bytes."""
        taken: list[Record] = []
        while len(taken) < most and most_bytes > 0 and not self.done:
            if self._records is None and not self._open():
                break
            records = self._records
            if records is None:
                continue  # a batch without records for us
            broken = records.read(taken, most, most_bytes)
            most_bytes -= records.read_bytes
            self.next_offset = max(self.next_offset, records.next_offset)
            if broken is not None:
                self._refuse(*broken)
            elif records.left == 0:
                self.next_offset = max(self.next_offset, records.header.last + 1)
                self._close()
        return taken

    def park(self) -> None:
        """Give back the memory of what is unpacked; it is unpacked again when reading goes on."""
        self._records = None

    def _close(self) -> None:
        assert self._records is not None
        self._at += self._records.header.length + _OVERHEAD
        self._records = None

    def _open(self) -> bool:
        """Get the next batch's records ready, or pass it over; False when there is none, or none that can be read."""
        left = len(self._data) - self._at
        header = _header(self._data, self._at)
        if header is not None and 0 <= header.length <= left - _OVERHEAD:
            end = self._at + header.length + _OVERHEAD
        elif self._at or left == 0:  # an answer may end within a batch, not within its first
            self.done = True
            return False
        else:
            self._refuse(self.next_offset, self.next_offset + 1, "the batch is not whole", self._data[self._at :])
            return False
        batch = self._data[self._at : end]
        try:
            passed_over = self._passed_over(header, batch)
            self._records = None if passed_over else _Records(header, unpack_batch(header, batch), self.next_offset)
        except (_Broken, CannotUnpack) as error:
            self._refuse(max(self.next_offset, header.base), self._behind(header, end), str(error), batch)
            return False
        if passed_over:
            self.next_offset = max(self.next_offset, header.last + 1)
            self._at = end
        return True

    def _passed_over(self, header: _Header, batch: memoryview) -> bool:
        """Whether a batch holds nothing for us. Raises _Broken where it cannot be trusted."""
        check(header, batch)
        self.leader_epoch = header.leader_epoch
        if header.base > self.next_offset:
            self.absent += header.base - self.next_offset
        self.next_offset = max(self.next_offset, header.base)
        if self._aborted is not None and header.producer_id >= 0:
            while self._aborted and self._aborted[0].first_offset <= header.last:
                self._given_up.add(self._aborted.popleft().producer_id)
            if header.attributes & _CONTROL:
                self._given_up.discard(header.producer_id)  # whichever way, its transaction is over
            elif header.attributes & _TRANSACTIONAL and header.producer_id in self._given_up:
                return True
        return bool(header.attributes & _CONTROL) or header.last < self.next_offset

    def _behind(self, header: _Header, end: int) -> int:
        """The offset behind a batch that cannot be read, and whose own word for it may be wrong."""
        first = max(self.next_offset, header.base)
        following = _header(self._data, end)
        if following is not None and following.magic == _MAGIC and following.base > first:
            return following.base
        said = header.last + 1
        return said if header.magic == _MAGIC and first < said <= first + max(header.records, 1) else first + 1

    def _refuse(self, first: int, next_: int, why: str, data: memoryview) -> None:
        self.next_offset = max(self.next_offset, first)
        digest = hashlib.sha256(data).hexdigest()
        self.unreadable = Unreadable(first, max(next_, first + 1), why, bytes(data[:SHOWN]), len(data), digest)
        self.done = True
        self._records = None


def check(header: _Header, batch: memoryview) -> None:
    """Raises _Broken unless a batch is what it says, as far as can be told before it is unpacked."""
    if header.magic != _MAGIC:
        raise _Broken(f"the batch is of format {header.magic}, and only {_MAGIC} is read")
    if header.length + _OVERHEAD < _HEADER.size:
        raise _Broken("the batch is shorter than its header")
    if crc32c(batch[_CHECKED_FROM:]) != header.checksum:
        raise _Broken("the checksum of the batch is wrong")
    if header.base < 0 or header.last_delta < 0 or not 0 <= header.records <= header.last_delta + 1:
        raise _Broken("the batch does not say how many records it has")


def unpack_batch(header: _Header, batch: memoryview) -> bytes | bytearray | memoryview:
    """The bytes of a batch's records. Raises CannotUnpack."""
    return unpack(header.attributes & _CODEC, batch[_HEADER.size :])


def _header(data: memoryview, at: int) -> _Header | None:
    if len(data) - at < _HEADER.size:
        # Too short for one of ours; its length can be told all the same, and the checks then refuse it.
        if len(data) - at < _OVERHEAD:
            return None
        short = bytes(data[at:]).ljust(_HEADER.size, b"\0")
        return _Header(*_HEADER.unpack(short))
    return _Header(*_HEADER.unpack_from(data, at))


class _Records:
    """The records of one batch, unpacked; those before `wanted` are passed over, also where they cannot be read."""

    def __init__(self, header: _Header, data: bytes | bytearray | memoryview, wanted: int) -> None:
        self.header = header
        self.left = header.records
        self.next_offset = max(header.base, wanted)
        self._data = data
        self._wanted = wanted
        self.read_bytes = 0  # by the last `read`
        self._at = 0
        self._expected = header.base  # the least offset that the next record can have
        if self.left == 0 and len(data):
            raise _Broken("the batch has bytes and no records")

    def read(self, taken: list[Record], most: int, most_bytes: int) -> tuple[int, int, str, memoryview] | None:
        """Add records to `taken`, as `Batches.take` says; where one cannot be read, what `_refuse` is told of it."""
        self.read_bytes = 0
        while self.left and len(taken) < most and self.read_bytes < most_bytes:
            start = self._at
            try:
                offset, value = self._next()
            except (_Broken, IndexError, ValueError) as error:
                behind = self._behind(start)
                if behind is None or self._expected >= self._wanted:
                    why = str(error) if isinstance(error, _Broken) else "the record is cut short"
                    return self._refused(start, behind, why)
                self._step(behind, self._expected)  # a person has skipped it
                continue
            self._step(self._at, offset)
            if offset >= self._wanted:
                taken.append(Record(offset, value))
                self.read_bytes += len(value) if value is not None else 0
        return None

    def _refused(self, start: int, behind: int | None, why: str) -> tuple[int, int, str, memoryview]:
        """The record at `start`; with all that follows in its batch, where nothing says where the next one begins."""
        first = max(self._expected, self._wanted)
        data = memoryview(self._data)
        if behind is None or self.left == 1:
            return first, self.header.last + 1, why, data[start:]
        return first, first + 1, why, data[start:behind]

    def _step(self, at: int, offset: int) -> None:
        self._at = at
        self._expected = offset + 1
        self.next_offset = max(self.next_offset, offset + 1)
        self.left -= 1

    def _behind(self, start: int) -> int | None:
        """Where the record at `start` ends by its own length, if that can be."""
        try:
            length, at = _varint(self._data, start)
        except (IndexError, ValueError):
            return None
        return at + length if length > 0 and at + length <= len(self._data) else None

    def _next(self) -> tuple[int, bytes | None]:
        """The next record's offset and value; `_at` is moved behind it. Raises _Broken, IndexError or ValueError."""
        data = self._data
        length, at = _varint(data, self._at)
        end = at + length
        if length <= 0 or end > len(data):
            raise _Broken("the record is longer than what is left of its batch")
        _, at = _varint(data, at + 1)  # attributes, which say nothing; the time is not ours
        delta, at = _varint(data, at)
        offset = self.header.base + delta
        if not self._expected <= offset <= self.header.last:
            raise _Broken("the record's offset is not in its place")
        size, at = _varint(data, at)
        at += max(size, 0)  # the key
        size, at = _varint(data, at)
        value = None
        if size >= 0:
            if at + size > end:
                raise _Broken("the value is longer than its record")
            value = bytes(data[at : at + size])
            at += size
        if at >= end or data[at] != 0 or at + 1 != end:
            _check_headers(data, at, end)
        if self.left == 1 and end != len(data):
            raise _Broken("bytes stand behind the last record")
        self._at = end
        return offset, value


def _check_headers(data: bytes | bytearray | memoryview, at: int, end: int) -> None:
    """Raises _Broken, IndexError or ValueError unless a record's headers fill it to its end."""
    if at >= end:
        raise _Broken("the key is longer than its record")
    count, at = _varint(data, at)
    if count < 0:
        raise _Broken("the record has fewer headers than none")
    if count > _LOOKED_AT:
        return
    for _ in range(count):
        size, at = _varint(data, at)
        if size < 0:
            raise _Broken("a header has no name")
        size, at = _varint(data, at + size)
        at += max(size, 0)
        if at > end:
            raise _Broken("the headers are longer than their record")
    if at != end:
        raise _Broken("bytes stand behind the record's headers")


def _varint(data: bytes | bytearray | memoryview, at: int) -> tuple[int, int]:
    """A number of variable length in zigzag, and where it ends. Raises IndexError or ValueError."""
    byte = data[at]
    at += 1
    if byte < 0x80:
        return (byte >> 1) ^ -(byte & 1), at
    value = byte & 0x7F
    shift = 7
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7
        if shift > 63:
            raise ValueError("no number has so many bytes")


__all__ = ["SHOWN", "Aborted", "Batches", "Record", "Unreadable"]
