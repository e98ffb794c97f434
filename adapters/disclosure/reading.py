"""Reads an entry of the access log with what it showed, and checks that what is stored is what it commits to (access.md 5)."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import psycopg

from adapters.disclosure.disclosing import entry_key_context
from adapters.disclosure.keys import CLASSES, OF_RECORD, Owner, find_keys, open_part
from adapters.log.keys.data_keys import Erased, MasterKeys, open_sealed
from domain.access.parts import NOBODY, leaf_of
from domain.answers.compared import PartName
from domain.events import ChildId
from domain.proof.tree import leaf_hash, root

Connection = psycopg.Connection[Any]
_SALT: Final = 32
_ENTRY: Final = (
    "SELECT e.bytes, e.wrapped, e.sealed, l.index, l.hash FROM access.entry e LEFT JOIN access.leaf l ON l.entry = e.id "
    "WHERE e.id = %s"
)
_CONTEXT: Final = "SELECT bytes FROM access.context WHERE id = %s"
_CHILDREN: Final = "SELECT DISTINCT child FROM access.shown WHERE entry = %s AND child <> %s ORDER BY 1"
_PARTS: Final = (
    "SELECT n.place, n.class, s.child, n.record, n.digest, nullif(c.sealed, '') FROM access.shown s "
    "CROSS JOIN unnest(s.places, s.classes, s.records, s.digests) AS n (place, class, record, digest) "
    "LEFT JOIN access.content c ON (c.record, c.digest) = (n.record, n.digest) WHERE s.entry = %s ORDER BY n.place"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it is stored: its leaf, what was asked by (None: erased), the contents of its parts, None where erased.

    `holds`: whether the parts are those that the leaf commits to, and the leaf is the one that was sequenced. `names`: of each part the
    child and the record that it is of. `context`: what it was made with; None where that is not there.
    """

    leaf: dict[str, Any]
    asked: dict[str, Any] | None
    contents: list[Any]
    holds: bool
    index: int | None
    names: list[PartName]
    context: bytes | None
    children: tuple[ChildId, ...]


def read_entry(connection: Connection, keys: MasterKeys, entry: UUID) -> Stored | None:
    """An entry with everything that it showed; None where there is no such entry."""
    row = connection.execute(_ENTRY, (entry,)).fetchone()
    if row is None:
        return None
    written, wrapped, sealed, index, hashed = row
    leaf = orjson.loads(written)
    asked, asked_holds = _asked(keys, entry, wrapped, sealed, leaf["asked"])
    parts = [_StoredPart(*part) for part in connection.execute(_PARTS, (entry,)).fetchall()]
    found = find_keys(connection, keys, [part.key for part in parts])
    contents = [open_part(found.get(part.key), part.owner, part.digest, part.sealed) for part in parts]
    # What cannot be opened because its key is destroyed is erased; what opens to something else was changed.
    changed = any(
        content is None and part.key in found and part.sealed is not None
        for content, part in zip(contents, parts, strict=True)
    )
    sequenced = index is None or hashed == leaf_hash(written)
    opened: list[Any] = [None] * max(leaf["parts"], *(part.place + 1 for part in parts), 0)
    names: list[PartName] = [(NOBODY, None)] * len(opened)
    for part, content in zip(parts, contents, strict=True):
        opened[part.place] = None if content is None else orjson.loads(content)
        names[part.place] = part.child, part.owner if CLASSES[part.key_class] == OF_RECORD else None
    made_with = connection.execute(_CONTEXT, (bytes.fromhex(leaf["context"]),), binary=True).fetchone()
    return Stored(
        leaf, asked, opened, not changed and asked_holds and _commits(leaf, parts) and sequenced, index, names,
        None if made_with is None else made_with[0],
        tuple(ChildId(child) for (child,) in connection.execute(_CHILDREN, (entry, NOBODY))),
    )  # fmt: skip


class _StoredPart(NamedTuple):
    place: int
    key_class: int
    child: UUID
    owner: UUID
    digest: bytes
    sealed: bytes | None

    @property
    def key(self) -> Owner:
        return self.owner, CLASSES[self.key_class]


def _commits(leaf: dict[str, Any], parts: list[_StoredPart]) -> bool:
    if leaf["parts"] != len(parts) or [part.place for part in parts] != list(range(len(parts))):
        return False
    leaves = [leaf_hash(leaf_of(part.child, part.owner, part.digest)) for part in parts]
    return bool((root(leaves).hex() if leaves else None) == leaf["root"])


def opened_asked(keys: MasterKeys, entry: UUID, leaf: bytes, wrapped: bytes, sealed: bytes) -> dict[str, Any] | None:
    """What an entry was asked by, with the reason; None where that was erased, or is not what the entry commits to."""
    asked, holds = _asked(keys, entry, wrapped, sealed, orjson.loads(leaf)["asked"])
    return asked if holds else None


def _asked(
    keys: MasterKeys, entry: UUID, wrapped: bytes, sealed: bytes, commitment: str
) -> tuple[dict[str, Any] | None, bool]:
    """What was asked by, and whether it is what the leaf commits to; None, where its key was destroyed, can be neither."""
    if not wrapped:
        return None, True
    try:
        opened = open_sealed(keys.unwrap(wrapped, entry_key_context(entry)), sealed, entry.bytes)
    except Erased:
        return None, False
    return orjson.loads(opened[_SALT:]), hashlib.sha256(opened).hexdigest() == commitment
