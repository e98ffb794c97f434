"""The keys of the access log: a retention class of their own, so that an access outlives or not what it showed (access.md 3)."""

import hashlib
import hmac
import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from adapters.disclosure.compact import made_large, made_small
from adapters.log.keys.data_keys import NONCE, Erased, MasterKeys, key_context, open_sealed, seal
from domain.access.parts import NOBODY, Part

Connection = psycopg.Connection[Any]
Owner = tuple[UUID, str]  # whose key: record or child, and the class

# Classes of keys: of a record's parts, of a child as a whole, of what is of no child.
OF_RECORD: Final = "access"
OF_CHILD: Final = "access_child"
OF_NOBODY: Final = "access_frame"
# As `access.shown.classes` has them, by their places.
CLASSES: Final = (OF_NOBODY, OF_CHILD, OF_RECORD)
_SALT: Final = 32
_SMALL: Final = b"\x01"  # the mark of content that was made small
EXCHANGED: Final = b""  # in the place of a key that stands under another key-encryption key, or for another record

_FIND: Final = (
    "SELECT k.record, k.class, k.wrapped FROM log.data_key k "
    "JOIN unnest(%s::uuid[], %s::text[]) AS w (record, class) ON (k.record, k.class, k.period) = (w.record, w.class, 0)"
)


@dataclass(frozen=True, slots=True)
class SealedPart:
    """A part as it is stored: by whose key, the commitment to its content, and the content sealed."""

    part: Part
    owner: UUID
    digest: bytes
    sealed: bytes


def owner_of(part: Part) -> Owner:
    """Whose key seals a part."""
    if part.child == NOBODY:
        return NOBODY, OF_NOBODY
    return (part.child, OF_CHILD) if part.record is None else (part.record, OF_RECORD)


def canonical_content(content: Any) -> bytes:  # noqa: ANN401 - a piece of an answer
    """A part's content as it is committed to: JSON with sorted keys and no spaces."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def find_keys(connection: Connection, keys: MasterKeys, owners: Collection[Owner]) -> dict[Owner, bytes]:
    """The access keys of some owners; of those that have none, or whose was erased, none.

    One that is not what was made for its owner is `EXCHANGED`.
    """
    wanted = sorted(set(owners))
    found: dict[Owner, bytes] = {}
    for record, name, wrapped in connection.execute(_FIND, ([r for r, _ in wanted], [c for _, c in wanted])):
        try:
            found[record, name] = keys.unwrap(wrapped, key_context(record.bytes, name, 0))
        except Erased:
            found[record, name] = EXCHANGED
    return found


@dataclass(slots=True, eq=False)
class NewKey:
    """A key that is stored together with the first entry that it seals something of."""

    owner: Owner
    key: bytes
    wrapped: bytes
    stored: bool = False


class NewKeys:
    """The keys that a process has made and not stored yet. Of two answers at once that need one, both have the same."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys
        self._lock = threading.Lock()
        self._made: dict[Owner, NewKey] = {}

    def of(self, owners: Collection[Owner]) -> list[NewKey]:
        """A key for each of some owners that have none."""
        with self._lock:
            absent = [owner for owner in owners if owner not in self._made]
            fresh = self._keys.new_keys(key_context(record.bytes, name, 0) for record, name in absent)
            for owner, (key, wrapped) in zip(absent, fresh, strict=True):
                self._made[owner] = NewKey(owner, key, wrapped)
            return [self._made[owner] for owner in owners]

    def settle(self, made: Collection[NewKey], *, stored: bool) -> None:
        """They are stored; or it is not known whether they are, and nobody new is to use them before looking."""
        with self._lock:
            for one in made:
                one.stored = one.stored or stored
                if self._made.get(one.owner) is one:
                    del self._made[one.owner]


def seal_part(part: Part, key: bytes, nonce: bytes) -> SealedPart:
    """A part sealed. Its digest commits to salted plain text: AES-GCM does not commit to its key.

    The salt is not stored: key and content give it.
    """
    content = canonical_content(part.content)
    digest = _digest(key, content)
    owner, _ = owner_of(part)
    return SealedPart(part, owner, digest, seal(key, nonce[:NONCE], _SMALL + made_small(content), owner.bytes + digest))


def open_part(key: bytes | None, owner: UUID, digest: bytes, sealed: bytes | None) -> bytes | None:
    """The content of a stored part; None where it is erased, or is not what its digest commits to.

    What was stored before parts were made small is its salt and the content.
    """
    if not key or sealed is None:
        return None
    try:
        opened = open_sealed(key, sealed, owner.bytes + digest)
    except Erased:
        return None
    if hashlib.sha256(opened).digest() == digest:
        return opened[_SALT:]
    content = made_large(opened[len(_SMALL) :]) if opened.startswith(_SMALL) else None
    return content if content is not None and _digest(key, content) == digest else None


def _digest(key: bytes, content: bytes) -> bytes:
    """What commits to content: a hash of it, salted by its key."""
    return hashlib.sha256(hmac.digest(key, content, "sha256") + content).digest()
