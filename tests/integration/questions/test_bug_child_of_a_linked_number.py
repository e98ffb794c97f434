"""A child was not found where the record that gives it its id is a replaced number's of which no event has come.

Ids of records are random, so it happened to every other such child.
"""

from datetime import date
from typing import Any

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench
from tests.builders.stream import event, upn
from tests.integration.log.test_feedback import SCHOOL, admitted

ON = date(2025, 10, 1)


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def replaced(serial: int, former: str, new: str) -> dict[str, Any]:
    return event("UpnReplaced", f"new-{serial}", SCHOOL, {"upn": new}, "2025-09-01", former=former, reason="duplicate")


def test_bug_each_is_found_by_either_number_and_by_its_id(here: Bench) -> None:
    pairs = [(upn(serial), upn(100 + serial)) for serial in range(12)]
    here.record(*(replaced(serial, former, new) for serial, (former, new) in enumerate(pairs)))
    here.projector.project()
    with asking(here.service) as asked:
        for former, new in pairs:
            told, again = (asked.timeline(identifier=f"upn:{one}", effective_at=ON) for one in (new, former))
            assert told is not None
            assert len(told["records"]) == 2
            assert again == told
            assert asked.timeline(record=told["child"], effective_at=ON) == told


def test_what_is_only_named_by_others_is_not_known(here: Bench) -> None:
    others = [{"role": "parent", "identifiers": [{"scheme": "nhs", "value": "9990000107"}], "person": None}]
    here.record(admitted(1, others=others))
    here.projector.project()
    with asking(here.service) as asked:
        assert asked.timeline(identifier="nhs:9990000107", effective_at=ON) is None
