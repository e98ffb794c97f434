"""Records of identifiers and their data keys, found or made, and remembered within a bound.

Rows are made first, in a short transaction and in sorted order, so that two first contacts agree and no deadlock is
possible (design D1).
"""

import os
from collections.abc import Collection, Iterable
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.keys.data_keys import MasterKeys, key_context
from adapters.log.keys.hashes import Hashes
from projections.pipelined import Query, Steps
from projections.uuids import uuids

CACHE_RECORDS: Final = 50_000
_PERIOD_DIGITS: Final = 4  # a school year, or 0

Identifier = tuple[str, str]
KeyName = tuple[bytes, str, int]


class RecordErased(Exception):
    """Records were erased since they were found: what was to be recorded of them is prepared again."""


class Known:
    """A record as remembered: its id, the data keys used so far, by (class, period), and where the log ended when it began."""

    __slots__ = ("keys", "record", "since")

    def __init__(self, record: bytes, since: int = 0) -> None:
        self.record = record
        self.since = since
        self.keys: dict[tuple[str, int], bytes] = {}


def key_of_topic(topic: str) -> tuple[str, int] | None:
    """Retention class and key period of an event, by its topic (`EventType:period`); None for what is no topic of ours."""
    from schemas.registry import registry

    event_type, _, period = topic.partition(":")
    schema = registry().newest.get(event_type)
    if schema is None or not (period.isascii() and period.isdecimal() and len(period) <= _PERIOD_DIGITS):
        return None
    return schema.effect.retention, int(period)


@Query
def wrapped_keys(
    connection: psycopg.Connection[tuple[object, ...]], names: Collection[KeyName]
) -> Steps[dict[KeyName, bytes]]:
    """Data keys as they stand wrapped; those that were destroyed, or never made, are left out."""
    rows: Any = connection.execute(
        "SELECT k.record, k.class, k.period, k.wrapped FROM log.data_key k "
        "JOIN unnest(%b::uuid[], %b::text[], %b::int2[]) AS w (record, class, period) USING (record, class, period)",
        (uuids(UUID(bytes=n[0]) for n in names), [n[1] for n in names], [n[2] for n in names]),
        binary=True,
    )
    yield
    return {(record.bytes, key_class, period): wrapped for record, key_class, period, wrapped in rows}


@Query
def wrapped_keys_of(
    connection: psycopg.Connection[tuple[object, ...]], records: Collection[UUID]
) -> Steps[dict[KeyName, bytes]]:
    """All data keys of some records as they stand wrapped, but for those of a school year."""
    rows: Any = connection.execute(
        "SELECT record, class, period, wrapped FROM log.data_key WHERE record = ANY(%b) AND period = 0",
        (uuids(records),),
        binary=True,
    )
    yield
    return {(record.bytes, key_class, period): wrapped for record, key_class, period, wrapped in rows}


