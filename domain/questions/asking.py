"""What a question's fields are: the kinds of value that people and systems type, and what is said of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass
from datetime import date
from enum import Enum, auto
from importlib import import_module
from typing import Annotated, Any, Final, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

from domain.access.viewer import FEWEST_LETTERS, MOST_LETTERS
from domain.answers.ids import CURSOR_FORM

A = TypeVar("A")


class Kind(Enum):
    """How a value is written and checked; each face has one reader for each kind."""

    IDENTIFIER = auto()  # SCHEME:VALUE
    RECORD = auto()  # r-… or c-…
    DAY = auto()
    KNOWN_AT = auto()  # a position or an instant
    WORKER = auto()  # ORGANISATION:STAFF
    TEXT = auto()
    ORGANISATION = auto()  # its code, as la-808
    KEPT_EVENT = auto()  # an id as the list of kept events shows it
    NUMBER = auto()
    FLAG = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a question: its kind, what is said of it, and what its option on the command line is called.

    `option` None: by its name, `argument`: typed without one. A text has 1 to `most` characters, of `pattern` if there is one;
    a reason has `least` at least; a number lies between `least` and `most`.
    """

    kind: Kind
    says: str
    metavar: str
    option: str | None = None
    argument: bool = False
    least: int = 0
    most: int = 200
    pattern: str | None = None


