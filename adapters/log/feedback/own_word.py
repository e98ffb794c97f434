"""Accepted events whose date of birth or sex is another than their own organisation told before under that number, and stands.

That differs alone is taken for a correction, and what was told last stands: whoever publishes is told so, since it may be another
child's number. It is held against nobody else's word, so that nobody learns what others hold (decision 43). What is withheld counts as what
is not, as in `pending`.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from adapters.log.feedback.pending import Opened, taken_back, withheld_of
from adapters.log.keys.hashes import Hashes
from adapters.log.sealed_values import SealedValueOpener
from domain.checks import usable_birth
from domain.effects import SAYS_NO_PERSON, Act, Effect
from domain.identity.one_number import sex_of
from projections.persons import Sealed

Connection = psycopg.Connection[Any]

BIRTH: Final = "subject.person.date_of_birth"
SEX: Final = "subject.person.sex"
_SAYS_NOTHING: Final = SAYS_NO_PERSON | {Act.CORRECT, Act.RETRACT}
# What some organisations told of some records and did not take back.
_TOLD: Final = """
SELECT f.record, f.organisation, f.position, f.birth, f.sex, f.key, f.source_key FROM log.fact f
WHERE f.record = ANY(%(r)b) AND f.organisation = ANY(%(o)s) AND (f.birth IS NOT NULL OR f.sex IS NOT NULL) AND f.act NOT IN (14, 15)
    AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key = f.key)
    AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key IS NULL AND r.target_source = f.source_key
        AND r.record = f.record AND f.recorded_at <= r.recorded_at)
ORDER BY f.position
"""


class _Said(NamedTuple):
    record: UUID
    organisation: str
    birth: bytes | None
    sex: str | None


class _Told:
    """What one organisation told of one record: where it did, and where each value was told first."""

    def __init__(self) -> None:
        self.stands: set[int] = set()
        self.births: dict[bytes, int] = {}
        self.sexes: dict[str, int] = {}

    def add(self, position: int, birth: bytes | None, sex: str | None) -> None:
        """Take in what an event tells."""
        self.stands.add(position)
        if birth is not None:
            self.births[birth] = min(position, self.births.get(birth, position))
        if sex is not None:
            self.sexes[sex] = min(position, self.sexes.get(sex, position))

    def otherwise(self, position: int, said: _Said) -> list[str]:
        """The fields of which another value was told before a position, where the event there was not taken back."""
        if position not in self.stands:
            return []
        pairs = ((BIRTH, said.birth, self.births), (SEX, said.sex, self.sexes))
        return [name for name, mine, told in pairs if mine is not None and _another(mine, told, position)]


def _another(mine: object, told: Mapping[Any, int], position: int) -> bool:
    return any(first < position and value != mine for value, first in told.items())


def told_otherwise(
    connection: Connection,
    opener: SealedValueOpener,
    hashes: Hashes,
    accepted: Mapping[int, Opened],
    opened: Callable[[Collection[int]], Mapping[int, Opened]],
) -> dict[int, list[str]]:
    """Of some accepted events, by position, the fields of which their organisation told another value before; `opened` opens events."""
    said = {position: one for position, event in accepted.items() if (one := _said(hashes, *event)) is not None}
    if not said:
        return {}
    records = {one.record for one in said.values()}
    withheld = withheld_of(connection, records, opened)
    told = _read(
        connection,
        opener,
        records,
        {one.organisation for one in said.values()},
        _named_by_retractions(hashes, withheld),
    )
    if withheld:
        back = taken_back(connection, hashes, withheld, withheld)
        for position, event in withheld.items():
            if position not in back and (one := _said(hashes, *event)) is not None:
                told.setdefault(one[:2], _Told()).add(position, one.birth, one.sex)
    found = {position: told[one[:2]].otherwise(position, one) for position, one in said.items() if one[:2] in told}
    return {position: fields for position, fields in found.items() if fields}


def _said(hashes: Hashes, record: UUID, effect: Effect, body: Mapping[str, Any]) -> _Said | None:
    person = None if effect.act in _SAYS_NOTHING else body["subject"]["person"]
    if person is None:
        return None
    birth = usable_birth(effect, body)
    sex = sex_of(person["sex"])
    if birth is None and sex is None:
        return None
    return _Said(record, body["source"]["organisation"], None if birth is None else hashes.birth(birth), sex)


def _named_by_retractions(hashes: Hashes, events: Mapping[int, Opened]) -> set[UUID]:
    """What retractions among some events take back: keys of events and of source records."""
    found = set()
    for _, effect, body in events.values():
        if effect.act is Act.RETRACT:
            organisation, target = body["source"]["organisation"], body["target"]
            name = hashes.event if target["event_id"] else hashes.source_record
            found.add(UUID(bytes=name(organisation, target["event_id"] or target["source_record_id"])))
    return found


def _read(
    connection: Connection,
    opener: SealedValueOpener,
    records: Collection[UUID],
    organisations: Collection[str],
    back: Collection[UUID],
) -> dict[tuple[UUID, str], _Told]:
    opener.expect(records)
    found: dict[tuple[UUID, str], _Told] = {}
    asked = {"r": list(records), "o": list(organisations)}
    for record, organisation, position, birth, cell, *names in connection.execute(_TOLD, asked, binary=True):
        if any(name in back for name in names):
            continue
        sex = sex_of(opener.sex(None if cell is None else Sealed(record, cell)))
        found.setdefault((record, organisation), _Told()).add(position, None if birth is None else birth.bytes, sex)
    return found
