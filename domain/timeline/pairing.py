"""The reference timeline: `timeline(events, effective_at, known_at)`, a plain fold that re-sorts all history (design D2, D12).

Easy to believe rather than quick; the views must agree with it. Pairing: by reference; without one by (kind, provider,
service), and an end that could belong to several starts is shown as such (contract 2 and 3).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from domain.effects import Act
from domain.events import (
    Event,
    RecordId,
    due_of,
    goes_onward,
    provider_of,
    service_of,
    sessions_of,
    team_key,
    worker_key,
)
from domain.facts import Amendments, Fact, live_facts
from domain.kinds import BETWEEN_PEOPLE
from domain.timeline.entries import (
    AMBIGUOUS_END,
    CONFIRMED_WITHOUT_START,
    END_BEFORE_START,
    END_WITHOUT_START,
    Entry,
)
from domain.timeline.retold import Named, corrected_wherever_told, references
from domain.timeline.snapshots import Snapshot, seen_on
from domain.timeline.succession import Successors, continued

PAIRED = frozenset({Act.START, Act.END, Act.CONFIRM, Act.NOMINATE, Act.ACCEPT, Act.RELATE, Act.UNRELATE})
_STARTS = frozenset({Act.START, Act.NOMINATE, Act.RELATE})
_ENDS = frozenset({Act.END, Act.UNRELATE})
ONE_RECORD: Final[Mapping[RecordId, RecordId]] = MappingProxyType({})
NO_SUCCESSORS: Final[Successors] = MappingProxyType({})


@dataclass(slots=True)
class _Group:
    starts: list[Fact] = field(default_factory=list)
    ends: list[Fact] = field(default_factory=list)
    confirms: list[Fact] = field(default_factory=list)
    accepts: list[Fact] = field(default_factory=list)

    def add(self, fact: Fact) -> None:
        act = fact.event.act
        home = (
            self.starts
            if act in _STARTS
            else self.ends
            if act in _ENDS
            else self.confirms
            if act is Act.CONFIRM
            else self.accepts
        )
        home.append(fact)


def entries(
    events: Iterable[Event],
    whole: Sequence[Snapshot] = (),
    doubted: Collection[int] = frozenset(),
    holder: Mapping[RecordId, RecordId] = ONE_RECORD,
    schools: Successors = NO_SUCCESSORS,
    live: Sequence[Fact] | None = None,
) -> list[Entry]:
    """All intervals and moments of some records' events, in no particular order; `whole` the snapshots that are complete.

    What is told at the positions `doubted` makes entries of its own: it ends, confirms and starts nothing that is sure.
    Records whose numbers replaced one another are one, that of their `holder` (domain.identity.links.one_holder);
    `schools` say which school became which. `live` are the facts of these events, where they are known already.
    """
    history = list(events)
    standing = live_facts(history) if live is None else live
    facts = corrected_wherever_told(continued(standing, schools, holder), history, holder)
    sure = _fold((fact for fact in facts if fact.event.position not in doubted), holder)
    unsure = _fold((fact for fact in facts if fact.event.position in doubted), holder)
    return absent([*sure, *(replace(entry, doubted=True) for entry in unsure)], whole)


def absent(found: list[Entry], whole: Sequence[Snapshot]) -> list[Entry]:
    """Entries with the day from which complete snapshots no longer list them."""
    return [_absent(entry, whole) for entry in found] if whole else found


def _fold(facts: Iterable[Fact], holder: Mapping[RecordId, RecordId]) -> list[Entry]:
    groups: dict[tuple[Any, ...], _Group] = defaultdict(_Group)
    result: list[Entry] = []
    facts = list(facts)
    same = references(facts, holder)
    for fact in facts:
        event = fact.event
        if event.act in PAIRED:
            groups[_pair_key(event, same, holder)].add(fact)
        elif event.act is Act.MOMENT:
            result.append(_entry([fact], fact, fact.start, None, None))
    for key, group in groups.items():
        result.extend(_by_reference(group) if key[3] is not None else _by_walk(group))
    return result


def _absent(entry: Entry, whole: Sequence[Snapshot]) -> Entry:
    """It is absent from the first snapshot after it was last heard of, where that would list it."""
    if entry.start is None or entry.end is not None or entry.why is not None or entry.moment:
        return entry
    heard = entry.last_heard(entry.start)
    of = (entry.organisation, entry.kind, entry.provider, entry.service, entry.team)
    return replace(entry, absent_from=min((s.first for s in whole if s.first > heard and s.covers(*of)), default=None))


def _seen(starts: Iterable[Fact], confirms: Iterable[Fact] = ()) -> int | None:
    """The last day on which it was said to be so still: by a confirmation, or by its start in a snapshot."""
    told = [seen for start in starts if (seen := seen_on(start.event)) is not None]
    return max([*told, *(c.start for c in confirms)], default=None)


def retracted(events: Iterable[Event]) -> list[Entry]:
    """Facts that were taken back, each as its event first said it, an end as an end; `why` is the reason that was given last."""
    history = list(events)
    retracts = Amendments(event for event in history if event.act is Act.RETRACT)
    found = []
    for event in history:
        by = retracts.of(event) if event.act in PAIRED or event.act is Act.MOMENT else []
        if by:
            said = Fact(event, event.effective_from, event.effective_to, event.body.get("worker"))
            reason = max(by, key=lambda r: r.order).body["target"]["reason"]
            start, end = (None, said.start) if event.act in _ENDS else (said.start, said.end)
            entry = _entry([said], said, start, end, reason)
            positions = tuple(sorted({event.position, *(r.position for r in by)}))
            found.append(replace(entry, positions=positions, retracted=True))
    return found


def _pair_key(event: Event, same: Mapping[Named, str | None], holder: Mapping[RecordId, RecordId]) -> tuple[Any, ...]:
    record = holder.get(event.record, event.record)
    service = service_of(event.effect, event.body)
    provider = _provider(event)
    reference = event.body["reference"]
    if reference is not None:
        reference = same.get((record, event.effect.kind, event.organisation, reference), reference)
    if reference is not None:
        return (record, event.effect.kind, event.organisation, reference)
    return (record, event.effect.kind, provider, None, service)


def _provider(event: Event) -> str:
    provider = provider_of(event.effect, event.organisation, event.body)
    if event.effect.kind not in BETWEEN_PEOPLE:
        return provider
    people = "|".join(sorted(str(other) for other in event.others))
    if event.effect.kind != "relationship":
        return f"{provider}|{people}"
    family = event.text("family")
    return f"{event.organisation}|{family}" if family is not None else people


def _latest(facts: Sequence[Fact]) -> Fact:
    return max(facts, key=lambda fact: fact.event.order)


def _by_reference(group: _Group) -> list[Entry]:
    """With a reference: the last recorded start and the last recorded end make one interval."""
    facts = [*group.starts, *group.ends, *group.confirms, *group.accepts]
    main = _latest(group.starts or group.accepts or group.confirms or group.ends)
    confirmed = _seen(group.starts, group.confirms)
    accepted = min((a.start for a in group.accepts), default=None)
    start = _latest(group.starts).start if group.starts else accepted
    end = _latest(group.ends).start if group.ends else (_latest(group.starts).end if group.starts else None)
    if start is None:
        return [
            _entry(
                facts,
                main,
                None,
                end,
                END_WITHOUT_START if group.ends else CONFIRMED_WITHOUT_START,
                confirmed,
                accepted,
                group,
            )
        ]
    if end is not None and end < start:
        return [_entry(facts, main, start, None, END_BEFORE_START, confirmed, accepted, group)]
    return [_entry(facts, main, start, end, None, confirmed, accepted, group)]


def _by_walk(group: _Group) -> list[Entry]:
    """Without a reference: walk starts and ends by day; an end closes the one start that is open.

    Where an end and a start fall on one day the end comes first if something was open before that day, else the start. What is stated in
    sessions ends by itself: the next start tells of another.
    """
    starts = [*group.starts, *_acceptances_that_start(group)]
    closed = [s for s in starts if s.end is not None]
    pending = [s for s in starts if s.end is None]
    result = [_closed_alone(s) for s in closed]
    marks: list[tuple[int, int, tuple[int, bytes], Fact]] = []
    for fact in (*pending, *group.ends):
        is_end = fact.event.act in _ENDS
        before = sum(s.start < fact.start for s in pending) - sum(e.start < fact.start for e in group.ends)
        rank = (0 if is_end else 1) if before > 0 else (1 if is_end else 0)
        marks.append((fact.start, rank, fact.event.order, fact))
    chain: list[Fact] = []
    ends: list[Fact] = []
    for _, _, _, fact in sorted(marks, key=lambda m: m[:3]):
        if fact.event.act in _ENDS:
            ends.append(fact)
        else:
            if ends or (chain and _ends_by_itself(chain[-1], fact)):
                result.extend(_close(chain, ends))
                chain, ends = [], []
            chain.append(fact)
    result.extend(_close(chain, ends))
    return _attach(result, group)


def _ends_by_itself(before: Fact, start: Fact) -> bool:
    """Whether a start tells of another than the one before it, which is stated in sessions; told again on its own day it is the same."""
    return before.start < start.start and sessions_of(before.event.effect, before.event.body) is not None


def _acceptances_that_start(group: _Group) -> list[Fact]:
    """An acceptance starts the lead itself when no nomination is open on its day."""

    def open_on(day: int) -> int:
        return sum(s.start <= day for s in group.starts) - sum(e.start <= day for e in group.ends)

    return [a for a in group.accepts if open_on(a.start) <= 0]


def _closed_alone(fact: Fact) -> Entry:
    assert fact.end is not None
    if fact.end < fact.start:
        return _entry([fact], fact, fact.start, None, END_BEFORE_START, _seen([fact]))
    return _entry([fact], fact, fact.start, fact.end, None, _seen([fact]))


def _close(chain: list[Fact], ends: list[Fact]) -> list[Entry]:
    """One run of starts followed by a run of ends; starts by one worker and team restate one interval and merge."""
    if not chain:
        return [_entry([end], end, None, end.start, END_WITHOUT_START) for end in ends]
    one_hand = len({(worker_key(start.worker), _team_key(start)) for start in chain}) == 1
    if not ends:
        spells = [chain] if one_hand else [[start] for start in chain]
        return [_entry(spell, spell[0], spell[0].start, None, None, _seen(spell)) for spell in spells]
    if one_hand:
        seen = _seen(chain)
        first = _entry([*chain, ends[0]], chain[0], chain[0].start, ends[0].start, None, seen, reason_from=ends[0])
        return [first, *(_entry([end], end, None, end.start, END_WITHOUT_START) for end in ends[1:])]
    return [
        _entry([start, *ends], start, start.start, None, AMBIGUOUS_END, _seen([start]), reason_from=ends[0])
        for start in chain
    ]


def _team_key(fact: Fact) -> str | None:
    return team_key(fact.event.body.get("team"))


def _attach(made: list[Entry], group: _Group) -> list[Entry]:
    """Confirmations and acceptances go to the entry that started last on or before their day.

    A confirmation after an end does not confirm what ended: it speaks of something whose start is not known.
    """
    homes = [(entry.start, entry.order, i, entry.end) for i, entry in enumerate(made) if entry.start is not None]
    homes.sort(reverse=True)
    told: dict[int, list[tuple[Fact, bool]]] = {}
    alone = []
    for fact, accepts in [*((c, False) for c in group.confirms), *((a, True) for a in group.accepts)]:
        best = next(
            (i for start, _, i, end in homes if start <= fact.start and (accepts or end is None or end >= fact.start)),
            None,
        )
        if best is None:
            alone.append(replace(_entry([fact], fact, None, None, CONFIRMED_WITHOUT_START), confirmed=fact.start))
        else:
            told.setdefault(best, []).append((fact, accepts))
    return [*(_grown(entry, told.get(i, ())) for i, entry in enumerate(made)), *alone]


def _grown(entry: Entry, told: Sequence[tuple[Fact, bool]]) -> Entry:
    """An entry with its confirmations and acceptances: confirmed by the last, accepted by the first."""
    if not told:
        return entry
    confirmed = [fact.start for fact, accepts in told if not accepts]
    accepted = [fact.start for fact, accepts in told if accepts]
    return replace(
        entry,
        confirmed=max([*confirmed, entry.confirmed or confirmed[0]]) if confirmed else entry.confirmed,
        accepted=min([*accepted, entry.accepted or accepted[0]]) if accepted else entry.accepted,
        positions=tuple(sorted({*entry.positions, *(p for f, _ in told for p in (f.event.position, *f.amended_by))})),
    )


def _entry(
    facts: Sequence[Fact], main: Fact, start: int | None, end: int | None, why: str | None,
    confirmed: int | None = None, accepted: int | None = None, group: _Group | None = None, reason_from: Fact | None = None,
) -> Entry:  # fmt: skip
    event = main.event
    body = event.body
    closing = (
        reason_from
        or (_latest(group.ends) if group and group.ends else None)
        or (main if event.act in _ENDS or event.act is Act.MOMENT else None)
    )
    return Entry(
        event.effect.kind, event.record, service_of(event.effect, body), _provider(event), event.organisation, body["reference"],
        start, end, why, confirmed, accepted, worker_key(main.worker), team_key(body.get("team")),
        event.text("role"), event.text("scope"), event.text("provision") or event.effect.provision,
        closing.event.text(closing.event.effect.reason_field) if closing else None, event.effect.lapses_after, event.others,
        tuple(sorted({p for f in facts for p in (f.event.position, *f.amended_by)})), event.position, event.order, event.act is Act.MOMENT,
        event.effect.takes_over, closing is not None and goes_onward(closing.event.effect, closing.event.body),
        due_of(event.effect, body), sessions=sessions_of(event.effect, body),
    )  # fmt: skip
