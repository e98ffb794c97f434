"""`icr bench access`: what it costs that answers are logged before they leave, and how fast the log is sealed, checked, replayed.

The same reads are asked undisclosed and disclosed, in turns, so that all see the same machine: alone, over one connection,
and by people who open a page every two seconds. What is disclosed is checked and replayed afterwards, or it is no measurement.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from statistics import median
from typing import Any, Final

from adapters.disclosure.disclosing import Discloser, Disclosing
from adapters.log.connections import Work
from adapters.log.pool import ReadPool
from adapters.process.clock import Clock
from adapters.process.settings import Settings
from adapters.questions.door import Door, load_all
from domain.access.rules import Basis, Point, Whose, decided
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.questions import about
from domain.questions.asking import Question
from tools.bench.access_lists import lists
from tools.bench.access_log import kept, stored
from tools.bench.loading import Loaded, Undisclosed, load
from tools.bench.processes import machine
from tools.bench.servers_used import Tell, a_database
from tools.bench.versions import versions
from tools.bench.workload import SEED

UNMEASURED: Final = 20
PAUSE: Final = 2.0  # seconds between two pages of one person
# What is asked, and of whom.
PAGES: Final[Mapping[str, tuple[str, Callable[[str], Question[Any]]]]] = {
    "child": ("children", lambda who: about.ShowChild(identifier=who)),
    "timeline": ("children", lambda who: about.ShowTimeline(identifier=who)),
    "caseload": ("workers", lambda who: about.ShowCaseload(worker=who)),
}
UNDISCLOSED: Final = "undisclosed"
OWN: Final = "own_connection"  # as a process that serves: a connection that writes entries and nothing else
READERS: Final = "reader_connection"  # on the connection on which the answer was read
_MODES: Final = (UNDISCLOSED, OWN, READERS)


class AccessBench:
    """One measurement, from an empty server to a result."""

    def __init__(
        self, settings: Settings, size: tuple[int, int], people: tuple[int, float], pages: int, clock: Clock, tell: Tell
    ) -> None:
        self._settings = settings
        self._events, self._children = size
        self._people, self._seconds = people
        self._pages = pages
        self._clock = clock
        self._tell = tell

    def run(self) -> dict[str, Any]:
        """Measure; the result as a document. Raises Misuse, Unreachable, IcrError where the log does not hold."""
        conditions = machine()
        load_all()
        with a_database(self._settings, self._clock, self._tell) as ground:
            loaded = load(ground, "access", self._events, self._children, self._clock, self._tell)
            draw = random.Random(SEED)  # noqa: S311 - nothing secret is drawn
            self._tell("asking alone")
            alone, storage = self._alone(loaded, draw)
            self._tell(f"asking as {self._people} people")
            took: dict[str, list[float]] = {mode: [] for mode in _MODES}
            for mode in (*_MODES, *reversed(_MODES)):
                took[mode] += self._crowd(loaded, mode)
            crowd = {mode: percentiles(each) for mode, each in took.items()}
            self._tell("sealing, checking and replaying")
            log = kept(loaded.service, loaded.service.settings.data_dir)
            self._tell("listing, with and without the rules in SQL")
            listed = lists(loaded)
            return {
                "bench": "access",
                "milliseconds": alone,
                "added_milliseconds": _added(alone),
                "crowd_milliseconds": crowd,
                "added_crowd_milliseconds": _added({"timeline": crowd})["timeline"],
                "bytes_a_page": storage,
                **log,
                "list_milliseconds": listed,
                "decision_microseconds": decision_microseconds(),
                "conditions": {
                    **conditions,
                    **versions(loaded.url, "none"),
                    "measured_on": self._clock.now().date().isoformat(),
                    "events_accepted": loaded.accepted,
                    "children": loaded.workload.children,
                    "pages_of_each_kind": self._pages,
                    "people": self._people,
                    "seconds": self._seconds,
                    "checked": {"log_holds": True, "replayed": True},
                },
            }

    def _alone(self, loaded: Loaded, draw: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
        """Percentiles of each page by mode, and of the first time that somebody was shown; bytes a page of each."""
        found: dict[str, Any] = {}
        storage: dict[str, Any] = {}
        with closing(_Asking(loaded)) as asking:
            for page, (whom, ask) in PAGES.items():
                those = sorted(getattr(loaded.seen, whom))
                asked = [draw.choice(those) for _ in range(self._pages + UNMEASURED)]
                found[page], storage[page] = asking.page(asked, ask)
        return found, storage

    def _crowd(self, loaded: Loaded, mode: str) -> list[float]:
        """Seconds that each timeline took where people open one every two seconds, each of children of her own."""
        children = sorted(loaded.seen.children)
        took: list[float] = []
        faults: list[BaseException] = []
        with ExitStack() as stack:
            pool = ReadPool(loaded.service.database_url, self._settings.read_connections)
            pool.open()
            stack.callback(pool.close)
            discloser = _discloser(mode, loaded)
            door = Door(loaded.service, pool.connection, discloser)
            began = time.monotonic()
            end = began + self._seconds

            def person(number: int) -> None:
                draw = random.Random(SEED + number)  # noqa: S311 - as above
                due = began + PAUSE * number / self._people
                try:
                    while due < end:
                        time.sleep(max(0.0, due - time.monotonic()))
                        asked = time.perf_counter()
                        door.answer(about.ShowTimeline(identifier=draw.choice(children)), LOCAL_OPERATOR)
                        took.append(time.perf_counter() - asked)
                        due += PAUSE
                except BaseException as error:  # noqa: BLE001 - said by the thread that measures
                    faults.append(error)

            threads = [threading.Thread(target=person, args=(number,)) for number in range(self._people)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if isinstance(discloser, Discloser):
                discloser.close()
        if faults:
            raise faults[0]
        return took


class _Asking:
    """One door for each mode, over one connection of the pool that the API uses."""

    def __init__(self, loaded: Loaded) -> None:
        self._service = loaded.service
        self._pool = ReadPool(self._service.database_url, 1)
        self._pool.open()
        self._disclosers = {mode: _discloser(mode, loaded) for mode in _MODES}
        self._doors = {mode: Door(self._service, self._pool.connection, by) for mode, by in self._disclosers.items()}

    def page(
        self, asked: Sequence[str], ask: Callable[[str], Question[Any]]
    ) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, int]]]:
        """Times of one kind of page. First each is shown for the first time; then, in turns, again by each mode."""
        for who in asked[:UNMEASURED]:
            self._time(UNDISCLOSED, ask(who))
        times: dict[str, list[tuple[float, float]]] = {}
        new = list(dict.fromkeys(asked[UNMEASURED:]))
        before = stored(self._service)
        for who in new:
            times.setdefault("first", []).append(self._time(OWN, ask(who)))
        first = stored(self._service)
        for number, who in enumerate(asked):
            for mode in _MODES:
                took = self._time(mode, ask(who))
                if number >= UNMEASURED:
                    times.setdefault(mode, []).append(took)
        again = stored(self._service)
        figures = {name: {**percentiles([t for t, _ in each]), "cpu": _cpu(each)} for name, each in times.items()}
        entries = 2 * len(asked)
        return figures, {"first": _each(before, first, len(new)), "unchanged": _each(first, again, entries)}

    def _time(self, mode: str, question: Question[Any]) -> tuple[float, float]:
        """Seconds that an answer took, and of this thread's processor time."""
        began, cpu = time.perf_counter(), time.thread_time()
        self._doors[mode].answer(question, LOCAL_OPERATOR)
        return time.perf_counter() - began, time.thread_time() - cpu

    def close(self) -> None:
        """Give the connections back."""
        for one in self._disclosers.values():
            if isinstance(one, Discloser):
                one.close()
        self._pool.close()


