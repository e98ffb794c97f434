"""What every question needs of one read: the edition, who a child is and where it lives, what may be shown, reference data."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final
from uuid import UUID

import psycopg

from adapters.codec.times import KNOWN_AT_RULE, read_known_at
from adapters.log.keys.hashes import Hashes, event_text
from adapters.log.sealed_values import SealedValueOpener, keys_expected
from adapters.process.clock import today
from adapters.questions.barring import Barred, barred
from adapters.questions.published import PublishedReading
from adapters.questions.remembered import Remembered
from adapters.questions.shared_home import sharing
from adapters.service.opened import Service
from domain.access.rules import Bar
from domain.access.sharing import Sharing
from domain.access.shield import finds
from domain.access.viewer import LOCAL_OPERATOR, Role, Viewer
from domain.answers.children import KnownChild, Person, ShownAddress, ShownName
from domain.answers.entries import AsAt, ShownContacts
from domain.answers.ids import parse_id
from domain.answers.not_shown import RestsOn
from domain.areas import SCHOOL, areas, squeezed
from domain.cases.marks import NO_MARKS, Marks
from domain.dates import LONDON, iso, iso_day, to_day
from domain.errors import Misuse
from domain.events import ChildId
from domain.identifiers import IdentifierStatus, parse_identifier
from domain.indicators.rules import rule_of
from domain.leads.active import GAPS
from domain.leads.family import SaidOfFamily
from domain.names import all_names
from domain.reference import KINDS
from domain.timeline.entries import Entry
from domain.timeline.served import as_served
from projections import behind, editions, kinship, persons, pipelined, queries, reference_data, shields
from projections.kinship import Home

LEAD: Final = "lead"
MANY: Final = 100  # records; of more, all shields are looked at rather than those of each
ByChild = Mapping[ChildId, Sequence[UUID]]  # the records of each child


class Reading(PublishedReading):
    """One read at one edition."""

    def __init__(
        self,
        service: Service,
        connection: editions.Connection,
        edition: editions.Edition,
        remembered: Remembered | None = None,
        head: editions.Edition | None = None,
        viewer: Viewer = LOCAL_OPERATOR,
    ) -> None:
        self.viewer = viewer
        super().__init__(service, connection, edition, remembered)
        self.head = head or edition
        self.number = edition.number
        self.hashes = Hashes(service.keys)
        self.cells = SealedValueOpener(connection, service.keys)
        # What this one read has found so far; one edition, one snapshot, so that nothing of it changes meanwhile.
        self._members: dict[ChildId, list[UUID]] = {}
        self._shields: dict[ChildId, bool] = {}
        self._barred: dict[ChildId, Barred | None] = {}
        self._lifted: set[ChildId] = set()
        self._derives: dict[str, bool] = {}  # by rule
        self._asked_about: dict[tuple[str | None, str | None], ChildId | None] = {}
        self._shielded_beside: set[UUID] = set()  # records of others that stood at one place with those looked at
        self._shares: dict[tuple[ChildId, int], bool] = {}  # on a day
        self._homes: dict[int, dict[ChildId, Home | None]] = {}
        self.others_in_families: dict[int, dict[ChildId, set[ChildId]]] = {}  # adapters.questions.kin, by day
        self.families_led: dict[int, list[tuple[ChildId, ...]]] = {}  # those with a lead of the family, by day
        self.said_of_families: dict[int, SaidOfFamily | None] = {}  # adapters.questions.family_views, by position
        self.leads: dict[ChildId, list[tuple[Entry, bytes | None]]] = {}  # adapters.questions.leads.leads_of
        self.today = to_day(today(service.clock))

    def being_mended(self, children: Collection[ChildId]) -> dict[ChildId, str | None]:
        """Since which day part of each child's record could not be brought up to date; None where it is."""
        since: dict[ChildId, str | None] = dict.fromkeys(children)
        if self.edition.being_mended:
            owner = owners(self.records_of(children))
            for record, at in behind.being_mended(self.connection, self.edition, owner.keys()).items():
                day, before = at.astimezone(LONDON).date().isoformat(), since[owner[record]]
                since[owner[record]] = day if before is None else min(day, before)
        return since

    def position(self, position: int) -> str:
        """A position as it is shown."""
        return f"{self.edition.generation}:{position}"

    @property
    def head_position(self) -> str:
        """Where the last edition ends, as it is shown: what is judged as of now is judged there."""
        return self.position(self.head.position)

    def at_head(self) -> "Reading":
        """The same read, of the same snapshot, at the last edition."""
        if self.head == self.edition:
            return self
        return Reading(self.service, self.connection, self.head, self.remembered, viewer=self.viewer)

    def bars(self, *children: ChildId) -> frozenset[Bar]:
        """What keeps the viewer from a child, or from any of several.

        Asked each time, so that one of the viewer's own takes as long as one that nobody knows.
        """
        return frozenset().union(*(found.bars for found in barred(self, children).values()))

    def kept_from(self, children: Collection[ChildId]) -> set[ChildId]:
        """Those of some children who stand in no list of the viewer's, and are nobody's brother or sister there."""
        return {child for child, found in self._barred_of(children).items() if found is not None and found.kept}

    def _barred_of(self, children: Collection[ChildId]) -> dict[ChildId, Barred | None]:
        if missing := {child for child in children if child not in self._barred}:
            found = barred(self, missing)
            self._barred |= {child: found.get(child) for child in missing}
        return {child: self._barred[child] for child in children}

    @cached_property
    def sharing(self) -> Sharing:
        """What agreements between organisations let the viewer see, as they are at the head."""
        made = self.at_head().reference(self.today).agreements
        everything = self.viewer.role is Role.OPERATOR
        of_kinds = {} if everything else disclosure_of_kinds()  # whose rows the operator's questions need not load
        return Sharing(self.viewer.organisation, self.today, everything, made, of_kinds)

    def may_derive(self, rule: RestsOn) -> bool:
        """Whether what a rule derives may be shown to the viewer: who may not know all that it rests on is shown it of no child."""
        if rule.id not in self._derives:
            self._derives[rule.id] = not self.sharing.not_all_known(rule.reads)
        return self._derives[rule.id]

    def shows_prompt(self, row: queries.Rectangle) -> bool:
        """The same of a gap or an indicator, as it is stored."""
        return self.may_derive(GAPS.get(row[1]) or rule_of(row[1], row[6]))

    def lift_shields(self, children: Collection[ChildId]) -> None:
        """Show some children as if they were not shielded; a sealed identity stays as it is."""
        records = self.records_of(children)
        sealed = shields.sealed(self.connection, [record for some in records.values() for record in some])
        self._lifted |= {child for child, some in records.items() if sealed.isdisjoint(some)}

    def event(self, position: int) -> str:
        """The event at a position, as it is shown: by a keyed hash, for its place would tell how much else came."""
        return event_text(self.hashes, self.edition.generation, position)

    def at(self, day: int) -> AsAt:
        """What the answers of this read are shaped by, on a day."""
        organisations = self.reference(day).organisations()

        def named(code: str | None) -> str | None:
            known = organisations.get(code) if code is not None else None
            return None if known is None else str(known["name"])

        school_days = self.reference(day).is_school_day
        marks = self.marks({record for some in self._members.values() for record in some})
        return AsAt(
            day,
            self.position,
            self.event,
            named,
            lambda entry: as_served(entry, school_days),
            marks.of_entry,
            marks.of_child,
            self.sharing.not_all_known,
        )

    def marks(self, records: Collection[UUID]) -> Marks:
        """What people dispute of some records, and which of these are not to be used; nothing is asked where nobody ever did so."""
        if not self.edition.requests or not records:
            return NO_MARKS
        from adapters.questions.marks import marks_of  # loads what few answers need

        return marks_of(self.service, self.connection, self.edition, records)

    def known(
        self,
        people: Mapping[ChildId, persons.PersonRow],
        schemes: Iterable[tuple[UUID, str, IdentifierStatus]],
        day: int,
        hide: Collection[ChildId] = (),
        *,
        named: bool = True,
    ) -> dict[ChildId, KnownChild]:
        """What every answer about some children begins with; `hide`: those that are shown as shielded children are.

        Without `named` of who they are only the days of birth and death.
        """
        by_child = self.records_of(people)
        owner, hidden, behind_since = owners(by_child), self.hidden(people, day), self.being_mended(people)
        self.cells.expect(owner)
        numbers: dict[ChildId, list[tuple[UUID, str, IdentifierStatus]]] = {child: [] for child in people}
        for one in schemes:
            numbers[owner[one[0]]].append(one)
        return {
            child: KnownChild(
                child,
                by_child[child],
                numbers[child],
                self._person(row, named=named),
                child in hide or child in hidden,
                behind_since[child],
            )
            for child, row in people.items()
        }

    def name(self, row: persons.PersonRow) -> ShownName | None:
        """The name of a child that stands; None where there is none, or it is erased."""
        return next(iter(self._person(row, named=True).names), None)

    def _person(self, row: persons.PersonRow, *, named: bool) -> Person:
        dates = self.cells.birth(row.birth) or {}
        if not named:
            return Person(birth=dates.get("birth"), expected=dates.get("expected"), death=row.death)
        details = self.cells.person(row.person) or {}
        sex = details.get("sex") if row.sex is None else self.cells.sex(row.sex)
        called = [(by, said["names"]) for by, cell in row.called if (said := self.cells.person(cell)) is not None]
        return Person(
            details.get("names", ()), sex, dates.get("birth"), dates.get("expected"), row.death, all_names(called)
        )

    def child(self, identifier: str | None, record: str | None) -> ChildId | None:
        """The child that the viewer finds by an identifier, or that has a record; None where there is none. Raises Misuse."""
        known = self.known_by(identifier, record)
        if known is None or record is not None or identifier is None:
            return known
        hides = not finds(parse_identifier(identifier).scheme, self.viewer.organisation) and self.shielded([known])
        return None if hides else known

    def known_by(self, identifier: str | None, record: str | None) -> ChildId | None:
        """The child that is known by an identifier, or has a record, whoever finds it; None where there is none. Raises Misuse."""
        asked = identifier, record
        if asked not in self._asked_about:
            self._asked_about[asked] = self._known_by(identifier, record)
        return self._asked_about[asked]

    def _known_by(self, identifier: str | None, record: str | None) -> ChildId | None:
        if record is not None:
            known = queries.known_child(self.connection, self.number, record=parse_id(record))
        elif identifier is not None:
            checked = parse_identifier(identifier)
            if not checked.valid or checked.normalised is None:
                raise Misuse(f"identifier: {checked.reason}")
            digest = self.hashes.identifier(checked.scheme, checked.normalised)
            known = queries.known_child(self.connection, self.number, digest=digest)
        else:
            raise Misuse("an identifier or a record is needed")
        if known is None:
            return None
        self._members[known[0]] = known[1]
        return known[0]

    def records(self, child: ChildId) -> list[UUID]:
        """The records of a child, sorted."""
        return self.records_of([child])[child]

    def records_of(self, children: Collection[ChildId]) -> dict[ChildId, list[UUID]]:
        """The records of each child, sorted."""
        members = self._members
        try:
            return {child: members[child] for child in children}
        except KeyError:
            missing = [child for child in children if child not in members]
            members |= queries.members(self.connection, self.number, missing)
        return {child: members[child] for child in children}

    @contextmanager
    def about(self, children: Collection[ChildId], day: int) -> Iterator[list[UUID]]:
        """Sends what the block sends about the records of some children together with what all answers about them take account of."""
        by_child = self.records_of(children)
        records = [record for held in by_child.values() for record in held]
        with self.connection.pipeline():
            shielded = self._send_shielded(records)
            after, until = self.reference_until(), self.edition.position
            new = reference_data.reference.send(self.connection, after, until, KINDS) if after < until else None
            yield records
        self._take_shields(by_child, shielded.answer())
        self.take_reference(day, after, () if new is None else new.answer())

    def address(self, here: persons.AddressRow | None) -> ShownAddress | None:
        """An address as it is shown; None where there is none, or it is erased."""
        opened = None if here is None else self.cells.address(persons.Sealed(here.record, here.cell))
        if here is None or opened is None:
            return None
        return {
            "status": here.status, "lines": opened["lines"], "postcode": opened["postcode"], "uprn": opened["uprn"],
            "residence": here.residence, "return": opened["return"], "from": iso_day(here.day), "to": iso(here.until),
        }  # fmt: skip

    def expect_cells(self, records: Iterable[UUID], entries: Iterable[tuple[Entry, bytes | None]]) -> None:
        """Fetch the keys of who some records are of, and of the contacts of entries and the events of leads, all at once."""
        self.cells.expect(records, _opened_of(entries))

    def send_for_cells(
        self, records: Iterable[UUID], entries: Iterable[tuple[Entry, bytes | None]]
    ) -> pipelined.Sent[None]:
        """The same, together with other queries: its answer is to be asked for before anything is opened."""
        return keys_expected.send(self.cells, records, _opened_of(entries))

    def contact(self, entry: Entry, sealed: bytes | None) -> ShownContacts | None:
        """The contact that an entry names, opened; None where there is none, or it is erased."""
        opened = self.cells.contact(entry.record, entry.kind, sealed)
        return None if opened is None else {"worker": opened["worker"], "team": opened["team"]}

    def areas(self, children: set[ChildId], day: int) -> dict[ChildId, str | None]:
        """The area of each child on a day: on the first map by name that has one for it."""
        found = self.areas_on_maps(children, day)
        return {child: next((found[child][name] for name in sorted(found[child])), None) for child in children}

    def areas_on_maps(self, children: Collection[ChildId], day: int) -> dict[ChildId, dict[str, str]]:
        """The area of each child on each map; without any map its outward postcode. A hidden child is in none."""
        reference = self.reference(day)
        shown = set(children) - self.hidden(children, day)
        homes = self.postcodes(shown, day)
        if not reference.area_maps:
            outward = {child: squeezed(code)[:-3] for child, code in homes.items() if code and len(squeezed(code)) >= 5}
            return {child: {"": outward[child]} if child in outward else {} for child in children}
        by_school = any(one.by == SCHOOL for one in reference.area_maps)
        schools = self.schools(shown, day) if by_school else {}
        return {
            child: areas(reference.area_maps, homes.get(child), schools.get(child, ())) if child in shown else {}
            for child in children
        }

    def postcodes(self, children: Collection[ChildId], day: int) -> dict[ChildId, str | None]:
        """Where each child lives on a day, or lived last, of those whose address was ever known and is not erased."""
        homes = self._homes.setdefault(day, {})
        if missing := [child for child in children if child not in homes]:
            found = kinship.homes(self.connection, self.number, day, self.records_of(missing))
            homes.update({child: found.get(child) for child in missing})
        here = {child: home.sealed for child in children if (home := homes[child]) is not None}
        self.cells.expect({sealed.record for sealed in here.values()})
        opened = {child: self.cells.address(sealed) for child, sealed in here.items()}
        return {child: address["postcode"] for child, address in opened.items() if address is not None}

    def last_known(self, children: Collection[ChildId], day: int) -> set[ChildId]:
        """Those of some children of whom nobody knows where they live on a day, though it was known once."""
        self.postcodes(children, day)
        return {child for child in children if (home := self._homes[day][child]) is not None and home.last_known}

    def schools(self, children: Collection[ChildId], day: int) -> dict[ChildId, set[str]]:
        """Where each child is on roll on a day."""
        found: dict[ChildId, set[str]] = {}
        for child, school in queries.enrolled(self.connection, self.number, day, children):
            found.setdefault(ChildId(child), set()).add(school)
        return found

    def take_members(self, records: Mapping[ChildId, list[UUID]]) -> None:
        """The records of children that were found on the way need not be asked for again."""
        self._members.update(records)

    def take_homes(self, day: int, found: kinship.Kinship) -> None:
        """What a look at families found of records and homes need not be asked for again."""
        self._members.update(found.records)
        self._homes.setdefault(day, {}).update({child: found.homes.get(child) for child in found.records})

    def _take_shields(self, by_child: ByChild, found: AbstractSet[UUID]) -> None:
        self._shields |= {child: not found.isdisjoint(records) for child, records in by_child.items()}
        self._shielded_beside |= found

    def take_shield(self, child: ChildId, *, holds: bool) -> None:
        """Whether a shield holds over a child, as was found otherwise."""
        self._shields[child] = holds

    def has_shielded(self) -> bool:
        """Whether any child that this read has looked at is shielded, or hidden beside one that is."""
        return any(self._shields.values()) or any(self._shares.values())

    def hidden(self, children: Collection[ChildId], day: int) -> set[ChildId]:
        """Those of some children of whom no whereabouts are shown: the shielded, and who lives on a day, or now, where one of these does."""
        found = self.shielded(children)
        if self._shielded_beside:
            others = [child for child in children if child not in found]
            if missing := [child for child in others if (child, day) not in self._shares]:
                share = sharing(self, missing, self._shielded_beside, day)
                self._shares |= {(child, day): child in share for child in missing}
            found |= {child for child in others if self._shares[child, day]}
        return found - self._lifted

    def shielded(self, children: Collection[ChildId]) -> set[ChildId]:
        """Those of some children over whom a shield holds, at this edition or at the head of the log."""
        if missing := [child for child in children if child not in self._shields]:
            by_child = self.records_of(missing)
            everyone = [record for records in by_child.values() for record in records]
            self._take_shields(by_child, self.shielded_records(everyone))
        return {child for child in children if self._shields[child] and child not in self._lifted}

    def shielded_records(self, records: Collection[UUID]) -> set[UUID]:
        """Records over which a shield holds, of some and of who stands at one place with these, or of all: of many all shields are looked at."""
        return self._send_shielded(records).answer() if records else set()

    def _send_shielded(self, records: Collection[UUID]) -> pipelined.Sent[set[UUID]]:
        if len(records) > MANY:
            return shields.all_shielded.send(self.connection, self.edition, self.today)
        return shields.shielded.send(self.connection, self.edition, records, self.today)


