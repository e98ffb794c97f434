"""Which attendance mark stands of each session, the reference (contract 2; docs/decisions/0003)."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.attendance import reduce_mark
from domain.dates import school_year_of
from domain.effects import Act
from domain.events import Event, RecordId
from domain.facts import live_facts


@dataclass(frozen=True, slots=True)
class Mark:
    """The standing mark of one session: `slot` 0 morning, 1 afternoon; `category` of `domain.attendance`.

    `positions` are those of the events that say it, more than one where they were recorded at one time.
    """

    record: RecordId
    school: str
    day: int
    slot: int
    category: int
    positions: tuple[int, ...]


def standing_marks(events: Iterable[Event]) -> list[Mark]:
    """For each record, school, day and session the mark recorded last (to the millisecond, then the higher category)."""
    best: dict[tuple[RecordId, str, int, int], tuple[int, int]] = {}
    held: dict[tuple[RecordId, str, int, int], list[int]] = {}
    for fact in live_facts(events):
        event = fact.event
        if event.act is not Act.MARK:
            continue
        for slot, name in enumerate(("am", "pm")):
            code = event.body[name]
            if code is None:
                continue
            category = reduce_mark(code, school_year_of(event.effective_from))
            if category is None:
                continue
            key = (event.record, event.body["school"], event.effective_from, slot)
            said = (event.recorded_at // 1000, category)
            if said >= best.get(key, (0, 0)):
                if said > best.get(key, (0, 0)):
                    held[key] = []
                best[key] = said
                held[key].append(event.position)
    return [Mark(*key, category, tuple(held[key])) for key, (_, category) in best.items()]
