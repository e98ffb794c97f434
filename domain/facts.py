"""Facts: events with their corrections applied and without those that were retracted, the reference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.effects import Act
from domain.events import Event


@dataclass(frozen=True, slots=True)
class Fact:
    """An event with its corrections applied; `worker`, `start` and `end` may differ from what it first said."""

    event: Event
    start: int
    end: int | None
    worker: Any
    amended_by: tuple[int, ...] = ()


def live_facts(events: Iterable[Event]) -> list[Fact]:
    """Events that stand: without the retracted ones, with the last word of their corrections, field by field."""
    history = list(events)
    retracts = Amendments(event for event in history if event.act is Act.RETRACT)
    corrects = Amendments(event for event in history if event.act is Act.CORRECT and not retracts.of(event))
    facts = []
    for event in history:
        if event.act in (Act.RETRACT, Act.CORRECT) or retracts.of(event):
            continue
        facts.append(_corrected(event, sorted(corrects.of(event), key=lambda c: c.order)))
    return facts


class Amendments:
    """Some amendments, found by what they name: asked of each event of a history, so that it must not go through them all."""

    def __init__(self, amendments: Iterable[Event]) -> None:
        self._named: dict[bytes, list[Event]] = {}
        for one in amendments:
            target = one.target_source if one.target_key is None else one.target_key
            if target is not None:
                self._named.setdefault(target, []).append(one)

    def of(self, event: Event) -> list[Event]:
        """Those that are about an event."""
        if not self._named:
            return []
        near = [*self._named.get(event.key, ()), *self._named.get(event.source_key or b"", ())]
        return [one for one in near if one is not event and names(one, event)]


def names(amendment: Event, event: Event) -> bool:
    """Whether an amendment is about an event of its record: by its id, or by its source record for what was recorded by then."""
    if amendment.target_key is not None:
        return amendment.target_key == event.key
    if amendment.target_source is None or event.act in (Act.MARK, Act.RETRACT) or amendment.record != event.record:
        return False
    return amendment.target_source == event.source_key and event.recorded_at <= amendment.recorded_at


def _corrected(event: Event, corrections: Sequence[Event]) -> Fact:
    if "effective" not in event.body:
        return Fact(event, 0, None, None)
    start, end, worker = event.effective_from, event.effective_to, event.body.get("worker")
    for correction in corrections:
        changes = correction.body["changes"]
        start = changes["effective_from"] if changes["effective_from"] is not None else start
        end = None if changes["reopen"] else (changes["effective_to"] if changes["effective_to"] is not None else end)
        worker = changes["worker"] or worker
    return Fact(event, start, end, worker, tuple(c.position for c in corrections))
