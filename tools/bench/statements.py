"""Where the database's time goes: its statements by total time, from pg_stat_statements."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from adapters.log.connections import Work, connect
from projections.taking_in import AFTER_LINKS, BEFORE_LINKS, statements

_MOST: Final = 30
_WIDTH: Final = 250
_LEAST: Final = 40  # characters that tell one statement from another
_VALUE: Final = re.compile(r"%\(\w+\)s|-?\$\d+|'[^']*'|-?\b\d+\b|NULL")
# PostgreSQL 18 writes a list of values as its first one and a comment; the cut may go through a list.
_LIST: Final = re.compile(r"\(\?(?:, \?)*(?: /\*, \.\.\. \*/)?\)|\(\?(?:, \?)*,?[^(),]*$")
_SHORT: Final = (
    (re.compile(r"COPY ([\w.]+)"), "COPY {}"),
    (re.compile(r"ANALYZE "), "ANALYZE"),
    (re.compile(r"WITH RECURSIVE (\w+)"), "links: {}"),
    (re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) ([\w.]+)"), "{} {}"),
    (re.compile(r"(SELECT) .*? FROM ([\w.]+)"), "{} {}"),
)


def watch() -> dict[str, str]:
    """Server settings that make it keep count; to be given at its start."""
    return {
        "shared_preload_libraries": "pg_stat_statements",
        "pg_stat_statements.track": "all",
        "pg_stat_statements.track_utility": "on",
        "pg_stat_statements.max": "2000",
        "track_io_timing": "off",
    }


def forget(url: str) -> None:
    """Begin to count anew."""
    with connect(url, Work.REBUILD) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        connection.execute("SELECT pg_stat_statements_reset()")


def slowest(url: str, events: int) -> list[dict[str, Any]]:
    """The statements of a database that took most time, in microseconds an event; values are shown as $1, $2."""
    with connect(url, Work.REBUILD) as connection:
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


def short_name(statement: str) -> str:
    """A statement's name: the file of the views and its number in it, or what it does to which table."""
    wanted = _plain(statement)
    for text, name in _of_views().items():
        size = min(len(text), len(wanted) - 5)  # a cut may have gone through a value
        if text == wanted or (size >= _LEAST and text[:size] == wanted[:size]):
            return name
    for pattern, name in _SHORT:
        if match := pattern.search(wanted):
            return name.format(*match.groups())
    return " ".join(wanted.split()[:4])


def by_file(found: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Microseconds an event by file of the views; `other` for what is none of them. The slowest file is first."""
    total: dict[str, float] = {}
    for one in found:
        name = short_name(one["statement"])
        part = name.partition(" ")[0] if re.match(r"\d\d_", name) else "other"
        total[part] = total.get(part, 0.0) + one["us_an_event"]
    return dict(sorted(total.items(), key=lambda each: -each[1]))


@lru_cache
def _of_views() -> dict[str, str]:
    """Plain text of each statement of the views -> file, number and table."""
    found = {}
    for file in (*BEFORE_LINKS, *AFTER_LINKS):
        for number, statement in enumerate(statements(file), 1):
            found[_plain(statement)] = f"{file} {number}{_table(statement)}"
    return found


def _table(statement: str) -> str:
    match = re.search(r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", statement)
    return f": {match[1]}" if match else ""


def _plain(statement: str) -> str:
    """Without values, a list of them as one, and one space between words."""
    text = re.sub(r"\s+", " ", _VALUE.sub("?", statement.replace("%%", "%")))
    return _LIST.sub("(?)", text).strip()
