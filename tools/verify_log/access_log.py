"""Checks an export of the access log: `python access_log.py EXPORT --key KEY --checkpoint FILE`.

It stands alone: Python 3.11 and `cryptography`, nothing of the service. KEY is the log's verifier key, or a file of such;
FILE a checkpoint that somebody else has kept. Without that one nothing is proved against whoever holds the signing key, who
can sign another log. Ends with 0 where all holds, 1 where something is named, 2 where it cannot check. Formats: RFC 6962,
C2SP tlog-tiles and tlog-checkpoint; the export's, and what each name means, in docs/access-log.md.
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial, reduce
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Keys = dict[tuple[str, bytes], Ed25519PublicKey]
_SHOWN, _LONGEST, _AT_ONCE = 20, 1 << 26, 1 << 22  # places named of a kind; bytes of a line, and of a stretch
_WORDS, _COLUMNS = ("tile", "leaf", "entry"), ("id", "at", "viewer", "organisation", "question", "outcome")
_FIRST, _decode = b'{"kind":"log","version":2}\n', json.JSONDecoder().raw_decode


class Refused(ValueError):
    """What cannot be checked; the text says why."""


def _add(edge: list[bytes], size: int, leaf: bytes) -> None:
    """RFC 6962: one more leaf to a tree of `size`, whose edge is the roots of its whole subtrees."""
    while size & 1:
        leaf = sha256(b"\x01" + edge.pop() + leaf).digest()
        size >>= 1
    edge.append(leaf)


def _root(edge: list[bytes]) -> bytes:
    return reduce(lambda right, left: sha256(b"\x01" + left + right).digest(), edge[::-1] or [sha256(b"").digest()])


def _root_of(row: list[bytes]) -> bytes:
    while len(row) > 1:
        odd = row[len(row) & ~1 :]
        row = [sha256(b"\x01" + a + b).digest() for a, b in zip(row[::2], row[1::2], strict=False)] + odd
    return row[0]


def _said_by(read: bytes) -> Iterator[Any]:
    """What one line says by itself: calls of the report; raises for what no export has."""
    head, tab, data = read[:-1].partition(b"\t") if read[-1:] == b"\n" else (b"", b"", b"")
    line, _ = _decode(head.decode())
    if (kind := line["kind"]) == "entry":
        yield from _said_by_entry(line, data if tab else line["bytes"] and base64.b64decode(line["bytes"]))
    elif kind == "content":
        yield "content", bytes.fromhex(line["record"].replace("-", "") + line["digest"])
        if line.get("opens") is False:
            yield "name", "content_rekeyed", f"record {line['record']} digest {line['digest']}"
        if "plain" in line and sha256(base64.b64decode(line["plain"])).hexdigest() != line["digest"]:
            yield "name", "content_changed", f"record {line['record']} digest {line['digest']}"
    elif kind == "tile":
        nodes = base64.b64decode(line["nodes"])
        hashes = [nodes[at : at + 32] for at in range(0, len(nodes), 32)]
        yield "tile", int(line["level"]), int(line["index"]), line["path"], hashes
    elif kind == "context":
        yield "context", line["id"]
        if sha256(line["bytes"].encode()).hexdigest() != line["id"]:
            yield "name", "context_changed", line["id"]
    elif kind == "checkpoint":
        yield "checkpoint", int(line["size"]), line["note"] + ""
    else:
        yield "end", {"end": line.get("lines")}[kind]


def _said_by_entry(line: dict[str, Any], data: bytes | None) -> Iterator[Any]:
    leaf, where = line["leaf"], line["id"] if line["leaf"] is None else line["leaf"]
    if leaf is not None:
        yield "leaf", leaf | 0, bytes.fromhex(line["hash"]), None if data is None else sha256(b"\0" + data).digest()
    elif data is None or not line["waits"]:
        yield "name", "entry_missing" if data is None else "entry_outside", where
    if data is not None:
        said, shown = _decode(data.decode())[0], bytes.fromhex(line["parts"])
        parts = [shown[at : at + 64] for at in range(0, len(shown), 64)]  # of each: child, whose key, digest
        yield from [("name", "column_differs", f"{where} {name}") for name in _COLUMNS if said[name] != line[name]]
        if line["opens"] is False:
            yield "name", "entry_rekeyed", where
        root = _root_of([sha256(b"\0" + part).digest() for part in parts]).hex() if parts else None
        if said["parts"] != len(parts) or line["places"] != [*range(len(parts))] or said["root"] != root:
            yield "name", "parts_differ", where
        link = said["number"] | 0, said["previous"], sha256(data).hexdigest(), said.get("closes")
        yield "entry", where, leaf is None, said["context"], [part[16:] for part in parts], said["process"], link


def _read(export: Path, size: int, start: int) -> list[Any]:
    """What the lines say that begin in a stretch of an export."""
    calls: list[Any] = []
    with export.open("rb") as file:
        file.seek(at := start - 1)  # within a line of the stretch before, if only its end
        at += len(file.readline(_LONGEST))
        while at < start + size and (line := file.readline(_LONGEST)):
            at += len(line)
            try:
                calls.extend(_said_by(line))  # what it said before it was found to be broken stands
                calls.append(("line",))
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
                calls.append(("line", "line_unreadable"))
    return calls


class _Report:
    """What is wrong, by kind, and how much was read. Tiles, rows and entries say what a leaf is; a checkpoint which is right."""

    def __init__(self, keys: Keys, size: int, root: bytes) -> None:
        self.found, self.open = dict[str, list[str]](), list[str]()  # open: processes that did not say that they ended
        self.read = dict.fromkeys(("leaves", "waiting", "parts", "contents", "checkpoints"), 0)
        self.keys, self.number, self.ends, self.contexts = keys, 1, list[object](), set[str]()
        self.end, self.context = self.ends.append, self.contexts.add
        self.size = self.good = 0  # leaves so far, and up to the last checkpoint that they bear out
        self.edges: list[list[bytes]] = [[]] * 3  # one, until the words differ
        self.unlike, self.wrong, self.true = list[tuple[int, list[Any]]](), list[tuple[str, int, Any]](), set[bytes]()
        self.above = dict[int, list[bytes]]()  # by level, the roots of the whole tiles below it
        self.first, self.leaves, self.shown = 0, list[bytes](), dict[bytes, object]()  # leaves: of the tile at hand
        self.checkpoints: dict[int, list[tuple[bytes, bool]]] = {size: [(root, True)]}
        self.chains = dict[str, list[list[Any]]]()  # first number, hash before it, next number, own hash, closes
        self.reached()

    def name(self, kind: str, where: object) -> None:
        self.found.setdefault(kind, []).append(str(where))

    def lines(self) -> Iterator[str]:
        yield ", ".join(f"{n} {what}" for what, n in self.read.items())
        for kind, where in sorted([*self.found.items(), *[("not_closed", self.open)][: len(self.open)]]):
            yield f"{kind} {len(where)}: {'; '.join(where[:_SHOWN])}{'; …' if len(where) > _SHOWN else ''}"
        yield "the access log does not hold" if self.found else "the access log holds"

    def reached(self) -> None:
        for root, kept in self.checkpoints.pop(self.size, ()):
            right = next((n for n, edge in enumerate(self.edges) if _root(edge) == root), None)
            if right is not None:
                self.judge(right)
                self.edges, self.good = [self.edges[right]] * 3, self.size
            else:
                self.name("kept_differs" if kept else "tree_differs", f"leaves {self.good} to {self.size - 1}")

    def judge(self, right: int) -> None:
        for at, words in self.unlike:
            true = words[right] or next(filter(None, words), b"")
            self.true.add(true)
            self.wrong += [(kind, at, word) for kind, word in zip(_WORDS, words, strict=True) if word != true]
        self.unlike = []

    def leaf(self, at: int, row: bytes | None = None, entry: bytes | None = None) -> None:
        """A leaf: what its row and its entry say of it. Those before it that nobody has named have none."""
        for missing in range(self.size, min(at, self.size + (1 << 24))):
            self.leaf(missing)
        if at < self.size:
            self.name("entry_twice", f"leaf {at}")
            return
        words = [self.leaves[at - self.first] if 0 <= at - self.first < len(self.leaves) else None, row, entry]
        if row is None or row != entry or row != words[0]:
            self.unlike.append((at, words))
            self.edges = [[*edge] for edge in self.edges]
        for edge, word in zip(self.edges[: 1 if self.edges[0] is self.edges[1] else 3], words, strict=False):
            _add(edge, at, word or next(filter(None, words), bytes(32)))
        self.size += 1
        self.reached()

    def entry(
        self, where: object, waits: bool, context: str, parts: list[bytes], process: str, link: tuple[Any, ...]
    ) -> None:
        number, previous, *own = link
        self.read["waiting"] += waits
        self.read["parts"] += len(parts)
        self.shown.update(dict.fromkeys(parts, where))
        if context not in self.contexts:
            self.name("context_missing", where)
        links = self.chains.setdefault(process, [])
        if not links or links[-1][2:4] != [number, previous]:
            links.append([number, previous])
        links[-1][2:] = number + 1, *own

    def content(self, part: bytes) -> None:
        self.read["contents"] += 1
        if self.shown.pop(part, None) is None:
            self.name("content_of_no_part", f"record {part[:16].hex()} digest {part[16:].hex()}")

    def checkpoint(self, of: int, note: str) -> None:
        try:
            size, root = _read_note(self.keys, note)
            self.checkpoints.setdefault(size, []).append((root, False))
            self.read["checkpoints"] += 1
            self.reached()
        except Refused as error:
            self.name(str(error), f"of {of} leaves")

    def tile(self, level: int, number: int, path: str, hashes: list[bytes]) -> None:
        if level == 0:
            for at in range(self.size, self.first + len(self.leaves)):
                self.leaf(at)
            self.first, self.leaves = number * 256, hashes
        elif hashes != self.above.get(level, [])[number * 256 : (number + 1) * 256]:
            self.name("tile_changed", path)
        if len(hashes) == 256:
            self.above.setdefault(level + 1, []).append(_root_of(hashes))

    def line(self, *broken: str) -> None:
        self.number += 1
        for kind in broken:
            self.name(kind, self.number)

    def close(self) -> "_Report":
        self.tile(0, 0, "", [])
        self.judge(0)
        self.read["leaves"] = self.size
        for kind, at, word in self.wrong:
            self.name(f"{kind}_{'missing' if word is None else 'moved' if word in self.true else 'changed'}", at)
        for size in self.checkpoints:
            self.name("log_shorter", f"{self.size} leaves, and a checkpoint of {size}")
        for process, links in self.chains.items():
            expected, own, closed = 0, None, None  # numbers go on from 0, and each names the hash of the one before
            for first, previous, after, last, closes in sorted(links, key=itemgetter(0)):
                if first < expected:
                    self.name("entry_twice", f"process {process} number {first}")
                elif first > expected:
                    self.name("number_missing", f"process {process} {expected} to {first - 1}")
                elif previous != own:
                    self.name("entry_not_linked", f"process {process} number {first}")
                if after > expected:
                    expected, own, closed = after, last, closes
            self.open += [f"process {process} after number {expected - 1}"][: closed is not True]
        for where in self.shown.values():
            self.name("content_missing", where)
        if self.ends != [self.number]:
            self.name("lines_missing" if self.ends else "export_cut", f"{self.number} lines")
        return self


def _keys(text: str) -> Keys:
    found: Keys = {}
    for line in text.split():
        name, digits, encoded = (*line.split("+", 2), "", "")[:3]
        public = base64.b64decode(encoded)
        key_id = sha256(name.encode() + b"\n" + public).digest()[:4]
        if public[:1] != b"\x01" or key_id.hex() != digits:
            raise Refused("a verifier key is written name+id+key, and this is none")
        found[name, key_id] = Ed25519PublicKey.from_public_bytes(public[1:])
    return found


def _read_note(keys: Keys, note: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint that one of the keys has signed. Raises Refused with the kind of fault."""
    text, _, signatures = note.rpartition("\n\n")
    origin, *said = text.split("\n")
    with suppress(ValueError, IndexError, InvalidSignature):
        for line in signatures.splitlines():
            _, name, encoded = line.split(" ")
            signed = base64.b64decode(encoded)
            if name == origin and (name, signed[:4]) in keys:
                keys[name, signed[:4]].verify(signed[4:], f"{text}\n".encode())
                return int(said[0]), base64.b64decode(said[1])
    raise Refused("checkpoint_not_signed" if any(origin == name for name, _ in keys) else "checkpoint_of_another_log")


