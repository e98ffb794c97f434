"""The shape of a schema: the part of Avro that the contract uses, as small values that code can be made from.

Records, arrays, enums, unions of null with one other type, text, boolean, int, long, civil dates (`date`) and instants
(`timestamp-micros`). Anything else is refused when a schema is read, so no reader ever meets it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from schemas.registry import ContractBroken, Schema


class Kind(Enum):
    """A scalar of the contract. Ints and longs are signed, of 32 and 64 bits; dates are days, instants microseconds."""

    TEXT = "string"
    BOOLEAN = "boolean"
    INT = "int"
    LONG = "long"
    DATE = "date"
    INSTANT = "timestamp-micros"


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value without parts."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Choice:
    """An enum: its symbols in wire order, and the one that a reader falls back to."""

    name: str
    symbols: tuple[str, ...]
    default: str | None


@dataclass(frozen=True, slots=True)
class Many:
    """An array."""

    items: "Shape"


@dataclass(frozen=True, slots=True)
class Maybe:
    """A union of null with one other type; `null_index` is the position of null in it."""

    inner: "Shape"
    null_index: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record; `default` counts only where `optional` is true."""

    name: str
    shape: "Shape"
    doc: str
    optional: bool
    default: Any = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A record: full name, fields in wire order."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    @property
    def title(self) -> str:
        """Its name without namespace."""
        return self.name.rpartition(".")[2]

    def get(self, name: str) -> Field | None:
        """The field of that name, None where there is none."""
        return next((entry for entry in self.fields if entry.name == name), None)


Shape = Scalar | Choice | Many | Maybe | Record

_SCALARS: Final = {"string": Kind.TEXT, "boolean": Kind.BOOLEAN, "int": Kind.INT, "long": Kind.LONG}
_LOGICAL: Final = {("int", "date"): Kind.DATE, ("long", "timestamp-micros"): Kind.INSTANT}


class _Reader:
    """Reads one schema document; names are as in the Avro specification, with the namespace inherited."""

    def __init__(self) -> None:
        self.named: dict[str, Shape] = {}
        self.open: set[str] = set()

    def shape(self, node: object, space: str) -> Shape:
        if isinstance(node, str):
            if kind := _SCALARS.get(node):
                return Scalar(kind)
            full = node if "." in node else f"{space}.{node}"
            if full in self.open:
                raise ContractBroken(f"{full} contains itself")
            if full in self.named:
                return self.named[full]
            raise ContractBroken(f"type {node} is not used in the contract")
        if isinstance(node, list):
            if len(node) != 2 or node.count("null") != 1:
                raise ContractBroken("a union is null and one other type")
            null = node.index("null")
            return Maybe(self.shape(node[1 - null], space), null)
        if not isinstance(node, Mapping):
            raise ContractBroken("a type is a name, a union or an object")
        return self._object(node, space)

    def _object(self, node: Mapping[str, Any], space: str) -> Shape:
        kind = node.get("type")
        if kind == "array":
            return Many(self.shape(node["items"], space))
        if kind in ("record", "enum"):
            space = node.get("namespace", space)
            full = f"{space}.{node['name']}"
            if kind == "enum":
                self.named[full] = Choice(full, tuple(node["symbols"]), node.get("default"))
                return self.named[full]
            self.open.add(full)
            fields = tuple(self._field(entry, space) for entry in node["fields"])
            self.open.discard(full)
            self.named[full] = Record(full, node.get("doc", ""), fields)
            return self.named[full]
        if "logicalType" in node:
            logical = _LOGICAL.get((str(kind), node["logicalType"]))
            if logical is None:
                raise ContractBroken(f"logical type {node['logicalType']} is not used in the contract")
            return Scalar(logical)
        return self.shape(kind, space)

    def _field(self, entry: Mapping[str, Any], space: str) -> Field:
        shape = self.shape(entry["type"], space)
        return Field(entry["name"], shape, entry.get("doc", ""), "default" in entry, entry.get("default"))


def shape_of(document: Mapping[str, Any]) -> Record:
    """The shape of a schema document; raises ContractBroken where it uses what the contract does not."""
    shape = _Reader().shape(document, "")
    if not isinstance(shape, Record):
        raise ContractBroken("a schema is a record")
    return shape


@lru_cache(maxsize=1024)
def shape(schema: Schema) -> Record:
    """The shape of a registered schema."""
    return shape_of(schema.document)


def walk(record: Record, path: str = "") -> Iterator[tuple[str, Field]]:
    """Every field below a record with its dotted path; `[]` stands for the entries of an array."""
    for entry in record.fields:
        here = f"{path}.{entry.name}" if path else entry.name
        yield here, entry
        inner, below = entry.shape, here
        while isinstance(inner, Maybe | Many):
            if isinstance(inner, Many):
                below += "[]"
                inner = inner.items
            else:
                inner = inner.inner
        if isinstance(inner, Record):
            yield from walk(inner, below)


def describe(part: Shape) -> str:
    """A type in a few words, as a person reads it."""
    if isinstance(part, Maybe):
        return f"{describe(part.inner)} or null"
    if isinstance(part, Many):
        return f"list of {describe(part.items)}"
    if isinstance(part, Choice):
        return "code"
    if isinstance(part, Record):
        return part.title
    return {Kind.TEXT: "text", Kind.INSTANT: "instant"}.get(part.kind, part.kind.value)
