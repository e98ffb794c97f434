"""One enrolment told several times, the reference: a school that changes its system tells its rolls again.

Its new system has other ids, references and event ids, and the authority's census tells the same admission each term. A
child is on a school's roll once at a time, so tellings of one first day are one admission: under whatever reference, and
by whomever. And a correction of that day is a correction of it however often it was told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from domain.effects import Act
from domain.events import Event, RecordId, provider_of, service_of
from domain.facts import Amendments, Fact
from domain.kinds import ONE_AT_A_TIME

Told = tuple[RecordId, str, str, str]
Named = tuple[RecordId, str, str, str]


def _where(event: Event, holder: Mapping[RecordId, RecordId]) -> Told:
    provider = provider_of(event.effect, event.organisation, event.body)
    return holder.get(event.record, event.record), event.effect.kind, provider, service_of(event.effect, event.body)


def _begins(fact: Fact) -> bool:
    return fact.event.act is Act.START and fact.event.effect.kind in ONE_AT_A_TIME


def corrected_wherever_told(
    facts: Sequence[Fact], history: Iterable[Event], holder: Mapping[RecordId, RecordId]
) -> list[Fact]:
    """Facts of which every telling of one first day has the day that the last correction of any of them gave it."""
    corrects = Amendments(
        e for e in history if e.act is Act.CORRECT and e.body["changes"]["effective_from"] is not None
    )
    last: dict[tuple[Told, int], tuple[tuple[int, bytes], int]] = {}
    for fact in facts:
        if not _begins(fact) or not fact.amended_by:
            continue
        standing = [c for c in corrects.of(fact.event) if c.position in fact.amended_by]
        for said in standing:
            name = _where(fact.event, holder), fact.event.effective_from
            word = said.order, int(said.body["changes"]["effective_from"])
            last[name] = max(last.get(name, word), word)
    if not last:
        return list(facts)
    return [
        replace(fact, start=last[name][1])
        if _begins(fact) and (name := (_where(fact.event, holder), fact.event.effective_from)) in last
        else fact
        for fact in facts
    ]


def references(facts: Sequence[Fact], holder: Mapping[RecordId, RecordId]) -> Mapping[Named, str | None]:
    """For (record, kind, organisation, reference) the reference that it is the same as; None where a start has none.

    A reference is as old as the last start that was told under it; the oldest of those that tell one first day names all.
    """
    starts: dict[Named, Fact] = {}
    alone: set[tuple[Told, int]] = set()
    for fact in sorted(filter(_begins, facts), key=lambda f: f.event.order):
        event = fact.event
        if event.body["reference"] is None:
            alone.add((_where(event, holder), fact.start))
        else:
            starts[
                holder.get(event.record, event.record), event.effect.kind, event.organisation, event.body["reference"]
            ] = fact
    one: dict[tuple[Told, str, int], list[tuple[Named, Fact]]] = defaultdict(list)
    for name, fact in starts.items():
        one[_where(fact.event, holder), fact.event.organisation, fact.start].append((name, fact))
    found: dict[Named, str | None] = {}
    for (where, _, day), named in one.items():
        oldest = min(named, key=lambda pair: pair[1].event.order)[0][3]
        for name, _fact in named:
            found[name] = None if (where, day) in alone else oldest
    return found
