"""What an indicator, a gap and a measure say that they read, they read and nothing else; who may not know all of it is shown none."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest

from adapters.questions.reading import disclosure_of_kinds
from domain.access.sharing import Sharing
from domain.agreements import Agreement, Shared
from domain.answers.not_shown import RestsOn
from domain.attendance import PRESENT, UNAUTHORISED
from domain.dates import EARLIEST, FOREVER
from domain.effects import CLASSES_OF_A_CHILD
from domain.events import ChildId, RecordId
from domain.indicators.finding import indicators
from domain.indicators.rules import every_rule, rule_of
from domain.kinds import ANY_KIND
from domain.leads.active import GAPS, left_gaps
from domain.leads.gaps import gaps
from domain.measures.of_child import MEASURES
from domain.timeline.child import AddressFrom, Child
from domain.timeline.entries import Entry
from domain.timeline.marks import Mark

DAY: Final = 20_000
PRACTICES: Final = "ods-*"
COUNCIL: Final = "la-808"
WORKERS: Final = (None, "la-808:W1", "la-808:W2")
OF_A_CHILD: Final = sorted(kind for kind, told in disclosure_of_kinds().items() if told in CLASSES_OF_A_CHILD)
EVERY_RULE: Final[list[RestsOn]] = [*every_rule(), *GAPS.values(), *MEASURES.values()]


def entry_of(chance: Random, number: int, kind: str) -> Entry:
    """An entry of a kind, as it may be told."""
    start = chance.randint(DAY - 900, DAY)
    end = chance.choice([None, None, start, start + 30, start + 300])
    lead = kind == "lead"
    services = (
        ["lead_practitioner", "lead_child_protection_practitioner"] if lead else ["initial", "team around the family"]
    )
    return Entry(
        kind, RecordId(UUID(int=1)), chance.choice(services), chance.choice(["900001", "900002", "Z9H"]),
        chance.choice([COUNCIL, "ods-Z9H", "urn-900001"]), None, start, end, None, None, start + 10 if lead and chance.random() < 0.7 else None,
        chance.choice(WORKERS), None, None, "child", chance.choice(["additional", "universal"]),
        chance.choice([None, "disengaged", "practice_request", "RC9", "evicted", "accepted"]), None, (), (number,), number, (number, b""),
        takes_over=chance.random() < 0.2,
    )  # fmt: skip


def child_of(chance: Random, kinds: Iterable[str]) -> Child:
    """A child of whom much is told: mostly what a rule rests on, and some of all else."""
    mine = [kind for kind in kinds if kind in OF_A_CHILD and kind != "left_england"] or OF_A_CHILD
    drawn = [chance.choice(mine) for _ in range(chance.randint(1, 14))] + [chance.choice(OF_A_CHILD) for _ in range(4)]
    told = tuple(entry_of(chance, number, kind) for number, kind in enumerate(drawn))
    born = DAY - chance.choice([300, 1000, 3000, 4000])
    record = RecordId(UUID(int=1))
    first = DAY - chance.choice([200, 34])
    category = chance.choice([PRESENT, UNAUTHORISED, UNAUTHORISED])
    marks = tuple(Mark(record, "900001", first + n, slot, category, (100 + n,)) for n in range(30) for slot in (0, 1))
    home = {
        "status": chance.choice(["current", "none_known"]),
        "residence": None,
        "lines": ["1 Example Row"],
        "postcode": "ZE9 2AA",
        "uprn": None,
    }
    moves = tuple(
        AddressFrom(DAY - 100 * n, home, (n, b""), 200 + n, record) for n in range(chance.randint(0, 2), 0, -1)
    )
    return Child(
        ChildId(UUID(int=1)), (record,), told, moves, marks, born, None, None, None, birth_for_rules=born, notified=chance.choice([None, born])
    )  # fmt: skip


def only(child: Child, reads: Iterable[str]) -> Child:
    """The child without anything of a kind that a rule does not say that it reads."""
    if ANY_KIND in reads:
        return child
    kept = tuple(one for one in child.entries if one.kind in reads)
    moves = child.addresses if "address" in reads else ()
    return replace(child, entries=kept, addresses=moves, marks=child.marks if "attendance" in reads else ())


def found(rule: RestsOn, child: Child) -> list[Any]:
    """What a rule finds of a child."""
    if rule.id in MEASURES:
        return MEASURES[rule.id].of(child, DAY)
    if rule.id in GAPS:
        left = left_gaps(child.of_kind("lead"), {"la-808:W1": DAY - 5}, DAY)
        return [one for one in (*gaps(child), *left) if one.rule == rule.id]
    return [one for one in indicators(child) if rule_of(one.id, one.organisation).id == rule.id]


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.id)
def test_a_rule_reads_what_it_says_and_nothing_else(rule: RestsOn) -> None:
    says_something = 0
    for seed in range(100):
        child = child_of(Random(seed), rule.reads)
        of_all = found(rule, child)
        assert of_all == found(rule, only(child, rule.reads)), f"seed {seed}"
        says_something += bool(of_all)
    assert says_something


def agreement(
    *parties: str, classes: Iterable[str], start: int = EARLIEST, end: int = FOREVER, shares: Shared = Shared.CONTENT
) -> Agreement:
    return Agreement(parties, frozenset(classes), shares, start, end)


def sharing(*made: Agreement, kinds: Mapping[str, str] | None = None) -> Sharing:
    """What somebody of the authority may know."""
    return Sharing(COUNCIL, DAY, False, made, disclosure_of_kinds() if kinds is None else kinds)


@pytest.mark.parametrize("rule", EVERY_RULE, ids=lambda rule: rule.id)
def test_each_class_that_a_rule_rests_on_keeps_it_from_whom_an_agreement_leaves_out(rule: RestsOn) -> None:
    rests_on = CLASSES_OF_A_CHILD if ANY_KIND in rule.reads else {disclosure_of_kinds()[kind] for kind in rule.reads}
    assert not sharing().not_all_known(rule.reads)
    for told in CLASSES_OF_A_CHILD:
        among_others = sharing(agreement(PRACTICES, "urn-*", classes=[told]))
        assert among_others.not_all_known(rule.reads) == ([told] if told in rests_on else [])
        assert not sharing(agreement(PRACTICES, "la-*", classes=[told])).not_all_known(rule.reads)


@pytest.mark.parametrize(
    ("made", "knows"),
    [
        ([], True),
        ([agreement(PRACTICES, classes=["health"])], False),
        ([agreement(PRACTICES, classes=[])], False),
        ([agreement(PRACTICES, classes=["education"])], True),
        ([agreement(COUNCIL, classes=["health"])], True),  # what it tells itself
        ([agreement(PRACTICES, COUNCIL, classes=["health"])], True),
        ([agreement(PRACTICES, COUNCIL, classes=["health"], shares=Shared.EXISTENCE)], False),
        ([agreement(PRACTICES, COUNCIL, classes=["health"], end=DAY)], False),
        ([agreement(PRACTICES, COUNCIL, classes=["health"], start=DAY)], True),
        ([agreement(PRACTICES, COUNCIL, classes=["health"], start=DAY + 1)], False),
        ([agreement("ods-Z9H", "ods-Y9*", classes=["health"]), agreement(PRACTICES, COUNCIL, classes=[])], True),
        ([agreement("ods-?", classes=["health"]), agreement("ods-*", COUNCIL, classes=[])], True),
        ([agreement("ods-*", classes=["health"]), agreement("ods-?", COUNCIL, classes=[])], False),
        ([agreement("urn-*", classes=["health"]), agreement(PRACTICES, COUNCIL, classes=["health"])], False),
    ],
)
def test_all_of_a_class_is_known_where_no_agreement_about_it_leaves_the_viewer_out(
    made: list[Agreement], knows: bool
) -> None:
    assert sharing(*made).knows_all("health") is knows
