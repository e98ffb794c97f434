"""Takes what the log holds of records away: keys, facts, what finds them, and their copies in the quarantine (docs/decisions/0063).

The events stay, sealed by keys that are no more, so that the chain holds; and the inbox, so that what is sent again is the
duplicate that it was, and comes to nothing.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.codec import decode_message
from adapters.log.keys.data_keys import Erased, MasterKeys
from adapters.log.keys.hashes import Hashes
from adapters.log.quarantine_rows import open_kept_event
from adapters.log.reader import LogReader
from adapters.log.self_description import identifiers_said
from domain.dates import from_day
from domain.errors import Rejected
from domain.identifiers import FILLERS, Fillers, check_identifier
from domain.names import fold_name

Connection = psycopg.Connection[Any]

_AT_ONCE: Final = 500
# In the order in which rows go: what is found by the record, then what finds the record.
_OF_RECORD: Final = ("fact", "fact_mark", "source_record", "subject")
_SPACED: Final = re.compile(rb"[\s\-]+")
# A shorter number stands in many a text by chance: it is looked for only where a text says what it is.
SHORTEST: Final = 6


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of records before they are erased, by which their copies are found: never logged, never stored.

    `identifiers`: the records' own, normalised; `names`: families with given names, folded; `births` as ISO dates.
    """

    identifiers: frozenset[tuple[str, str]] = frozenset()
    names: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    births: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much went: events whose keys are destroyed, rows of the log, kept events."""

    events: int
    rows: int
    kept: int


def known_of(connection: Connection, keys: MasterKeys, records: Collection[UUID], fillers: Fillers = FILLERS) -> Known:
    """What the events of records say of whom they are about; nothing of those whose keys are destroyed already."""
    hashes = Hashes(keys)
    rows = connection.execute("SELECT hash FROM log.subject WHERE record = ANY(%s)", (list(records),))
    own = {row[0].bytes for row in rows}
    identifiers: set[tuple[str, str]] = set()
    names: set[tuple[str, tuple[str, ...]]] = set()
    births: set[str] = set()
    for event in LogReader(connection, keys, fillers).known_events(list(records)):
        subject = event.body["subject"]
        for said in subject["identifiers"]:
            checked = check_identifier(said["scheme"], said["value"], fillers)
            if checked.valid and checked.normalised and hashes.identifier(checked.scheme, checked.normalised) in own:
                identifiers.add((checked.scheme, checked.normalised))
        if (person := subject["person"]) is not None:
            names.update((fold_name(n["family"]), tuple(map(fold_name, n["given"]))) for n in person["names"])
            births.update(from_day(day).isoformat() for day in (person["date_of_birth"],) if day is not None)
    return Known(frozenset(identifiers), frozenset(names), frozenset(births))


def kept_of(
    connection: Connection, keys: MasterKeys, records: Collection[UUID], known: Known, after: datetime | None = None,
    fillers: Fillers = FILLERS,
) -> list[UUID]:  # fmt: skip
    """What is kept in the quarantine of records, received from an instant on or at any time.

    By the record or the number that is noted beside it; by the event that it is a copy of; else by its content: where that can be
    read, whom it says it is about, and where not, whether one of the numbers stands in it.
    """
    found = {
        row[0]
        for row in connection.execute(
            "SELECT a.id FROM log.aside a WHERE a.sealed <> '' AND (a.record = ANY(%(r)s) "
            "OR a.subjects && ARRAY(SELECT hash FROM log.subject WHERE record = ANY(%(r)s)) "
            "OR a.key IN (SELECT i.key FROM log.event e JOIN log.inbox i ON i.position = e.notification_id WHERE e.originator_id = ANY(%(r)s)))",
            {"r": list(records)},
        )
    }
    if not known.identifiers:
        return sorted(found)
    found.update(aside for aside, sent in _contents(connection, keys, after) if _is_of(sent, known, fillers))
    return sorted(found)


def _contents(connection: Connection, keys: MasterKeys, after: datetime | None) -> Iterator[tuple[UUID, bytes]]:
    """What is kept, opened, by some hundreds at a time."""
    last = UUID(int=0)
    while True:
        rows = connection.execute(
            "SELECT id, wrapped, sealed FROM log.aside WHERE id > %s AND sealed <> '' AND (%s::timestamptz IS NULL OR received_at >= %s) "
            "ORDER BY id LIMIT %s",
            (last, after, after, _AT_ONCE),
        ).fetchall()
        for aside, wrapped, sealed in rows:
            try:
                yield aside, open_kept_event(keys, aside, wrapped, sealed)
            except Erased:  # which the check of the log names
                continue
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1][0]


def _is_of(sent: bytes, known: Known, fillers: Fillers) -> bool:
    """Whether what is kept is about whom some numbers lead to: an event about a brother, which only names one of them, is his."""
    plain = _plain(sent)
    values = [_plain(value.encode()) for _, value in known.identifiers]
    if not any(value in plain for value in values):
        return False
    try:
        said = [(i["scheme"], i["value"]) for i in decode_message(sent).body["subject"]["identifiers"]]
    except (Rejected, KeyError, TypeError):  # no event of ours, or one about no child
        said = identifiers_said(sent)
    if not said:
        return any(len(value) >= SHORTEST and value in plain for value in values)
    checked = [check_identifier(scheme, value, fillers) for scheme, value in said]
    return any((one.scheme, one.normalised) in known.identifiers for one in checked)


def _plain(text: bytes) -> bytes:
    return _SPACED.sub(b"", text).upper()


def name_erased(connection: Connection, records: Collection[UUID], erasure: str, at: datetime) -> None:
    """Name records as erased, in the caller's transaction, which holds the append lock: no key is made for them from here on."""
    # Whoever is about to store a key has stored it when this goes on, and whoever comes later is refused.
    connection.execute("LOCK TABLE log.data_key IN SHARE ROW EXCLUSIVE MODE")
    connection.execute(
        "INSERT INTO log.erased (record, erasure, position, at) SELECT r, %s, h.position, %s FROM unnest(%s::uuid[]) AS r, log.head h "
        "ON CONFLICT (record) DO NOTHING",
        (erasure, at, list(records)),
    )


