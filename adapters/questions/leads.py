"""Who leads, whom a worker works with, and where a lead is missing."""

from collections.abc import Collection
from datetime import date
from typing import Any

from adapters import answers
from adapters.questions.reading import Reading
from domain.dates import to_day
from domain.events import ChildId
from domain.leads import GAP_RULES
from domain.timeline import Entry
from domain.waits import waited
from projections import queries


class AboutLeads(Reading):
    """Questions of a lead professional."""

    def caseload(self, *, worker: str, effective_at: date) -> dict[str, Any]:
        """The children a worker (ORG:STAFF) works with or leads on a day, with their leads and gaps."""
        day = to_day(effective_at)
        mine: dict[ChildId, list[tuple[Entry, bytes | None]]] = {}
        for entry, contact in queries.entries(self._connection, self._number, "worker = %(w)s", w=worker):
            if entry.first_day() is not None and (entry.first_day() or 0) <= day and entry.status_at(day)[0] == "open":
                mine.setdefault(queries.child_of(self._connection, self._number, entry.record), []).append(
                    (entry, contact)
                )
        held = queries.members(self._connection, self._number, mine)
        self._cells.expect(record for records in held.values() for record in records)
        children = []
        for child in sorted(mine):
            line = self._line(child, effective_at)
            seen = self._seen(self._records(child))
            gaps = self._gaps(day, [child])
            children.append({
                "child": line["child"], "name": line["name"], "date_of_birth": line["date_of_birth"], "lead": line["lead"],
                "entries": [self._entry(entry, contact, day, seen) for entry, contact in mine[child] if seen.may_show(entry.kind)],
                "gaps": [answers.gap(gap, day) for gap in gaps],
            })  # fmt: skip
        return {**self._head(effective_at), "worker": worker, "children": children}

    def gaps(self, *, area: str | None = None, effective_at: date) -> dict[str, Any]:
        """Children whose lead is missing, gone, contested or not accepted on a day, longest first."""
        day = to_day(effective_at)
        found = self._gaps(day)
        if area is not None:
            areas = self._areas_on_maps({row[0] for row in found}, day)
            found = [row for row in found if answers.area(area) in map(answers.area, areas[row[0]].values())]
        return {
            **self._head(effective_at),
            "gaps": sorted((answers.gap(row, day) for row in found), key=lambda g: (-g["days"], g["child"], g["rule"])),
        }

    def _gaps(self, day: int, children: Collection[ChildId] | None = None) -> list[queries.Rectangle]:
        """Gaps that have been so for long enough on a day, of some children or of all."""
        thresholds = self._reference(day).thresholds()
        rows = queries.rectangles(self._connection, self._number, day, GAP_RULES, children)
        return [row for row in rows if waited(row[1], row[2], day, thresholds)]
