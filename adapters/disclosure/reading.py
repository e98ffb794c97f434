"""Reads an entry of the access log with what it showed, and checks that what is stored is what it commits to (access.md 5)."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from adapters.disclosure.disclosing import entry_key_context
from adapters.disclosure.keys import CLASSES, Owner, find_keys, open_part
from adapters.log.keys.data_keys import Erased, MasterKeys, open_sealed
from domain.proof.tree import leaf_hash, root

Connection = psycopg.Connection[Any]
_SALT: Final = 32
_ENTRY: Final = (
    "SELECT e.bytes, e.wrapped, e.sealed, l.index, l.hash FROM access.entry e LEFT JOIN access.leaf l ON l.entry = e.id "
    "WHERE e.id = %s"
)
_PARTS: Final = (
    "SELECT n.place, n.class, n.record, n.digest, c.sealed FROM access.shown s "
    "CROSS JOIN unnest(s.places, s.classes, s.records, s.digests) AS n (place, class, record, digest) "
    "LEFT JOIN access.content c ON (c.record, c.digest) = (n.record, n.digest) WHERE s.entry = %s ORDER BY n.place"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry as it is stored: its leaf, what was asked by (None: erased), the contents of its parts, None where erased.

    `holds`: whether the parts are those that the leaf commits to, and the leaf is the one that was sequenced.
    """

    leaf: dict[str, Any]
    asked: dict[str, Any] | None
    contents: list[Any]
    holds: bool
    index: int | None


def read_entry(connection: Connection, keys: MasterKeys, entry: UUID) -> Stored | None:
    """An entry with everything that it showed; None where there is no such entry."""
    row = connection.execute(_ENTRY, (entry,)).fetchone()
    if row is None:
        return None
    written, wrapped, sealed, index, hashed = row
    leaf = orjson.loads(written)
    asked, asked_holds = _asked(keys, entry, wrapped, sealed, leaf["asked"])
    parts = connection.execute(_PARTS, (entry,)).fetchall()
    owners: list[Owner] = [(record, CLASSES[number]) for _, number, record, _, _ in parts]
    found = find_keys(connection, keys, owners, make=False)
    contents = [
        open_part(found.get(owner), record, digest, kept)
        for owner, (_, _, record, digest, kept) in zip(owners, parts, strict=True)
    ]
    # What cannot be opened because its key is destroyed is erased; what opens to something else was changed.
    changed = any(
        content is None and owner in found and kept is not None
        for content, owner, (*_, kept) in zip(contents, owners, parts, strict=True)
    )
    holds = (
        not changed and asked_holds and _commits(leaf, [digest for _, _, _, digest, _ in parts], [p[0] for p in parts])
    )
    sequenced = index is None or hashed == leaf_hash(written)
    opened: list[Any] = [None] * max(leaf["parts"], *(place + 1 for place, *_ in parts), 0)
    for (place, *_), content in zip(parts, contents, strict=True):
        opened[place] = None if content is None else orjson.loads(content)
    return Stored(leaf, asked, opened, holds and sequenced, index)


def _commits(leaf: dict[str, Any], digests: list[bytes], places: list[int]) -> bool:
    if leaf["parts"] != len(digests) or places != list(range(len(places))):
        return False
    made = root([leaf_hash(digest) for digest in digests]).hex() if digests else None
    return bool(made == leaf["root"])


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
