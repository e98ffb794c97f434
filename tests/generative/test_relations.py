"""Whether a viewer's relation to a child, found in the rows, is what a plain fold over what happened says (access.md 2)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from adapters.questions.reading import reading_at
from adapters.questions.relation import relation_of
from domain.access.relation import AskedAbout
from domain.access.viewer import Grant, Role, Viewer
from tests.builders.service import Bench, bench
from tests.builders.viewers import person, saying_why
from tests.generative.relations import (
    CHILDREN,
    COLLEAGUE,
    COUNCIL,
    VIEWER,
    Related,
    Thing,
    World,
    related,
    told,
    worlds,
)
from tests.spec.words import identifier

AREA = "ZE9"
Who = tuple[str, str]  # a child, and the number by which it is asked for
PEOPLE = [(child, number) for child in CHILDREN for number in ("nhs", "upn")]


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    made.connection.execute("SET synchronous_commit = off")
    yield made
    made.close()


def found(here: Bench, viewer: Viewer, known_at: str | None = None) -> dict[Who, Related]:
    """The viewer's relation to everybody, by the rows of the views."""
    shown = {}
    with reading_at(here.service, here.connection, known_at, viewer=viewer) as read:
        for child, number in PEOPLE:
            known = read.known_by(":".join(identifier(child, number)), None)
            assert known is not None
            relation = relation_of(read, viewer, AskedAbout(known))
            shown[child, number] = Related(relation.bases, relation.bars, relation.shielded)
    return shown


def told_by(world: World, areas: Iterable[str]) -> dict[Who, Related]:
    """The same, by what happened."""
    return {(child, number): related(world, child, number, areas) for child, number in PEOPLE}


def what_counts(relations: dict[Who, Related]) -> dict[Who, Related]:
    """Without why somebody may see a child from whom they are kept: nothing lets them, so that it is not looked for."""
    return {who: replace(one, bases=frozenset()) if one.bars else one for who, one in relations.items()}


def differing(some: dict[Who, Related], others: dict[Who, Related]) -> dict[Who, tuple[Related, Related]]:
    """Of whom two say different things."""
    return {who: (one, others[who]) for who, one in some.items() if one != others[who]}


# Whom a restriction named that is lifted since, and another one that stands does not.
NAMED_BEFORE: Final = World(
    (
        Thing("involved", "A", -200, VIEWER),
        Thing("restricted", "A", -31, VIEWER, end=-2, late=True),
        Thing("restricted", "A", -5, COLLEAGUE),
    ),
    frozenset(),
    (-200, None),
)


@pytest.mark.timeout(3600)
@example(NAMED_BEFORE, Random(1))
@settings(max_examples=max(1, settings().max_examples // 2), phases=[Phase.explicit, Phase.generate])
@given(worlds(), st.randoms(use_true_random=False))
def test_the_rows_say_of_a_viewer_and_a_child_what_happened_says(here: Bench, world: World, chance: Random) -> None:
    here.empty()
    ends = []
    for messages in told(world):
        chance.shuffle(messages)
        assert not [one for one in here.record(*messages) if one.outcome != "accepted"]
        here.projector.project()
        ends.append(here.connection.execute("SELECT position FROM log.head").fetchone())
    (first,) = ends[0] or (0,)
    plain = person(here, f"{COUNCIL}:{VIEWER}")
    on_duty = saying_why(replace(plain, granted=(Grant(Role.DUTY, areas=(AREA,)),)))
    for viewer, areas in ((plain, ()), (on_duty, (AREA,))):
        now, before = told_by(world, areas), told_by(world.at_first(), areas)
        assert not differing(what_counts(found(here, viewer)), what_counts(now)), world
        # Of what was known before the relation is that of now; what protects is the stricter of both.
        then = {
            who: replace(one, bars=one.bars | before[who].bars, hidden=one.hidden or before[who].hidden)
            for who, one in now.items()
        }
        assert not differing(what_counts(found(here, viewer, str(first))), what_counts(then)), world
