"""Examples put to the reference: events built directly, and the plain functions of `domain` over all of them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from adapters.codec import decode_json
from domain.access.shield import SHIELD, placeless
from domain.access.shielded import shielded
from domain.areas import areas, squeezed
from domain.attendance import CATEGORIES
from domain.dates import LONDON, iso, parse_day, to_day
from domain.effects import ABOUT_NO_CHILD, Act
from domain.events import ChildId, Event, Position, RecordId, former_of
from domain.facts import live_facts
from domain.feeds import Hearing
from domain.identifiers import check_identifier, choose_key
from domain.indicators.families import group
from domain.indicators.out_of_touch import kin_of, out_of_touch
from domain.indicators.shared_home import shares_home
from domain.indicators.waits import Waits
from domain.kinds import BETWEEN_PEOPLE, SHOWN_OF_A_SHIELDED_CHILD, WHO_MAY_SEE
from domain.leads.active import GAPS, Gap, passed_on
from domain.leads.commands import Command, decide
from domain.leads.family import FamilyCover, family_cover, family_leads, others_of_families
from domain.leads.gaps import gaps_on
from domain.measures.of_child import MEASURES, parts
from domain.names import fold_name
from domain.spans import Spans
from domain.texts import usable
from domain.timeline.child import Child
from domain.timeline.entries import Entry
from domain.timeline.pairing import retracted
from domain.timeline.served import as_served
from domain.timeline.world import World, build_world
from schemas.registry import registry
from schemas.texts import text_fields
from tests.builders.service import KIND_OF
from tests.spec import rows
from tests.spec.deciding import told
from tests.spec.example import Asks, Question, Row
from tests.spec.lines import involved, line, reach, shown_in_the_line
from tests.spec.words import COUNCIL, Happened, identifier
from tests.spec.words import happened as event_of


class Reference:
    """Answers by the fold that re-sorts all history."""

    def __init__(self) -> None:
        self._happened: dict[int, Happened] = {}
        self._events: list[Event] = []
        self._received: dict[int, datetime] = {}
        self._schemes: dict[RecordId, str] = {}

    def take(self, events: Sequence[tuple[int, Happened]]) -> None:
        for number, happened in events:
            self._happened[number] = happened
            self._received[number] = rows.received(happened, number, max(self._received.values(), default=None))
            self._events.append(self._event(number, happened))

    def told(self, question: Question, expected: Sequence[Row] | None) -> None:
        pass

    def _event(self, number: int, happened: Happened) -> Event:
        decoded = decode_json(happened.wire(number))
        effect = decoded.schema.effect
        body = usable(text_fields(decoded.schema), effect, decoded.body)
        organisation = body["source"]["organisation"]
        if effect.act in ABOUT_NO_CHILD:
            return Event(
                Position(number),
                _record(effect.key[0], organisation),
                _key(organisation, body["event_id"]),
                effect,
                organisation,
                body["recorded_at"],
                body,
            )
        checked = [check_identifier(i["scheme"], i["value"]) for i in body["subject"]["identifiers"]]
        key = choose_key(checked, effect.key)
        assert key is not None
        former = former_of(effect, body)
        if former is not None and not former.valid:
            former = None
        if former is not None:
            checked.append(former)
        own, *linked = sorted(
            (_record(c.scheme, c.normalised) for c in checked), key=lambda r: r != _record(key.scheme, key.normalised)
        )
        self._schemes |= {_record(c.scheme, c.normalised): c.scheme for c in checked}
        target = body["target"] or {"event_id": None, "source_record_id": None}
        named = [o["identifiers"][0] for o in body["others"]]
        return Event(
            Position(number),
            self._home(effect.act, happened, own),
            _key(organisation, body["event_id"]),
            effect,
            organisation,
            body["recorded_at"],
            body,
            _source(organisation, body["source"]["source_record_id"]) if effect.act is not Act.MARK else None,
            _key(organisation, target["event_id"]),
            _source(organisation, target["source_record_id"]),
            tuple(_record(i["scheme"], i["value"]) for i in named),
            tuple(linked),
            None if former is None else _record(former.scheme, former.normalised),
        )

    def _home(self, act: Act, happened: Happened, own: RecordId) -> RecordId:
        """An amendment belongs to the record of what it names."""
        if act not in (Act.CORRECT, Act.RETRACT):
            return own
        named = next(
            (e for e in self._events if happened.target in (e.position, e.body["source"]["source_record_id"])), None
        )
        return own if named is None else named.record

    def _events_then(self, question: Question) -> list[Event]:
        until: int | None = question.known_after
        if question.known_at is not None:
            until = sum(at <= datetime.fromisoformat(question.known_at) for at in self._received.values())
        return [event for event in self._events if until is None or event.position <= until]

    def _world(self, question: Question) -> World:
        return build_world(self._events_then(question), self._schemes, kind_of=KIND_OF)

    def answer(self, question: Question) -> list[Row] | None:
        if question.what == "commands":
            return [told(question, asks, partial(self._decide, question, asks)) for asks in question.commands]
        world, day = self._world(question), parse_day(question.at)
        match question.what:
            case "caseload":
                return self._caseload(world, question.about, day)
            case "families":
                now = build_world(self._events, self._schemes).children.values()
                sealed = {record for child in now if child.sealed is not None for record in child.records}
                listed = out_of_touch(list(world.children.values()), world.feeds, day, world.reference(day), sealed)
                if question.about:
                    listed = [
                        f for f in listed if question.about.upper() in self._areas(question, world, f.children, day)
                    ]
                return [
                    {
                        "children": " ".join(sorted(self._letter(world, c) for c in f.children)),
                        "lost": ", ".join(f.lost),
                        "since": iso(f.since),
                        "last known": "yes" if self._vanished(question, world, f.children, day) else "no",
                    }
                    for f in listed
                ]
            case "children":
                return self._children(world)
            case "found":
                return self._found(question, world)
            case "measure":
                led = [
                    child
                    for child in world.children
                    if any(_holds(cover.led, day) for cover in [_cover(world, child, day)])
                ]
                added = parts(MEASURES[question.about], world.children.values(), day, led)
                return [rows.measured(self._letter(world, part.child), part) for part in added]
        child = self._child(world, question.about)
        if child is None:
            return None
        hides = self._hides(question, child, day)
        return of_one_child(question.what, child, world, day, self._events_then(question), hides=hides)

    def _decide(self, question: Question, asks: Asks, command: Command) -> str:
        """By the rules on the child as all events have it; what is decided is an event from then on."""
        child = self._child(self._world(question), question.about)
        assert child is not None
        event_type = decide(asks.name, child, command)
        name = question.about.partition(".")[0]
        has_worker = any(field["name"] == "worker" for field in registry().newest[event_type].document["fields"])
        said = {**dict(asks.said), **({"worker": asks.worker} if has_worker else {})}
        event = event_of(event_type, name, question.at, by=COUNCIL, **said)
        self.take([(len(self._happened) + 1, event)])
        return event_type

    def _shielded(self, question: Question, child: Child) -> bool:
        """Whether a shield holds, by all that is known or by what was known then."""
        today = to_day(max(self._received.values()).astimezone(LONDON).date())
        then = self._events_then(question)
        now, was = worlds = [build_world(events, self._schemes) for events in (self._events, then)]
        return shielded(
            self._events, then, child.records, today, now.doubted, was.doubted, now.holder, was.holder,
            [world.links.child for world in worlds],
        )  # fmt: skip

    def _hides(self, question: Question, child: Child, day: int) -> bool:
        """Whether a child is shielded, or lives with one that is."""
        if self._shielded(question, child):
            return True
        if all(event.effect.kind != SHIELD for event in self._events):
            return False  # and nobody else is either, but for sealed identities, which live nowhere
        now, was = (build_world(one, self._schemes) for one in (self._events, self._events_then(question)))
        sealed = {record for one in now.children.values() if one.sealed is not None for record in one.records}

        def shielded_of(world: World) -> list[Child]:
            open_to = (one for one in world.children.values() if sealed.isdisjoint(one.records))
            return [one for one in open_to if self._shielded(question, one)]

        mine = [one for one in now.children.values() if not set(one.records).isdisjoint(child.records)]
        today = to_day(max(self._received.values()).astimezone(LONDON).date())
        return shares_home(child, day, shielded_of(was), today, mine, shielded_of(now))

    def _areas(self, question: Question, world: World, members: Iterable[ChildId], day: int) -> set[str]:
        """The areas of a family on all maps, in capitals; without a map those of the first part of each postcode."""
        children, maps = [world.children[c] for c in members], world.reference(day).area_maps
        if any(self._hides(question, child, day) for child in children):
            return set()
        found: set[str] = set()
        for child in children:
            here, _ = child.home_at(day)
            postcode = None if here is None else here.address["postcode"]
            schools = {e.provider for e in child.of_kind("enrolment") if e.status_at(day)[0] == "open"}
            found |= set(areas(maps, postcode, schools).values()) if maps else {squeezed(postcode or "")[:-3]}
        return {area.upper() for area in found if area}

    def _vanished(self, question: Question, world: World, members: Iterable[ChildId], day: int) -> bool:
        """Whether nobody knows where one of a family lives now; of a shielded child that is not told."""
        children = [world.children[c] for c in members]
        hides = any(self._hides(question, child, day) for child in children)
        return not hides and any(last and home is not None for home, last in (c.home_at(day) for c in children))

    def _child(self, world: World, about: str) -> Child | None:
        name, _, token = about.partition(".")
        if not token:
            token = next(h.known_by[0] for h in self._happened.values() if h.child == name)
        return world.child_of(_record(*identifier(name, token)))

    def _letter(self, world: World, wanted: object) -> str:
        for name in rows.names(self._happened.values()):
            child = self._child(world, name)
            if child is not None and child.id == wanted:
                return name
        return "?"

    def _caseload(self, world: World, worker: str, day: int) -> list[Row]:
        found = []
        for child in world.children.values():
            mine = [
                e
                for e in child.entries
                if e.worker == worker
                and e.kind not in WHO_MAY_SEE
                and (first := e.first_day()) is not None
                and first <= day
                and e.status_at(day)[0] == "open"
                and not passed_on(e, child.of_kind("lead"), day)
            ]
            mine += [
                lead
                for other in _others(world, child.id, day)
                for lead, spans in family_leads(world.children[other].entries)
                if lead.worker == worker and _holds(spans, day)
            ]
            if mine:
                cover = _cover(world, child.id, day)
                rules = sorted(
                    g.rule for g in gaps_on(child, day, Waits(day, world.reference(day)), world.left(day), cover)
                )
                found.append(
                    {
                        "child": self._letter(world, child.id),
                        "entries": ", ".join(
                            sorted(f"{e.kind} {e.service}" if e.kind == "involvement" else e.kind for e in mine)
                        ),
                        "gaps": ", ".join(rules),
                    }
                )
        return found

    def _found(self, question: Question, world: World) -> list[Row]:
        """The children of whom any event that is surely about them states both."""
        family, _, born = question.about.rpartition(", ")
        stated = {
            fact.event.record
            for fact in live_facts(self._events_then(question))
            if fact.event.position not in world.doubted
            and (said := fact.event.person()) is not None
            and fact.event.birth == parse_day(born)
            and fold_name(family) in [fold_name(name["family"]) for name in said["names"]]
        }
        found = {child.id for record in stated if (child := world.child_of(record)) is not None}
        return [{"child": self._letter(world, child)} for child in found]

    def _children(self, world: World) -> list[Row]:
        disputed = {r for edge in world.links.disputed for r in (edge.one, edge.other)}
        held: dict[object, list[tuple[str, bool]]] = {}
        for token in rows.tokens(self._happened.values()):
            record = _record(*identifier(*token.split(".", 1)))
            child = world.child_of(record)
            if child is not None:
                held.setdefault(child.id, []).append((token, record in disputed))
        return [rows.grouped(members) for members in held.values()]


def _others(world: World, child: ChildId, day: int) -> set[ChildId]:
    """Who else is in a family with a child."""
    families = group([kin_of(one, day) for one in world.children.values()])
    return others_of_families([child], families)[child]


def _cover(world: World, child: ChildId, day: int) -> FamilyCover:
    """How leads that were stated for others of its family cover a child."""
    return family_cover(world.children[other].entries for other in _others(world, child, day))


def _holds(spans: Spans, day: int) -> bool:
    return any(start <= day < end for start, end in spans)


def of_one_child(what: str, child: Child, world: World, day: int, events: Sequence[Event], *, hides: bool) -> list[Row]:
    """What is answered of one child; `events` those that were known then."""
    match what:
        case "timeline":
            return _timeline(child, world, day, hides)
        case "timeline_with_retracted":
            return _timeline(child, world, day, hides, [e for e in retracted(events) if e.record in child.records])
        case "index":
            others = [world.children[other].entries for other in _others(world, child.id, day)]
            led = [lead for entries in others for lead, spans in family_leads(entries) if _holds(spans, day)]
            return [line(_served(child, world, day), day, hides, led)]
        case "reach":
            return reach(
                involved(shown_in_the_line(_served(child, world, day), day, hides)), () if hides else world.said, day
            )
        case "gaps":
            reference = world.reference(day)
            found = gaps_on(child, day, Waits(day, reference), world.left(day), _cover(world, child.id, day))
            return [_gap(g, world, day, hides=hides) for g in found]
    shown = {
        (s.indicator, s.status, s.feed)
        for f in out_of_touch([child], world.feeds, day, world.reference(day))
        for s in f.shown
    }
    return [
        {
            "indicator": i.id,
            "since": iso(i.since),
            "days": day - i.since,
            "status": status,
            "feed": _feed(feed, hides=hides),
            "events": rows.numbers(i.positions),
        }
        for i, status, feed in shown
    ]


def _told(kind: str, *, hides: bool) -> bool:
    return kind not in WHO_MAY_SEE and (not hides or kind in SHOWN_OF_A_SHIELDED_CHILD)


def _served(child: Child, world: World, day: int) -> Child:
    """A child whose suspensions end after their sessions, by the calendars that stand on a day."""
    school_days = world.reference(day).is_school_day
    return replace(child, entries=tuple(as_served(entry, school_days) for entry in child.entries))


def _timeline(child: Child, world: World, day: int, hides: bool, more: Sequence[Entry] = ()) -> list[Row]:
    shown = [
        e
        for e in (*_served(child, world, day).entries, *more)
        if (first := e.first_day()) is not None and first <= day and _told(e.kind, hides=hides)
    ]
    found = [_entry(e, day, hides=hides) for e in shown]
    by_week: dict[tuple[RecordId, str, int], dict[str, int]] = {}
    for mark in child.marks:
        if mark.day <= day and not hides:
            counts = by_week.setdefault((mark.record, mark.school, (mark.day + 3) // 7 * 7 - 3), {})
            counts[CATEGORIES[mark.category]] = counts.get(CATEGORIES[mark.category], 0) + 1
    return found + [rows.week(school, iso(monday), counts) for (_, school, monday), counts in by_week.items()]


def _provider(entry: Entry, *, hides: bool) -> str | None:
    if entry.kind in BETWEEN_PEOPLE or entry.kind == "lead":  # a lead's is the worker, who is shown as such
        return None
    return placeless(entry.provider) if hides else entry.provider


def _entry(entry: Entry, day: int, *, hides: bool) -> Row:
    status, why = entry.status_at(day)
    return rows.entry(
        kind=entry.kind,
        service=entry.service,
        provider=_provider(entry, hides=hides),
        worker=placeless(entry.worker) if hides else entry.worker,
        start=iso(entry.start),
        end=iso(entry.end),
        status=status,
        why=why,
        confirmed=iso(entry.confirmed),
        accepted=iso(entry.accepted),
        reason=entry.reason,
        role=entry.role,
        scope=entry.scope if entry.kind == "lead" else None,
        provision=entry.provision,
        events=rows.numbers(entry.positions),
    )


def _feed(silent: str | None, *, hides: bool) -> str:
    """Which feed is silent names a school or a practice."""
    return "heard" if silent is None else "not said" if hides else silent


def _gap(gap: Gap, world: World, day: int, *, hides: bool) -> Row:
    hearing = Hearing(world.feeds, day, world.reference(day).expected_feeds())
    silent = hearing.unheard(GAPS[gap.rule], [gap.organisation])
    return {
        "rule": gap.rule,
        "since": iso(gap.since),
        "days": day - gap.since,
        "status": "not_known" if silent else "true",
        "feed": _feed(silent, hides=hides),
        "events": rows.numbers(gap.positions),
    }


def _hash(*parts: object) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()[:16]


def _record(scheme: str, value: str | None) -> RecordId:
    return RecordId(UUID(bytes=_hash("record", scheme, value)))


def _key(organisation: str, event_id: str | None) -> Any:
    return None if event_id is None else _hash("event", organisation, event_id)


def _source(organisation: str, source_record: str | None) -> Any:
    return None if source_record is None else _hash("source", organisation, source_record)
