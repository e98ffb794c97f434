"""A number that an agency writes beside everybody's ties all of them together. A command on one of them took half a minute of 1,500."""

import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.log.subjects import Subjects
from adapters.service.child_records import ChildRecords
from domain.dates import to_day
from tests.builders.service import Bench, bench
from tests.spec.words import gp_registered, nhs_number

HUB = {"scheme": "agency:la-808:mosaic", "value": "HUB"}
TODAY = to_day(date(2026, 3, 2))
FEW, MANY = 40, 160


class Counting(psycopg.Cursor[Any]):
    """A cursor that counts what it is told to execute."""

    told = 0

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        type(self).told += 1
        return super().execute(*args, **kwargs)


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    yield made
    made.close()


def tie(here: Bench, numbers: range) -> None:
    """So many children, each with a number of its own beside which stands the hub's."""
    told = []
    for number in numbers:
        event = gp_registered("A", practice="Z90001", on="2020-01-01").wire(number)
        own = {"scheme": "nhs", "value": nhs_number(number)}
        told.append(event | {"subject": event["subject"] | {"identifiers": [own, HUB]}})
    assert here.counts(here.record(*told)).kept == 0
    here.projector.project()


def calls_of(work: Callable[[], object]) -> int:
    """How many functions of Python are called."""
    count = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_what_a_command_looks_at_grows_with_how_many_are_tied_and_no_faster(here: Bench) -> None:
    with here.service.connect() as connection:
        connection.cursor_factory = Counting
        children = ChildRecords(here.service, connection)

        def look() -> None:
            subjects = Subjects(here.service.keys, here.recorder.hashes)
            _, child, records = children.find(f"nhs:{nhs_number(1)}", subjects, TODAY)
            assert [entry.kind for entry in child.entries] == ["gp_registration"]
            tied.append(len(records))

        tied: list[int] = []
        statements, calls = [], []
        for numbers in (range(1, FEW + 1), range(FEW + 1, MANY + 1)):
            tie(here, numbers)
            before = Counting.told
            calls.append(calls_of(look))
            statements.append(Counting.told - before)
        children.close()
    assert tied == [FEW, MANY]
    assert statements[1] == statements[0]
    assert calls[1] < 1.2 * MANY / FEW * calls[0]
