"""Any history, in any order, duplicated, batched any way, gives one answer from the reference, the live views and the rebuilt ones."""

import random
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.log.messages import Message
from adapters.process.clock import today
from adapters.service.opened import Service
from domain.access.shielded import shielded
from domain.dates import from_day, to_day
from domain.events import RecordId
from domain.indicators.families import group
from domain.indicators.out_of_touch import kin_of, out_of_touch
from domain.indicators.shared_home import shares_home
from domain.indicators.waits import Waits
from domain.kinds import SHOWN_OF_A_SHIELDED_CHILD
from domain.leads.active import Gap
from domain.leads.family import family_cover, others_of_families
from domain.leads.gaps import gaps_on
from domain.timeline.child import Child
from domain.timeline.entries import Entry
from domain.timeline.pairing import retracted
from domain.timeline.served import as_served
from domain.timeline.world import World
from projections import reference_data
from projections.view_sets import checksums, use
from schemas.registry import registry
from tests.builders.asking import asking, event_at
from tests.builders.service import Bench, bench
from tests.generative.agreement import of_reference, of_views, tallies_of_reference, tallies_of_views
from tests.generative.histories import AMENDMENTS, OWN, START, events, histories

DAYS = (0, 15, 45, 100, 200)


@pytest.fixture
def small(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path, edition_size=7, snapshot_loss_share=1.0)
    made.connection.execute("SET synchronous_commit = off")
    yield made
    made.close()


def arrive(here: Bench, history: list[dict[str, Any]], rnd: random.Random) -> None:
    """Let a history arrive in any order, with repetitions, in batches of any size, views advancing in between."""
    order = [*history, *(event for event in history if rnd.random() < 0.1)]
    rnd.shuffle(order)
    outcomes = []
    while order:
        size = rnd.choice([1, 2, 5, 20])
        outcomes += here.recorder.record([Message(event) for event in order[:size]])
        order = order[size:]
        if rnd.random() < 0.5:
            here.projector.step()
    here.projector.project()
    here.counts(outcomes)


def agree(here: Bench, rnd: random.Random) -> None:
    """The views at their last edition, and at any other, say what the reference says."""
    editions = here.connection.execute("SELECT number, last FROM log.edition ORDER BY number").fetchall()
    for number, last in [rnd.choice(editions), editions[-1]] if editions else []:
        expected, found = of_reference(here.world(last)), of_views(here.connection, here.serving(), number)
        for name, answer in expected.items():
            assert answer == found[name], f"{name} at edition {number}"
        with here.connection.transaction():
            use(here.connection, here.serving())
            assert reference_data.feeds(here.connection, number) == list(here.world(last).feeds)
    assert tallies_of_views(here.connection, here.serving()) == tallies_of_reference(here.world())


