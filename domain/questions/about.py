"""The questions: about one child, about a worker's children, about families, about the system and about what agencies sent."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from domain.errors import Rejected
from domain.questions.asking import (
    ABOUT_ENTRY,
    ACCESSES_OF,
    AFTER_KEPT,
    AREA,
    BEFORE_CASE,
    BEFORE_ENTRY,
    BORN,
    CASE,
    CASE_STATE,
    CASES_OF,
    CHECK,
    CHILDREN,
    CONTENT,
    COPY,
    DAYS,
    DECISION,
    EFFECTIVE_AT,
    ENTRY,
    FAMILY,
    FAMILY_NAME,
    FEEDBACK_CURSOR,
    FEEDBACK_LIMIT,
    FIRST_DAY,
    FORM,
    FROM_LEAF,
    HEARD,
    IDENTIFIER,
    IN_CASE,
    KEPT_EVENT,
    LAST_DAY,
    LEAST,
    LIMIT,
    LOST,
    MAP,
    MEASURE,
    NOTICE_VERSION,
    OF_WHOM,
    OFFICE,
    OFFICERS_QUESTION,
    ORGANISATION,
    OUTCOME,
    OWN_VIEWER,
    PROTECTION,
    PURPOSE,
    REACH,
    REASON,
    RECORD,
    REFERENCE,
    REFUSED_ENTRY,
    REPLAYED,
    RETRACTED,
    SAID,
    SINCE,
    STATE,
    TODAY,
    USUAL,
    VIEWER,
    WEEK,
    WHO_ASKS,
    WHOSE,
    WORKER,
    A,
    AList,
    AsKnown,
    Question,
)
from domain.reasons import REASONS

# The answer to each is named and not imported, so that who asks one question need not load the answers to all.
if TYPE_CHECKING:
    from domain.answers import (  # noqa: F401 - in texts below
        accesses,
        agencies,
        brokering,
        cases,
        children,
        deciding,
        due,
        families,
        keeping,
        leads,
        measures,
        notice,
        officers,
        protecting,
        reach,
        refusals,
        siblings,
        subject_access,
    )


def check_days(first: date | None, last: date | None) -> None:
    """Raise Rejected where the last day is before the first."""
    if first is not None and last is not None and last < first:
        raise Rejected("bad_value", "last", "the last day is the first, or after it")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindChildren(AsKnown["children.FoundChildren"]):
    """Which children: by one identifier, or by family name and date of birth. Raises Rejected for anything else."""

    identifier: Annotated[str | None, IDENTIFIER] = None
    family: Annotated[str | None, FAMILY_NAME] = None
    born: Annotated[date | None, BORN] = None

    def __post_init__(self) -> None:
        named = self.family is not None and self.born is not None
        if (self.identifier is None) != named or (self.family is None) != (self.born is None):
            raise Rejected("missing_field", "identifier", "either an identifier, or family name and date of birth")


@dataclass(frozen=True, slots=True, kw_only=True)
class OneChild(AsKnown[A]):
    """Which child: by an identifier, or by its id or that of any of its records. Raises Rejected for both or neither."""

    identifier: Annotated[str | None, IDENTIFIER] = None
    record: Annotated[str | None, RECORD] = None

    def __post_init__(self) -> None:
        _one_child(self.identifier, self.record)


def _one_child(identifier: str | None, record: str | None) -> None:
    if (identifier is None) == (record is None):
        raise Rejected("missing_field", "identifier", "either an identifier or a record")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowChild(OneChild["children.IndexLine"]):
    """One child's line of the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTimeline(OneChild["children.Timeline"]):
    """One child's timeline, and whether with what was taken back."""

    retracted: Annotated[bool, RETRACTED] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSiblings(OneChild["siblings.ShownSiblings"]):
    """The other children of one child's family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDecision(OneChild["deciding.ShownDecision"]):
    """What a decision about a child would do, of which worker; what it says besides by the fields of its command.

    Raises Rejected for a decision that there is not.
    """

    decision: Annotated[str, DECISION]
    worker: Annotated[str, OF_WHOM]
    role: Annotated[str | None, SAID] = None
    scope: Annotated[str | None, SAID] = None
    service: Annotated[str | None, SAID] = None
    provision: Annotated[str | None, SAID] = None
    reason: Annotated[str | None, SAID] = None
    family_view: Annotated[str | None, SAID] = None

    def __post_init__(self) -> None:
        from domain.leads.commands import DECISIONS

        OneChild.__post_init__(self)
        if self.decision not in DECISIONS:
            raise Rejected("bad_value", "decision", f"a decision is one of: {', '.join(DECISIONS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowContact(OneChild["brokering.ShownContact"]):
    """What a request for contact about a child would say."""

    purpose: Annotated[str | None, PURPOSE] = None
    reach: Annotated[str | None, REACH] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContacts(AList["brokering.ListedContacts"]):
    """Requests for contact: of one worker, or of all."""

    worker: Annotated[str | None, WHOSE] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowContactAnswer(AsKnown["brokering.ShownAnswer"]):
    """What an answer to a request for contact would say. Raises Rejected for an outcome that there is not."""

    request: Annotated[str, REFERENCE]
    outcome: Annotated[str | None, OUTCOME] = None

    def __post_init__(self) -> None:
        from domain.answers.brokering import OUTCOMES

        if self.outcome not in OUTCOMES:
            raise Rejected("bad_value", "outcome", f"an outcome is one of: {', '.join(filter(None, OUTCOMES))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCaseload(AList["leads.WorkerCaseload"]):
    """Whose caseload."""

    worker: Annotated[str, WORKER]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMyFamilies(AList["leads.WorkerFamilies"]):
    """Whose families."""

    worker: Annotated[str, WORKER]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowChanges(AList["leads.WorkerChanges"]):
    """Whose children, and since when."""

    worker: Annotated[str, WORKER]
    since: Annotated[str, SINCE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHandover(AList["leads.WorkerHandover"]):
    """Whose children are handed over."""

    worker: Annotated[str, WORKER]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGaps(AList["leads.ListedGaps"]):
    """Gaps of lead, of an area or of all."""

    area: Annotated[str | None, AREA] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFamilies(AList["families.ListedFamilies"]):
    """Families out of touch, of an area or of all, with at least `lost` domains out of touch."""

    area: Annotated[str | None, AREA] = None
    lost: Annotated[int | None, LOST] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFamily(AsKnown["families.ShownFamily"]):
    """Which family."""

    family: Annotated[str, FAMILY]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowMeasures(AsKnown["measures.Measures"]):
    """How the system does, by all measures or one, by the areas of one map; `children`: who waits behind a measure of time.

    Raises Rejected for a measure that there is not, and for the children of another than one of time.
    """

    measure: Annotated[str | None, MEASURE] = None
    area: Annotated[str | None, AREA] = None
    map: Annotated[str | None, MAP] = None
    children: Annotated[bool, CHILDREN] = False

    def __post_init__(self) -> None:
        from domain.measures.of_child import MEASURES

        if self.measure is not None and self.measure not in MEASURES:
            raise Rejected("bad_value", "measure", f"no such measure: there are {', '.join(MEASURES)}")
        if self.children and (self.measure is None or MEASURES[self.measure].waiting is None):
            timely = ", ".join(one.id for one in MEASURES.values() if one.waiting is not None)
            raise Rejected("bad_value", "children", f"named of one measure of time: {timely}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFeeds(Question["agencies.Feeds"]):
    """Which feeds are heard on a day; None: today in London."""

    effective_at: Annotated[date | None, EFFECTIVE_AT] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowQuality(Question["agencies.Quality"]):
    """What became of what was sent, by one organisation or by all."""

    organisation: Annotated[str | None, ORGANISATION] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFeedback(Question["agencies.Feedback"]):
    """What an organisation is told of its own events after a cursor; None: from the beginning."""

    organisation: Annotated[str, ORGANISATION]
    since: Annotated[str | None, FEEDBACK_CURSOR] = None
    limit: Annotated[int, FEEDBACK_LIMIT] = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKept(Question["keeping.KeptEvents"]):
    """Which events are kept, of an organisation, for a reason and in a state; without a state those not settled, and conflicts.

    At most `limit`, oldest first, after the event `cursor`. Raises Rejected for a reason or a state that there is not.
    """

    reason: Annotated[str | None, REASON] = None
    state: Annotated[str | None, STATE] = None
    organisation: Annotated[str | None, ORGANISATION] = None
    limit: Annotated[int, LIMIT] = USUAL
    cursor: Annotated[UUID | None, AFTER_KEPT] = None

    def __post_init__(self) -> None:
        from domain.answers.keeping import STATES

        if self.reason is not None and self.reason not in REASONS:
            raise Rejected("bad_value", "reason", f"a reason is one of: {', '.join(REASONS)}")
        if self.state is not None and self.state not in STATES:
            raise Rejected("bad_value", "state", f"a state is one of: {', '.join(STATES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountKept(Question["keeping.CountedKept"]):
    """How many events are kept that are not settled, and conflicts, by organisation and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDue(Question["due.RecordsDue"]):
    """How many records are due for erasure by the authority's schedule, what is held, and what waits for a second person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountProtections(AsKnown["protecting.CountedProtections"]):
    """How many shields and exclusions are in force."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProtections(AList["protecting.ListedProtections"]):
    """Which shields, or which exclusions, are in force, of whom. Raises Rejected for a kind that there is not."""

    kind: Annotated[str, PROTECTION]

    def __post_init__(self) -> None:
        from domain.answers.protecting import SHIELDS

        if self.kind not in SHIELDS:
            raise Rejected("bad_value", "kind", f"a kind is one of: {', '.join(SHIELDS)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowKept(Question["keeping.ShownKeptEvent"]):
    """Why one event is kept, and whether with what was sent."""

    id: Annotated[UUID, KEPT_EVENT]
    content: Annotated[bool, CONTENT] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMended(Question["keeping.BeingMendedList"]):
    """Which records are being mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayEntry(Question["accesses.Replayed"]):
    """Which entry of the access log, and in which open case officers look at it; `today`: what the same question answers today, too."""

    entry: Annotated[str, ENTRY]
    case: Annotated[str | None, IN_CASE] = None
    today: Annotated[bool, TODAY] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAccesses(Question["accesses.Accesses"]):
    """Which accesses: of one organisation's people, of one viewer, of some days, to one child, or all, the newest first.

    At most `limit`, before the entry `cursor`; with `replay` each is replayed, and a hundred at most. Raises Rejected where the last
    day is before the first.
    """

    organisation: Annotated[str | None, ACCESSES_OF] = None
    viewer: Annotated[str | None, VIEWER] = None
    first: Annotated[date | None, FIRST_DAY] = None
    last: Annotated[date | None, LAST_DAY] = None
    identifier: Annotated[str | None, IDENTIFIER] = None
    limit: Annotated[int, LIMIT] = USUAL
    cursor: Annotated[str | None, BEFORE_ENTRY] = None
    replay: Annotated[bool, REPLAYED] = False

    def __post_init__(self) -> None:
        check_days(self.first, self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOwnAccesses(Question["accesses.OwnAccesses"]):
    """What somebody asked for themselves, on some days, the newest first.

    At most `limit`, before the entry `cursor`. Raises Rejected where the last day is before the first.
    """

    viewer: Annotated[str, OWN_VIEWER]
    first: Annotated[date | None, FIRST_DAY] = None
    last: Annotated[date | None, LAST_DAY] = None
    limit: Annotated[int, LIMIT] = USUAL
    cursor: Annotated[str | None, BEFORE_ENTRY] = None

    def __post_init__(self) -> None:
        check_days(self.first, self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadNotice(Question["notice.Notice"]):
    """What staff are told of the log of their own accesses; the entry of it says who has read which version."""

    version: Annotated[int, NOTICE_VERSION]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowLogState(Question["accesses.LogState"]):
    """How far the access log is sealed and published; `check`: whether its last leaves, or those from `first` on, are what was signed."""

    check: Annotated[bool, CHECK] = False
    first: Annotated[int | None, FROM_LEAF] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOfficers(Question["officers.OfficersAnswer"]):
    """One of the officers' questions, by its name, of one organisation's people or all; and what it takes, as its own table says.

    Raises Rejected where the last day is before the first.
    """

    name: Annotated[str, OFFICERS_QUESTION]
    organisation: Annotated[str | None, ACCESSES_OF] = None
    viewer: Annotated[str | None, VIEWER] = None
    identifier: Annotated[str | None, IDENTIFIER] = None
    first: Annotated[date | None, FIRST_DAY] = None
    last: Annotated[date | None, LAST_DAY] = None
    week: Annotated[date | None, WEEK] = None
    days: Annotated[int | None, DAYS] = None
    least: Annotated[int | None, LEAST] = None
    limit: Annotated[int, LIMIT] = USUAL

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise Rejected("bad_value", "last", "the last day is the first, or after it")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportAnswer(AskOfficers):
    """The same, to be taken away as a file: the access log tells that it was."""

    form: Annotated[Literal["jsonl", "csv"], FORM] = "jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLog(Question["accesses.Exported"]):
    """What an export of the access log holds, which is taken away whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCases(Question["cases.Cases"]):
    """Which of officers' cases, the newest first: of one organisation, of one office, open or closed, about one access.

    At most `limit`, before the case `cursor`. Raises Rejected for an office or a state that there is not.
    """

    organisation: Annotated[str | None, CASES_OF] = None
    office: Annotated[str | None, OFFICE] = None
    state: Annotated[str | None, CASE_STATE] = None
    entry: Annotated[str | None, ABOUT_ENTRY] = None
    limit: Annotated[int, LIMIT] = USUAL
    cursor: Annotated[str | None, BEFORE_CASE] = None

    def __post_init__(self) -> None:
        from domain.cases.kinds import OFFICES

        if self.office is not None and self.office not in OFFICES:
            raise Rejected("bad_value", "office", f"an office is one of: {', '.join(OFFICES)}")
        if self.state not in (None, "open", "closed"):
            raise Rejected("bad_value", "state", "a state is one of: open, closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCase(Question["cases.ShownCase"]):
    """Which case."""

    case: Annotated[str, CASE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHearings(Question["cases.Hearings"]):
    """Whom cases ask: a member of staff, who may answer."""

    worker: Annotated[str, HEARD]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowHearing(Question["cases.Hearing"]):
    """What a case asks the member of staff whom it is about."""

    case: Annotated[str, CASE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSubjectAccess(Question["subject_access.SubjectAccess"]):
    """In which case a child's record is given to who asked for it: all that is held, where it came from, who has seen it.

    `copy`: as it is given, without what is left out; else as it is decided by.
    """

    case: Annotated[str, CASE]
    copy: Annotated[bool, COPY] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowReach(Question["reach.Reach"]):
    """How many people could open a child's record today, by what lets them. Raises Rejected unless one child is named."""

    identifier: Annotated[str | None, IDENTIFIER] = None
    record: Annotated[str | None, RECORD] = None

    def __post_init__(self) -> None:
        _one_child(self.identifier, self.record)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainRefusal(Question["refusals.Refusal"]):
    """Why somebody was refused, by an entry of the access log; or why somebody could not open a child's record today.

    Raises Rejected for anything else than an entry alone, or a viewer and one child.
    """

    entry: Annotated[str | None, REFUSED_ENTRY] = None
    viewer: Annotated[str | None, WHO_ASKS] = None
    identifier: Annotated[str | None, IDENTIFIER] = None
    record: Annotated[str | None, RECORD] = None

    def __post_init__(self) -> None:
        of_a_child = self.viewer is not None and (self.identifier is None) != (self.record is None)
        alone = self.viewer is None and self.identifier is None and self.record is None
        if not (of_a_child if self.entry is None else alone):
            raise Rejected("missing_field", "entry", "either an entry, or a viewer with one child")
