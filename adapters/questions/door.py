"""The one door for reads: a question goes in, a typed answer comes out; every face asks here (access.md 1).

Inside, what a question needs is gathered from rows at one edition, or from the log; then it is shaped, by pure functions of
what was gathered. Deciding, redacting and disclosing will stand between the two.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeVar, cast

import psycopg

from adapters.process.clock import today
from adapters.questions.changes import gather_changes
from adapters.questions.children import gather_child, gather_found, gather_timeline
from adapters.questions.families import gather_families, gather_family
from adapters.questions.feedback import gather_feedback
from adapters.questions.feeds import gather_feeds
from adapters.questions.keeping import gather_kept, gather_kept_event, gather_mended
from adapters.questions.leads import gather_caseload, gather_gaps, gather_handover, gather_my_families
from adapters.questions.measures import gather_measures
from adapters.questions.paging import list_known_at
from adapters.questions.quality import gather_quality
from adapters.questions.reading import Reading, position_of
from adapters.questions.remembered import Remembered
from adapters.service.opened import Service
from domain.access.viewer import Viewer
from domain.answers import agencies, children, families, keeping, leads, measures
from domain.answers.answered import Answered
from domain.dates import to_day
from domain.questions import about
from domain.questions.asking import AList, AsKnown, Question
from projections import editions

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _OfTheViews:
    """A question of an edition: `gather(read, question, day)`, and `shape(facts, as at)`."""

    gather: Callable[[Reading, Any, int], Any]
    shape: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class _OfTheLog:
    """A question of the log as it is: `gather(service, connection, question)`, and `shape(facts)`."""

    gather: Callable[[Service, editions.Connection, Any], Any]
    shape: Callable[[Any], Any]


_WAYS: Final[Mapping[type[Question[Any]], _OfTheViews | _OfTheLog]] = {
    about.FindChildren: _OfTheViews(gather_found, children.found),
    about.ShowChild: _OfTheViews(gather_child, children.index_line),
    about.ShowTimeline: _OfTheViews(gather_timeline, children.timeline),
    about.ShowCaseload: _OfTheViews(gather_caseload, leads.caseload),
    about.ShowMyFamilies: _OfTheViews(gather_my_families, leads.my_families),
    about.ShowChanges: _OfTheViews(gather_changes, leads.changes),
    about.ShowHandover: _OfTheViews(gather_handover, leads.handover),
    about.ListGaps: _OfTheViews(gather_gaps, leads.gaps),
    about.ListFamilies: _OfTheViews(gather_families, families.families),
    about.ShowFamily: _OfTheViews(gather_family, families.family),
    about.ShowMeasures: _OfTheViews(gather_measures, measures.measures),
    about.ListFeeds: _OfTheLog(gather_feeds, agencies.feeds),
    about.ShowQuality: _OfTheLog(lambda _, connection, asked: gather_quality(connection, asked), agencies.quality),
    about.ReadFeedback: _OfTheLog(
        lambda service, connection, asked: gather_feedback(connection, service.keys, asked, service.schema_ids),
        agencies.feedback,
    ),
    about.ListKept: _OfTheLog(lambda _, connection, asked: gather_kept(connection, asked), keeping.kept_events),
    about.ShowKept: _OfTheLog(
        lambda service, connection, asked: gather_kept_event(connection, service.keys, asked), keeping.kept_event
    ),
    about.ListMended: _OfTheLog(lambda _, connection, __: gather_mended(connection), keeping.being_mended),
}


class Door:
    """Answers questions, each in one snapshot, on a connection of its own or, in a lasting process, a lent one."""

    def __init__(
        self, service: Service, connect: Callable[[], AbstractContextManager[editions.Connection]] | None = None
    ) -> None:
        self._service = service
        self._connect = connect or service.connect
        self._remembered = Remembered()

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
                yield Reading(self._service, connection, edition, self._remembered)
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
