"""The compatibility gate: what may never happen to a contract that agencies already publish under (design D6).

FULL_TRANSITIVE: every version of an event type can read, and be read by, every other one, by Apache avro's rules; and
what was released is never edited, which `released.json` shows by each file's fingerprint and SHA-256. Besides that,
the house rules: one envelope, documented fields, enums with a default, no renames, a row of the effects table.
"""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import parse as parse_avro

from domain.codes import CodeList
from domain.effects import DISCLOSURE_CLASSES, RETENTION_CLASSES, Act, Effect
from schemas.registry import (
    CODES,
    EFFECTS,
    RELEASED,
    TEXTS,
    ContractBroken,
    Schema,
    fingerprint_of,
    load,
    read_codes,
    read_effects,
    read_schema,
    schema_files,
)
from schemas.shape import Choice, Kind, Many, Maybe, Record, Scalar, Shape, shape_of, walk
from schemas.texts import core, fields_of, load_texts

PUBLISHED: Final = ("event_id", "source", "mode", "recorded_at")
ABOUT_A_CHILD: Final = ("subject", "others", "effective", "reference", "target", "basis")
# Events about no child have less of it.
ABOUT: Final[dict[Act, tuple[str, ...]]] = {Act.FEED: (), Act.REFERENCE: ("effective",)}
MARKS: Final = ("am", "pm")
_CLASSES: Final = {"disclosure": DISCLOSURE_CLASSES, "retention": RETENTION_CLASSES}


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: the file, the rule's id, and what is wrong in plain words."""

    file: str
    rule: str
    message: str


# What of an effects row names a field of the record.
_NAMES_A_FIELD: Final = ("provider_field", "service_field", "reason_field", "onward_field", "due_field", "former_field")


def findings(root: Traversable | None = None) -> list[Finding]:
    """Every breach in a folder of schemas, by default the one this program was shipped with."""
    root = root or files("schemas")
    found: list[Finding] = []
    try:
        lists = read_codes((root / CODES).read_bytes())
        effects = read_effects((root / EFFECTS).read_bytes(), lists)
    except (OSError, ValueError, KeyError) as error:
        return [Finding(EFFECTS, "effects", f"cannot be read: {type(error).__name__} {error}")]
    schemas: list[tuple[Schema, Record]] = []
    for path, data in schema_files(root):
        try:
            document = _plain_json(data)
            schema = read_schema(path, data, effects)
            record = shape_of(document)
        except (ContractBroken, ValueError, KeyError, TypeError) as error:
            found.append(Finding(path, "form", str(error)))
            continue
        schemas.append((schema, record))
        found += [Finding(path, rule, message) for rule, message in _one(schema, record)]
    if not found:
        try:
            load(root)
        except ContractBroken as error:
            found.append(Finding(EFFECTS, "registry", str(error)))
    found += _tables(schemas, lists)
    found += _texts(root, schemas)
    found += _versions(schemas)
    found += _envelopes(schemas)
    found += _released(root)
    return found


def count(root: Traversable) -> int:
    """How many schema files a folder has."""
    return sum(1 for _ in schema_files(root))


def _tables(schemas: Sequence[tuple[Schema, Record]], lists: Mapping[str, CodeList]) -> Iterator[Finding]:
    """Breaches between the two tables and the schemas' fields."""
    retention: dict[str, str] = {}
    used: set[str] = set()
    fields: dict[str, set[str]] = {}
    for schema, record in schemas:
        fields.setdefault(schema.event_type, set()).update(entry.name for entry in record.fields)
    for schema, _ in schemas:
        effect = schema.effect
        for rule in effect.codes:
            if rule.field not in fields[schema.event_type]:
                yield Finding(EFFECTS, "codes", f"{schema.event_type}: no version has the field {rule.field}")
        for rule_id, known in _CLASSES.items():
            if (said := getattr(effect, rule_id)) not in known:
                yield Finding(EFFECTS, rule_id, f"{schema.event_type}: {said} is none of {', '.join(sorted(known))}")
        # Contacts are sealed under the class of an entry's kind.
        if retention.setdefault(effect.kind, effect.retention) != effect.retention:
            yield Finding(EFFECTS, "retention", f"{schema.event_type}: kind {effect.kind} has two retention classes")
        used |= {rule.list.name for rule in effect.codes}
    for name in sorted(set(lists) - used):
        yield Finding(CODES, "unused", f"no field has the list {name}")


