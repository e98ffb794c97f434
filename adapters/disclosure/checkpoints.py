"""Checkpoints of the access log: signed when the tree has grown, put in the second place, and only then published.

A checkpoint also carries the head of the event log's hash chain, so that whoever keeps it keeps both. The key never signs a
tree that does not begin with the one that it signed before, here or in the second place.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

import psycopg

from adapters.disclosure.second_place import OtherThere, SecondPlace
from adapters.disclosure.signing_key import SEAL_LOCK, SigningKey, read_checkpoint
from adapters.process.clock import Clock
from domain.errors import IcrError, Unreachable
from domain.proof.checkpoint import Checkpoint, Malformed, VerifierKey
from domain.proof.tiles import Damaged, node_of_tiles
from domain.proof.tree import EMPTY, Node, consistency_proof, is_consistent, root_of

Connection = psycopg.Connection[Any]

PUBLISH_LOCK: Final = 0x1C_12_0005
EVENT_LOG: Final = "event-log"  # the line of a checkpoint that has the event log's head

LATE: Final = timedelta(minutes=10)
_LOOK_SECONDS: Final = 10.0
CHECKPOINT_LATE: Final = "checkpoint_late"
TREE_DAMAGED: Final = "tree_damaged"
LOG_SHORTER: Final = "access_log_shorter"
LOG_CHANGED: Final = "access_log_changed"
KEY_DIFFERS: Final = "signing_key_differs"
PLACE_FAILS: Final = "second_place_fails"
PLACE_DIFFERS: Final = "second_place_differs"
MONTHS_NOT_MADE: Final = "months_not_made"
MONTH_NOT_STATED: Final = "month_not_stated"

# Trouble -> a sentence for whoever runs the service.
TROUBLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        CHECKPOINT_LATE: "entries of the access log have waited for a published checkpoint for more than ten minutes",
        TREE_DAMAGED: "a tile of the access log is missing or has not its hashes; nothing is sealed until it is put back",
        LOG_SHORTER: "the access log has fewer leaves than a checkpoint that was signed; nothing is signed",
        LOG_CHANGED: "the access log does not begin with what was signed before; nothing is signed",
        KEY_DIFFERS: "the access log's last checkpoint is not signed with the signing key that is here",
        PLACE_FAILS: "the second place of checkpoints cannot be read or written",
        PLACE_DIFFERS: "the second place has another checkpoint, or one of another log; nothing is put there",
        MONTHS_NOT_MADE: "the coming months of the access log could not be made; entries of a month that is not there go to the rest",
        MONTH_NOT_STATED: "a month of the access log that is over could not be stated, since its leaves are in too many pieces; it is kept",
    }
)

_SIZE: Final = "SELECT coalesce(max(index) + 1, 0) FROM access.leaf"
_TILE: Final = "SELECT nodes FROM access.tile WHERE (level, index) = (%s, %s)"
_LAST: Final = "SELECT note FROM access.checkpoint ORDER BY size DESC LIMIT 1"
_EVENTS: Final = "SELECT position, encode(hash, 'hex') FROM log.head"
_KEEP: Final = "INSERT INTO access.checkpoint (size, note, at) VALUES (%s, %s, %s)"
_UNPUBLISHED: Final = "SELECT size, note, at FROM access.checkpoint WHERE published_at IS NULL ORDER BY size"
_PUBLISHED: Final = "UPDATE access.checkpoint SET published_at = %s WHERE size = %s"
# The first entry that no published checkpoint covers: of those with a leaf, and of those without.
_WAITING_SINCE: Final = """
SELECT least(
    (SELECT min(e.at) FROM access.leaf l JOIN access.entry e ON e.id = l.entry
    WHERE l.index = (SELECT coalesce(max(size), 0) FROM access.checkpoint WHERE published_at IS NOT NULL)),
    (SELECT min(at) FROM access.pending))
"""


class SealTrouble(IcrError):
    """The access log cannot be sealed, signed or published; `trouble` says why."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble

    def __str__(self) -> str:
        return f"{TROUBLES[self.trouble]} ({self.trouble})"


def checkpoint_age(connection: Connection, now: datetime) -> timedelta | None:
    """For how long an entry has waited for a published checkpoint that covers it; None where none waits.

    It is by this that serving must stop: a log at rest is no trouble, however old its last checkpoint.
    """
    row = connection.execute(_WAITING_SINCE).fetchone()
    since: datetime | None = None if row is None else row[0]
    return None if since is None else max(now - since, timedelta(0))