def verify(export: Path, key: str, checkpoint: str, at_once: int = _AT_ONCE) -> _Report:
    """What is wrong with an export, held against a checkpoint kept elsewhere. Raises Refused where that is none."""
    keys = _keys(key)
    report = _Report(keys, *_read_note(keys, checkpoint))
    with export.open("rb") as file, ProcessPoolExecutor() as pool:  # which read lines, each by itself
        if file.readline(_LONGEST) != _FIRST:
            raise Refused("this is no export of an access log of version 2")
        starts = range(len(_FIRST), file.seek(0, 2), at_once)
        for calls in (pool.map if len(starts) > 1 else map)(partial(_read, export, at_once), starts):
            for method, *said in calls:
                getattr(report, method)(*said)
    return report.close()


def main() -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description="Check an export of the access log.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, help="verifier key of the log, or a file of such keys")
    parser.add_argument("--checkpoint", required=True, type=Path, help="a checkpoint that somebody else has kept")
    given = parser.parse_args()
    try:
        keys = given.key if "+" in given.key else Path(given.key).read_text()
        report = verify(given.export, keys, given.checkpoint.read_text())
    except (OSError, ValueError) as error:
        parser.exit(2, f"{error}\n")
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 1 if report.found else 0


if __name__ == "__main__":
    sys.exit(main())
