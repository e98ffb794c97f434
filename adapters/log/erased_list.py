"""The list of what was erased, kept outside the database: a backup from before knows nothing of it (docs/decisions/0063).

One line of JSON for each erasure, by random ids alone. Best on another machine's folder, beside the checkpoints of the access log, and
never restored with the database.
"""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.connections import connect
from adapters.log.keys.closed_file import keep_entry
from domain.answers.ids import parse_id, record_id
from domain.errors import Misuse, Unreachable

Connection = psycopg.Connection[Any]

_FORM: Final = "the list of erasures cannot be read: each of its lines names an erasure and its records"
# Named on the list, and not erased in the database: it was restored from a time before.
_NOT_ERASED: Final = """
SELECT EXISTS (
    SELECT FROM unnest(%s::uuid[]) AS r (record) WHERE NOT EXISTS (SELECT FROM log.erased e WHERE e.record = r.record)
    AND EXISTS (SELECT FROM log.event v WHERE v.originator_id = r.record))
"""


class ErasedList:
    """The list at a place."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Mapping[str, Sequence[UUID]]:
        """The records of each erasure; none where there is no list. Raises Misuse where it cannot be read."""
        try:
            lines = self._path.read_text().splitlines()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise Misuse(f"{_FORM} ({type(error).__name__})") from None
        try:
            said = [json.loads(line) for line in lines if line]
            return {one["erasure"]: [parse_id(record) for record in one["records"]] for one in said}
        except (ValueError, KeyError, TypeError, Misuse):
            raise Misuse(_FORM) from None

    def add(self, erasure: str, records: Collection[UUID]) -> None:
        """Add an erasure, if it is not there; it outlasts a power cut. Raises Misuse where it cannot be written."""
        if erasure in self.read():
            return
        line = json.dumps({"erasure": erasure, "records": [record_id(record) for record in sorted(records)]})
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "ab") as file:
                file.write(f"{line}\n".encode())
                file.flush()
                os.fsync(file.fileno())
            keep_entry(self._path.parent)
        except OSError as error:
            raise Misuse(f"the list of erasures cannot be written: {error.strerror}") from None


def check_erased(url: str, path: Path) -> None:
    """Raise Misuse where the database holds what was erased since: it was restored, and the list names more than it knows.

    A database that does not answer, or has no tables yet, is said by whoever needs it.
    """
    listed = [record for records in ErasedList(path).read().values() for record in records]
    if not listed:
        return
    try:
        connection = connect(url)
    except Unreachable:
        return
    with connection:
        if connection.execute("SELECT to_regclass('log.erased')").fetchone() == (None,):
            return
        if connection.execute(_NOT_ERASED, (listed,)).fetchone() == (True,):
            raise Misuse(
                "the database holds what was erased after it was backed up: run `icr erase reapply` before anything else"
            )
