"""Whether something withheld is there or not: every answer is the same, byte for byte (access.md 2).

Pairs are drawn by plain chance, a seed each, so that a hundred thousand take minutes. A pair that differs says its seed.
"""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from random import Random
from typing import Any, Final
from uuid import UUID

import orjson
import pytest

from domain.access.redact import Sight, redacted
from domain.access.rules import Extent
from domain.access.sharing import Sharing
from domain.agreements import Agreement, Shared
from domain.answers import leads, lines
from domain.answers.children import ChildInIndex, ChildOverTime, FoundFacts, KnownChild, Person, timeline
from domain.answers.entries import AsAt, Held, ShownContacts, Week
from domain.answers.leads import (
    CaseloadFacts,
    ChangesFacts,
    ChangesOfChild,
    ChildOfWorker,
    WorkerFamiliesFacts,
    WorkerFamilyFacts,
)
from domain.answers.lines import index_line
from domain.answers.pages import Page
from domain.attendance import CATEGORIES
from domain.dates import FOREVER
from domain.events import ChildId, RecordId
from domain.timeline.entries import Entry
from tests.builders.nightly import by_night

DAY = 20_000
WORKER = "la-808:W1"
CHILDREN = tuple(ChildId(UUID(int=n)) for n in (1, 2))
AT = AsAt(
    DAY, lambda position: f"1:{position}", lambda position: f"e-{position:016x}", lambda code: code, lambda entry: entry
)
DISCLOSURE = {
    "early_help": "early_help", "was_not_brought": "health", "gp_registration": "health", "enrolment": "education",
    "lead": "lead", "community_support": "sensitive", "consent": "sensitive", "child_protection": "social_care",
}  # fmt: skip
_KINDS: Final = [*sorted(DISCLOSURE), *["lead"] * 4]
CONTACT: ShownContacts = {"worker": {"name": "Someone", "contact": "01632 960000"}, "team": None}
ORGANISATIONS: Final = ("la-808", "ods-Z9H", "urn-900001")


def entry_of(chance: Random, number: int) -> Entry:
    """An entry of any kind, told by any organisation."""
    kind = chance.choice(_KINDS)
    start = chance.randint(DAY - 400, DAY)
    end = chance.choice([None, None, start + 100, start + 500])
    lead = kind == "lead"  # of one role and scope, so that one takes over from another
    return Entry(
        kind, RecordId(UUID(int=10 + number % 3)), "lead_practitioner" if lead else chance.choice(["a service", "another"]), "900001",
        chance.choice(ORGANISATIONS), None, start, end, None, None,
        start if lead else None, chance.choice([None, WORKER, "ods-Z9H:W2"]), None, None,
        "child" if lead else chance.choice(["contact", "existence"]), "additional", None, None, (), (number,), number, (number, b""),
        moment=kind == "was_not_brought", takes_over=lead, due=chance.choice([None, DAY + 10]),
    )  # fmt: skip


def agreement_of(chance: Random) -> Agreement:
    """An agreement between some organisations, on some classes or all, in force or not."""
    return Agreement(
        chance.choice([("ods-*",), ("ods-*", "la-808"), ("urn-*", "la-*")]),
        chance.choice([frozenset[str](), frozenset({"health"}), frozenset({"education", "social_care"})]),
        chance.choice([Shared.EXISTENCE, Shared.CONTENT]),
        chance.randint(DAY - 300, DAY),
        chance.choice([FOREVER, DAY - 1, DAY + 1]),
    )


def week_of(chance: Random, number: int) -> Week:
    """A week at a school."""
    return Week(UUID(int=10), "900001", DAY - 7 * number, {chance.choice([*CATEGORIES]): chance.randint(1, 10)})


def known(child: ChildId) -> KnownChild:
    return KnownChild(child, [UUID(int=n) for n in (10, 11, 12)], (), Person(birth=DAY - 3000), False, None)


def line(child: ChildId, entries: Sequence[Entry]) -> ChildInIndex:
    return ChildInIndex(known(child), None, held(entries), entries)


def held(entries: Iterable[Entry]) -> list[Held]:
    return [Held(one, CONTACT) for one in entries]


