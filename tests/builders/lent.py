"""Connections that tests lend to whoever asks: kept for the next who asks of the same database.

A new connection costs six milliseconds of a core, and what is first asked over it is planned anew: an answer about one child
takes 26 milliseconds of a core over a new connection and four over one that was kept. Commands, which the tests start as people
do, have a new one each.
"""

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus

Connection = psycopg.Connection[Any]
MOST: Final = 4

_kept: dict[tuple[str, str], Connection] = {}
_turn = threading.Lock()


@contextmanager
def lent(url: str, connect: Callable[[], Connection], what_for: str) -> Iterator[Connection]:
    """A connection in autocommit mode that nobody else has meanwhile; kept if it is given back as it was."""
    with _turn:
        connection = _kept.pop((url, what_for), None)
    if connection is not None and not _answers(connection):
        connection.close()
        connection = None
    connection = connection or connect()
    try:
        yield connection
    except BaseException:
        connection.close()
        raise
    _keep((url, what_for), connection)


@contextmanager
def looking(url: str) -> Iterator[Connection]:
    """A connection of the tests' own, to look at what is in a database."""
    with lent(url, lambda: psycopg.connect(url, autocommit=True), "looking") as connection:
        yield connection


def _answers(connection: Connection) -> bool:
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True


def _keep(place: tuple[str, str], connection: Connection) -> None:
    spare = [connection]
    if not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE:
        with _turn:
            spare = [] if place not in _kept else spare  # of several who asked at once, one connection is kept
            _kept.setdefault(place, connection)
            while len(_kept) > MOST:  # those of databases that are gone
                spare.append(_kept.pop(next(iter(_kept))))
    for one in spare:
        one.close()


@atexit.register
def _close() -> None:
    while _kept:
        _kept.popitem()[1].close()
