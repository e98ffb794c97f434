"""Gathers how far the access log is sealed and published, and holds its last leaves against what was signed."""

from contextlib import suppress
from typing import Any, Final, get_args

import psycopg

from adapters.disclosure.checkpoints import checkpoint_age, tree_size
from adapters.disclosure.given_up import Gone, given_up, read_as_it_is
from adapters.disclosure.signing_key import load, read_checkpoint
from adapters.service.opened import Service
from domain.access.entry import entry_id, instant
from domain.answers.accesses import CheckedLeaves, Exported, Found, LastSealed, LogState, PublishedCheckpoint
from domain.errors import Misuse
from domain.proof.checkpoint import Checkpoint, Malformed, VerifierKey, parse_checkpoint, parse_note
from domain.proof.tiles import WIDTH, Damaged, node_of_tiles
from domain.proof.tree import leaf_hash, root_of
from domain.questions.about import ExportLog, ShowLogState

Connection = psycopg.Connection[Any]

MOST_CHECKED: Final = 16 * WIDTH  # leaves: what a person waits for is bounded, a whole check is of an export
_WAITING: Final = "SELECT count(*) FROM access.pending"
_LAST: Final = "SELECT l.entry, l.index, e.at FROM access.leaf l JOIN access.entry e ON e.id = l.entry ORDER BY l.index DESC LIMIT 1"
_PUBLISHED: Final = "SELECT size, at, published_at, note FROM access.checkpoint WHERE published_at IS NOT NULL ORDER BY size DESC LIMIT 1"
_LEAVES: Final = (
    "SELECT l.index, l.hash, e.bytes FROM access.leaf l LEFT JOIN access.entry e ON e.id = l.entry "
    "WHERE l.index >= %s AND l.index < %s ORDER BY l.index"
)
_TILE: Final = "SELECT nodes FROM access.tile WHERE (level, index) = (%s, %s)"


def gather_log_state(service: Service, connection: Connection, question: ShowLogState) -> LogState:
    """The state, of one snapshot; with `check`, what is not as it was signed among the last leaves."""
    key = _verifier(service)
    with connection.transaction():
        read_as_it_is(connection)
        age = checkpoint_age(connection, service.clock.now())
        published = _published(connection)
        row = connection.execute(_WAITING).fetchone()
        assert row is not None
        return {
            "leaves": tree_size(connection),
            "waiting": row[0],
            "last_sealed": _last_sealed(connection),
            "published": published,
            "waits_seconds": None if age is None else round(age.total_seconds()),
            "verifier_key": None if key is None else str(key),
            "checked": _checked(connection, published, key, question.first)
            if question.check and published is not None
            else None,
        }


def gather_export(_: Service, connection: Connection, __: ExportLog) -> Exported:
    """What an export that is taken now holds at the least."""
    row = connection.execute(_WAITING).fetchone()
    assert row is not None
    return {"leaves": tree_size(connection), "waiting": row[0], "published": _published(connection)}


def _verifier(service: Service) -> VerifierKey | None:
    """The log's public key; the one that signs may be kept from the process that serves."""
    with suppress(Misuse, OSError):
        return load(service.settings.signing_key_file).verifier
    return None


def _last_sealed(connection: Connection) -> LastSealed | None:
    row = connection.execute(_LAST).fetchone()
    return None if row is None else {"entry": entry_id(row[0]), "leaf": row[1], "at": instant(row[2])}


def _published(connection: Connection) -> PublishedCheckpoint | None:
    row = connection.execute(_PUBLISHED).fetchone()
    if row is None:
        return None
    size, signed_at, published_at, note = row
    return {"leaves": size, "signed_at": instant(signed_at), "published_at": instant(published_at), "note": note}


def _checked(
    connection: Connection, published: PublishedCheckpoint, key: VerifierKey | None, since: int | None
) -> CheckedLeaves:
    """The leaves of some tiles that the checkpoint covers, the last ones or from that of a leaf on, and the whole tree's root by its tiles."""
    size = published["leaves"]
    first = max(0, min(size - MOST_CHECKED if since is None else since, size - 1)) // WIDTH * WIDTH
    until = min(size, first + MOST_CHECKED + WIDTH)
    found = {*_of_leaves(connection, first, until), *_of_tree(connection, published["note"], size, key)}
    if tree_size(connection) < size:
        found.add("log_shorter")
    return {"first": first, "last": until - 1, "found": [name for name in get_args(Found) if name in found]}


def _of_leaves(connection: Connection, first: int, size: int) -> set[Found]:
    found: set[Found] = set()
    rows = connection.execute(_LEAVES, (first, size), binary=True).fetchall()
    if [index for index, _, _ in rows] != list(range(first, size)):
        return {"leaf_missing"}
    gone = Gone(given_up(connection))
    for index, hashed, written in rows:
        if written is None:
            if gone.statement_of(index) is None:
                found.add("entry_missing")
        elif leaf_hash(written) != hashed:
            found.add("entry_changed")
    for start in range(first, size, WIDTH):
        nodes = b"".join(hashed for _, hashed, _ in rows[start - first : start - first + WIDTH])
        tile = _tile(connection, 0, start // WIDTH)
        if len(tile) < len(nodes):
            found.add("tile_missing")
        elif tile[: len(nodes)] != nodes:
            found.add("tile_changed")
    return found


def _of_tree(connection: Connection, note: str, size: int, key: VerifierKey | None) -> set[Found]:
    try:
        checkpoint = _read(note, key)
        node = node_of_tiles(lambda level, index: _tile(connection, level, index))
        root = root_of(size, node)
    except Malformed:
        return {"checkpoint_not_signed"}
    except Damaged:
        return {"tile_missing"}
    return set() if (checkpoint.size, checkpoint.root) == (size, root) else {"tree_differs"}


def _read(note: str, key: VerifierKey | None) -> Checkpoint:
    """The checkpoint; its signature is checked where the key is here, and else by whoever has it."""
    return parse_checkpoint(parse_note(note)[0]) if key is None else read_checkpoint(key, note)


def _tile(connection: Connection, level: int, index: int) -> bytes:
    row = connection.execute(_TILE, (level, index), binary=True).fetchone()
    return b"" if row is None else bytes(row[0])
