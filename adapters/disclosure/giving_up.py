"""Takes a month of the access log away, in the caller's one transaction: entries, what they showed, content that nothing else shows.

Leaves and tiles stay, so that the tree and every checkpoint hold. What the month was is stated by an entry (docs/decisions/0072).
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from adapters.disclosure.months import RANGES, leaves_of
from adapters.disclosure.signing_key import SEAL_LOCK
from domain.access.month import Ended, Month, Ranges, counted, parse_month
from domain.errors import Rejected
from domain.proof.tree import root

Connection = psycopg.Connection[Any]

_WORDS: Final = {
    "month": "at >= %(begins)s AND at < %(ends)s",
    "states": "outcome IN ('month_ended', 'given_up')",
    # Days in London, which begin within another month at either end.
    "days": "day BETWEEN (%(begins)s AT TIME ZONE 'Europe/London')::date - DATE '1970-01-01' "
    "AND (%(ends)s AT TIME ZONE 'Europe/London')::date - DATE '1970-01-01'",
    "near": "at >= %(begins)s - interval '1 day' AND at < %(ends)s + interval '1 day' AND NOT (at >= %(begins)s AND at < %(ends)s)",
    "parts": "access.shown s CROSS JOIN LATERAL unnest(s.records, s.digests) AS n (record, digest)",
}


def _with(text: str) -> str:
    """A statement with what several say."""
    return text.format(**_WORDS)


_ENDED: Final = (
    "SELECT at, convert_from(bytes, 'UTF8')::jsonb -> 'month' FROM access.entry WHERE outcome = 'month_ended' AND at >= %(ends)s "
    "AND convert_from(bytes, 'UTF8')::jsonb #>> '{month,of}' = %(of)s ORDER BY at LIMIT 1"
)
_CHANGED: Final = _with(
    "SELECT count(*) FROM access.entry e JOIN access.leaf l ON l.entry = e.id WHERE e.{month} AND l.hash <> sha256('\\x00'::bytea || e.bytes)"
)
_GOING: Final = _with(
    "SELECT {{}} FROM access.entry e JOIN access.leaf l ON l.entry = e.id WHERE e.{month} AND NOT e.{states}"
)
_LEAVES: Final = RANGES.format(_GOING.format("l.index"))
_HASHES: Final = _GOING.format("l.hash") + " ORDER BY l.index"
# The numbers of each process in the month, as first and last, where it stands elsewhere too, or did in a month that was given up before. One
# that began and ended in it does not.
_CHAINS: Final = _with("""
WITH said AS MATERIALIZED (
    SELECT leaf ->> 'process' AS process, (leaf ->> 'number')::bigint AS number, coalesce(leaf -> 'closes' = 'true', false) AS closes
    FROM (SELECT convert_from(bytes, 'UTF8')::jsonb AS leaf FROM access.entry WHERE {month} AND NOT {states}) AS l
), apart AS (
    SELECT process FROM said GROUP BY process HAVING NOT (min(number) = 0 AND bool_or(closes) AND count(*) = max(number) + 1)
), spaced AS (
    SELECT process, number, number - row_number() OVER (PARTITION BY process ORDER BY number) AS gap FROM said JOIN apart USING (process)
), elsewhere AS (
    SELECT DISTINCT convert_from(substring(bytes FROM position('\\x2270726f63657373223a22'::bytea IN bytes) + 11 FOR 16), 'UTF8') AS process
    FROM access.entry WHERE NOT ({month})
    UNION SELECT jsonb_path_query(convert_from(bytes, 'UTF8')::jsonb, '$.month.chains[*][0]') #>> '{{}}' FROM access.entry WHERE outcome = 'given_up'
)
SELECT process, min(number), max(number) FROM spaced JOIN elsewhere USING (process) GROUP BY process, gap ORDER BY 1, 2
""")
# Accesses of a month that are held: what was shown of some children or asked about them, what is named, what some people did.
_HELD: Final = _with("""
SELECT count(DISTINCT id) FROM (
    SELECT entry AS id FROM access.shown WHERE {month} AND (child = ANY(%(children)s) OR records && %(children)s::uuid[])
    UNION ALL
    SELECT id FROM access.entry WHERE {month} AND NOT {states}
        AND (id = ANY(%(entries)s) OR child = ANY(%(children)s) OR viewer = ANY(%(viewers)s) OR acting_for = ANY(%(viewers)s))
) AS held
""")
_LEAVING: Final = _with(
    "CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS SELECT c.* FROM access.content c "
    "JOIN (SELECT DISTINCT n.record, n.digest FROM {parts} WHERE s.{month}) AS m USING (record, digest)"
)
_SHOWN_ELSEWHERE: Final = _with(
    "DELETE FROM leaving l USING {parts} WHERE NOT (s.{month}) AND (l.record, l.digest) = (n.record, n.digest)"
)
_TAKE: Final = "DELETE FROM access.content c USING leaving l WHERE (c.record, c.digest) = (l.record, l.digest)"
_PUT_BACK: Final = _with(
    "INSERT INTO access.content SELECT l.* FROM leaving l WHERE EXISTS "
    "(SELECT FROM {parts} WHERE s.at >= %(since)s AND (n.record, n.digest) = (l.record, l.digest)) ON CONFLICT DO NOTHING"
)
# The summary of looks (docs/decisions/0071) without the month: its days, of those at either end what others show, and its pairs.
_SUMMARY: Final = _with("""
DELETE FROM access.looks_of_day WHERE {days};
DELETE FROM access.person_day WHERE {days};
INSERT INTO access.looks_of_day SELECT day, organisation, rule, count(*) FROM access.look WHERE {near} AND {days} GROUP BY 1, 2, 3;
INSERT INTO access.person_day SELECT day, viewer, organisation, array_agg(DISTINCT child), max(at) FROM access.look
WHERE {near} AND {days} GROUP BY 1, 2, 3;
CREATE TEMPORARY TABLE pairs ON COMMIT DROP AS SELECT DISTINCT viewer, child, organisation, works, rule FROM access.look WHERE {month};
DELETE FROM access.looked_at p USING pairs n
WHERE (p.viewer, p.child, p.organisation, p.works, p.rule) = (n.viewer, n.child, n.organisation, n.works, n.rule);
INSERT INTO access.looked_at SELECT viewer, child, organisation, works, rule, min(at), max(at)
FROM access.look JOIN pairs USING (viewer, child, organisation, works, rule) WHERE NOT ({month}) GROUP BY 1, 2, 3, 4, 5
""").split(";")
# In the order in which whoever writes an entry writes there (`rows.WRITE`): so they wait, and hold nothing that is waited for.
_KEEP_OTHERS_OUT: Final = "LOCK TABLE access.shown, access.pending, access.entry IN SHARE MODE"
_HOW_MANY: Final = _with("SELECT count(*) FROM access.entry WHERE {month} AND NOT {states}")
_STAYING: Final = _with(
    "CREATE TEMPORARY TABLE staying ON COMMIT DROP AS SELECT * FROM access.entry WHERE {month} AND {states}"
)
# What went to the rest, since its month was not made in time.
_OF_THE_REST: Final = _with("DELETE FROM access.entry WHERE {month}"), _with("DELETE FROM access.shown WHERE {month}")


def stated(connection: Connection, month: Month) -> tuple[Any, Ended] | None:
    """When a month was stated to be over, and what was; None: it was not."""
    row = connection.execute(_ENDED, _given(month)).fetchone()
    if row is None:
        return None
    at, said = row
    return at, Ended(parse_month(said["of"]), [(first, last) for first, last in said["leaves"]])


def check_whole(connection: Connection, ended: Ended) -> None:
    """Whether a month stands as it was stated and sealed: what was tampered with is not done away with. Raises Rejected."""
    row = connection.execute(_CHANGED, _given(ended.month)).fetchone()
    if row != (0,) or list(leaves_of(connection, ended.month)) != list(ended.leaves):
        raise _not_as_sealed()


def held(
    connection: Connection,
    month: Month,
    children: Collection[UUID],
    entries: Collection[UUID],
    viewers: Collection[str],
) -> int:
    """How many accesses of a month were of some children or records, are named, or are some people's."""
    given = {"children": list(children), "entries": list(entries), "viewers": list(viewers)}
    (count,) = connection.execute(_HELD, _given(month) | given).fetchone() or (0,)
    return int(count)


