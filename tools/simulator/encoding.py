"""Events as a producer puts them on Kafka: Avro single-object encoding, topic by sector, an opaque key.

The bytes are those that fastavro writes, which takes ten times as long; tests hold them to be the same. Attendance
marks, most of all events, are packed by hand.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any, NamedTuple

import fastavro
from fastavro.schema import fingerprint, to_parsing_canonical_form

from tools.simulator import packing
from tools.simulator.agency_systems import writes_version_1

Event = dict[str, Any]

SECTORS = ("education", "health", "social_care", "housing", "early_years", "reference")
_KEY = b"invented children only"  # no secret: the simulator's identifiers belong to nobody
_MAGIC = b"\xc3\x01"
_MODES = {"live": b"\x00", "backfill": b"\x02", "snapshot": b"\x04"}
_ONE_UPN = b"\x02\x06upn"  # an array block of one identifier, whose scheme is upn
_BLANK = b"\x00\x00\x00\x00"  # four ends of arrays or branches without a value


class Schema(NamedTuple):
    """A schema: its folder, the header of its messages, what fastavro made of it, and how a body is written."""

    folder: str
    header: bytes
    parsed: Any
    write: packing.Writer


@lru_cache(maxsize=1)
def schemas() -> dict[str, list[Schema]]:
    """Event type -> its versions, oldest first, as they are in the schemas folder."""
    found: dict[str, dict[int, Schema]] = {}
    for folder in (*SECTORS, "shared"):
        for file in files("schemas").joinpath(folder).iterdir():
            version = re.search(r"\.v(\d+)\.avsc$", file.name)
            if version:
                written = json.loads(file.read_text(encoding="utf-8"))
                header = _MAGIC + bytes.fromhex(fingerprint(to_parsing_canonical_form(written), "CRC-64-AVRO"))
                parsed = fastavro.parse_schema(written)
                schema = Schema(folder, header, parsed, packing.writer(parsed))
                found.setdefault(written["name"], {})[int(version[1])] = schema
    return {name: [versions[number] for number in sorted(versions)] for name, versions in found.items()}


def schema_of(event: Event) -> Schema:
    """The schema that the event is written in: the newest, or the first where its organisation still writes that."""
    versions = schemas()[event["event_type"]]
    old = len(versions) > 1 and writes_version_1(event["source"]["organisation"])
    return versions[0] if old else versions[-1]


def sector_of(event: Event) -> str:
    """Sector on whose topic an event goes: by its type, or by its source where the type is shared by sectors.

    The report of a feed goes where the events of the feed go.
    """
    event_type, source = event["event_type"], event["source"]
    if event_type == "FeedReported":
        event_type = event["feed"]
    return _sector(event_type, source["organisation"], source["system"])


@lru_cache(maxsize=16_384)
def _sector(event_type: str, organisation: str, system: str) -> str:
    folder = schemas()[event_type][0].folder
    if folder != "shared":
        return folder
    by_prefix = {"urn": "education", "ods": "health"}
    return by_prefix.get(organisation.partition("-")[0]) or ("housing" if system == "homes" else "social_care")


def encode(event: Event) -> bytes:
    """The event in Avro single-object encoding."""
    packed = _mark(event) if event["event_type"] == "AttendanceMarked" else None
    if packed is not None:
        return packed
    schema = schema_of(event)
    out = bytearray(schema.header)
    schema.write(out, event)
    return bytes(out)


def wire(events: Iterable[Event]) -> Iterator[tuple[str, bytes, bytes]]:
    """(topic, key, value) of each event. The key is a hash of the subject's first identifier, or of what else it is about."""
    topics = {sector: f"icr.{sector}.v1" for sector in SECTORS}
    keyed = blake2b(key=_KEY, digest_size=12)
    for event in events:
        digest = keyed.copy()
        if "subject" in event:
            first = event["subject"]["identifiers"][0]
            digest.update(f"{first['scheme']}\0{first['value']}".encode())
        else:
            staff = event["worker"]["staff_id"] if "worker" in event else event.get("team", {}).get("code")
            what = event.get("feed") or event.get("rule") or staff
            digest.update(f"{event['source']['organisation']}\0{what}".encode())
        yield topics[sector_of(event)], digest.digest(), encode(event)


# ---- marks by hand


@lru_cache(maxsize=4096)
def _source(organisation: str, system: str) -> bytes:
    return packing.text(organisation) + packing.text(system) + b"\x00\x00"


@lru_cache(maxsize=4096)
def _codes(school: str, am: str | None, pm: str | None) -> bytes:
    sessions = (b"\x00" if code is None else b"\x02" + packing.text(code) for code in (am, pm))
    return packing.text(school) + b"".join(sessions)


@lru_cache(maxsize=1)
def _mark_header() -> bytes:
    return schemas()["AttendanceMarked"][-1].header


def _mark(event: Event) -> bytes | None:
    """The bytes of marks of the simulator's own shape: one UPN and nothing that such events leave out; else none."""
    source, subject, effective = event["source"], event["subject"], event["effective"]
    identifiers = subject["identifiers"]
    if (
        len(identifiers) != 1
        or identifiers[0]["scheme"] != "upn"
        or source["source_record_id"] is not None
        or source["source_version"] is not None
        or subject["person"] is not None
        or subject["nhs_number_status"] is not None
        or event["others"]
        or effective["to"] is not None
        or event["reference"] is not None
        or event["target"] is not None
        or event["basis"] != "public_task"
    ):
        return None
    moment = packing.micros(event["recorded_at"]) << 1
    if not 1 << 49 <= moment < 1 << 56:  # eight bytes: from 1978 to beyond any plan
        return None
    return b"".join(
        (
            _mark_header(),
            packing.text(event["event_id"]),
            _source(source["organisation"], source["system"]),
            _MODES[event["mode"]],
            # Seven groups of seven bits that say that more follows, then the last: each byte's top bit but the last's.
            bytes(
                (
                    moment & 127 | 128,
                    moment >> 7 & 127 | 128,
                    moment >> 14 & 127 | 128,
                    moment >> 21 & 127 | 128,
                    moment >> 28 & 127 | 128,
                    moment >> 35 & 127 | 128,
                    moment >> 42 & 127 | 128,
                    moment >> 49,
                )
            ),
            _ONE_UPN,
            packing.text(identifiers[0]["value"]),
            _BLANK,  # no more identifiers, no person, no tracing status, nobody else
            packing.day(effective["from"]),
            _BLANK,  # no end, reference or target; public task
            _codes(event["school"], event["am"], event["pm"]),
        )
    )
