"""What every question needs of one read: the edition, who a child is and where it lives, what may be shown, reference data."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from adapters.codec.times import KNOWN_AT_RULE, read_known_at
from adapters.log.keys.hashes import Hashes
from adapters.log.reader import LogReader
from adapters.log.subjects import Subjects
from adapters.process.clock import today
from adapters.questions.opening import SealedValues
from adapters.service.opened import Service
from domain.access.shield import finds, may_be_told
from domain.answers import plain
from domain.areas import SCHOOL, areas, squeezed
from domain.dates import LONDON, iso, to_day
from domain.errors import Misuse
from domain.events import ChildId
from domain.feeds import Feed, Hearing
from domain.identifiers import parse_identifier
from domain.kinds import SHOWN_OF_A_SHIELDED_CHILD
from domain.reference import KINDS, Reference, Stated, closings, standing
from domain.timeline.entries import Entry
from projections import behind, editions, kinship, queries, reference_data
from projections.kinship import Home

# Bodies of reference data that were opened before, by generation and position: an event never changes.
Bodies = dict[tuple[int, int], Mapping[str, Any]]


MANY: Final = 200  # records; of more, all shields are looked at rather than those of each
ByChild = Mapping[ChildId, Sequence[UUID]]  # the records of each child


class Reading:
    """One read at one edition."""

    def __init__(
        self, service: Service, connection: editions.Connection, edition: editions.Edition, bodies: Bodies | None = None
    ) -> None:
        self._service = service
        self._connection = connection
        self._edition = edition
        self._number = edition.number
        self._hashes = Hashes(service.keys)
        self._subjects = Subjects(service.keys, self._hashes)
        self._cells = SealedValues(connection, service.keys)
        self._log = LogReader(connection, service.keys, service.settings.fillers)
        self._bodies: Bodies = {} if bodies is None else bodies
        # What this one read has found so far; one edition, one snapshot, so that nothing of it changes meanwhile.
        self._references: dict[int, Reference] = {}
        self._heard: dict[int, Hearing] = {}
        self._said_complete: list[Feed] | None = None
        self._members: dict[ChildId, list[UUID]] = {}
        self._shields: dict[ChildId, bool] = {}
        self._homes: dict[int, dict[ChildId, Home | None]] = {}
        self._today = to_day(today(service.clock))

    def _head(self, effective_at: date) -> dict[str, Any]:
        return {
            "position": self._outward(self._edition.position),
            "edition": self._number,
            "effective_at": effective_at.isoformat(),
            "records_being_mended": self._edition.being_mended,
        }

    def _being_mended(self, children: Collection[ChildId]) -> dict[ChildId, str | None]:
        """Since which day part of each child's record could not be brought up to date; None where it is."""
        since: dict[ChildId, str | None] = dict.fromkeys(children)
        if self._edition.being_mended:
            owner = owners(self._records_of(children))
            for record, at in behind.being_mended(self._connection, self._edition, owner.keys()).items():
                day, before = at.astimezone(LONDON).date().isoformat(), since[owner[record]]
                since[owner[record]] = day if before is None else min(day, before)
        return since

    def _outward(self, position: int) -> str:
        return f"{self._edition.generation}:{position}"

    def _child(self, identifier: str | None, record: str | None) -> ChildId | None:
        found: UUID | None
        scheme: str | None = None
        if record is not None:
            found = plain.parse_id(record)
        elif identifier is not None:
            checked = parse_identifier(identifier)
            if not checked.valid or checked.normalised is None:
                raise Misuse(f"identifier: {checked.reason}")
            scheme = checked.scheme
            wanted = (scheme, checked.normalised)
            found = self._subjects.look_up(self._connection, [wanted]).get(wanted)
        else:
            raise Misuse("an identifier or a record is needed")
        if found is None:
            return None
        known = queries.known_child(self._connection, self._number, found)
        if known is None:
            return None
        self._members[known[0]] = known[1]
        if scheme is not None and not finds(scheme) and self._shielded([known[0]]):
            return None
        return known[0]

    def _records(self, child: ChildId) -> list[UUID]:
        return self._records_of([child])[child]

    def _records_of(self, children: Collection[ChildId]) -> dict[ChildId, list[UUID]]:
        """The records of each child, sorted."""
        if missing := [child for child in children if child not in self._members]:
            self._members |= queries.members(self._connection, self._number, missing)
        return {child: self._members[child] for child in children}

    @contextmanager
    def _about(self, children: Collection[ChildId], day: int) -> Iterator[list[UUID]]:
        """Sends what the block sends about the records of some children together with what all answers about them take account of."""
        by_child = self._records_of(children)
        records = [record for held in by_child.values() for record in held]
        with self._connection.pipeline():
            shielded = queries.shielded.send(self._connection, self._edition, records, self._today)
            said = reference_data.reference.send(self._connection, self._edition.position, KINDS)
            yield records
        self._take_shields(by_child, shielded.answer())
        self._take_reference(day, said.answer())

    def _address(self, here: queries.AddressRow | None) -> dict[str, Any] | None:
        opened = None if here is None else self._cells.address(queries.Sealed(here.record, here.cell))
        return None if here is None or opened is None else {**opened, "from": iso(here.day), "to": iso(here.until)}

    def _areas(self, children: set[ChildId], day: int) -> dict[ChildId, str | None]:
        """The area of each child on a day: on the first map by name that has one for it."""
        found = self._areas_on_maps(children, day)
        return {child: next((found[child][name] for name in sorted(found[child])), None) for child in children}

    def _areas_on_maps(self, children: Collection[ChildId], day: int) -> dict[ChildId, dict[str, str]]:
        """The area of each child on each map; without any map its outward postcode. A shielded child is in none."""
        reference = self._reference(day)
        shown = set(children) - self._shielded(children)
        homes = self._postcodes(shown, day)
        if not reference.area_maps:
            outward = {child: squeezed(code)[:-3] for child, code in homes.items() if code and len(squeezed(code)) >= 5}
            return {child: {"": outward[child]} if child in outward else {} for child in children}
        by_school = any(one.by == SCHOOL for one in reference.area_maps)
        schools = self._schools(shown, day) if by_school else {}
        return {
            child: areas(reference.area_maps, homes.get(child), schools.get(child, ())) if child in shown else {}
            for child in children
        }

    def _postcodes(self, children: Collection[ChildId], day: int) -> dict[ChildId, str | None]:
        """Where each child lives on a day, of those whose address is known and not erased."""
        homes = self._homes.setdefault(day, {})
        if missing := [child for child in children if child not in homes]:
            found = kinship.homes(self._connection, self._number, day, self._records_of(missing))
            homes.update({child: found.get(child) for child in missing})
        here = {child: home.sealed for child in children if (home := homes[child]) is not None}
        self._cells.expect({sealed.record for sealed in here.values()})
        opened = {child: self._cells.address(sealed) for child, sealed in here.items()}
        return {child: address["postcode"] for child, address in opened.items() if address is not None}

    def _schools(self, children: Collection[ChildId], day: int) -> dict[ChildId, set[str]]:
        """Where each child is on roll on a day."""
        found: dict[ChildId, set[str]] = {}
        for child, school in queries.enrolled(self._connection, self._number, day, children):
            found.setdefault(ChildId(child), set()).add(school)
        return found

    def reference(self, effective_at: date) -> Reference:
        """The reference data that stands on a day, as known at the edition."""
        return self._reference(to_day(effective_at))

    def _reference(self, day: int) -> Reference:
        """The reference data that stands on a day, as known at the edition."""
        if day not in self._references:
            self._take_reference(day, reference_data.reference(self._connection, self._edition.position, KINDS))
        return self._references[day]

    def _hearing(self, day: int) -> Hearing:
        """Which feeds were heard on a day, as known at the edition."""
        if day not in self._heard:
            self._heard[day] = Hearing(self._feeds(), day, self._reference(day).expected_feeds())
        return self._heard[day]

    def _feeds(self) -> list[Feed]:
        """How far each feed said last that it was complete, as known at the edition."""
        if self._said_complete is None:
            self._said_complete = reference_data.feeds(self._connection, self._number)
        return self._said_complete

    def _take_reference(self, day: int, said: Iterable[Stated]) -> None:
        said = list(said)
        stands = standing(said, day)
        over = closings(said, day)
        self._expect_bodies(one.position for one in (*stands, *over))
        self._references[day] = Reference(stands, self._body, over)

    def _expect_bodies(self, positions: Iterable[int]) -> None:
        """Open the events about no child that are about to be asked for, in one query."""
        missing = [p for p in set(positions) if (self._edition.generation, p) not in self._bodies]
        if missing:
            for event in self._log.open(queries.stored(self._connection, missing)):
                self._bodies[self._edition.generation, event.position] = event.body

    def _body(self, position: int) -> Mapping[str, Any]:
        """What an event about no child says."""
        self._expect_bodies([position])
        return self._bodies[self._edition.generation, position]

    def _entry(self, entry: Entry, contact: bytes | None, day: int, seen: "Protection") -> dict[str, Any]:
        opened = None if seen.shielded else self._cells.contact(entry.record, entry.kind, contact)
        known_from = self._outward(entry.positions[0])
        shown = plain.entry(entry, opened, day, known_from, shielded=seen.shielded)
        return self._named(shown, day)

    def _named(self, shown: dict[str, Any], day: int) -> dict[str, Any]:
        """An entry with the name of its agency, where that is registered."""
        named = self._reference(day).organisations().get(shown["agency"])
        return {**shown, "agency_name": None if named is None else named["name"]}

    def _seen(self, child: ChildId) -> "Protection":
        return self._seen_of([child])[child]

    def _seen_of(self, children: Collection[ChildId], hide: Collection[ChildId] = ()) -> dict[ChildId, "Protection"]:
        """What is to be taken account of when entries of children are shown; `hide`: as of shielded children."""
        shielded = self._shielded(children)
        return {child: Protection(child in hide or child in shielded) for child in children}

    def _take_shields(self, by_child: ByChild, found: AbstractSet[UUID]) -> None:
        self._shields |= {child: not found.isdisjoint(records) for child, records in by_child.items()}

    def _shielded(self, children: Collection[ChildId]) -> set[ChildId]:
        if missing := [child for child in children if child not in self._shields]:
            by_child = self._records_of(missing)
            everyone = [record for records in by_child.values() for record in records]
            if len(everyone) > MANY:
                found = queries.all_shielded(self._connection, self._edition, self._today)
            else:
                found = queries.shielded(self._connection, self._edition, everyone, self._today)
            self._take_shields(by_child, found)
        return {child for child in children if self._shields[child]}


