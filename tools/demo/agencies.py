"""Who publishes what in the demonstration: the simulator's agencies, and a few messages written by hand.

The hand-written ones tell of Ada Example and Otis Pike, who do not exist. Among them are, on purpose, an event sent
twice, one sent again with other content, a number that fails its check, a retraction that names what nobody sent, a
correction, and a death that was withdrawn.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from tools.simulator import Plan, write_area

# A fixed period, so that the same events come each time and a second run on a folder doubles nothing.
PLAN: Final = Plan("Northmoor", 120, date(2025, 9, 1), date(2025, 12, 20), seed=2025)
AS_AT: Final = date(2025, 12, 19)
CHILD: Final = "nhs:9990200017"
WORKER: Final = "la-808:W2041"
MESSAGES: Final = "messages"
CONNECTOR: Final = "nems"


@dataclass(frozen=True, slots=True)
class Group:
    """The organisations of a sector, which publish from one machine; `files` hold so many `events`."""

    sector: str
    files: tuple[Path, ...]
    events: int


@dataclass(frozen=True, slots=True)
class Agencies:
    """Everything that will be published, and the messages that come by connector."""

    groups: tuple[Group, ...]
    imports: tuple[Path, ...]

    @property
    def events(self) -> int:
        """How many events the groups publish."""
        return sum(group.events for group in self.groups)


def prepare(folder: Path, keep: ExitStack, progress: Callable[[date, int], None]) -> Agencies:
    """Write the simulated area below `folder` and put the hand-written messages beside it; `keep` holds them open."""
    area = folder / "area"
    write_area(PLAN, area, progress)
    written = keep.enter_context(as_file(files("tools.demo") / MESSAGES))
    groups = []
    names = {path.name for root in (written, area) for path in root.iterdir() if path.is_dir()} - {CONNECTOR}
    for name in sorted(names):
        simulated = sorted((area / name).glob("*.jsonl"))
        by_hand = sorted((written / name).glob("*.json"))
        events = sum(_lines(path) for path in simulated) + sum(_entries(path) for path in by_hand)
        groups.append(Group(name, (*simulated, *by_hand), events))
    return Agencies(tuple(groups), tuple(sorted((written / CONNECTOR).glob("*.xml"))))


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(1 for _ in stream)


def _entries(path: Path) -> int:
    import orjson

    return len(orjson.loads(path.read_bytes()))
