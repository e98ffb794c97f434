"""The access log as one file for who checks it elsewhere: lines of JSON, one state of the database (docs/access-log.md).

What is written is what stands there, whatever somebody has done to it: what differs is for the reader to name. Of what only
our keys can tell (whether sealed content opens to what its part commits to) it says `opens`.
"""

import base64
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from adapters.disclosure.disclosing import entry_key_context
from adapters.disclosure.given_up import Gone, given_up, read_as_it_is
from adapters.disclosure.keys import OF_CHILD, OF_NOBODY, OF_RECORD, Owner, find_keys, open_part
from adapters.log.keys.data_keys import Erased, MasterKeys, open_sealed
from domain.access.entry import entry_id
from domain.access.parts import NOBODY, leaf_of
from domain.errors import Misuse
from domain.proof.tiles import WIDTH, path
from domain.proof.tree import SIZE

Connection = psycopg.Connection[Any]
Line = dict[str, Any]

VERSION: Final = 2
WRITTEN: Final = "bytes"  # of a line of an entry: its bytes, which stand behind the JSON
PAGE: Final = 8 * WIDTH
ERASED: Final = "erased"

_ENTRY_COLUMNS: Final = (
    "to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), e.viewer, e.organisation, e.kind, e.outcome, e.bytes, "
    "e.wrapped, e.sealed"
)
_LEAVES: Final = (
    f"SELECT l.entry, l.index, l.hash, false, {_ENTRY_COLUMNS} FROM access.leaf l LEFT JOIN access.entry e ON e.id = l.entry "
    "WHERE l.index >= %s AND l.index < %s ORDER BY l.index, e.at"
)
# Entries without a leaf, whether they wait or not; and what waits and is no entry.
_OTHERS: Final = (
    f"SELECT coalesce(e.id, p.entry), NULL, NULL, p.entry IS NOT NULL, {_ENTRY_COLUMNS} FROM access.entry e "
    "FULL JOIN access.pending p ON (p.entry, p.at) = (e.id, e.at) "
    "WHERE NOT EXISTS (SELECT FROM access.leaf l WHERE l.entry = coalesce(e.id, p.entry)) ORDER BY e.at, 1"
)
_SHOWN: Final = (
    "SELECT entry, child, opened, records, digests, places FROM access.shown WHERE entry = ANY(%s) "
    "ORDER BY entry, number"
)
_CHECKPOINTS: Final = "SELECT size, note FROM access.checkpoint ORDER BY size"
_CONTEXTS: Final = "SELECT id, bytes FROM access.context ORDER BY id"
_TILES: Final = "SELECT level, index, nodes FROM access.tile WHERE level {} 0 ORDER BY level, index"
_TILES_OF_LEAVES: Final = (
    "SELECT index, nodes FROM access.tile WHERE level = 0 AND index >= %s AND index < %s ORDER BY index"
)
_CONTENTS: Final = "SELECT record, digest, sealed FROM access.content WHERE (record, digest) > (%s, %s) ORDER BY record, digest LIMIT %s"
_HEIGHT: Final = (
    "SELECT greatest((SELECT coalesce(max(index) + 1, 0) FROM access.leaf), "
    "(SELECT coalesce(max(index) + 1, 0) * 256 FROM access.tile WHERE level = 0))"
)


