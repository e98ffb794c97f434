"""Each event type of the contract, alone and in its pair, by the reference: what its row of the effects table makes of it."""

from typing import Any

import pytest

from domain.effects import Act
from domain.events import Event
from domain.kinds import NO_INVOLVEMENT, SHOWN_OF_A_SHIELDED_CHILD
from domain.timeline.pairing import entries
from schemas.compatibility import ABOUT_A_CHILD, PUBLISHED
from schemas.registry import Schema, registry
from schemas.shape import Kind, Maybe, Record, Scalar, shape
from tests.spec.reference import Reference
from tests.spec.words import Happened, happened

PLACED = "2025-09-01"
LATER = "2025-10-01"


def required(schema: Schema) -> dict[str, Any]:
    """The fields without which an event of this type cannot be written."""
    lists = {rule.field: next(iter(rule.list.codes)) for rule in schema.effect.codes}
    said: dict[str, Any] = {}
    for entry in shape(schema).fields:
        if entry.name in (*PUBLISHED, *ABOUT_A_CHILD) or isinstance(entry.shape, Maybe):
            continue
        said[entry.name] = lists.get(entry.name, "one") if entry.shape == Scalar(Kind.TEXT) else None
        if isinstance(entry.shape, Record):
            said[entry.name] = "W1"
    return said


def of_act(*acts: Act) -> list[Schema]:
    """The newest schemas of the types that do this, except where their fields are a tale of their own."""
    return [
        s for s in registry().newest.values() if s.effect.act in acts and s.effect.kind not in ("relationship", "lead")
    ]


def events_of(*told: Happened) -> list[Event]:
    """The events, as the reference has them."""
    reference = Reference()
    reference.take(list(enumerate(told, 1)))
    return reference._events


@pytest.mark.parametrize("schema", of_act(Act.START), ids=lambda s: s.event_type)
def test_a_start_opens_and_the_end_of_its_kind_closes(schema: Schema) -> None:
    begun = happened(schema.event_type, "A", on=PLACED, by="la-808", **required(schema))
    [opened] = entries(events_of(begun))
    assert (opened.status_at(opened.start or 0), opened.end) == (("open", None), None)
    for end in of_act(Act.END):
        if end.effect.kind == schema.effect.kind:
            over = happened(end.event_type, "A", on=LATER, by="la-808", **required(end))
            [closed] = entries(events_of(begun, over))
            assert closed.status_at(closed.end or 0) == ("ended", None)
            assert len(closed.positions) == 2


def test_the_tables_of_kinds_name_kinds_of_the_contract() -> None:
    assert {s.effect.kind for s in registry().newest.values()} >= NO_INVOLVEMENT | SHOWN_OF_A_SHIELDED_CHILD


def test_every_end_has_a_start() -> None:
    starts = {s.effect.kind for s in of_act(Act.START)}
    assert {s.effect.kind for s in of_act(Act.END, Act.CONFIRM)} <= starts


@pytest.mark.parametrize("schema", of_act(Act.MOMENT), ids=lambda s: s.event_type)
def test_a_moment_stays_one(schema: Schema) -> None:
    [entry] = entries(events_of(happened(schema.event_type, "A", on=PLACED, by="la-808", **required(schema))))
    assert entry.status_at((entry.start or 0) + 10_000) == ("moment", None)


@pytest.mark.parametrize("schema", of_act(Act.START, Act.END, Act.CONFIRM, Act.MOMENT), ids=lambda s: s.event_type)
def test_a_kind_has_one_provision_and_one_class(schema: Schema) -> None:
    same = [s for s in registry().newest.values() if s.effect.kind == schema.effect.kind]
    assert len({(s.effect.provision, s.effect.disclosure, s.effect.key) for s in same}) == 1
