"""What kind of trouble a database error is, by its SQLSTATE: whether to wait, to try again, or to look at the data.

Source: PostgreSQL documentation, appendix A (error codes). A lost database, a full disk and a wrong value call for three
different things of an operator; psycopg raises `OperationalError` for the first two alike.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import psycopg

from domain.errors import CLOCK_BEHIND, CLOCK_DIFFERS, ClockWrong, Unreachable

DATABASE_LOST: Final = "database_lost"
DATABASE_FULL: Final = "database_full"
DATABASE_LIMITS: Final = "database_limits"
DATABASE_BUSY: Final = "database_busy"
DATABASE_REFUSES: Final = "database_refuses"

# Trouble -> a sentence for whoever runs the service.
TROUBLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        DATABASE_LOST: "The database does not answer, or ended the connection.",
        DATABASE_FULL: "The database has no room left on its disk.",
        DATABASE_LIMITS: "The database is at a limit of its own: connections, memory, locks.",
        DATABASE_BUSY: "Another transaction stood in the way for too long; what was tried is tried again.",
        DATABASE_REFUSES: "The database does not let us in, or does not let us do this.",
        CLOCK_BEHIND: "The clock of this host is behind the newest event that was received.",
        CLOCK_DIFFERS: "The clock of this host differs from that of the database.",
    }
)

# Whole codes first, then classes of two characters.
_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "53100": DATABASE_FULL,
        "53200": DATABASE_LIMITS,
        "53300": DATABASE_LIMITS,
        "53400": DATABASE_LIMITS,
        "55P03": DATABASE_BUSY,  # lock_timeout
        "57014": DATABASE_BUSY,  # statement_timeout, or somebody cancelled it
        "25P03": DATABASE_LOST,  # idle_in_transaction_session_timeout ended the session
        "25P04": DATABASE_LOST,  # transaction_timeout did
        "42501": DATABASE_REFUSES,  # insufficient_privilege
        "25006": DATABASE_LOST,  # read only: a standby, until it is promoted
        "08": DATABASE_LOST,
        "28": DATABASE_REFUSES,
        "3D": DATABASE_REFUSES,
        "40": DATABASE_BUSY,
        "53": DATABASE_LIMITS,
        "57": DATABASE_LOST,  # it is being shut down, starts up, or crashed
        "58": DATABASE_FULL,  # an error of the operating system below it
    }
)


# What a server says when it lets nobody in. The driver has no SQLSTATE of it, only the sentence; in another language than
# English it is `database_lost`.
_SAID: Final[Mapping[str, str]] = MappingProxyType(
    {
        "too many clients": DATABASE_LIMITS,
        "too many connections": DATABASE_LIMITS,
        "remaining connection slots": DATABASE_LIMITS,
        "authentication failed": DATABASE_REFUSES,
        "no pg_hba.conf entry": DATABASE_REFUSES,
        "not permitted to log in": DATABASE_REFUSES,
        "permission denied": DATABASE_REFUSES,
        "does not exist": DATABASE_REFUSES,
        "No space left on device": DATABASE_FULL,
    }
)


class DatabaseTrouble(Unreachable):
    """The database is there, and does not serve us; `trouble` says why."""

    def __init__(self, trouble: str) -> None:
        super().__init__("the database")
        self.trouble = trouble

    def __str__(self) -> str:
        return sentence_of(self.trouble)


def sentence_of(trouble: str) -> str:
    """The sentence of a trouble, to stand inside another."""
    said = TROUBLES[trouble].rstrip(".")
    return said[0].lower() + said[1:]


def refused(error: psycopg.OperationalError) -> str | None:
    """The trouble for which a server that answers lets nobody in; None where none answers."""
    told = str(error)
    return next((trouble for words, trouble in _SAID.items() if words in told), None)


def trouble_of(error: BaseException) -> str | None:
    """The trouble that an error tells of, a key of `TROUBLES`; None where it lies in the data or in this program.

    An error without SQLSTATE comes from the client's side of the connection: the database is lost.
    """
    if isinstance(error, ClockWrong | DatabaseTrouble):
        return error.trouble
    if isinstance(error, Unreachable):
        return DATABASE_LOST
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate
    if state is None:
        return DATABASE_LOST if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError) else None
    return _CODES.get(state) or _CODES.get(state[:2])


_PATIENCE: Final = 3
_MAY_BE_OF_ONE_RECORD: Final = (DATABASE_BUSY, DATABASE_LIMITS)


def tries_of(error: BaseException) -> int | None:
    """How often in a row an edition may fail with an error before it is put down to its records; None: never.

    One record that takes longer than the statement time-out, or more memory than there is, fails in this way for ever.
    """
    trouble = trouble_of(error)
    if trouble is None:
        return 1
    return _PATIENCE if trouble in _MAY_BE_OF_ONE_RECORD else None
