"""Checks an export of the access log: `python access_log.py EXPORT --key KEY --checkpoint FILE`.

It stands alone: Python 3.11 and `cryptography`, nothing of the service. KEY is the log's verifier key, or a file of such
keys; FILE a checkpoint that somebody else has kept. Without that one nothing is proved against whoever holds the signing
key, who can sign another log. Ends with 0 where all holds, 1 where something is named, 2 where it cannot check.
Formats: RFC 6962, C2SP tlog-tiles and tlog-checkpoint; the export's, and what each name means, in docs/access-log.md.
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count, takewhile
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

Keys = dict[tuple[str, bytes], Ed25519PublicKey]
Line = dict[str, Any]

_SHOWN, _LONGEST = 20, 1 << 26  # places that are named of one kind; bytes of a line
_BROKEN: Final = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Refused(ValueError):
    """What cannot be checked; the text says why."""


class Report:
    """What is wrong, by kind, and how much was read."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}
        self.read = dict.fromkeys(("leaves", "waiting", "parts", "contents", "checkpoints"), 0)
        self.open: list[str] = []  # processes that did not say that they ended: they go on, or were killed

    def name(self, kind: str, where: object) -> None:
        """One more of a kind, and where it is."""
        self.found.setdefault(kind, []).append(str(where))

    def lines(self) -> Iterator[str]:
        """The report for a person."""
        yield ", ".join(f"{n} {what}" for what, n in self.read.items())
        for kind, where in sorted([*self.found.items(), *[("not_closed", self.open)][: len(self.open)]]):
            yield f"{kind} {len(where)}: {'; '.join(where[:_SHOWN])}{'; …' if len(where) > _SHOWN else ''}"
        yield "the access log does not hold" if self.found else "the access log holds"


def _add(edge: list[bytes], size: int, leaf: bytes) -> None:
    """RFC 6962: one more leaf to a tree of `size`, whose edge is the roots of its whole subtrees."""
    while size & 1:
        leaf = sha256(b"\x01" + edge.pop() + leaf).digest()
        size >>= 1
    edge.append(leaf)


def _root(edge: Sequence[bytes]) -> bytes:
    found = edge[-1] if edge else sha256(b"").digest()
    for left in edge[-2::-1]:
        found = sha256(b"\x01" + left + found).digest()
    return found


def _root_of(hashes: Sequence[bytes]) -> bytes:
    edge: list[bytes] = []
    for size, leaf in enumerate(hashes):
        _add(edge, size, leaf)
    return _root(edge)


