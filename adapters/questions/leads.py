"""Who leads, whom a worker works with, and where a lead is missing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from adapters.questions.families import AboutFamilies
from adapters.questions.index_line import Held
from domain.answers import plain
from domain.dates import to_day
from domain.events import ChildId
from domain.feeds import Hearing
from domain.indicators.families import Family, family_id
from domain.indicators.rules import NO_UNIVERSAL_CONTACT
from domain.indicators.waits import Waits
from domain.leads.active import GAP_RULES, left_gaps, passed_on
from domain.reference import workers_left
from projections import behind, editions, queries, reference_data


class AboutLeads(AboutFamilies):
    """Questions of a lead professional."""

    def caseload(self, *, worker: str, effective_at: date) -> dict[str, Any]:
        """The children a worker (ORG:STAFF) works with or leads on a day, with their leads and gaps."""
        day = to_day(effective_at)
        mine = self._entries_of(worker, day)
        lines, gaps, seen = self._led(sorted(mine), effective_at), self._gaps_of(day, mine), self._seen_of(mine)
        shown = [held for child, entries in mine.items() if not seen[child].shielded for held in entries]
        self._cells.expect_contacts((entry.record, entry.kind) for entry, contact in shown if contact is not None)
        children = [
            {
                "child": line["child"], "name": line["name"], "date_of_birth": line["date_of_birth"], "being_mended": line["being_mended"],
                "lead": line["lead"],
                "entries": [
                    self._entry(entry, contact, day, seen[child]) for entry, contact in mine[child] if seen[child].may_show(entry.kind)
                ],
                "gaps": gaps.get(child, []),
            }
            for child, line in lines.items()
        ]  # fmt: skip
        return {**self._head(effective_at), "worker": worker, "children": children}

    def my_families(self, *, worker: str, effective_at: date) -> dict[str, Any]:
        """A worker's caseload by family: which children, which of them are the worker's, and what the family has lost touch with."""
        day = to_day(effective_at)
        mine = set(self._worked_with(worker, day))
        members = [family for family in self._grouped(mine, day) if mine & set(family)]
        everyone = {child for family in members for child in family}
        shielded = self._shielded(everyone)
        listed = {family.id: family for family in self._out_of_touch(day, everyone)}
        hidden = {child for family in members if shielded & set(family) for child in family}
        # A child may be in two families, and be shown as it is in the one that has no shielded child.
        lines = self._lines(sorted(everyone), effective_at)
        lines_hidden = self._lines(sorted(hidden), effective_at, hidden)
        gaps = self._gaps(day, mine)
        return {
            **self._head(effective_at),
            "worker": worker,
            "families": [
                self._my_family(
                    family, mine, listed.get(family_id(family)), lines_hidden if shielded & set(family) else lines, gaps, day, shielded
                )
                for family in members
            ],
        }  # fmt: skip

    def _my_family(
        self, members: Sequence[ChildId], mine: Collection[ChildId], listed: Family | None, lines: Mapping[ChildId, dict[str, Any]],
        gaps: Sequence[queries.Rectangle], day: int, shielded: Collection[ChildId],
    ) -> dict[str, Any]:  # fmt: skip
        shown: dict[str, Any] = {"lost": [], "since": None, "indicators": []}
        if listed is not None:
            whole = plain.family(listed, None, day, shielded, self._being_mended(listed.children))
            shown = {name: whole[name] for name in shown}
        gaps_of = [gap for gap in gaps if gap[0] in members]
        return {
            "family": family_id(members),
            "children": [
                {
                    "child": line["child"], "name": line["name"], "date_of_birth": line["date_of_birth"], "mine": child in mine,
                    "being_mended": line["being_mended"], "lead": line["lead"], "involvements": len(line["involvements"]),
                }
                for child in members
                if (line := lines[child])
            ],
            **shown,
            "gaps": self._told(gaps_of, day, self._hearing(day)),
        }  # fmt: skip

    def handover(self, *, worker: str, effective_at: date) -> dict[str, Any]:
        """What a worker would hand over: each child led or worked with, the team around it, gaps, reviews due, and who was asked to take over."""
        day = to_day(effective_at)
        mine = self._worked_with(worker, day)
        lines, gaps, seen, led = (
            self._lines(mine, effective_at),
            self._gaps_of(day, mine),
            self._seen_of(mine),
            self._leads(mine),
        )
        children = []
        for child, line in lines.items():
            leads = [
                (entry, contact)
                for entry, contact in led[child]
                if entry.start is not None and entry.start <= day and entry.status_at(day)[0] == "open"
            ]
            children.append(
                {
                    "child": line["child"], "name": line["name"], "date_of_birth": line["date_of_birth"], "being_mended": line["being_mended"],
                    "led_by_worker": any(e.worker == worker and e.accepted is not None and e.accepted <= day for e, _ in leads),
                    "lead": line["lead"],
                    "taking_over": [self._entry(e, c, day, seen[child]) for e, c in leads if e.takes_over and e.accepted is None],
                    "involvements": line["involvements"], "team": line["team"], "reviews_due": line["reviews_due"],
                    "gaps": gaps.get(child, []),
                }
            )  # fmt: skip
        return {**self._head(effective_at), "worker": worker, "children": children}

    def _leads(self, children: Collection[ChildId]) -> dict[ChildId, list[Held]]:
        """Every lead of each child, whenever it was, and its contact."""
        owner = {record: child for child, records in self._records_of(children).items() for record in records}
        found: dict[ChildId, list[Held]] = {child: [] for child in children}
        for entry, contact in queries.entries(
            self._connection, self._number, "kind = 'lead' AND NOT doubted AND record = ANY(%(r)s)", r=list(owner)
        ):
            found[owner[entry.record]].append((entry, contact))
        return found

    def _worked_with(self, worker: str, day: int) -> list[ChildId]:
        """The children a worker works with, leads or is nominated to lead on a day."""
        return sorted(self._entries_of(worker, day))

    def _entries_of(self, worker: str, day: int) -> dict[ChildId, Sequence[Held]]:
        """What is open of a worker's on a day, by child; a lead that was passed on is not. Nothing of those that wait for it."""
        found = [
            (entry, contact)
            for entry, contact in queries.entries(self._connection, self._number, "worker = %(w)s", w=worker)
            if (first := entry.first_day()) is not None and first <= day and entry.status_at(day)[0] == "open"
        ]
        owners = queries.children_of(self._connection, self._number, {entry.record for entry, _ in found})
        led = {owners[entry.record] for entry, _ in found if entry.kind == "lead"}
        leads = {child: [entry for entry, _ in held if entry.why is None] for child, held in self._leads(led).items()}
        mine: dict[ChildId, list[Held]] = {}
        for entry, contact in found:
            child = owners[entry.record]
            if not passed_on(entry, leads.get(child, ()), day):
                mine.setdefault(child, []).append((entry, contact))
        return {**dict.fromkeys(self._waiting_for(worker), ()), **mine}

    def _waiting_for(self, worker: str) -> set[ChildId]:
        """The children being mended of whom an event that was not taken in names a worker: what it says is not known yet."""
        if not self._edition.being_mended:
            return set()
        records = behind.naming(self._connection, self._edition, worker)
        return set(queries.children_of(self._connection, self._number, records).values())

    def gaps(self, *, area: str | None = None, effective_at: date) -> dict[str, Any]:
        """Children whose lead is missing, gone, contested or not accepted on a day, longest first."""
        editions.look_at_many(self._connection)
        day = to_day(effective_at)
        found = self._gaps(day)
        if area is not None:
            areas = self._areas_on_maps({row[0] for row in found}, day)
            found = [row for row in found if plain.area(area) in map(plain.area, areas[row[0]].values())]
        return {
            **self._head(effective_at),
            "gaps": sorted(
                self._told(found, day, self._hearing(day)), key=lambda g: (-g["days"], g["child"], g["rule"])
            ),
        }

    def _gaps(self, day: int, children: Collection[ChildId] | None = None) -> list[queries.Rectangle]:
        """Gaps that have been so for long enough on a day, of some children or of all."""
        waits = Waits(day, self._reference(day))
        begun = {rule: waits.latest(rule) for rule in GAP_RULES}
        rows = queries.rectangles(self._connection, self._number, day, begun, children)
        held = [row for row in rows if waits.over(row[1], row[2])]
        return [*held, *self._leads_who_left(day, children)]

    def _gaps_of(self, day: int, children: Collection[ChildId]) -> dict[ChildId, list[dict[str, Any]]]:
        """The gaps of each of some children that has any, as they are shown."""
        found: dict[ChildId, list[dict[str, Any]]] = {}
        rows = self._gaps(day, children)
        for row, told in zip(rows, self._told(rows, day, self._hearing(day)), strict=True):
            found.setdefault(row[0], []).append(told)
        return found

    def _told(self, rows: Sequence[queries.Rectangle], day: int, hearing: Hearing) -> list[dict[str, Any]]:
        """Gaps and indicators as they are shown, with what their feeds say of them."""
        shielded = self._shielded({row[0] for row in rows})
        quiet = {row[0] for row in rows if row[1] == NO_UNIVERSAL_CONTACT}
        schools = self._schools(quiet, day) if quiet else {}
        mended = self._being_mended({row[0] for row in rows})
        return [
            {
                **plain.gap(
                    row, day, hearing, shielded, schools.get(row[0], ()) if row[1] == NO_UNIVERSAL_CONTACT else ()
                ),
                "being_mended": mended[row[0]],
            }
            for row in rows
        ]

    def _leads_who_left(self, day: int, children: Collection[ChildId] | None) -> list[queries.Rectangle]:
        left = workers_left(reference_data.workers(self._connection, self._edition.position), day)
        if not left:
            return []
        led = queries.entries(
            self._connection,
            self._number,
            "kind = 'lead' AND why IS NULL AND NOT doubted AND worker = ANY(%(w)s)",
            w=list(left),
        )
        owners = queries.children_of(self._connection, self._number, {entry.record for entry, _ in led})
        wanted = set(owners.values()) if children is None else set(owners.values()) & set(children)
        by_child = self._records_of(sorted(wanted))
        lives, held = queries.people(self._connection, self._number, by_child), self._leads(by_child)
        found: list[queries.Rectangle] = []
        for child in by_child:
            death = lives[child].death
            leads = [entry for entry, _ in held[child] if entry.why is None]
            if death is None or day < death:
                found += [
                    (child, gap.rule, gap.since, gap.start, gap.end, list(gap.positions), None)
                    for gap in left_gaps(leads, left, day)
                ]
        return found
