"""What `icr bench access` measures of lists: what it costs to leave out whom the viewer is kept from, by the table of rules in SQL.

Each list is gathered in turns by somebody whom nothing can keep away, which is the list without the predicate, and by the person
whose list it is. On many children something is in force: of the largest share that an authority would ever have, on one in fifty.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, Final

from adapters.log.messages import Message as Recorded
from adapters.log.pool import ReadPool
from adapters.questions.reading import reading_at
from adapters.questions.remembered import Remembered
from adapters.questions.way import OfTheViews
from adapters.questions.ways import WAYS
from adapters.service.opened import Service
from domain.access.viewer import LOCAL_OPERATOR, Channel, Role, Viewer
from domain.dates import to_day
from domain.errors import IcrError
from domain.kinds import WHO_MAY_SEE
from domain.questions import about
from domain.questions.asking import Question
from tools.bench.loading import Loaded
from tools.bench.workload import SEED
from tools.simulator import wire

ONE_IN: Final = 50
ROUNDS: Final = 30
UNMEASURED: Final = 6  # of each, until its statements are prepared
_LISTS: Final[Mapping[str, Callable[[str], Question[Any]]]] = {
    "caseload": lambda worker: about.ShowCaseload(worker=worker),
    "families": lambda _: about.ListFamilies(),
    "gaps": lambda _: about.ListGaps(),
}
_SECTOR: Final = "social_care"
_IN_FORCE: Final = "SELECT count(*) FROM log.fact WHERE kind = ANY(%s)"


def lists(loaded: Loaded, rounds: int = ROUNDS) -> dict[str, Any]:
    """The middle time of each list without the predicate and with it, and how many children something keeps anybody from.

    Raises IcrError where what keeps people away did not come in.
    """
    barred = _bar(loaded)
    draw = random.Random(SEED)  # noqa: S311 - nothing secret is drawn
    workers = sorted(loaded.seen.workers)
    found: dict[str, Any] = {"children_with_bars": barred}
    with ExitStack() as stack:
        pool = ReadPool(
            loaded.service.database_url, 1
        )  # as the API has: its connections keep their prepared statements
        pool.open()
        stack.callback(pool.close)
        return found | _timed(loaded.service, pool, workers, draw, rounds)


def _timed(
    service: Service, pool: ReadPool, workers: Sequence[str], draw: random.Random, rounds: int
) -> dict[str, dict[str, float]]:
    remembered, found = Remembered(), {}
    for name, ask in _LISTS.items():
        times: dict[bool, list[float]] = {False: [], True: []}
        for number in range(-UNMEASURED, rounds):
            worker = draw.choice(workers)
            person = Viewer(
                worker, Role.PRACTITIONER, worker.partition(":")[0], None, Channel.PAGES, people_sign_in=True
            )
            for viewer in (LOCAL_OPERATOR, person):
                took = _gathered(service, pool, ask(worker), viewer, remembered)
                if number >= 0:
                    times[viewer is person].append(took)
        without, with_ = (round(1000 * median(times[one]), 3) for one in (False, True))
        found[name] = {"without": without, "with": with_, "times": round(with_ / without, 2), "asked": rounds}
    return found


def _gathered(
    service: Service, pool: ReadPool, question: Question[Any], viewer: Viewer, remembered: Remembered
) -> float:
    """Seconds that it took to gather a list."""
    way = WAYS[type(question)]
    assert isinstance(way, OfTheViews)
    with pool.connection() as connection:
        began = time.perf_counter()
        with reading_at(service, connection, None, remembered, viewer) as read:
            way.gather(read, question, to_day(service.clock.now().date()))
        return time.perf_counter() - began


def _bar(loaded: Loaded) -> int:
    """Exclusions, restrictions and conflicts of some children, in the log and the views; of how many."""
    draw = random.Random(SEED)  # noqa: S311 - as above
    children = sorted(one for one in loaded.seen.children if one.startswith(("nhs:", "upn:")))
    some = draw.sample(children, max(1, len(children) // ONE_IN))
    recorder, projector = loaded.service.recorder(), loaded.service.projector()
    try:
        recorder.record([Recorded(value, _SECTOR) for _, _, value in wire(_told(some, loaded.service.clock.now()))])
        projector.project()
    finally:
        recorder.close()
        projector.close()
    with loaded.service.connect() as connection:
        row = connection.execute(_IN_FORCE, (list(WHO_MAY_SEE),)).fetchone()
    if row != (len(some),):
        raise IcrError(f"of {len(some)} exclusions, restrictions and conflicts {row and row[0]} are in the log")
    return len(some)


def _told(children: list[str], now: datetime) -> Iterator[dict[str, Any]]:
    for number, child in enumerate(children):
        scheme, _, value = child.partition(":")
        kind = ("AccessExcluded", "AccessRestricted", "ConflictDeclared")[number % 3]
        worker = {"organisation": "la-808", "staff_id": f"B{number}", "name": None, "contact": None}
        yield {
            "event_type": kind,
            "event_id": f"bar-{number}",
            "source": {"organisation": "la-808", "system": "bench", "source_record_id": None, "source_version": None},
            "mode": "live",
            "recorded_at": now.astimezone(UTC) - timedelta(hours=1),
            "subject": {
                "identifiers": [{"scheme": scheme, "value": value}], "person": None, "nhs_number_status": None,
            },
            "others": [],
            "effective": {"from": (now - timedelta(days=30)).date(), "to": None},
            "reference": None,
            "target": None,
            "basis": "public_task",
            "agency": "la-808",
            "worker": worker,
            **({"relation": "relative"} if kind == "ConflictDeclared" else {"reason": "court_order"}),
        }  # fmt: skip
