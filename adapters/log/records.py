"""The record of each item: whom it is about, whom it names besides, and for an amendment the record of what it amends."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.fact_rows import needs_identity
from adapters.log.keys.data_keys import IDENTITY
from adapters.log.prepare import Item
from adapters.log.subjects import Identifier, Known, Subjects
from domain.checks import not_amendable
from domain.effects import ABOUT_NO_CHILD, Act
from domain.errors import Rejected
from schemas.registry import registry

Connection = psycopg.Connection[Any]
HoldBack = Callable[[Connection, Sequence[Item]], None]
Target = tuple[bytes, str]  # record and event type; no type for a source record, which may be of several

# The records whose numbers those of some records have replaced, one after the other.
_FORMER = """
WITH RECURSIVE reached AS (
    SELECT unnest(%s::uuid[]) AS record
    UNION
    SELECT f.former FROM reached w JOIN log.fact f ON f.record = w.record AND f.former IS NOT NULL{standing}
)
SELECT record FROM reached
"""
_EVER_SAID: Final = _FORMER.format(standing="")
_NOT_TAKEN_BACK: Final = _FORMER.format(
    standing=""" AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key = f.key)
        AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key IS NULL AND r.target_source = f.source_key
            AND r.record = f.record AND f.recorded_at <= r.recorded_at)"""
)


def find_records(
    connection: Connection,
    subjects: Subjects,
    items: Sequence[Item],
    hold_back: HoldBack = lambda _connection, _items: None,
) -> None:
    """Find or make the record and the data keys of each item that is not rejected.

    `hold_back` may reject some once their records are known, and before anything is aimed at them. An amendment that names
    nothing it may amend is rejected, or waits for what has not come yet.
    """
    known = subjects.known
    wanted: dict[Identifier, None] = {}
    for item in items:
        if item.known is None:
            wanted[item.identifier] = None  # type: ignore[index]
        if item.linked or item.others:
            wanted.update(dict.fromkeys((*item.linked, *item.others)))
    if wanted:
        subjects.find(connection, wanted)
    for item in items:
        if item.known is None:
            if item.identifier not in known:  # forgotten again, to make room for others of this batch
                subjects.find(connection, [item.identifier])  # type: ignore[list-item]
            item.known = known[item.identifier]  # type: ignore[index]
    for item in items:
        # Now, because nothing can be asked of the database while rows are copied into it.
        if item.linked or item.others:
            item.linked_records = [_record_of(connection, subjects, i) for i in item.linked]
            item.other_records = [_record_of(connection, subjects, i) for i in item.others]
    hold_back(connection, items)
    amendments = [item for item in items if item.target_key is not None or item.target_source is not None]
    if amendments:
        _aim(connection, amendments, items)
    _find_keys(connection, subjects, items)


def check_targets(connection: Connection, subjects: Subjects, items: Sequence[Item]) -> None:
    """Reject amendments as `find_records` would, but make nothing."""
    amendments = [item for item in items if item.target_key is not None or item.target_source is not None]
    if not amendments:
        return
    named = {one for item in items for one in (item.identifier, *item.linked) if one is not None}
    found = subjects.look_up(connection, named)
    records = {one: found[one].bytes if one in found else os.urandom(16) for one in named}
    for item in items:
        if item.identifier is not None:
            item.known = Known(records[item.identifier])
        item.linked_records = [records[one] for one in item.linked]
    _aim(connection, amendments, items)


def targets(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, set[Target]]:
    """Records and event types of accepted events, by their key or their source record."""
    rows = connection.execute(
        "SELECT i.key, e.originator_id, split_part(e.topic, ':', 1) FROM log.inbox i JOIN log.event e ON e.notification_id = i.position "
        "WHERE i.key = ANY(%(k)s) UNION ALL SELECT key, record, '' FROM log.source_record WHERE key = ANY(%(k)s)",
        {"k": [UUID(bytes=key) for key in keys]},
    )
    found: dict[bytes, set[Target]] = {}
    for key, record, event_type in rows:
        found.setdefault(key.bytes, set()).add((record.bytes, event_type))
    return found


def _find_keys(connection: Connection, subjects: Subjects, items: Sequence[Item]) -> None:
    keys = [(i.known, *i.key_name) for i in items if i.key_name not in i.known.keys and i.rejected is None]  # type: ignore[union-attr]
    keys += [
        (i.known, IDENTITY, 0)
        for i in items
        if i.rejected is None and i.effect.act is not Act.MARK and needs_identity(i.effect, i.body)
    ]
    if keys:
        subjects.find_keys(connection, keys)  # type: ignore[arg-type]


def _aim(connection: Connection, amendments: Sequence[Item], items: Sequence[Item]) -> None:
    """Give each amendment the record of what it names, in the log or in its own batch, or reject it."""
    wanted = [item.waits_for for item in amendments if item.waits_for is not None]
    there = targets(connection, wanted)
    gone = _erased(connection, there)
    mates = _mates(connection, items, set(wanted))
    own = [item.known for item in amendments]
    same = Replaced(connection, items)
    rejected = -1
    while rejected != (rejected := sum(item.rejected is not None for item in amendments)):
        # Anew after each rejection: what was aimed at a rejected one is aimed at nothing.
        here = _named_by(mates)
        for item, known in zip(amendments, own, strict=True):
            if item.rejected is None:
                item.known = known
                named = there.get(item.waits_for or b"", set()) | here.get(item.waits_for, set())
                # What amends an erased event is taken in as ever, and amends nothing: whoever sends it learns of no erasure.
                if not named or not all(record in gone for record, _ in named):
                    _aim_one(item, named, same)


def _erased(connection: Connection, there: Mapping[bytes, set[Target]]) -> set[bytes]:
    """Of the records that are aimed at, those that were erased."""
    records = {record for named in there.values() for record, _ in named}
    rows = connection.execute(
        "SELECT record FROM log.erased WHERE record = ANY(%s)", ([UUID(bytes=r) for r in records],)
    )
    return {row[0].bytes for row in rows} if records else set()


class Replaced:
    """Which records are one child's by numbers that replaced one another, in the log and in one batch; looked up when it is asked.

    `ever`: also by words that were taken back since.
    """

    def __init__(self, connection: Connection, items: Sequence[Item] = (), *, ever: bool = False) -> None:
        self._connection = connection
        self._items = items
        self._statement = _EVER_SAID if ever else _NOT_TAKEN_BACK
        self._former: dict[bytes, set[bytes]] = {}

    def joined(self, one: bytes, other: bytes) -> bool:
        """Whether the number of one of two records took the place of the other's, or of one whose place that took."""
        return other in self._reached(one) or one in self._reached(other)

    def _reached(self, record: bytes) -> set[bytes]:
        if record not in self._former:
            reached: set[bytes] = set()
            new = {record}
            while new:
                rows = self._connection.execute(self._statement, ([UUID(bytes=one) for one in new],))
                reached |= {row[0].bytes for row in rows}
                new = {former for item in self._items if (former := _former_of(item, reached)) is not None} - reached
            self._former[record] = reached
        return self._former[record]