def write_export(
    connection: Connection, keys: MasterKeys, file: Path, tell: Callable[[int, int], None] = lambda _at, _of: None
) -> dict[str, int]:
    """Write the log into a new file, for its owner alone; how many lines of each kind.

    `tell` is told how many leaves of how many are written. Raises Misuse where the file is there or cannot be written; what
    is written of an export that fails is taken away.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Misuse("FILE: there is one of this name; it is left alone") from None
    except OSError as error:
        raise Misuse(f"FILE cannot be written: {error.strerror}") from None
    counts: dict[str, int] = {}
    try:
        with os.fdopen(descriptor, "wb") as stream:
            for line in whole_export(connection, keys, tell):
                counts[line["kind"]] = counts.get(line["kind"], 0) + 1
                stream.write(as_line(line))
    except BaseException as error:
        file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Misuse(f"FILE cannot be written: {error.strerror}") from None
        raise
    del counts["end"]
    return counts


def whole_export(
    connection: Connection, keys: MasterKeys, tell: Callable[[int, int], None] = lambda _at, _of: None
) -> Iterator[Line]:
    """All lines of an export: the last says how many there are."""
    number = 1
    for line in export_lines(connection, keys, tell):
        number += 1
        yield line
    yield {"kind": "end", "lines": number}


def export_lines(
    connection: Connection, keys: MasterKeys, tell: Callable[[int, int], None] = lambda _at, _of: None
) -> Iterator[Line]:
    """The lines of an export but the last, of one state of the log."""
    with connection.transaction():
        read_as_it_is(connection)
        yield {"kind": "log", "version": VERSION}
        for size, note in connection.execute(_CHECKPOINTS):
            yield {"kind": "checkpoint", "size": size, "note": note}
        for name, made in connection.execute(_CONTEXTS, binary=True):
            yield {"kind": "context", "id": name.hex(), "bytes": _text(made)}
        row = connection.execute(_HEIGHT).fetchone()
        assert row is not None
        gone = Gone(given_up(connection))
        for start in range(0, row[0], PAGE):
            yield from _leaves(connection, keys, start, gone)
            tell(min(start + PAGE, row[0]), row[0])
        for level, index, nodes in connection.execute(_TILES.format(">"), binary=True):
            yield tile_line(level, index, nodes)
        with connection.cursor("others", binary=True) as cursor:
            cursor.itersize = PAGE
            cursor.execute(_OTHERS)
            while rows := cursor.fetchmany(PAGE):
                yield from _entries(connection, keys, rows)
        yield from _contents(connection, keys)


def as_line(line: Line) -> bytes:
    """A line as it stands in the file. An entry's bytes stand as they are behind a tab: whoever checks hashes them and no copy.

    Bytes that would make several lines stand within the JSON, in base64.
    """
    if line["kind"] != "entry":
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    written = line[WRITTEN]
    apart = written is not None and b"\n" in written
    said = {**line, WRITTEN: base64.b64encode(written).decode() if apart else None}
    behind = b"" if written is None or apart else b"\t" + written
    return orjson.dumps(said) + behind + b"\n"


def _leaves(connection: Connection, keys: MasterKeys, start: int, gone: Gone) -> Iterator[Line]:
    """Tiles of leaves, each before its entries; an entry that was given up says of which month it was."""
    first = start // WIDTH
    tiles = dict(connection.execute(_TILES_OF_LEAVES, (first, first + PAGE // WIDTH), binary=True).fetchall())
    rows = connection.execute(_LEAVES, (start, start + PAGE), binary=True).fetchall()
    said = (_given_up(line, gone) for line in _entries(connection, keys, rows))
    entries = groupby(said, key=lambda line: line["leaf"] // WIDTH)
    by_tile = {index: list(lines) for index, lines in entries}
    for index in range(first, first + PAGE // WIDTH):
        if index in tiles:
            yield tile_line(0, index, tiles[index])
        yield from by_tile.get(index, ())


def _given_up(line: Line, gone: Gone) -> Line:
    statement = gone.statement_of(line["leaf"]) if line[WRITTEN] is None else None
    return line if statement is None else {**line, "given_up": statement.month}


def _entries(connection: Connection, keys: MasterKeys, rows: Sequence[Sequence[Any]]) -> Iterator[Line]:
    shown: dict[UUID, list[Sequence[Any]]] = {}
    for entry, *said in connection.execute(_SHOWN, ([row[0] for row in rows],), binary=True):
        shown.setdefault(entry, []).append(said)
    for entry, index, leaf, waits, at, viewer, organisation, kind, outcome, written, wrapped, sealed in rows:
        yield {
            "kind": "entry", "leaf": index, "hash": None if leaf is None else leaf.hex(), "waits": waits, "id": entry_id(entry),
            "at": at, "viewer": viewer, "organisation": organisation, "question": kind, "outcome": outcome,
            "opens": None if written is None else _asked_opens(keys, entry, written, wrapped, sealed),
            **parts_of(shown.get(entry, ())), WRITTEN: written,
        }  # fmt: skip


def parts_of(shown: Sequence[Sequence[Any]]) -> Line:
    """The parts of an entry in order of their places, each as its leaf says it, of the rows that say what it showed by child.

    `about`: children of whom it showed nothing. A row whose lists do not fit each other gives a part that has no place.
    """
    parts = []
    for child, _, records, digests, places in shown:
        if len(records) == len(digests) == len(places) and all(len(one) == SIZE for one in digests):
            named = zip(places, records, digests, strict=True)
            parts += [(place, leaf_of(child, record, digest)) for place, record, digest in named]
        else:
            parts.append((-1, leaf_of(child, NOBODY, bytes(SIZE))))
    parts.sort()
    return {
        "opened": any(opened for _, opened, *_ in shown),
        "about": [child.hex for child, _, records, *_ in shown if not records],
        "places": [place for place, _ in parts],
        "parts": b"".join(leaf for _, leaf in parts).hex(),
    }


def _asked_opens(keys: MasterKeys, entry: UUID, written: bytes, wrapped: bytes, sealed: bytes) -> bool | str:
    """Whether what was asked opens to what the entry commits to; `erased` where its key was destroyed."""
    if not wrapped:
        return ERASED
    try:
        opened = open_sealed(keys.unwrap(wrapped, entry_key_context(entry)), sealed, entry.bytes)
        return bool(hashlib.sha256(opened).hexdigest() == orjson.loads(written)["asked"])
    except (Erased, ValueError, KeyError, TypeError):
        return False


def _contents(connection: Connection, keys: MasterKeys) -> Iterator[Line]:
    after: tuple[UUID, bytes] = (UUID(int=0), b"")
    while rows := connection.execute(_CONTENTS, (*after, PAGE), binary=True).fetchall():
        wanted: list[Owner] = [(record, name) for record in {row[0] for row in rows} for name in _classes_of(record)]
        found = find_keys(connection, keys, wanted)
        for record, digest, sealed in rows:
            held = [found[record, name] for name in _classes_of(record) if (record, name) in found]
            opens: bool | str = (
                any(open_part(key, record, digest, sealed) is not None for key in held) if held and sealed else ERASED
            )
            line = {
                "record": record,
                "digest": digest.hex(),
                "sealed": base64.b64encode(sealed).decode(),
                "opens": opens,
            }
            yield {"kind": "content", **line}
        after = rows[-1][0], rows[-1][1]


def _classes_of(record: UUID) -> tuple[str, ...]:
    return (OF_RECORD, OF_CHILD) if record.int else (OF_NOBODY,)


def tile_line(level: int, index: int, nodes: bytes) -> Line:
    """A tile, with its name by the standard."""
    name = path(level, index, len(nodes) // SIZE)
    return {"kind": "tile", "path": name, "level": level, "index": index, "nodes": base64.b64encode(nodes).decode()}


def _text(made: bytes) -> str | dict[str, str]:
    """Bytes as the text that they are; in base64 where they are none."""
    try:
        return made.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(made).decode()}
