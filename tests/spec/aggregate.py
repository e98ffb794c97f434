"""Examples put to the views and to the aggregate: the child rebuilt from the log by the repository answers as the views do.

The application stands over the database that the views' example has filled; what it answers is compared whole.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from adapters.log.subjects import Subjects
from adapters.service.child_records import ChildRecords
from domain.access.shielded import shielded
from domain.dates import LONDON, to_day
from domain.effects import ABOUT_NO_CHILD
from domain.errors import NothingKnown
from domain.events import Event, RecordId
from domain.timeline.child import Child
from domain.timeline.world import World
from tests.builders.asking import event_at
from tests.builders.service import Bench
from tests.spec.example import Question, Row
from tests.spec.reference import of_one_child
from tests.spec.views import Views
from tests.spec.words import Happened

# What is not asked of one child's events, and why.
NOT_ASKED: Final[Mapping[str, str]] = {
    "families": "a family is made of the children who live with each other, or whom somebody says to be related",
    "caseload": "it asks of all children which of them a worker works with",
    "children": "it asks of all records which of them are one child",
    "found": "it asks of all children whose name it is",
    "measure": "it counts over all children",
    "commands": "they are decided on the aggregate anyway",
}
# What a lead of the family may change that was stated for another child of it.
OF_FAMILY: Final = ("gaps", "index")
# A snapshot is whole once all of its rows have come, and they are of many children.
SNAPSHOT: Final = "snapshot"


class ViewsAndAggregate:
    """The views' answers; where a question is of one child, the aggregate must give the same."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._views = Views(bench)
        # New for each example: records have other ids once the database was emptied.
        self._children = ChildRecords(bench.service, bench.connection)
        self._subjects = Subjects(bench.service.keys, bench.recorder.hashes)
        self._about_no_child = False
        self._snapshots = False
        self._family_leads = False
        self._shielded_children: set[str | None] = set()

    def take(self, events: Sequence[tuple[int, Happened]]) -> None:
        self._about_no_child = self._about_no_child or any(happened.child is None for _, happened in events)
        self._snapshots = self._snapshots or any(happened.mode == SNAPSHOT for _, happened in events)
        self._family_leads = self._family_leads or any(one.own.get("scope") == "family" for _, one in events)
        self._shielded_children |= {one.child for _, one in events if one.event_type == "ShieldApplied"}
        self._views.take(events)

    def told(self, question: Question, expected: Sequence[Row] | None) -> None:
        self._views.told(question, expected)

    def answer(self, question: Question) -> list[Row] | None:
        shown = self._views.answer(question)
        of_others = self._family_leads and question.what in OF_FAMILY
        # Who lives with a shielded child is hidden beside it, and a child's own events do not say who else lives there.
        of_others |= bool(self._shielded_children - {question.about.partition(".")[0]})
        if question.what not in NOT_ASKED and not self._snapshots and not of_others:
            rebuilt = self._rebuilt(question)
            assert _sorted(rebuilt) == _sorted(shown), f"the aggregate differs: {rebuilt}; the views: {shown}"
        return shown

    def _rebuilt(self, question: Question) -> list[Row] | None:
        """The same answer by the child's own events, and by what is of no child: reference data, and what feeds said."""
        position = self._views.position(question)
        try:
            record, _ = self._children.record_of(self._views.identifier(question.about), self._subjects)
        except NothingKnown:
            return None
        world, found = self._children.world(record, position, self._beside(position))
        child = world.child_of(RecordId(record))
        if child is None:
            return None
        events = [event for one in found for event in one.events]
        hides = self._shielded(child, record, events, world)
        answered = of_one_child(
            question.what, child, world, to_day(date.fromisoformat(question.at)), events, hides=hides
        )
        return [self._numbered(row) for row in answered]

    def _beside(self, position: int | None) -> list[Event]:
        if not self._about_no_child:
            return []
        known = self._bench.events()
        return [e for e in known if e.act in ABOUT_NO_CHILD and (position is None or e.position <= position)]

    def _shielded(self, child: Child, record: UUID, then: Sequence[Event], world: World) -> bool:
        """By all that is known of the child, or by what was known then."""
        now, found = self._children.world(record)
        known = [event for one in found for event in one.events]
        today = to_day(self._bench.clock.now().astimezone(LONDON).date())
        return shielded(
            known,
            then,
            child.records,
            today,
            now.doubted,
            world.doubted,
            now.holder,
            world.holder,
            (now.links.child, world.links.child),
        )

    def _numbered(self, row: Row) -> Row:
        """A row with its events as the example counts them."""
        if not row.get("events"):
            return row
        return {
            **row,
            "events": self._views.numbers(event_at(self._bench.service, int(one)) for one in row["events"].split(", ")),
        }


def _sorted(found: Sequence[Row] | None) -> list[str] | None:
    return None if found is None else sorted(repr(sorted(row.items())) for row in found)
