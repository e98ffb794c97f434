"""Events in which an organisation gives a number to another child than before: kept (domain.identity.one_number).

An event is held against what its own organisation told of the number that keys it, and against nobody else's word, so that
its publisher learns nothing of what others hold. What a person has looked at and sent on is let through.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from adapters.log.keys.data_keys import IDENTITY, Erased, open_sealed
from adapters.log.prepare import Item
from adapters.log.subjects import Known, Subjects
from domain.checks import MICROSECONDS_A_DAY, usable_birth
from domain.effects import SAYS_NO_PERSON, Act
from domain.errors import Rejected
from domain.identity.one_number import NUMBER_OF_TWO, Stated, Told, of_another, stated
from domain.identity.sealed import IDENTITY_SEALED

Connection = psycopg.Connection[Any]

RULE: Final = "one child's: it was told before of a child of another forename, or of another date of birth and sex"
REPLACED_RULE: Final = "a number that this child had before: another child was told of under it"
REMEMBERED: Final = 20_000  # records
# What says which event it is about, or keeps a child safe, is never kept for this: protect on suspicion.
_LET_THROUGH: Final = frozenset({Act.CORRECT, Act.RETRACT})
_KEEPS_SAFE: Final = frozenset({"shield", "legal_hold", IDENTITY_SEALED})

# What was told of some records and not taken back, each statement once: names and dates of birth go by their hashes.
_TOLD = """
SELECT f.record, f.organisation, (array_agg(f.birth_day ORDER BY f.position DESC) FILTER (WHERE f.birth_day IS NOT NULL))[1],
    (array_agg(f.person ORDER BY f.position DESC) FILTER (WHERE f.person IS NOT NULL))[1],
    (array_agg(f.sex ORDER BY f.position DESC) FILTER (WHERE f.sex IS NOT NULL))[1],
    (min(f.recorded_at) / 86400000000)::int, (max(f.recorded_at) / 86400000000)::int
FROM log.fact f
WHERE f.record = ANY(%b) AND (f.birth_day IS NOT NULL OR f.person IS NOT NULL OR f.sex IS NOT NULL) AND f.act NOT IN (14, 15)
    AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key = f.key)
    AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key IS NULL AND r.target_source = f.source_key
        AND r.record = f.record AND f.recorded_at <= r.recorded_at)
