"""Whether the roles are there that keep our own connections from changing the access log, and have the rights they ought to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import psycopg

from adapters.log.connections import ROLES, Work

Connection = psycopg.Connection[Any]

WELL: Final = "well"
MISSING: Final = "missing"
NOT_GIVEN: Final = "not_given"
WITHOUT_RIGHTS: Final = "without_rights"
TOO_MANY_RIGHTS: Final = "too_many_rights"

# State -> a sentence for whoever runs the service.
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        WELL: "is there and is taken on",
        MISSING: "is not there: an administrator of the database makes it, then icr migrate gives it its rights",
        NOT_GIVEN: "is not granted to the user of ICR_DATABASE_URL, which therefore does its work without it",
        WITHOUT_RIGHTS: "has not its rights in this database: icr migrate gives them",
        TOO_MANY_RIGHTS: "may change or take out entries of the access log: icr migrate takes that away, if nobody granted it by another way",
    }
)
_FOR: Final[Mapping[Work, str]] = MappingProxyType(
    {
        Work.ANSWER: "answers questions: may read, and write no entry",
        Work.DISCLOSE: "writes entries: may insert, and neither read, change nor take out",
        Work.SEAL: "seals: gives leaves, tiles and checkpoints, and changes no entry",
    }
)
# Of each role a right that it needs in this database.
_NEEDS: Final[Mapping[Work, tuple[str, str]]] = MappingProxyType(
    {
        Work.ANSWER: ("access.entry", "SELECT"),
        Work.DISCLOSE: ("access.entry", "INSERT"),
        Work.SEAL: ("access.leaf", "INSERT"),
    }
)
_ENTRIES: Final = ("context", "content", "entry", "shown")  # what nobody may change
_LOOK: Final = """
SELECT pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END),
    has_table_privilege(r.oid, %(table)s, %(right)s) AND has_schema_privilege(r.oid, 'access', 'USAGE'),
    r.rolsuper OR EXISTS (SELECT FROM unnest(%(entries)s::text[]) AS t (name)
        WHERE has_table_privilege(r.oid, 'access.' || t.name, 'UPDATE, DELETE, TRUNCATE'))
FROM pg_roles r WHERE r.rolname = %(role)s
"""


@dataclass(frozen=True, slots=True)
class RoleState:
    """One role: what it is for, and how it is."""

    role: str
    is_for: str
    state: str


def states(connection: Connection) -> Sequence[RoleState]:
    """How each role is, as the user of this connection finds it."""
    return [RoleState(role, _FOR[work], _state(connection, work, role)) for work, role in ROLES.items()]


def _state(connection: Connection, work: Work, role: str) -> str:
    table, right = _NEEDS[work]
    row = connection.execute(
        _LOOK, {"role": role, "table": table, "right": right, "entries": list(_ENTRIES)}
    ).fetchone()
    if row is None:
        return MISSING
    given, has_rights, has_too_many = row
    if has_too_many:
        return TOO_MANY_RIGHTS
    if not given:
        return NOT_GIVEN
    return WELL if has_rights else WITHOUT_RIGHTS
