"""An officer's desk: children whom people look at, and an officer who asks about it at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from adapters.questions.door import Door
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered, NotShown
from domain.questions.about import AskOfficers, FindChildren, ShowCaseload, ShowChild
from domain.questions.asking import Question
from tests.builders.service import Bench
from tests.builders.viewers import granted, person
from tests.spec import words
from tests.spec.words import Happened, happened

ANNA, BEN, CARA = "la-808:W1", "la-808:W2", "ods-Z9H:W3"
OFFICER, CHECKER, AUDITOR = "la-808:P1", "la-808:D1", "la-808:A1"
NOON = datetime(2025, 12, 17, 12, 0, tzinfo=UTC)  # a Wednesday
TODAY = NOON.date()


def identifier(who: str) -> str:
    """A child's NHS number, as a question has it."""
    return ":".join(words.identifier(who, "nhs"))


@dataclass
class Desk:
    """One service, with the people of a council and of a trust."""

    here: Bench

    def __post_init__(self) -> None:
        self.now(NOON - timedelta(days=60))
        for name, role in (
            (OFFICER, Role.PRIVACY_OFFICER),
            (CHECKER, Role.DATA_PROTECTION_OFFICER),
            (AUDITOR, Role.AUDITOR),
        ):
            granted(self.here, name, role)
        self.now(NOON)

    def now(self, at: datetime) -> None:
        """Set the clock."""
        self.here.clock.set(at)

    def days_later(self, days: int) -> None:
        """Go on by some days."""
        self.here.clock.advance(timedelta(days=days))

    def told(self, *events: Happened) -> None:
        """Agencies tell something, and it is taken in."""
        (start,) = self.here.connection.execute("SELECT position FROM log.head").fetchone() or (0,)
        for outcome in self.here.record(*(event.wire(start + n) for n, event in enumerate(events))):
            assert outcome.outcome == "accepted", (outcome.reason, outcome.field)
        self.here.projector.project()

    def helped(self, *who: str, worker: str = "W1", on: str = "2025-09-01", **more: Any) -> None:
        """A worker of the council helps some children."""
        self.told(
            *(happened("EarlyHelpStarted", one, on=on, worker=worker, name=f"{one} Example", **more) for one in who)
        )

    def person(self, name: str) -> Viewer:
        """Somebody who has signed in."""
        return person(self.here, name)

    def ask(self, question: Question[Any], viewer: Viewer) -> Answered[Any] | NotShown:
        """Ask at the door, a second later."""
        self.here.clock.advance(timedelta(seconds=1))
        return Door(self.here.service).ask(question, viewer)

    def look(self, who: str, viewer: Viewer | str) -> str:
        """Somebody opens a child; the entry of it."""
        return self._entry(ShowChild(identifier=identifier(who)), viewer)

    def list_own(self, name: str) -> str:
        """Somebody lists their own children; the entry of it."""
        return self._entry(ShowCaseload(worker=name), name)

    def search(self, viewer: Viewer, family: str = "Example", born: date = date(2015, 3, 1)) -> str:
        """Somebody searches by name; the entry of it."""
        return self._entry(FindChildren(family=family, born=born), viewer)

    def _entry(self, question: Question[Any], viewer: Viewer | str) -> str:
        asked = self.ask(question, self.person(viewer) if isinstance(viewer, str) else viewer)
        if isinstance(asked, NotShown):
            return asked.entry
        assert asked.receipt is not None
        return asked.receipt.entry

    def answer(self, name: str, by: str = OFFICER, **takes: Any) -> Any:
        """What an officer is answered, who asks about their own organisation; None: nothing is shown."""
        if by == OFFICER:
            takes = {"organisation": "la-808"} | takes
        asked = self.ask(AskOfficers(name=name, **takes), self.person(by))
        return asked.content if isinstance(asked, Answered) else None

    def rows(self, name: str, by: str = OFFICER, **takes: Any) -> list[dict[str, Any]]:
        """The rows of an answer, by the names of their columns."""
        answered = self.answer(name, by, **takes)
        assert answered is not None, f"{by} is not answered"
        return rows_of(answered)

    def entries(self, name: str, by: str = OFFICER, **takes: Any) -> list[str]:
        """The entries that an answer names."""
        return [row["entry"] for row in self.rows(name, by, **takes)]


def rows_of(answered: Any) -> list[dict[str, Any]]:
    """The rows of an answer, by the names of their columns."""
    names: Sequence[str] = [column["name"] for column in answered["columns"]]
    return [dict(zip(names, row, strict=True)) for row in answered["rows"]]
