"""Figures of a measure, and what small numbers hide: no count that is shown, and no difference of any, is a small one."""

from itertools import chain
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.events import ChildId
from domain.measures.figures import MINIMUM, Figure, figures, is_small, suppressed
from domain.measures.of_child import Part, one

COUNT = st.one_of(st.integers(0, 7), st.integers(0, 60))


def child(number: int) -> ChildId:
    return ChildId(UUID(int=number))


def people(area: str | None, counted: int, others: int, start: int) -> dict[ChildId, tuple[str | None, bool]]:
    return {child(start + i): (area, i < counted) for i in range(counted + others)}


def asked(unit: str = "share", **areas: tuple[int, int]) -> tuple[Figure, dict[str | None, Figure]]:
    """Figures of areas with so many children counted and not; `none` is no area."""
    everyone = dict(
        chain.from_iterable(
            people(None if name == "none" else name, *counts, start=1000 * n).items()
            for n, (name, counts) in enumerate(areas.items())
        )
    )
    whole, found = figures(
        unit, [one(c, counted=yes) for c, (_, yes) in everyone.items()], {c: a for c, (a, _) in everyone.items()}
    )
    return whole, {figure.area: figure for figure in found}


def hidden(**areas: tuple[int, int]) -> set[str | None]:
    return {area for area, figure in asked(**areas)[1].items() if figure.suppressed}


def test_a_figure_is_a_share_of_children() -> None:
    whole, found = asked(A=(6, 12), B=(10, 0), C=(0, 7))
    assert (found["A"].value, found["A"].numerator, found["A"].denominator, found["A"].children) == (0.3333, 6, 18, 18)
    assert (found["B"].value, found["C"].value) == (1.0, 0.0)
    assert (whole.numerator, whole.denominator, whole.suppressed) == (16, 35, False)


def test_days_are_the_median_of_those_served_and_the_longest_of_all() -> None:
    served = [Part(child(n), True, 1, 1, days) for n, days in enumerate([1, 2, 4, 8, 30])]
    waiting = [Part(child(10 + n), False, 0, 1, 90 + n) for n in range(5)]
    whole, _ = figures("days", [*served, *waiting], {})
    assert (whole.value, whole.median, whole.worst, whole.numerator, whole.denominator) == (4.0, 4.0, 94, 5, 10)


def test_nobody_at_all_is_no_secret() -> None:
    whole, found = asked()
    assert (whole.value, whole.numerator, whole.denominator, whole.suppressed, found) == (None, 0, 0, False, {})


def test_fewer_than_the_minimum_hides_everything_of_the_figure() -> None:
    for counts in ((4, 20), (20, 4), (1, 1), (0, 4), (4, 0)):
        assert "A" in hidden(A=counts, B=(50, 50), C=(50, 50)), counts
    figure = asked(A=(4, 20), B=(50, 50), C=(50, 50))[1]["A"]
    assert (figure.value, figure.numerator, figure.denominator, figure.children, figure.median, figure.worst) == (
        None,
    ) * 6
    assert hidden(A=(MINIMUM, MINIMUM), B=(50, 50)) == set()


def test_another_area_is_hidden_where_the_whole_would_give_it_away() -> None:
    assert hidden(A=(2, 20), B=(9, 9), C=(50, 50)) == {"A", "B"}
    assert hidden(A=(1, 0), B=(1, 0), C=(9, 9), D=(50, 50)) == {"A", "B", "C"}


def test_children_in_no_area_are_hidden_like_an_area() -> None:
    """A shielded child is in none: what the areas leave over of the whole must not tell of it."""
    assert hidden(none=(1, 0), A=(9, 9), B=(50, 50)) == {None, "A"}


def test_a_child_with_two_parts_is_one_child() -> None:
    twice = [one(child(1), counted=True), one(child(1), counted=False)]
    others = [one(child(n), counted=n % 2 == 0) for n in range(2, 12)]
    whole, _ = figures("share", [*twice, *others], {})
    assert (whole.children, whole.numerator, whole.denominator) == (11, 6, 12)


def test_of_children_that_add_nothing_only_the_secret_is_kept() -> None:
    helped = [Part(child(n), True, 9, 10) for n in range(30)]
    rest = [Part(child(100 + n), False, 0, 0) for n in range(6)]
    whole, _ = figures("share", [*helped, *rest], {})
    assert (whole.value, whole.children) == (0.9, 30)
    assert figures("share", [*helped, *rest[:4]], {})[0].suppressed


AREAS = st.dictionaries(
    st.sampled_from(["A", "B", "C", "D", "E", None]),
    st.tuples(COUNT, COUNT).map(lambda pair: (sum(pair), *pair)).filter(lambda counts: counts[0] > 0),
)


@given(AREAS)
def test_what_is_left_over_is_never_small(counted: dict[str | None, tuple[int, int, int]]) -> None:
    gone = suppressed(counted, MINIMUM)
    total = tuple(sum(counts[i] for counts in counted.values()) for i in range(3))
    left = tuple(sum(counted[area][i] for area in gone) for i in range(3))
    assert gone >= {area for area, counts in counted.items() if is_small(counts, MINIMUM)}
    if not is_small(total, MINIMUM):
        assert len(gone) != 1
        assert not is_small(left, MINIMUM)


@given(AREAS)
def test_no_more_is_hidden_than_must_be(counted: dict[str | None, tuple[int, int, int]]) -> None:
    if not any(is_small(counts, MINIMUM) for counts in counted.values()):
        assert suppressed(counted, MINIMUM) == set()
