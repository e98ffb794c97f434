"""Given a larger edition, when it is made, then each of its statements looks at as many more rows, and not at many times as many.

Counted are rows and not seconds: those that each step of a statement's plan gave or threw away (EXPLAIN ANALYZE). What is
told of some children is told again of many others, so that an edition with so many times the events has as many times
the work. A statement that looks through all of an edition's rows for each of them has the square of it, and a first load of
an authority's children would stand still in it.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from projections.engine import Connection, Projector
from projections.taking_in import TakingIn, at_once, statements
from tests.builders.service import Bench, bench
from tests.generative.histories import early, histories, late, relabelled

HISTORIES = 4
TIMES = 8
# A count that grows in proportion may lie above by this factor: plans differ, and early and late scenes are told in each part. By
# the square it would lie above by TIMES.
SLACK = 2.0
# Every organisation tells of as many times the children in each of as many times the snapshots: the square lies in the data.
LISTED_AGAIN = {"15_snapshots 2"}
# Rows for each event of the smaller edition: fewer are lost among tables of a few rows.
LEAST = 0.5


class Counting(TakingIn):
    """Counts the rows that each statement of an edition looks at."""

    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.looked_at: Counter[str] = Counter()

    def _run(self, connection: Connection, name: str, bounds: dict[str, Any]) -> None:
        for number, statement in enumerate(self._sql(name), 1):
            explained = connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", bounds).fetchone()
            assert explained is not None
            self.looked_at[f"{name} {number}"] += round(rows(explained[0][0]["Plan"]))


def rows(plan: dict[str, Any]) -> float:
    """The rows that a step of a plan and those below it gave or threw away, over all the times that each was run."""
    own = sum(amount for what, amount in plan.items() if what == "Actual Rows" or what.startswith("Rows Removed by"))
    return plan["Actual Loops"] * (1 + own) + sum(rows(below) for below in plan.get("Plans", ()))


@settings(
    max_examples=HISTORIES,
    phases=[Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(history=histories(every_scene=True))
def _collect(into: list[list[dict[str, Any]]], history: list[dict[str, Any]]) -> None:
    into.append(history)


def told_of_others(count: int, since: int) -> Iterator[dict[str, Any]]:
    """Everything that histories tell, of so many other families."""
    collected: list[list[dict[str, Any]]] = [early(900, 0), late(900, 100)]
    _collect(collected)
    for which in range(since, since + count):
        for number, history in enumerate(collected):
            yield from (relabelled(event, which * len(collected) + number) for event in history)


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path, upkeep=True, snapshot_loss_share=1.0)
    yield made
    made.close()


def by_index(connection: Connection) -> Connection:
    """A connection that looks things up by index where there is one, as in large tables: a small one is quicker read whole."""
    connection.execute("SET enable_seqscan = off")
    return connection


def looked_at(projector: Projector) -> tuple[Counter[str], int]:
    """What each statement of the next edition looks at, and how many events it takes in."""
    projector.taking_in = counting = Counting(statements, at_once, lambda: None)
    projector.step()
    return counting.looked_at, projector.taken


def test_the_work_of_each_statement_grows_with_the_events(here: Bench) -> None:
    projector = Projector(lambda: by_index(here.service.connect()), here.clock.now)
    here.record(*told_of_others(1, 0))
    looked_at(projector)
    here.record(*told_of_others(1, 1))
    small, events = looked_at(projector)
    here.record(*told_of_others(TIMES, 2))
    large, more = looked_at(projector)
    projector.close()
    times = more / events
    assert times > TIMES * 0.9
    looked = {name: count for name, count in small.items() if name not in LISTED_AGAIN}
    grown = {name: large[name] / max(count, LEAST * events) / times for name, count in looked.items()}
    assert {name: round(each, 1) for name, each in grown.items() if each > SLACK} == {}
