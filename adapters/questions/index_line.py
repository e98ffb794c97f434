"""The line of the children's index: who a child is, where, who works with it and how to reach them (domain.md B1)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from adapters.questions.reading import ByChild, Protection, Reading, identifiers, is_alive, owners, records_shown
from adapters.questions.reviews import reviews_due, says_review
from domain.answers import plain
from domain.dates import iso, to_day
from domain.events import ChildId
from domain.kinds import NO_INVOLVEMENT
from domain.leads.active import active_span
from domain.reference import StaffFact
from domain.timeline.entries import Entry
from projections import queries, reference_data

_TEAM: Final = ("team", "duty_line")

Held = tuple[Entry, bytes | None]  # and its sealed contact
Shown = tuple[Entry, dict[str, Any]]  # and how it is shown


class IndexLines(Reading):
    """The index line of a child, for all the answers that have one."""

    def _line(self, child: ChildId, effective_at: date, *, hide: bool = False) -> dict[str, Any]:
        """Who, where, school, GP, open involvements with contact, lead; `hide`: as of a shielded child."""
        return self._lines([child], effective_at, [child] if hide else [])[child]

    def _lines(
        self, children: Sequence[ChildId], effective_at: date, hide: Collection[ChildId] = ()
    ) -> dict[ChildId, dict[str, Any]]:
        """The line of each child, found together; `hide`: those that are shown as shielded children are."""
        day = to_day(effective_at)
        by_child = self._records_of(children)
        with self._about(children, day) as records:
            told = queries.people.send(self._connection, self._number, by_child)
            lived = queries.addresses.send(self._connection, self._number, by_child)
            named = queries.schemes.send(self._connection, self._number, records)
            held = queries.entries.send(
                self._connection, self._number, "record = ANY(%(r)s) AND kind <> 'relationship'", r=records
            )
        people, homes = told.answer(), lived.answer()
        seen = self._seen_of(children, hide)
        known_by = identifiers(by_child, named.answer(), seen)
        everything = held.answer()
        found = _shown_of(by_child, everything, day, seen)
        told_of = _entries_of(by_child, everything)
        directory = self._open_together(records, found, day, seen)
        behind = self._being_mended(children)
        lines = {}
        for child, mine in by_child.items():
            here = next((a for a in homes[child] if a.day <= day < a.until), None)
            lines[child] = {
                "child": plain.child_id(child),
                "records": records_shown(mine, known_by[child], seen[child]),
                "identifiers": known_by[child],
                **self._person(people[child], day),
                "address": None if seen[child].shielded else self._address(here),
                "shielded": seen[child].shielded,
                "being_mended": behind[child],
                **self._around(found[child], told_of[child], day, seen[child], directory),
            }
        return lines

    def _led(self, children: Sequence[ChildId], effective_at: date) -> dict[ChildId, dict[str, Any]]:
        """Of the line of each child only who it is and who leads, for lists of many children."""
        day = to_day(effective_at)
        by_child = self._records_of(children)
        with self._about(children, day) as records:
            told = queries.people.send(self._connection, self._number, by_child)
            held = queries.entries.send(
                self._connection, self._number, "record = ANY(%(r)s) AND kind IN ('lead', 'lead_cover')", r=records
            )
        people, everything = told.answer(), held.answer()
        seen = self._seen_of(children)
        found = _shown_of(by_child, everything, day, seen)
        told_of = _entries_of(by_child, everything)
        directory = self._open_together(records, found, day, seen)
        behind = self._being_mended(children)
        return {
            child: {
                "child": plain.child_id(child),
                **self._person(people[child], day),
                "being_mended": behind[child],
                "lead": self._around(found[child], told_of[child], day, seen[child], directory)["lead"],
            }
            for child in by_child
        }

    def _open_together(
        self,
        records: Iterable[UUID],
        found: Mapping[ChildId, Sequence[Held]],
        day: int,
        seen: Mapping[ChildId, Protection],
    ) -> dict[int, dict[str, Any]]:
        """Fetch the keys of all that is shown of some records; what the staff events say of its workers and teams."""
        shown = [held for child, entries in found.items() if not seen[child].shielded for held in entries]
        contacts = ((entry.record, entry.kind) for entry, contact in shown if contact is not None)
        self._cells.expect_all(records, contacts)
        return self._directory([entry for entry, _ in shown], day)

    def _person(self, person: queries.PersonRow, day: int) -> dict[str, Any]:
        details = self._cells.person(person.person)
        dates = self._cells.birth(person.birth)
        names = details["names"] if details else []
        return {
            "name": names[0] if names else None,
            "other_names": names[1:],
            "date_of_birth": iso(dates["birth"]) if dates else None,
            "expected_date": iso(dates["expected"]) if dates and dates["birth"] is None else None,
            "sex": details["sex"] if details else None,
            "alive": is_alive(person, dates, day),
        }

    def _around(
        self,
        found: Sequence[Held],
        everything: Sequence[Entry],
        day: int,
        seen: Protection,
        directory: Mapping[int, dict[str, Any]],
    ) -> dict[str, Any]:
        """Who works with a child and how to reach them.

        `everything` is all that was ever told of it: a lead that is over may have taken over from one that has no end of
        its own, and a plan that has ended is not reviewed. `directory` says more of an entry's worker and team, by its
        main event.
        """
        leads = [entry for entry in everything if entry.kind == "lead"]
        active = {e.main for e in leads if any(a <= day < b for a, b in active_span(e, leads))}
        by_kind: dict[str, list[dict[str, Any]]] = {}
        leading: list[Shown] = []
        covers: list[Shown] = []
        for entry, contact in found:
            if entry.kind == "assessment" or _works(entry, day):
                shown = self._entry(entry, contact, day, seen) | directory.get(entry.main, {})
                by_kind.setdefault(entry.kind, []).append(shown)
                if entry.main in active:
                    leading.append((entry, shown))
                if entry.kind == "lead_cover":
                    covers.append((entry, shown))
        return {
            "school": by_kind.get("enrolment", []),
            "gp": by_kind.get("gp_registration", []),
            "involvements": [one for kind in sorted(by_kind) if kind not in NO_INVOLVEMENT for one in by_kind[kind]],
            "assessments": by_kind.get("assessment", []),
            "team": by_kind.get("team_member", []),
            "lead": [
                {**shown, "covered_by": _covering(entry, [one for one, _ in leading], covers)}
                for entry, shown in leading
            ],
            "reviews_due": reviews_due([entry for entry, _ in found], everything, day, shielded=seen.shielded),
        }

    def _directory(self, found: Sequence[Entry], day: int) -> dict[int, dict[str, Any]]:
        """For each entry, by its main event, what the staff events say of its worker and team: contact, duty line, whether they left."""
        workers = {e.worker for e in found if e.worker is not None}
        teams = {e.team for e in found if e.team is not None}
        if not workers and not teams:
            return {}
        last: dict[tuple[str, str], StaffFact] = {}
        for fact in reference_data.staff(self._connection, self._edition.position, workers, teams):
            if fact.start <= day < fact.end:
                key = (fact.kind, fact.worker or fact.team or "")
                if key not in last or fact.order > last[key].order:
                    last[key] = fact
        self._expect_bodies(fact.position for fact in last.values())
        return {entry.main: self._reach(entry, last) for entry in found if entry.worker or entry.team}

    def _reach(self, entry: Entry, last: dict[tuple[str, str], StaffFact]) -> dict[str, Any]:
        said = {kind: last.get((kind, entry.team or "")) for kind in _TEAM}
        said |= {kind: last.get((kind, entry.worker or "")) for kind in ("worker", "worker_left")}
        bodies = {kind: self._body(fact.position) for kind, fact in said.items() if fact is not None}
        left, worker = said["worker_left"], said["worker"]
        gone = left is not None and (worker is None or worker.start < left.start)
        return {
            "duty_line": plain.duty_line(bodies.get("duty_line")),
            "registered": plain.registered(bodies.get("worker"), bodies.get("team")),
            "worker_left": iso(left.start) if gone and left is not None else None,
        }


def _shown_of(
    by_child: ByChild, held: Iterable[Held], day: int, seen: Mapping[ChildId, Protection]
) -> dict[ChildId, list[Held]]:
    """The entries that a line is made of: open or lapsed on a day, assessments, and what says when a review is due.

    Of what is disputed only the timeline tells: it may be another child's.
    """
    owner = owners(by_child)
    found: dict[ChildId, list[Held]] = {child: [] for child in by_child}
    for entry, contact in held:
        first, child = entry.first_day(), owner[entry.record]
        if (
            first is not None
            and first <= day
            and not entry.doubted
            and (_works(entry, day) or entry.kind == "assessment" or says_review(entry))
            and seen[child].may_show(entry.kind)
        ):
            found[child].append((entry, contact))
    return found


def _works(entry: Entry, day: int) -> bool:
    return entry.status_at(day)[0] in ("open", "lapsed")


def _entries_of(by_child: ByChild, held: Iterable[Held]) -> dict[ChildId, list[Entry]]:
    owner = owners(by_child)
    found: dict[ChildId, list[Entry]] = {child: [] for child in by_child}
    for entry, _ in held:
        if not entry.doubted:
            found[owner[entry.record]].append(entry)
    return found


def _covering(lead: Entry, leads: Sequence[Entry], covers: Sequence[Shown]) -> list[dict[str, Any]]:
    """Who covers for a lead; a cover names no scope, and has the lead's.

    A cover is of the leads of its role that its own agency told of, else, where it told of none, of all of that role.
    """
    return [
        {**shown, "scope": lead.scope}
        for cover, shown in covers
        if cover.service == lead.service
        and (
            cover.organisation == lead.organisation
            or all((cover.service, cover.organisation) != (other.service, other.organisation) for other in leads)
        )
    ]