GROUP BY f.record, f.organisation, f.birth, f.called, f.sex IS NULL
"""


class _Statement(NamedTuple):
    item: Item
    said: Stated
    day: int


class OneNumber:
    """What organisations told of numbers, remembered within a bound; for one recorder.

    Others record too: that nothing was told is not remembered, and what was is looked up again before an item is rejected.
    """

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects
        self._told: dict[bytes, dict[str, list[Told]]] = {}

    def forget(self) -> None:
        """What is remembered may not have come to be."""
        self._told.clear()

    def hold_back(self, connection: Connection, items: Sequence[Item]) -> None:
        """Reject items that are of another child than what their organisation told of that number, in the log or before them."""
        said = list(_statements(items))
        if replacing := [item for item in items if _replaces(item)]:
            self._hold_back_replacements(connection, replacing, said)
            said = [one for one in said if one.item.rejected is None]
        if not said:
            return
        if len(self._told) > REMEMBERED:
            self.forget()
        self._read(connection, [item for item, _, _ in said if not self._of(item)])
        if suspects := self._of_others(said):
            self._read(connection, suspects)
            suspects = self._of_others(said)
            there = _recorded(connection, suspects)
            for item in suspects:
                if item.key not in there:  # else it is told again, or is a conflict
                    item.rejected = Rejected(NUMBER_OF_TWO, "subject.identifiers", RULE)

    def _hold_back_replacements(
        self, connection: Connection, replacing: Sequence[Item], said: Sequence[_Statement]
    ) -> None:
        """Reject those of some items by which a number replaces one of another child, by what their organisation told of both."""
        there = _recorded(connection, replacing)
        for item in replacing:
            former = None if item.former is None else self._subjects.known.get(item.former)
            if item.known is None or former is None or item.key in there:
                continue
            self._read_known(connection, [item.known, former])
            organisation = item.body["source"]["organisation"]
            own, before = (
                [
                    *self._told[known.record].get(organisation, ()),
                    *(Told(one, day, day) for of, one, day in said if _whose(of) == (known.record, organisation)),
                ]
                for known in (item.known, former)
            )
            if any(of_another(one.said, day, before) for one in own for day in (one.first, one.last)):
                item.rejected = Rejected(NUMBER_OF_TWO, item.effect.former_field or "former", REPLACED_RULE)

    def _of_others(self, said: Sequence[_Statement]) -> list[Item]:
        """The items that are of another child than was told, by what is remembered and by those before them."""
        here: dict[tuple[bytes, str], list[Told]] = defaultdict(list)
        found = []
        for item, one, day in said:
            own = here[_whose(item)]
            if of_another(one, day, [*self._of(item), *own]) and not _let_through(item):
                found.append(item)
            else:
                own.append(Told(one, day, day))
        return found

    def remember(self, items: Sequence[Item]) -> None:
        """These are committed."""
        for item in items:
            if item.effect.act is Act.RETRACT and item.known is not None:
                self._told.pop(item.known.record, None)
        for item, said, day in _statements(items):
            record, organisation = _whose(item)
            of_record = self._told.get(record)
            if of_record is not None and not item.withheld:
                of_record[organisation] = _with(of_record.get(organisation, []), said, day)

    def _of(self, item: Item) -> list[Told]:
        record, organisation = _whose(item)
        return self._told.get(record, {}).get(organisation, [])

    def _read(self, connection: Connection, items: Sequence[Item]) -> None:
        """Read what was told of the records of some items."""
        self._read_known(connection, [item.known for item in items if item.known is not None])

    def _read_known(self, connection: Connection, known: Sequence[Known]) -> None:
        new = {one.record: one for one in known}
        if not new:
            return
        rows = connection.execute(_TOLD, ([UUID(bytes=record) for record in new],), binary=True).fetchall()
        self._told |= {record: {} for record in new}
        told = {row[0].bytes for row in rows}
        self._subjects.find_keys(connection, [(new[record], IDENTITY, 0) for record in told], make=False)
        for record, organisation, birth, person, sex, first, last in rows:
            said = _opened(new[record.bytes], birth, person, sex)
            self._told[record.bytes].setdefault(organisation, []).append(Told(said, first, last))


def _replaces(item: Item) -> bool:
    """Whether an item says that its subject's number took the place of another."""
    return (
        item.rejected is None
        and item.former is not None
        and item.effect.act not in _LET_THROUGH
        and not _let_through(item)
    )


def _statements(items: Iterable[Item]) -> Iterator[_Statement]:
    """What items state of the child that can tell it from another."""
    for item in items:
        effect = item.effect if item.rejected is None else None
        if effect is None or effect.act in SAYS_NO_PERSON | _LET_THROUGH or item.body["subject"]["person"] is None:
            continue
        said = stated(item.body["subject"]["person"], usable_birth(item.effect, item.body))
        if said.born is not None or said.sex is not None or said.forenames:
            yield _Statement(item, said, item.body["recorded_at"] // MICROSECONDS_A_DAY)


def _whose(item: Item) -> tuple[bytes, str]:
    assert item.known is not None
    return item.known.record, item.body["source"]["organisation"]


def _with(told: list[Told], said: Stated, day: int) -> list[Told]:
    others = [one for one in told if one.said != said]
    days = [day, *(day for one in told if one.said == said for day in (one.first, one.last))]
    return [*others, Told(said, min(days), max(days))]


def _opened(known: Known, birth: bytes | None, person: bytes | None, sex: bytes | None) -> Stated:
    def opened(cell: bytes | None, which: int) -> Any:  # noqa: ANN401 - what was sealed
        key = known.keys.get((IDENTITY, 0))
        if cell is None or key is None:
            return None
        try:
            return json.loads(open_sealed(key, cell, known.record + bytes([which])))
        except Erased:
            return None

    days, whole, told_sex = opened(birth, 0), opened(person, 1), opened(sex, 4)
    said = {"names": [] if whole is None else whole["names"], "sex": told_sex}
    return stated(said, None if days is None else days["birth"])


def _recorded(connection: Connection, items: Sequence[Item]) -> set[bytes | None]:
    if not items:
        return set()
    keys = [UUID(bytes=item.key) for item in items if item.key is not None]
    return {row[0].bytes for row in connection.execute("SELECT key FROM log.inbox WHERE key = ANY(%s)", (keys,))}


def _let_through(item: Item) -> bool:
    """What keeps a child safe, and what a person has looked at and sent on."""
    was = item.message.was
    if item.effect.kind in _KEEPS_SAFE:
        return True
    return item.message.aside is not None and was is not None and was[0] == NUMBER_OF_TWO
