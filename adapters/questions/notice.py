"""Gathers the notice for staff, and which version of it somebody has read: the access log says so."""

from typing import Any, Final

import psycopg

from adapters.disclosure.reading import opened_asked
from adapters.log.keys.data_keys import MasterKeys
from adapters.service.opened import Service
from domain.answers.notice import VERSION, Notice, notice_now
from domain.questions.about import ReadNotice

Connection = psycopg.Connection[Any]
_READ: Final = (
    "SELECT id, bytes, wrapped, sealed FROM access.entry WHERE viewer = %s AND kind = %s AND outcome = 'shown' "
    "ORDER BY at DESC LIMIT 1"
)


def gather_notice(service: Service, connection: Connection, question: ReadNotice) -> Notice | None:
    """The notice; None for a version that is not today's."""
    del service, connection
    return notice_now() if question.version == VERSION else None


def version_read(connection: Connection, keys: MasterKeys, viewer: str) -> int | None:
    """The version of the notice that somebody read last; None: none."""
    row = connection.execute(_READ, (viewer, ReadNotice.__name__)).fetchone()
    asked = None if row is None else opened_asked(keys, *row)
    return None if asked is None else int(asked["version"])
