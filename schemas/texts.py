"""Which class each text field of the contract has: `schemas/texts.toml`, resolved for every field of every event type."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from domain.effects import Act
from domain.texts import CHECKED_ELSEWHERE, FORMS, TextClass, TextField
from schemas.registry import TEXTS, ContractBroken, Schema
from schemas.shape import Field, Kind, Many, Maybe, Record, Scalar, shape

# Without these an event is another or cannot be found again, though they may be absent: what pairs and what is amended.
_OF_THE_FACT: Final = frozenset({"source", "reference", "target", "changes", "family"})


@dataclass(frozen=True, slots=True)
class TextTable:
    """The table: classes by name, and the class names of fields by record, of events, and by event type."""

    classes: Mapping[str, TextClass]
    records: Mapping[str, Mapping[str, str]]
    event: Mapping[str, str]
    types: Mapping[str, Mapping[str, str]]

    def class_of(self, event_type: str, record: str, name: str) -> TextClass | None:
        """The class of a field; `record` is the record's name without namespace, empty for the event's own fields."""
        own = (self.types.get(event_type, {}), self.event)
        for fields in (self.records.get(record, {}),) if record else own:
            if name in fields:
                return self.classes[fields[name]]
        return None


def read_texts(data: bytes) -> TextTable:
    """The table as read; raises ContractBroken for a form or a class that there is not."""
    document = tomllib.loads(data.decode())
    classes = {}
    for name, row in document["class"].items():
        if row["form"] not in FORMS:
            raise ContractBroken(f"{TEXTS}: {name}: there is no form {row['form']}")
        classes[name] = TextClass(name, row["doc"], row["longest"], row["form"], row["clear"])
    table = TextTable(classes, document["record"], document["event"], document.get("type", {}))
    for fields in (*table.records.values(), table.event, *table.types.values()):
        if unknown := sorted(set(fields.values()) - set(classes)):
            raise ContractBroken(f"{TEXTS}: there is no class {unknown[0]}")
    return table


def load_texts(root: Traversable) -> TextTable:
    """The table of a folder of schemas."""
    return read_texts((root / TEXTS).read_bytes())


@lru_cache(maxsize=1)
def texts() -> TextTable:
    """The table this program was shipped with."""
    return load_texts(files("schemas"))


def core(entry: Field) -> tuple[Any, bool, bool]:
    """What a field holds beneath unions and arrays, whether in an array, and whether it may be absent."""
    part, many, spare = entry.shape, False, isinstance(entry.shape, Maybe)
    while isinstance(part, Maybe | Many):
        many = many or isinstance(part, Many)
        part = part.items if isinstance(part, Many) else part.inner
    return part, many, spare


def is_text(part: object) -> bool:
    """Whether a shape without parts is a text."""
    return isinstance(part, Scalar) and part.kind is Kind.TEXT


def fields_of(schema: Schema, table: TextTable, record: Record) -> tuple[TextField, ...]:
    """The fields with texts of an event's record; raises ContractBroken for one without a class."""
    effect = schema.effect
    named = {effect.service_field, effect.provider_field} | {rule.field for rule in effect.codes if rule.of_the_fact}
    listed = {rule.field for rule in effect.codes if not rule.of_the_fact}
    # Without its part a report would speak of the whole organisation, and a snapshot of a school end what all others have.
    part_of = "scope" if effect.act is Act.FEED else None

    def below(part: Record, top: bool) -> Iterator[TextField]:
        for entry in part.fields:
            inner, many, spare = core(entry)
            of_the_fact = top and (entry.name in _OF_THE_FACT or entry.name in named or entry.name == part_of)
            spare = spare or (top and entry.name in listed)
            if isinstance(inner, Record):
                inside = tuple(below(inner, top=False))
                if inside:
                    yield TextField(entry.name, None, inside, many, spare, of_the_fact)
            elif is_text(inner):
                kind = table.class_of(schema.event_type, "" if top else part.title, entry.name)
                if kind is None:
                    raise ContractBroken(f"{schema.file}: {entry.name} has no class in {TEXTS}; no class, not recorded")
                if kind.form not in CHECKED_ELSEWHERE:
                    yield TextField(entry.name, kind, (), many, spare, of_the_fact)

    return tuple(below(record, top=True))


@lru_cache(maxsize=1024)
def text_fields(schema: Schema) -> tuple[TextField, ...]:
    """The fields with texts of a registered schema."""
    return fields_of(schema, texts(), shape(schema))
