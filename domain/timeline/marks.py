"""Which attendance mark stands of each session, the reference (contract 2; docs/decisions/0003)."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from domain.attendance import reduce_mark
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


class Marked(NamedTuple):
    """The marks of a day as one event tells them, and no more of it: they are most of all that is known of a child.

    `am` and `pm` are codes or categories, `day` a day number, `recorded_at` microseconds since 1970. `key` is that of the
    event, by which a retraction names it.
    """

    position: int
    record: RecordId
    key: bytes
    recorded_at: int
    school: str
    day: int
    am: str | None
    pm: str | None


def marked(event: Event) -> Marked:
    """What an event of marks tells."""
    body = event.body
    said = body["school"], event.effective_from, body["am"], body["pm"]
    return Marked(event.position, event.record, event.key, event.recorded_at, *said)


def standing_marks(marks: Iterable[Marked], retracted: Collection[bytes] = frozenset()) -> list[Mark]:
    """For each record, school, day and session the mark recorded last (to the millisecond, then the higher category).

    `retracted` are the keys of events that were taken back.
    """
    best: dict[tuple[RecordId, str], dict[int, tuple[int, int, tuple[int, ...]]]] = {}
    for position, record, key, recorded_at, school, day, am, pm in marks:
        if key in retracted:
            continue
        sessions = best.setdefault((record, school), {})
        for session, code in ((2 * day, am), (2 * day + 1, pm)):
            category = None if code is None else reduce_mark(code, school_year_of(day))
            if category is None:
                continue
            said, held = recorded_at // 1000, sessions.get(session)
            if held is None or (said, category) > held[:2]:
                sessions[session] = said, category, (position,)
            elif (said, category) == held[:2]:
                sessions[session] = said, category, (*held[2], position)
    return [
        Mark(record, school, session // 2, session % 2, category, positions)
        for (record, school), sessions in best.items()
        for session, (_, category, positions) in sessions.items()
    ]
