"""The table of rules and its SQL decide alike: every point of the abstract space, on a real server (access.md 2).

All that one viewer's question can meet are rows of one table; the viewers whose rules come to the same once what is known of them is
folded are asked for together. By night also rows with two bases at once, and every question.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from adapters.questions import predicates
from adapters.questions.composed import composed
from adapters.questions.predicates import Columns, decision, predicate
from domain.access.conditions import Condition, has
from domain.access.rules import BY_ID, NOT_ALLOWED, RULES, Bar, Basis, Extent, Point, Rule, Whose, decided, rules_for
from tests.builders.nightly import by_night
from tests.builders.service import Bench
from tests.unit.access.test_rules import KINDS_OF_QUESTION, OPENINGS, QUESTIONS, ROLES, YES_NO

SCALARS = ("whose", "shielded", "claims_left", "in_case", "restricted")
SETS: dict[str, type[Basis] | type[Bar]] = {"bases": Basis, "bars": Bar}
NAMES = [*SCALARS, *(f"{one}_{value}" for one, values in SETS.items() for value in values)]
TYPES = ["text", *("boolean" for _ in NAMES[1:])]
HOW_MUCH: list[Extent | None] = [None, Extent.MINIMAL, Extent.PAGE, Extent.EVERYTHING]
COLUMNS = Columns(
    {name: sa.column(name, sa.Text() if name == "whose" else sa.Boolean()) for name in SCALARS},
    {one: {value: sa.column(f"{one}_{value}", sa.Boolean()) for value in values} for one, values in SETS.items()},
)
Folded = tuple[tuple[Rule, bool | Condition], ...]
Row = tuple[Any, ...]


def viewers(questions: Iterable[str]) -> dict[Folded, list[tuple[Any, ...]]]:
    """Whoever can ask, in what way, by what their rules come to."""
    found: dict[Folded, list[tuple[Any, ...]]] = {}
    for asked in product(questions, ROLES, OPENINGS, YES_NO, (True, None)):
        question, roles, opening, sign_in, strongly = asked
        folded = tuple(rules_for(question, roles, opening, people_sign_in=sign_in, signed_in_strongly=strongly))
        found.setdefault(folded, []).append(asked)
    return found


def subsets(values: Iterable[Any], most: int) -> list[frozenset[Any]]:
    """Every set of up to so many of some values."""
    some = list(values)
    return [frozenset(one) for size in range(most + 1) for one in combinations(some, size)]


def met(most: int) -> list[Row]:
    """What a viewer's question can meet, in the order of `SCALARS`, then bases and bars: so many at once at most."""
    bases, bars = subsets(Basis, most), subsets(Bar, most)
    return [tuple(row) for row in product(Whose, YES_NO, YES_NO, YES_NO, YES_NO, bases, bars)]


def as_columns(row: Row) -> Row:
    """A row as the database has it; None is a set of which nothing is known, or one value that is not."""
    whose, *flags, bases, bars = row
    return (
        whose and whose.value, *flags,
        *(None if held is None else value in held for held, values in ((bases, Basis), (bars, Bar)) for value in values),
    )  # fmt: skip


def point(asked: tuple[Any, ...], row: Row) -> Point:
    question, roles, opening, sign_in, strongly = asked
    whose, shielded, claims_left, in_case, restricted, bases, bars = row
    return Point(
        question, roles, opening, whose, bases, bars, shielded, claims_left, sign_in, strongly, in_case, restricted
    )


def table_of(connection: psycopg.Connection[Any], rows: Sequence[Row]) -> None:
    described = ", ".join(f"{name} {kind}" for name, kind in zip(NAMES, TYPES, strict=True))
    connection.execute(f"CREATE TEMPORARY TABLE met (n int, {described}) ON COMMIT DROP")
    with connection.cursor().copy("COPY met FROM STDIN") as copy:
        for number, row in enumerate(rows):
            copy.write_row((number, *as_columns(row)))


def decided_in_sql(connection: psycopg.Connection[Any], folded: Folded) -> list[str]:
    """The rule that decides of every row, in their order, by one statement."""
    met_ = sa.table("met", sa.column("n", sa.Integer()))
    rows = composed(sa.select(decision(folded, COLUMNS)).select_from(met_).order_by(met_.c.n)).run(connection, {})
    return [row[0] for row in rows]