def _texts(root: Traversable, schemas: Sequence[tuple[Schema, Record]]) -> Iterator[Finding]:
    """Text fields without a class, and rows of the table of texts that no schema has."""
    try:
        table = load_texts(root)
    except (OSError, ValueError, KeyError, ContractBroken) as error:
        yield Finding(TEXTS, "texts", f"cannot be read: {type(error).__name__} {error}")
        return
    named: set[tuple[str, str]] = set()
    for schema, record in schemas:
        try:
            fields_of(schema, table, record)
        except ContractBroken as error:
            yield Finding(schema.file, "texts", str(error))
        named |= {("", entry.name) for entry in record.fields}
        named |= {(title, name) for title, name in _named(record)}
    rows = {(title, name) for title, fields in {**table.records, "": table.event}.items() for name in fields}
    for title, name in sorted(rows - named):
        yield Finding(TEXTS, "texts", f"no schema has the field {title}.{name}".replace(" .", " "))


def _named(record: Record) -> Iterator[tuple[str, str]]:
    """Records below a record, by their name, with their fields."""
    for entry in record.fields:
        inner, _, _ = core(entry)
        if isinstance(inner, Record):
            yield from ((inner.title, below.name) for below in inner.fields)
            yield from _named(inner)


def _plain_json(data: bytes) -> dict[str, Any]:
    def pairs(entries: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(entries)) < len(entries):
            raise ContractBroken("a key appears twice in an object")
        return dict(entries)

    document = json.loads(data, object_pairs_hook=pairs)
    if not isinstance(document, dict):
        raise ContractBroken("does not hold a JSON object")
    return document


def _one(schema: Schema, record: Record) -> Iterator[tuple[str, str]]:
    """Breaches of the house rules within one file."""
    yield from _documented(schema.document, record.name)
    yield from _envelope(schema.effect, record)
    for path, entry in walk(record):
        if entry.optional and not _fits(entry.shape, entry.default):
            yield "default", f"{path}: its default is not a value of its type"
        if isinstance(entry.shape, Maybe) and (
            entry.shape.null_index or not entry.optional or entry.default is not None
        ):
            yield "default", f"{path}: a union has null first and null as its default"