IDENTIFIER: Final = Field(
    Kind.IDENTIFIER,
    "An identifier of the child, for example `upn:B808200000066` or `agency:la-808:mosaic:77`",
    "SCHEME:VALUE|-",
    "--id",
)
RECORD: Final = Field(
    Kind.RECORD, "A record or child, `r-…` or `c-…`, as answers show it", "RECORD", pattern=r"^[rc]-[0-9a-f]{32}$"
)
AREA: Final = Field(
    Kind.TEXT,
    "An area of the maps that were loaded; without any map the first part of the postcode, for example `TS18`",
    "NAME",
)
WORKER: Final = Field(Kind.WORKER, "Whose children", "ORGANISATION:STAFF", pattern=r"^[^:]+:.+$")
EFFECTIVE_AT: Final = Field(Kind.DAY, "The day asked about; without it today in London", "DATE")
KNOWN_AT: Final = Field(
    Kind.KNOWN_AT,
    "As known then: a position (`generation:number`, or a number), or an instant with zone; without it everything known now",
    "TIME|POSITION",
    most=60,
)
SINCE: Final = Field(
    Kind.KNOWN_AT, "A position, or an instant with zone: what was known by then", "TIME|POSITION", most=60
)
FAMILY_NAME: Final = Field(Kind.TEXT, "Family name; needs the date of birth", "NAME", "--family")
BORN: Final = Field(Kind.DAY, "Date of birth; needs the family name", "DATE", "--dob")
RETRACTED: Final = Field(Kind.FLAG, "Also show facts that were retracted", "")
LOST: Final = Field(Kind.NUMBER, "Only those out of touch with N domains or more", "N", most=10)
FAMILY: Final = Field(Kind.TEXT, "The family's id, as the list shows it", "FAMILY", argument=True)
MEASURE: Final = Field(Kind.TEXT, "Only this measure, by its id; without it all", "NAME", argument=True)
MAP: Final = Field(Kind.TEXT, "The areas of this map, by its name; without it of the first by name", "NAME")
CHILDREN: Final = Field(Kind.FLAG, "Also name the children who wait, of one measure of time: personal data", "")
ORGANISATION: Final = Field(
    Kind.ORGANISATION, "The organisation whose events they are, for example `urn-900001`", "ORG", most=100
)
FEEDBACK_CURSOR: Final = Field(
    Kind.TEXT, "The `next` of the answer before; without it from the beginning", "CURSOR", most=64, pattern=CURSOR_FORM
)
FEEDBACK_LIMIT: Final = Field(Kind.NUMBER, "At most so many, in order", "N", least=1, most=1000)
REASON: Final = Field(Kind.TEXT, "Only those that are kept for this reason", "REASON")
STATE: Final = Field(Kind.TEXT, "Only those in this state; without it those not settled, and conflicts", "STATE")
KEPT_EVENT: Final = Field(Kind.KEPT_EVENT, "An id as `icr quarantine list` shows it", "ID", argument=True)
AFTER_KEPT: Final = Field(Kind.KEPT_EVENT, "The `next` of the answer before, for the rest of the list", "ID")
ENTRY: Final = Field(
    Kind.TEXT, "An entry as a page or an answer showed it", "ENTRY", argument=True, pattern=r"^a-[0-9a-f]{32}$"
)
BEFORE_ENTRY: Final = Field(
    Kind.TEXT, "The `next` of the answer before, for the rest of the list", "ENTRY", pattern=r"^a-[0-9a-f]{32}$"
)
REFUSED_ENTRY: Final = Field(
    Kind.TEXT, "An entry that was refused, as a page or an answer showed it", "ENTRY", pattern=r"^a-[0-9a-f]{32}$"
)
WHO_ASKS: Final = Field(
    Kind.WORKER, "Who could not open the record, as ORGANISATION:STAFF", "VIEWER", pattern=r"^[^:]+:.+$"
)
VIEWER: Final = Field(Kind.TEXT, "Only those of this viewer, as ORGANISATION:STAFF", "VIEWER")
OWN_VIEWER: Final = Field(
    Kind.WORKER,
    "Whose own accesses: whoever asks, where people sign in",
    "ORGANISATION:STAFF",
    "--viewer",
    pattern=r"^[^:]+:.+$",
)
ACTING_FOR: Final = Field(
    Kind.WORKER,
    "The worker for whom a system asks: a member of the staff of an organisation for which it speaks. Without it nothing is shown of a child",
    "ORGANISATION:STAFF",
    pattern=r"^[^:]+:.+$",
)
BECAUSE: Final = Field(
    Kind.TEXT,
    "Why that worker looks at what is not their own work, in their own words: what they would type on a page",
    "TEXT",
    least=FEWEST_LETTERS,
    most=MOST_LETTERS,
)
NOTICE_VERSION: Final = Field(Kind.NUMBER, "Which version of it", "N", "--version", least=1, most=10_000)
ACCESSES_OF: Final = Field(
    Kind.ORGANISATION, "Only those of this organisation's people, for example `la-808`", "ORG", most=100
)
FIRST_DAY: Final = Field(Kind.DAY, "Only those of this day in London and after", "DATE", "--from")
LAST_DAY: Final = Field(Kind.DAY, "Only those of this day in London and before", "DATE", "--to")
CASE: Final = Field(
    Kind.TEXT, "A case as pages and letters name it", "CASE", argument=True, pattern=r"^k-[0-9a-f]{32}$"
)
IN_CASE: Final = Field(
    Kind.TEXT, "The open case in which the access is looked at", "CASE", "--case", pattern=r"^k-[0-9a-f]{32}$"
)
COPY: Final = Field(Kind.FLAG, "As it is given to who asked: without what is left out, or not decided yet", "")
BEFORE_CASE: Final = Field(
    Kind.TEXT, "The `next` of the answer before, for the rest of the list", "CASE", pattern=r"^k-[0-9a-f]{32}$"
)
CASES_OF: Final = Field(
    Kind.ORGANISATION, "Only those of this organisation's officers, for example `la-808`", "ORG", most=100
)
OFFICE: Final = Field(Kind.TEXT, "Only those of this office: `privacy_officer` or `data_protection_officer`", "ROLE")
CASE_STATE: Final = Field(Kind.TEXT, "Only those in this state: `open` or `closed`", "STATE")
ABOUT_ENTRY: Final = Field(
    Kind.TEXT, "Only open ones about this access", "ENTRY", "--about", pattern=r"^a-[0-9a-f]{32}$"
)
HEARD: Final = Field(Kind.WORKER, "Whom the cases ask", "ORGANISATION:STAFF", pattern=r"^[^:]+:.+$")
CHECK: Final = Field(Kind.FLAG, "Also check the last leaves against what was signed", "")
OFFICERS_QUESTION: Final = Field(
    Kind.TEXT,
    "The question, by its name: `icr officer list` shows them",
    "NAME",
    argument=True,
    most=60,
    pattern=r"^[a-z]+(-[a-z]+)*$",
)
WEEK: Final = Field(
    Kind.DAY, "A day of the week that is asked about, which begins on Monday; without it last week", "DATE"
)
DAYS: Final = Field(Kind.NUMBER, "So many days, of what the question says", "N", least=1, most=366)
LEAST: Final = Field(Kind.NUMBER, "Only from so many on, of what the question says", "N", least=1, most=10_000)
FORM: Final = Field(Kind.TEXT, "`jsonl`, an object for each row, or `csv`", "FORM", most=5, pattern=r"^(jsonl|csv)$")
FROM_LEAF: Final = Field(Kind.NUMBER, "With `--check`: from this leaf on, and not the last ones", "LEAF", most=10**15)
REPLAYED: Final = Field(
    Kind.FLAG, "Also replay each, a hundred at most: whether it is proved, and comes out the same", ""
)
TODAY: Final = Field(Kind.FLAG, "Also what the same question answers today, and which parts differ", "")
CONTENT: Final = Field(Kind.FLAG, "Also what was sent: personal data", "")
DECISION: Final = Field(Kind.TEXT, "What is decided, by the name of its command, as `nominate`", "DECISION")
OF_WHOM: Final = Field(
    Kind.WORKER, "For whom: who leads, joins, or works there", "ORGANISATION:STAFF", pattern=r"^[^:]+:.+$"
)
SAID: Final = Field(Kind.TEXT, "What else the command says, as the event contract names it", "TEXT", most=300)
PROTECTION: Final = Field(Kind.TEXT, "Which kind: `shield`, `access_excluded` or `access_restricted`", "KIND")
PURPOSE: Final = Field(Kind.TEXT, "What the contact is for, as a code", "CODE")
REACH: Final = Field(Kind.TEXT, "How the professional who asks can be reached", "TEXT")
REFERENCE: Final = Field(Kind.TEXT, "A request's reference, as a page showed it", "ENTRY", pattern=r"^a-[0-9a-f]{32}$")
OUTCOME: Final = Field(Kind.TEXT, "What came of it, as a code", "CODE")
WHOSE: Final = Field(Kind.WORKER, "Whose; without it everybody's", "ORGANISATION:STAFF", pattern=r"^[^:]+:.+$")
USUAL: Final = 1_000  # of a list, where nobody says how many; what is longer says so, and how to ask for the rest
LIMIT: Final = Field(Kind.NUMBER, "At most so many, in the order of the list", "N", least=1, most=10_000)
CURSOR: Final = Field(Kind.TEXT, "The `next` of the answer before, for the rest of the same list", "CURSOR", most=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[A]):
    """Something that may be asked; its answer is an `A` (domain.answers)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsKnown(Question[A]):
    """A question about what is known: as at which day, and as known when.

    `effective_at` None: today in London; `known_at` None: everything known now.
    """

    effective_at: Annotated[date | None, EFFECTIVE_AT] = None
    known_at: Annotated[str | None, KNOWN_AT] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AList(AsKnown[A]):
    """A question that is answered by a list, or by a part of one: of `limit`, after `cursor`."""

    limit: Annotated[int, LIMIT] = USUAL
    cursor: Annotated[str | None, CURSOR] = None


def fields_of(question: type[Question[Any]]) -> Sequence[tuple[str, Field]]:
    """The fields of a kind of question, its own first, then those that all have."""
    hints = get_type_hints(question, include_extras=True)
    common = [name for name in AList.__dataclass_fields__ if name in question.__dataclass_fields__]
    own = [name for name in question.__dataclass_fields__ if name not in common]
    return [(name, next(m for m in hints[name].__metadata__ if isinstance(m, Field))) for name in (*own, *common)]


def answer_of(question: type[Question[Any]]) -> type:
    """The type of the answer to a kind of question, loaded now: the question names it by its module and its own name."""
    named = get_args(question.__orig_bases__[0])[0]  # type: ignore[attr-defined]
    module, _, name = named.__forward_arg__.partition(".")
    answer: type = getattr(import_module(f"domain.answers.{module}"), name)
    return answer


def is_required(question: type[Question[Any]], name: str) -> bool:
    """Whether a question cannot be asked without a field."""
    return question.__dataclass_fields__[name].default is MISSING


def written(question: Question[Any]) -> dict[str, Any]:
    """A question's fields that say something, as plain values of JSON: what it was asked by."""
    said = {name: getattr(question, name) for name in question.__dataclass_fields__}
    return {name: _plain(value) for name, value in said.items() if value is not None}


def read_again(question: type[Question[A]], said: Mapping[str, Any]) -> Question[A]:
    """The question that `written` wrote. Raises Rejected where it is none that can be asked now."""
    kinds = {name: field.kind for name, field in fields_of(question)}
    return question(**{name: _VALUES.get(kinds[name], _as_is)(value) for name, value in said.items()})


def _plain(value: object) -> object:
    return value if isinstance(value, str | int) else value.isoformat() if isinstance(value, date) else str(value)


def _as_is(value: Any) -> Any:  # noqa: ANN401 - a value of a field
    return value


_VALUES: Final[Mapping[Kind, Callable[[Any], Any]]] = {Kind.DAY: date.fromisoformat, Kind.KEPT_EVENT: UUID}
