"""A long export of an access log that no database has, whole and signed: so that its check is measured over many entries.

Each entry is a child's page: the frame, the child as a whole and two records of it. Nothing in it is anybody's.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import process_time
from typing import Any, Final
from uuid import UUID

from adapters.disclosure.export import VERSION, WRITTEN, as_line, tile_line
from adapters.disclosure.signing_key import SigningKey
from domain.access.entry import AsKnown, Entry, Outcome, entry_id, instant
from domain.access.parts import NOBODY, leaf_of
from domain.access.viewer import Channel, Role, Viewer
from domain.proof.checkpoint import Checkpoint
from domain.proof.tiles import WIDTH, appended
from domain.proof.tree import SIZE, leaf_hash, root

CHILDREN: Final = 500
PROCESSES: Final = 3
PARTS: Final = 4
_BEGINS: Final = datetime(2026, 6, 1, tzinfo=UTC)
_MADE_WITH: Final = b"{}"
_CONTEXT: Final = sha256(_MADE_WITH)
_KNOWN: Final = AsKnown("2026-06-01", None, f"e-{'1' * 24}", 1, f"e-{'2' * 24}")
_VIEWER: Final = Viewer("la-808:W1", Role.PRACTITIONER, "la-808", bytes(SIZE), Channel.PAGES)
_SEALED: Final = base64.b64encode(bytes(600)).decode()  # as long as what is sealed of a record
Line = dict[str, Any]


def write_made(file: Path, key: SigningKey, entries: int) -> str:
    """Write an export of so many entries; its last checkpoint, as somebody keeps it elsewhere. There is one each 100 entries."""
    with file.open("wb") as stream:
        number = 1
        notes, lines = _lines(key, entries)
        for line in lines:
            stream.write(as_line(line))
            number += 1
        stream.write(as_line({"kind": "end", "lines": number}))
    return notes


def hashing_seconds(file: Path) -> float:
    """The floor: processor time of nothing but the hashes that a check of this export cannot do without, of one core.

    Of each entry its leaf and the hash that the next one names; of each part its leaf; and of both trees each node.
    """
    with file.open("rb") as stream:
        leaves = [line.partition(b"\t")[2][:-1] for line in stream if line.startswith(b'{"kind":"entry"')]
    part, node = bytes(1 + 2 * SIZE), bytes(1 + 2 * SIZE)
    began = process_time()
    for leaf in leaves:
        sha256(b"\0" + leaf).digest()
        sha256(leaf).digest()
        for _ in range(PARTS):
            sha256(part).digest()
        for _ in range(PARTS):  # one fewer of its parts, and one of the log
            sha256(node).digest()
    return process_time() - began


def _lines(key: SigningKey, entries: int) -> tuple[str, Iterator[Line]]:
    made = [*_entries(entries)]
    hashes = [leaf_hash(leaf) for _, leaf, _ in made]
    tiles = appended(0, {}, hashes)
    sizes = [*[*range(100, entries, 100)][:20], entries]  # signing is no part of what is measured
    notes = {
        size: key.sign(Checkpoint(key.verifier.name, size, root(hashes[:size]), ("event-log 0:",))) for size in sizes
    }
    return notes[entries], _in_order(notes, tiles, made)


def _in_order(
    notes: dict[int, str], tiles: dict[tuple[int, int], bytes], made: list[tuple[Entry, bytes, list[bytes]]]
) -> Iterator[Line]:
    yield {"kind": "log", "version": VERSION}
    for size, note in notes.items():
        yield {"kind": "checkpoint", "size": size, "note": note}
    yield {"kind": "context", "id": _CONTEXT.hexdigest(), "bytes": _MADE_WITH.decode()}
    for (level, index), nodes in sorted(tiles.items()):
        yield tile_line(level, index, nodes)
        if level == 0:
            for leaf in range(index * WIDTH, index * WIDTH + len(nodes) // SIZE):
                yield _entry_line(leaf, *made[leaf])
    for part in sorted({part[16:] for _, _, parts in made for part in parts}):
        record, digest = UUID(bytes=part[:16]), part[16:].hex()
        yield {"kind": "content", "record": record, "digest": digest, "sealed": _SEALED, "opens": True}


def _entries(entries: int) -> Iterator[tuple[Entry, bytes, list[bytes]]]:
    before: list[bytes | None] = [None] * PROCESSES
    for number in range(entries):
        parts = _parts(number % CHILDREN)
        entry = Entry(
            UUID(int=number + 1), _BEGINS + timedelta(seconds=number), f"{number % PROCESSES:016x}", number // PROCESSES,
            before[number % PROCESSES], _VIEWER, "ShowTimeline", "work_with_own_children", _KNOWN, _CONTEXT.digest(), Outcome.SHOWN,
            ("lead",), (_KNOWN.position,), PARTS, 0, root([leaf_hash(part) for part in parts]), bytes(SIZE),
        )  # fmt: skip
        leaf = entry.leaf()
        before[number % PROCESSES] = sha256(leaf).digest()
        yield entry, leaf, parts


def _parts(child: int) -> list[bytes]:
    own = UUID(int=0xC000 + child)
    owners = [NOBODY, own, UUID(int=0xA0000 + 2 * child), UUID(int=0xA0001 + 2 * child)]
    return [leaf_of(NOBODY if of == NOBODY else own, of, sha256(of.bytes).digest()) for of in owners]


def _entry_line(index: int, entry: Entry, leaf: bytes, parts: list[bytes]) -> Line:
    return {
        "kind": "entry", "leaf": index, "hash": leaf_hash(leaf).hex(), "waits": False, "id": entry_id(entry.id), "at": instant(entry.at),
        "viewer": entry.viewer.name, "organisation": entry.viewer.organisation, "question": entry.question,
        "outcome": entry.outcome.value, "opens": True, "opened": True, "about": [], "places": [*range(PARTS)],
        "parts": b"".join(parts).hex(), WRITTEN: leaf,
    }  # fmt: skip
