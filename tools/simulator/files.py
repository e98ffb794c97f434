"""A simulated area as files: one JSON Lines file for each organisation and sector."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from domain.errors import Misuse
from tools.simulator.encoding import sector_of
from tools.simulator.ledger import Ledger
from tools.simulator.plan import Plan
from tools.simulator.simulation import Playing, simulate
from tools.simulator.truth.written import write_truth

LINES_HELD = 20_000  # in memory before they are written: files are open one at a time, however many there are

Progress = Callable[[date, int], None]


def write_area(
    plan: Plan, out: Path, progress: Progress | None = None, playing: Playing = lambda _number, _of: None
) -> dict[str, int]:
    """Write `<sector>/<organisation>.jsonl` under `out`, in order of publication, and `truth.jsonl`; gives counts by event type.

    `progress` is called at the first event of each day with that day and the number of events before it, and at the end
    with the plan's end and the number of all; `playing` before that, as `simulate` says. `out` must be empty or not there; raises `Misuse`.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Misuse("the folder to write to must be empty or not there yet")
    counts: Counter[str] = Counter()
    held: dict[tuple[str, str], list[bytes]] = {}
    lines = 0
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".icr-", dir=out) as folder:
        notes = Path(folder) / "lives"
        notes.mkdir()
        ledger = Ledger(notes)
        for event in _told(simulate(plan, ledger, playing=playing, folder=Path(folder)), progress):
            counts[event["event_type"]] += 1
            lines += 1
            place = (sector_of(event), event["source"]["organisation"])
            held.setdefault(place, []).append(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
            if lines % LINES_HELD == 0:
                _flush(out, held)
        _flush(out, held)
        write_truth(plan, ledger, out / "truth.jsonl")
    if progress is not None:
        progress(plan.end, lines)
    return dict(sorted(counts.items()))


def _told(events: Iterator[dict[str, Any]], progress: Progress | None) -> Iterator[dict[str, Any]]:
    reached = date.min
    for count, event in enumerate(events):
        day = event["recorded_at"].date()
        if progress is not None and day > reached:
            reached = day
            progress(day, count)
        yield event


def _flush(out: Path, held: dict[tuple[str, str], list[bytes]]) -> None:
    for (sector, organisation), lines in held.items():
        folder = out / sector
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"{organisation}.jsonl").open("ab") as file:
            file.writelines(lines)
    held.clear()
