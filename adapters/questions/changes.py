"""What changed for a worker's children since a position: two editions, held against each other on one day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from adapters.questions.index_line import Held
from adapters.questions.leads import AboutLeads
from adapters.questions.reading import position_of
from domain.answers import plain
from domain.dates import FOREVER, to_day
from domain.events import ChildId
from domain.feeds import Hearing
from domain.indicators import RULES, Indicator
from domain.indicators.families import as_shown
from domain.indicators.rules import NO_UNIVERSAL_CONTACT
from domain.indicators.waits import Waits
from domain.leads.active import GAP_RULES
from projections import changes, editions, queries, reference_data

_RECTANGLES: Final = tuple(rule for rule in (*GAP_RULES, *RULES) if rule != NO_UNIVERSAL_CONTACT)
_NOTHING: Final[Mapping[str, list[Any]]] = {"records_joined": [], "began": [], "cleared": []}

# Gaps and indicators by rule and day, of each child.
Prompts = dict[ChildId, dict[tuple[str, int], queries.Rectangle]]


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known at the earlier edition: prompts by the children of then, and which feeds were heard."""

    edition: editions.Edition
    prompts: Prompts
    hearing: Hearing


class AboutChanges(AboutLeads):
    """What is new to a worker."""

    def changes(self, *, worker: str, since: str, effective_at: date) -> dict[str, Any]:
        """What changed for a worker's children since a position or an instant, and which are no longer its own.

        Entries new, changed and taken back, prompts come and gone. Raises Misuse where `since` cannot be read. What was
        sent as backfill or snapshot is no news.
        """
        day, generation = to_day(effective_at), self._edition.generation
        edition = editions.edition_since(
            self._connection, position_of(self._connection, since, generation, "since"), generation
        )
        then = AboutChanges(self._service, self._connection, edition, self._bodies)
        mine = self._worked_with(worker, day)
        waits = Waits(day, self._reference(day))  # of now for both: a threshold that was set is no news of a child
        now, were = self._prompts(mine, day, waits), then._children_of(self._records_of(mine).values())
        before = _Before(
            edition, then._prompts(were, day, waits), Hearing(then._feeds(), day, self._reference(day).expected_feeds())
        )
        found = {child: self._changes_of(child, now.get(child, {}), before, day) for child in mine}
        lost = self._lost(then._entries_of(worker, day), mine)
        gone = {child: self._last_of(child, worker, mains, edition, day) for child, mains in lost.items()}
        behind = self._being_mended({*found, *gone})
        told = {
            child: changed
            for child, changed in sorted({**found, **gone}.items())
            if any(changed.values()) or behind[child] is not None
        }
        lines = self._lines(list(told), effective_at)
        return {
            **self._head(effective_at),
            "worker": worker,
            "since": self._outward(edition.position),
            "children": [
                {
                    "child": lines[child]["child"], "name": lines[child]["name"], "on_caseload": child not in lost,
                    "being_mended": behind[child], **changed,
                }
                for child, changed in told.items()
            ],
        }  # fmt: skip

    def _children_of(self, records: Collection[Sequence[Any]]) -> set[ChildId]:
        """The children of this edition that some records belong to."""
        everything = {record for some in records for record in some}
        return set(queries.children_of(self._connection, self._number, everything).values())

    def _lost(self, held: Mapping[ChildId, Sequence[Held]], mine: Collection[ChildId]) -> dict[ChildId, set[int]]:
        """The children whom a worker had by what was `held` and has no more, each with the entries it had them by."""
        entries = [entry for some in held.values() for entry, _ in some]
        owners = queries.children_of(self._connection, self._number, {entry.record for entry in entries})
        lost: dict[ChildId, set[int]] = {}
        for entry in entries:
            child = owners[entry.record]
            if child not in mine:
                lost.setdefault(child, set()).add(entry.main)
        return lost

    def _last_of(
        self, child: ChildId, worker: str, mains: Collection[int], since: editions.Edition, day: int
    ) -> dict[str, Any]:
        """What took a child off a worker's caseload, and no more: what else is new of it is no longer the worker's."""
        new, gone = self._entries_since(child, since)

        def own(some: Sequence[Held]) -> list[dict[str, Any]]:
            kept = [one for one in some if one[0].main in mains or one[0].worker == worker or one[0].kind == "lead"]
            return self._shown_entries(child, kept, day)

        return {**_NOTHING, "entries": own(new), "taken_back": own(gone)}

    def _entries_since(self, child: ChildId, since: editions.Edition) -> tuple[list[Held], list[Held]]:
        """A child's entries that came or changed since an edition, and those that were taken back."""
        records = self._records(child)
        return (
            changes.changed(self._connection, self._edition, since, records),
            changes.taken_back(self._connection, self._edition, since, records),
        )

    def _shown_entries(self, child: ChildId, held: Sequence[Held], day: int) -> list[dict[str, Any]]:
        seen = self._seen(child)
        return [self._entry(entry, contact, day, seen) for entry, contact in held if seen.may_show(entry.kind)]

    def _changes_of(
        self, child: ChildId, now: Mapping[tuple[str, int], queries.Rectangle], before: _Before, day: int
    ) -> dict[str, Any]:
        edition, records = before.edition, self._records(child)
        then = queries.members(self._connection, edition.number, [child])[child]
        new, gone = self._entries_since(child, edition)
        were = queries.children_of(self._connection, edition.number, records).values()
        held: dict[tuple[str, int], queries.Rectangle] = {
            name: (child, *row[1:]) for was in set(were) for name, row in before.prompts.get(was, {}).items()
        }
        came = {name: {p for p in row[5] if p > edition.position} for name, row in now.items() if name not in held}
        silent = changes.backfilled(self._connection, {p for positions in came.values() for p in positions})
        began = [now[name] for name, positions in came.items() if not positions or positions - silent]
        return {
            "records_joined": self._joined(child, records, then),
            "entries": self._shown_entries(child, new, day),
            "taken_back": self._shown_entries(child, gone, day),
            "began": self._told(began, day, self._hearing(day)),
            "cleared": self._told([row for name, row in held.items() if name not in now], day, before.hearing),
        }  # fmt: skip

    def _joined(self, child: ChildId, records: Collection[UUID], then: Collection[UUID]) -> list[str]:
        """The records that were joined to a child of before; of a shielded child nothing is told of them."""
        if not set(then) - {child} or self._seen(child).shielded:
            return []
        return [plain.record_id(r) for r in sorted(set(records) - set(then))]

    def _prompts(self, children: Collection[ChildId], day: int, waits: Waits) -> Prompts:
        """Gaps and indicators of some children that have been so for long enough, by rule and day.

        A silence goes on while it is moved by a day on which a school saw the child: it goes by its rule alone.
        """
        begun = dict.fromkeys(_RECTANGLES, FOREVER)
        rows = queries.rectangles(self._connection, self._number, day, begun, children)
        held = [row for row in rows if waits.over(row[1], row[2])] + self._leads_who_left(day, children)
        found: Prompts = {}
        for row in held:
            found.setdefault(row[0], {})[row[1], row[2]] = row
        for row in self._silences(children, day, waits):
            found.setdefault(row[0], {})[row[1], 0] = row
        return found

    def _silences(self, children: Collection[ChildId], day: int, waits: Waits) -> list[queries.Rectangle]:
        """Those of whom no universal service was heard for long enough, since the last day on which a school saw each."""
        rule = NO_UNIVERSAL_CONTACT
        rows = reference_data.silent(self._connection, self._number, day, rule, waits.latest(rule), children)
        found: list[queries.Rectangle] = []
        for (child, _, since, start, end, positions, organisation), seen in rows:
            shown = as_shown(Indicator(rule, since, start, end, tuple(positions), organisation), waits, seen)
            if shown is not None:
                found.append((child, rule, shown.since, start, end, positions, organisation))
        return found
