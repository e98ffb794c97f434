"""One child as the reference sees it: the entries, addresses, life and person of all its records."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from domain.dates import FOREVER, add_months, school_age
from domain.effects import SAYS_NO_PERSON, Act
from domain.events import ChildId, Event, Position, RecordId
from domain.facts import Fact, live_facts
from domain.identifiers import NHS, UPN
from domain.identity.contested import ToldOf
from domain.identity.sealed import Sealing, end_with_identity
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT, TOLD_IN_CONFIDENCE, is_additional
from domain.spans import Spans, subtract, union
from domain.timeline.entries import Entry
from domain.timeline.marks import Mark, Marked, standing_marks
from domain.timeline.pairing import NO_SUCCESSORS, ONE_RECORD, absent, entries
from domain.timeline.snapshots import Snapshot
from domain.timeline.succession import Successors

# While it lasts, the current address (Housing Act 1996 part 7).
TEMPORARY_ACCOMMODATION, TEMPORARY = "temporary_accommodation", "temporary"
LAST_KNOWN, LEFT_ENGLAND = "last_known", "left_england"

T = TypeVar("T")

# From the school leaving date, in June of the school year of the sixteenth birthday.
GROWN_MONTHS = 27


@dataclass(frozen=True, slots=True)
class AddressFrom:
    """An address that holds from a day until the child's next one.

    `placed`: in temporary accommodation, which is the current address until the day `until`, whatever others tell meanwhile.
    """

    start: int
    address: Mapping[str, Any]
    order: tuple[int, bytes]
    position: int
    record: RecordId
    placed: bool = False
    until: int = FOREVER

    def lasts(self, day: int) -> bool:
        """Whether a placement had begun and not ended by a day."""
        return self.placed and self.start <= day < self.until

    def status_at(self, day: int) -> str:
        """As its status stands on a day: a placement that is over is the last known address."""
        return LAST_KNOWN if self.placed and self.until <= day else str(self.address["status"])


@dataclass(frozen=True, slots=True)
class Child:
    """Everything the views' rules read; days are day numbers, `death` the day of a death that stands.

    `notified`: the day of birth that a notification of birth told. `birth_for_rules` is the date of birth that an indicator or a
    measure may rest on: None where a sensitive service alone has told it.
    `called`: what organisations stated of its names, in order; `told`: of its date of birth and sex. No sensitive service is named
    in either.
    `sealed`: the day from which the child has a new identity, of which nothing here may tell.
    """

    id: ChildId
    records: tuple[RecordId, ...]
    entries: tuple[Entry, ...]
    addresses: tuple[AddressFrom, ...]
    marks: tuple[Mark, ...]
    birth: int | None
    expected: int | None
    death: int | None
    person: Mapping[str, Any] | None
    numbered: bool = True
    sealed: int | None = None
    sex: str | None = None
    called: tuple[tuple[str, Sequence[Mapping[str, Any]]], ...] = ()
    notified: int | None = None
    birth_for_rules: int | None = None
    told: tuple[ToldOf, ...] = ()

    def of_kind(self, *kinds: str) -> list[Entry]:
        """Entries of some kinds that are surely about the child, and whose dates can be trusted."""
        return [e for e in self.entries if e.kind in kinds and e.why is None and not e.doubted]

    @property
    def over(self) -> int | None:
        """The day from which nothing is looked for any more: of a death, or of a new identity."""
        return min((day for day in (self.death, self.sealed) if day is not None), default=None)

    def address_at(self, day: int) -> AddressFrom | None:
        """The address that holds on a day: of temporary accommodation while that lasts and the child is in England, else the last told."""
        return _holding(self.addresses, day)

    def home_at(self, day: int) -> tuple[AddressFrom | None, bool]:
        """Where the child lives on a day, and whether it is only the last known: that of before, where nobody knows the present one."""
        here = self.address_at(day)
        if here is None or not is_nowhere(here.address):
            return here, here is not None and here.status_at(day) == LAST_KNOWN
        before = _holding([a for a in self.addresses if not is_nowhere(a.address)], day)
        return before, before is not None

    def alive_at(self, day: int) -> bool | None:
        """True, false, or None for unborn or not known (contract 3)."""
        if self.death is not None and self.death <= day:
            return False
        return True if self.birth is not None and self.birth <= day else None

    def address_spans(self) -> list[tuple[AddressFrom, int]]:
        """Each address with the first day on which the next one holds."""
        following = [address.start for address in self.addresses[1:]]
        return list(zip(self.addresses, [*following, FOREVER], strict=False))

    def silenced(self) -> Spans:
        """Days on which no indicator speaks: after death or a new identity, when grown up, and while the child has left England.

        A person is a child until eighteen (Children Act 1989 s.105): silent from the autumn after the school year of that birthday.
        """
        away = [(a.start, until) for a, until in self.address_spans() if a.address["status"] == "left_england"]
        left = [(e.start, self._home_after(e.start)) for e in self.of_kind("left_england") if e.start is not None]
        born = self.birth_for_rules
        grown = None if born is None else add_months(school_age(born)[1], GROWN_MONTHS)
        return union([*away, *left, *((day, FOREVER) for day in (self.over, grown) if day is not None)])

    def _home_after(self, day: int) -> int:
        """The first day after a day on which an address in England was said to hold."""
        homes = [a.start for a in self.addresses if a.start > day and a.address["status"] != "left_england"]
        return min(homes, default=FOREVER)


def is_nowhere(address: Mapping[str, Any]) -> bool:
    """Whether an address says that nobody knows where the child lives, or that it lives nowhere."""
    return bool(address["status"] == "none_known" or address["residence"] == "no_fixed_abode")


def _holding(addresses: Sequence[AddressFrom], day: int) -> AddressFrom | None:
    past = [a for a in addresses if a.start <= day]
    away = bool(past) and past[-1].address["status"] == LEFT_ENGLAND  # whatever nobody told of the placement
    lasting = [] if away else [a for a in past if a.lasts(day)]
    return next(reversed(lasting or past), None)


def build_child(
    child: ChildId,
    records: Sequence[RecordId],
    events: Iterable[Event],
    scheme_of: Mapping[RecordId, str] | None = None,
    whole: Sequence[Snapshot] = (),
    doubted: Collection[int] = frozenset(),
    sealed: Mapping[RecordId, Sealing] = MappingProxyType({}),
    marks: Iterable[Marked] = (),
    holder: Mapping[RecordId, RecordId] = ONE_RECORD,
    schools: Successors = NO_SUCCESSORS,
) -> Child:
    """A child from the events of its records, and from their `marks`; `scheme_of` tells whether it is known by a number of school or health.

    Events at the positions `doubted` may be about another child: they say nothing of who and where this one is. `holder` and
    `schools` as of `entries`.
    """
    members = set(records)
    mine = [event for event in events if event.record in members]
    taken_back = {
        (event.organisation, str(event.body["target"]["event_id"]))
        for event in mine
        if event.act is Act.RETRACT and event.target_key is not None
    }
    live = live_facts(mine)
    # In the order in which they were recorded, so that of several statements the last holds.
    facts = sorted((fact for fact in live if fact.event.position not in doubted), key=lambda fact: fact.event.order)
    people = [(fact.event, person) for fact in facts if (person := _person_of(fact)) is not None]
    over = min((sealed[record].day for record in records if record in sealed), default=None)
    found = entries(mine, doubted=doubted, holder=holder, schools=schools, live=live)
    told = found if over is None else [end_with_identity(entry, over) for entry in found]
    shown = absent(told, whole)
    born = _last(fact.event.birth for fact in facts if fact.event.effect.kind not in TOLD_IN_CONFIDENCE)
    return Child(
        child,
        tuple(sorted(records)),
        tuple(shown),
        tuple(_addresses(facts, shown)),
        tuple(standing_marks(marks, taken_back)),
        _last(fact.event.birth for fact in facts) if born is None else born,
        _last(person["expected_date"] for _, person in people),
        _death(facts),
        _last(person if person["names"] else None for _, person in people),
        scheme_of is None or any(scheme_of.get(record) in (NHS, UPN) for record in records),
        over,
        _last(person["sex"] for _, person in people),
        tuple((_whose(event), person["names"]) for event, person in people if person["names"]),
        min((f.start for f in facts if f.event.act is Act.BIRTH), default=None),
        born,
        tuple(ToldOf(event.organisation, event.birth, person["sex"]) for event, person in people if _whose(event)),
    )


def _whose(event: Event) -> str:
    """Whose word an event is, where that may be told: of a sensitive service nothing."""
    return "" if event.effect.kind in TOLD_IN_CONFIDENCE else event.organisation


def _addresses(facts: Sequence[Fact], entries: Iterable[Entry]) -> list[AddressFrom]:
    """One a day (of temporary accommodation, else the last recorded), in order of the day; the next one ends the one before."""
    event_at = {fact.event.position: fact.event for fact in facts}
    told = [
        AddressFrom(f.start, address, f.event.order, f.event.position, f.event.record)
        for f in facts
        if f.event.act in (Act.ADDRESS, Act.BIRTH) and (address := f.event.body.get("address")) is not None
    ]
    placed = [(entry, event_at[Position(entry.main)]) for entry in entries if _is_placement(entry)]
    told += [
        AddressFrom(
            entry.start, _placed_at(address), event.order, event.position, event.record, True, entry.open_until()
        )
        for entry, event in placed
        if entry.start is not None
        and (address := event.body.get("address")) is not None
        and address["status"] == "current"
    ]
    by_day: dict[int, AddressFrom] = {}
    for one in told:
        current = by_day.get(one.start)
        if current is None or (one.placed, one.order) > (current.placed, current.order):
            by_day[one.start] = one
    return [by_day[day] for day in sorted(by_day)]


def _is_placement(entry: Entry) -> bool:
    return entry.kind == TEMPORARY_ACCOMMODATION and entry.why is None and not entry.doubted and entry.start is not None


def _placed_at(address: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**address, "residence": address["residence"] or TEMPORARY}


def _last(stated: Iterable[T | None]) -> T | None:
    """The last value among those stated, in order."""
    return next((value for value in reversed(list(stated)) if value is not None), None)


def _person_of(fact: Fact) -> Mapping[str, Any] | None:
    return None if fact.event.act in SAYS_NO_PERSON else fact.event.person()


def _death(facts: Sequence[Fact]) -> int | None:
    """The last word on a death: a notification, or its withdrawal, which wins where both were recorded at one instant.

    Published messages of a death and of its removal share their times; a withdrawn death must never be hidden.
    """
    said = [f for f in facts if f.event.act in (Act.DEATH, Act.DEATH_WITHDRAWN)]
    if not said:
        return None
    last = max(said, key=lambda f: (f.event.recorded_at, f.event.act is Act.DEATH_WITHDRAWN, f.event.tie))
    return last.start if last.event.act is Act.DEATH else None


def additional_services(child: Child) -> list[Entry]:
    """Additional services that work, or worked, with a child (domain.kinds)."""
    return [e for e in child.of_kind(INVOLVEMENT, *ADDITIONAL_SERVICES) if is_additional(e.kind, e.provision)]


def open_spans(found: Iterable[Entry]) -> Spans:
    """The days on which any of some entries counts as open (lapsed ones no longer do)."""
    return union((e.start, e.open_until()) for e in found if e.start is not None)


def dated_spans(found: Iterable[Entry]) -> Spans:
    """The days between start and end of some entries, unended ones for ever."""
    return union((e.start, FOREVER if e.end is None else e.end) for e in found if e.start is not None)


def not_silenced(child: Child, spans: Spans) -> Spans:
    """Spans without the days on which the child's indicators are silenced."""
    return subtract(spans, child.silenced())