def of_worker(child: ChildId, entries: Sequence[Entry]) -> ChildOfWorker:
    mine = held(one for one in entries if one.worker == WORKER)
    return ChildOfWorker(line(child, entries), mine, (), held(one for one in entries if one.kind == "lead"))


def changed(child: ChildId, entries: Sequence[Entry]) -> ChangesOfChild:
    gone = held(one for one in entries if one.main % 2)
    return ChangesOfChild(known(child), on_caseload=True, entries=held(entries), taken_back=gone)


# Of each answer what it is made from, of children with their entries and weeks, and what shapes it.
Children = Sequence[tuple[ChildId, Sequence[Entry], Sequence[Week]]]


def _page(items: Sequence[Any]) -> Page[Any]:
    return Page(items, len(items), None)


ANSWERS_ABOUT_ONE: Final[dict[str, tuple[Callable[[Children], Any], Callable[[Any, AsAt], Any]]]] = {
    "line": (lambda of: line(of[0][0], of[0][1]), index_line),
    "timeline": (lambda of: ChildOverTime(known(of[0][0]), held(of[0][1]), of[0][2], len(of[0][1])), timeline),
}
LISTS: Final[dict[str, tuple[Callable[[Children], Any], Callable[[Any, AsAt], Any]]]] = {
    "found": (lambda of: FoundFacts([line(child, some) for child, some, _ in of], False), lines.found),
    "caseload": (lambda of: CaseloadFacts(WORKER, _page([of_worker(c, some) for c, some, _ in of])), leads.caseload),
    "handover": (lambda of: CaseloadFacts(WORKER, _page([of_worker(c, some) for c, some, _ in of])), leads.handover),
    "changes": (lambda of: ChangesFacts(WORKER, 1, _page([changed(child, some) for child, some, _ in of])), leads.changes),
    "families": (
        lambda of: WorkerFamiliesFacts(
            WORKER, _page([WorkerFamilyFacts([line(c, some) for c, some, _ in of], {of[0][0]}, None, ())])
        ),
        leads.my_families,
    ),
}  # fmt: skip


def open_of(kind: str, entries: Iterable[Entry]) -> list[Entry]:
    return [one for one in entries if one.kind == kind and one.end is None]


def may_know(one: Entry, entries: Sequence[Entry], consents: Sequence[Entry], made: Sequence[Agreement]) -> Shared:
    """How much of an entry somebody of the authority may know, said again from decision 50."""
    if one.organisation == "la-808":
        return Shared.CONTENT
    if one.kind == "consent":
        return Shared.NOTHING
    if one.kind == "community_support":
        given = [consent for consent in consents if consent.organisation == one.organisation]
        services = [other for other in open_of("community_support", entries) if other.organisation == one.organisation]
        if not given or len(given) < len(services):
            return Shared.NOTHING
        return Shared.CONTENT if all(consent.scope == "contact" for consent in given) else Shared.EXISTENCE
    assert one.start is not None
    end = one.start + 1 if one.moment else one.end
    return agreed(one.organisation, DISCLOSURE[one.kind], one.start, end, made)


def agreed(organisation: str, told: str, start: int, end: int | None, made: Sequence[Agreement]) -> Shared:
    """What agreements let somebody of the authority know of what another organisation tells: all of it, where there are none."""
    about_it = [
        one
        for one in made
        if any(fnmatch(organisation, party) for party in one.parties) and (not one.classes or told in one.classes)
    ]
    if not about_it:
        return Shared.CONTENT
    with_us = [
        one.shares
        for one in about_it
        if one.start <= DAY < one.end and any(fnmatch("la-808", party) for party in one.parties)
        and start < one.end and (end is None or one.start < end)
    ]  # fmt: skip
    return max(with_us, default=Shared.NOTHING)


def without(of: Children, sight: Sight, *, consented: bool) -> Children:
    """The same children without what the viewer may not know of; what only exists may be anybody's, for any reason."""
    return [_without(child, some, weeks, sight, consented=consented) for child, some, weeks in of]


