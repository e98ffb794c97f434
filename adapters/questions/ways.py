"""Of each question how its answer comes to be: what is gathered from where, and how it is shaped."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.questions.accesses import gather_accesses
from adapters.questions.changes import gather_changes
from adapters.questions.children import gather_child, gather_found, gather_timeline
from adapters.questions.families import gather_families, gather_family
from adapters.questions.feedback import gather_feedback
from adapters.questions.feeds import gather_feeds
from adapters.questions.keeping import gather_kept, gather_kept_event, gather_mended
from adapters.questions.leads import gather_caseload, gather_gaps, gather_handover, gather_my_families
from adapters.questions.measures import gather_measures
from adapters.questions.quality import gather_quality
from adapters.questions.replaying import gather_replay
from adapters.questions.way import OfTheLog, OfTheViews
from domain.answers import accesses, agencies, children, families, keeping, leads, measures
from domain.questions import about
from domain.questions.asking import Question


def _of_nobody(_: object) -> bool:
    """Whether an answer that says nothing of anybody is an access."""
    return False


WAYS: Final[Mapping[type[Question[Any]], OfTheViews | OfTheLog]] = {
    about.FindChildren: OfTheViews(gather_found, children.found),
    about.ShowChild: OfTheViews(gather_child, children.index_line),
    about.ShowTimeline: OfTheViews(gather_timeline, children.timeline),
    about.ShowCaseload: OfTheViews(gather_caseload, leads.caseload),
    about.ShowMyFamilies: OfTheViews(gather_my_families, leads.my_families),
    about.ShowChanges: OfTheViews(gather_changes, leads.changes),
    about.ShowHandover: OfTheViews(gather_handover, leads.handover),
    about.ListGaps: OfTheViews(gather_gaps, leads.gaps),
    about.ListFamilies: OfTheViews(gather_families, families.families),
    about.ShowFamily: OfTheViews(gather_family, families.family),
    about.ShowMeasures: OfTheViews(gather_measures, measures.measures),
    about.ListFeeds: OfTheLog(gather_feeds, agencies.feeds, tells=_of_nobody),
    about.ShowQuality: OfTheLog(
        lambda _, connection, asked: gather_quality(connection, asked), agencies.quality, tells=_of_nobody
    ),
    about.ReadFeedback: OfTheLog(
        lambda service, connection, asked: gather_feedback(connection, service.keys, asked, service.schema_ids),
        agencies.feedback,
        tells=lambda feedback: bool(feedback["feedback"]),
    ),
    about.ListKept: OfTheLog(lambda _, connection, asked: gather_kept(connection, asked), keeping.kept_events),
    about.ShowKept: OfTheLog(
        lambda service, connection, asked: gather_kept_event(connection, service.keys, asked), keeping.kept_event
    ),
    about.ListMended: OfTheLog(lambda _, connection, __: gather_mended(connection), keeping.being_mended),
    about.ListAccesses: OfTheLog(lambda _, connection, asked: gather_accesses(connection, asked), accesses.accesses),
    about.ReplayEntry: OfTheLog(
        lambda service, connection, asked: gather_replay(service, connection, asked, WAYS),
        accesses.replayed,
        in_snapshot=False,
    ),
}
