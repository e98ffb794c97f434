"""The months of the access log, made before they begin, so that a month can go as a whole when its time of keeping is over."""

from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from adapters.disclosure.checkpoints import MONTHS_NOT_MADE, SealTrouble

Connection = psycopg.Connection[Any]
AHEAD: Final = timedelta(days=62)
_MAKE: Final = "SELECT access.make_months(%s, %s)"


def make_months(connection: Connection, now: datetime) -> int:
    """Make the partitions of this month and of the two after it; how many there were to make.

    Raises SealTrouble where somebody who reads the whole log holds it: entries of a month that is not made go to the rest
    meanwhile, and into their month when it is made.
    """
    try:
        row = connection.execute(_MAKE, (now.date(), (now + AHEAD).date())).fetchone()
    except psycopg.errors.LockNotAvailable:
        raise SealTrouble(MONTHS_NOT_MADE) from None
    assert row is not None
    return int(row[0])
