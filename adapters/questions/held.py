"""What is open of a worker's at two editions, by child: of a family that it leads, of each of its children."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from adapters.questions.kin import families_at
from adapters.questions.reading import Reading
from domain.events import ChildId
from domain.leads.active import is_work_on, passed_on
from domain.leads.family import is_of_family, others_of_families
from domain.timeline.entries import Entry
from projections import changes, editions
from projections.changes import NOW, THEN, Around

Held = dict[ChildId, list[Entry]]


def held_then_and_now(
    read: Reading, then: editions.Edition, worker: str, day: int, more: Sequence[UUID]
) -> tuple[tuple[Around, Around], tuple[Held, Held]]:
    """A worker's children at both editions, with what makes them so: who leads a family leads each of its children."""
    both = then, read.edition
    around = changes.around(read.connection, *both, worker, day, more)
    families: list[tuple[list[tuple[ChildId, ...]], dict[ChildId, list[Entry]]]] = []
    members: set[UUID] = set()
    for edition, one in zip(both, around, strict=True):
        leads = {
            child: some for child, held in _held_by(worker, one, day).items() if (some := _leads_family(held, day))
        }
        groups, records = families_at(read, edition.number, leads, day) if leads else ([], {})
        families.append((groups, leads))
        members.update(
            record for group in groups if not leads.keys().isdisjoint(group) for c in group for record in records[c]
        )
    known = {record for one in around for some in one.records.values() for record in some}
    if members - known:
        around = changes.around(read.connection, *both, worker, day, sorted({*more, *members}))
    held = _held_by(worker, around[THEN], day), _held_by(worker, around[NOW], day)
    for own, (groups, leads) in zip(held, families, strict=True):
        for child, others in others_of_families(leads, groups).items():
            for other in others:
                own.setdefault(other, []).extend(leads[child])
    return around, held


def _leads_family(held: Iterable[Entry], day: int) -> list[Entry]:
    """The leads among what is open of a worker's on a day by which a whole family is led."""
    return [one for one in held if is_of_family(one) and one.accepted is not None and one.accepted <= day]


def _held_by(worker: str, around: Around, day: int) -> dict[ChildId, list[Entry]]:
    """What is open of a worker's on a day, by child; a lead that was passed on is not."""
    found: dict[ChildId, list[Entry]] = {}
    for child, held in around.entries.items():
        leads = [entry for entry, _ in held if entry.kind == "lead" and entry.why is None and not entry.doubted]
        mine = [
            entry
            for entry, _ in held
            if entry.worker == worker and is_work_on(entry, day) and not passed_on(entry, leads, day)
        ]
        if mine:
            found[child] = mine
    return found
