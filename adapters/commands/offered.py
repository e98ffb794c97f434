"""The commands as the faces offer them: from the table of decisions and the event contract, which says each thing once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.dates import to_day
from domain.leads.commands import DECISIONS, Command
from schemas.registry import Schema, registry

# What the examples say; those of one child, in the order of the table, follow one another.
EXAMPLE_CHILD: Final = "nhs:9990920532"
EXAMPLE_DAY: Final = "2025-12-15"
_WORKER, _COLLEAGUE = "la-808:W2041", "la-808:W2077"
_BY_COLLEAGUE: Final = frozenset({"cover", "end-cover", "transfer", "decline"})
_SAID: Final = {
    "role": "lead_practitioner", "scope": "child", "service": "youth work", "provision": "additional",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a command: what it means, the codes that may stand there (none: any text), and whether it must be said."""

    name: str
    means: str
    codes: tuple[str, ...]
    needed: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A command: its name, its title, the event that it appends, its fields, and what an example of it says."""

    name: str
    title: str
    event_type: str
    fields: tuple[Field, ...]
    example: Mapping[str, str]


def offered() -> list[Offered]:
    """All commands, in the order of the table."""
    return [_offered(name) for name in DECISIONS]


def _offered(name: str) -> Offered:
    decision = DECISIONS[name]
    schema = registry().newest[decision.event_type]
    fields = tuple(_field(schema, one, needed=one in decision.needs) for one in (*decision.needs, *decision.may))
    worker = _COLLEAGUE if name in _BY_COLLEAGUE else _WORKER
    said = {field: _SAID[field] for field in decision.needs}
    return Offered(name, decision.title, decision.event_type, fields, {"worker": worker, **said, "on": EXAMPLE_DAY})


def _field(schema: Schema, name: str, *, needed: bool) -> Field:
    means = next(str(field["doc"]) for field in schema.document["fields"] if field["name"] == name)
    codes = next((tuple(rule.list.codes) for rule in schema.effect.codes if rule.field == name), ())
    return Field(name, means, codes, needed)


def command_of(worker: str, on: date, said: Mapping[str, str | None]) -> Command:
    """What someone asks: `worker` ORGANISATION:STAFF_ID, and the fields that the command has."""
    organisation, _, staff = worker.partition(":")
    who = {"organisation": organisation, "staff_id": staff, "name": None, "contact": None}
    return Command(who, to_day(on), **said)