class _Export:
    """Takes an export's lines in order. Tiles, rows and entries each say what a leaf is; a checkpoint says which is right."""

    def __init__(self, report: Report, keys: Keys, size: int, root: bytes) -> None:
        self.report, self.keys = report, keys
        self.size = self.good = 0  # leaves so far, and up to the last checkpoint that they bear out
        self.edges: list[list[bytes]] = [[]] * 3  # one, until the words differ
        self.unlike: list[tuple[int, tuple[bytes | None, ...]]] = []
        self.wrong, self.wanted = list[tuple[str, int, bytes]](), dict[str, object]()
        self.first, self.leaves = 0, [b""][:0]  # of the tile at hand
        self.above: dict[int, list[bytes]] = {}  # by level, the roots of the whole tiles below it
        self.checkpoints: dict[int, list[tuple[bytes, bool]]] = {size: [(root, True)]}
        self.chains: dict[str, tuple[list[Any], dict[int, tuple[Any, str, Any]]]] = {}
        self.true, self.contexts = set[bytes | None](), set[str]()
        self.ends: list[Line] = []
        self.end = self.ends.append
        self.reached()

    def reached(self) -> None:
        for root, kept in self.checkpoints.pop(self.size, ()):
            right = next((n for n, edge in enumerate(self.edges) if _root(edge) == root), None)
            if right is not None:
                self.judge(right)
                self.edges, self.good = [self.edges[right]] * 3, self.size
            else:
                self.report.name("kept_differs" if kept else "tree_differs", f"leaves {self.good} to {self.size - 1}")

    def add(self, leaf: bytes | None = None, entry: bytes | None = None) -> None:
        """The next leaf: what its row and its entry say of it, None where there is none."""
        at = self.size - self.first
        words = (self.leaves[at] if at < len(self.leaves) else None, leaf, entry)
        if leaf is None or leaf != entry or leaf != words[0]:
            self.unlike.append((self.size, words))
            self.edges = [[*edge] for edge in self.edges]
        known = next(filter(None, words), bytes(32))
        for edge, word in zip(self.edges[: 1 if self.edges[0] is self.edges[1] else 3], words, strict=False):
            _add(edge, self.size, word or known)
        self.size += 1
        self.reached()

    def judge(self, right: int) -> None:
        for index, words in self.unlike:
            true = words[right] or next(filter(None, words), None)
            self.true.add(true)
            for kind, word in zip(("tile", "leaf", "entry"), words, strict=True):
                if word is None:
                    self.report.name(f"{kind}_missing", index)
                elif word != true:
                    self.wrong.append((kind, index, word))
        self.unlike = []

    def checkpoint(self, line: Line) -> None:
        try:
            size, root = _read_note(self.keys, line["note"])
            self.checkpoints.setdefault(size, []).append((root, False))
            self.report.read["checkpoints"] += 1
            self.reached()
        except Refused as error:
            self.report.name(str(error), f"of {int(line['size'])} leaves")

    def context(self, line: Line) -> None:
        self.contexts.add(line["id"])
        if sha256(line["bytes"].encode()).hexdigest() != line["id"]:
            self.report.name("context_changed", line["id"])

    def tile(self, line: Line) -> None:
        level, index, nodes = int(line["level"]), int(line["index"]), base64.b64decode(line["nodes"])
        hashes = [nodes[n : n + 32] for n in range(0, len(nodes), 32)]
        if level == 0:
            self.fill(self.first + len(self.leaves))
            self.first, self.leaves = index * 256, hashes
        elif hashes != self.above.get(level, [])[index * 256 : (index + 1) * 256]:
            self.report.name("tile_changed", line["path"])
        if len(hashes) == 256:
            self.above.setdefault(level + 1, []).append(_root_of(hashes))

    def fill(self, until: int) -> None:
        for _ in range(self.size, min(until, self.size + (1 << 24))):
            self.add()

    def entry(self, line: Line) -> None:
        where, text = line["id"] if line["leaf"] is None else line["leaf"], line["bytes"]
        data = None if text is None else text.encode() if isinstance(text, str) else base64.b64decode(text["base64"])
        if line["leaf"] is None:
            self.report.read["waiting"] += 1
            if data is None or not line["waits"]:
                self.report.name("entry_missing" if data is None else "entry_outside", where)
        elif line["leaf"] < self.size:
            self.report.name("entry_twice", f"leaf {where}")
        else:
            self.fill(line["leaf"])
            self.add(bytes.fromhex(line["hash"]), None if data is None else sha256(b"\x00" + data).digest())
        if data is not None:
            self.said(where, line, json.loads(data), sha256(data).hexdigest())

    def said(self, where: object, line: Line, said: Line, own: str) -> None:
        for name in ("id", "at", "viewer", "organisation", "question", "outcome"):
            if said[name] != (f"a-{line[name].replace('-', '')}" if name == "id" else line[name]):
                self.report.name("column_differs", f"{where} {name}")
        if said["context"] not in self.contexts:
            self.report.name("context_missing", where)
        if line.get("opens") is False:
            self.report.name("entry_rekeyed", where)
        shown = [(of, *p) for of in line["parts"] for p in zip(of["places"], of["digests"], of["records"], strict=True)]
        parts = sorted((place, digest, record, of["child"]) for of, place, digest, record in shown)
        self.report.read["parts"] += len(parts)
        self.wanted.update({record + digest: where for _, digest, record, _ in parts})
        leaves = [f"00{child}{record}{digest}".replace("-", "") for _, digest, record, child in parts]
        above = _root_of([sha256(bytes.fromhex(leaf)).digest() for leaf in leaves]).hex()
        if [part[0] for part in parts] != list(range(said["parts"])) or said["root"] != (above if parts else None):
            self.report.name("parts_differ", where)
        self.chain(said["process"], said["number"], (said["previous"], own, said.get("closes")))

    def chain(self, process: str, number: int, linked: tuple[Any, str, Any]) -> None:
        """A process numbers its entries from 0, and each names the hash of the one before; they come in any order."""
        (expected, *_), early = self.chains.setdefault(process, ([0, None, False], {}))
        if number < expected or number in early:
            self.report.name("entry_twice", f"process {process} number {number}")
        else:
            early[number] = linked
            self.follow(process, takewhile(early.__contains__, count(expected)))

    def follow(self, process: str, numbers: Iterator[int]) -> None:
        last, early = self.chains[process]
        for number in numbers:
            previous, own, closes = early.pop(number)
            if number > last[0]:
                self.report.name("number_missing", f"process {process} {last[0]} to {number - 1}")
            elif previous != last[1]:
                self.report.name("entry_not_linked", f"process {process} number {number}")
            last[:] = number + 1, own, closes

    def content(self, line: Line) -> None:
        self.report.read["contents"] += 1
        where = f"record {line['record']} digest {line['digest']}"
        if self.wanted.pop(line["record"] + line["digest"], None) is None:
            self.report.name("content_of_no_part", where)
        if line.get("opens") is False:
            self.report.name("content_rekeyed", where)
        if "plain" in line and sha256(base64.b64decode(line["plain"])).hexdigest() != line["digest"]:
            self.report.name("content_changed", where)

    def close(self) -> None:
        self.fill(self.first + len(self.leaves))
        self.judge(0)
        self.report.read["leaves"] = self.size
        for kind, index, word in self.wrong:
            self.report.name(f"{kind}_moved" if word in self.true else f"{kind}_changed", index)
        for size in self.checkpoints:
            self.report.name("log_shorter", f"{self.size} leaves, and a checkpoint of {size}")
        for process, (last, early) in self.chains.items():
            self.follow(process, iter(sorted(early)))
            self.report.open += [f"process {process} after number {last[0] - 1}"][: last[2] is not True]
        for where in self.wanted.values():
            self.report.name("content_missing", where)


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
    try:
        for line in signatures.splitlines():
            _, name, encoded = line.split(" ")
            signed = base64.b64decode(encoded)
            if name == origin and (name, signed[:4]) in keys:
                keys[name, signed[:4]].verify(signed[4:], f"{text}\n".encode())
                return int(said[0]), base64.b64decode(said[1])
    except (ValueError, IndexError, InvalidSignature):
        pass
    raise Refused("checkpoint_not_signed" if any(origin == name for name, _ in keys) else "checkpoint_of_another_log")