def take_away(
    connection: Connection, records: Collection[UUID], children: Collection[UUID], kept: Sequence[UUID], at: datetime
) -> Counts:
    """Destroy the keys of records that are named as erased and take their rows away, in the same transaction.

    `children`: the ids under which they were shown, whose parts as a whole go too. `kept`: what is kept of them.
    """
    given = {"r": list(records), "c": list(children), "k": list(kept), "at": at}
    rows = connection.execute(
        "DELETE FROM log.data_key WHERE record = ANY(%(r)s) OR (record = ANY(%(c)s) AND class = 'access_child')", given
    ).rowcount
    # A row of a snapshot has come all the same: else it would say for ever that one is missing (domain.timeline.snapshots).
    connection.execute(
        "INSERT INTO log.withheld (position, organisation, kind, seen, provider, service, worker, team) "
        "SELECT position, organisation, kind, seen, provider, service, worker, team FROM log.fact "
        "WHERE record = ANY(%(r)s) AND seen IS NOT NULL ON CONFLICT DO NOTHING",
        given,
    )
    for table in _OF_RECORD:
        rows += connection.execute(f"DELETE FROM log.{table} WHERE record = ANY(%(r)s)", given).rowcount
    # What was kept is told as it was; what was sent is gone, and waits for nothing.
    emptied = connection.execute(
        "UPDATE log.aside SET wrapped = '', sealed = '', named = NULL, stored = 0, record = NULL, subjects = NULL, waits_for = NULL, due_at = NULL, "
        "state = CASE WHEN state IN ('waiting', 'ready') THEN 'rejected' ELSE state END, "
        "settled_at = CASE WHEN state IN ('waiting', 'ready') THEN %(at)s ELSE settled_at END, "
        "note = CASE WHEN state IN ('waiting', 'ready') THEN 'erased' END "
        "WHERE id = ANY(%(k)s) AND sealed <> ''",
        given,
    ).rowcount
    return Counts(len(positions_of(connection, records)), rows, emptied)


def positions_of(connection: Connection, records: Collection[UUID]) -> list[int]:
    """The positions of the events of records."""
    rows = connection.execute(
        "SELECT notification_id FROM log.event WHERE originator_id = ANY(%s) ORDER BY 1", (list(records),)
    )
    return [row[0] for row in rows]


def is_begun(connection: Connection, records: Iterable[UUID]) -> bool:
    """Whether anything of records is there that an erasure takes away."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM log.data_key WHERE record = ANY(%(r)s)) OR EXISTS (SELECT FROM log.subject WHERE record = ANY(%(r)s)) "
        "OR EXISTS (SELECT FROM log.fact WHERE record = ANY(%(r)s)) OR EXISTS (SELECT FROM log.fact_mark WHERE record = ANY(%(r)s))",
        {"r": list(records)},
    ).fetchone()
    return row == (True,)
