"""Whether the keys at hand are those that the log is written with, and making the first ones.

With other keys a known number would be found under another hash, so that a child had two records and an event came in
twice; nothing would say so. It happens when a second machine is set up without the key file of the first. Nothing here
writes, but `first_keys`, and `note_keys` with what is recorded first (decision 27).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import psycopg

from adapters.log.appending import hold_appends
from adapters.log.connections import connect
from adapters.log.keys import key_file
from adapters.log.keys.data_keys import Erased, MasterKeys, key_context, open_sealed
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import KEPT
from domain.errors import Misuse, Rejected, Unreachable

Connection = psycopg.Connection[Any]

NOT_NOTED: Final = "not noted"
_LOOKED_AT: Final = 20
_NAMES: Final = {"kek": "key-encryption key (kek)", "hash": "hash key (hash)"}
_BEGUN: Final = (
    "SELECT EXISTS (SELECT FROM log.event) OR EXISTS (SELECT FROM log.aside) OR EXISTS (SELECT FROM log.data_key)"
)


def check_keys(url: str, keys: MasterKeys) -> None:
    """Raise Misuse where the log is written with other keys, naming which differ.

    A database that does not answer, or has no tables yet, is said by whoever needs it.
    """
    try:
        connection = connect(url)
    except Unreachable:
        return
    with connection:
        if has_tables(connection):
            refuse_others(which_differ(connection, keys))


def refuse_others(differ: Sequence[str]) -> None:
    """Raise Misuse where some keys are not the log's, by their names."""
    if differ:
        named = " and ".join(_NAMES[name] for name in differ)
        raise Misuse(
            f"the key file is not the one that the log is written with: its {named} differs. "
            "Copy that one here, or name it by ICR_KEK_FILE"
        )


def which_differ(connection: Connection, keys: MasterKeys) -> Sequence[str]:
    """Names of the keys that the log is not written with, by the fingerprint that it notes or by what they open."""
    found = noted(connection)
    return _by_opening(connection, keys) if found is None else keys.which_differ(found)


def noted(connection: Connection) -> bytes | None:
    """The fingerprint of the log's keys; None where it is not noted, as in an empty log or one from before."""
    row = connection.execute("SELECT fingerprint FROM log.keys").fetchone()
    return None if row is None else bytes(row[0])


def note_keys(connection: Connection, keys: MasterKeys, found: bytes | None) -> None:
    """Note the keys with the first that is recorded; `found` is what is noted. Raises Misuse where that is others.

    Called under the append lock, so that of two first ones the second is refused.
    """
    if found is None:
        connection.execute("INSERT INTO log.keys (fingerprint) VALUES (%s)", (keys.fingerprint,))
    elif found != keys.fingerprint:
        refuse_others(keys.which_differ(found))  # none where the key-encryption key is being replaced


def has_tables(connection: Connection) -> bool:
    """Whether the database has our tables, as far as keys need them."""
    return connection.execute("SELECT to_regclass('log.keys')").fetchone() != (None,)


def is_begun(connection: Connection) -> bool:
    """Whether the log holds anything that is sealed, so that its keys are given."""
    if connection.execute("SELECT to_regclass('log.event')").fetchone() == (None,):
        return False
    return connection.execute(_BEGUN).fetchone() == (True,)


def first_keys(connection: Connection, path: Path) -> MasterKeys:
    """Make the key file of an empty log, and note its keys. Of several at once one makes it and the others have the same.

    Raises Misuse where the log is begun: then its keys are given, and others would open nothing.
    """
    with connection.transaction():
        hold_appends(connection)
        try:
            return key_file.load(path)
        except key_file.NoKeyFile:
            pass
        if is_begun(connection):
            raise no_key_file(path, begun=True)
        keys = key_file.new(path)
        try:
            if has_tables(connection):
                connection.execute("DELETE FROM log.keys")
                note_keys(connection, keys, None)
        except BaseException:
            path.unlink()
            raise
    return keys


def no_key_file(path: Path, *, begun: bool) -> Misuse:
    """What to say where the key file is missing; `begun` where the log is known to hold something."""
    if begun:
        return Misuse(
            f"there is no key file at {path}, and the log was written with one: put that one back from where you keep it, "
            "or name it by ICR_KEK_FILE. A new one would open nothing"
        )
    return Misuse(
        f"there is no key file at {path}: copy the one that the log is written with here, or name it by ICR_KEK_FILE; "
        "where the log is empty, `icr keys new` makes one"
    )


def _by_opening(connection: Connection, keys: MasterKeys) -> Sequence[str]:
    """Of a log from before fingerprints were noted: its keys are those that open, and find again, what is there."""
    try:
        for record, key_class, period, wrapped in connection.execute(
            "SELECT record, class, period, wrapped FROM log.data_key LIMIT 1"
        ):
            keys.unwrap(wrapped, key_context(record.bytes, key_class, period))
        finds = [*_found_again(connection, keys), *_asides_again(connection, keys)]
    except Erased:
        return ("kek",)
    return ("hash",) if finds and not any(finds) else ()


def _found_again(connection: Connection, keys: MasterKeys) -> list[bool]:
    """Of some events that open: whether the inbox has them under the key that the hash key makes."""
    rows = connection.execute(
        "SELECT originator_id, topic, state FROM log.event ORDER BY notification_id LIMIT %s", (_LOOKED_AT,)
    ).fetchall()
    if not rows:
        return []
    from adapters.codec import decode_stored
    from adapters.log.subjects import key_of_topic

    hashes, found = Hashes(keys), []
    for record, topic, state in rows:
        name = key_of_topic(topic)
        row = connection.execute(
            "SELECT wrapped FROM log.data_key WHERE (record, class, period) = (%s, %s, %s)",
            (record, *(name or ("", 0))),
        ).fetchone()
        if row is None or name is None:
            continue  # erased
        try:
            key = keys.unwrap(row[0], key_context(record.bytes, *name))
            body = decode_stored(open_sealed(key, state, record.bytes)).body
        except (Erased, Rejected):
            continue
        event_key = hashes.event(body["source"]["organisation"], body["event_id"])
        there = connection.execute("SELECT FROM log.inbox WHERE key = %s", (event_key.hex(),)).fetchone()
        found.append(there is not None)
    return found


def _asides_again(connection: Connection, keys: MasterKeys) -> list[bool]:
    """Of some kept events: whether they stand under the digest that the hash key makes. Raises Erased by another kek."""
    rows = connection.execute(
        "SELECT id, digest, wrapped, sealed FROM log.aside WHERE kind = %s AND sealed <> '' ORDER BY received_at LIMIT %s",
        (KEPT, _LOOKED_AT),
    ).fetchall()
    if not rows:
        return []
    from adapters.log.quarantine_rows import open_kept_event

    hashes = Hashes(keys)
    return [
        hashes.digest(open_kept_event(keys, aside, wrapped, sealed)) == digest.bytes
        for aside, digest, wrapped, sealed in rows
    ]
