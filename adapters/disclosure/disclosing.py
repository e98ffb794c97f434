"""Writes the entry of an access and the content of its parts, in one statement, before the answer leaves (access.md 3)."""

import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

import orjson
import psycopg

from adapters.disclosure.context import context
from adapters.disclosure.keys import CLASSES, SealedPart, find_keys, owner_of, seal_part
from adapters.log.keys.data_keys import NONCE, MasterKeys, seal
from adapters.process.clock import Clock
from domain.access.entry import AsKnown, Entry, Outcome
from domain.access.parts import Part, leaf_of
from domain.access.rules import NOT_ALLOWED
from domain.access.viewer import Viewer
from domain.proof.tree import leaf_hash, root

Connection = psycopg.Connection[Any]
ENTRY_KEY: Final = b"|access_entry|"

_WRITE: Final = (
    "WITH kept AS (INSERT INTO access.context (id, bytes) VALUES (%(context)s, %(made_with)s) ON CONFLICT DO NOTHING), "
    "content AS (INSERT INTO access.content (record, digest, sealed) "
    "SELECT DISTINCT ON (r, d) r, d, s FROM unnest(%(owners)b::uuid[], %(digests)b::bytea[], %(sealed)b::bytea[]) AS n (r, d, s) "
    "ON CONFLICT DO NOTHING), "
    "shown AS (INSERT INTO access.shown (entry, number, child, opened, records, digests, places, classes) "
    "SELECT %(id)s, n.number, n.child, %(opened)s, n.records::uuid[], n.digests::bytea[], n.places::int2[], n.classes::int2[] "
    "FROM unnest(%(numbers)b::int2[], %(children)b::uuid[], %(records)s::text[], %(shown)s::text[], %(places)s::text[], %(classes)s::text[]) "
    "AS n (number, child, records, digests, places, classes)), "
    "pending AS (INSERT INTO access.pending (entry, at) VALUES (%(id)s, %(at)s)) "
    "INSERT INTO access.entry (id, at, viewer, organisation, kind, outcome, bytes, wrapped, sealed) "
    "VALUES (%(id)s, %(at)s, %(viewer)s, %(organisation)s, %(kind)s, %(outcome)s, %(bytes)b, %(wrapped)b, %(asked)b)"
)


@dataclass(frozen=True, slots=True)
class Access:
    """An attempt as the door saw it.

    `asked`: the question's fields, by name. `children`: whom it was about where nothing of them is shown. `opened`: whether
    records were opened, or children only listed. `at`: when, where that is told to whoever asked; None: when it is written.
    """

    viewer: Viewer
    question: str
    asked: Mapping[str, Any]
    as_known: AsKnown | None
    outcome: Outcome
    rules: Sequence[str] = ()
    proving: Sequence[str] = ()
    parts: Sequence[Part] = ()
    withheld: Sequence[str] = ()
    children: Sequence[UUID] = ()
    opened: bool = False
    purpose: str = NOT_ALLOWED.purpose
    at: datetime | None = None


class Disclosing(Protocol):
    """Something that makes sure of an entry."""

    def disclose(self, connection: Connection, access: Access) -> UUID:
        """The id of the committed entry; raises where it cannot be written, and then nothing may be shown."""
        ...


