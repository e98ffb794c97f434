"""From a message to an item that can be appended: decoded, checked, its record found where it is remembered.

Nothing is written here.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import orjson

from adapters.codec import NO_IDS, Decoded, decode_json, decode_message, decode_stored
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import Message
from adapters.log.self_description import SelfDescription, identifiers_said, self_description_of
from adapters.log.subjects import Identifier, Known, Subjects
from adapters.process.settings import TOPIC_ORGANISATIONS
from domain.checks import (
    AHEAD_SECONDS,
    FROM_THE_FUTURE,
    ITSELF,
    SetAside,
    check_envelope,
    check_fact,
    organisation_allowed,
)
from domain.dates import school_year_of
from domain.effects import ABOUT_NO_CHILD, SAYS_NO_PERSON, Act, Effect
from domain.errors import Rejected
from domain.events import former_of, team_key, worker_key
from domain.identifiers import FILLERS, Checked, Fillers, check_identifier, choose_key, parse_identifier
from domain.names import with_whole_names
from domain.texts import checked_texts, usable, without_unlisted
from schemas.registry import SHARED, WRITTEN_HERE, Schema, registry
from schemas.texts import text_fields

_MARK: Final = Act.MARK
_OF_A_CASE: Final = ("case",)  # an officer's case has a record of its own
_FILLER: Final = "filler_identifier"
_UNREAD: Final[Mapping[str, Any]] = MappingProxyType({})


class Item:
    """One message on its way into the log. `key_name` is (retention class, period) of the key its payload is sealed under.

    `withheld`: it names a sealed identity, so that its facts are not written (domain.identity.sealed).
    """

    __slots__ = (
        "body",
        "claims",
        "digest",
        "due",
        "effect",
        "former",
        "identifier",
        "key",
        "key_name",
        "known",
        "linked",
        "linked_records",
        "message",
        "other_records",
        "others",
        "period",
        "position",
        "rejected",
        "schema",
        "set_aside",
        "source_key",
        "stored",
        "target_key",
        "target_source",
        "withheld",
    )  # fmt: skip

    digest: bytes
    effect: Effect
    key_name: tuple[str, int]
    stored: bytes

    def __init__(self, message: Message) -> None:
        # Most events have nothing of most of these: empty tuples cost nothing, empty lists a tenth of a microsecond.
        self.message = message
        self.rejected: Rejected | None = None
        self.claims: SelfDescription | None = None
        self.key: bytes | None = None
        self.due: int | None = None  # of an event from the future: when it may be recorded, in microseconds since 1970
        self.schema: Any = None
        self.body: Mapping[str, Any] = _UNREAD
        self.set_aside: Sequence[SetAside] = ()
        self.identifier: Identifier | None = None
        self.linked: Sequence[Identifier] = ()
        self.former: Identifier | None = None
        self.others: Sequence[Identifier] = ()
        self.linked_records: Sequence[bytes] = ()
        self.other_records: Sequence[bytes] = ()
        self.known: Known | None = None
        self.source_key: bytes | None = None
        self.target_key: bytes | None = None
        self.target_source: bytes | None = None
        self.withheld = False
        self.period = 0
        self.position = 0

    @property
    def waits_for(self) -> bytes | None:
        """Key of the event or source record that an amendment names."""
        return self.target_key or self.target_source


@lru_cache
def _publishers_in(sector: str) -> tuple[str, ...]:
    of_types = (schema.effect.publishers for schema in registry().newest.values() if schema.sector == sector)
    return tuple(sorted({pattern for patterns in of_types for pattern in patterns}))


class Preparer:
    """Decodes and checks messages; remembers identifiers that passed. `ids` are those of `confluent_ids`."""

    def __init__(
        self, hashes: Hashes, subjects: Subjects, organisations: Mapping[str, Sequence[str]], ids: Mapping[int, bytes] = NO_IDS,
        ahead_seconds: int = AHEAD_SECONDS, fillers: Fillers = FILLERS,
    ) -> None:  # fmt: skip
        self._hashes = hashes
        self._subjects = subjects
        self._ids = ids
        self._ahead = ahead_seconds * 1_000_000
        self._fillers = fillers
        self._patterns = {sector: tuple(patterns) for sector, patterns in organisations.items()}
        self._all = tuple(sorted({p for patterns in self._patterns.values() for p in patterns}))
        # Where an authority says who may publish in a sector, its word narrows what the table of a type allows.
        self._narrowed = {s for s, p in self._patterns.items() if p != tuple(TOPIC_ORGANISATIONS.get(s, ()))}

    def prepare(self, message: Message, now: int) -> Item:
        """Decode and check one message; what is wrong stands in `rejected`. `now` in microseconds since 1970."""
        item = Item(message)
        try:
            if message.kept is not None:
                raise Rejected(*message.kept)
            data = message.data
            decoded = decode_json(data) if isinstance(data, dict) else decode_message(data, self._ids)
            self._take(item, decoded, now)
        except Rejected as rejected:
            # Without its traceback, which would hold all that was read of the message for as long as the item is there.
            item.rejected = rejected.with_traceback(None)
            if rejected.reason == FROM_THE_FUTURE:
                item.due = item.body["recorded_at"] - self._ahead
            # What two senders sent is kept of each: one cannot take the place of what another is about to send.
            whose = b"" if message.sender is None else f"{message.sender.name}\0".encode()
            item.digest = self._hashes.digest(whose + raw_bytes(message))
            self._claim(item)
        return item

    def _claim(self, item: Item) -> None:
        """Whose a rejected item is, and the key it would have had, so that what is sent in its place replaces it.

        What is sent in another's name takes the place of nothing of theirs, fills nothing of theirs, and is not told to them.
        """
        said, sender = self_description_of(item.message.data, self._all, self._ids), item.message.sender
        if sender is not None and (whose := sender.answers_for(said.organisation)) != said.organisation:
            said = said._replace(organisation=whose, event_id=None)
            item.key = None
        item.claims = said
        if item.key is None and said.organisation is not None and said.event_id is not None:
            item.key = self._hashes.event(said.organisation, said.event_id)

    def subjects_of(self, item: Item) -> list[Identifier]:
        """The identifiers of an item's subject that pass their check, also where the item was rejected before they were looked at."""
        if item.identifier is not None:
            return [item.identifier, *item.linked]
        subject = item.body.get("subject")
        said = (
            [(one["scheme"], one["value"]) for one in subject["identifiers"]]
            if subject
            else identifiers_said(item.message.data)
        )
        found = [check_identifier(scheme, value, self._fillers) for scheme, value in said]
        return list(dict.fromkeys((c.scheme, c.normalised) for c in found if c.valid and c.normalised is not None))

    def _take(self, item: Item, decoded: Decoded, now: int) -> None:
        schema = decoded.schema
        body: Mapping[str, Any] = decoded.body
        item.schema, item.body, item.stored = schema, body, decoded.stored
        effect = item.effect = schema.effect
        if item.message.sender is not None:
            item.message.sender.check(body, schema.event_type, None if schema.sector == SHARED else schema.sector)
        organisation = body["source"]["organisation"]
        item.key = self._hashes.event(organisation, body["event_id"])
        item.digest = self._hashes.digest(decoded.stored)
        check_envelope(body, self._patterns_of(schema, item.message.sector), now, self._ahead)
        if effect.publishers and not organisation_allowed(organisation, effect.publishers):
            raise Rejected("wrong_organisation", "source.organisation", "an organisation that may publish this type")
        body, unusable = checked_texts(text_fields(schema), body)
        body, nameless = (body, ()) if effect.act in SAYS_NO_PERSON else with_whole_names(body)
        item.set_aside = [*decoded.set_aside, *unusable, *nameless, *check_fact(effect, body, now)]
        body = item.body = without_unlisted(effect, body)  # what is set aside says nothing
        feed = body.get("feed") if effect.act in ABOUT_NO_CHILD else None
        if feed is not None and feed not in registry().newest:
            raise Rejected("unknown_event_type", "feed", "an event type of the contract")
        self._describe(item)

    def recorded(self, stored: bytes) -> Item:
        """The item of an event that was accepted, from its stored bytes, without its records.

        It was checked when it came, by the rules of that day, and is not checked again. Raises Rejected where it cannot
        be read or names nobody, which of an accepted event cannot be.
        """
        item = Item(Message(stored))
        decoded = decode_stored(stored)
        item.schema, item.body, item.stored, item.effect = decoded.schema, decoded.body, stored, decoded.schema.effect
        item.body = usable(text_fields(item.schema), item.effect, item.body)
        item.key = self._hashes.event(item.body["source"]["organisation"], item.body["event_id"])
        item.digest = self._hashes.digest(stored)
        self._describe(item)
        return item

    def _describe(self, item: Item) -> None:
        """Whom an event is about, whom it names besides, and what it amends."""
        effect, body = item.effect, item.body
        organisation = body["source"]["organisation"]
        act = effect.act
        if act in ABOUT_NO_CHILD:
            item.key_name = effect.retention, 0
            own = body["case"] if effect.key == _OF_A_CASE else _of_staff(body) or organisation
            item.identifier = (effect.key[0], own)
            item.others = _child_of_case(body, self._fillers) if effect.key == _OF_A_CASE else ()
            return
        self._identify(item, effect.key, body["subject"]["identifiers"])
        if act is _MARK:
            item.period = period = school_year_of(body["effective"]["from"])
            item.key_name = effect.retention, period
            return
        item.key_name = effect.retention, 0
        self._replaced(item, former_of(effect, body, self._fillers))
        item.others = [
            i for other in body["others"] for i in self._checked(other["identifiers"], item, "others.identifiers")[:1]
        ]
        source_record = body["source"]["source_record_id"]
        if source_record is not None:
            item.source_key = self._hashes.source_record(organisation, source_record)
        if act in (Act.CORRECT, Act.RETRACT):
            target = body["target"]
            if target["event_id"]:
                item.target_key = self._hashes.event(organisation, target["event_id"])
            else:
                item.target_source = self._hashes.source_record(organisation, target["source_record_id"])

    def _patterns_of(self, schema: Schema, topic: str | None) -> tuple[str, ...]:
        """Who may publish a type on a topic: by its own table, or by its sector; as configured, where that was configured."""
        if schema.sector == WRITTEN_HERE:
            return (ITSELF,) if topic == WRITTEN_HERE else ()
        if schema.sector == SHARED:
            return self._all if topic is None else (*self._patterns.get(topic, ()), *self._guests(topic))
        if topic is not None and topic != schema.sector:
            raise Rejected("wrong_organisation", "event_type", "published on the topic of its sector")
        own = () if schema.sector in self._narrowed else schema.effect.publishers
        return own or self._patterns.get(schema.sector, ())

    def _guests(self, topic: str) -> tuple[str, ...]:
        """Who publishes but some types of a sector: they correct and take back what they said there, and report their feeds."""
        return () if topic in self._narrowed else _publishers_in(topic)

    def _identify(self, item: Item, order: tuple[str, ...], identifiers: Sequence[Mapping[str, str]]) -> None:
        if len(identifiers) == 1:
            only = identifiers[0]
            identifier = only["scheme"], only["value"]
            if order[0] == identifier[0] and (known := self._subjects.known.get(identifier)) is not None:
                item.identifier, item.known = identifier, known
                return
        checked = [check_identifier(i["scheme"], i["value"], self._fillers) for i in identifiers]
        chosen = choose_key(checked, order)
        for index, one in enumerate(checked):
            if not one.valid:
                item.set_aside = [*item.set_aside, (one.reason or "bad_form", f"subject.identifiers[{index}]")]
        if chosen is None or chosen.normalised is None:
            raise self._no_identifier(item, len(checked))
        item.identifier = (chosen.scheme, chosen.normalised)
        found = [(c.scheme, c.normalised) for c in checked if c.valid and c.normalised is not None and c is not chosen]
        item.linked = [i for i in dict.fromkeys(found) if i != item.identifier]

    def _replaced(self, item: Item, former: Checked | None) -> None:
        """A number that the subject's own has replaced: of the same child, and no longer in use."""
        if former is None:
            return
        if not former.valid or former.normalised is None:
            item.set_aside = [*item.set_aside, (former.reason or "bad_form", item.effect.former_field or "former")]
            return
        item.former = (former.scheme, former.normalised)
        if item.former not in (item.identifier, *item.linked):
            item.linked = [*item.linked, item.former]

    def _no_identifier(self, item: Item, count: int) -> Rejected:
        """One identifier that failed is the reason itself; several, or none, are `no_identifier`."""
        reasons = item.set_aside[-count:] if count else []
        item.set_aside = ()
        if len({reason for reason, _ in reasons}) == 1 and (len(reasons) == 1 or reasons[0][0] == _FILLER):
            return Rejected(reasons[0][0], reasons[0][1], "the event's only identifier must pass its check")
        return Rejected(
            "no_identifier", "subject.identifiers", "at least one identifier of the child that passes its check"
        )

    def _checked(self, identifiers: Sequence[Mapping[str, str]], item: Item, field: str) -> list[Identifier]:
        found = []
        for one in identifiers:
            checked = check_identifier(one["scheme"], one["value"], self._fillers)
            if checked.valid and checked.normalised is not None:
                found.append((checked.scheme, checked.normalised))
            else:
                item.set_aside = [*item.set_aside, (checked.reason or "bad_form", field)]
        return found


def _of_staff(body: Mapping[str, Any]) -> str | None:
    """Whose record a worker's or team's event is on: each has its own, so that one can be erased alone."""
    return worker_key(body.get("worker")) or team_key(body.get("team"))


def _child_of_case(body: Mapping[str, Any], fillers: Fillers) -> list[Identifier]:
    """The child whom a case is about, so that what is shown of the child can say so."""
    said = body.get("child")
    checked = None if said is None else parse_identifier(said, fillers)
    return [] if checked is None or checked.normalised is None else [(checked.scheme, checked.normalised)]


def raw_bytes(message: Message) -> bytes:
    """A message as bytes, whatever form it came in."""
    if not isinstance(message.data, dict):
        return message.data
    try:
        return orjson.dumps(message.data, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # half a surrogate, or a number of more than 64 bits
        return json.dumps(message.data, sort_keys=True).encode()
