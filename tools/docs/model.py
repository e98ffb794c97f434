"""The page of the data model, from the comments that stand in the database beside every table and column."""

from typing import Any, Final

import psycopg

from tools.docs import clear
from tools.markdown import made_by, table

_WORKING: Final = "Working rows of one edition"
_VIEWS: Final = "view_a"

_TABLES = """
SELECT c.relname, coalesce(obj_description(c.oid), '') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY c.oid
"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(col_description(c.oid, a.attnum), '')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_KEY = """
SELECT array_agg(a.attname ORDER BY array_position(i.indkey::smallint[], a.attnum)) FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
WHERE n.nspname = %s AND c.relname = %s AND i.indisprimary
"""


def pages(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """The page by its path below `docs/`, from a migrated database."""
    lines = [
        made_by("the comments in the database (`adapters/migrations/`)"),
        "# Data model",
        "",
        "Days are numbers of days since 1970-01-01, and 2,000,000 stands for an open end. Names, addresses, contacts,",
        "dates of birth and the events themselves are sealed (`bytea`); identifiers stand only as keyed hashes. What",
        "each stage writes, and when: [how it works](how-it-works.md).",
        "",
        "## The log",
        "",
        *_schema(connection, "log"),
        "## The views",
        "",
        "There are two sets of these tables, `view_a` and `view_b`; `log.serving` says which one is read, the other is",
        "there to rebuild into.",
        "",
        *_schema(connection, _VIEWS),
        *clear.section(connection),
    ]
    return {"data-model.md": "\n".join(lines).rstrip("\n") + "\n"}


def _schema(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    lines: list[str] = []
    working = []
    for name, comment in connection.execute(_TABLES, (schema,)):
        if comment.startswith(_WORKING):
            working.append((f"`{name}`", comment.removeprefix(_WORKING).lstrip(": ")))
            continue
        shown = name if schema == _VIEWS else f"{schema}.{name}"
        lines += [f"### {shown}", "", comment + ".", "", *_columns(connection, schema, name), ""]
    if working:
        about = "Emptied and filled again within each edition, read by nobody else."
        lines += ["### Working tables", "", about, "", *table(("table", "holds"), working), ""]
    return lines


def _columns(connection: psycopg.Connection[Any], schema: str, name: str) -> list[str]:
    row = connection.execute(_KEY, (schema, name)).fetchone()
    key = (row and row[0]) or []
    rows = []
    for column, kind, required, comment in connection.execute(_COLUMNS, (schema, name)):
        said = "key" if column in key else "" if required else "may be null"
        rows.append((f"`{column}`", kind, said, comment))
    return table(("column", "type", "", "holds"), rows)


def without_comment(connection: psycopg.Connection[Any]) -> list[str]:
    """Tables and columns that nobody has explained, working tables aside."""
    found = []
    for schema in ("log", _VIEWS):
        for name, comment in connection.execute(_TABLES, (schema,)).fetchall():
            if not comment:
                found.append(f"{schema}.{name}")
            if comment.startswith(_WORKING):
                continue
            columns = connection.execute(_COLUMNS, (schema, name)).fetchall()
            found += [f"{schema}.{name}.{column}" for column, _, _, said in columns if not said]
    return found
