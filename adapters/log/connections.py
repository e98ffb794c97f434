"""Connections to the database: every one is made here, with limits by what it is for.

A limit is the server's own time-out, so that it also ends what a stopped or lost client holds. No statement of ours waits
for ever, and no transaction that nobody goes on with keeps its locks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import psycopg

from adapters.log.trouble import DatabaseTrouble, refused
from domain.errors import Unreachable

APPLICATION: Final = "icr"
CONNECT_SECONDS: Final = 10
_TRANSACTION_TIMEOUT_SINCE: Final = 170_000

# What the client's side of every connection is told. A host that has gone says nothing; TCP alone would wait for minutes.
CLIENT_SIDE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "application_name": APPLICATION,
        "keepalives": 1,
        "keepalives_idle": 5,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 10_000,  # milliseconds
    }
)


class Work(StrEnum):
    """What a connection is for."""

    READ = "read"
    ANSWER = "answer"
    WRITE = "write"
    PROJECT = "project"
    REBUILD = "rebuild"
    TELL = "tell"
    SEAL = "seal"
    DISCLOSE = "disclose"
    EXPORT = "export"
    ERASE = "erase"
    MIGRATE = "migrate"


@dataclass(frozen=True, slots=True)
class Limits:
    """Time-outs of the server in seconds; 0 is none. `silent` is idle in a transaction, `session` idle outside one."""

    statement: int
    lock: int
    silent: int
    transaction: int
    session: int = 0


LIMITS: Final[Mapping[Work, Limits]] = MappingProxyType(
    {
        Work.READ: Limits(statement=60, lock=10, silent=30, transaction=120),
        # As the one before it, by people: see ROLES.
        Work.ANSWER: Limits(statement=60, lock=10, silent=30, transaction=120),
        # The append lock is waited for in short turns, so that who waits can look who holds it (appending.turn).
        Work.WRITE: Limits(statement=30, lock=2, silent=10, transaction=120),
        # An edition may take long; another projector's is waited for in turns.
        Work.PROJECT: Limits(statement=900, lock=10, silent=30, transaction=1800),
        # It waits for whole editions, and works through all history.
        Work.REBUILD: Limits(statement=3600, lock=1800, silent=60, transaction=7200),
        # Holds a lock of its session, which a stopped one must not keep.
        Work.TELL: Limits(statement=60, lock=10, silent=30, transaction=120, session=60),
        # As the one before it: a sequencer that has stopped must let another take its place.
        Work.SEAL: Limits(statement=60, lock=10, silent=30, transaction=120, session=60),
        # Somebody waits for each answer that is to be logged.
        Work.DISCLOSE: Limits(statement=5, lock=4, silent=5, transaction=10),
        # One state of the whole access log, read once.
        Work.EXPORT: Limits(statement=3600, lock=10, silent=300, transaction=43_200),
        # It waits for an edition, and rewrites tables.
        Work.ERASE: Limits(statement=900, lock=60, silent=60, transaction=1800),
        Work.MIGRATE: Limits(statement=21_600, lock=3600, silent=3600, transaction=43_200),
    }
)

# The role of the database that a connection takes on, where it is there and was given its rights (adapters/migrations/0029):
# who answers questions changes no table of the log, who writes entries can read and change none, who seals changes no entry.
ROLES: Final[Mapping[Work, str]] = MappingProxyType(
    {Work.ANSWER: "icr_reader", Work.DISCLOSE: "icr_discloser", Work.SEAL: "icr_sealer"}
)
_TAKE_ROLE: Final = """
SELECT set_config('role', r.rolname, {local}) FROM pg_roles r WHERE r.rolname = '{role}'
    AND pg_has_role(session_user, r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
    AND has_schema_privilege(r.oid, (SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'access'), 'USAGE')"""


def connect(url: str, work: Work = Work.READ, *, timeout: int = CONNECT_SECONDS) -> psycopg.Connection[Any]:
    """A connection in autocommit mode, limited by what it is for.

    Raises Unreachable, or DatabaseTrouble where a server answers, and names no password.
    """
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=timeout, **CLIENT_SIDE)
        limit(connection, work)
    except psycopg.OperationalError as error:
        trouble = refused(error)
        if trouble is not None:
            raise DatabaseTrouble(trouble) from None
        raise Unreachable("the database", "is it running, and does ICR_DATABASE_URL name it?") from None
    return connection


def limit(connection: psycopg.Connection[Any], work: Work) -> None:
    """Set the server's time-outs for a connection in autocommit mode."""
    limits = LIMITS[work]
    wanted = {
        "statement_timeout": limits.statement,
        "lock_timeout": limits.lock,
        "idle_in_transaction_session_timeout": limits.silent,
        "idle_session_timeout": limits.session,
    }
    if connection.info.server_version >= _TRANSACTION_TIMEOUT_SINCE:
        wanted["transaction_timeout"] = limits.transaction
    statements = [f"SET {name} = '{seconds}s'" for name, seconds in wanted.items()]
    if work in ROLES:
        statements.append(taking_role(work))
    connection.execute(";".join(statements))


def taking_role(work: Work, *, local: bool = False) -> str:
    """The statement by which a connection takes on the role of its work, for its life or for a transaction."""
    return _TAKE_ROLE.format(role=ROLES[work], local=str(local).lower())
