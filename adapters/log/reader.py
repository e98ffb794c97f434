"""Reading the log back: stored events, opened and decoded, as the pure parts see them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import sql

from adapters.codec import decode_stored
from adapters.codec.avro import Decoded, mark_readers
from adapters.codec.generate import HEADER
from adapters.log.keys.data_keys import NONCE, Erased, MasterKeys
from adapters.log.keys.hashes import Hashes
from adapters.log.subjects import Known, Subjects
from domain.effects import SAYS_NO_PERSON, Act
from domain.events import Event, Position, RecordId, former_of
from domain.identifiers import FILLERS, Checked, Fillers, check_identifier
from domain.texts import usable
from domain.timeline.marks import Marked
from schemas.registry import registry
from schemas.texts import text_fields

Connection = psycopg.Connection[Any]
Stored = tuple[int, UUID, str, bytes]  # position, record, topic, state
Opened = tuple[int, UUID, Decoded]  # position, record, what it says
PAGE = 2000
_MOST_CHECKED = 10_000


class LogReader:
    """Opens events of the log; not shared between threads."""

    def __init__(self, connection: Connection, keys: MasterKeys, fillers: Fillers = FILLERS) -> None:
        self._connection = connection
        self._fillers = fillers
        self._hashes = Hashes(keys)
        self._subjects = Subjects(keys, self._hashes)
        self._checked: dict[tuple[str, str], Checked] = {}
        self._named: dict[tuple[tuple[str, str], ...], tuple[Known, ...]] = {}

    def events(
        self, *, after: int = 0, until: int | None = None, records: Sequence[UUID] | None = None
    ) -> Iterator[Event]:
        """Events with `after` < position <= `until`, in order, of some records or of all; raises Erased for destroyed keys."""
        while True:
            rows = self._connection.execute(
                "SELECT notification_id, originator_id, topic, state FROM log.event WHERE notification_id > %(a)s "
                "AND (%(u)s::bigint IS NULL OR notification_id <= %(u)s) AND (%(r)s::uuid[] IS NULL OR originator_id = ANY(%(r)s)) "
                "ORDER BY notification_id LIMIT %(n)s",
                {"a": after, "u": until, "r": None if records is None else list(records), "n": PAGE},
            ).fetchall()
            if not rows:
                return
            yield from self.open(rows)
            after = rows[-1][0]

    def known_events(self, records: Sequence[UUID]) -> Iterator[Event]:
        """The events of some records in order, without marks, and without those whose keys are destroyed: they say nothing any more."""
        rows = self._connection.execute(
            "SELECT notification_id, originator_id, topic, state FROM log.event WHERE originator_id = ANY(%s) ORDER BY 1",
            (list(records),),
        ).fetchall()
        for row in rows:
            if not row[2].startswith(_mark_topics()):
                with suppress(Erased):
                    yield from self.open([row])

    def open(self, rows: Iterable[Stored]) -> Iterator[Event]:
        """Events from their stored rows; raises Erased for destroyed keys."""
        yield from self._events(
            (position, record, decode_stored(stored)) for position, record, _, stored in self.unsealed(rows)
        )

    def open_record(self, rows: Iterable[Stored]) -> Iterator[Event | Marked]:
        """The same, of marks no more than what they say: they are most of a child's events, and read in a fraction of the time."""
        newest = registry().newest
        at, marks = "", False
        told: list[Marked | Opened] = []
        for position, record, topic, stored in self.unsealed(rows):
            if topic != at:
                at, marks = topic, newest[topic.partition(":")[0]].effect.act is Act.MARK
            if marks:
                event_id, organisation, recorded_at, day, school, am, pm = mark_readers[stored[:HEADER]](stored)
                told.append(
                    Marked(position, RecordId(record), (organisation, event_id), recorded_at, school, day, am, pm)
                )
            else:
                told.append((position, record, decode_stored(stored)))
        events = self._events(one for one in told if not isinstance(one, Marked))
        return (one if isinstance(one, Marked) else next(events) for one in told)

    def unsealed(self, rows: Iterable[Stored]) -> Iterator[Stored]:
        """Rows with their states opened; the keys of all are looked up together, and each is made ready once."""
        held = list(rows)
        ciphers = self._ciphers(_kinds(held))
        at: UUID | None = None
        of: dict[str, AESGCM | None] = {}
        context = b""
        for position, record, topic, state in held:
            if record is not at:  # rows come record by record, and to look one up takes longer than to open a row
                at, of, context = record, ciphers[record], record.bytes
            cipher = of[topic]
            if cipher is None:
                raise Erased("its data key is destroyed")
            try:  # as adapters.log.keys.data_keys.unseal, without its call: this is done once for every event there is
                opened = cipher.decrypt(state[:NONCE], state[NONCE:], context)
            except InvalidTag:
                raise Erased("sealed under another key") from None
            yield position, record, topic, opened

    def _ciphers(self, wanted: Iterable[tuple[UUID, str]]) -> dict[UUID, dict[str, AESGCM | None]]:
        """For each record and topic what opens its events; None where the data key is destroyed."""
        newest = registry().newest
        known: dict[UUID, Known] = {}
        names: list[tuple[UUID, str, str, int]] = []
        for record, topic in wanted:
            event_type, _, period = topic.partition(":")
            known.setdefault(record, Known(record.bytes))
            names.append((record, topic, newest[event_type].effect.retention, int(period)))
        keys = [(known[record], key_class, period) for record, _, key_class, period in names]
        self._subjects.find_keys(self._connection, keys, make=False)
        found: dict[UUID, dict[str, AESGCM | None]] = {record: {} for record in known}
        for record, topic, retention, number in names:
            key = known[record].keys.get((retention, number))
            found[record][topic] = None if key is None else AESGCM(key)
        return found

    def _events(self, opened: Iterable[Opened]) -> Iterator[Event]:
        """Events of what was opened; whom they name is looked up for all of them together."""
        held = list(opened)
        self._subjects.find(self._connection, self._named_by(held), make=False)
        return (self._event(*one) for one in held)

    def _named_by(self, held: Iterable[Opened]) -> set[tuple[str, str]]:
        found: set[tuple[str, str]] = set()
        for _, _, decoded in held:
            if decoded.schema.effect.act not in SAYS_NO_PERSON:
                said = [(i["scheme"], i["value"]) for i in decoded.body["subject"]["identifiers"]]
                checked = [*self._others_named(decoded.body), *self._checks(said)]
                found.update((c.scheme, c.normalised) for c in checked if c.valid and c.normalised is not None)
        return found

    def _event(self, position: int, record: UUID, decoded: Decoded) -> Event:
        effect = decoded.schema.effect
        body = usable(text_fields(decoded.schema), effect, decoded.body)
        source = body["source"]
        organisation = source["organisation"]
        target = body.get("target") if effect.act in (Act.CORRECT, Act.RETRACT) else None
        plain = effect.act in SAYS_NO_PERSON
        former = None if plain else former_of(effect, body, self._fillers)
        before = self._records([former], position) if former is not None and former.valid else ()
        return Event(
            Position(position),
            RecordId(record),
            self._hashes.event(organisation, body["event_id"]),
            effect,
            organisation,
            body["recorded_at"],
            body,
            None
            if plain or source["source_record_id"] is None
            else self._hashes.source_record(organisation, source["source_record_id"]),
            None
            if target is None or target["event_id"] is None
            else self._hashes.event(organisation, target["event_id"]),
            None
            if target is None or target["event_id"] is not None
            else self._hashes.source_record(organisation, target["source_record_id"]),
            () if plain else tuple(self._records(self._others_named(body), position)),
            () if plain else self._linked(body, former, record, position),
            before[0] if before else None,
        )

    def _check(self, scheme: str, value: str) -> Checked:
        """A checked identifier, remembered: a record says the same ones again and again."""
        found = self._checked.get((scheme, value))
        if found is None:
            if len(self._checked) >= _MOST_CHECKED:
                self._checked.clear()
            found = self._checked[scheme, value] = check_identifier(scheme, value, self._fillers)
        return found

    def _others_named(self, body: Mapping[str, Any]) -> list[Checked]:
        """Of each other person whom an event names the first identifier that is valid."""
        valid = (
            [c for c in self._checks((i["scheme"], i["value"]) for i in one["identifiers"]) if c.valid]
            for one in body["others"]
        )
        return [found[0] for found in valid if found]

    def _linked(
        self, body: Mapping[str, Any], former: Checked | None, record: UUID, position: int
    ) -> tuple[RecordId, ...]:
        """Records of the subject's further identifiers, a former one too: all but the one that the event is of."""
        said = tuple([(i["scheme"], i["value"]) for i in body["subject"]["identifiers"]])
        named = self._records_named(said) if former is None else self._found_once([*self._checks(said), former])
        return tuple([one for one in _led_to(named, position) if one != record])

    def _records_named(self, said: tuple[tuple[str, str], ...]) -> tuple[Known, ...]:
        """The records of some identifiers, remembered: a record's events name the same ones again and again."""
        found = self._named.get(said)
        if found is None:
            if len(self._named) >= _MOST_CHECKED:
                self._named.clear()
            found = self._named[said] = self._found_once(self._checks(said))
        return found

    def _checks(self, said: Iterable[tuple[str, str]]) -> list[Checked]:
        return [self._check(scheme, value) for scheme, value in said]

    def _records(self, checked: Iterable[Checked], position: int) -> list[RecordId]:
        return _led_to(self._found(checked), position)

    def _found_once(self, checked: Iterable[Checked]) -> tuple[Known, ...]:
        return tuple(dict.fromkeys(self._found(checked)))

    def _found(self, checked: Iterable[Checked]) -> list[Known]:
        """What some identifiers lead to; without those that lead nowhere, since what they led to was erased."""
        named = [(c.scheme, c.normalised) for c in checked if c.valid and c.normalised is not None]
        known = self._subjects.known
        missing = [identifier for identifier in named if identifier not in known]
        if missing:
            self._subjects.find(self._connection, missing, make=False)
        return [known[identifier] for identifier in named if identifier in known]


