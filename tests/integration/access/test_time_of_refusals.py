"""How long a refusal takes tells nothing: of a child that is somebody else's, and of one that there is not (access.md 1).

By night 2,000 pairs, on a push few: then it is only seen that the comparison works. The statements are compared exactly elsewhere.
"""

import math
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from adapters.questions.door import Door
from domain.access.viewer import Viewer
from domain.answers.answered import NotShown
from domain.questions.about import ShowChild
from tests.builders.nightly import by_night
from tests.builders.service import Bench, bench
from tests.builders.viewers import person
from tests.integration.access.test_who_may_see import BEN, identifier, record
from tests.spec.words import happened, lead_accepted

CHILDREN = 20
# By how much it may differ from every second time that the one is slower than the other, for so many pairs. A prober who has one look
# learns nothing by that, and who has the ten of a day next to nothing.
SIZES = pytest.mark.parametrize(("pairs", "near"), [(60, 0.25), by_night(2_000, 0.05)], ids=["a few", "by night"])


def slower(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """How often one of the first is greater than one of the second (Mann-Whitney's U over all pairs), and in how many deviations from a half."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        ranks += (place + 1 + end) / 2 * sum(which == 0 for _, which in ranked[place:end])
        place = end
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    return u / (n * m), abs(u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


@pytest.mark.parametrize(
    ("first", "second", "often"),
    [([1, 2, 3], [4, 5, 6], 0.0), ([4, 5, 6], [1, 2, 3], 1.0), ([1, 1], [1, 1], 0.5), ([1, 4], [2, 3], 0.5)],
)
def test_the_comparison_counts_how_often_one_is_slower(first: list[float], second: list[float], often: float) -> None:
    assert slower(first, second)[0] == often


@SIZES
def test_the_comparison_sees_what_takes_longer_by_as_much_as_times_differ_anyway(pairs: int, near: float) -> None:
    chance = random.Random(1)
    first, second = ([chance.gauss(by, 1) for _ in range(pairs)] for by in (1.0, 0.0))
    assert abs(slower(first, second)[0] - 0.5) > near


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    for n in range(CHILDREN):
        record(
            made,
            happened("EarlyHelpStarted", f"C{n}", on="2025-09-01", worker="W1", name=f"Child {n}", born="2015-03-01"),
            lead_accepted(f"C{n}", worker="W1", on="2025-09-02"),
            happened("WasNotBrought", f"C{n}", on="2025-09-20", service="paediatrics"),
        )
    yield made
    made.close()


def refusal(door: Door, viewer: Viewer, who: str) -> float:
    """Seconds that the refusal of one child takes."""
    question = ShowChild(identifier=identifier(who))
    began = time.perf_counter()
    answered = door.ask(question, viewer)
    took = time.perf_counter() - began
    assert isinstance(answered, NotShown)
    return took


@pytest.mark.timeout(900)
@SIZES
def test_a_refusal_takes_as_long_for_a_child_of_others_as_for_none(here: Bench, pairs: int, near: float) -> None:
    viewer, chance = person(here, BEN), random.Random(1)
    others, nobody = [], []
    door = Door(here.service, lambda: nullcontext(here.connection))
    for n in range(pairs + 20):
        pair = [(others, f"C{n % CHILDREN}"), (nobody, f"nobody {n % CHILDREN}")]
        chance.shuffle(pair)
        for times, who in pair:
            times.append(refusal(door, viewer, who))
    often, deviations = slower(others[20:], nobody[20:])  # the first ones load what both need
    middle = [sorted(times)[len(times) // 2] * 1000 for times in (others, nobody)]
    said = f"slower in {often:.3f} of {pairs}², {deviations:.1f} deviations off; medians {middle[0]:.3f} and {middle[1]:.3f} ms"
    print(f"\n{said}")
    assert abs(often - 0.5) < near, said
