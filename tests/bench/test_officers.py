"""`icr bench officers`, small: each question is asked over a year that was put in, and nothing is left."""

from pathlib import Path

import pytest

from adapters.process.clock import SystemClock
from adapters.process.settings import load_settings
from adapters.questions.officers.catalogue import catalogue
from tools.bench import officers
from tools.bench.officers import OfficersBench, tables


def test_each_question_is_asked_over_a_year(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(officers, "ASKED", 1)
    found = OfficersBench(load_settings(), 2000, 20, SystemClock(), lambda _: None).run()
    assert found["milliseconds"].keys() == catalogue().keys()
    rows = {name: one["rows"] for name, one in found["milliseconds"].items()}
    assert rows["share-explained"] >= 52
    assert all(
        rows[name]
        for name in (
            "what-a-person-viewed",
            "looks-without-involvement",
            "alerts",
            "searches-without-opening",
            "log-complete",
        )
    )
    assert found["conditions"]["entries"] > 1000
    assert all(len(columns) == len(row) for _, columns, rows in tables(found) for row in rows)
    assert list(scratch.iterdir()) == []
