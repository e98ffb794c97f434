"""The fact row of an event: what it says of the timeline, structure in the clear and cells sealed (design D3, D8)."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, Final

import orjson

from adapters.log import copy_rows as pack
from adapters.log.keys.data_keys import seal
from adapters.log.keys.hashes import Hashes
from domain import codes
from domain.attendance import CATEGORIES
from domain.checks import usable_birth, usable_end
from domain.dates import school_age
from domain.effects import ABOUT_NO_CHILD, Act, Effect
from domain.events import due_of, goes_onward, provider_of, service_of, sessions_of, team_key, worker_key
from domain.indicators.families import may_be_household
from domain.kinds import BETWEEN_PEOPLE
from domain.order import tie_of
from domain.reference import ORGANISATION
from domain.timeline.child import TEMPORARY_ACCOMMODATION
from domain.timeline.snapshots import SNAPSHOT, listed_kinds, seen_of
from schemas.registry import registry

COLUMNS: Final = (
    "position record shard act kind service provider organisation day until reopen recorded_at key source_key target_key target_source "
    "reference worker team role scope provision reason lapses_after others linked contact birth age_from age_to birth_day person named sex called "
    "address address_status residence place property takes_over onward due backfill seen lists listed former sessions tie"
).split()  # fmt: skip
MARK_COLUMNS: Final = "position record shard school day recorded_at am pm".split()


def needs_identity(effect: Effect, body: Mapping[str, Any]) -> bool:
    """Whether an event carries a person or an address, whose cells are sealed under the identity key."""
    if effect.act in ABOUT_NO_CHILD:
        return False
    return body["subject"]["person"] is not None or body.get("address") is not None


class SealedFactValues:
    """Seals cells of one record under one data key, with nonces taken from random bytes given."""

    def __init__(self, record: bytes, key: bytes, nonces: bytes) -> None:
        self._record = record
        self._key = key
        self._nonces = nonces

    def seal(self, value: object, which: int) -> bytes:
        """A JSON value, sealed; `which` chooses one of the nonces and is never used twice."""
        data = orjson.dumps(value)
        return seal(self._key, self._nonces[which * 12 : which * 12 + 12], data, self._record + bytes([which]))


NONCES_A_FACT: Final = 5
_FLAG: Final = {True: pack.boolean(True), False: pack.NULL}


def fact_row(
    effect: Effect, body: Mapping[str, Any], record: bytes, keys: Mapping[str, bytes | None], hashes: Hashes,
    others: Sequence[bytes], linked: Sequence[bytes], identity: SealedFactValues | None, own: SealedFactValues, former: bytes | None = None,
) -> bytes:  # fmt: skip
    """The packed fields after `position`; `keys` holds the event's own and target keys by column name."""
    organisation = body["source"]["organisation"]
    if effect.act is Act.FEED:
        return _feed_row(effect, body, record, keys)
    if effect.act is Act.REFERENCE:
        return _reference_row(effect, body, record, keys, hashes, others, own)
    changes = body.get("changes")
    if changes is not None:
        day, until, reopen, worker = (
            changes["effective_from"],
            changes["effective_to"],
            changes["reopen"],
            changes["worker"],
        )
    else:
        day, until, reopen, worker = body["effective"]["from"], usable_end(body), False, body.get("worker")
    team = body.get("team")
    reference = body["reference"]
    return (
        pack.blob(record) + pack.int2(record[0]) + pack.int2(effect.act) + pack.text(effect.kind)
        + pack.text(service_of(effect, body)) + pack.text(_provider(effect, organisation, body, hashes, others)) + pack.text(organisation)
        + pack.int4(day) + pack.int4(until) + pack.boolean(reopen) + pack.int8(body["recorded_at"])
        + pack.blob(keys["key"]) + pack.blob(keys["source_key"]) + pack.blob(keys["target_key"]) + pack.blob(keys["target_source"])
        + pack.blob(None if reference is None else hashes.reference(organisation, reference))
        + pack.text(worker_key(worker)) + pack.text(team_key(team))
        + pack.text(_text(body, "role")) + pack.text(_text(body, "scope")) + pack.text(_text(body, "provision") or effect.provision)
        + pack.text(_reason(effect, body)) + pack.int4(effect.lapses_after)
        + pack.uuids(others) + pack.uuids(linked) + pack.blob(_contact(worker, team, own))
        + _person_fields(effect, body, hashes, identity) + _address_fields(effect, body, hashes, identity)
        + _FLAG[effect.takes_over] + _FLAG[goes_onward(effect, body)]
        + pack.int4(due_of(effect, body)) + _FLAG[body["mode"] != "live"]
        + pack.int4(seen_of(effect.act, body["mode"], body["recorded_at"])) + pack.NULL * 2 + pack.blob(former)
        + pack.int4(sessions_of(effect, body)) + pack.blob(_tie(body, keys))
    )  # fmt: skip