class Discloser:
    """Writes the entries of one process, each of which names the one before it; `may_go_on` raises where none may be written."""

    def __init__(
        self, keys: MasterKeys, clock: Clock, may_go_on: Callable[[Connection], None] = lambda _: None
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._may_go_on = may_go_on
        self._turn = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._process = os.urandom(8).hex()
        self._number = 0
        self._previous: bytes | None = None

    def disclose(self, connection: Connection, access: Access) -> UUID:
        """The id of the entry, committed. Raises what the database raises: then nothing may be shown."""
        self._may_go_on(connection)
        parts = self._sealed(connection, access.parts)
        entry, at = uuid4(), access.at or self._clock.now()
        asked, wrapped, sealed = self._asked(entry, access.asked)
        row = {**_content(parts), **_shown(parts, access.children)}
        with self._turn:  # an entry names the one before it, which must be in the log
            leaf = self._entry(entry, at, access, parts, asked).leaf()
            said = {
                "id": entry, "at": at, "viewer": access.viewer.name, "organisation": access.viewer.organisation,
                "kind": access.question, "outcome": access.outcome.value, "opened": access.opened, "bytes": leaf,
                "wrapped": wrapped, "asked": sealed, "context": context()[0], "made_with": context()[1],
            }  # fmt: skip
            try:
                connection.execute(_WRITE, {**said, **row})  # a transaction of its own: committed when it returns
            except BaseException:
                self._begin()  # whether it came in is not known: the chain ends here, and another begins
                raise
            self._number += 1
            self._previous = hashlib.sha256(leaf).digest()
        return entry

    def _sealed(self, connection: Connection, parts: Sequence[Part]) -> list[SealedPart]:
        if not parts:
            return []
        keys = find_keys(connection, self._keys, [owner_of(part) for part in parts], make=True)
        nonces = os.urandom(NONCE * len(parts))
        return [seal_part(part, keys[owner_of(part)], nonces[n * NONCE :]) for n, part in enumerate(parts)]

    def _asked(self, entry: UUID, asked: Mapping[str, Any]) -> tuple[bytes, bytes, bytes]:
        """The commitment to what was asked by, the entry's key wrapped, and what was asked by sealed under it."""
        [(key, wrapped)] = self._keys.new_keys([entry_key_context(entry)])
        content = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
        salted = hmac.digest(key, content, "sha256") + content
        return hashlib.sha256(salted).digest(), wrapped, seal(key, os.urandom(NONCE), salted, entry.bytes)

    def _entry(self, entry: UUID, at: datetime, access: Access, parts: Sequence[SealedPart], asked: bytes) -> Entry:
        return Entry(
            id=entry,
            at=at,
            process=self._process,
            number=self._number,
            previous=self._previous,
            viewer=access.viewer,
            question=access.question,
            purpose=access.purpose,
            as_known=access.as_known,
            context=context()[0],
            outcome=access.outcome,
            rules=(*access.rules, *sorted(set(access.withheld))),
            proving=tuple(access.proving),
            parts=len(parts),
            withheld=len(access.withheld),
            root=root([leaf_hash(leaf_of(part.part.child, part.owner, part.digest)) for part in parts])
            if parts
            else None,
            asked=asked,
        )


def entry_key_context(entry: UUID) -> bytes:
    """What an entry's own key is bound to."""
    return entry.bytes + ENTRY_KEY


def _content(parts: Sequence[SealedPart]) -> dict[str, Any]:
    return {
        "owners": [part.owner for part in parts],
        "digests": [part.digest for part in parts],
        "sealed": [part.sealed for part in parts],
    }


def _shown(parts: Sequence[SealedPart], children: Sequence[UUID]) -> dict[str, Any]:
    """The rows of which child is shown in which parts; the frame, which is of no child, has one as well."""
    by_child: dict[UUID, list[tuple[int, SealedPart]]] = {child: [] for child in children}
    for place, part in enumerate(parts):
        by_child.setdefault(part.part.child, []).append((place, part))
    rows = list(by_child.values())
    return {
        "numbers": list(range(len(rows))),
        "children": list(by_child),
        "records": [_array(str(part.owner) for _, part in row) for row in rows],
        "shown": [_array(f'"\\\\x{part.digest.hex()}"' for _, part in row) for row in rows],
        "places": [_array(str(place) for place, _ in row) for row in rows],
        "classes": [_array(str(CLASSES.index(owner_of(part.part)[1])) for _, part in row) for row in rows],
    }


def _array(values: Any) -> str:  # noqa: ANN401 - texts
    return "{" + ",".join(values) + "}"
