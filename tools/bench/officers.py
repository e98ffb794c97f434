"""`icr bench officers`: how long officers' questions take over a year's accesses of many people.

The year is put into the real tables in bulk, in months as they are kept; the questions are asked at the door, each with its entry.
"""

import time
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files
from statistics import median
from typing import Any, Final

import psycopg

from adapters.commands.granting import grant, read_worker
from adapters.disclosure.disclosing import Discloser
from adapters.log.connections import Work, connect
from adapters.process.clock import Clock, today
from adapters.process.settings import Settings
from adapters.questions.door import Door, load_all
from adapters.questions.officers.catalogue import OfficersQuestion, catalogue
from adapters.service.opened import Service
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.answers.answered import Answered
from domain.dates import to_day
from domain.errors import IcrError
from domain.questions.about import AskOfficers
from tools.bench.processes import machine
from tools.bench.servers_used import Tell, a_database
from tools.bench.versions import versions

_LOADER: Final = "officers_log.sql"
ASKED: Final = 3  # times
_KEPT: Final = 5 / 7 + 0.03 * 2 / 7  # of what the loader makes: weekdays, and a few of the weekends
_LIMIT: Final = 100  # rows, as a page shows them
_PERSON: Final = "la-808:W1"


class OfficersBench:
    """One measurement, from an empty server to a result."""

    def __init__(self, settings: Settings, entries: int, people: int, clock: Clock, tell: Tell) -> None:
        self._settings = settings
        self._entries = entries
        self._people = people
        self._clock = clock
        self._tell = tell

    def run(self) -> dict[str, Any]:
        """Measure; the result as a document. Raises Misuse, Unreachable, IcrError where a question is not answered."""
        conditions = machine()
        load_all()
        with a_database(self._settings, self._clock, self._tell) as ground:
            service = ground.service("officers")
            last = today(self._clock)
            self._tell(f"loading {self._entries} entries")
            counts = self._load(service, last)
            self._tell("asking")
            took = {name: self._ask(service, question, last) for name, question in catalogue().items()}
            return {
                "bench": "officers",
                "milliseconds": took,
                "slowest_milliseconds": max(one["most"] for one in took.values()),
                "conditions": {
                    **conditions,
                    **versions(ground.url, "none"),
                    "measured_on": last.isoformat(),
                    "people": self._people,
                    **counts,
                    "asked_of": "everybody, over as many days as a question takes; the middle and the longest of three times, entry included",
                },
            }

    def _load(self, service: Service, last: date) -> dict[str, int]:
        """A year of entries; how many rows of each kind there are."""
        first = last - timedelta(days=364)
        grant(service, read_worker("la-808:P1"), Role.PRIVACY_OFFICER)
        projector = service.projector()
        try:
            projector.project()  # an edition, which involvements are known at
        finally:
            projector.close()
        with connect(service.database_url, Work.REBUILD) as connection:
            (view,) = connection.execute("SELECT view FROM log.serving").fetchone() or ("view_a",)
            connection.execute("SELECT access.make_months(%s, %s)", (first, last))
            with connection.transaction():
                for statement in _statements(view):
                    given = {"people": self._people, "made": round(self._entries / _KEPT), "first": to_day(first)}
                    psycopg.ClientCursor(connection).execute(statement, given)
            connection.execute("VACUUM (ANALYZE)")
            return {
                "entries": _count(connection, "access.entry"),
                "rows_shown": _count(connection, "access.shown"),
                "involvements": _count(connection, f"{view}.entry"),
            }

    def _ask(self, service: Service, question: OfficersQuestion, last: date) -> dict[str, float]:
        """Milliseconds of one question, asked over the longest time that it takes, and how many rows it has."""
        asked = AskOfficers(name=question.name, limit=_LIMIT, **_taken(service, question, last))
        discloser = Discloser(service.keys, service.clock)
        door, times, rows = Door(service, discloser=discloser), [], 0
        for _ in range(ASKED):
            began = time.perf_counter()
            answered = door.ask(asked, LOCAL_OPERATOR)
            times.append(1000 * (time.perf_counter() - began))
            if not isinstance(answered, Answered):
                raise IcrError(f"{question.name}: it is not answered")
            rows = answered.content["total"]
        discloser.close()
        return {"p50": round(median(times), 1), "most": round(max(times), 1), "rows": rows}


def _taken(service: Service, question: OfficersQuestion, last: date) -> dict[str, Any]:
    """What a question is asked with: the longest time, and what it cannot be asked without."""
    taken: dict[str, Any] = (
        {"viewer": _PERSON} if question.takes.get("viewer") and question.takes["viewer"].required else {}
    )
    if "identifier" in question.takes:
        taken["identifier"] = "nhs:9990000018"  # of nobody: the look-up by child is by index, whoever it is
    if "week" not in question.takes:
        taken |= {"first": last - timedelta(days=question.most_days - 1), "last": last}
    del service
    return taken


def _statements(view: str) -> list[str]:
    text = (files(__package__) / _LOADER).read_text(encoding="utf-8").replace("{view}", view)
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [one for one in plain.split(";\n") if one.strip()]


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608
    return int(count)


def tables(found: Mapping[str, Any]) -> list[tuple[str, tuple[str, ...], list[tuple[object, ...]]]]:
    """The result for a person, the longest first."""
    ranked = sorted(found["milliseconds"].items(), key=lambda one: -one[1]["p50"])
    rows: list[tuple[object, ...]] = [(name, one["p50"], one["most"], one["rows"]) for name, one in ranked]
    conditions: list[tuple[object, ...]] = [(name, str(value)) for name, value in found["conditions"].items()]
    return [
        ("officers' questions", ("question", "p50 ms", "longest ms", "rows"), rows),
        ("conditions", ("condition", "value"), conditions),
    ]