def verify(file: BinaryIO, key: str, checkpoint: str) -> Report:
    """What is wrong with an export, held against a checkpoint kept elsewhere. Raises Refused where that is none."""
    keys = _keys(key)
    kept = _read_note(keys, checkpoint)
    if not file.readline(_LONGEST).startswith(b'{"kind":"log"'):
        raise Refused("this is no export of an access log")
    report, number = Report(), 1
    export = _Export(report, keys, *kept)
    kinds = {name: getattr(export, name) for name in ("checkpoint", "context", "tile", "entry", "content", "end")}
    for number, read in enumerate(iter(lambda: file.readline(_LONGEST), b""), 2):
        try:
            line = json.loads(read if read.endswith(b"\n") else b"")
            kinds[line["kind"]](line)
        except _BROKEN:
            report.name("line_unreadable", number)
    export.close()
    if [line.get("lines") for line in export.ends] != [number]:
        report.name("lines_missing" if export.ends else "export_cut", f"{number} lines")
    return report


def main() -> int:
    """The command; its exit code."""
    parser = argparse.ArgumentParser(description="Check an export of the access log.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", required=True, help="verifier key of the log, or a file of such keys")
    parser.add_argument("--checkpoint", required=True, type=Path, help="a checkpoint that somebody else has kept")
    given = parser.parse_args()
    try:
        key = given.key if "+" in given.key else Path(given.key).read_text()
        with given.export.open("rb") as file:
            report = verify(file, key, given.checkpoint.read_text())
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 1 if report.found else 0


if __name__ == "__main__":
    sys.exit(main())
