"""Rows of the log's tables in the very form in which they were copied in: bytes are compared, so that no reading of them hides a change."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from adapters.log import copy_rows as pack

Connection = psycopg.Connection[Any]
Fields = list[bytes | None]


def copied(connection: Connection, table: str, columns: Sequence[str], after: int, until: int) -> bytes:
    """Rows in the very form in which they were copied in."""
    query = (
        f"COPY (SELECT {', '.join(columns)} FROM log.{table} WHERE position > {after:d} AND position <= {until:d} "
        "ORDER BY position) TO STDOUT (FORMAT BINARY)"
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(copy)


def int8(field: bytes | None) -> int:
    """A packed bigint; nought of NULL."""
    return int.from_bytes(field or b"", "big", signed=True)


def parsed(body: bytes) -> list[Fields]:
    """The rows of a COPY body, as bytes of their fields."""
    at = len(pack.HEADER)
    rows: list[Fields] = []
    from_bytes = int.from_bytes
    while (count := from_bytes(body[at : at + 2], "big", signed=True)) >= 0:
        at += 2
        row: Fields = []
        for _ in range(count):
            size = from_bytes(body[at : at + 4], "big", signed=True)
            at += 4
            if size < 0:
                row.append(None)
            else:
                row.append(body[at : at + size])
                at += size
        rows.append(row)
    return rows


def uuids(field: bytes | None) -> list[UUID]:
    """The elements of a packed uuid[]; none where it is not one of ours."""
    if field is None or len(field) % 20 or len(field) < 40:
        return []
    return [UUID(bytes=field[at : at + 16]) for at in range(24, len(field), 20)]
