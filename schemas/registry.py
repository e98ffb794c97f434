"""The registry: every released schema by its fingerprint, each with its row of the effects table (design D6).

A schema's identity is the CRC-64-AVRO of its parsing canonical form, as eight little-endian bytes, which is how Avro's
single-object encoding carries it (Avro 1.12 specification, "Schema fingerprints" and "Single object encoding").
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, Final

from domain.codes import CodeList
from domain.dates import EARLIEST, FOREVER, to_day
from domain.effects import Effect, parse_effect

SHARED: Final = "shared"
# Types that this service alone writes: no topic has them, and no agency may send one.
WRITTEN_HERE: Final = "access"
EFFECTS: Final = "effects.toml"
CODES: Final = "codes.toml"
TEXTS: Final = "texts.toml"
RELEASED: Final = "released.json"

_FILE = re.compile(r"(?P<stem>[a-z][a-z0-9_]*)\.v(?P<version>[1-9][0-9]*)\.avsc")


class ContractBroken(Exception):
    """The folder of schemas contradicts itself: a fault of ours, found at start and by `icr schemas check`."""


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One version of an event type.

    `fingerprint` is the eight bytes that stand on the wire after `C3 01`, `document` the schema file as JSON, `file`
    its path below `schemas/`, `effect` how the event type acts on the timeline.
    A schema equals only itself: the registry has one of each.
    """

    event_type: str
    sector: str
    version: int
    fingerprint: bytes
    document: dict[str, Any] = field(repr=False)
    effect: Effect
    file: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """All schemas, immutable. `digest` is the SHA-256 of all schema files and of the three tables, in hexadecimal."""

    by_fingerprint: Mapping[bytes, Schema]
    newest: Mapping[str, Schema]
    types: tuple[str, ...]
    digest: str

    @property
    def published(self) -> tuple[str, ...]:
        """The event types that agencies publish: all but those that this service alone writes."""
        return tuple(name for name in self.types if self.newest[name].sector != WRITTEN_HERE)

    def versions(self, event_type: str) -> tuple[Schema, ...]:
        """Every version of an event type, oldest first; empty for an unknown type."""
        found = (schema for schema in self.by_fingerprint.values() if schema.event_type == event_type)
        return tuple(sorted(found, key=lambda schema: schema.version))

    def find(self, event_type: str, version: int | None = None) -> Schema | None:
        """One version of an event type, the newest where none is asked for; None where there is no such."""
        if version is None:
            return self.newest.get(event_type)
        return next((schema for schema in self.versions(event_type) if schema.version == version), None)


def fingerprint_of(document: Mapping[str, Any]) -> bytes:
    """CRC-64-AVRO of a schema's parsing canonical form, as the eight bytes on the wire.

    By fastavro, whose text is already in wire order; Apache avro 1.12.2 leaves `{"type": "string"}` in the canonical
    form of any schema with a logical type and so gives another number.
    Raises ContractBroken for what is no Avro schema.
    """
    # Imported here: at a start the fingerprints are those in `released.json`.
    from fastavro.schema import SchemaParseException, UnknownType, to_parsing_canonical_form

    try:
        return _crc(to_parsing_canonical_form(dict(document)))
    except (SchemaParseException, UnknownType) as error:
        raise ContractBroken(f"is no Avro schema: {error}") from error


@lru_cache(maxsize=1024)  # byte by byte in Python; the gate asks for the same forms again
def _crc(canonical: str) -> bytes:
    from fastavro.schema import fingerprint

    return bytes.fromhex(fingerprint(canonical, "CRC-64-AVRO"))


def type_name(stem: str) -> str:
    """Event type of a file's stem: `pupil_admitted` gives `PupilAdmitted`."""
    return "".join(word.capitalize() for word in stem.split("_"))


def schema_files(root: Traversable) -> Iterator[tuple[str, bytes]]:
    """Path below `root` (with `/`) and bytes of every schema file, sorted by path."""
    found = [
        (f"{folder.name}/{entry.name}", entry)
        for folder in root.iterdir()
        if folder.is_dir()
        for entry in folder.iterdir()
        if entry.name.endswith(".avsc")
    ]
    for path, entry in sorted(found, key=lambda item: item[0]):
        yield path, entry.read_bytes()


