"""Where the database's time goes: its statements by total time, from pg_stat_statements."""

from typing import Any, Final

import psycopg

_MOST: Final = 30
_WIDTH: Final = 110


def watch() -> dict[str, str]:
    """Server settings that make it keep count; to be given at its start."""
    return {
        "shared_preload_libraries": "pg_stat_statements",
        "pg_stat_statements.track": "all",
        "pg_stat_statements.track_utility": "on",
        "pg_stat_statements.max": "2000",
        "track_io_timing": "off",
    }


def slowest(url: str, events: int) -> list[dict[str, Any]]:
    """The statements of a database that took most time, in microseconds an event; values are shown as $1, $2."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        rows = connection.execute(
            "SELECT total_exec_time * 1000 / %s, calls, rows, wal_bytes / %s, regexp_replace(query, '\\s+', ' ', 'g') "
            "FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid "
            "WHERE d.datname = current_database() AND toplevel ORDER BY 1 DESC LIMIT %s",
            (events, events, _MOST),
        ).fetchall()
    return [
        {
            "us_an_event": round(us, 3),
            "calls": calls,
            "rows": found,
            "wal_bytes_an_event": round(wal),
            "statement": text[:_WIDTH],
        }
        for us, calls, found, wal, text in rows
    ]
