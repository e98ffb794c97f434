"""Questions as tests ask them: each by its name with the values of its fields, answered at the door as faces are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from adapters.disclosure.disclosing import Access
from adapters.log.keys.hashes import Hashes
from adapters.questions.door import Door
from adapters.questions.measures import parts_of
from adapters.service.opened import Service
from domain.access.viewer import LOCAL_OPERATOR
from domain.measures.of_child import Measure, Part
from domain.questions import about
from domain.questions.asking import Question
from tests.builders.lent import lent


class Undisclosed:
    """Answers of which no entry is written: for what is measured of answers alone."""

    def disclose(self, _connection: psycopg.Connection[Any], _access: Access) -> UUID:
        """An entry's id, of no entry."""
        return UUID(int=0)


def _door(service: Service) -> Door:
    """The door as a lasting process has it, with lent connections; new each time, since tests take out what it would remember."""
    return Door(service, lambda: lent(service.database_url, service.connect, "answers"))


def answer(service: Service, question: Question[Any]) -> Any:
    """The answer to a question as a document, or None."""
    answered = _door(service).answer(question, LOCAL_OPERATOR)
    return None if answered is None else answered.as_json()


class Asked:
    """Questions put one after the other, as known now or as of one position or instant."""

    def __init__(self, service: Service, known_at: str | None = None) -> None:
        self.service = service
        self.known_at = known_at

    def _ask(self, kind: Any, effective_at: date, **given: Any) -> Any:
        return answer(self.service, kind(effective_at=effective_at, known_at=self.known_at, **given))

    def find(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.FindChildren, effective_at, **given)

    def child(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowChild, effective_at, **given)

    def timeline(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowTimeline, effective_at, **given)

    def caseload(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowCaseload, effective_at, **given)

    def my_families(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowMyFamilies, effective_at, **given)

    def changes(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowChanges, effective_at, **given)

    def handover(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowHandover, effective_at, **given)

    def gaps(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ListGaps, effective_at, **given)

    def families(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ListFamilies, effective_at, **given)

    def family(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowFamily, effective_at, **given)

    def parts(self, measures: Sequence[Measure], day: int) -> dict[str, list[Part]]:
        """What each child adds to measures on a day, before figures are made of them."""
        with _door(self.service).reading(self.known_at) as read:
            return parts_of(read, measures, day)

    def position(self) -> str:
        """The position that the views are at."""
        with _door(self.service).reading(self.known_at) as read:
            return read.position(read.edition.position)

    def measures(self, effective_at: date, **given: Any) -> Any:
        return self._ask(about.ShowMeasures, effective_at, **given)


@contextmanager
def asking(service: Service, known_at: str | None = None) -> Iterator[Asked]:
    """Questions to a service."""
    yield Asked(service, known_at)


def event_at(service: Service, position: int, generation: int = 1) -> str:
    """The event at a position, as answers show it."""
    return f"e-{Hashes(service.keys).shown(generation, position)[:8].hex()}"


def kept(service: Service, reason: str | None = None, **given: Any) -> list[dict[str, Any]]:
    """The kept events of a reason, or all that are not settled."""
    listed: list[dict[str, Any]] = answer(service, about.ListKept(reason=reason, **given))["aside"]
    return listed


def kept_event(service: Service, aside: object) -> Any:
    """One kept event with what was sent."""
    return answer(service, about.ShowKept(id=UUID(str(aside)), content=True))


def feedback(service: Service, organisation: str, since: str | None = None, limit: int = 500) -> Any:
    """A page of what an organisation is told."""
    return answer(service, about.ReadFeedback(organisation=organisation, since=since, limit=limit))


def quality(service: Service, organisation: str | None = None) -> list[dict[str, Any]]:
    """The lines of the quality report."""
    lines: list[dict[str, Any]] = answer(service, about.ShowQuality(organisation=organisation))["quality"]
    return lines