@contextmanager
def reading_at(
    service: Service,
    connection: editions.Connection,
    known_at: str | None,
    remembered: Remembered | None = None,
    viewer: Viewer = LOCAL_OPERATOR,
) -> Iterator[Reading]:
    """A read as known now, or as known at a position or an instant; raises Misuse when that cannot be read."""
    head = edition = editions.begin(connection)
    try:
        if known_at is not None:
            position = position_of(connection, known_at, head.generation)
            edition = editions.edition_until(connection, position, head.generation)
        yield Reading(service, connection, edition, remembered, head=head, viewer=viewer)
    except BaseException:
        with suppress(psycopg.Error):  # what ended the read, as Ctrl-C does, may have ended the connection
            connection.rollback()
        raise
    # Nothing was written; after a rollback the driver would forget its prepared statements.
    connection.commit()


def _opened_of(entries: Iterable[tuple[Entry, bytes | None]]) -> Iterator[tuple[UUID, str]]:
    """Of which records and kinds something is opened: contacts, and the events of leads (adapters.questions.family_views)."""
    return ((entry.record, entry.kind) for entry, contact in entries if contact is not None or entry.kind == LEAD)


@lru_cache
def disclosure_of_kinds() -> Mapping[str, str]:
    """The disclosure class of each kind of entry."""
    from schemas.registry import registry  # loads what only people's questions need

    return {schema.effect.kind: schema.effect.disclosure for schema in registry().newest.values()}


def owners(by_child: ByChild) -> dict[UUID, ChildId]:
    """The child of each record."""
    return {record: child for child, records in by_child.items() for record in records}


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
