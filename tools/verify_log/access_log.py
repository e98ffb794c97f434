"""Checks an export of the access log: `python access_log.py EXPORT --key KEY --checkpoint FILE` (docs/access-log.md).

It stands alone: Python 3.11 and `cryptography`; 300 lines to read, so one blank line parts functions. KEY is the log's verifier key, or
a file of such; FILE a checkpoint that somebody else has kept. Ends with 0: all holds; 1: something is named; 2: it cannot check.
"""

# fmt: off
import argparse
import base64
import json
import sys
from collections import defaultdict
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

_SHOWN, _LONGEST, _AT_ONCE = 20, 1 << 26, 1 << 22  # places named of a kind; bytes of a line, and of a stretch
_WORDS, _COLUMNS = ("tile", "leaf", "entry"), ("id", "at", "viewer", "organisation", "question", "outcome")
_FIRST, _json = b'{"kind":"log","version":2}\n', json.JSONDecoder().raw_decode
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError)

def _add(edge: list[bytes], size: int, leaf: bytes) -> None:  # RFC 6962: edge: roots of the whole subtrees of `size` leaves
    while size & 1:
        leaf = sha256(b"\x01" + edge.pop() + leaf).digest()
        size >>= 1
    edge.append(leaf)

def _root(edge: list[bytes]) -> bytes:
    return reduce(lambda right, left: sha256(b"\x01" + left + right).digest(), edge[::-1] or [sha256(b"").digest()])

def _root_of(row: list[bytes]) -> bytes:
    while len(row) > 1:
        row = [sha256(b"\x01" + a + b).digest() for a, b in zip(row[::2], row[1::2], strict=False)] + row[len(row) & ~1 :]
    return row[0]

def _said_by(read: bytes) -> Iterator[Any]:  # one line by itself: calls of the report; raises for what no export has
    head, tab, data = read[:-1].partition(b"\t") if read[-1:] == b"\n" else (b"", b"", b"")
    line, _ = _json(head.decode())
    if (kind := line["kind"]) == "entry":
        yield from _said_by_entry(line, data if tab else line["bytes"] and base64.b64decode(line["bytes"]))
    elif kind == "content":
        yield "content", bytes.fromhex(line["record"].replace("-", "") + line["digest"])
        where = f"record {line['record']} digest {line['digest']}"
        yield from [("name", "content_rekeyed", where)] if line.get("opens") is False else ()
        if "plain" in line and sha256(base64.b64decode(line["plain"])).hexdigest() != line["digest"]:
            yield "name", "content_changed", where
    elif kind == "tile":
        nodes = base64.b64decode(line["nodes"])
        hashes = [nodes[at : at + 32] for at in range(0, len(nodes), 32)]
        whole = [_root_of(hashes)] if len(hashes) == 256 else []
        yield "tile", int(line["level"]), int(line["index"]), line["path"], hashes, whole
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
        own, month = None if data is None else sha256(b"\0" + data).digest(), data is None and line.get("given_up")
        yield "leaf", leaf | 0, bytes.fromhex(line["hash"]), own, month and month + ""
    elif data is None or not line["waits"]:
        yield "name", "entry_missing" if data is None else "entry_outside", where
    if data is not None:
        said, shown = _json(data.decode())[0], bytes.fromhex(line["parts"])
        parts = [shown[at : at + 64] for at in range(0, len(shown), 64)]  # of each: child, whose key, digest
        yield from [("name", "column_differs", f"{where} {name}") for name in _COLUMNS if said[name] != line[name]]
        yield from [("name", "entry_rekeyed", where)] if line["opens"] is False else ()
        root = _root_of([sha256(b"\0" + part).digest() for part in parts]).hex() if parts else None
        if [said["parts"], line["places"], said["root"]] != [len(parts), [*range(len(parts))], root]:
            yield "name", "parts_differ", where
        link = [said["number"] | 0, said["previous"], said["number"] + 1, sha256(data).hexdigest(), said.get("closes")]
        month = None if leaf is None else said["at"][:7] + ""
        yield "entry", where, month, said["context"], [part[16:] for part in parts], said["process"], link
        if month and "month" in said:
            yield "stated", where, said["at"], said["month"]

def _read(export: Path, size: int, start: int) -> list[Any]:  # what the lines say that begin in a stretch of an export
    calls: list[Any] = []
    with export.open("rb") as file:
        file.seek(at := start - 1)  # within a line of the stretch before, if only its end
        at += len(file.readline(_LONGEST))
        while at < start + size and (line := file.readline(_LONGEST)):
            at += len(line)
            try:
                calls.extend(_said_by(line))  # what it said before it was found to be broken stands
                calls.append(("line",))
            except _BROKEN:
                calls.append(("line", "line_unreadable"))
    return calls

