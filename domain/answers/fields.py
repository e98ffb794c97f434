"""What each field of an answer discloses, and how it is written: every field of every answer says both.

Whoever decides what a viewer may see (access.md 2) decides by these classes; the OpenAPI document takes its words from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict


class Discloses(StrEnum):
    """What a field tells of a person."""

    NOTHING = "nothing"  # ids, days asked about, words of ours
    IDENTITY = "identity"  # names, date of birth, sex, whether alive
    IDENTIFIER = (
        "identifier"  # under whose numbers a child is known: readable by those who issue them (domain.md B1, 18)
    )
    WHEREABOUTS = "whereabouts"  # where a child lives or goes (domain.md E4)
    INVOLVEMENT = "involvement"  # as the class of the events says that make the entry (schemas/effects.toml)
    CONTACT = "contact"  # how to reach a professional or a team
    LEAD = "lead"
    SAFETY = "safety"  # that a child is shielded
    DERIVED = "derived"  # gaps and indicators: for those who may know all that they rest on
    FAMILY = "family"  # that children are one family
    WORKER = "worker"  # whose caseload it is
    COUNT = "count"  # numbers of children, small ones suppressed
    FEED = "feed"  # whether agencies publish
    PUBLISHED = "published"  # what became of an agency's own events


@dataclass(frozen=True, slots=True)
class Written:
    """How a field is written: what it says, beyond its name, and its form where it has one."""

    says: str = ""
    pattern: str | None = None
    format: str | None = None


DAY: Final = Written(format="date")
INSTANT: Final = Written(format="date-time")
Day = Annotated[str, DAY]
Instant = Annotated[str, INSTANT]
Position = Annotated[
    str, Written("Where it stands in the log; opaque, ordered", pattern=r"^\d+:\d+$"), Discloses.NOTHING
]
ChildText = Annotated[str, Written(pattern=r"^c-[0-9a-f]{32}$"), Discloses.NOTHING]
RecordText = Annotated[str, Written(pattern=r"^r-[0-9a-f]{32}$")]
EventText = Annotated[str, Written("An event; opaque", pattern=r"^e-[0-9a-f]{16}$"), Discloses.NOTHING]
BeingMended = Annotated[
    Day | None,
    Written("Since when part of this child's record could not be brought up to date; null: it is up to date"),
    Discloses.NOTHING,
]


def types_within(kind: object) -> Iterator[type]:
    """The types with named fields that a type is made of, itself first; each as often as it is met, but not within itself."""
    yield from _within(kind, ())


def _within(kind: object, above: tuple[object, ...]) -> Iterator[type]:
    if is_typeddict(kind) and kind not in above:
        assert isinstance(kind, type)
        yield kind
        for hint in get_type_hints(kind, include_extras=True).values():
            yield from _within(hint, (*above, kind))
    else:
        for part in get_args(kind):
            yield from _within(part, above)


def said_of(hint: object) -> tuple[Written, Discloses | None]:
    """How a field is written and what it discloses, by its annotation: of each thing what is said outermost."""
    said = list(_metadata(hint))
    written = [one for one in said if isinstance(one, Written)]
    return (
        Written(
            next((one.says for one in written if one.says), ""),
            next((one.pattern for one in written if one.pattern is not None), None),
            next((one.format for one in written if one.format is not None), None),
        ),
        next((one for one in said if isinstance(one, Discloses)), None),
    )


def _metadata(hint: object) -> Iterator[object]:
    if not is_typeddict(hint):
        if get_origin(hint) is Annotated:
            yield from reversed(hint.__metadata__)  # type: ignore[attr-defined]
        for part in get_args(hint):
            yield from _metadata(part)
