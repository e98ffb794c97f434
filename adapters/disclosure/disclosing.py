"""Makes the entry of an access and commits it, with the content of its parts, before the answer leaves (access.md 3)."""

import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

import orjson
import psycopg

from adapters.disclosure.committing import Committing, Waiting
from adapters.disclosure.context import context
from adapters.disclosure.keys import NewKey, NewKeys, SealedPart, find_keys, owner_of, seal_part
from adapters.disclosure.probes import Probes
from adapters.disclosure.rows import WRITE, EntryRows, values_of
from adapters.log.connections import Work, taking_role
from adapters.log.keys.data_keys import NONCE, MasterKeys, seal
from adapters.process.clock import Clock
from domain.access.entry import AsKnown, Entry, Outcome
from domain.access.parts import Part, leaf_of
from domain.access.rules import NOT_ALLOWED
from domain.access.viewer import LOCAL_OPERATOR, Viewer
from domain.errors import Misuse, Unreachable
from domain.proof.tree import leaf_hash, root

Connection = psycopg.Connection[Any]
ENTRY_KEY: Final = b"|access_entry|"
_TRIES: Final = 3
_AS_WRITER: Final = taking_role(Work.DISCLOSE, local=True)


@dataclass(frozen=True, slots=True)
class Access:
    """An attempt as the door saw it.

    `asked`: the question's fields, by name. `children`: whom it was about where nothing of them is shown. `opened`: whether
    records were opened, or children only listed. `at`: when, where that is told to whoever asked; None: when it is written.
    `about`: the one known child that was asked about. `month`: what is stated of a month of the log, which is no attempt.
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
    about: UUID | None = None
    month: Mapping[str, Any] | None = None


# What a process writes when it ends in good order.
_END: Final = Access(LOCAL_OPERATOR, "EndOfProcess", {}, None, Outcome.ENDED, purpose="operation")


class Disclosing(Protocol):
    """Something that makes sure of an entry."""

    def disclose(self, connection: Connection, access: Access) -> UUID:
        """The id of the committed entry; raises where it cannot be written, and then nothing may be shown."""
        ...


class _Prepared(Waiting):
    """An access with everything sealed, which waits to become an entry; `connection` is the one on which it was read."""

    def __init__(self, access: Access, connection: Connection, *, alone: bool) -> None:
        super().__init__(alone=alone)
        self.access = access
        self.connection = connection
        self.id = uuid4()
        self.parts: list[SealedPart] = []
        self.new_keys: list[NewKey] = []
        self.root: bytes | None = None
        self.commitment = self.wrapped = self.asked = b""
        self.probe: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Chain:
    """Where the entries of a process have come to: the number of the next one, and the hash of the one before it."""

    process: str
    number: int = 0
    previous: bytes | None = None

    @classmethod
    def new(cls) -> "_Chain":
        """One that begins."""
        return cls(os.urandom(8).hex())

    def after(self, leaf: bytes) -> "_Chain":
        """With one more entry."""
        return _Chain(self.process, self.number + 1, hashlib.sha256(leaf).digest())


class Discloser:
    """Writes the entries of one process, each of which names the one before it; `may_go_on` raises where none may be written.

    `connect` makes a connection for writing alone, which is kept; without it entries are written on the connection on which
    their answer was read. Where the process does not last, as that of a command, each entry is a chain of its own.
    """

    def __init__(
        self,
        keys: MasterKeys,
        clock: Clock,
        connect: Callable[[], Connection] | None = None,
        may_go_on: Callable[[Connection], None] = lambda _: None,
        *,
        lasts: bool = True,
    ) -> None:
        self._keys = keys
        self._new_keys = NewKeys(keys)
        self._probes = Probes(keys)
        self._clock = clock
        self._connect = connect
        self._connection: Connection | None = None
        self._may_go_on = may_go_on
        self._committing = Committing(self._write)
        self._lasts = lasts
        self._closing = threading.Lock()
        self._chain = _Chain.new()

    def disclose(self, connection: Connection, access: Access) -> UUID:
        """The id of the entry, committed. Raises Unreachable and what the database raises: then nothing may be shown.

        What failed together with others, or by what another process did at that moment, is tried again alone. If it had come in
        after all, the log has it twice: it tells too much rather than too little.
        """
        self._may_go_on(connection)
        for left in reversed(range(_TRIES)):
            one = self._prepared(connection, access, alone=left + 1 < _TRIES)
            try:
                self._committing.commit(one)
            except psycopg.Error as error:
                if not left or not _again(error, one):
                    raise
            else:
                return one.id
        raise AssertionError

    def close(self, connection: Connection | None = None) -> None:
        """Say in the chain that this process ends, where it has written anything, and give the connection for writing back.

        `connection`: where there is none for writing alone. Where it cannot be said, a check names the chain as not closed.
        """
        if self._lasts and self._chain.number:
            with suppress(psycopg.Error, Unreachable):
                if connection is None and self._connect is not None:
                    connection = self._writes_on()
                if connection is not None:
                    self._committing.commit(self._prepared(connection, _END, alone=True))
        with self._closing:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _prepared(self, connection: Connection, access: Access, *, alone: bool) -> _Prepared:
        one = _Prepared(access, connection, alone=alone)
        if access.parts:
            owners = {owner_of(part) for part in access.parts}
            keys = find_keys(connection, self._keys, owners)
            one.new_keys = self._new_keys.of([owner for owner in owners if owner not in keys])
            keys |= {new.owner: new.key for new in one.new_keys}
            nonces = os.urandom(NONCE * len(access.parts))
            one.parts = [
                seal_part(part, keys[owner_of(part)], nonces[n * NONCE :]) for n, part in enumerate(access.parts)
            ]
            one.root = root([leaf_hash(leaf_of(part.part.child, part.owner, part.digest)) for part in one.parts])
        one.commitment, one.wrapped, one.asked = self._asked(one.id, access.asked)
        one.probe = self._probes.of(access.asked)
        return one

    def _asked(self, entry: UUID, asked: Mapping[str, Any]) -> tuple[bytes, bytes, bytes]:
        """The commitment to what was asked by, the entry's key wrapped, and what was asked by sealed under it."""
        [(key, wrapped)] = self._keys.new_keys([entry_key_context(entry)])
        content = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
        salted = hmac.digest(key, content, "sha256") + content
        return hashlib.sha256(salted).digest(), wrapped, seal(key, os.urandom(NONCE), salted, entry.bytes)

    def _write(self, group: Sequence[_Prepared]) -> None:
        """Commit entries, each of which names the one before it: by one thread at a time."""
        chain = self._chain
        rows = []
        for one in group:
            at = one.access.at or self._clock.now()
            closes = one.access is _END or not self._lasts
            try:
                leaf = self._entry(one, at, chain, closes=closes).leaf()
            except Misuse as error:
                one.failed = error
                continue
            chain = _Chain.new() if closes else chain.after(leaf)
            rows.append(_rows(one, at, leaf))
        new = [key for one in group if one.failed is None for key in one.new_keys if not key.stored]
        stored = False
        try:
            if rows:
                self._commit(group[0].connection, values_of(rows, new))
            stored = True
            self._chain = chain
        except BaseException as error:
            if not _refused(error):
                self._chain = _Chain.new()  # whether it came in is not known: the chain ends here, and another begins
            raise
        finally:
            self._new_keys.settle(new, stored=stored)

    def _commit(self, read_on: Connection, values: dict[str, Any]) -> None:
        """Write entries, committed when it returns."""
        if self._connect is not None:
            self._writes_on().execute(WRITE, values)  # a transaction of its own
            return
        with read_on.transaction():
            read_on.execute(_AS_WRITER)
            read_on.execute(WRITE, values)

    def _writes_on(self) -> Connection:
        assert self._connect is not None
        with self._closing:
            if self._connection is None or self._connection.closed:
                self._connection = self._connect()
            return self._connection

    def _entry(self, one: _Prepared, at: datetime, chain: _Chain, *, closes: bool) -> Entry:
        access = one.access
        return Entry(
            id=one.id,
            at=at,
            process=chain.process,
            number=chain.number,
            previous=chain.previous,
            viewer=access.viewer,
            question=access.question,
            purpose=access.purpose,
            as_known=access.as_known,
            context=context()[0],
            outcome=access.outcome,
            rules=(*access.rules, *sorted(set(access.withheld))),
            proving=tuple(access.proving),
            parts=len(one.parts),
            withheld=len(access.withheld),
            root=one.root,
            asked=one.commitment,
            closes=closes,
            month=access.month,
        )