def wrong(
    connection: psycopg.Connection[Any], questions: Iterable[str], rows: Sequence[Row]
) -> tuple[list[str], set[str], int]:
    """Where Python and SQL decide otherwise; which rules decided; of how many points."""
    table_of(connection, rows)
    differs: list[str] = []
    deciding: set[str] = set()
    points = 0
    for folded, some in viewers(questions).items():
        said = decided_in_sql(connection, folded)
        for row, by_sql in zip(rows, said, strict=True):
            by_python = decided(point(some[0], row)).id
            if by_python != by_sql:
                differs.append(f"{some[0]} {row}: {by_python}, in SQL {by_sql}")
        deciding |= set(said)
        points += len(some) * len(rows)
    return differs, deciding, points


@pytest.mark.parametrize(
    ("questions", "most", "at_least"),
    [(KINDS_OF_QUESTION, 1, 20_000_000), by_night(QUESTIONS, 2, 200_000_000)],
    ids=["a question of each kind", "every question"],
)
def test_the_table_and_its_sql_decide_every_point_alike(
    any_emptied_bench: Bench, questions: list[str], most: int, at_least: int
) -> None:
    with any_emptied_bench.connection.transaction():
        differs, deciding, points = wrong(any_emptied_bench.connection, questions, met(most))
    assert not differs[:5]
    assert deciding == BY_ID.keys()  # no rule is dead in SQL either
    assert points >= at_least


def unknown() -> Iterator[tuple[Row, list[Row]]]:
    """Rows of which one thing is not known, each with what it could be."""
    flags = [list(YES_NO) for _ in SCALARS[1:]]
    could_be: list[list[Any]] = [list(Whose), *flags, subsets(Basis, 1), subsets(Bar, 1)]
    for place, values in enumerate(could_be):
        for row in product(*(([None] if at == place else some) for at, some in enumerate(could_be))):
            yield tuple(row), [(*row[:place], value, *row[place + 1 :]) for value in values]


def shows_too_much(connection: psycopg.Connection[Any]) -> list[str]:
    """Where SQL shows more of what is not known than the least that it could be shows."""
    rows = list(unknown())
    table_of(connection, [row for row, _ in rows])
    found: list[str] = []
    for folded, some in viewers(["ShowChild", "ShowCaseload"]).items():
        least = {completed: _shown(decided(point(some[0], completed))) for _, all_ in rows for completed in all_}
        for (row, completions), by_sql in zip(rows, decided_in_sql(connection, folded), strict=True):
            if _shown(BY_ID[by_sql]) > min(least[one] for one in completions):
                found.append(f"{some[0]} {row}: {by_sql}")
    return found


def _shown(rule: Rule) -> tuple[int, bool]:
    return HOW_MUCH.index(rule.shows), rule.unshields


def test_what_is_not_known_shows_no_more_than_the_least_that_it_could_be(emptied_bench: Bench) -> None:
    with emptied_bench.connection.transaction():
        assert not shows_too_much(emptied_bench.connection)[:5]


def test_a_translation_that_forgets_null_is_caught(emptied_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: without its coalesce a refusal of which nothing is known holds nobody back."""
    monkeypatch.setattr(predicates, "certain", lambda found, **_: found)
    with emptied_bench.connection.transaction():
        assert any("bars" not in one for one in shows_too_much(emptied_bench.connection))


def test_what_the_columns_do_not_say_and_conditions_of_no_known_kind_are_not_translated() -> None:
    with pytest.raises(KeyError):
        predicate(has("whose", Whose.OWN), Columns())
    with pytest.raises(KeyError):
        predicate(has("bars", Bar.EXCLUDED), Columns(flags={"bars": {}}))
    with pytest.raises(TypeError, match="object"):
        predicate(object(), Columns())  # type: ignore[arg-type]


def test_nothing_to_ask_of_is_decided_too() -> None:
    assert str(decision([], Columns()).compile(compile_kwargs={"literal_binds": True})) == f"'{NOT_ALLOWED.id}'"
    assert str(predicate(False, Columns())) == "false"
    assert len(RULES) == len({rule.id for rule in RULES})