def _tie(body: Mapping[str, Any], keys: Mapping[str, bytes | None]) -> bytes:
    """What decides between the event and what was recorded at the same instant."""
    source, key = body["source"], keys["key"]
    assert key is not None
    return tie_of(source["organisation"], body["event_id"], source["source_version"], key)


def _reason(effect: Effect, body: Mapping[str, Any]) -> str | None:
    if effect.act is Act.RETRACT:
        reason: str = body["target"]["reason"]
        return reason
    return _text(body, effect.reason_field)


def _text(body: Mapping[str, Any], name: str | None) -> str | None:
    value = body.get(name) if name else None
    return value if isinstance(value, str) else None


def _provider(
    effect: Effect, organisation: str, body: Mapping[str, Any], hashes: Hashes, others: Sequence[bytes]
) -> str:
    provider = provider_of(effect, organisation, body)
    if effect.kind not in BETWEEN_PEOPLE:
        return provider
    people = "|".join(sorted(other.hex() for other in others))
    if effect.kind != "relationship":
        return f"{provider}|{people}"
    return people if body["family"] is None else hashes.family(organisation, body["family"]).hex()


def _contact(worker: Mapping[str, Any] | None, team: Mapping[str, Any] | None, own: SealedFactValues) -> bytes | None:
    said = {
        "worker": worker and {"name": worker["name"], "contact": worker["contact"]},
        "team": team and {"name": team["name"], "contact": team["contact"]},
    }
    if not any(part and any(part.values()) for part in said.values()):
        return None
    return own.seal(said, 3)


def _person_fields(effect: Effect, body: Mapping[str, Any], hashes: Hashes, identity: SealedFactValues | None) -> bytes:
    person = body["subject"]["person"]
    if person is None or identity is None:
        return pack.NULL * 8
    birth = usable_birth(effect, body)
    age = school_age(birth) if birth is not None else (None, None)
    named = [hashes.named(n["family"], birth) for n in person["names"]] if birth is not None else []
    dates = {"birth": birth, "expected": person["expected_date"]}
    return (
        pack.blob(None if birth is None else hashes.birth(birth)) + pack.int4(age[0]) + pack.int4(age[1])
        + pack.blob(identity.seal(dates, 0) if any(v is not None for v in dates.values()) else None)
        + pack.blob(identity.seal(person, 1) if person["names"] else None) + pack.uuids(named)
        + pack.blob(identity.seal(person["sex"], 4) if person["sex"] is not None else None)
        + pack.blob(hashes.called(person["names"]) if person["names"] else None)
    )  # fmt: skip


def _address_fields(
    effect: Effect, body: Mapping[str, Any], hashes: Hashes, identity: SealedFactValues | None
) -> bytes:
    told = effect.act in (Act.ADDRESS, Act.BIRTH) or (
        effect.act is Act.START and effect.kind == TEMPORARY_ACCOMMODATION
    )
    address = body.get("address") if told else None
    if address is None or identity is None:
        return pack.NULL * 5
    residence = address["residence"] if address["residence"] in codes.RESIDENCE else None
    return (
        pack.blob(identity.seal(address, 2)) + pack.text(address["status"]) + pack.text(residence)
        + pack.blob(hashes.place(address)) + pack.blob(hashes.property(address["uprn"]) if address["uprn"] and may_be_household(address) else None)
    )  # fmt: skip


