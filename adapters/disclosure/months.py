"""The months of the access log, made before they begin, so that a month can go as a whole when its time of keeping is over."""

from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from adapters.disclosure.checkpoints import MONTHS_NOT_MADE, SealTrouble

Connection = psycopg.Connection[Any]
AHEAD: Final = timedelta(days=62)
SOON: Final = timedelta(days=14)
_MAKE: Final = "SELECT access.make_months(%s, %s)"
_THERE: Final = "SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL"


def make_months(connection: Connection, now: datetime) -> bool:
    """Make the partitions of this month and of the two after it; whether they are there.

    Somebody who reads the whole log keeps them from being made, and is waited for half a second. Raises SealTrouble where a
    month is missing that has begun or begins in two weeks: entries of it go to the rest meanwhile, and into it when it is made.
    """
    try:
        connection.execute(_MAKE, (now.date(), (now + AHEAD).date()))
    except psycopg.errors.LockNotAvailable:
        wanted = [f"access.{table}_{(now + SOON):%Y_%m}" for table in ("entry", "shown")]
        if connection.execute(_THERE, wanted).fetchone() != (True,):
            raise SealTrouble(MONTHS_NOT_MADE) from None
        return False
    return True
