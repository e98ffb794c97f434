"""Opening sealed cells of fact and view rows, each under its record's data key."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg

from adapters.log.keys.data_keys import IDENTITY, Erased, MasterKeys, open_sealed
from adapters.log.keys.hashes import Hashes
from adapters.log.subjects import Known, Subjects
from projections.queries import Sealed

BIRTH, PERSON, ADDRESS, CONTACT, SEX = range(5)


class SealedValueOpener:
    """Opens cells within one read; an erased one is None."""

    def __init__(self, connection: psycopg.Connection[Any], keys: MasterKeys) -> None:
        self._connection = connection
        self._subjects = Subjects(keys, Hashes(keys))
        self._known: dict[UUID, Known] = {}

    def expect(self, records: Iterable[UUID]) -> None:
        """Fetch the identity keys of records whose cells are about to be opened, in one query."""
        wanted = [(self._known.setdefault(record, Known(record.bytes)), IDENTITY, 0) for record in records]
        self._subjects.find_keys(self._connection, wanted, make=False)

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

    def _open(self, record: UUID, key_class: str, cell: bytes, which: int) -> Any:  # noqa: ANN401 - what was sealed
        known = self._known.setdefault(record, Known(record.bytes))
        try:
            # No key is ever made here: a missing one means that the record was erased.
            self._subjects.find_keys(self._connection, [(known, key_class, 0)], make=False)
            return json.loads(open_sealed(known.keys[key_class, 0], cell, record.bytes + bytes([which])))
        except (Erased, KeyError):
            return None


@lru_cache(maxsize=256)
def class_of(kind: str) -> str:
    """Retention class of the events that make entries of a kind."""
    from schemas.registry import registry

    return next(s.effect.retention for s in registry().newest.values() if s.effect.kind == kind)