def _without(
    child: ChildId, entries: Sequence[Entry], weeks: Sequence[Week], sight: Sight, *, consented: bool
) -> tuple[ChildId, Sequence[Entry], Sequence[Week]]:
    if sight.extent is Extent.MINIMAL:
        return child, (), ()
    consents = sight.consents if consented else ()
    left = []
    for one in entries:
        shared = may_know(one, entries, consents, sight.sharing.agreements)
        if shared is Shared.CONTENT:
            left.append(one)
        elif shared is Shared.EXISTENCE:
            left.append(
                replace(
                    one,
                    worker=one.worker if one.worker == WORKER else "ods-Z9H:W9",
                    team="ods-Z9H:T9",
                    reason="another reason",
                    confirmed=DAY - 1,
                )
            )
    seen = [
        one
        for one in weeks
        if agreed("urn-900001", "education", one.monday, one.monday + 7, sight.sharing.agreements) is Shared.CONTENT
    ]
    return child, left, seen


def answer(how: tuple[Callable[[Children], Any], Callable[[Any, AsAt], Any]], of: Children, sight: Sight) -> bytes:
    made_of, shaped = how
    return orjson.dumps(shaped(redacted(made_of(of), sight)[0], AT))


def compared(chance: Random) -> list[str]:
    """The answers that tell whether something withheld is there, of one pair."""
    of: list[tuple[ChildId, Sequence[Entry], Sequence[Week]]] = []
    for child in CHILDREN:
        numbers = chance.sample(range(40), chance.randint(0, 8))
        weeks = [week_of(chance, n) for n in range(chance.randint(0, 2))]
        of.append((child, [entry_of(chance, number) for number in numbers], weeks))
    agreements = [agreement_of(chance) for _ in range(chance.randint(0, 3))]
    consents = open_of("consent", of[0][1])
    extent = chance.choice([Extent.PAGE, Extent.PAGE, Extent.PAGE, Extent.MINIMAL])
    sight = Sight(extent, Sharing("la-808", DAY, False, agreements, DISCLOSURE), consents)
    differing = []
    for name, how in ANSWERS_ABOUT_ONE.items():
        if answer(how, of[:1], sight) != answer(how, without(of[:1], sight, consented=True), sight):
            differing.append(name)
    listing = replace(
        sight, consents=(), extent=Extent.PAGE
    )  # consents are looked at of one child, and one's own work is a page
    for name, how in LISTS.items():
        left = [*without(of, listing, consented=False)]
        if name == "families":  # of a brother or sister only who it is
            left[1] = (of[1][0], (), ())
        if answer(how, of, listing) != answer(how, left, listing):
            differing.append(name)
    return differing


@pytest.mark.parametrize(("part", "pairs"), [(0, 500), *(by_night(part, 5_000) for part in range(1, 21))])
def test_what_is_withheld_leaves_no_trace(part: int, pairs: int, capfd: pytest.CaptureFixture[str]) -> None:
    seed, begun = int(os.environ["ICR_TEST_SEED"]), time.monotonic()
    for number in range(pairs):
        differing = compared(Random(f"{seed} {part} {number}"))
        assert not differing, f"pair {number} of part {part}, seed {seed}"
    with capfd.disabled():
        answers = len(ANSWERS_ABOUT_ONE) + len(LISTS)
        print(f"\n{pairs} pairs of {answers} answers compared, {pairs / (time.monotonic() - begun):.0f} a second")


def test_of_what_only_exists_nobody_is_named() -> None:
    for number in range(200):
        chance = Random(number)
        entry, sharing = entry_of(chance, 1), Sharing("la-808", DAY, False, [agreement_of(chance)], DISCLOSURE)
        if sharing.of(entry, [], [])[0] is Shared.EXISTENCE:
            facts = ChildOverTime(known(CHILDREN[0]), [Held(replace(entry, worker="ods-Z9H:W2"), CONTACT)], (), 0)
            [shown] = timeline(redacted(facts, Sight(Extent.PAGE, sharing))[0], AT)["entries"]
            assert (shown["worker"], shown["contact"], shown["role"], shown["reason"]) == (None, None, None, None)
