"""A school that became another, as an academy does, the reference: its pupils stay on one roll.

`OrganisationRegistered` says of a school when it closed and who took over from it. Where one school took over from one,
what both tell of a child is told of one school, under the name that it has now: the first day stands however often it was
told, and a pupil who was taken off the old roll for the change, and stands on the new one, has not left. Schools that were
split or merged are others than before.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from domain.effects import Act
from domain.events import Event, RecordId, provider_of
from domain.facts import Fact
from domain.kinds import ONE_AT_A_TIME
from domain.reference import ORGANISATION

# So many days before or after the change a roll may be closed, and the new one opened: the summer holidays lie between.
HAND_OVER_DAYS: Final = 92
_SCHOOL: Final = "urn-"

Whose = tuple[RecordId, str]
Successors = Mapping[str, tuple[str, int]]
"""Of a school (URN) the one that took over from it, and the first day on which it was closed itself."""


def successors(said: Iterable[Event]) -> Successors:
    """Which school took over from which, one from one, by the last words of all who registered them."""
    last: dict[tuple[str, str], Event] = {}
    for event in said:
        if event.effect.kind == ORGANISATION:
            name = event.organisation, event.body["code"]
            if name not in last or event.order > last[name].order:
                last[name] = event
    after: dict[str, dict[str, int]] = defaultdict(dict)
    before: dict[str, set[str]] = defaultdict(set)
    for (_, code), event in last.items():
        closed = event.effective_to
        for other in event.body["successors"] if closed is not None and code.startswith(_SCHOOL) else ():
            assert closed is not None
            after[code][other] = max(after[code].get(other, closed), closed)
            before[other].add(code)
    return {
        code.removeprefix(_SCHOOL): (other.removeprefix(_SCHOOL), day)
        for code, others in after.items()
        if len(others) == 1
        for other, day in others.items()
        if other.startswith(_SCHOOL) and len(before[other]) == 1
    }


def continued(facts: Sequence[Fact], schools: Successors, holder: Mapping[RecordId, RecordId]) -> list[Fact]:
    """Facts of which those of a school and its successor, where both tell of a child, are of the successor alone."""
    if not schools:
        return list(facts)
    starts: dict[Whose, list[int]] = defaultdict(list)
    for fact in facts:
        if _is_on_roll(fact) and fact.event.act is Act.START:
            starts[_whose(fact, holder)].append(fact.start)
    heirs = {whose: _heirs(*whose, schools, starts) for whose in {_whose(f, holder) for f in facts if _is_on_roll(f)}}
    named = {(record, heirs[record, school][-1]) for (record, school), found in heirs.items() if found}
    return [_of_heir(fact, schools, holder, heirs, named, starts) if _is_on_roll(fact) else fact for fact in facts]


def _of_heir(
    fact: Fact,
    schools: Successors,
    holder: Mapping[RecordId, RecordId],
    heirs: Mapping[Whose, Sequence[str]],
    named: Collection[Whose],
    starts: Mapping[Whose, Sequence[int]],
) -> Fact:
    """A fact of a roll as that of the last school that took over, where there is one that admitted the child."""
    whose = _whose(fact, holder)
    record, school = whose
    if found := heirs[whose]:
        admitted = [day for heir in found for day in starts[record, heir]]
        return _told_of(found[-1], _handed_over(fact, schools[school][1], admitted))
    return _told_of(school, fact) if whose in named else fact


def _is_on_roll(fact: Fact) -> bool:
    return fact.event.effect.kind in ONE_AT_A_TIME


def _whose(fact: Fact, holder: Mapping[RecordId, RecordId]) -> Whose:
    event = fact.event
    return holder.get(event.record, event.record), provider_of(event.effect, event.organisation, event.body)


def _heirs(
    record: RecordId, school: str, schools: Successors, starts: Mapping[Whose, Sequence[int]]
) -> tuple[str, ...]:
    """The successors of a school, one after the other, that admitted a child; none where none did."""
    found, seen, at = [], {school}, school
    while at in schools and schools[at][0] not in seen:
        at = schools[at][0]
        seen.add(at)
        if (record, at) in starts:
            found.append(at)
    return tuple(found)


def _handed_over(fact: Fact, closed: int, starts: Iterable[int]) -> Fact:
    """An end for the change of the school, where the new one has the child on its roll, says that it was there until then."""
    event = fact.event
    near = abs(fact.start - closed) <= HAND_OVER_DAYS and any(day <= fact.start + HAND_OVER_DAYS for day in starts)
    if event.act is not Act.END or not near:
        return fact
    return replace(fact, event=replace(event, effect=replace(event.effect, act=Act.CONFIRM)))


def _told_of(school: str, fact: Fact) -> Fact:
    """The same of a school under its present name. Its references were another system's: what is told is paired by days."""
    event = fact.event
    field = event.effect.provider_field
    own = provider_of(event.effect, event.organisation, event.body)
    organisation = f"{_SCHOOL}{school}" if event.organisation == f"{_SCHOOL}{own}" else event.organisation
    body = {**event.body, "reference": None, **({} if field is None else {field: school})}
    return replace(fact, event=replace(event, organisation=organisation, body=body))
