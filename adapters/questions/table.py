"""How each question is asked: one row for its route, its command, its title and an example that runs.

What a question's fields are is said by the question itself; faces make routes, commands and their documentation of these rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.questions import about
from domain.questions.asking import Field, Kind, Question, fields_of

GET, POST = "GET", "POST"


@dataclass(frozen=True, slots=True)
class Row:
    """How a question is asked: `method` and `path` below `/v1/`, and the words of its command after `icr`.

    `path` None: only on the command line, and `command` () the other way round. `example` are values of its fields, `typed` an
    example of the command where that is not made of them. `unknown`: what nothing is known of where there is no answer.
    """

    question: type[Question[Any]]
    command: Sequence[str]
    path: str | None
    title: str
    says: str
    example: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""
    method: str = POST
    typed: str | None = None
    unknown: str | None = None

    @property
    def name(self) -> str:
        """What the question is called in logs and in the OpenAPI document: its command's words."""
        return "_".join(self.command)

    @property
    def not_known(self) -> str:
        """What is said where there is no answer: the same whatever the reason."""
        return f"no {self.unknown or 'answer'} is known by that, as of then"

    @property
    def typed_example(self) -> str:
        """The example as it is typed: what finds a child comes from standard input, which no other process sees."""
        return self.typed or typed(self.command, self.question, self.example)


