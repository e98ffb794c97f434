"""Whether the keys at hand are those that the log is written with.

With others a known number would be found under another hash, so that a child had two records and an event came in
twice; nothing would say so. It happens when a second machine is set up without the key file of the first.
"""

from typing import Any, Final

import psycopg

from adapters.store.database import connect
from adapters.store.keys import Erased, MasterKeys, key_context
from domain.errors import Misuse, Unreachable

_OTHERS: Final = (
    "the key file is not the one that the log is written with: copy that one here, or name it by ICR_KEK_FILE"
)


def check_keys(url: str, keys: MasterKeys) -> None:
    """Raise Misuse where the log is written with other keys; a log that is not begun yet is from now on with these.

    A database that does not answer, or has no tables yet, is said by whoever needs it.
    """
    try:
        connection = connect(url)
    except Unreachable:
        return
    with connection:
        if connection.execute("SELECT to_regclass('log.keys')").fetchone() == (None,):
            return
        found = _noted(connection)
        if found is None:
            _check_by_opening(connection, keys)
            connection.execute(
                "INSERT INTO log.keys (fingerprint) VALUES (%s) ON CONFLICT DO NOTHING", (keys.fingerprint,)
            )
            found = _noted(connection)
        if found != keys.fingerprint:
            raise Misuse(_OTHERS)


def _noted(connection: psycopg.Connection[Any]) -> bytes | None:
    row = connection.execute("SELECT fingerprint FROM log.keys").fetchone()
    return None if row is None else bytes(row[0])


def _check_by_opening(connection: psycopg.Connection[Any], keys: MasterKeys) -> None:
    """A log from before fingerprints were noted: its keys are those that open what is there."""
    row = connection.execute("SELECT record, class, period, wrapped FROM log.data_key LIMIT 1").fetchone()
    if row is not None:
        record, key_class, period, wrapped = row
        try:
            keys.unwrap(wrapped, key_context(record.bytes, key_class, period))
        except Erased:
            raise Misuse(_OTHERS) from None
