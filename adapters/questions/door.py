"""The one door for reads: a question goes in, a typed answer comes out; every face asks here (access.md 1).

Inside, what a question needs is gathered from rows at one edition, or from the log; then it is shaped, by pure functions of
what was gathered. Deciding, redacting and disclosing will stand between the two.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from typing import Any, Final, TypeVar, cast

import psycopg

from adapters.process.clock import today
from adapters.questions.paging import list_known_at
from adapters.questions.reading import Bodies, Reading, position_of
from adapters.service.opened import Service
from domain.access.viewer import Viewer
from domain.answers.answered import Answered
from domain.dates import to_day
from domain.questions import about
from domain.questions.asking import AList, AsKnown, Question
from projections import editions

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Way:
    """What gathers and what shapes, each by its module and name: both are loaded when the question is first asked."""

    gatherer: str  # below adapters.questions
    shaper: str  # below domain.answers

    def load(self) -> None:
        """Load both now."""
        _named(f"adapters.questions.{self.gatherer}")
        _named(f"domain.answers.{self.shaper}")

    def gather(self, *given: object) -> Any:  # noqa: ANN401 - what its own shaper takes
        """What the answer is made from."""
        return _named(f"adapters.questions.{self.gatherer}")(*given)

    def shape(self, *given: object) -> Any:  # noqa: ANN401 - as the question says
        """The answer."""
        return _named(f"domain.answers.{self.shaper}")(*given)


class _OfTheViews(_Way):
    """A question of an edition: `gather(read, question, day)`, and `shape(facts, as at)`."""


class _OfTheLog(_Way):
    """A question of the log as it is: `gather(service, connection, question)`, and `shape(facts)`."""


def _named(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


_WAYS: Final[Mapping[type[Question[Any]], _OfTheViews | _OfTheLog]] = {
    about.FindChildren: _OfTheViews("children.gather_found", "children.found"),
    about.ShowChild: _OfTheViews("children.gather_child", "children.index_line"),
    about.ShowTimeline: _OfTheViews("children.gather_timeline", "children.timeline"),
    about.ShowCaseload: _OfTheViews("leads.gather_caseload", "leads.caseload"),
    about.ShowMyFamilies: _OfTheViews("leads.gather_my_families", "leads.my_families"),
    about.ShowChanges: _OfTheViews("changes.gather_changes", "leads.changes"),
    about.ShowHandover: _OfTheViews("leads.gather_handover", "leads.handover"),
    about.ListGaps: _OfTheViews("leads.gather_gaps", "leads.gaps"),
    about.ListFamilies: _OfTheViews("families.gather_families", "families.families"),
    about.ShowFamily: _OfTheViews("families.gather_family", "families.family"),
    about.ShowMeasures: _OfTheViews("measures.gather_measures", "measures.measures"),
    about.ListFeeds: _OfTheLog("feeds.gather_feeds", "agencies.feeds"),
    about.ShowQuality: _OfTheLog("quality.gather_quality", "agencies.quality"),
    about.ReadFeedback: _OfTheLog("feedback.gather_feedback", "agencies.feedback"),
    about.ListKept: _OfTheLog("keeping.gather_kept", "keeping.kept_events"),
    about.ShowKept: _OfTheLog("keeping.gather_kept_event", "keeping.kept_event"),
    about.ListMended: _OfTheLog("keeping.gather_mended", "keeping.being_mended"),
}


def load_all() -> None:
    """Load what any question needs: so does a process that lasts, before it answers, and nobody's first question waits."""
    for way in _WAYS.values():
        way.load()


class Door:
    """Answers questions, each in one snapshot, on a connection of its own or, in a lasting process, a lent one."""

    def __init__(
        self, service: Service, connect: Callable[[], AbstractContextManager[editions.Connection]] | None = None
    ) -> None:
        self._service = service
        self._connect = connect or service.connect
        self._bodies: Bodies = {}

    def answer(self, question: Question[A], viewer: Viewer) -> Answered[A] | None:
        """The answer to a question; None where nothing is known by what it names.

        Raises Misuse or Rejected for what cannot be asked, as a position that is not of this log. Every viewer is the local
        operator until people sign in.
        """
        del viewer
        way = _WAYS[type(question)]
        if isinstance(way, _OfTheLog):
            with self._connect() as connection, _of_the_log(connection):
                return Answered(cast("A", way.shape(way.gather(self._service, connection, question))), None)
        assert isinstance(question, AsKnown)
        day = question.effective_at or today(self._service.clock)
        asked = replace(question, effective_at=day)
        known_at = list_known_at(asked) if isinstance(asked, AList) else asked.known_at
        with self.reading(known_at) as read:
            facts = way.gather(read, asked, to_day(day))
            return None if facts is None else self._answered(way, facts, read, day)

    @contextmanager
    def reading(self, known_at: str | None = None) -> Iterator[Reading]:
        """A read as known now, or as known at a position or an instant; raises Misuse when that cannot be read."""
        with self._connect() as connection:
            edition = editions.begin(connection)
            try:
                if known_at is not None:
                    position = position_of(connection, known_at, edition.generation)
                    edition = editions.edition_until(connection, position, edition.generation)
                yield Reading(self._service, connection, edition, self._bodies)
            except BaseException:
                with suppress(psycopg.Error):  # what ended the read, as Ctrl-C does, may have ended the connection
                    connection.rollback()
                raise
            # Nothing was written; after a rollback the driver would forget its prepared statements.
            connection.commit()

    def _answered(self, way: _OfTheViews, facts: object, read: Reading, day: date) -> Answered[Any]:
        return Answered(
            way.shape(facts, read.at(to_day(day))),
            {
                "position": read.position(read.edition.position),
                "edition": read.number,
                "effective_at": day.isoformat(),
                "records_being_mended": read.edition.being_mended,
            },
        )


@contextmanager
def _of_the_log(connection: editions.Connection) -> Iterator[None]:
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