class _Report:
    """What is wrong, by kind, and how much was read. Tiles, rows and entries say what a leaf is; a checkpoint which is right."""

    def __init__(self, keys: dict[tuple[str, bytes], Ed25519PublicKey], size: int, root: bytes) -> None:
        self.found, self.open = defaultdict[str, list[str]](list), list[str]()  # open: processes that state no end
        self.read = dict.fromkeys(("leaves", "waiting", "parts", "contents", "checkpoints"), 0)
        self.keys, self.number, self.ends, self.contexts = keys, 1, list[object](), set[str]()
        self.end, self.context = self.ends.append, self.contexts.add
        self.size, self.good, self.edges = 0, 0, [list[bytes]()] * 3  # leaves so far, and borne out; one edge until words differ
        self.unlike, self.wrong, self.true = list[tuple[int, list[Any]]](), list[tuple[str, int, Any]](), set[bytes]()
        self.first, self.leaves, self.shown = 0, list[bytes](), dict[bytes, object]()  # leaves: of the tile at hand
        self.above = defaultdict[int, list[bytes]](list)  # by level, the roots of the whole tiles below it
        self.checkpoints: dict[int, list[tuple[bytes, bool]]] = {size: [(root, True)]}
        self.chains = defaultdict[str, list[list[Any]]](list)  # first number, hash before it, next number, own hash, closes
        # Of a month how many leaves; how many that were given up, and their tree's edge; when it was stated to be over, with how many.
        self.months = defaultdict[str, list[Any]](lambda: [0, 0, [], "", 0])
        self.reached()

    def name(self, kind: str, where: object) -> None:
        self.found[kind].append(str(where))

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

    def leaf(self, at: int, row: bytes | None = None, entry: bytes | None = None, month: str | None = None) -> None:
        """A leaf: what its row and its entry say of it; of which `month`, where that was given up. What nobody has named has none."""
        for missing in range(self.size, min(at, self.size + (1 << 24))):
            self.leaf(missing)
        if at < self.size:
            self.name("entry_twice", f"leaf {at}")
            return
        if month and row:
            of, entry = self.months[month], row
            _add(of[2], of[1], row)
            of[:2] = of[0] + 1, of[1] + 1
        words = [self.leaves[at - self.first] if 0 <= at - self.first < len(self.leaves) else None, row, entry]
        if row is None or row != entry or row != words[0]:
            self.unlike.append((at, words))
            self.edges = [[*edge] for edge in self.edges]
        for edge, word in zip(self.edges[: 1 if self.edges[0] is self.edges[1] else 3], words, strict=False):
            _add(edge, at, word or next(filter(None, words), bytes(32)))
        self.size += 1
        if self.size in self.checkpoints:
            self.reached()

    def entry(self, where: object, month: str, context: str, parts: list[bytes], process: str, link: list[Any]) -> None:
        self.read["waiting"] += month is None
        self.read["parts"] += len(parts)
        self.months[month or ""][0] += 1
        self.shown.update(dict.fromkeys(parts, where))
        if context not in self.contexts:
            self.name("context_missing", where)
        links = self.chains[process]
        links.append([*links.pop()[:2], *link[2:]] if links and links[-1][2:4] == link[:2] else link)

    def stated(self, where: object, at: str, said: Any) -> None:  # noqa: ANN401
        """What an entry states of a month: how many leaves it had; or, with the root over them, that their entries were given up."""
        with suppress(*_BROKEN):  # it may say anything
            count, lost, edge, ended, had = of = self.months[said["of"]]
            if "root" not in said and said["entries"] == count == (had if ended else count) and max(self.months) <= at[:7]:
                of[3:] = ended or at, count
                return
            over = f"{int(ended[:4]) + max(said['years'], 1)}{ended[4:]}"
            numbers = sum(last + 1 - first for _, first, last in said["chains"])
            if [said["root"], said["entries"], had] == [_root(edge).hex(), lost, count] and over <= at and numbers <= lost:
                for process, first, last in said["chains"]:
                    self.chains[process].append([first + 0, ..., last + 1, ..., None])
                self.read[f"given up of {said['of']} at {at} after {said['years']} years"] = lost
                of[1:3] = 0, []
                return
        self.name("month_differs", where)

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
        except ValueError as error:
            self.name(str(error), f"of {of} leaves")

    def tile(self, level: int, number: int, path: str, hashes: list[bytes], whole: list[bytes]) -> None:
        if level == 0:
            for at in range(self.size, self.first + len(self.leaves)):
                self.leaf(at)
            self.first, self.leaves = number * 256, hashes
        elif hashes != self.above[level][number * 256 : (number + 1) * 256]:
            self.name("tile_changed", path)
        self.above[level + 1] += whole

    def line(self, *broken: str) -> None:
        self.number += 1
        for kind in broken:
            self.name(kind, self.number)

    def close(self) -> "_Report":
        self.tile(0, 0, "", [], [])
        self.judge(0)
        self.read["leaves"] = self.size
        for kind, at, word in self.wrong:
            self.name(f"{kind}_{'missing' if word is None else 'moved' if word in self.true else 'changed'}", at)
        for size in self.checkpoints:
            self.name("log_shorter", f"{self.size} leaves, and a checkpoint of {size}")
        for process, links in self.chains.items():
            expected, own, closed = 0, None, None  # numbers go on from 0, and each names the hash of the one before
            for first, previous, after, last, closes in sorted(links, key=itemgetter(0)):
                if first != expected or (previous != own and ... not in (previous, own)):  # ... is of what was given up
                    kind = ("entry_not_linked", "number_missing", "entry_twice")[(first > expected) - (first < expected)]
                    self.name(kind, f"process {process} number {first} after {expected - 1}")
                if after > expected:
                    expected, own, closed = after, last, closes
            self.open += [f"process {process} after number {expected - 1}"][: closed is not True]
        for month in [month for month, of in self.months.items() if of[1]]:
            self.name("entry_missing", f"{self.months[month][1]} of {month}, which nothing states")
        for where in self.shown.values():
            self.name("content_missing", where)
        if self.ends != [self.number]:
            self.name("lines_missing" if self.ends else "export_cut", f"{self.number} lines")
        return self