def owners(by_child: ByChild) -> dict[UUID, ChildId]:
    """The child of each record."""
    return {record: child for child, records in by_child.items() for record in records}


def identifiers(
    by_child: ByChild, said: Iterable[tuple[UUID, str, str]], seen: Mapping[ChildId, "Protection"]
) -> dict[ChildId, list[dict[str, str]]]:
    """The identifiers that each child is known by: their schemes, never their values; of a shielded child no agency's own."""
    owner = owners(by_child)
    found: dict[ChildId, list[dict[str, str]]] = {child: [] for child in by_child}
    for record, scheme, status in said:
        child = owner[record]
        if may_be_told(scheme) or not seen[child].shielded:
            found[child].append({"scheme": scheme, "status": status, "record": plain.record_id(record)})
    return found


def records_shown(records: Sequence[UUID], known_by: Sequence[Mapping[str, str]], seen: "Protection") -> list[str]:
    """The ids of a child's records; of a shielded child only of those whose identifiers are told."""
    told = {one["record"] for one in known_by}
    every = [plain.record_id(record) for record in records]
    return [one for one in every if one in told] if seen.shielded else every


def position_of(connection: editions.Connection, known_at: str, generation: int, name: str = "known-at") -> int:
    """The position of a generation of the log that is meant by a position (digits, or generation:number) or an instant.

    Raises Misuse, which says the `name` under which it was asked.
    """
    read = read_known_at(known_at.strip())
    if read is None:
        raise Misuse(f"{name}: {KNOWN_AT_RULE}")
    if isinstance(read, datetime):
        return editions.position_at(connection, read)
    of, number = read
    if of is not None and of != generation:
        raise Misuse(f"{name}: a position of another generation of the log")
    return number


def is_alive(person: queries.PersonRow, dates: Mapping[str, Any] | None, day: int) -> bool | None:
    """Alive, dead, or None for unborn or not known (contract 3)."""
    if person.death is not None and person.death <= day:
        return False
    return True if dates and dates["birth"] is not None and dates["birth"] <= day else None


@dataclass(frozen=True, slots=True)
class Protection:
    """What showing a child's entries takes account of: a shield."""

    shielded: bool

    def may_show(self, kind: str) -> bool:
        """Whether entries of a kind may be shown."""
        return not self.shielded or kind in SHOWN_OF_A_SHIELDED_CHILD
