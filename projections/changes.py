"""What changed between two editions."""

from collections.abc import Collection
from uuid import UUID

from domain.timeline.entries import Entry
from projections.editions import Connection, Edition
from projections.queries import entries


def changed(
    connection: Connection, edition: Edition, since: Edition, records: Collection[UUID]
) -> list[tuple[Entry, bytes | None]]:
    """Entries that came or changed between two editions, by what was sent live: backfill and snapshots are no news."""
    return entries(
        connection, edition.number,
        # What was published before the first edition, and taken in after it, is news as well.
        "record = ANY(%(r)s) AND from_ed > %(s)s AND EXISTS (SELECT FROM log.fact f WHERE f.position = ANY(positions) "
        "AND f.position > coalesce((SELECT min(m.position) - 1 FROM mending m WHERE m.record = entry.record AND m.from_ed <= %(s)s "
        "AND m.to_ed > %(s)s), %(p)s) AND f.backfill IS NOT TRUE)",
        r=list(records), s=since.number, p=since.position,
    )  # fmt: skip


def taken_back(
    connection: Connection, edition: Edition, since: Edition, records: Collection[UUID]
) -> list[tuple[Entry, bytes | None]]:
    """Entries that stood at an earlier edition and of which nothing stands any more."""
    return entries(
        connection, since.number,
        "record = ANY(%(r)s) AND to_ed <= %(n)s AND NOT EXISTS (SELECT FROM entry o WHERE o.main = entry.main AND o.from_ed <= %(n)s "
        "AND (o.to_ed IS NULL OR o.to_ed > %(n)s))",
        r=list(records), n=edition.number,
    )  # fmt: skip


def backfilled(connection: Connection, positions: Collection[int]) -> set[int]:
    """Which of some events were sent as backfill or snapshot."""
    rows = connection.execute("SELECT position FROM log.fact WHERE position = ANY(%s) AND backfill", (list(positions),))
    return {row[0] for row in rows}
