"""The page of performance, from a small result: tables that are tables, links that lead somewhere, verdicts that can be no."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tools.bench.page import made
from tools.docs import links
from tools.main import main

ROOT = Path(__file__).parent.parent.parent
PATHS = {
    "floor_of_log": 14_000, "log": 10_000, "project": 7_000, "floor_of_views": 14_000, "views": 7_000, "save_each": 400,
    "runner": 250, "runner_alone": 500, "rebuild": 4_000, "floor_of_cold": 15_000, "log_cold": 9_000,
}  # fmt: skip


def ingest(**changes: Any) -> dict[str, Any]:
    """A result of `icr bench ingest`."""
    ratios = {"log_to_floor": 0.71, "views_to_floor": 0.25, "log_to_save_each": 25.0, "views_to_runner": 28.0}
    processes = ("icr consume", "icr project", "PostgreSQL", "Kafka")
    return {
        "bench": "ingest",
        "per_second": PATHS,
        "ratios": ratios,
        "ratios_spread": {name: [each * 0.9, each * 1.1] for name, each in ratios.items()},
        "rss_mib": {
            "after 2493 events": {"icr consume": 100.0, "icr project": 90.0, "Kafka": 300.0},
            "after 24933 events": {"icr consume": 120.0, "icr project": 90.5, "Kafka": 400.0},
            "at the end of the rounds": {"icr consume": 101.0},
        },
        "cpu_us_an_event": {f"{path}: {name}": 20.0 for path in ("log", "project", "views") for name in processes},
        "conditions": {
            "cores": 2, "cpu": "A processor | with a bar", "memory_gib": 8.0, "load_before": 0.1, "kafka": "a Kafka",
            "postgresql": "18.6 embedded", "postgresql_settings": {"fsync": "on"}, "python": "3.11.7",
            "packages": {"psycopg": "3.3.9"}, "mix": "area", "events_measured_on_each_path": 2000, "rounds": 4,
            "events_published": 24_933, "events_accepted": 24_900, "share_of_marks": 0.9, "bytes_an_event": 98,
            "children": 400, "checked": {"views_equal_reference": True, "tables_compared": 9},
        },
        **changes,
    }  # fmt: skip


STATEMENTS = [
    {
        "us_an_event": 5.5,
        "calls": 12,
        "rows": 3,
        "wal_bytes_an_event": 7,
        "statement": "COPY log.inbox (key) FROM STDIN",
    }
]
REBUILD = {
    "bench": "rebuild",
    "per_second": {"floor_of_rebuild": 15_000, "rebuild": 4_500},
    "ratios": {"rebuild_to_floor": 0.3},
    "ratios_spread": {"rebuild_to_floor": [0.28, 0.31]},
    "conditions": {
        "events_accepted": 10_000,
        "children": 400,
        "edition": 2000,
        "load_before": 0.2,
        "checked": {"views_equal_rebuild": True},
    },
}
ASK = {
    "bench": "ask",
    "milliseconds": {
        "primary_key_read": {"p50": 0.2, "p99": 0.4, "asked": 100, "answer": 1},
        "timeline_now": {"p50": 2.0, "p99": 5.0, "asked": 50, "answer": 8},
    },
    "ratios": {"timeline_now_to_read": 10.0},
    "conditions": {
        "events_accepted": 10_000,
        "children": 400,
        "effective_at": {"now": "2026-01-01", "then": "2025-01-01"},
        "known_at": {"now": 10_000, "then": 5000},
        "load_before": 0.3,
    },
}


def rows(page: str) -> dict[str, list[str]]:
    """Rows of all tables by their first cell."""
    cells = [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in page.splitlines() if line.startswith("| ")]
    return {row[0]: row[1:] for row in cells}


def test_it_is_tables_and_links_that_lead_somewhere(tmp_path: Path) -> None:
    page = made([ingest(), ingest(statements=STATEMENTS), REBUILD, ASK])
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "performance.md").write_text(page)
    (tmp_path / "docs" / "commands.md").write_text("# Commands\n")
    (tmp_path / "docs" / "decisions").mkdir()
    (tmp_path / "docs" / "decisions" / "0019-editions-of-ten-thousand.md").write_text("# 0019\n")
    assert links.broken(tmp_path) == []
    width = 0
    for line in page.splitlines():
        bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not width or not bars or bars == width, line
        width = bars
    headings = re.findall(r"^##+ (.*)$", page, re.MULTILINE)
    assert headings == [
        "Figures", "What is compared", "Where the time goes", "Statements", "Memory", "Cost by size",
        "Rebuilding the views", "Asking", "Conditions",
    ]  # fmt: skip
    shown = rows(page)
    assert shown["timeline now"] == ["2.00", "5.00", "10", "8", "50"]
    assert shown["`COPY log.inbox`"] == ["5.5", "7", "12"]
    assert "None" not in page
    assert "\n\n\n" not in page


def test_what_was_asked_is_held_against_what_was_measured() -> None:
    page = made([ingest(), REBUILD])
    shown = rows(page)
    assert shown["log to its floor"][-1] == "yes"
    assert shown["views to their floor"][-1] == "no"
    assert shown["views to runner"][-1] == "yes"
    assert shown["rebuild to its floor"][0] == "0.3"
    assert shown["icr consume"] == ["100", "120", "+20 %"]
    assert "`icr consume` grows by more." in page
    low = ingest()
    low["ratios"] = {**low["ratios"], "log_to_floor": 0.44, "log_to_save_each": 19.9, "views_to_runner": None}
    shown = rows(made([low]))
    assert shown["log to its floor"][-1] == shown["log to save_each"][-1] == "no"
    assert shown["views to runner"][0] == "not measured"


def test_the_consumer_is_shown_by_part_the_largest_first() -> None:
    page = made(
        [ingest(consume_us_an_event={"log": {"decode": 5.0, "hash": 15.0}, "views": {"decode": 6.0, "hash": 1.0}})]
    )
    shown = page[page.index("### icr consume by part") :].partition("\n## ")[0]
    assert rows(shown) == {"part": ["µs an event", "share"], "hash": ["15.0", "75%"], "decode": ["5.0", "25%"]}
    assert "by part" not in made([ingest()])


def of_size(events: int, **changes: Any) -> dict[str, Any]:
    """A result of so many events on each path."""
    about = {**ingest()["conditions"], "events_measured_on_each_path": events, "events_accepted": 2 * events}
    return ingest(conditions=about, **changes)


def test_costs_and_ratios_are_shown_by_size_whichever_result_comes_first() -> None:
    faster = {**PATHS, "log": 20_000}
    page = made([of_size(1_000_000), of_size(100_000, per_second=faster, ratios={"log_to_floor": 0.9})])
    by_size = page[page.index("## Cost by size") :]
    by_size = by_size[: by_size.index("## Conditions")]
    assert "| path | 100,000 | 1,000,000 |" in by_size
    shown = rows(by_size)
    assert shown["to the durable log, records known"] == ["50.0", "100.0"]
    assert shown["floor, on the bytes of the log's turns"] == ["71.4", "71.4"]
    assert shown["*events in the log at the end*"] == ["200,000", "2,000,000"]
    assert shown["log to its floor"] == ["0.9", "0.71"]
    assert shown["views to their floor"] == ["", "0.25"]
    assert "decisions/0019" in by_size


def of_a_school_day(events: int, **changes: Any) -> dict[str, Any]:
    """A result of events that come of 40,000 children, once a day each."""
    found = of_size(events, **changes)
    found["conditions"] |= {"mix": "school-day", "children": 40_000}
    return found


def test_another_mix_has_a_part_of_its_own_beside_the_first_result() -> None:
    slower = {**PATHS, "views": 5_000, "views_cold": 2_000}
    page = made([of_size(1_000_000), of_a_school_day(100_000, per_second=slower)])
    assert "## Cost by size" not in page
    part = page[page.index("## A school day") : page.index("## Conditions")]
    assert "100,000 events on each path" in part
    assert "40,000 children" in part
    assert rows(part)["path"] == ["events a second", "µs an event", "µs: area, 1,000,000"]
    assert rows(part)["to all views, consume and project at once"] == ["5,000", "200.0", "142.9"]
    assert rows(part)["to all views, a first load"] == ["2,000", "500.0"]
    assert rows(part)["log to its floor"] == ["0.71", "0.639 to 0.781", "0.71"]
    assert "asked" not in part


def test_sizes_are_compared_within_a_mix() -> None:
    page = made([of_a_school_day(100_000), of_size(100_000), of_size(1_000_000), of_a_school_day(400_000)])
    headings = re.findall(r"^##+ (.*)$", page, re.MULTILINE)
    assert headings[-4:] == ["Cost by size", "An area", "An area, by size", "Conditions"]
    assert page.count("| path | 100,000 | 400,000 |") == page.count("| path | 100,000 | 1,000,000 |") == 1


def made_by(page: str) -> list[str]:
    """The commands that a page says made it."""
    return page.partition("```text\n")[2].partition("\n```")[0].splitlines()


def test_the_commands_shown_are_those_that_made_the_results() -> None:
    other = of_size(100_000)
    other["conditions"] |= {"mix": "without-marks", "batch": 500}
    rebuild = {**REBUILD, "conditions": {**REBUILD["conditions"], "events_published": 10_050}}
    ask = {**ASK, "conditions": {**ASK["conditions"], "events_asked_for": 10_100}}
    assert made_by(made([of_size(1_000_000, statements=STATEMENTS), other, rebuild, ask])) == [
        "icr bench ingest --events 1000000 --profile --json > ingest.json",
        "icr bench ingest --events 100000 --mix without-marks --batch 500 --json > ingest-2.json",
        "icr bench rebuild --events 10050 --json > rebuild.json",
        "icr bench ask --events 10100 --json > ask.json",
        "icr bench page ingest.json ingest-2.json rebuild.json ask.json --out docs/performance.md",
    ]


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result, page = tmp_path / "ingest.json", tmp_path / "performance.md"
    result.write_text(json.dumps(ingest()))
    assert main(["bench", "page", str(result)]) == 0
    assert capsys.readouterr().out == made([ingest()])
    assert main(["bench", "page", str(result), "--out", str(page)]) == 0
    assert page.read_text() == made([ingest()])
    capsys.readouterr()
    assert main(["bench", "page", str(result), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"results": 1, "page": None, "text": made([ingest()])}


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"conditions": {}}', "{", '{"per_second": {}}'])
def test_what_is_no_result_is_said(text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = tmp_path / "ingest.json"
    if text is not None:
        result.write_text(text)
    assert main(["bench", "page", str(result)]) == 2
    assert "ingest.json" in capsys.readouterr().err


def test_a_page_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = tmp_path / "ingest.json"
    result.write_text(json.dumps(ingest()))
    assert main(["bench", "page", str(result), "--out", str(tmp_path / "no" / "page.md")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def without_commands(page: str) -> str:
    return page.replace("\n".join(made_by(page)), "")


def test_the_committed_page_is_such_a_page() -> None:
    page = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert without_commands(page).startswith(without_commands(made([ingest()])).partition("## Figures")[0])
    first, *_, last = made_by(page)
    measured = re.search(r"^([\d,]+) events on each path", page, re.MULTILINE)
    assert measured is not None
    assert first.startswith(f"icr bench ingest --events {measured[1].replace(',', '')} ")
    assert last.endswith("--out docs/performance.md")
