"""One child as the reference sees it: the entries, addresses, life and person of all its records."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain.dates import FOREVER, add_months, school_age
from domain.effects import SAYS_NO_PERSON, Act
from domain.events import ChildId, Event, RecordId
from domain.facts import Fact, live_facts
from domain.identifiers import NHS, UPN
from domain.identity.sealed import Sealing, end_with_identity
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT, TOLD_IN_CONFIDENCE, is_additional
from domain.spans import Spans, subtract, union
from domain.timeline.entries import Entry, absent, entries
from domain.timeline.marks import Mark, Marked, standing_marks
from domain.timeline.snapshots import Snapshot

# From the school leaving date, in June of the school year of the sixteenth birthday.
GROWN_MONTHS = 27


@dataclass(frozen=True, slots=True)
class AddressFrom:
    """An address that holds from a day until the child's next one."""

    start: int
    address: Mapping[str, Any]
    order: tuple[int, bytes]
    position: int
    record: RecordId


@dataclass(frozen=True, slots=True)
class Child:
    """Everything the views' rules read; days are day numbers, `death` the day of a death that stands.

    `called`: what organisations stated of its names, in order. `birth_for_rules` is the date of birth that an indicator or a
    measure may rest on: None where a sensitive service alone has told it.
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
    birth_for_rules: int | None = None

    def of_kind(self, *kinds: str) -> list[Entry]:
        """Entries of some kinds that are surely about the child, and whose dates can be trusted."""
        return [e for e in self.entries if e.kind in kinds and e.why is None and not e.doubted]

    @property
    def over(self) -> int | None:
        """The day from which nothing is looked for any more: of a death, or of a new identity."""
        return min((day for day in (self.death, self.sealed) if day is not None), default=None)

    def address_at(self, day: int) -> AddressFrom | None:
        """The address that holds on a day."""
        past = [a for a in self.addresses if a.start <= day]
        return past[-1] if past else None

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


def build_child(
    child: ChildId,
    records: Sequence[RecordId],
    events: Iterable[Event],
    scheme_of: Mapping[RecordId, str] | None = None,
    whole: Sequence[Snapshot] = (),
    doubted: Collection[int] = frozenset(),
    sealed: Mapping[RecordId, Sealing] = MappingProxyType({}),
    marks: Iterable[Marked] = (),
) -> Child:
    """A child from the events of its records, and from its `marks`; `scheme_of` tells whether it is known by a number of school or health.

    Events at the positions `doubted` may be about another child: they say nothing of who and where this one is.
    """
    members = set(records)
    mine = [event for event in events if event.record in members]
    taken_back = {event.target_key for event in mine if event.act is Act.RETRACT and event.target_key is not None}
    facts = [fact for fact in live_facts(mine) if fact.event.position not in doubted]
    over = min((sealed[record].day for record in records if record in sealed), default=None)
    told = [entry if over is None else end_with_identity(entry, over) for entry in entries(mine, doubted=doubted)]
    born = _last([(f.event.order, f.event.birth) for f in facts if f.event.effect.kind not in TOLD_IN_CONFIDENCE])
    return Child(
        child,
        tuple(sorted(records)),
        tuple(absent(told, whole)),
        tuple(_addresses(facts)),
        tuple(standing_marks((mark for mark in marks if mark.record in members), taken_back)),
        _last([(f.event.order, f.event.birth) for f in facts]) if born is None else born,
        _last([(f.event.order, p["expected_date"]) for f in facts if (p := _person_of(f)) is not None]),
        _death(facts),
        _person(facts),
        scheme_of is None or any(scheme_of.get(record) in (NHS, UPN) for record in records),
        over,
        _sex(facts),
        tuple(
            (f.event.organisation, p["names"])
            for f in sorted(facts, key=lambda fact: fact.event.order)
            if (p := _person_of(f)) is not None and p["names"]
        ),
        born,
    )


def _addresses(facts: Sequence[Fact]) -> list[AddressFrom]:
    """One a day (the last recorded), in order of the day; the next one ends the one before."""
    by_day: dict[int, AddressFrom] = {}
    for fact in facts:
        event = fact.event
        address = event.body.get("address") if event.act in (Act.ADDRESS, Act.BIRTH) else None
        if address is None:
            continue
        found = AddressFrom(fact.start, address, event.order, event.position, event.record)
        current = by_day.get(found.start)
        if current is None or found.order > current.order:
            by_day[found.start] = found
    return [by_day[day] for day in sorted(by_day)]


def _last(stated: Iterable[tuple[tuple[int, bytes], int | None]]) -> int | None:
    """The value recorded last among those stated."""
    known = [(order, value) for order, value in stated if value is not None]
    return max(known)[1] if known else None


def _person_of(fact: Fact) -> Mapping[str, Any] | None:
    return None if fact.event.act in SAYS_NO_PERSON else fact.event.person()


def _person(facts: Sequence[Fact]) -> Mapping[str, Any] | None:
    named = [(f.event.order, p) for f in facts if (p := _person_of(f)) is not None and p["names"]]
    return max(named, key=lambda pair: pair[0])[1] if named else None


def _sex(facts: Sequence[Fact]) -> str | None:
    """As it was stated last, with a name or without one."""
    told = [(f.event.order, str(p["sex"])) for f in facts if (p := _person_of(f)) is not None and p["sex"] is not None]
    return max(told)[1] if told else None


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
