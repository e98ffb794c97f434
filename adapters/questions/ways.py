"""Of each question what gathers for its answer, and what shapes it."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.questions.way import OfTheLog, OfTheViews
from domain.questions import about
from domain.questions.asking import Question


def _of_nobody(_: object) -> bool:
    """Whether an answer that says nothing of anybody is an access."""
    return False


def _told(feedback: Mapping[str, Any]) -> bool:
    return bool(feedback["feedback"])


WAYS: Final[Mapping[type[Question[Any]], OfTheViews | OfTheLog]] = {
    about.FindChildren: OfTheViews("children.gather_found", "lines.found"),
    about.ShowChild: OfTheViews("children.gather_child", "lines.index_line"),
    about.ShowTimeline: OfTheViews("children.gather_timeline", "children.timeline"),
    about.ShowSiblings: OfTheViews("siblings.gather_siblings", "siblings.siblings"),
    about.ShowDecision: OfTheViews("deciding.gather_decision", "deciding.decision"),
    about.ShowContact: OfTheViews("brokering.gather_contact", "brokering.contact"),
    about.ListContacts: OfTheViews("brokering.gather_contacts", "brokering.contacts"),
    about.ShowContactAnswer: OfTheViews("brokering.gather_answer", "brokering.answer"),
    about.ShowCaseload: OfTheViews("leads.gather_caseload", "leads.caseload"),
    about.ShowMyFamilies: OfTheViews("leads.gather_my_families", "leads.my_families"),
    about.ShowChanges: OfTheViews("changes.gather_changes", "leads.changes"),
    about.ShowHandover: OfTheViews("leads.gather_handover", "leads.handover"),
    about.ListGaps: OfTheViews("leads.gather_gaps", "leads.gaps"),
    about.ListFamilies: OfTheViews("families.gather_families", "families.families"),
    about.ShowFamily: OfTheViews("families.gather_family", "families.family"),
    about.ShowMeasures: OfTheViews("measures.gather_measures", "measures.measures"),
    about.ListFeeds: OfTheLog("feeds.gather_feeds", "agencies.feeds", tells=_of_nobody),
    about.ShowQuality: OfTheLog("quality.gather_quality", "agencies.quality", tells=_of_nobody),
    about.ReadFeedback: OfTheLog("feedback.gather_feedback", "agencies.feedback", tells=_told),
    about.ListKept: OfTheLog("keeping.gather_kept", "keeping.kept_events"),
    about.CountKept: OfTheLog("keeping.gather_kept_counts", "keeping.counted_kept"),
    about.ShowDue: OfTheLog("due.gather_due", "due.records_due", in_snapshot=False),
    about.CountProtections: OfTheViews("protecting.gather_counts", "protecting.counted"),
    about.ListProtections: OfTheViews("protecting.gather_protections", "protecting.protections"),
    about.ShowKept: OfTheLog("keeping.gather_kept_event", "keeping.kept_event"),
    about.ListMended: OfTheLog("keeping.gather_mended", "keeping.being_mended"),
    about.ListAccesses: OfTheLog("accesses.gather_accesses", "accesses.accesses", in_snapshot=False),
    about.ShowOwnAccesses: OfTheLog(
        "accesses.gather_own_accesses", "accesses.own_accesses", in_snapshot=False, logger="accesses.without_reasons"
    ),
    about.ReadNotice: OfTheLog("notice.gather_notice", "notice.notice", in_snapshot=False),
    about.ReplayEntry: OfTheLog("replaying.gather_replay", "accesses.replayed", in_snapshot=False),
    about.ExportLog: OfTheLog("log_state.gather_export", "accesses.exported"),
    about.ListCases: OfTheLog("cases.gather_cases", "cases.cases", in_snapshot=False, for_viewer=True),
    about.ShowCase: OfTheLog("cases.gather_case", "cases.case"),
    about.ListHearings: OfTheLog("cases.gather_hearings", "cases.hearings"),
    about.ShowHearing: OfTheLog("cases.gather_hearing", "cases.hearing"),
    about.ShowSubjectAccess: OfTheLog(
        "subject_access.gather_subject_access", "subject_access.subject_access", in_snapshot=False
    ),
    about.ShowReach: OfTheLog("reaching.gather_reach", "reach.reach", in_snapshot=False),
    about.ExplainRefusal: OfTheLog("explaining.gather_refusal", "refusals.refusal", in_snapshot=False),
    about.ShowLogState: OfTheLog("log_state.gather_log_state", "accesses.log_state", in_snapshot=False),
    about.AskOfficers: OfTheLog(
        "officers.gathering.gather_answer", "officers.answered", in_snapshot=False, for_viewer=True
    ),
    about.ExportAnswer: OfTheLog(
        "officers.gathering.gather_answer", "officers.answered", in_snapshot=False, for_viewer=True
    ),
}


def load_all() -> None:
    """Load what any question needs: so does a process that lasts, before it answers, and nobody's first question waits."""
    for way in WAYS.values():
        way.load()