def _reference_row(
    effect: Effect, body: Mapping[str, Any], record: bytes, keys: Mapping[str, bytes | None], hashes: Hashes,
    others: Sequence[bytes], own: SealedFactValues,
) -> bytes:  # fmt: skip
    """Reference data, staff and cases: what it is and when it holds; what it says is read from the event itself.

    A case is found by the child whom it is about, and by a keyed hash of the member of staff; that somebody was told by the access.
    """
    organisation = body["source"]["organisation"]
    worker, team = body.get("worker"), body.get("team")
    return (
        pack.blob(record) + pack.int2(record[0]) + pack.int2(effect.act) + pack.text(effect.kind)
        + pack.text(service_of(effect, body)) + pack.text(provider_of(effect, organisation, body)) + pack.text(organisation)
        + pack.int4(body["effective"]["from"]) + pack.int4(usable_end(body)) + pack.boolean(False) + pack.int8(body["recorded_at"])
        + pack.blob(keys["key"]) + pack.NULL * 3 + pack.blob(_found_by(body, hashes))
        + pack.text(worker_key(worker)) + pack.text(team_key(team)) + pack.text(_text(body, "role"))
        + pack.text(_reference_scope(effect, body)) + pack.NULL + pack.text(_text(body, effect.reason_field))
        + pack.NULL + pack.uuids(others) + pack.NULL
        + pack.blob(_contact(worker, team, own))
        + pack.NULL * (len(COLUMNS) - 28) + pack.blob(_tie(body, keys))
    )  # fmt: skip


def _found_by(body: Mapping[str, Any], hashes: Hashes) -> bytes | None:
    """By what a case is found besides its child: the member of staff, hashed; or the entry by which somebody who was told had seen it."""
    if body.get("concerned"):
        return hashes.concerned(body["concerned"])
    return bytes.fromhex(body["item"][2:]) if body.get("step") == "recipient_told" else None


def _reference_scope(effect: Effect, body: Mapping[str, Any]) -> str | None:
    """Of an organisation, those that took over from it: views need them and open no seal. Of a case, whose office has it."""
    return " ".join(sorted(set(body["successors"]))) or None if effect.kind == ORGANISATION else _text(body, "office")


def _feed_row(effect: Effect, body: Mapping[str, Any], record: bytes, keys: Mapping[str, bytes | None]) -> bytes:
    """A feed report: `service` the feed's event type, `provider` the organisation, `day` and `until` what it is complete through."""
    organisation = body["source"]["organisation"]
    lists = listed(body)
    return (
        pack.blob(record) + pack.int2(record[0]) + pack.int2(effect.act) + pack.text(effect.kind) + pack.text(body["feed"])
        + pack.text(organisation) + pack.text(organisation) + pack.int4(body["covers"]["from"]) + pack.int4(body["complete_through"])
        + pack.boolean(False) + pack.int8(body["recorded_at"]) + pack.blob(keys["key"]) + pack.NULL * 7 + pack.text(_text(body, "scope"))
        + pack.NULL * (len(COLUMNS) - 26) + pack.text(lists) + pack.int4(None if lists is None else body["count"]) + pack.NULL * 2
        + pack.blob(_tie(body, keys))
    )  # fmt: skip


def listed(body: Mapping[str, Any]) -> str | None:
    """The kind of entry that a feed report lists all of; None where it is no snapshot of entries."""
    return kinds_of_snapshots().get(body["feed"]) if body["mode"] == SNAPSHOT else None


@lru_cache(maxsize=1)
def kinds_of_snapshots() -> dict[str, str]:
    """The kind of entry that a snapshot of an event type lists, for each type that may be sent as one."""
    return listed_kinds(schema.effect for schema in registry().newest.values())


@lru_cache(maxsize=1024)
def _mark_packer(school: int) -> Callable[..., bytes]:
    """Packs a row of marks up to its two categories, for a school's URN of some length."""
    return Struct(f"!hiqi16sihi{school}siiiq").pack


# A category's field, by its word: there are few, so they are packed once.
_CATEGORY: Final = {word: pack.int2(number) for number, word in CATEGORIES.items()}


def mark_row(position: int, body: Mapping[str, Any], record: bytes) -> bytes:
    """The whole row of a day's marks, packed."""
    school = body["school"].encode()
    size = len(school)
    return (
        _mark_packer(size)(
            8, 8, position, 16, record, 2, record[0], size, school, 4, body["effective"]["from"], 8, body["recorded_at"] // 1000
        )
        + _CATEGORY.get(body["am"], pack.NULL) + _CATEGORY.get(body["pm"], pack.NULL)
    )  # fmt: skip
