"""Assertions that cannot join yet: of accepted events that carry several numbers of their child, on which a date of birth is missing.

It follows the rule of `domain.identity.links.resolve` on the log alone: something was told under both numbers, and of one no
date of birth is known, or those who stated it do not agree. What is withheld counts as what is not: whoever publishes of a sealed
identity is told no more than of any other.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.keys.hashes import Hashes
from adapters.log.subjects import Identifier, Subjects
from domain.checks import usable_birth
from domain.effects import SAYS_NO_PERSON, Act, Effect
from domain.events import former_of
from domain.identifiers import check_identifier
from domain.identity.links import contested
from domain.order import tie_of

Connection = psycopg.Connection[Any]
Opened = tuple[UUID, Effect, Mapping[str, Any]]  # the record, and what its event says
_Stated = tuple[str, bool, tuple[int, bytes], bytes]  # a date of birth, as of `domain.identity.links.contested`

# Which of some records something was told of, and the dates of birth that stand of them: by whom, whether under that number alone, and
# in what order.
_TOLD = """
SELECT w.record, f.organisation, f.linked IS NULL, f.recorded_at, f.tie, f.birth FROM unnest(%(r)s::uuid[]) AS w (record) LEFT JOIN log.fact f
    ON f.record = w.record AND f.birth IS NOT NULL AND f.act NOT IN (14, 15)
        AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key = f.key)
        AND NOT EXISTS (SELECT FROM log.fact r WHERE r.act = 15 AND r.target_key IS NULL AND r.target_source = f.source_key
            AND r.record = f.record AND f.recorded_at <= r.recorded_at)
WHERE EXISTS (SELECT FROM log.fact o WHERE o.record = w.record)
"""
_WITHHELD = """
SELECT h.position FROM log.withheld h JOIN log.event e ON e.notification_id = h.position WHERE e.originator_id = ANY(%s)
"""
_TAKEN_BACK = "SELECT target_key FROM log.fact WHERE act = 15 AND target_key = ANY(%s)"
_SOURCE_TAKEN_BACK = (
    "SELECT target_source FROM log.fact WHERE act = 15 AND target_key IS NULL AND target_source = ANY(%s)"
)
_SAYS_NOTHING: Final = SAYS_NO_PERSON | {Act.CORRECT, Act.RETRACT}


def pending(
    connection: Connection,
    subjects: Subjects,
    hashes: Hashes,
    accepted: Mapping[int, Opened],
    opened: Callable[[Collection[int]], Mapping[int, Opened]],
) -> set[int]:
    """The positions of those of some accepted events whose assertion waits for a date of birth; `opened` opens events."""
    said = {
        position: (record, others)
        for position, (record, effect, body) in accepted.items()
        if effect.act not in _SAYS_NOTHING and (others := _others(effect, body))
    }
    if not said:
        return set()
    number_of = subjects.look_up(connection, {one for _, others in said.values() for one in others})
    records = {record for record, _ in said.values()} | set(number_of.values())
    told: dict[UUID, list[_Stated]] = {}
    for record, organisation, alone, at, tie, birth in connection.execute(_TOLD, {"r": list(records)}):
        of_record = told.setdefault(record, [])
        if birth is not None:
            of_record.append((organisation, alone, (at, tie), birth.bytes))
    withheld = withheld_of(connection, records, opened)
    back = taken_back(connection, hashes, {**withheld, **{position: accepted[position] for position in said}}, withheld)
    for position, (record, effect, body) in withheld.items():
        of_record = told.setdefault(record, [])
        if position not in back and (stated := _stated(hashes, effect, body)) is not None:
            of_record.append(stated)
    known = {record for record, every in told.items() if every and not contested(every)}
    return {
        position
        for position, (record, others) in said.items()
        if position not in back
        and any(
            other != record and other in told and not (other in known and record in known)
            for one in others
            if (other := number_of.get(one)) is not None
        )
    }


def _stated(hashes: Hashes, effect: Effect, body: Mapping[str, Any]) -> _Stated | None:
    """The date of birth that a withheld event states, as `_TOLD` finds those of others."""
    birth = None if effect.act in _SAYS_NOTHING else usable_birth(effect, body)
    if birth is None:
        return None
    source = body["source"]
    tie = tie_of(
        source["organisation"], body["event_id"], source["source_version"],
        hashes.event(source["organisation"], body["event_id"]),
    )  # fmt: skip
    alone = not _others(effect, body)
    return source["organisation"], alone, (body["recorded_at"], tie), hashes.birth(birth)


def withheld_of(
    connection: Connection, records: Collection[UUID], opened: Callable[[Collection[int]], Mapping[int, Opened]]
) -> Mapping[int, Opened]:
    """The events of some records that are withheld, since they name a sealed identity."""
    positions = [row[0] for row in connection.execute(_WITHHELD, (list(records),))]
    return opened(positions) if positions else {}


def taken_back(
    connection: Connection, hashes: Hashes, events: Mapping[int, Opened], withheld: Mapping[int, Opened]
) -> set[int]:
    """The positions of those of some events that were taken back, by what is shown or by what is withheld."""
    keys, sources = {}, {}
    for position, (_, _, body) in events.items():
        source = body["source"]
        keys[UUID(bytes=hashes.event(source["organisation"], body["event_id"]))] = position
        if source["source_record_id"] is not None:
            sources[UUID(bytes=hashes.source_record(source["organisation"], source["source_record_id"]))] = position
    found = {row[0] for row in connection.execute(_TAKEN_BACK, (list(keys),))}
    found |= {row[0] for row in connection.execute(_SOURCE_TAKEN_BACK, (list(sources),))}
    for _, effect, body in withheld.values():
        if effect.act is Act.RETRACT:
            organisation, target = body["source"]["organisation"], body["target"]
            name = hashes.event if target["event_id"] else hashes.source_record
            found.add(UUID(bytes=name(organisation, target["event_id"] or target["source_record_id"])))
    return {position for name, position in (*keys.items(), *sources.items()) if name in found}


def _others(effect: Effect, body: Mapping[str, Any]) -> list[Identifier]:
    """The subject's numbers where it carries several, but for one that its own has replaced, which needs no date of birth."""
    checked = [check_identifier(one["scheme"], one["value"]) for one in body["subject"]["identifiers"]]
    numbers = {(one.scheme, one.normalised) for one in checked if one.valid and one.normalised is not None}
    if len(numbers) < 2:
        return []
    former = former_of(effect, body)
    replaced = None if former is None or former.normalised is None else (former.scheme, former.normalised)
    return sorted(numbers - {replaced})
