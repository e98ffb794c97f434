"""What stands beside the events, compared with what the events themselves say: facts, marks, inbox, subjects, senders."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.log import copy_rows as pack
from adapters.log.chain import Batch
from adapters.log.fact_rows import COLUMNS, MARK_COLUMNS, SealedFactValues, mark_row, needs_identity
from adapters.log.feedback.writing import numbers_of
from adapters.log.keys.data_keys import NONCE, MasterKeys
from adapters.log.keys.hashes import Hashes
from adapters.log.prepare import Item
from adapters.log.records import Replaced
from adapters.log.rows import fact_of
from adapters.log.sealed import is_sealing, withheld_row
from adapters.log.subjects import Identifier
from domain.effects import ABOUT_NO_CHILD, Act
from domain.names import fold_name_before
from schemas.registry import registry
from tools.verify_log.copied import Fields, copied, int8, parsed, uuids
from tools.verify_log.opened import Opened
from tools.verify_log.report import Report

Connection = psycopg.Connection[Any]

# Column -> which cell it is: of the record's identity key, but the contact, which is under the event's own.
_SEALED: Final[Mapping[str, int]] = {"birth_day": 0, "person": 1, "address": 2, "contact": 3, "sex": 4}
_KEY, _LINKED, _OTHERS, _NAMED, _SEX, _CALLED = (
    COLUMNS.index(name) for name in ("key", "linked", "others", "named", "sex", "called")
)


class _Plain(SealedFactValues):
    """SealedFactValues as they are before they are sealed."""

    def __init__(self) -> None:
        """Nothing is sealed, so nothing is needed for it."""

    def seal(self, value: object, which: int) -> bytes:
        """What would be sealed."""
        del which
        return orjson.dumps(value)


_PLAIN: Final = _Plain()


class Derived:
    """Compares what was derived from the events of pages with these; makes nothing in the database."""

    def __init__(self, connection: Connection, keys: MasterKeys, report: Report) -> None:
        self._connection = connection
        self._report = report
        self._hashes = Hashes(keys)
        self._hashes_before = Hashes(keys, fold_name_before)
        self._replaced = Replaced(connection, ever=True)
        self._gone: dict[UUID, bool] = {}

    def compare(self, page: Sequence[Opened], batches: Sequence[Batch | None], after: int, until: int) -> None:
        """All that was derived from a page's events, which are all there are with `after` < position <= `until`."""
        facts = {
            position: list(rows)
            for position, rows in groupby(
                parsed(copied(self._connection, "fact", COLUMNS, after, until)), key=lambda row: int8(row[0])
            )
        }
        sound = self._sound([one for one in page if one.item is not None], facts)
        self._senders(page, batches)
        withheld = self._withheld(page, after, until)
        told = [one for one in page if one.event.position not in withheld]
        self._marks([one for one in told if _is_mark(one)], sound, after, until)
        self._facts([one for one in told if not _is_mark(one)], sound, facts)
        self._inbox(page, facts)

    # Sealed identities

    def _withheld(self, page: Sequence[Opened], after: int, until: int) -> set[int]:
        """Positions whose facts are withheld; each names a record that was sealed before it, and no other event does."""
        rows = self._connection.execute(
            "SELECT position, organisation, kind, seen, provider, service, worker, team FROM log.withheld "
            "WHERE position > %s AND position <= %s",
            (after, until),
        )
        withheld = {position: said for position, *said in rows}
        sealed = {r.bytes: p for r, p in self._connection.execute("SELECT record, position FROM log.sealed")}
        for one in page:
            position = one.event.position
            hides = any(sealed.get(record, position) < position for record in one.named)
            said = withheld.get(position)
            otherwise = said is not None and one.item is not None and said != list(withheld_row(one.item)[1:])
            if one.named and (hides != (said is not None) or otherwise):
                self._report.at("withheld_differs", position)
            seals = one.named and not hides and one.item is not None and is_sealing(one.item)
            if seals and any(record not in sealed for record in one.named):
                self._report.at("sealed_differs", position)
        return set(withheld)

    # Whose it is

    def _sound(self, page: Sequence[Opened], facts: Mapping[int, Sequence[Fields]]) -> set[int]:
        """Positions of the events all of whose identifiers lead to records, and their own to that on which they stand."""
        wanted = {i for one in page for i in _named(one.item) if i is not None}
        found = self._records(wanted)
        erased: dict[UUID, bool] = {}
        sound: set[int] = set()
        for one in page:
            # A record that began since is nobody whom the event means.
            records = {i: record for i, (record, since) in found.items() if since < one.event.position}
            if any(i not in records for i in _named(one.item)):
                self._erased(one, records, facts, erased)
            if self._subject(one, records):
                sound.add(one.event.position)
        return sound

    def _records(self, wanted: Collection[Identifier]) -> dict[Identifier, tuple[UUID, int]]:
        """The record to which each identifier leads, under its own scheme, and where the log ended when that began."""
        digests = {self._hashes.identifier(*identifier): identifier for identifier in wanted}
        rows = self._connection.execute(
            "SELECT hash, record, scheme, since FROM log.subject WHERE hash = ANY(%b)",
            ([UUID(bytes=digest) for digest in digests],),
            binary=True,
        )
        return {digests[h.bytes]: (record, since) for h, record, scheme, since in rows if digests[h.bytes][0] == scheme}

    def _erased(
        self, one: Opened, records: dict[Identifier, UUID], facts: Mapping[int, Sequence[Fields]], erased: dict[UUID, bool]
    ) -> None:  # fmt: skip
        """Of identifiers that lead nowhere: those that an event only names beside its own, and whose record holds nothing.

        Their record was erased, with what finds it, and the event's fact still has its id.
        """
        if one.item is None or not (rows := facts.get(one.event.position)):
            return
        candidates: dict[Identifier, UUID] = {}
        for column, named in ((_LINKED, one.item.linked), (_OTHERS, one.item.others)):
            there = uuids(rows[0][column])
            if len(there) == len(named):
                candidates |= {i: r for i, r in zip(named, there, strict=True) if i not in records}
        for record in set(candidates.values()) - erased.keys():
            erased[record] = self._holds_nothing(record)
        empty = {identifier: record for identifier, record in candidates.items() if erased[record]}
        self._report.erased_named += len(empty)
        records |= empty

    def _holds_nothing(self, record: UUID) -> bool:
        held = self._connection.execute(
            "SELECT FROM log.data_key WHERE record = %(r)s UNION SELECT FROM log.subject WHERE record = %(r)s",
            {"r": record},
        ).fetchone()
        return held is None

    def _subject(self, one: Opened, records: Mapping[Identifier, UUID]) -> bool:
        item, event = one.item, one.event
        assert item is not None
        if item.identifier is None or not all(i in records for i in _named(item)):
            self._report.at("subject_missing", event.position)
            return False
        if item.effect.act is Act.MARK:
            item.linked = ()
        item.linked_records = [records[i].bytes for i in item.linked]
        item.other_records = [records[i].bytes for i in item.others]
        mine = {records[item.identifier].bytes}
        if item.effect.act in (Act.CORRECT, Act.RETRACT):  # it stands on the record of what it amends
            mine.update(item.linked_records)
            if event.record.bytes not in mine:  # which may have been told under a number of before or since
                mine.update(event.record.bytes for one in list(mine) if self._replaced.joined(event.record.bytes, one))
        if event.record.bytes not in mine:
            self._report.at("subject_differs", event.position)
        if item.effect.act not in ABOUT_NO_CHILD:
            one.named = frozenset({event.record.bytes, records[item.identifier].bytes, *item.linked_records})
        return True

    def _senders(self, page: Sequence[Opened], batches: Sequence[Batch | None]) -> None:
        for one, batch in zip(page, batches, strict=True):
            if one.item is None or batch is None or batch.organisations is None:
                continue
            said = (one.item.body["source"]["organisation"], one.item.schema.event_type)
            if _sender(batch, one.event.position) != said:
                self._report.at("senders_differ", one.event.position)

    # Facts

    def _marks(self, page: Sequence[Opened], sound: set[int], after: int, until: int) -> None:
        expected = {
            one.event.position: mark_row(one.event.position, one.item.body, one.event.record.bytes)
            for one in page
            if one.item is not None and one.event.position in sound
        }
        raw = copied(self._connection, "fact_mark", MARK_COLUMNS, after, until)
        self._report.facts += len(page)
        if raw == b"".join((pack.HEADER, *expected.values(), pack.TRAILER)):
            return
        there: dict[int, list[Fields]] = {}
        for row in parsed(raw):
            there.setdefault(int8(row[0]), []).append(row)
        known = {one.event.position: one for one in page}
        for position, rows in there.items():
            if position not in known or len(rows) > 1:
                self._report.at("fact_extra", position)
        for position in sorted(known):
            if position not in there:
                self._missing(known[position])
            elif position in expected:
                [wanted] = parsed(pack.HEADER + expected[position] + pack.TRAILER)
                self._differ(position, MARK_COLUMNS, wanted, there[position][0])

    def _facts(self, page: Sequence[Opened], sound: set[int], there: Mapping[int, Sequence[Fields]]) -> None:
        known = {one.event.position: one for one in page}
        for position, rows in there.items():
            if position not in known or len(rows) > 1:
                self._report.at("fact_extra", position)
        for position, one in known.items():
            if position not in there:
                self._missing(one)
                continue
            self._report.facts += 1
            if position in sound:
                self._fact(one, there[position][0])

    def _missing(self, one: Opened) -> None:
        """Of an event whose record was erased the fact is gone with the key."""
        if not (one.closed and self._is_erased(one.event.record)):
            self._report.at("fact_missing", one.event.position)

    def _is_erased(self, record: UUID) -> bool:
        if record not in self._gone:
            row = self._connection.execute("SELECT FROM log.erased WHERE record = %s", (record,)).fetchone()
            self._gone[record] = row is not None
        return self._gone[record]

    def _fact(self, one: Opened, there: Fields) -> None:
        item, record = one.item, one.event.record.bytes
        assert item is not None
        wanted = _wanted(one.event.position, item, record, self._hashes)
        if wanted[_NAMED] != there[_NAMED]:  # recorded before names were folded as they are now
            wanted[_NAMED] = _wanted(one.event.position, item, record, self._hashes_before)[_NAMED]
        if there[_SEX] is None and there[_CALLED] is None:  # recorded before facts had them
            wanted[_SEX] = wanted[_CALLED] = None
        for column, which in _SEALED.items():
            at = COLUMNS.index(column)
            cell, key = there[at], one.own if column == "contact" else one.identity
            if cell is not None and wanted[at] is not None:
                self._report.erased_cells += key is None
                there[at] = wanted[at] if key is None else _cell(key, cell, record + bytes([which]))
        self._differ(one.event.position, COLUMNS, wanted, there)

    def _differ(self, position: int, columns: Sequence[str], wanted: Fields, there: Fields) -> None:
        if wanted != there:
            different = [name for name, a, b in zip(columns, wanted, there, strict=True) if a != b]
            self._report.columns("fact_differs", position, different)

    # The inbox

    def _inbox(self, page: Sequence[Opened], facts: Mapping[int, Sequence[Fields]]) -> None:
        """Of an erased event its fact says the key; of an erased mark nothing does, and its position is looked at later."""
        wanted: dict[bytes, tuple[int, bytes | None]] = {}
        for one in page:
            position = one.event.position
            if one.item is not None and one.item.key is not None:
                wanted[one.item.key] = position, one.item.digest
            elif position in facts and (key := facts[position][0][_KEY]) is not None:
                wanted[key] = position, None
        rows = self._connection.execute(
            "SELECT key, position, digest FROM log.inbox WHERE key = ANY(%b)",
            ([UUID(bytes=key) for key in wanted],),
            binary=True,
        )
        there = {key.bytes: (position, digest.bytes) for key, position, digest in rows}
        for key, (position, digest) in wanted.items():
            if key not in there or there[key][0] != position or digest not in (None, there[key][1]):
                self._report.at("inbox_differs", position)


