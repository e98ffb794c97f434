"""The two sets of views: which tables they have, which of them is read and written, and what is in one (design D4)."""

from typing import Any, Final

import psycopg

from projections.upkeep import filled

Connection = psycopg.Connection[Any]

VIEW_SETS: Final = ("view_a", "view_b")
VIEW_TABLES: Final = (
    "entry",
    "person",
    "address",
    "week",
    "absence",
    "absence_child",
    "tally",
    "snapshot",
    "feed",
    "edge",
    "stated_birth",
    "doubt",
    "membership",
    "rectangle",
    "mending",
)


def use(connection: Connection, view: str) -> None:
    """Read and write one set of views for the rest of the transaction."""
    connection.execute("SELECT set_config('search_path', %s, true)", (view,))


def empty(connection: Connection, view: str) -> None:
    """Take everything out of a set of views. What holds nothing is left alone, and so are the plans that were made for it."""
    if names := filled(connection, [f"{view}.{table}" for table in VIEW_TABLES]):
        connection.execute(f"TRUNCATE {', '.join(names)}")
    connection.execute(f"UPDATE {view}.state SET edition = 0, position = 0")


def checksums(connection: Connection, view: str) -> dict[str, tuple[int, str]]:
    """Rows and an order-free checksum of each table of a set of views."""
    found = {}
    for table in VIEW_TABLES:
        query = f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {view}.{table} t"
        count, total = one(connection, query)
        found[table] = (int(count), str(total))
    return found


def one(connection: Connection, query: str, *parameters: object) -> Any:  # noqa: ANN401 - a row is what the query says
    """The one row that a query has."""
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row
