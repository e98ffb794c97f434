"""`icr bench access`, small: it measures what it says, checks and replays what was logged, and leaves nothing."""

from pathlib import Path

import pytest

from adapters.process.clock import SystemClock
from adapters.process.settings import load_settings
from domain.errors import IcrError
from tests.builders.accesses import AccessLog
from tests.builders.service import bench
from tools.bench import access, access_log
from tools.bench.access import AccessBench, tables


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "UNMEASURED", 2)
    monkeypatch.setattr(access, "PAUSE", 0.1)
    monkeypatch.setattr(access_log, "COPIES", 500)
    monkeypatch.setattr(access_log, "MADE", 700)


def test_what_an_entry_costs_is_measured_and_the_log_checked(scratch: Path) -> None:
    found = AccessBench(load_settings(), (1000, 60), (4, 0.3), 5, SystemClock(), lambda _: None).run()
    modes = {"first", "undisclosed", "own_connection", "reader_connection"}
    for page in ("child", "timeline", "caseload"):
        assert set(found["milliseconds"][page]) == modes
        assert found["milliseconds"][page]["own_connection"]["asked"] == 5
        assert set(found["added_milliseconds"][page]) == modes - {"undisclosed"}
        assert found["bytes_a_page"][page]["first"]["in_all"] >= 0
    assert all(one["asked"] > 4 for one in found["crowd_milliseconds"].values())
    # Each kind of page: at most 5 that were new, 7 by each way of logging, each of these chains closed; and what the crowd asked.
    assert found["checked"] > 3 * 2 * 7
    assert min(found["sealed_per_second"], found["checked_per_second"], found["decision_microseconds"]) > 0
    assert found["checked_per_second_of_one_core"] > 0
    assert found["check_to_its_hashes"] > 1  # it does its hashes, and reads
    assert 0 < found["replay_milliseconds"]["p50"] <= found["replay_milliseconds"]["p99"]
    lists = found["list_milliseconds"]
    assert lists.pop("children_with_bars") >= 1
    assert set(lists) == {"caseload", "families", "gaps"}
    assert all(one["times"] > 0 and one["asked"] == 30 for one in lists.values())
    lists["children_with_bars"] = 1
    assert all(len(columns) == len(row) for _, columns, rows in tables(found) for row in rows)
    assert list(scratch.iterdir()) == []


def test_a_log_that_does_not_hold_is_no_measurement(any_database_url: str, tmp_path: Path) -> None:
    here = bench(any_database_url, tmp_path)
    log = AccessLog(here, tmp_path)
    log.access(3)
    here.connection.execute("UPDATE access.entry SET viewer = 'another'")
    with pytest.raises(IcrError, match="column_differs 3"):
        access_log.kept(here.service, tmp_path)
    here.close()