def what_goes(connection: Connection, month: Month) -> tuple[Ranges, bytes, list[tuple[str, int, int]]]:
    """The leaves whose entries go, the root over them, and the numbers that go of processes that stand elsewhere too.

    Reads all entries of the log once.
    """
    given = _given(month)
    leaves = [(first, last) for first, last in connection.execute(_LEAVES, given)]
    hashes = [hashed for (hashed,) in connection.execute(_HASHES, given, binary=True)]
    return leaves, root(hashes), [(process, first, last) for process, first, last in connection.execute(_CHAINS, given)]


def take_content(connection: Connection, month: Month) -> int:
    """Take the content away that no other month has shown; how many parts. Who shows the same meanwhile waits, or has it put back."""
    connection.execute(_LEAVING, _given(month))
    connection.execute(_SHOWN_ELSEWHERE, _given(month))
    return connection.execute(_TAKE).rowcount


def take_from_summary(connection: Connection, month: Month) -> None:
    """Take the month out of the summary of looks, before its entries are gone; nobody seals until the end of the transaction."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (SEAL_LOCK,))
    for statement in _SUMMARY:
        connection.execute(statement, _given(month))


def take_entries(connection: Connection, month: Month, leaves: Ranges, since: Any) -> None:  # noqa: ANN401 - an instant
    """Take the entries of some leaves away and what they showed; the month's own statements stay. Nobody may write entries meanwhile.

    `since`: from when on somebody may have shown content that was taken. Raises Rejected where the month has another entry: by a clock
    that was behind one may have come since the leaves were looked up.
    """
    given = _given(month)
    connection.execute(_KEEP_OTHERS_OUT)
    if connection.execute(_HOW_MANY, given).fetchone() != (counted(leaves),):
        raise _not_as_sealed()
    connection.execute(_PUT_BACK, {"since": since})
    connection.execute(_STAYING, given)
    for table in ("entry", "shown"):
        part = sql.Identifier("access", f"{table}_{month.year:04}_{month.number:02}")
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(part))
    for statement in _OF_THE_REST:
        connection.execute(statement, given)
    connection.execute("INSERT INTO access.entry SELECT * FROM staying")


def _not_as_sealed() -> Rejected:
    return Rejected("not_so", "month", "it does not stand as it was sealed: keep it, and see icr verify-log")


def _given(month: Month) -> dict[str, Any]:
    return {"begins": month.begins, "ends": month.ends, "of": str(month)}
