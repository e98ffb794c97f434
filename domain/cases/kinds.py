"""What officers' cases are about, what is done in them and what comes of them: tables, each line with its law.

Sources: UK GDPR Articles 12, 15 to 19, 33, 34 and 39; Data Protection Act 2018 section 170. The codes stand in `schemas/codes.toml`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from domain.access.viewer import Role

PRIVACY: Final = Role.PRIVACY_OFFICER
PROTECTION: Final = Role.DATA_PROTECTION_OFFICER
OFFICES: Final = (PRIVACY, PROTECTION)

# The regulator is told within 72 hours of the controller's becoming aware of a breach (UK GDPR Article 33(1)).
TELL_WITHIN: Final = timedelta(hours=72)
# A request is answered within one month, and two further months where it is complex (UK GDPR Article 12(3)).
ANSWER_MONTHS: Final = 1
EXTENDED_MONTHS: Final = 3
# How long the person whom a case is about has to answer before it may be closed without their answer.
HEARING_DAYS: Final = 14

_FOUND: Final = ("upheld", "partly_upheld", "not_upheld", "withdrawn", "passed_on")
_DECIDED: Final = ("granted", "partly_granted", "refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class CaseKind:
    """A kind of case: who may have it, what it must name, and what may come of it.

    `request`: somebody asks for something about a child's record; `shows_record`: its officers see all of that. `breach`: it has its
    72 hours. `second_person`: whoever opened it may not close it by granting what is asked.
    """

    id: str
    title: str
    says: str
    law: str
    offices: tuple[Role, ...]
    outcomes: tuple[str, ...]
    request: bool = False
    shows_record: bool = False
    breach: bool = False
    second_person: bool = False


_ROWS: Final[Sequence[CaseKind]] = (
    CaseKind(
        "misuse",
        "Misuse of access",
        "Somebody may have looked without need",
        "Data Protection Act 2018 section 170; UK GDPR Article 32(4)",
        (PRIVACY,),
        _FOUND,
    ),
    CaseKind(
        "breach",
        "Personal data breach",
        "Something may have been disclosed to whom it should not",
        "UK GDPR Articles 33 and 34",
        (PRIVACY,),
        _FOUND,
        breach=True,
    ),
    CaseKind(
        "check",
        "Check",
        "A sample, or a question about how the service is used",
        "UK GDPR Articles 5(2) and 39(1)(b)",
        OFFICES,
        _FOUND,
    ),
    CaseKind(
        "subject_access",
        "Subject access",
        "A person asks for the child's record, and who has seen it",
        "UK GDPR Article 15",
        (PRIVACY,),
        _DECIDED,
        request=True,
        shows_record=True,
    ),
    CaseKind(
        "rectification",
        "Rectification",
        "A person says that something is wrong or missing",
        "UK GDPR Articles 16 and 19",
        (PRIVACY,),
        _DECIDED,
        request=True,
        shows_record=True,
    ),
    CaseKind(
        "restriction",
        "Restriction",
        "A person asks that the record be kept and not used",
        "UK GDPR Articles 18 and 19",
        (PRIVACY,),
        _DECIDED,
        request=True,
    ),
    CaseKind(
        "erasure",
        "Erasure",
        "A person asks that the record be erased",
        "UK GDPR Articles 17 and 19",
        (PRIVACY,),
        _DECIDED,
        request=True,
        second_person=True,
    ),
)
KINDS: Final[Mapping[str, CaseKind]] = {row.id: row for row in _ROWS}

# Who makes a request about a child's record (UK GDPR Article 12; a parent asks on the child's behalf).
ASKED_BY: Final[Mapping[str, str]] = {
    "child": "The child or young person",
    "parent": "A parent, or somebody with parental responsibility",
    "representative": "Somebody who acts for them",
}


@dataclass(frozen=True, slots=True)
class StepKind:
    """Something that is done in a case: of which kinds (none: of all), with what item, and whether in words.

    `by_concerned`: the member of staff whom the case is about does it, not an officer.
    """

    id: str
    title: str
    kinds: tuple[str, ...] = ()
    item: str | None = None
    words: bool = True
    by_concerned: bool = False
    once: bool = False


# Whoever was shown what has changed since is told (UK GDPR Article 19), or what was wrongly disclosed.
_TELL_RECIPIENTS: Final = ("breach", "rectification", "restriction", "erasure")
_REQUESTS: Final = tuple(row.id for row in _ROWS if row.request)
_STEPS: Final[Sequence[StepKind]] = (
    StepKind("noted", "Note something"),
    StepKind("checked", "Record a check of who asks, and by what right", _REQUESTS),
    StepKind("asked", "Ask the member of staff"),
    StepKind("answered", "Answer", by_concerned=True),
    StepKind("regulator_told", "Record that the regulator was told", ("breach",), once=True),
    StepKind("person_told", "Record that the people were told", ("misuse", "breach"), once=True),
    StepKind("recipient_told", "Record that somebody who saw it was told", _TELL_RECIPIENTS, "entry", words=False),
    StepKind("source_told", "Tell the organisation that told it", ("rectification",), "organisation"),
    StepKind("disputed", "Mark a fact as disputed", ("rectification",), "event"),
    StepKind("undisputed", "Take the mark from a fact", ("rectification",), "event"),
    StepKind("given", "Give it", ("subject_access",), "proposal"),
    StepKind("left_out", "Leave it out", ("subject_access",), "proposal"),
    StepKind("extended", "Take two more months", _REQUESTS, once=True),
)  # fmt: skip
STEPS: Final[Mapping[str, StepKind]] = {row.id: row for row in _STEPS}

OUTCOMES: Final[Mapping[str, str]] = {
    "upheld": "It was so",
    "partly_upheld": "It was so in part",
    "not_upheld": "It was not so",
    "granted": "What was asked for was done",
    "partly_granted": "What was asked for was done in part",
    "refused": "It was refused",
    "withdrawn": "It was taken back by who asked",
    "passed_on": "It was passed on to somebody else",
}
# Outcomes by which what was asked for is done, in whole or in part.
GRANTS: Final = frozenset({"granted", "partly_granted"})
