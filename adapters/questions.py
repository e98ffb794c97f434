"""The one place that all reads pass: questions in, plain JSON-ready answers out, all at one edition (contract 3, 4).

Every caller is one trusted local user for now; the decision and the entry of the access log will stand here.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters import answers
from adapters.clock import today
from adapters.service import Service
from adapters.store.cells import CellOpener
from adapters.store.hashes import Hashes
from adapters.store.subjects import Subjects
from domain.dates import iso, to_day
from domain.errors import Misuse
from domain.events import ChildId
from domain.families import Family, Shown, assemble, feed_heard, group
from domain.identifiers import parse_identifier
from domain.indicators import RULES, Indicator
from domain.kinds import NO_INVOLVEMENT, SHOWN_OF_A_SHIELDED_CHILD
from domain.leads import CONTESTED, LEAD_GONE, NO_LEAD, NOT_ACCEPTED
from domain.timeline import Entry
from projections import queries

MOST_FOUND: Final = 10
ATTENDANCE: Final = "attendance"
GAP_RULES: Final = (NO_LEAD, LEAD_GONE, CONTESTED, NOT_ACCEPTED)
_POSITION = re.compile(r"(?:(\d{1,9}):)?(\d{1,18})")


class Questions:
    """Opens reads; each is one snapshot at one edition, on a connection of its own or, in a lasting process, a lent one."""

    def __init__(
        self, service: Service, connect: Callable[[], AbstractContextManager[queries.Connection]] | None = None
    ) -> None:
        self._service = service
        self._connect = connect or service.connect

    @contextmanager
    def ask(self, known_at: str | None = None) -> "Iterator[Asked]":
        """A read as known now, or as known at a position or an instant; raises Misuse when that cannot be read."""
        with self._connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            position = None if known_at is None else self._position(connection, known_at)
            edition = queries.edition_at(connection, position)
            try:
                yield Asked(self._service, connection, edition)
            except BaseException:
                with suppress(psycopg.Error):  # what ended the read, as Ctrl-C does, may have ended the connection
                    connection.rollback()
                raise
            # Nothing was written; after a rollback the driver would forget its prepared statements.
            connection.commit()

    def _position(self, connection: queries.Connection, known_at: str) -> int:
        if match := _POSITION.fullmatch(known_at.strip()):
            generation = queries.edition_at(connection).generation
            if match[1] is not None and int(match[1]) != generation:
                raise Misuse("known-at: a position of another generation of the log")
            return int(match[2])
        try:
            instant = datetime.fromisoformat(known_at.strip())
        except ValueError:
            raise Misuse(
                "known-at: a position (digits, or generation:number) or an RFC 3339 instant with its zone"
            ) from None
        if instant.tzinfo is None:
            raise Misuse("known-at: an instant needs its zone")
        return queries.position_at(connection, instant)


class Asked:
    """Answers at one edition; days in and out are civil dates."""

    def __init__(self, service: Service, connection: queries.Connection, edition: queries.Edition) -> None:
        self._connection = connection
        self._edition = edition
        self._number = edition.number
        self._hashes = Hashes(service.keys)
        self._subjects = Subjects(service.keys, self._hashes)
        self._cells = CellOpener(connection, service.keys)
        self._today = to_day(today(service.clock))

    def _head(self, effective_at: date) -> dict[str, Any]:
        return {
            "position": self._outward(self._edition.position),
            "edition": self._number,
            "effective_at": effective_at.isoformat(),
        }

    def _outward(self, position: int) -> str:
        return f"{self._edition.generation}:{position}"

    def find(
        self, *, identifier: str | None = None, family: str | None = None, born: date | None = None, effective_at: date
    ) -> dict[str, Any]:
        """Children by an exact identifier, or by family name with date of birth; more than ten: refine."""
        if identifier is not None:
            child = self._child(identifier, None)
            children = [] if child is None else [child]
        elif family is not None and born is not None:
            digest = UUID(bytes=self._hashes.named(family, to_day(born)))
            records = queries.named(self._connection, self._number, digest, MOST_FOUND * 12)
            children = sorted(set(queries.children_of(self._connection, self._number, records).values()))
        else:
            raise Misuse("find: an identifier, or a family name with a date of birth")
        if len(children) > MOST_FOUND:
            return {**self._head(effective_at), "children": [], "refine": True}
        return {
            **self._head(effective_at),
            "children": [self._line(child, effective_at) for child in children],
            "refine": False,
        }

    def child(
        self, *, identifier: str | None = None, record: str | None = None, effective_at: date
    ) -> dict[str, Any] | None:
        """The index line of a child; None when nothing is known under that identifier."""
        child = self._child(identifier, record)
        return None if child is None else {**self._head(effective_at), **self._line(child, effective_at)}

    def timeline(
        self, *, identifier: str | None = None, record: str | None = None, retracted: bool = False, effective_at: date
    ) -> dict[str, Any] | None:
        """The involvement timeline of a child (contract 4), with what was taken back where that is asked for.

        None when nothing is known under that identifier.
        """
        child = self._child(identifier, record)
        if child is None:
            return None
        records = self._records(child)
        day = to_day(effective_at)
        held = queries.entries(self._connection, self._number, "record = ANY(%(r)s)", r=records)
        if retracted:
            held += queries.retracted(self._connection, self._edition, records)
        seen = self._seen(records)
        found = [
            self._entry(entry, contact, day, seen)
            for entry, contact in held
            if (first := entry.first_day()) is not None and first <= day and seen.may_show(entry.kind)
        ]
        if seen.may_show(ATTENDANCE):
            found += [answers.week(*week, day) for week in queries.weeks(self._connection, self._number, records, day)]
        found.sort(key=lambda e: (e["from"] or "", e["kind"], e["events"]))
        kept = queries.kept_aside(self._connection, records)
        return {
            "child": answers.child_id(child),
            "records": [answers.record_id(r) for r in records],
            **self._head(effective_at),
            "alive": self._alive(child, day),
            "identifiers": self._identifiers(records),
            "entries": found,
            "kept_aside": kept,
            "shielded": seen.shielded,
        }

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
            gaps = queries.rectangles(self._connection, self._number, day, GAP_RULES, [child])
            children.append({
                "child": line["child"], "name": line["name"], "date_of_birth": line["date_of_birth"], "lead": line["lead"],
                "entries": [self._entry(entry, contact, day, seen) for entry, contact in mine[child] if seen.may_show(entry.kind)],
                "gaps": [answers.gap(gap, day) for gap in gaps],
            })  # fmt: skip
        return {**self._head(effective_at), "worker": worker, "children": children}

    def gaps(self, *, area: str | None = None, effective_at: date) -> dict[str, Any]:
        """Children whose lead is missing, gone, contested or not accepted on a day, longest first."""
        day = to_day(effective_at)
        found = queries.rectangles(self._connection, self._number, day, GAP_RULES)
        if area is not None:
            areas = self._areas({row[0] for row in found}, day)
            found = [row for row in found if areas.get(row[0]) == answers.area(area)]
        return {
            **self._head(effective_at),
            "gaps": sorted((answers.gap(row, day) for row in found), key=lambda g: (-g["days"], g["child"], g["rule"])),
        }

    def families(self, *, area: str | None = None, lost: int | None = None, effective_at: date) -> dict[str, Any]:
        """Families out of touch on a day, most domains first (contract 4); `lost`: at least so many domains."""
        day = to_day(effective_at)
        listed = self._out_of_touch(day)
        areas = self._areas({child for family in listed for child in family.children}, day)
        shielded = self._shielded(set(areas))
        shown = []
        for family in listed:
            place = _place(family, areas, shielded)
            if (lost is None or len(family.lost) >= lost) and (area is None or place == answers.area(area)):
                shown.append(answers.family(family, place, day, shielded))
        return {
            "as_at": effective_at.isoformat(),
            "position": self._outward(self._edition.position),
            "edition": self._number,
            "families": shown,
        }

    def family(self, *, family: str, effective_at: date) -> dict[str, Any] | None:
        """One family of the list with its children; None when it is not listed on that day."""
        day = to_day(effective_at)
        for listed in self._out_of_touch(day):
            if listed.id == family:
                areas = self._areas(set(listed.children), day)
                shielded = self._shielded(listed.children)
                place = _place(listed, areas, shielded)
                feeds = queries.feeds(self._connection, self._edition.position)
                return {
                    "as_at": effective_at.isoformat(), "position": self._outward(self._edition.position), "edition": self._number,
                    **answers.family(listed, place, day, shielded),
                    # A shielded child's siblings are shown as it is: where they live tells where it does.
                    "members": [self._line(child, effective_at, hide=bool(shielded)) for child in listed.children],
                    "feeds": {rule.id: feed_heard(rule, None, feeds, day) or "heard" for rule in RULES.values() if rule.feeds},
                }  # fmt: skip
        return None

    def _child(self, identifier: str | None, record: str | None) -> ChildId | None:
        found: UUID | None
        if record is not None:
            found = answers.parse_id(record)
        elif identifier is not None:
            checked = parse_identifier(identifier)
            if not checked.valid or checked.normalised is None:
                raise Misuse(f"identifier: {checked.reason}")
            wanted = (checked.scheme, checked.normalised)
            found = self._subjects.look_up(self._connection, [wanted]).get(wanted)
        else:
            raise Misuse("an identifier or a record is needed")
        if found is None:
            return None
        child = queries.child_of(self._connection, self._number, found)
        return child if queries.known_records(self._connection, self._number, {found, child}) else None

    def _records(self, child: ChildId) -> list[UUID]:
        return queries.members(self._connection, self._number, [child])[child]

    def _identifiers(self, records: Sequence[UUID]) -> list[dict[str, str]]:
        found = queries.schemes(self._connection, self._number, records)
        return [
            {"scheme": scheme, "status": "disputed" if disputed else "live", "record": answers.record_id(record)}
            for record, scheme, disputed in found
        ]

    def _line(self, child: ChildId, effective_at: date, *, hide: bool = False) -> dict[str, Any]:
        """Who, where, school, GP, open involvements with contact, lead; `hide`: as of a shielded child."""
        day = to_day(effective_at)
        records = self._records(child)
        person = queries.people(self._connection, self._number, {child: records})[child]
        details = self._cells.person(person.person)
        dates = self._cells.birth(person.birth)
        names = details["names"] if details else []
        seen = self._seen(records, hide=hide)
        found = [
            (entry, contact)
            for entry, contact in queries.entries(
                self._connection, self._number, "record = ANY(%(r)s) AND kind <> 'relationship'", r=records
            )
            if (first := entry.first_day()) is not None
            and first <= day
            and (entry.status_at(day)[0] in ("open", "lapsed") or entry.kind == "assessment")
            and seen.may_show(entry.kind)
        ]
        by_kind: dict[str, list[dict[str, Any]]] = {}
        for entry, contact in found:
            by_kind.setdefault(entry.kind, []).append(self._entry(entry, contact, day, seen))
        return {
            "child": answers.child_id(child),
            "records": [answers.record_id(r) for r in records],
            "identifiers": self._identifiers(records),
            "name": names[0] if names else None,
            "other_names": names[1:],
            "date_of_birth": iso(dates["birth"]) if dates else None,
            "expected_date": iso(dates["expected"]) if dates and dates["birth"] is None else None,
            "sex": details["sex"] if details else None,
            "alive": _alive(person, dates, day),
            "address": None if seen.shielded else self._address(child, records, day),
            "shielded": seen.shielded,
            "school": by_kind.get("enrolment", []),
            "gp": by_kind.get("gp_registration", []),
            "involvements": [one for kind in sorted(by_kind) if kind not in NO_INVOLVEMENT for one in by_kind[kind]],
            "assessments": by_kind.get("assessment", []),
            "team": by_kind.get("team_member", []),
            "lead": [
                lead
                for lead in by_kind.get("lead", [])
                if lead["accepted"] is not None and lead["accepted"] <= effective_at.isoformat()
            ],
        }

    def _alive(self, child: ChildId, day: int) -> bool | None:
        person = queries.people(self._connection, self._number, {child: self._records(child)})[child]
        return _alive(person, self._cells.birth(person.birth), day)

    def _address(self, child: ChildId, records: Sequence[UUID], day: int) -> dict[str, Any] | None:
        held = queries.addresses(self._connection, self._number, {child: list(records)})[child]
        here = next((a for a in held if a.day <= day < a.until), None)
        if here is None:
            return None
        opened = self._cells.address(queries.Sealed(here.record, here.cell))
        return None if opened is None else {**opened, "from": iso(here.day), "to": iso(here.until)}

    def _areas(self, children: set[ChildId], day: int) -> dict[ChildId, str | None]:
        """The outward postcode of each child's address on a day: the only map there is until areas are loaded."""
        by_child = queries.members(self._connection, self._number, children)
        found: dict[ChildId, str | None] = {}
        shielded = self._shielded(children)
        homes = {
            child: None if child in shielded else next((a for a in held if a.day <= day < a.until), None)
            for child, held in queries.addresses(self._connection, self._number, by_child).items()
        }
        self._cells.expect({here.record for here in homes.values() if here is not None})
        for child, here in homes.items():
            opened = None if here is None else self._cells.address(queries.Sealed(here.record, here.cell))
            postcode = (opened or {}).get("postcode") or ""
            found[child] = answers.area(postcode.replace(" ", "")[:-3]) if len(postcode.replace(" ", "")) >= 5 else None
        return found

    def _entry(self, entry: Entry, contact: bytes | None, day: int, seen: "_Seen") -> dict[str, Any]:
        opened = None if seen.shielded else self._cells.contact(entry.record, entry.kind, contact)
        known_from = self._outward(entry.positions[0])
        return answers.entry(entry, opened, day, known_from, seen.doubted, shielded=seen.shielded)

    def _seen(self, records: Sequence[UUID], *, hide: bool = False) -> "_Seen":
        """What is to be taken account of when entries of a child's records are shown."""
        shielded = hide or bool(queries.shielded(self._connection, self._edition, records, self._today))
        return _Seen(queries.doubted(self._connection, self._edition, records), shielded)

    def _shielded(self, children: Collection[ChildId]) -> set[ChildId]:
        by_child = queries.members(self._connection, self._number, children)
        everyone = [record for records in by_child.values() for record in records]
        found = queries.shielded(self._connection, self._edition, everyone, self._today)
        return {child for child, records in by_child.items() if found.intersection(records)}

    def _out_of_touch(self, day: int) -> list[Family]:
        rows = queries.rectangles(self._connection, self._number, day, list(RULES))
        feeds = queries.feeds(self._connection, self._edition.position)
        shown = []
        for child, rule, since, starts, ends, positions, organisation in rows:
            silent = feed_heard(RULES[rule], organisation, feeds, day)
            indicator = Indicator(rule, since, starts, ends, tuple(positions), organisation)
            shown.append(Shown(indicator, child, "not_known" if silent else "true", silent))
        flagged = {one.child for one in shown}
        if not flagged:
            return []
        kin = queries.kin(self._connection, self._number, day, flagged)
        shielded = self._shielded([one.child for one in kin])
        return assemble(shown, group([replace(one, home=None) if one.child in shielded else one for one in kin]))


def _place(family: Family, areas: Mapping[ChildId, str | None], shielded: AbstractSet[ChildId]) -> str | None:
    """The area of a family; none where a child of it is shielded, for a sibling's home tells of its own."""
    if shielded & set(family.children):
        return None
    return next((areas[c] for c in family.children if areas.get(c)), None)


def _alive(person: queries.PersonRow, dates: Mapping[str, Any] | None, day: int) -> bool | None:
    if person.death is not None and person.death <= day:
        return False
    return True if dates and dates["birth"] is not None and dates["birth"] <= day else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What showing a child's entries takes account of: events whose subject is in doubt, and a shield."""

    doubted: Collection[int]
    shielded: bool

    def may_show(self, kind: str) -> bool:
        """Whether entries of a kind may be shown."""
        return not self.shielded or kind in SHOWN_OF_A_SHIELDED_CHILD


__all__ = ["Asked", "Questions"]
