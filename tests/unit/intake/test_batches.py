"""Record batches: good ones give what the library gives; of broken ones every offset is read, or named as unreadable."""

import hashlib
import os
import random
from collections.abc import Sequence

import pytest
from kafka.record.memory_records import MemoryRecordsBuilder

from adapters.intake.kafka.batches import SHOWN, Aborted, Batches, Record, Unreadable
from adapters.intake.kafka.unpacking import MOST_UNPACKED, CannotUnpack, unpack
from tests.builders.batches import PACKERS, batch, plain, record

VALUES = [b"a", None, b"", b"b" * 300, b"c"]


def read(data: bytes, offset: int = 0, aborted: Sequence[Aborted] | None = None) -> tuple[list[Record], Batches]:
    """All records of some bytes, a few at a time."""
    batches = Batches(memoryview(data), offset, aborted)
    records: list[Record] = []
    while not batches.done:
        records += batches.take(2, 1 << 20)
    return records, batches


@pytest.mark.parametrize("codec", PACKERS)
def test_what_the_library_writes_is_read(codec: int) -> None:
    builder = MemoryRecordsBuilder(2, codec, 1 << 20)
    for number, value in enumerate(VALUES):
        builder.append(1_700_000_000_000 + number, b"key", value, [("name", b"content"), ("other", None)])
    builder.close()
    records, batches = read(bytes(builder.buffer()))
    assert records == [Record(number, value) for number, value in enumerate(VALUES)]
    assert (batches.next_offset, batches.unreadable) == (len(VALUES), None)


def test_reading_begins_within_a_batch_and_goes_on_to_the_next() -> None:
    data = plain(VALUES, base=10, codec=1) + plain([b"x"], base=20)
    records, batches = read(data, 13)
    assert [one.offset for one in records] == [13, 14, 20]
    assert (batches.next_offset, batches.absent) == (21, 5)


def test_an_answer_may_end_within_a_batch_but_not_within_its_first() -> None:
    whole = plain(VALUES)
    records, batches = read(whole + plain(VALUES, base=5)[:-1])
    assert (len(records), batches.next_offset, batches.unreadable) == (5, 5, None)
    _, batches = read(whole[:-1])
    assert batches.unreadable is not None
    assert (batches.unreadable.first, batches.unreadable.why) == (0, "the batch is not whole")


def test_compaction_leaves_gaps_and_empty_batches() -> None:
    data = batch([record(1, b"x"), record(4, b"y")], last_delta=9) + batch([], base=10, last_delta=4)
    records, batches = read(data)
    assert [one.offset for one in records] == [1, 4]
    assert batches.next_offset == 15


def test_transactions_that_were_given_up_and_markers_are_left_out() -> None:
    transactional, marker = 0x10, 0x30
    data = b"".join(
        [
            plain([b"given up"], base=0, attributes=transactional, producer=7),
            plain([b"kept"], base=1, attributes=transactional, producer=8),
            plain([b"\0\0\0\0"], base=2, attributes=marker, producer=7),
            plain([b"later"], base=3, attributes=transactional, producer=7),
            plain([b"plain"], base=4),
        ]
    )
    assert [value for _, value in read(data, 0, [Aborted(7, 0)])[0]] == [b"kept", b"later", b"plain"]
    assert [value for _, value in read(data)[0]] == [b"given up", b"kept", b"later", b"plain"]


def test_no_more_bytes_are_given_out_at_once_than_asked_for() -> None:
    batches = Batches(memoryview(plain([b"x" * 100] * 10, codec=4)), 0)
    assert len(batches.take(100, 250)) == 3
    batches.park()
    assert [one.offset for one in batches.take(2, 250)] == [3, 4]


def test_what_cannot_be_read_is_shown_up_to_a_bound_with_its_length_and_digest() -> None:
    broken = plain([b"x" * (SHOWN + 5)], checksum=1)
    _, batches = read(broken)
    found = batches.unreadable
    assert found is not None
    assert found == Unreadable(0, 1, found.why, broken[:SHOWN], len(broken), hashlib.sha256(broken).hexdigest())


@pytest.mark.parametrize("skipped", [1, 2])
def test_behind_a_skipped_record_the_rest_of_its_batch_is_read(skipped: int) -> None:
    broken = record(1, b"x", header_count=9)
    data = batch([record(0, b"a"), broken, record(2, b"b")], codec=3)
    records, batches = read(data)
    assert [one.offset for one in records] == [0]
    assert batches.unreadable is not None
    assert (batches.unreadable.first, batches.unreadable.next, batches.unreadable.shown) == (1, 2, broken)
    records, batches = read(data, 1 + skipped)
    assert [one.offset for one in records] == ([2] if skipped == 1 else [])
    assert batches.unreadable is None


def test_a_batch_that_cannot_be_read_ends_where_the_next_begins() -> None:
    broken = plain([b"x"] * 3, checksum=1, base=5)
    for data, behind in ((broken, 8), (broken + plain([b"y"], base=9), 9)):
        found = read(data, 5)[1].unreadable
        assert found is not None
        assert (found.first, found.next) == (5, behind)
    lying = plain([b"x"], checksum=1, last_delta=1 << 30)
    found = read(lying)[1].unreadable
    assert found is not None
    assert (found.first, found.next) == (0, 1)


@pytest.mark.parametrize("seed", range(40))
def test_fuzz_bytes_changed_at_random_lose_no_offset(seed: int) -> None:
    """Whatever is changed: it ends, what is given out is in order, and the place that stops it is named."""
    _change_bytes(random.Random(seed), 60)


@pytest.mark.nightly
def test_fuzz_many_more_bytes_changed_at_random() -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    _change_bytes(random.Random(seed), 100_000)


def _change_bytes(chance: random.Random, times: int) -> None:
    for _ in range(times):
        codec = chance.choice(list(PACKERS))
        values = [chance.randbytes(chance.randrange(40)) for _ in range(chance.randrange(1, 6))]
        good = plain(values, codec=codec, base=3)
        data = bytearray(good)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        _ends_well(bytes(data), len(values))
        # Within the checksum, so that what stands behind it is looked at.
        inner = bytearray(b"".join(record(n, value) for n, value in enumerate(values)))
        inner[chance.randrange(len(inner))] = chance.randrange(256)
        packed = PACKERS[codec](bytes(inner))
        _ends_well(batch([b""] * len(values), codec=codec, base=3, packed=packed), len(values))


def _ends_well(data: bytes, count: int) -> None:
    records, batches = read(data + plain([b"behind"], base=3 + count), 3)
    offsets = [one.offset for one in records]
    assert offsets == sorted(set(offsets))
    assert all(one >= 3 for one in offsets)
    if batches.unreadable is None:
        return
    found = batches.unreadable
    assert all(one < found.first for one in offsets)
    assert found.first == batches.next_offset < found.next
    assert len(found.shown) <= SHOWN


@pytest.mark.parametrize("codec", [1, 2, 3, 4])
def test_unpacking_ends_at_its_bound(codec: int) -> None:
    packed = memoryview(PACKERS[codec](b" " * (MOST_UNPACKED + 1)))
    with pytest.raises(CannotUnpack, match="unpacked"):
        unpack(codec, packed)
    assert len(unpack(codec, memoryview(PACKERS[codec](b" " * 1000)))) == 1000


@pytest.mark.parametrize("codec", [1, 3, 4])
def test_frames_that_follow_one_another_are_all_unpacked(codec: int) -> None:
    assert bytes(unpack(codec, memoryview(PACKERS[codec](b"one") + PACKERS[codec](b"two")))) == b"onetwo"