def _former_of(item: Item, records: Collection[bytes]) -> bytes | None:
    """The record of the number that an item of the batch says was replaced by that of one of some records."""
    if item.former is None or item.rejected is not None or item.known is None or item.known.record not in records:
        return None
    return bytes(item.linked_records[item.linked.index(item.former)]) if item.former in item.linked else None


def _mates(connection: Connection, items: Sequence[Item], wanted: set[bytes]) -> list[Item]:
    """Those of a batch that are named in it and are new: of one key only the first, and none that the log has already."""
    first: dict[bytes | None, Item] = {}
    for item in items:
        if item.rejected is None and item.known is not None and item.effect.act not in ABOUT_NO_CHILD:
            first.setdefault(item.key, item)
    named = {key: item for key, item in first.items() if key in wanted or item.source_key in wanted}
    if not named:
        return []
    rows = connection.execute(
        "SELECT key FROM log.inbox WHERE key = ANY(%s)", ([UUID(bytes=key) for key in named if key is not None],)
    )
    old = {row[0].bytes for row in rows}
    return [item for key, item in named.items() if key not in old]


def _named_by(mates: Sequence[Item]) -> dict[bytes | None, set[Target]]:
    """What is named by its key or its source record; an amendment stands under a source record only as what amends it."""
    here: dict[bytes | None, set[Target]] = {}
    for item in mates:
        if item.rejected is None and item.known is not None:
            amends = item.effect.act in (Act.CORRECT, Act.RETRACT)
            for key in (item.key,) if amends else (item.key, item.source_key):
                here.setdefault(key, set()).add((item.known.record, item.schema.event_type))
    return here


def _aim_one(item: Item, named: set[Target], same: Replaced) -> None:
    """Of an event under a number that was replaced, the subject may carry the one that stands now (decision 43)."""
    own = item.known
    assert own is not None
    mine = {own.record, *item.linked_records}
    found = sorted(one for one in named if one[0] in mine) or sorted(
        one for one in named if any(same.joined(record, one[0]) for record in mine)
    )
    if not named:
        item.rejected = Rejected("waits_for", "target", "the event it names has not come yet")
    elif (why := _not_amendable(item.effect.act, (found or sorted(named))[0][1])) is not None:
        item.rejected = Rejected("not_correctable", "target", why)
    elif not found:
        item.rejected = Rejected("key_differs", "subject.identifiers", "one of the identifiers of the event it names")
    elif found[0][0] != own.record:
        item.known = Known(found[0][0])


def _not_amendable(act: Act, event_type: str) -> str | None:
    """The same of an event's type; a source record may be of several, and is not looked at."""
    named = registry().newest.get(event_type)
    return None if named is None else not_amendable(act, named.effect.act)


def _record_of(connection: Connection, subjects: Subjects, identifier: Identifier) -> bytes:
    if identifier not in subjects.known:
        subjects.find(connection, [identifier])
    return subjects.known[identifier].record