class Deadline:
    """Stops a process that serves where an entry has waited longer than a limit for a published checkpoint.

    Whoever keeps checkpoints from the second place could change the log unseen meanwhile. It is looked at now and then, but each
    time once it is late, so that it ends as soon as a checkpoint is there.
    """

    def __init__(self, limit: timedelta, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._look = float("-inf")

    def __call__(self, connection: Connection) -> None:
        """Raise Unreachable where it is late."""
        if time.monotonic() < self._look:
            return
        age = checkpoint_age(connection, self._clock.now())
        if age is not None and age > self._limit:
            raise Unreachable(
                "the second place of the access log", "no checkpoint came there for too long: is icr seal running?"
            )
        self._look = time.monotonic() + _LOOK_SECONDS


def tree_size(connection: Connection) -> int:
    """How many leaves there are."""
    row = connection.execute(_SIZE).fetchone()
    assert row is not None
    return int(row[0])


def check_key(connection: Connection, key: SigningKey) -> None:
    """Raise SealTrouble where the last checkpoint is not signed with this key."""
    row = connection.execute(_LAST).fetchone()
    if row is not None:
        try:
            read_checkpoint(key.verifier, row[0])
        except Malformed:
            raise SealTrouble(KEY_DIFFERS) from None


def sign(
    connection: Connection, key: SigningKey, place: SecondPlace, now: datetime, beside: SigningKey | None = None
) -> Checkpoint | None:
    """Sign the tree as it is, with the key that comes next `beside`; None where it has not grown since.

    Raises SealTrouble where it is not what was signed before.

    A second place that cannot be read does not keep from signing: it is said when it is to be published there.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SEAL_LOCK,))
        check_key(connection, key)
        size, node = tree_size(connection), _node(connection)
        try:
            found = root_of(size, node)
            last = connection.execute(_LAST).fetchone()
            for note in (None if last is None else last[0], _latest(place)):
                if note is not None:
                    _extends(note, key.verifier, size, found, node)
        except Damaged:
            raise SealTrouble(TREE_DAMAGED) from None
        if last is not None and read_checkpoint(key.verifier, last[0]).size == size:
            return None
        head = connection.execute(_EVENTS).fetchone()
        assert head is not None
        checkpoint = Checkpoint(key.verifier.name, size, found, (f"{EVENT_LOG} {head[0]}:{head[1]}",))
        note = key.sign(checkpoint) if beside is None else key.sign(checkpoint, beside)
        connection.execute(_KEEP, (size, note, now))
    return checkpoint


def publish(connection: Connection, key: SigningKey, place: SecondPlace, now: datetime) -> int:
    """Put what is signed into the second place, and note that it is there; how many there were. Raises SealTrouble.

    What is noted is there. Killed in between, the same is put there again.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (PUBLISH_LOCK,))
        rows = connection.execute(_UNPUBLISHED).fetchall()
        if not rows:
            return 0
        try:
            there = place.latest()
            size_there = -1 if there is None else read_checkpoint(key.verifier, there).size
            for size, note, at in rows:
                if size >= size_there:
                    place.put(size, note, at)
        except (Malformed, OtherThere, UnicodeDecodeError):
            raise SealTrouble(PLACE_DIFFERS) from None
        except OSError:
            raise SealTrouble(PLACE_FAILS) from None
        for size, _, _ in rows:
            connection.execute(_PUBLISHED, (now, size))
    return len(rows)


def _latest(place: SecondPlace) -> str | None:
    try:
        return place.latest()
    except (OSError, UnicodeDecodeError):
        return None


def _extends(note: str, key: VerifierKey, size: int, found: bytes, node: Node) -> None:
    """Raise SealTrouble unless the tree begins with the one that a note is of; one that is not this log's says nothing."""
    try:
        before = read_checkpoint(key, note)
    except Malformed:
        return
    if before.size > size:
        raise SealTrouble(LOG_SHORTER)
    if before.size == 0:
        same = before.root == EMPTY
    else:
        proof = consistency_proof(before.size, size, node)
        same = is_consistent(proof, before.size, before.root, size, found)
    if not same:
        raise SealTrouble(LOG_CHANGED)


def _node(connection: Connection) -> Node:
    def read(level: int, index: int) -> bytes:
        row = connection.execute(_TILE, (level, index)).fetchone()
        return b"" if row is None else bytes(row[0])

    return node_of_tiles(read)