def _discloser(mode: str, loaded: Loaded) -> Disclosing:
    service = loaded.service
    if mode == UNDISCLOSED:
        return Undisclosed()
    connect = partial(service.connect, Work.DISCLOSE) if mode == OWN else None
    return Discloser(service.keys, service.clock, connect)


def decision_microseconds() -> float:
    """The middle time of a decision, over each rule's role and each question."""
    points = [
        Point(question, frozenset({role}), None, whose, bases)
        for role in Role
        for question in ("ShowChild", "ShowTimeline", "ShowCaseload", "ListFamilies")
        for whose in Whose
        for bases in (frozenset[Basis](), frozenset({Basis.LEAD}), frozenset({Basis.INVOLVED}))
    ]
    took = []
    for _ in range(50):
        began = time.perf_counter()
        for point in points:
            decided(point)
        took.append((time.perf_counter() - began) / len(points) * 1e6)
    return round(median(took), 2)


def _each(before: Counter[str], after: Counter[str], times: int) -> dict[str, int]:
    """Bytes that each of so many entries added, by table and in all."""
    by_table = {
        name: round((after[name] - before[name]) / times) for name in sorted(after) if after[name] != before[name]
    }
    return {"in_all": round((after.total() - before.total()) / times), **by_table}


def percentiles(took: Sequence[float]) -> dict[str, float]:
    """By nearest rank, in milliseconds."""
    ranked = sorted(took)
    at = {name: ranked[min(len(ranked) - 1, int(share * len(ranked)))] for name, share in (("p50", 0.5), ("p99", 0.99))}
    return {**{name: round(seconds * 1000, 3) for name, seconds in at.items()}, "asked": len(took)}