def _keys(text: str) -> dict[tuple[str, bytes], Ed25519PublicKey]:
    found: dict[tuple[str, bytes], Ed25519PublicKey] = {}
    for line in text.split():
        name, digits, encoded = (*line.split("+", 2), "", "")[:3]
        public = base64.b64decode(encoded)
        key_id = sha256(name.encode() + b"\n" + public).digest()[:4]
        if public[:1] != b"\x01" or key_id.hex() != digits:
            raise ValueError("a verifier key is written name+id+key, and this is none")
        found[name, key_id] = Ed25519PublicKey.from_public_bytes(public[1:])
    return found

def _read_note(keys: dict[tuple[str, bytes], Ed25519PublicKey], note: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint that one of the keys has signed. Raises ValueError with the kind of fault."""
    text, _, signatures = note.rpartition("\n\n")
    origin, *said = text.split("\n")
    with suppress(ValueError, IndexError, InvalidSignature):
        for line in signatures.splitlines():
            _, name, encoded = line.split(" ")
            signed = base64.b64decode(encoded)
            if name == origin and (name, signed[:4]) in keys:
                keys[name, signed[:4]].verify(signed[4:], f"{text}\n".encode())
                return int(said[0]), base64.b64decode(said[1])
    raise ValueError("checkpoint_not_signed" if any(origin == name for name, _ in keys) else "checkpoint_of_another_log")

def verify(export: Path, key: str, checkpoint: str, at_once: int = _AT_ONCE) -> _Report:
    """What is wrong with an export, held against a checkpoint kept elsewhere. Raises ValueError where that is none."""
    keys = _keys(key)
    report = _Report(keys, *_read_note(keys, checkpoint))
    with export.open("rb") as file, ProcessPoolExecutor() as pool:  # which read lines, each by itself
        if file.readline(_LONGEST) != _FIRST:
            raise ValueError("this is no export of an access log of version 2")
        starts = range(len(_FIRST), file.seek(0, 2), at_once)
        for calls in (pool.map if len(starts) > 1 else map)(partial(_read, export, at_once), starts):
            for method, *said in calls:
                getattr(report, method)(*said)
    return report.close()

def _main() -> int:
    parser = argparse.ArgumentParser(description="Check an export of the access log.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, help="verifier key of the log, or a file of such keys")
    parser.add_argument("--checkpoint", required=True, type=Path, help="a checkpoint that somebody else has kept")
    given = parser.parse_args()
    try:
        key = given.key if "+" in given.key else Path(given.key).read_text()
        report = verify(given.export, key, given.checkpoint.read_text())
    except (OSError, ValueError) as error:
        parser.exit(2, f"{error}\n")
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 1 if report.found else 0

if __name__ == "__main__":
    sys.exit(_main())
