"""One child: what answers about it are made from and look like, and its timeline (domain.md B1, contract 3 and 4). Its line: `lines`."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from typing_extensions import TypedDict

from domain.access.shield import may_be_told
from domain.answers.entries import (
    AsAt,
    Held,
    ShownEntry,
    Week,
    begun,
    may_show,
    shown_of,
    shown_week,
    works,
)
from domain.answers.fields import BeingMended, ChildText, Day, Discloses, RecordText, Written
from domain.answers.ids import child_id, record_id
from domain.answers.reviews import ShownReview, says_review
from domain.dates import iso
from domain.events import ChildId
from domain.identifiers import IdentifierStatus
from domain.identity.contested import ToldOf
from domain.kinds import NO_INVOLVEMENT
from domain.timeline.entries import Entry

ATTENDANCE: Final = "attendance"
_IDENTITY: Final = Discloses.IDENTITY
_WHEREABOUTS: Final = Discloses.WHEREABOUTS


class ShownIdentifier(TypedDict):
    """That the child is known by an identifier of a scheme; its value is not shown."""

    scheme: Annotated[str, Discloses.IDENTIFIER]
    status: Annotated[IdentifierStatus, Discloses.IDENTIFIER]
    record: Annotated[RecordText, Discloses.IDENTIFIER]


class ShownName(TypedDict):
    """A name as an agency states it."""

    given: Annotated[list[str], _IDENTITY]
    family: Annotated[str | None, _IDENTITY]
    use: Annotated[str | None, _IDENTITY]


class ShownAgency(TypedDict):
    """Whose word it is; without a place where the child is shielded."""

    agency: Annotated[str | None, _WHEREABOUTS]
    agency_name: Annotated[str | None, _WHEREABOUTS]


class NameOfAgencies(ShownName):
    """Another name of the child, with the agencies that have told of it: a former one, or what others call the child."""

    told_by: list[ShownAgency]


class BirthOfAgencies(TypedDict):
    """A date of birth that was told of the child, with the agencies that tell it."""

    date_of_birth: Annotated[Day, _IDENTITY]
    told_by: list[ShownAgency]


class SexOfAgencies(TypedDict):
    """A sex that was told of the child, with the agencies that tell it."""

    sex: Annotated[str, _IDENTITY]
    told_by: list[ShownAgency]


_Days = TypedDict(
    "_Days",
    {
        "from": Annotated[Day, _WHEREABOUTS],
        "to": Annotated[Day | None, _WHEREABOUTS],
        "return": Annotated[
            str | None, Written("Of who left England: whether they mean to return within three years"), _WHEREABOUTS
        ],
    },
)


class ShownAddress(_Days):
    """Where the child lives: the tagged choice of the contract, from a day until the next address."""

    status: Annotated[Literal["current", "last_known", "none_known", "left_england"], _WHEREABOUTS]
    lines: Annotated[list[str], _WHEREABOUTS]
    postcode: Annotated[str | None, _WHEREABOUTS]
    uprn: Annotated[str | None, _WHEREABOUTS]
    residence: Annotated[str | None, _WHEREABOUTS]


class ShownPerson(TypedDict):
    """Who a child is, as an answer says it."""

    name: ShownName | None
    name_told_by: Annotated[list[ShownAgency], Written("The agencies that call the child by this name")]
    other_names: list[NameOfAgencies]
    date_of_birth: Annotated[Day | None, _IDENTITY]
    expected_date: Annotated[Day | None, _IDENTITY]
    sex: Annotated[str | None, _IDENTITY]
    alive: Annotated[bool | None, Written("null: unborn, or not known"), _IDENTITY]
    dates_of_birth_told: Annotated[
        list[BirthOfAgencies],
        Written(
            "Contested: several were told, by agencies or by events of one of them, and not taken back; else empty"
        ),
    ]
    sexes_told: Annotated[list[SexOfAgencies], Written("The same of the sex")]


Minimal = Annotated[
    bool,
    Written("Only who the child is is shown: that something else stands here empty says nothing of it"),
    Discloses.NOTHING,
]


class Restricted(TypedDict, total=False):
    """That a record is not to be used but where a child is to be safeguarded."""

    restricted_since: Annotated[
        Day,
        Written(
            "Since when the person asks that the record be kept and not used, which is being looked into; nothing is left out for it"
        ),
        Discloses.SAFETY,
    ]


def restricted(known: "KnownChild", at: AsAt) -> Restricted:
    """The mark of a child's record, where it has one."""
    since = at.restricted(known.records)
    return {} if since is None else {"restricted_since": since}


class IndexLine(ShownPerson, Restricted):
    """One child in the index."""

    child: ChildText
    minimal: Minimal
    records: Annotated[list[RecordText], Discloses.IDENTIFIER]
    identifiers: list[ShownIdentifier]
    address: ShownAddress | None
    shielded: Annotated[bool, Written("Whereabouts are not shown"), Discloses.SAFETY]
    being_mended: BeingMended
    school: list[ShownEntry]
    gp: list[ShownEntry]
    involvements: list[ShownEntry]
    assessments: list[ShownEntry]
    team: Annotated[list[ShownEntry], Written("Members of the team around the child")]
    lead: list[ShownEntry]
    reviews_due: Annotated[list[ShownReview], Written("The next review of each plan or arrangement")]


class FoundChildren(TypedDict):
    """At most ten children; `refine` where more would fit, and none is shown."""

    children: list[IndexLine]
    refine: Annotated[bool, Discloses.IDENTITY]


