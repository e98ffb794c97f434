"""Files of events, good and bad: what is read from them, in constant memory, and what is said when they break off."""

import io
import json
import resource
import zlib
from pathlib import Path

import fastavro
import pytest

from adapters.codec import decode_message
from adapters.codec.limits import MAX_MESSAGE
from adapters.publishing.arrays import BrokenFile, entries
from adapters.publishing.files import read_events
from domain.errors import Rejected
from schemas.registry import registry
from tests.builders.stream import mark

EVENTS = [mark(n) for n in range(5)]


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def ids(path: Path) -> list[str]:
    return [decode_message(event).body["event_id"] for event in read_events(path) if isinstance(event, bytes)]


def container(codec: str = "null", events: list[dict] | None = None) -> bytes:  # type: ignore[type-arg]
    schema = registry().newest["AttendanceMarked"].document
    out = io.BytesIO()
    records = [decode_message(json.dumps(event).encode()).body for event in (events or EVENTS)]
    fastavro.writer(out, fastavro.parse_schema(schema), records, codec=codec, sync_interval=200)
    return out.getvalue()


WANTED = [f"mark-{n}" for n in range(5)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", "\n".join(map(json.dumps, EVENTS))),
        ("a.jsonl", "\r\n\r\n".join(map(json.dumps, EVENTS)) + "\r\n"),
        ("a.txt", "\n".join(map(json.dumps, EVENTS))),
        ("a.json", json.dumps(EVENTS)),
        ("a.json", json.dumps(EVENTS, indent=4)),
        ("a.json", "\ufeff \n" + json.dumps(EVENTS, separators=(",", ":")) + "\n\n"),
        ("a.avro", container()),
        ("a", container("deflate")),
    ],
)
def test_the_forms_of_files(tmp_path: Path, name: str, content: bytes | str) -> None:
    assert ids(write(tmp_path, name, content)) == WANTED


@pytest.mark.parametrize("indent", [None, 2])
def test_one_document_is_one_event(tmp_path: Path, indent: int | None) -> None:
    assert ids(write(tmp_path, "a.json", json.dumps(EVENTS[0], indent=indent))) == ["mark-0"]


def test_one_single_object_message(tmp_path: Path) -> None:
    from adapters.codec import encode_wire

    assert ids(write(tmp_path, "a.bin", encode_wire(EVENTS[3]))) == ["mark-3"]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.jsonl", b"", "empty"),
        ("a.jsonl", b" \n\n ", "blank"),
        ("a.json", b"\xff\xfe\x00garbage", "the file is UTF-16"),
        ("a.csv", b"name,date\n", "no file of events"),
        ("a.json", b"[", "does not end"),
        ("a.json", json.dumps(EVENTS)[:-1].encode(), "does not end"),
        ("a.json", b"[{},]", "empty entry"),
        ("a.json", b"[,{}]", "empty entry"),
        ("a.json", b"[{}] x", "follows"),
        ("a.avro", b"Obj\x01", "ends in the middle"),
        ("a.avro", b"Obj\x01" + b"\xff" * 20, "too long"),
        ("a.avro", b"Obj\x01\x02\xfe\xff\xff\xff\x0f", "impossible size"),
        ("a.avro", container()[:-3], "ends in the middle"),
        ("a.avro", container()[:-16] + bytes(16), "the file's mark"),
    ],
)
def test_a_broken_file_says_why(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    with pytest.raises(BrokenFile, match=why):
        list(read_events(write(tmp_path, name, content)))


def test_a_container_of_another_schema_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    schema = {"type": "record", "name": "Visit", "fields": [{"name": "note", "type": "string"}]}
    fastavro.writer(out, fastavro.parse_schema(schema), [{"note": "x"}])
    with pytest.raises(BrokenFile, match="its schema is not one"):
        list(read_events(write(tmp_path, "a.avro", out.getvalue())))


def test_a_container_in_other_units_is_refused(tmp_path: Path) -> None:
    """Its fingerprint is that of our schema, for it leaves units out; read so, milliseconds are days of 1970."""
    schema = json.loads(
        json.dumps(registry().newest["PupilAdmitted"].document).replace("timestamp-micros", "timestamp-millis")
    )
    out = io.BytesIO()
    fastavro.writer(out, fastavro.parse_schema(schema), [])
    path = tmp_path / "a.avro"
    path.write_bytes(out.getvalue())
    with pytest.raises(BrokenFile, match="recorded_at in other units than ours"):
        list(read_events(path))


def test_a_container_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = squeezed.compress(bytes(100 * 1024 * 1024)) + squeezed.flush()
    good = container("deflate")
    head = good[: good.index(good[-16:]) + 16]
    size = bytearray()
    left = len(bomb) << 1
    while left > 127:
        size.append(left & 127 | 128)
        left >>= 7
    size.append(left)
    with pytest.raises(BrokenFile, match="larger than allowed"):
        list(read_events(write(tmp_path, "a.avro", head + b"\x02" + bytes(size) + bomb + good[-16:])))


def test_a_bad_line_spoils_itself_only(tmp_path: Path) -> None:
    lines = [
        json.dumps(EVENTS[0]).encode(),
        b"garbage",
        b"x" * (MAX_MESSAGE + 5),
        b"\xff\xfe",
        json.dumps(EVENTS[1]).encode(),
    ]
    found = list(read_events(write(tmp_path, "a.jsonl", b"\n".join(lines))))
    assert [isinstance(one, Rejected) for one in found] == [False, False, True, False, False]
    assert isinstance(found[2], Rejected)
    assert found[2].reason == "too_large"


def test_a_bad_first_line_does_not_hide_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", b"garbage\n" + json.dumps(EVENTS[1]).encode())
    assert len(list(read_events(path))) == 2


def test_entries_are_whatever_stands_between_the_commas() -> None:
    text = b'[1, "a,]}\\"", {"b": [1, 2, {"c": "}"}]}, null, [] ]'
    assert list(entries(io.BytesIO(text))) == [b"1", b'"a,]}\\""', b'{"b": [1, 2, {"c": "}"}]}', b"null", b"[]"]
    assert list(entries(io.BytesIO(b"[ ]"))) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_entries_are_the_same_however_the_file_is_read(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("adapters.publishing.arrays._CHUNK", size)
    odd = {"x": 'a\\"b\\\\', "y": ["\\", '"']}
    text = json.dumps([*EVENTS, odd], indent=1).encode()
    assert [json.loads(one) for one in entries(io.BytesIO(text)) if isinstance(one, bytes)][:-1] == EVENTS


def test_very_many_entries_are_read_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with path.open("wb") as out:
        out.write(b"[")
        for _ in range(200):
            out.write(b'{"event_type":"PupilAdmitted"},' * 1000)
        out.write(b"{}]")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in read_events(path)) == 200_001
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_one_huge_entry_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "a.json", b'[{"a":"' + b"x" * 3_000_000 + b'"}, {}]')
    first, second = read_events(path)
    assert isinstance(first, Rejected)
    assert second == b"{}"