class Subjects:
    """Finds or makes records and keys; not shared between threads."""

    def __init__(self, keys: MasterKeys, hashes: Hashes, cache_records: int = CACHE_RECORDS) -> None:
        self._keys = keys
        self._hashes = hashes
        self._bound = cache_records
        self._names: dict[tuple[str, int], tuple[str, int]] = {}
        self.known: dict[Identifier, Known] = {}

    def find(
        self, connection: psycopg.Connection[tuple[object, ...]], wanted: Iterable[Identifier], *, make: bool = True
    ) -> None:
        """Make sure that every identifier (checked and normalised) is in `known`.

        With `make` false (whoever only reads) one that leads to no record is not in it afterwards: it never did, or what it led
        to was erased.
        """
        missing = {
            self._hashes.identifier(*identifier): identifier for identifier in wanted if identifier not in self.known
        }
        if not missing:
            return
        self._make_room(len(missing))
        found = self._select(connection, missing)
        if make and (absent := sorted(digest for digest in missing if digest not in found)):
            with connection.transaction():
                connection.execute(
                    "INSERT INTO log.subject (hash, record, scheme, since) "
                    "SELECT n.*, h.position FROM unnest(%b::uuid[], %b::uuid[], %b::text[]) AS n, log.head h "
                    "ON CONFLICT (hash) DO NOTHING",
                    (
                        [UUID(bytes=d) for d in absent],
                        [UUID(bytes=os.urandom(16)) for _ in absent],
                        [missing[d][0] for d in absent],
                    ),
                )
            found.update(self._select(connection, absent))
        for digest, identifier in missing.items():
            if digest in found:
                self.known[identifier] = Known(*found[digest])

    def forget(self, records: Collection[bytes]) -> None:
        """Forget records that were erased: their numbers lead nowhere, or to records that began since."""
        for identifier in [one for one, known in self.known.items() if known.record in records]:
            del self.known[identifier]

    def _select(
        self, connection: psycopg.Connection[tuple[object, ...]], digests: Collection[bytes]
    ) -> dict[bytes, tuple[bytes, int]]:
        rows: Any = connection.execute(
            "SELECT hash, record, since FROM log.subject WHERE hash = ANY(%b)",
            (uuids(UUID(bytes=d) for d in digests),),
            binary=True,
        )
        return {digest.bytes: (record.bytes, since) for digest, record, since in rows}

    def look_up(
        self, connection: psycopg.Connection[tuple[object, ...]], wanted: Collection[Identifier]
    ) -> dict[Identifier, UUID]:
        """Records of identifiers that have one already; makes nothing."""
        digests = {self._hashes.identifier(*identifier): identifier for identifier in wanted}
        found = self._select(connection, digests)
        return {digests[digest]: UUID(bytes=record) for digest, (record, _) in found.items()}

    def find_keys(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        wanted: Iterable[tuple[Known, str, int]],
        *,
        make: bool = True,
    ) -> None:
        """Make sure that every (record, class, period) has its data key at hand in `Known.keys`.

        With `make` false (whoever only reads) nothing is made, and an erased key is simply not at hand afterwards. Raises
        RecordErased where no key is made any more.
        """
        missing: dict[KeyName, list[Known]] = {}
        for known, key_class, period in wanted:
            if (key_class, period) not in known.keys:
                missing.setdefault((known.record, key_class, period), []).append(known)
        if not missing:
            return
        found = self._unwrapped(connection, missing)
        if make and (absent := sorted(name for name in missing if name not in found)):
            fresh = self._keys.new_keys(key_context(*name) for name in absent)
            with connection.transaction():
                connection.execute(
                    "INSERT INTO log.data_key (record, class, period, wrapped) "
                    "SELECT * FROM unnest(%b::uuid[], %b::text[], %b::int2[], %b::bytea[]) ON CONFLICT DO NOTHING",
                    (
                        [UUID(bytes=n[0]) for n in absent],
                        [n[1] for n in absent],
                        [n[2] for n in absent],
                        [f[1] for f in fresh],
                    ),
                )
            found.update(self._unwrapped(connection, absent))
            if any(name not in found for name in absent):
                raise RecordErased
        for name, homes in missing.items():
            for known in homes:
                if name in found:
                    # One tuple for all records, since all of them are remembered.
                    short = name[1], name[2]
                    known.keys[self._names.setdefault(short, short)] = found[name]

    def _unwrapped(
        self, connection: psycopg.Connection[tuple[object, ...]], names: Collection[KeyName]
    ) -> dict[KeyName, bytes]:
        found = wrapped_keys(connection, names)
        return {name: self._keys.unwrap(wrapped, key_context(*name)) for name, wrapped in found.items()}

    def _make_room(self, count: int) -> None:
        """Forget the older half when the bound is reached: marks come in one cycle a session, so age is as good as use."""
        if len(self.known) + count > self._bound:
            for identifier in list(self.known)[: len(self.known) // 2]:
                del self.known[identifier]