def _documented(node: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for entry in node:
            yield from _documented(entry, path)
    if not isinstance(node, dict):
        return
    if node.get("aliases"):
        yield "alias", f"{path}: fields and types are never renamed"
    kind = node.get("type")
    if kind in ("record", "enum") and not node.get("doc"):
        yield "doc", f"{path}: the {kind} {node.get('name')} has no doc"
    if kind == "enum" and node.get("default") not in node["symbols"]:
        yield "enum", f"{path}: the enum {node['name']} has no default among its symbols"
    for entry in node.get("fields", ()):
        here = f"{path}.{entry['name']}"
        if not entry.get("doc"):
            yield "doc", f"{here}: the field has no doc"
        if entry.get("aliases"):
            yield "alias", f"{here}: fields and types are never renamed"
        yield from _documented(entry["type"], here)
    if kind == "array":
        yield from _documented(node["items"], path)


def _envelope(effect: Effect, record: Record) -> Iterator[tuple[str, str]]:
    names = tuple(entry.name for entry in record.fields)
    wanted = (*PUBLISHED, *ABOUT.get(effect.act, ABOUT_A_CHILD))
    if names[: len(wanted)] != wanted:
        yield "envelope", f"the first fields are not {', '.join(wanted)}"
    if effect.act is Act.MARK and names[-len(MARKS) :] != MARKS:
        yield "marks", f"the last fields are not {' and '.join(MARKS)}, which are reduced when decoded"


def _fits(part: Shape, value: object) -> bool:
    """Whether a JSON value is one of the shape's."""
    if isinstance(part, Maybe):
        return value is None or _fits(part.inner, value)
    if isinstance(part, Many):
        return isinstance(value, list) and all(_fits(part.items, entry) for entry in value)
    if isinstance(part, Choice):
        return value in part.symbols
    if isinstance(part, Record):
        if not isinstance(value, dict) or not value.keys() <= {entry.name for entry in part.fields}:
            return False
        return all(
            _fits(entry.shape, value[entry.name]) if entry.name in value else entry.optional for entry in part.fields
        )
    if part.kind is Kind.TEXT:
        return isinstance(value, str)
    if part.kind is Kind.BOOLEAN:
        return isinstance(value, bool)
    return isinstance(value, int) and not isinstance(value, bool)


def _versions(schemas: Sequence[tuple[Schema, Record]]) -> Iterator[Finding]:
    """Breaches between the versions of a type."""
    by_type: dict[str, list[tuple[Schema, Record]]] = {}
    for schema, record in schemas:
        by_type.setdefault(schema.event_type, []).append((schema, record))
    for versions in by_type.values():
        versions.sort(key=lambda pair: pair[0].version)
        newest, record = versions[-1]
        if [schema.version for schema, _ in versions] != list(range(1, len(versions) + 1)):
            yield Finding(newest.file, "versions", "the versions of a type are 1, 2, 3 … without a gap")
        for column in (getattr(newest.effect, name) for name in _NAMES_A_FIELD):
            if column is not None and record.get(column) is None:
                yield Finding(
                    newest.file, "effects", f"the effects table names {column}, which the record does not have"
                )
        for (one, one_record), (other, other_record) in itertools.permutations(versions, 2):
            for message in incompatibilities(reader=one.document, writer=other.document):
                yield Finding(one.file, "compatibility", f"cannot read what {other.file} wrote: {message}")
            before, after = _kinds(one_record), _kinds(other_record)
            for path in sorted(before.keys() & after.keys()) if one.version < other.version else ():
                if before[path] is not after[path]:
                    yield Finding(other.file, "compatibility", f"{path} is another kind of value than in {one.file}")


def incompatibilities(reader: Mapping[str, Any], writer: Mapping[str, Any]) -> list[str]:
    """Why a reader's schema cannot read what was written by another, in Apache avro's words; empty when it can."""
    return list(_by_avro(json.dumps(reader), json.dumps(writer)))


@lru_cache(maxsize=1024)
def _by_avro(reader: str, writer: str) -> tuple[str, ...]:
    """The same of two texts, which say all there is to say."""
    try:
        pair = parse_avro(reader), parse_avro(writer)
    except AvroException as error:
        return (f"is no Avro schema: {error}",)
    result = ReaderWriterCompatibilityChecker().get_compatibility(*pair)  # type: ignore[no-untyped-call]
    if result.compatibility is SchemaCompatibilityType.compatible:
        return ()
    return tuple(sorted(result.messages))


def _kinds(record: Record) -> dict[str, Kind]:
    """The kinds of scalars by path; Avro's own rules take a date for any other int."""
    kinds = {}
    for path, entry in walk(record):
        part = entry.shape
        while isinstance(part, Maybe | Many):
            part = part.inner if isinstance(part, Maybe) else part.items
        if isinstance(part, Scalar):
            kinds[path] = part.kind
    return kinds


def _envelopes(schemas: Sequence[tuple[Schema, Record]]) -> Iterator[Finding]:
    """The envelope is one: its fields have the same shape in the newest version of every type."""
    newest: dict[str, tuple[Schema, Record]] = {}
    for schema, record in sorted(schemas, key=lambda pair: pair[0].version):
        newest[schema.event_type] = schema, record
    first: dict[str, tuple[str, Shape]] = {}
    for schema, record in newest.values():
        for name in PUBLISHED + ABOUT_A_CHILD:
            entry = record.get(name)
            if entry is None:
                continue
            file, part = first.setdefault(name, (schema.file, entry.shape))
            if part != entry.shape:
                yield Finding(schema.file, "envelope", f"{name} is another than in {file}")


def _stamps(root: Traversable) -> dict[str, dict[str, str]]:
    """What `released.json` holds of each schema file there is; no fingerprint where the file is no schema."""
    stamps = {}
    for path, data in schema_files(root):
        try:
            fingerprint = fingerprint_of(_plain_json(data)).hex()
        except (ContractBroken, ValueError, KeyError, TypeError):
            fingerprint = ""
        stamps[path] = {"fingerprint": fingerprint, "sha256": hashlib.sha256(data).hexdigest()}
    return stamps


def _released(root: Traversable) -> Iterator[Finding]:
    """Differences between the schema files and what was released."""
    try:
        released = json.loads((root / RELEASED).read_bytes())
    except (OSError, ValueError):
        yield Finding(RELEASED, "released", "cannot be read")
        return
    stamps = _stamps(root)
    for path in sorted(released.keys() | stamps.keys()):
        was, now = released.get(path), stamps.get(path)
        if now is None:
            yield Finding(path, "released", "was released and is gone; what was published under it could not be read")
        elif was is None:
            yield Finding(path, "released", "is not released yet: `icr schemas check --release` records it")
        elif was.get("fingerprint") != now["fingerprint"]:
            yield Finding(path, "released", "was released and is another schema now; make a new version instead")
        elif was != now:
            yield Finding(path, "released", "was released and its text has changed; make a new version instead")


def release(root: Path) -> list[str]:
    """Records the schema files that are not released yet and gives their paths; what is recorded stays as it is.

    Raises ContractBroken, with nothing written, while there is any other finding.
    """
    target = root / RELEASED
    released: dict[str, dict[str, str]] = json.loads(target.read_bytes()) if target.exists() else {}
    stamps = _stamps(root)
    added = sorted(stamps.keys() - released.keys())
    others = [entry for entry in findings(root) if entry.rule != "released" or entry.file in released]
    if others:
        raise ContractBroken(f"{others[0].file}: {others[0].message}")
    for path in added:
        released[path] = stamps[path]
    if added:
        text = json.dumps(dict(sorted(released.items())), indent=1) + "\n"
        target.write_text(text, encoding="utf-8")
    return added
