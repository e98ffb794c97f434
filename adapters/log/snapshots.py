"""Snapshots that lose more than a set share of their records wait for a person (contract 2)."""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from adapters.log.fact_rows import listed
from adapters.log.prepare import Item
from domain.effects import Act
from domain.errors import Rejected
from domain.events import provider_of, service_of, team_key
from domain.identity.sealed import GOES_ON
from domain.order import tie_of
from domain.timeline.snapshots import SNAPSHOT

Connection = psycopg.Connection[Any]

TOO_SHORT: Final = "snapshot_too_short"

_BEFORE = (
    "SELECT listed FROM log.fact WHERE act = 16 AND service = %s AND provider = %s AND scope IS NOT DISTINCT FROM %s AND listed IS NOT NULL "
    "AND recorded_at < %s ORDER BY recorded_at DESC, tie DESC LIMIT 1"
)
# Of a school's roll as its census has it so many may be missed at once, be it a fifth or not: small schools have few pupils,
# and somebody hands the census in. Of a system's own snapshot a fifth is what may be cut off.
CENSUS: Final = "school-census"
FEW: Final = 5
# What is open by the views, and what has been told since their edition; not what the snapshot itself tells. What is sealed has ended,
# be it in the views or not, but for what protects the child.
_OPEN = sql.SQL(
    "SELECT (SELECT count(*) FROM {view}.entry o WHERE o.organisation = %(o)s AND o.kind = %(k)s AND o.to_ed IS NULL "
    "AND o.ends IS NULL AND o.why IS NULL AND o.starts <= %(d)s AND NOT o.moment "
    "AND (%(s)s::text IS NULL OR %(s)s IN (o.provider, o.service) OR o.team = %(t)s) "
    "AND (o.kind = ANY(%(on)s) OR NOT EXISTS (SELECT FROM log.sealed z WHERE z.record = o.record))) "
    "+ (SELECT count(*) FILTER (WHERE f.act = %(start)s AND f.until IS NULL AND f.seen IS NULL) "
    "- count(*) FILTER (WHERE f.act = %(end)s) FROM log.fact f, {view}.state v "
    "WHERE f.position > v.position AND f.organisation = %(o)s AND f.kind = %(k)s AND f.day <= %(d)s "
    "AND (%(s)s::text IS NULL OR %(s)s IN (f.provider, f.service) OR f.team = %(t)s) "
    "AND (f.kind = ANY(%(on)s) OR NOT EXISTS (SELECT FROM log.sealed z WHERE z.record = f.record)))"
)


def hold_back(connected: Callable[[], Connection], items: Sequence[Item], share: float) -> None:
    """Reject reports of snapshots with fewer rows than the one before less `share` of them.

    Before the first stands what is open of that kind, with what comes in the same batch. What a person has looked at
    and sent on is let through, and so is what is in the log already.
    """
    reports = [
        item for item in items
        if item.rejected is None and item.effect.act is Act.FEED and listed(item.body) is not None and not _sent_on(item)
    ]  # fmt: skip
    if not reports:
        return
    connection = connected()
    keys = [UUID(bytes=item.key) for item in reports if item.key is not None]
    there = {row[0] for row in connection.execute("SELECT key FROM log.inbox WHERE key = ANY(%s)", (keys,))}
    # In one batch, too, each is held against the one before.
    here: dict[tuple[str, str, str | None], int] = {}
    for item in sorted(reports, key=_order):
        name = (item.body["feed"], item.body["source"]["organisation"], item.body["scope"])
        expected = here.get(name)
        if expected is None:
            expected = _expected(connection, item, name, items)
        if _is_short(item, expected, share) and (item.key is None or UUID(bytes=item.key) not in there):
            item.rejected = Rejected(
                TOO_SHORT, "count", f"no more than {share:.0%} fewer rows than before, or a person's word"
            )
        else:
            here[name] = item.body["count"]


def _is_short(item: Item, expected: int, share: float) -> bool:
    count: int = item.body["count"]
    if item.body["source"]["system"] == CENSUS and expected - count <= FEW:
        return False
    return count < expected * (1 - share)


def _order(item: Item) -> tuple[int, bytes]:
    """As of `domain.events.Event.order`."""
    source = item.body["source"]
    tie = tie_of(source["organisation"], item.body["event_id"], source["source_version"], item.key or b"")
    return item.body["recorded_at"], tie


def _sent_on(item: Item) -> bool:
    was = item.message.was
    return item.message.aside is not None and was is not None and was[0] == TOO_SHORT


def _expected(connection: Connection, item: Item, name: tuple[str, str, str | None], items: Sequence[Item]) -> int:
    before = connection.execute(_BEFORE, (*name, item.body["recorded_at"])).fetchone()
    if before is not None:
        return int(before[0])
    _, organisation, scope = name
    kind = listed(item.body)
    serving = connection.execute("SELECT view FROM log.serving").fetchone()
    assert serving is not None
    query = _OPEN.format(view=sql.Identifier(serving[0]))
    given = {
        "o": organisation,
        "k": kind,
        "s": scope,
        "t": f"{organisation}:{scope}",
        "d": item.body["covers"]["from"],
        "on": list(GOES_ON),
        "start": Act.START,
        "end": Act.END,
    }
    found = connection.execute(query, given).fetchone()
    begun = sum(_begins(one, organisation, kind, scope, item.body["covers"]["from"]) for one in items)
    return begun + (int(found[0]) if found else 0)


def _begins(item: Item, organisation: str, kind: str | None, scope: str | None, day: int) -> bool:
    """Whether an event of the same batch opens an entry of that kind in that part of the organisation, by a day."""
    if item.rejected is not None or item.effect.act is not Act.START or item.effect.kind != kind:
        return False
    body, effect = item.body, item.effect
    own = body["source"]["organisation"] == organisation and body["mode"] != SNAPSHOT
    if not own or body["effective"]["to"] is not None or body["effective"]["from"] > day:
        return False
    within = (provider_of(effect, organisation, body), service_of(effect, body), team_key(body.get("team")))
    return scope is None or scope in within[:2] or within[2] == f"{organisation}:{scope}"
