"""Which attendance mark stands of each session, the reference (contract 2; docs/decisions/0003)."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final, NamedTuple

from domain.attendance import BY_WORD, reduce_mark
from domain.dates import school_year_of
from domain.events import Event, RecordId


class Mark(NamedTuple):
    """The standing mark of one session: `slot` 0 morning, 1 afternoon; `category` of `domain.attendance`.

    `positions` are those of the events that say it, more than one where they were recorded at one time.
    """

    record: RecordId
    school: str
    day: int
    slot: int
    category: int
    positions: tuple[int, ...]


EventName = tuple[str, str]  # the organisation and its id of an event, by which a retraction names it


class Marked(NamedTuple):
    """The marks of a day as one event tells them, and no more of it: they are most of all that is known of a child.

    `am` and `pm` are codes or categories, `day` a day number, `recorded_at` microseconds since 1970.
    """

    position: int
    record: RecordId
    event: EventName
    recorded_at: int
    school: str
    day: int
    am: str | None
    pm: str | None


def marked(event: Event) -> Marked:
    """What an event of marks tells."""
    body = event.body
    said = body["school"], event.effective_from, body["am"], body["pm"]
    return Marked(event.position, event.record, (event.organisation, body["event_id"]), event.recorded_at, *said)


_RECORD: Final = itemgetter(Marked._fields.index("record"))


def by_record(marks: Iterable[Marked]) -> dict[RecordId, list[Marked]]:
    """Marks by their records, of each in the order given: they come record by record, and to look one up takes long."""
    found: dict[RecordId, list[Marked]] = {}
    for record, run in groupby(marks, key=_RECORD):
        found.setdefault(record, []).extend(run)
    return found


def standing_marks(marks: Iterable[Marked], retracted: Collection[EventName] = frozenset()) -> list[Mark]:
    """For each record, school, day and session the mark recorded last (to the millisecond, then the higher category).

    `retracted` are the events that were taken back.
    """
    found: list[Mark] = []
    for record, own in by_record(marks).items():
        told: dict[tuple[str, int], list[Marked]] = {}
        for one in own:
            if not retracted or one.event not in retracted:
                told.setdefault((one.school, one.day), []).append(one)
        for (school, day), events in told.items():
            if len(events) > 1:
                found += _last_of(events)
                continue
            one = events[0]
            for slot, code in ((0, one.am), (1, one.pm)):
                # Words are looked up here: nearly all are, and a child has thousands.
                category = None if code is None else BY_WORD.get(code) or reduce_mark(code, school_year_of(day))
                if category is not None:
                    found.append(Mark(record, school, day, slot, category, (one.position,)))
    return found


def _last_of(events: Sequence[Marked]) -> Iterator[Mark]:
    """The marks that stand of a day of which several events tell."""
    _, record, _, _, school, day, _, _ = events[0]
    for slot, code_of in enumerate((attrgetter("am"), attrgetter("pm"))):
        said = [
            ((one.recorded_at // 1000, category), one.position)
            for one in events
            if (code := code_of(one)) is not None and (category := reduce_mark(code, school_year_of(day))) is not None
        ]
        if said:
            last, _ = max(said)
            yield Mark(record, school, day, slot, last[1], tuple(position for told, position in said if told == last))
