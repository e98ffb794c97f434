"""Opening sealed cells of fact and view rows, each under its record's data key."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.log.keys.data_keys import IDENTITY, Erased, MasterKeys, key_context, unseal
from adapters.log.subjects import KeyName, wrapped_keys, wrapped_keys_of
from projections.persons import Sealed
from projections.pipelined import Query, Steps

BIRTH, PERSON, ADDRESS, CONTACT, SEX = range(5)
_BOUND: Final = [bytes([which]) for which in (BIRTH, PERSON, ADDRESS, CONTACT, SEX)]

Name = tuple[bytes, str]  # of a data key: its record and retention class


class SealedValueOpener:
    """Opens cells within one read; an erased one is None. A key is looked for once, and unwrapped when it is first used."""

    def __init__(self, connection: psycopg.Connection[Any], keys: MasterKeys) -> None:
        self.connection = connection
        self._keys = keys
        self._wrapped: dict[Name, bytes | None] = {}  # None where the key is destroyed
        self._whole: set[bytes] = set()  # records of which all keys were looked for
        self._ciphers: dict[Name, AESGCM | None] = {}

    def expect(self, records: Iterable[UUID], contacts: Iterable[tuple[UUID, str]] = ()) -> None:
        """Fetch the identity keys of records, and the keys of contact cells by record and kind of entry, in one query."""
        keys_expected(self, records, contacts)

    def person(self, sealed: Sealed | None) -> Mapping[str, Any] | None:
        """Names and details."""
        return None if sealed is None else self._open(sealed.record, IDENTITY, sealed.cell, PERSON)

    def birth(self, sealed: Sealed | None) -> Mapping[str, Any] | None:
        """Date of birth and expected date, as day numbers."""
        return None if sealed is None else self._open(sealed.record, IDENTITY, sealed.cell, BIRTH)

    def sex(self, sealed: Sealed | None) -> str | None:
        """Sex, as it was stated."""
        said: str | None = None if sealed is None else self._open(sealed.record, IDENTITY, sealed.cell, SEX)
        return said

    def address(self, sealed: Sealed) -> dict[str, Any] | None:
        """An address."""
        said: dict[str, Any] | None = self._open(sealed.record, IDENTITY, sealed.cell, ADDRESS)
        return said

    def contact(self, record: UUID, kind: str, cell: bytes | None) -> dict[str, Any] | None:
        """Contacts of worker and team of an entry of a kind."""
        if cell is None:
            return None
        said: dict[str, Any] | None = self._open(record, class_of(kind), cell, CONTACT)
        return said

    def event(self, record: UUID, kind: str, state: bytes) -> bytes | None:
        """An event that makes entries of a kind, as it is stored; its type has no keys by period."""
        return self._unsealed(record, class_of(kind), state, record.bytes)

    def _open(self, record: UUID, key_class: str, cell: bytes, which: int) -> Any:  # noqa: ANN401 - what was sealed
        opened = self._unsealed(record, key_class, cell, record.bytes + _BOUND[which])
        return None if opened is None else orjson.loads(opened)

    def _unsealed(self, record: UUID, key_class: str, cell: bytes, context: bytes) -> bytes | None:
        name = record.bytes, key_class
        try:
            cipher = self._ciphers[name] if name in self._ciphers else self._ready(name)
            return None if cipher is None else unseal(cipher, cell, context)
        except Erased:
            return None

    def _ready(self, name: Name) -> AESGCM | None:
        if name not in self._wrapped and name[0] not in self._whole:
            self.take([name], wrapped_keys(self.connection, [(*name, 0)]))
        wrapped = self._wrapped.get(name)
        cipher = None if wrapped is None else AESGCM(self._keys.unwrap(wrapped, key_context(*name, 0)))
        self._ciphers[name] = cipher
        return cipher

    def missing(self, records: Iterable[UUID], contacts: Iterable[tuple[UUID, str]]) -> list[Name]:
        """Which keys were not looked for, of those that open who some records are of and some contact cells."""
        names = dict.fromkeys((one.bytes, IDENTITY) for one in records)
        names |= dict.fromkeys((one.bytes, class_of(kind)) for one, kind in contacts)
        return [name for name in names if name not in self._wrapped and name[0] not in self._whole]

    def take(self, names: Iterable[Name], found: Mapping[KeyName, bytes]) -> None:
        """Take keys as they were found. None is ever made here: a missing one means that the record was erased."""
        self._wrapped.update({name: found.get((*name, 0)) for name in names})

    def take_whole(self, records: Iterable[UUID], found: Mapping[KeyName, bytes]) -> None:
        """Take all keys of some records as they were found."""
        self._wrapped.update({(record, key_class): wrapped for (record, key_class, _), wrapped in found.items()})
        self._whole.update(one.bytes for one in records)


@Query
def keys_expected(
    opener: SealedValueOpener, records: Iterable[UUID], contacts: Iterable[tuple[UUID, str]]
) -> Steps[None]:
    """Fetch keys as `SealedValueOpener.expect` does, together with other queries."""
    names = opener.missing(records, contacts)
    found = wrapped_keys.send(opener.connection, [(*name, 0) for name in names]) if names else None
    yield
    if found is not None:
        opener.take(names, found.answer())


@Query
def all_keys_expected(opener: SealedValueOpener, records: Collection[UUID]) -> Steps[None]:
    """Fetch all keys of a few records, together with the query that finds which of them are needed."""
    found = wrapped_keys_of.send(opener.connection, records)
    yield
    opener.take_whole(records, found.answer())


@lru_cache(maxsize=256)
def class_of(kind: str) -> str:
    """Retention class of the events that make entries of a kind."""
    from schemas.registry import registry

    return next(s.effect.retention for s in registry().newest.values() if s.effect.kind == kind)