QUESTIONS: Final[Sequence[Row]] = (
    Row(
        about.FindChildren,
        ("child", "find"),
        "children/find",
        "Find children",
        "Find children by an exact identifier, or by family name and date of birth. None are shown where more than ten would fit.",
        {"family": "Example", "born": "2019-03-14"},
        "Children",
        typed="echo 'Example, 2019-03-14' | icr child find --search -",
    ),
    Row(
        about.ShowChild,
        ("child", "show"),
        "children/show",
        "One child's index line",
        "Show who a child is, where, its school, GP, who is involved and who leads.",
        {"identifier": "nhs:9990200017"},
        "Children",
        unknown="child",
    ),
    Row(
        about.ShowTimeline,
        ("child", "timeline"),
        "children/timeline",
        "One child's timeline",
        "Show every interval and moment of a child's involvements, with the events that say so.",
        {"identifier": "nhs:9990200017", "effective_at": "2025-12-19", "known_at": "1:8000"},
        "Children",
        unknown="child",
    ),
    Row(
        about.ShowCaseload,
        ("leads", "caseload"),
        "leads/caseload",
        "A worker's caseload",
        "Show the children a worker works with, leads for or is nominated to lead for, and where their lead is missing.",
        {"worker": "la-808:W2041"},
        "Leads",
    ),
    Row(
        about.ShowMyFamilies,
        ("leads", "families"),
        "leads/families",
        "A worker's families",
        "Show a worker's caseload by family: its children, what it has lost touch with, and where a lead is missing.",
        {"worker": "la-808:W2041"},
        "Leads",
    ),
    Row(
        about.ShowChanges,
        ("leads", "changes"),
        "leads/changes",
        "What changed",
        "Show what changed for a worker's children since: entries new, changed and taken back, prompts begun and cleared. "
        "What agencies sent as backfill or in a snapshot is no news.",
        {"worker": "la-808:W2041", "since": "2025-12-01T09:00:00Z"},
        "Leads",
    ),
    Row(
        about.ShowHandover,
        ("leads", "handover"),
        "leads/handover",
        "A handover",
        "Show what a worker would hand over: whom it leads, the services around them, gaps, reviews due, who was asked to take over.",
        {"worker": "la-808:W2041"},
        "Leads",
    ),
    Row(
        about.ListGaps,
        ("leads", "gaps"),
        "leads/gaps",
        "Gaps of lead",
        "Show children for whom help goes on and a lead is missing, contested, not accepted, or no longer involved; longest first.",
        {"area": "ZE92", "effective_at": "2025-12-19"},
        "Leads",
    ),
    Row(
        about.ListFamilies,
        ("families", "list"),
        "families/list",
        "Disconnected families",
        "List families by the number of domains they are out of touch with, then by days. A prompt to check, never a score.",
        {"area": "ZE92", "lost": 1, "effective_at": "2025-12-19"},
        "Families",
    ),
    Row(
        about.ShowFamily,
        ("families", "show"),
        "families/show",
        "One family",
        "Show one family: its children, each indicator with its evidence, and what would clear it.",
        {"family": "f-5b1c2a90"},
        "Families",
        unknown="family",
    ),
    Row(
        about.ShowMeasures,
        ("measures",),
        "measures",
        "Measures of the system",
        "Show how long children wait, who is assessed again, who has what is due: measures of the system, by area. "
        "Counts of few children are not shown, nor whatever would give them away. Where a feed that a measure relies on was not "
        "heard, its figure is not known to be whole, and says so. Areas are of one map at a time, asked for by its name. Of one measure "
        "of time the children who wait are named where that is asked for.",
        {"measure": "referral_to_first_service", "effective_at": "2026-09-30"},
        "Measures",
        GET,
    ),
    Row(
        about.ReadFeedback,
        ("feedback",),
        "feedback",
        "What became of an agency's events",
        "Show what became of each event of an organisation since a cursor, and what it is asked to publish again. Ask again with "
        "`next`, at once while there is `more`: each outcome is told once. It says nothing of what other organisations hold.",
        {"organisation": "urn-900001"},
        "Events",
        GET,
    ),
    Row(
        about.ShowQuality,
        ("quality",),
        None,
        "The quality of what was sent",
        "Report the quality of what was sent: by organisation and event type, what became of it and for which reasons. "
        "`read = accepted + duplicate + conflict + kept`; each message counts once, as what it is now. What could not be read "
        "at all names no organisation. `late` is the median of days from writing down to taking in.",
        {"organisation": "urn-900001"},
    ),
    Row(
        about.ListFeeds,
        ("feeds",),
        None,
        "Which feeds are heard",
        "List the feeds that ever spoke or are expected: heard, partial, silent, never or closed, and through which day each is complete. "
        "A feed that has not reported lately is silent, which is not the same as having nothing to say; of an organisation that "
        "has closed it need not report, if it did until then.",
    ),
    Row(
        about.ListKept,
        ("quarantine", "list"),
        None,
        "Events kept in quarantine",
        "List events kept in quarantine and conflicts, oldest first, without their content.",
        {"reason": "waits_for"},
    ),
    Row(
        about.ShowKept,
        ("quarantine", "show"),
        None,
        "Why one event is kept",
        "Show why one event is kept; its content only when asked for.",
        {"id": "4f0c…", "content": True},
    ),
    Row(
        about.ListMended,
        ("mending", "list"),
        None,
        "Records being mended",
        "List the records whose last events are not in the views, since when, and the SQLSTATE or kind of the error.",
    ),
    Row(
        about.ListAccesses,
        ("accesses",),
        None,
        "The access log",
        "List who asked what, and what became of it, the newest first. What was shown is seen by `icr replay`.",
        {"viewer": "la-808:W2041"},
    ),
    Row(
        about.ShowOwnAccesses,
        ("own-accesses",),
        None,
        "Somebody's own accesses",
        "List what somebody asked for, as they may read it themselves: when, what, whether it was shown, and why in their own words. "
        "Where people sign in they read it on their pages, and nobody else's.",
        {"viewer": "la-808:W2041"},
    ),
    Row(
        about.ReadNotice,
        ("notice",),
        None,
        "The notice for staff",
        "Show what staff are told of the log of their accesses before their first page.",
        {"version": 1},
        unknown="notice",
    ),
    Row(
        about.ReplayEntry,
        ("replay",),
        None,
        "One access, replayed",
        "Show an access as it was, whether its content is proved by the access log, and whether the log of events gives the same "
        "again today. The replay is itself an access.",
        {"entry": "a-0f6d2c1e8b7a4935a1c2d3e4f5061728"},
        unknown="entry",
    ),
    Row(
        about.ExportLog,
        ("exported",),
        None,
        "What an export of the access log holds",
        "Show how many entries an export of the access log has now, and which checkpoint covers them. `icr access export` writes one.",
    ),
    Row(
        about.ShowReach,
        ("reach",),
        None,
        "Who could open a record",
        "Show how many people could open a child's record today, by what lets them: each is counted once, by what they need say "
        "least for. Who has left, and whom something keeps away, is not among them. Nobody is named.",
        {"identifier": "nhs:9990200017"},
        unknown="child",
    ),
    Row(
        about.ExplainRefusal,
        ("why-not",),
        None,
        "Why somebody was refused",
        "Show which rules were tried when somebody was refused, what each of them lacked, and what of their own was nearly enough: "
        "as it was known then. With a viewer and a child, why they could not open its record today without saying why.",
        {"entry": "a-0f6d2c1e8b7a4935a1c2d3e4f5061728"},
        unknown="entry",
    ),
    Row(
        about.ShowLogState,
        ("sealed",),
        None,
        "The state of the access log",
        "Show how far the access log is sealed and published, and how long an entry has waited; with `--check` whether its last "
        "leaves are what was signed. A whole check is `icr verify-log` on an export, with a checkpoint that was kept elsewhere.",
        {"check": True},
    ),
    Row(
        about.AskOfficers,
        ("officer", "ask"),
        None,
        "A question about accesses",
        "Ask one of the officers' questions about accesses. `icr officer list` says what each asks and takes. Of what is sealed, as reasons "
        "and what was searched for, it shows counts and marks: content is seen by `icr replay`.",
        {"name": "looks-without-involvement", "organisation": "la-808"},
    ),
    Row(
        about.ExportAnswer,
        ("officer", "export"),
        None,
        "An answer to take away",
        "Write the answer to one of the officers' questions as JSON Lines, or as CSV in which nothing is a formula. The access log tells "
        "that it was taken away.",
        {"name": "share-explained", "form": "csv"},
    ),
    Row(
        about.ListCases,
        ("case", "list"),
        None,
        "Officers' cases",
        "List officers' cases, the newest first. With `--about` only the open ones in which an access may be looked at.",
        {"state": "open"},
    ),
    Row(
        about.ShowCase,
        ("case", "show"),
        None,
        "One case",
        "Show a case: why it was opened, what was done in it, until when it has to be answered, and what came of it.",
        {"case": "k-0f6d2c1e8b7a4935a1c2d3e4f5061728"},
        unknown="case",
    ),
    Row(
        about.ListHearings,
        ("case", "hearings"),
        None,
        "Cases that ask somebody",
        "List the cases that ask a member of staff, the newest first.",
        {"worker": "la-808:W2041"},
    ),
    Row(
        about.ShowHearing,
        ("case", "hearing"),
        None,
        "What a case asks",
        "Show what a case asks the member of staff whom it is about, and what they answered; not why it was opened.",
        {"case": "k-0f6d2c1e8b7a4935a1c2d3e4f5061728"},
        unknown="case that asks somebody",
    ),
    Row(
        about.ShowSubjectAccess,
        ("case", "record"),
        None,
        "A child's record for who asked for it",
        "Show what is held of the child of a case of subject access: the record, who told it, who has seen it and when; and what is "
        "proposed for leaving out. With `--copy` as it is given.",
        {"case": "k-5ab3de77f0c1426e9d3b8a1c6e2f4079"},
        unknown="case about a child",
    ),
)
# What only the pages ask: what somebody who has signed in may do, and what waits for the index team.
OF_PAGES: Final[frozenset[type[Question[Any]]]] = frozenset(
    {
        about.ShowSiblings,
        about.ShowDecision,
        about.ShowContact,
        about.ListContacts,
        about.ShowContactAnswer,
        about.CountKept,
        about.ShowDue,
        about.CountProtections,
        about.ListProtections,
    }
)
BY_QUESTION: Final[Mapping[type[Question[Any]], Row]] = {row.question: row for row in QUESTIONS}


def option_of(name: str, field: Field) -> str:
    """What a field's option is called on the command line."""
    return field.option or f"--{name.replace('_', '-')}"


def as_typed(value: str) -> str:
    """A value of an example as a shell takes it."""
    return f"'{value}'" if " " in value else value


def typed(command: Sequence[str], question: type[Question[Any]], example: Mapping[str, Any]) -> str:
    """A command with the values of an example, as a person types it."""
    words, before = ["icr", *command], ""
    for name, one in fields_of(question):
        if name not in example:
            continue
        value = example[name]
        if one.kind is Kind.IDENTIFIER:
            before, value = f"echo {value} | ", "-"
        if one.argument:
            words.append(as_typed(str(value)))
        elif one.kind is Kind.FLAG:
            words.append(option_of(name, one))
        else:
            words += [option_of(name, one), as_typed(str(value))]
    return before + " ".join(words)