@pytest.mark.slow
@settings(max_examples=max(10, settings().max_examples // 4))
@given(history=histories(), rnd=st.randoms(use_true_random=False))
def test_reference_live_and_rebuilt_views_agree(
    small: Bench, history: list[dict[str, Any]], rnd: random.Random
) -> None:
    small.empty()
    arrive(small, history, rnd)
    agree(small, rnd)
    before = checksums(small.connection, small.serving())
    view, _ = small.rebuilder.rebuild()
    assert checksums(small.connection, view) == before


@settings(max_examples=max(10, settings().max_examples // 4))
@given(history=histories(), rnd=st.randoms(use_true_random=False))
def test_questions_agree_with_the_reference(small: Bench, history: list[dict[str, Any]], rnd: random.Random) -> None:
    small.empty()
    arrive(small, history, rnd)
    rows = small.connection.execute("SELECT last FROM log.edition ORDER BY number").fetchall()
    positions = [last for (last,) in rows] or [0]
    known_at = rnd.choice(positions)
    day = to_day(START) + rnd.choice(DAYS)
    world = small.world(known_at)
    told = small.events()
    today_is = to_day(today(small.clock))
    then = [event for event in told if event.position <= known_at]
    taken_back = retracted(then)
    now = small.world()

    def is_shielded(child: Child) -> bool:
        """By what is known now, and by what was known then (design D9)."""
        joined = now.links.child, world.links.child
        return shielded(
            told, then, child.records, today_is, now.doubted, world.doubted, now.holder, world.holder, joined
        )

    sealed = {r for child in now.children.values() if child.sealed is not None for r in child.records}
    shielded_then, shielded_now = (
        [one for one in known.children.values() if sealed.isdisjoint(one.records) and is_shielded(one)]
        for known in (world, now)
    )

    def hides(child: Child) -> bool:
        """Whether it is shielded, or lives with one that is."""
        mine = [one for one in now.children.values() if not set(one.records).isdisjoint(child.records)]
        return is_shielded(child) or shares_home(child, day, shielded_then, today_is, mine, shielded_now)

    with asking(small.service, str(known_at)) as asked:
        listed = asked.families(effective_at=from_day(day))["families"]
        expected = out_of_touch(list(world.children.values()), world.feeds, day, world.reference(day), sealed)
        assert [(f["family"], f["children"], tuple(f["lost"])) for f in listed] == [
            (f.id, len(f.children), f.lost) for f in expected
        ]
        assert [[(i["id"], i["status"], i["since"]) for i in f["indicators"]] for f in listed] == [
            [(s.indicator.id, s.status, from_day(s.indicator.since).isoformat()) for s in f.shown] for f in expected
        ]
        if not any(map(hides, world.children.values())):  # whose home then makes no household
            gaps = asked.gaps(effective_at=from_day(day))["gaps"]
            assert {(g["child"], g["rule"], g["since"], tuple(g["events"])) for g in gaps} == {
                (
                    f"c-{child.id.hex}",
                    g.rule,
                    from_day(g.since).isoformat(),
                    tuple(event_at(small.service, p) for p in g.positions),
                )
                for child in world.children.values()
                for g in gaps_of(world, child, day, sealed)
            }
        for child in world.children.values():
            answer = asked.timeline(record=f"c-{child.id.hex}", retracted=True, effective_at=from_day(day))
            assert answer is not None
            assert answer["alive"] == child.alive_at(day)
            hidden = hides(child)
            assert answer["shielded"] is hidden
            entries = {_shown(e) for e in answer["entries"] if e["kind"] != "attendance"}
            school_days = world.reference(day).is_school_day
            assert entries == {
                _expected(small.service, e, day)
                for e in (*(as_served(e, school_days) for e in child.entries), *(e for e in taken_back if e.record in child.records))
                if (first := e.first_day()) is not None and first <= day
                and not (hidden and e.kind not in SHOWN_OF_A_SHIELDED_CHILD)
            }  # fmt: skip
            sessions = sum(sum(e["sessions"].values()) for e in answer["entries"] if e["kind"] == "attendance")
            assert sessions == (0 if hidden else sum(mark.day <= day for mark in child.marks))


def gaps_of(world: World, child: Child, day: int, sealed: Collection[RecordId]) -> list[Gap]:
    """The gaps of a child, with the leads of its family that were stated for others of it."""
    others = others_of_families([child.id], group([kin_of(one, day, sealed) for one in world.children.values()]))[
        child.id
    ]
    cover = family_cover(world.children[other].entries for other in others)
    return gaps_on(child, day, Waits(day, world.reference(day)), world.left(day), cover)


def _shown(entry: dict[str, Any]) -> tuple[Any, ...]:
    return (
        entry["kind"],
        entry["service"],
        entry["from"],
        entry["to"],
        entry["status"],
        entry["why_status"],
        tuple(entry["events"]),
    )


def _expected(service: Service, entry: Entry, day: int) -> tuple[Any, ...]:
    status, why = entry.status_at(day)
    start, end = (None if d is None else from_day(d).isoformat() for d in (entry.start, entry.end))
    return (entry.kind, entry.service, start, end, status, why, tuple(event_at(service, p) for p in entry.positions))


TYPES = sorted(OWN)
PARTS = [TYPES[at::10] for at in range(10)]


def test_every_event_type_is_drawn() -> None:
    assert set(TYPES) == set(registry().published)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part[0])
@settings(max_examples=max(5, settings().max_examples // 20))
@given(data=st.data(), rnd=st.randoms(use_true_random=False))
def test_every_event_type(small: Bench, part: list[str], data: st.DataObject, rnd: random.Random) -> None:
    """Histories in which each of some event types occurs at least twice, for the few children."""
    history: list[dict[str, Any]] = []
    for number, event_type in enumerate([*part, *part]):
        history.append(data.draw(events(number, history, event_type)))
    assert set(part) <= {event["event_type"] for event in history} | AMENDMENTS
    small.empty()
    arrive(small, history, rnd)
    agree(small, rnd)
