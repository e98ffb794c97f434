"""Opens the events of a page as the recorder would have prepared them, each with the keys that open what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.log.keys.data_keys import IDENTITY, NONCE, Erased, MasterKeys, key_context
from adapters.log.keys.hashes import Hashes
from adapters.log.prepare import Item, Preparer
from adapters.log.subjects import Subjects, key_of_topic
from domain.errors import Rejected
from tools.verify_log.batches import Event
from tools.verify_log.report import Report

Connection = psycopg.Connection[Any]
KeyName = tuple[UUID, str, int]


@dataclass(slots=True)
class Opened:
    """One event of a page: its item where it could be opened and read, and the keys that open its cells.

    `named`: the records of the subject's own numbers, where all of them lead to one.
    """

    event: Event
    item: Item | None = None
    own: AESGCM | None = None
    identity: AESGCM | None = None
    closed: bool = False
    named: frozenset[bytes] = frozenset()


class Opener:
    """Opens pages of events; makes nothing in the database."""

    def __init__(self, connection: Connection, keys: MasterKeys, report: Report) -> None:
        self._connection = connection
        self._keys = keys
        self._report = report
        hashes = Hashes(keys)
        self._preparer = Preparer(hashes, Subjects(keys, hashes), {})

    def open(self, events: Sequence[Event]) -> list[Opened]:
        """Events with their content; one whose key is destroyed, or does not open it, is closed."""
        names = [None if (key := key_of_topic(event.topic)) is None else (event.record, *key) for event in events]
        wanted = {name for name in names if name is not None}
        keys = self._data_keys(wanted | {(name[0], IDENTITY, 0) for name in wanted})
        return [
            Opened(event, closed=True)
            if name is None
            else self._open(event, keys.get(name), keys.get((name[0], IDENTITY, 0)))
            for event, name in zip(events, names, strict=True)
        ]

    def _open(self, event: Event, own: AESGCM | None, identity: AESGCM | None) -> Opened:
        opened = Opened(event, own=own, identity=identity)
        try:
            if own is None:
                raise InvalidTag
            stored = own.decrypt(event.state[:NONCE], event.state[NONCE:], event.record.bytes)
        except (InvalidTag, ValueError):  # of fewer bytes than a nonce and a tag have
            opened.closed = True
            return opened
        try:
            opened.item = self._preparer.recorded(stored)
        except Rejected:
            self._report.at("event_unreadable", event.position)
        return opened

    def _data_keys(self, names: set[KeyName]) -> dict[KeyName, AESGCM]:
        """Those of some data keys that are there and open; which do not open is found out for all at the end."""
        rows = self._connection.execute(
            "SELECT k.record, k.class, k.period, k.wrapped FROM log.data_key k "
            "JOIN unnest(%b::uuid[], %b::text[], %b::int2[]) AS w (record, class, period) USING (record, class, period)",
            ([n[0] for n in names], [n[1] for n in names], [n[2] for n in names]),
            binary=True,
        )
        found: dict[KeyName, AESGCM] = {}
        for record, key_class, period, wrapped in rows:
            try:
                key = self._keys.unwrap(wrapped, key_context(record.bytes, key_class, period))
                found[record, key_class, period] = AESGCM(key)
            except (Erased, ValueError):
                continue
        return found