def _wanted(position: int, item: Item, record: bytes, hashes: Hashes) -> Fields:
    """The fact of an event, worked out anew, its cells not sealed."""
    identity = _PLAIN if needs_identity(item.effect, item.body) else None
    fields = pack.int8(position) + fact_of(item, record, _PLAIN, identity, hashes)
    [wanted] = parsed(pack.HEADER + pack.row_of(fields, len(COLUMNS)) + pack.TRAILER)
    return wanted


def _named(item: Item | None) -> tuple[Identifier | None, ...]:
    """Whom an event is about and names; of further numbers of a pupil a mark makes nothing."""
    if item is None:
        return ()
    return (item.identifier,) if item.effect.act is Act.MARK else (item.identifier, *item.linked, *item.others)


def _is_mark(one: Opened) -> bool:
    schema = registry().newest.get(one.event.topic.partition(":")[0])
    return schema is not None and schema.effect.act is Act.MARK


def _sender(batch: Batch, position: int) -> tuple[str, str] | None:
    """Organisation and type of an event by its batch; None where that does not say them."""
    assert batch.organisations is not None
    try:
        number = 0 if batch.senders is None else numbers_of(batch.senders)[position - batch.first]
        return batch.organisations[number], (batch.types or ())[number]
    except (IndexError, ValueError):
        return None


def _cell(key: AESGCM, cell: bytes, context: bytes) -> bytes:
    """What a cell says; nothing where it does not open, which no cell says."""
    try:
        return key.decrypt(cell[:NONCE], cell[NONCE:], context)
    except (InvalidTag, ValueError):
        return b""
