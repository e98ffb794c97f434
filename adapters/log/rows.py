"""All rows of a batch, packed for COPY: events sealed, facts, marks, and what goes beside them."""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from struct import Struct
from typing import Final, NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.log import copy_rows as pack
from adapters.log.fact_rows import (
    COLUMNS,
    NONCES_A_FACT,
    SealedFactValues,
    fact_row,
    mark_row,
    needs_identity,
)
from adapters.log.keys.data_keys import IDENTITY, NONCE
from adapters.log.keys.hashes import Hashes
from adapters.log.prepare import Item
from adapters.log.subjects import Known
from domain.effects import Act

_MARK: Final = Act.MARK
_FACT_HEAD: Final = Struct("!h").pack(len(COLUMNS))
_INBOX_ROW: Final = Struct("!hi16si16siq").pack


class Rows(NamedTuple):
    """COPY bodies (None for no rows) and parameters of plain inserts."""

    events: bytes
    facts: bytes | None
    marks: bytes | None
    sources: list[tuple[UUID, int, UUID]]
    set_aside: list[tuple[int, str, str, str]]


def inbox_rows(items: Sequence[Item]) -> bytes:
    """The COPY body of the inbox."""
    row = _INBOX_ROW
    return _body([row(3, 16, item.key, 16, item.digest, 8, item.position) for item in items])


def rows_of(items: Sequence[Item], hashes: Hashes) -> Rows:
    """The rows of items that have their position, records and keys."""
    events: list[bytes] = []
    facts: list[bytes] = []
    marks: list[bytes] = []
    sources: list[tuple[UUID, int, UUID]] = []
    aside: list[tuple[int, str, str, str]] = []
    nonces = os.urandom(NONCE * len(items))
    at = 0
    for item in items:
        known, position, body = item.known, item.position, item.body
        assert known is not None
        record = known.record
        key = known.keys[item.key_name]
        nonce = nonces[at : at + NONCE]
        at += NONCE
        # As adapters.log.keys.data_keys.seal, without its call: this is done once for every event there is.
        sealed = AESGCM(key).encrypt(nonce, item.stored, record)
        row, topic, size = _event_row(item.schema.event_type, item.period)
        events.append(
            row(6, 16, record, 8, position, size, topic, 8, position, 2, record[0], NONCE + len(sealed), nonce)
        )
        events.append(sealed)
        if item.withheld:
            pass  # nothing is made of it: views rest on facts alone
        elif item.effect.act is _MARK:
            marks.append(mark_row(position, body, record))
        else:
            facts.append(_FACT_HEAD + pack.int8(position) + _fact(item, known, key, hashes))
        if item.source_key is not None and item.effect.act is not _MARK:
            sources.append((UUID(bytes=item.source_key), position, UUID(bytes=record)))
        if item.set_aside:
            organisation = body["source"]["organisation"]
            aside.extend((position, reason, field, organisation) for reason, field in item.set_aside)
    return Rows(_body(events), _body(facts) if facts else None, _body(marks) if marks else None, sources, aside)


def _body(rows: list[bytes]) -> bytes:
    return b"".join((pack.HEADER, *rows, pack.TRAILER))


@lru_cache(maxsize=1024)
def _event_row(event_type: str, period: int) -> tuple[Callable[..., bytes], bytes, int]:
    """Packs an event's row up to and with the nonce; the topic (event type and key period) and its length."""
    topic = f"{event_type}:{period}".encode()
    return Struct(f"!hi16siqi{len(topic)}siqihi{NONCE}s").pack, topic, len(topic)


def _fact(item: Item, known: Known, key: bytes, hashes: Hashes) -> bytes:
    nonces = os.urandom(NONCE * NONCES_A_FACT)
    identity = (
        SealedFactValues(known.record, known.keys[IDENTITY, 0], nonces)
        if needs_identity(item.effect, item.body)
        else None
    )
    return fact_of(item, known.record, SealedFactValues(known.record, key, nonces), identity, hashes)


def fact_of(
    item: Item, record: bytes, own: SealedFactValues, identity: SealedFactValues | None, hashes: Hashes
) -> bytes:
    """The packed fields after `position` of an item's fact; `own` and `identity` seal its cells."""
    columns = {
        "key": item.key,
        "source_key": item.source_key,
        "target_key": item.target_key,
        "target_source": item.target_source,
    }
    former = item.linked_records[item.linked.index(item.former)] if item.former in item.linked else None
    return fact_row(
        item.effect, item.body, record, columns, hashes, item.other_records, item.linked_records, identity, own, former
    )  # fmt: skip