def _led_to(known: Iterable[Known], position: int) -> list[RecordId]:
    """Whom an event at a position means: of a number under which a record began since, whom it meant was erased."""
    return [RecordId(UUID(bytes=one.record)) for one in known if one.since < position]


@lru_cache(maxsize=1)
def _mark_topics() -> tuple[str, ...]:
    """What the topics of marks begin with."""
    from schemas.registry import registry

    return tuple(f"{name}:" for name, schema in registry().newest.items() if schema.effect.act is Act.MARK)


def _kinds(rows: Iterable[Stored]) -> set[tuple[UUID, str]]:
    """The records of some rows, each with the topics of its rows."""
    found: dict[UUID, set[str]] = {}
    for record, run in groupby(rows, key=itemgetter(1)):  # equal by being the same, mostly
        found.setdefault(record, set()).update(map(itemgetter(2), run))
    return {(record, topic) for record, topics in found.items() for topic in topics}


# All records that any event ever said to be one child with some, and those with these: by the views, in which they are found
# by index, and by what is in the log and not yet in the views.
_TIED = sql.SQL("""
WITH RECURSIVE since AS MATERIALIZED (
    SELECT f.record, l.other FROM log.fact f CROSS JOIN LATERAL unnest(f.linked) AS l (other)
    WHERE f.linked IS NOT NULL AND f.position > (SELECT position FROM {view}.state)
    UNION
    SELECT f.record, l.other FROM {view}.mending m JOIN log.fact f ON f.record = m.record AND f.position >= m.position
    CROSS JOIN LATERAL unnest(f.linked) AS l (other) WHERE m.to_ed IS NULL
), near AS (
    SELECT unnest(%(r)s::uuid[]) AS record
    UNION
    SELECT o.record FROM near n CROSS JOIN LATERAL (
        SELECT e.other AS record FROM {view}.edge e WHERE e.record = n.record
        UNION ALL SELECT e.record FROM {view}.edge e WHERE e.other = n.record
        UNION ALL SELECT s.other FROM since s WHERE s.record = n.record
        UNION ALL SELECT s.record FROM since s WHERE s.other = n.record) o
)
SELECT record FROM near n WHERE NOT EXISTS (SELECT FROM log.erased z WHERE z.record = n.record) LIMIT %(most)s
""")


def tied(connection: Connection, records: Iterable[UUID], most: int | None = None) -> set[UUID]:
    """Records with all that any event ever linked to them, and so on: which of them are one child is the fold's to say.

    Of more than `most` the nearest. What is withheld has no facts, so that nothing is tied to a sealed identity by it.
    """
    row = connection.execute("SELECT view FROM log.serving").fetchone()
    assert row is not None
    query = _TIED.format(view=sql.Identifier(row[0]))
    return {found[0] for found in connection.execute(query, {"r": sorted(records), "most": most})}
