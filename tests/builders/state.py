"""What two deployments with the same keys must agree on, whatever they read when: all but record ids and positions.

A record is named by the keyed hash of its identifier, a child by those of its members. Sealed cells differ by their
nonces and are left out; the keys of the events that they come from are compared.
"""

import contextlib
from collections import Counter
from typing import Any

import psycopg

from adapters.log.keys.data_keys import MasterKeys
from tools.verify_log import verify

_RECORD = "(SELECT s.hash::text FROM log.subject s WHERE s.record = t.record)"
_CHILD = (
    "(SELECT string_agg(s.hash::text, ' ' ORDER BY s.hash) FROM membership m JOIN log.subject s USING (record) "
    "WHERE m.child = t.child AND m.to_ed IS NULL)"
)

QUERIES = {
    "event": "SELECT split_part(topic, ':', 1) FROM log.event",
    "inbox": "SELECT key::text, digest::text FROM log.inbox",
    "aside": "SELECT kind, state, reason, field, event_type, digest::text FROM log.aside",
    "set_aside": "SELECT reason, field, organisation FROM log.set_aside",
    "subject": "SELECT hash::text, scheme FROM log.subject",
    "fact": f"SELECT {_RECORD}, act, kind, service, organisation, day, until, recorded_at, key::text FROM log.fact t",
    "mark": f"SELECT {_RECORD}, school, day, recorded_at, am, pm FROM log.fact_mark t",
}
VIEWS = {
    "entry": f"SELECT {_RECORD}, kind, service, organisation, starts, ends, why, confirmed, accepted, worker, team, role, scope, "
    "provision, reason, recorded_at, tie::text, cardinality(others), cardinality(positions) FROM entry t WHERE to_ed IS NULL",
    "person": f"SELECT {_RECORD}, person_tie::text, birth::text, birth_tie::text, vital_act, vital_day, vital_tie::text "
    "FROM person t WHERE to_ed IS NULL",
    "address": f"SELECT {_RECORD}, day, status, residence, place::text, property::text, tie::text FROM address t WHERE to_ed IS NULL",
    "week": f"SELECT {_RECORD}, school, week, steps[cardinality(steps)] FROM week t",
    "membership": f"SELECT {_RECORD}, {_CHILD}, disputed FROM membership t WHERE to_ed IS NULL",
    "rectangle": f"SELECT {_CHILD}, rule, since, starts, ends, organisation, cardinality(positions) FROM rectangle t WHERE to_ed IS NULL",
}


def log_state(url: str) -> dict[str, Counter[tuple[Any, ...]]]:
    """What is in the log."""
    with contextlib.closing(psycopg.connect(url)) as connection:
        return {name: _rows(connection, query) for name, query in QUERIES.items()}


def view_state(url: str) -> dict[str, Counter[tuple[Any, ...]]]:
    """What the views say now; they must be at the head of the log."""
    with contextlib.closing(psycopg.connect(url)) as connection:
        row = connection.execute("SELECT s.view, h.position FROM log.serving s, log.head h").fetchone()
        assert row is not None
        connection.execute("SELECT set_config('search_path', %s, false)", (row[0],))
        at = connection.execute("SELECT position FROM state").fetchone()
        assert at == (row[1],), "the views are not at the head"
        return {name: _rows(connection, query) for name, query in VIEWS.items()}


def chain_holds(url: str, keys: MasterKeys) -> bool:
    """Whether the log is what was recorded, with all that was derived from it: read as `icr verify-log --events` does."""
    with contextlib.closing(psycopg.connect(url, autocommit=True)) as connection:
        report = verify(connection, keys)
    assert not report.found, report.found
    return True


def _rows(connection: psycopg.Connection[Any], query: str) -> Counter[tuple[Any, ...]]:
    return Counter(connection.execute(query).fetchall())  # type: ignore[arg-type]