def read_codes(data: bytes) -> dict[str, CodeList]:
    """The code lists by name; raises ValueError for a dated code that is not on its list."""
    found = {}
    for name, row in tomllib.loads(data.decode()).items():
        days = dict.fromkeys(row["codes"], (EARLIEST, FOREVER))
        for code, bounds in row.get("dated", {}).items():
            if code not in days:
                raise ValueError(f"{name}: {code} is dated and not on the list")
            first, last = bounds.get("from"), bounds.get("to")
            days[code] = (to_day(first) if first else EARLIEST, to_day(last) if last else FOREVER)
        found[name] = CodeList(name, row["doc"], MappingProxyType(days))
    return found


def read_effects(data: bytes, lists: Mapping[str, CodeList]) -> dict[str, Effect]:
    """The effects table, by event type; raises ValueError where a row lacks a class, KeyError for an unknown act."""
    return {
        event_type: parse_effect(event_type, row, lists) for event_type, row in tomllib.loads(data.decode()).items()
    }


def read_schema(path: str, data: bytes, effects: Mapping[str, Effect], fingerprint: bytes | None = None) -> Schema:
    """One schema file; raises ContractBroken when its name, place and content disagree or it has no effects row.

    `fingerprint` where it is known; without it, it is worked out.
    """
    sector, _, name = path.partition("/")
    match = _FILE.fullmatch(name)
    if match is None:
        raise ContractBroken(f"{path}: the name is not of the form pupil_admitted.v1.avsc")
    document = json.loads(data)
    event_type = type_name(match["stem"])
    if document.get("type") != "record" or document.get("name") != event_type:
        raise ContractBroken(f"{path}: does not hold a record named {event_type}")
    if document.get("namespace") != f"icr.{sector}":
        raise ContractBroken(f"{path}: its namespace is not icr.{sector}")
    effect = effects.get(event_type)
    if effect is None:
        raise ContractBroken(f"{path}: {event_type} has no row in {EFFECTS}; no class, not recorded")
    fingerprint = fingerprint or fingerprint_of(document)
    return Schema(event_type, sector, int(match["version"]), fingerprint, document, effect, path)


class _Released:
    """The fingerprints that `released.json` holds, each of the bytes of one file; the gate of CI works them out anew.

    To work out all of them takes a tenth of a second, which every command would pay at its start.
    """

    def __init__(self, root: Traversable) -> None:
        try:
            self._of: dict[str, dict[str, str]] = json.loads((root / RELEASED).read_bytes())
        except (OSError, ValueError):
            self._of = {}  # the gate says so

    def fingerprint(self, path: str, data: bytes) -> bytes | None:
        """The fingerprint of a schema file; None where it is not released, or is not as it was released."""
        held = self._of.get(path, {})
        if held.get("sha256") != hashlib.sha256(data).hexdigest():
            return None
        return bytes.fromhex(held["fingerprint"])


def load(root: Traversable) -> Registry:
    """The registry of a folder of schemas; raises ContractBroken on a schema without effects row and the reverse."""
    digest, released = hashlib.sha256(), _Released(root)
    table, lists = (root / EFFECTS).read_bytes(), (root / CODES).read_bytes()
    effects = read_effects(table, read_codes(lists))
    found: dict[bytes, Schema] = {}
    newest: dict[str, Schema] = {}
    tables = ((EFFECTS, table), (CODES, lists), (TEXTS, (root / TEXTS).read_bytes()))
    for path, data in (*schema_files(root), *tables):
        digest.update(f"{path}\0{len(data)}\0".encode())
        digest.update(data)
        if path in (EFFECTS, CODES, TEXTS):
            continue
        schema = read_schema(path, data, effects, released.fingerprint(path, data))
        if other := found.get(schema.fingerprint):
            raise ContractBroken(f"{path}: same canonical form as {other.file}, so readers could not tell them apart")
        found[schema.fingerprint] = schema
        last = newest.get(schema.event_type)
        if last is not None and last.sector != schema.sector:
            raise ContractBroken(f"{path}: {schema.event_type} is also in {last.file}")
        if last is None or schema.version > last.version:
            newest[schema.event_type] = schema
    if unused := sorted(set(effects) - set(newest)):
        raise ContractBroken(f"{EFFECTS}: rows without a schema: {', '.join(unused)}")
    types = tuple(sorted(newest))
    return Registry(MappingProxyType(found), MappingProxyType(newest), types, digest.hexdigest())


@lru_cache(maxsize=1)
def registry() -> Registry:
    """The registry of the schemas this program was shipped with."""
    return load(files("schemas"))
