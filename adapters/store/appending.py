"""The append lock: whatever gives out positions or numbers of feedback holds it, so that they are committed in order."""

from typing import Any, Final

import psycopg

APPEND_LOCK: Final = 0x1C_12_0001


def hold_appends(connection: psycopg.Connection[Any]) -> None:
    """Take the append lock until the end of the caller's transaction; what holds it already has it again at once."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
