"""What a publisher can say of an event before it is sent: whether it would be kept in quarantine, and where it goes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.intake.kafka.topics import TOPICS, topic_for
from adapters.log.keys.data_keys import MasterKeys
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import Message
from adapters.log.prepare import Item, Preparer
from adapters.log.subjects import Subjects
from adapters.process.clock import Clock
from adapters.process.setting_values import publisher as read_publisher
from domain.checks import organisation_allowed
from domain.errors import Misuse, Rejected
from domain.identifiers import check_identifier
from schemas.registry import SHARED, registry

# Enough to spread children over partitions and to keep one child's events in order; 15,000 NHS numbers share each
# value, so that it tells nobody's number (a longer hash can be tried against all numbers within minutes).
KEY_BYTES: Final = 2

# Where events of shared types go when their organisation may publish in several sectors.
SAFETY: Final = "safety"
_PREFERRED: Final = ("social_care", "health", "education")


@dataclass(frozen=True, slots=True)
class Ready:
    """A message ready for Kafka."""

    topic: str
    key: bytes | None
    value: bytes


def check_publisher(name: str) -> None:
    """Raise Misuse unless a text can be the name of a publisher."""
    try:
        read_publisher(name)
    except ValueError as error:
        raise Misuse(f"--publisher: {error}") from None


class Checker:
    """Checks events as the recorder would, as far as that can be said without the log and its keys.

    `sector` is the topic for events of shared types, when not the one that follows from their organisation. `publisher`: whose own
    topics they go to; None: the shared ones.
    """

    def __init__(
        self,
        organisations: Mapping[str, Sequence[str]],
        clock: Clock,
        sector: str | None = None,
        publisher: str | None = None,
    ) -> None:
        if publisher is not None:
            check_publisher(publisher)
        if sector is not None and sector not in TOPICS:
            raise Misuse(f"a sector is one of: {', '.join(TOPICS)}")
        nobody = MasterKeys(bytes(32), bytes(32))  # what is made with these keys goes nowhere
        hashes = Hashes(nobody)
        self._preparer = Preparer(hashes, Subjects(nobody, hashes), organisations)
        self._patterns = {name: tuple(patterns) for name, patterns in organisations.items()}
        self._clock = clock
        self._sector = sector
        self._publisher = publisher

    def check(self, data: bytes) -> Ready:
        """The event as it is to be sent: Avro, marks reduced. Raises Rejected as the recorder would keep it in quarantine."""
        item = self._prepare(data, None)
        sector = self._sector_of(item)
        if item.schema.sector == SHARED:
            self._prepare(data, sector)  # whether its organisation may publish there
        return Ready(self._topic(item, sector), key_of(item.body), item.stored)

    def check_lightly(self, data: bytes) -> Ready:
        """Like `check`, but what would be kept in quarantine is sent as it is; Misuse when only the caller can say where to."""
        try:
            return self.check(data)
        except Rejected:
            item = self._preparer.prepare(Message(data), self._now())
        if item.schema is None:
            if self._sector is None:
                raise Misuse("what cannot be read needs --sector, the topic that it is sent to")
            return Ready(topic_for(self._sector, None, self._publisher), None, data)
        return Ready(self._topic(item, self._sector_of(item)), key_of(item.body), data)

    def _prepare(self, data: bytes, sector: str | None) -> Item:
        item = self._preparer.prepare(Message(data, sector), self._now())
        if item.rejected is not None:
            raise item.rejected
        return item

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000)

    def _topic(self, item: Item, sector: str) -> str:
        """By sector and mode; what keeps a child safe waits behind no backfill, however old it is."""
        mode = None if item.schema.effect.disclosure == SAFETY else item.body.get("mode")
        return topic_for(sector, mode, self._publisher)

    def _sector_of(self, item: Item) -> str:
        schema = item.schema
        if schema.sector == SHARED and schema.event_type == "FeedReported":
            # The report of a feed goes where the events of the feed go.
            schema = registry().newest.get(item.body["feed"], schema)
        if schema.sector != SHARED:
            return str(schema.sector)
        if self._sector is not None:
            return self._sector
        organisation = item.body["source"]["organisation"]
        for sector in _PREFERRED:
            if organisation_allowed(organisation, self._patterns.get(sector, ())):
                return sector
        raise Rejected("wrong_organisation", "source.organisation", "an organisation that may publish in a sector")


def key_of(body: Mapping[str, Any]) -> bytes:
    """The Kafka key of a decoded event: it goes with the subject's first identifier, and does not show it."""
    if "subject" not in body:
        return _digest(body["source"]["organisation"], body.get("feed", ""))
    identifiers = body["subject"]["identifiers"]
    if not identifiers:
        return _digest(body["source"]["organisation"], "")
    checked = check_identifier(identifiers[0]["scheme"], identifiers[0]["value"])
    return _digest(checked.scheme, checked.normalised or checked.value)


def _digest(scheme: str, value: str) -> bytes:
    return hashlib.blake2b(f"{scheme}\0{value}".encode(), digest_size=KEY_BYTES).digest()