class Timeline(Restricted):
    """One child's timeline."""

    child: ChildText
    records: Annotated[list[RecordText], Discloses.IDENTIFIER]
    alive: Annotated[bool | None, Written("null: unborn, or not known"), _IDENTITY]
    identifiers: list[ShownIdentifier]
    entries: list[ShownEntry]
    minimal: Minimal
    kept_aside: Annotated[
        int | None,
        Written("Events that are kept in quarantine; null: not shown, for one of them may be of a sensitive service"),
        Discloses.INVOLVEMENT,
    ]
    shielded: Annotated[bool, Written("Whereabouts are not shown"), Discloses.SAFETY]
    being_mended: BeingMended


@dataclass(frozen=True, slots=True)
class Person:
    """Who a child is, opened: names, the one that stands first; days of birth, of a birth expected, of a death that stands.

    `called`: all names ever told, each with the organisations that told of it.
    """

    names: Sequence[ShownName] = ()
    sex: str | None = None
    birth: int | None = None
    expected: int | None = None
    death: int | None = None
    called: Sequence[tuple[Mapping[str, Any], AbstractSet[str]]] = ()


@dataclass(frozen=True, slots=True)
class KnownChild:
    """What every answer about a child begins with, as it was gathered.

    `schemes`: (record, scheme, status) of each of its numbers. `shielded` also of a child that is shown like a shielded one.
    `minimal`: who it is is all that the viewer may see.
    """

    child: ChildId
    records: Sequence[UUID]
    schemes: Sequence[tuple[UUID, str, IdentifierStatus]]
    person: Person
    shielded: bool
    being_mended: str | None
    minimal: bool = False


@dataclass(frozen=True, slots=True)
class FamilyLead:
    """A lead of the child's family that was stated for another child of it: which one (None: it is shielded), and the lead."""

    stated_for: ChildId | None
    held: Held


@dataclass(frozen=True, slots=True)
class ChildInIndex:
    """What a line of the index is made from.

    `everything` is all that was ever told of the child and is not disputed: a lead that is over may have taken over from one
    that has no end of its own, and a plan that has ended is not reviewed. `told`: whose word its date of birth and sex are.
    """

    known: KnownChild
    address: ShownAddress | None
    held: Sequence[Held]
    everything: Sequence[Entry]
    family_leads: Sequence[FamilyLead] = ()
    told: Sequence[ToldOf] = ()


# Kinds of which it is not told who works with a child, unless they say when a review is due.
BESIDE_WORK: Final = NO_INVOLVEMENT - {"lead", "lead_cover", "team_member"}


@dataclass(frozen=True, slots=True)
class ChildOverTime:
    """What a timeline is made from; with what was taken back, where that was asked for."""

    known: KnownChild
    held: Sequence[Held]
    weeks: Sequence[Week]
    kept_in_quarantine: int | None


@dataclass(frozen=True, slots=True)
class FoundFacts:
    """The children that were found; `refine`: more than may be listed, and none is."""

    children: Sequence[ChildInIndex]
    refine: bool


def known_by(known: KnownChild) -> list[ShownIdentifier]:
    """The identifiers that a child is known by: their schemes, never their values; of a shielded child no agency's own."""
    return [
        {"scheme": scheme, "status": status, "record": record_id(record)}
        for record, scheme, status in known.schemes
        if may_be_told(scheme) or not known.shielded
    ]


def records_shown(known: KnownChild) -> list[str]:
    """The ids of a child's records; of a shielded child only of those whose identifiers are told."""
    told = {one["record"] for one in known_by(known)}
    every = [record_id(record) for record in known.records]
    return [one for one in every if one in told] if known.shielded else every


def is_alive(person: Person, day: int) -> bool | None:
    """Alive, dead, or None for unborn or not known (contract 3)."""
    if person.death is not None and person.death <= day:
        return False
    return True if person.birth is not None and person.birth <= day else None


def may_stand_in_index(entry: Entry, at: AsAt, *, shielded: bool) -> bool:
    """Whether a line may be made of an entry: open or lapsed, an assessment, or what says when a review is due.

    Of what is disputed only the timeline tells: it may be another child's.
    """
    return (
        begun(entry, at.day)
        and not entry.doubted
        and (works(entry, at) or entry.kind == "assessment" or says_review(entry))
        and may_show(entry.kind, shielded=shielded)
    )


def timeline(of: ChildOverTime, at: AsAt) -> Timeline:
    """Every interval and moment of a child that had begun by the day, and its weeks at school, in order of their days."""
    known = of.known
    begun_by_then = [one for one in of.held if begun(one.entry, at.day)]
    begun_by_then.sort(key=lambda one: (iso(one.entry.start) or "", one.entry.kind, one.entry.positions))
    entries = shown_of(begun_by_then, at, shielded=known.shielded)
    if may_show(ATTENDANCE, shielded=known.shielded):
        entries += [shown_week(week, at) for week in of.weeks]
        entries.sort(key=lambda shown: (shown["from"] or "", shown["kind"]))
    return {
        "child": child_id(known.child),
        "records": records_shown(known),
        "alive": is_alive(known.person, at.day),
        "identifiers": known_by(known),
        "entries": entries,
        "minimal": known.minimal,
        "kept_aside": of.kept_in_quarantine,
        "shielded": known.shielded,
        "being_mended": known.being_mended,
        **restricted(known, at),
    }