def _cpu(times: Sequence[tuple[float, float]]) -> float:
    return round(1000 * median(cpu for _, cpu in times), 3)


def _added(pages: Mapping[str, Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """What each mode took more than the same page undisclosed."""
    return {
        page: {
            mode: {name: round(each[name] - modes[UNDISCLOSED][name], 3) for name in each if name != "asked"}
            for mode, each in modes.items()
            if mode != UNDISCLOSED
        }
        for page, modes in pages.items()
    }


def tables(found: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    """The result for a person."""
    rows: list[tuple[object, ...]] = [
        (page, mode.replace("_", " "), one["p50"], one["p99"], one["cpu"], one["asked"])
        for page, modes in found["milliseconds"].items()
        for mode, one in modes.items()
    ]
    crowd: list[tuple[object, ...]] = [
        (mode.replace("_", " "), one["p50"], one["p99"], one["asked"])
        for mode, one in found["crowd_milliseconds"].items()
    ]
    added: list[tuple[object, ...]] = [
        (page, mode.replace("_", " "), one["p50"], one["p99"], one["cpu"])
        for page, modes in found["added_milliseconds"].items()
        for mode, one in modes.items()
    ]
    added += [
        ("timeline, many people", mode.replace("_", " "), one["p50"], one["p99"], "")
        for mode, one in found["added_crowd_milliseconds"].items()
    ]
    storage: list[tuple[object, ...]] = [
        (page, what, one["first"].get(what, 0), one["unchanged"].get(what, 0))
        for page, one in found["bytes_a_page"].items()
        for what in (*one["first"], *(one["unchanged"].keys() - one["first"].keys()))
    ]
    others: list[tuple[object, ...]] = [
        ("entries sealed a second", found["sealed_per_second"]),
        ("entries checked a second, all cores", found["checked_per_second"]),
        ("entries checked a second, of one core", found["checked_per_second_of_one_core"]),
        ("time of a check to that of its hashes alone", found["check_to_its_hashes"]),
        ("replay of one page, p50 ms", found["replay_milliseconds"]["p50"]),
        ("replay of one page, p99 ms", found["replay_milliseconds"]["p99"]),
        ("decision, µs", found["decision_microseconds"]),
    ]
    listed: list[tuple[object, ...]] = [
        (name, one["without"], one["with"], one["times"], one["asked"])
        for name, one in found["list_milliseconds"].items()
        if isinstance(one, dict)
    ]
    others.append(("children something is in force on", found["list_milliseconds"]["children_with_bars"]))
    conditions: list[tuple[object, ...]] = [(name, str(value)) for name, value in found["conditions"].items()]
    return [
        ("pages, one after another", ("page", "entry written", "p50 ms", "p99 ms", "CPU ms", "asked"), rows),
        ("timelines, many people", ("entry written", "p50 ms", "p99 ms", "asked"), crowd),
        ("what an entry adds", ("page", "entry written", "p50 ms", "p99 ms", "CPU ms"), added),
        (
            "a list, without and with the rules in SQL",
            ("list", "without, p50 ms", "with, p50 ms", "times", "asked"),
            listed,
        ),
        ("bytes stored for a page", ("page", "where", "first time", "unchanged"), storage),
        ("the log", ("", ""), others),
        ("conditions", ("condition", "value"), conditions),
    ]