def entry_key_context(entry: UUID) -> bytes:
    """What an entry's own key is bound to."""
    return entry.bytes + ENTRY_KEY


def _again(error: psycopg.Error, one: _Prepared) -> bool:
    """Whether it may well be written when it is tried again: nothing is wrong with it, or the connection was lost."""
    return one.together > 1 or isinstance(error, psycopg.errors.UniqueViolation) or _lost(error)


def _refused(error: BaseException) -> bool:
    """Whether the server said that it did nothing, rather than went away in the middle."""
    return (
        isinstance(error, psycopg.Error) and error.sqlstate is not None and error.sqlstate[:2] not in ("08", "57", "XX")
    )


def _lost(error: psycopg.Error) -> bool:
    """Whether the server ended the connection, as one that starts again does, or it broke."""
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate is None or error.sqlstate.startswith("57P"))


def _rows(one: _Prepared, at: datetime, leaf: bytes) -> EntryRows:
    access, because = one.access, one.access.viewer.because
    return EntryRows(
        one.id, at, access.viewer.name, access.viewer.organisation, access.question, access.outcome.value, leaf,
        one.wrapped, one.asked, access.opened, one.parts, access.children, access.about, next(iter(access.rules), None),
        None if because is None else because.opening.value, None if because is None else because.acting_for, one.probe,
    )  # fmt: skip
