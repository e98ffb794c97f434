"""How an entry of a timeline is shown: an interval, a moment, or the attendance of a week (contract 3)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from typing_extensions import TypedDict

from domain.access.shield import placeless
from domain.answers.fields import ChildText, Day, Discloses, EventText, Position, RecordText, Written
from domain.answers.ids import record_id
from domain.attendance import CATEGORIES
from domain.dates import iso
from domain.kinds import BETWEEN_PEOPLE, SHOWN_OF_A_SHIELDED_CHILD, WHO_MAY_SEE
from domain.timeline.entries import Entry, Status

_INVOLVEMENT: Final = Discloses.INVOLVEMENT
_CONTACT: Final = Discloses.CONTACT


class ShownContact(TypedDict):
    """Name and contact of a worker or team."""

    name: Annotated[str | None, _CONTACT]
    contact: Annotated[str | None, _CONTACT]


class ShownContacts(TypedDict):
    """Whom to get in touch with."""

    worker: ShownContact | None
    team: ShownContact | None


ShownHours = TypedDict(
    "ShownHours", {"days": Annotated[str, _CONTACT], "from": Annotated[str, _CONTACT], "to": Annotated[str, _CONTACT]}
)
ShownHours.__doc__ = "When a duty line is answered."


class ShownDutyLine(TypedDict):
    """How to reach a team whoever is on duty."""

    contact: Annotated[str | None, _CONTACT]
    hours: list[ShownHours]


class Reach(TypedDict, total=False):
    """In the index: what an agency's staff events say of how to reach the worker and the team of an entry."""

    duty_line: Annotated[ShownDutyLine | None, Written("In the index: the team's duty line")]
    registered: Annotated[
        ShownContacts | None, Written("In the index: worker and team as their organisation registered them")
    ]
    worker_left: Annotated[Day | None, Written("In the index: the day on which the worker left"), _CONTACT]


class _OfALead(TypedDict, total=False):
    accepted: Annotated[Day | None, Written("Of a lead: when it was accepted"), Discloses.LEAD]
    scope: Annotated[str | None, Written("Of a lead: child or family"), Discloses.LEAD]
    family_view: Annotated[
        str | None,
        Written(
            "Of a lead: whether child and family were told who is to lead, and what they think, as it was said last"
        ),
        Discloses.LEAD,
    ]
    stated_for: Annotated[
        ChildText | None,
        Written(
            "Of a lead of the family, in the index: the child of it for whom the lead was stated, where that is another"
        ),
        Discloses.LEAD,
    ]
    covered_by: Annotated[
        "list[ShownEntry]", Written("Of a lead, in the index: who covers for it, in which scope, since when")
    ]


class _OfAttendance(TypedDict, total=False):
    sessions: Annotated[dict[str, int], Written("Of attendance: sessions by category"), _INVOLVEMENT]


class _OfADispute(TypedDict, total=False):
    disputed_since: Annotated[
        Day, Written("Since when the person disputes it; whoever told it has been asked to look at it"), _INVOLVEMENT
    ]


_Days = TypedDict("_Days", {"from": Annotated[Day | None, _INVOLVEMENT], "to": Annotated[Day | None, _INVOLVEMENT]})


class ShownEntry(_Days, _OfALead, _OfAttendance, _OfADispute, Reach):
    """One interval or moment, or the attendance of a week; dates are half-open."""

    kind: Annotated[str, _INVOLVEMENT]
    service: Annotated[str, _INVOLVEMENT]
    agency: Annotated[str | None, Written("null: not shown of a shielded child"), _INVOLVEMENT]
    agency_name: Annotated[str | None, Written("Its name, where it is registered"), _INVOLVEMENT]
    provider: Annotated[str | None, Discloses.WHEREABOUTS]
    team: Annotated[str | None, _INVOLVEMENT]
    worker: Annotated[str | None, _INVOLVEMENT]
    contact: ShownContacts | None
    status: Annotated[Status, _INVOLVEMENT]
    why_status: Annotated[str | None, _INVOLVEMENT]
    last_confirmed: Annotated[Day | None, _INVOLVEMENT]
    role: Annotated[str | None, _INVOLVEMENT]
    provision: Annotated[str, _INVOLVEMENT]
    reason: Annotated[str | None, _INVOLVEMENT]
    record: Annotated[RecordText | None, Discloses.IDENTIFIER]
    events: list[EventText]
    known_from: Position | None


@dataclass(frozen=True, slots=True)
class AsAt:
    """What every answer of one read is shaped by: the day asked about, and how events and agencies are told.

    `position` and `event` are a place in the log as it is shown: where it stands, which is ordered, and the event that stands
    there, by a keyed hash, for its place would tell how much else came. `named`: an organisation's name by its code.
    `as_served`: an entry with the end that its sessions give it (domain.timeline.served). `disputed`: since which day the person
    disputes an entry, by its events; `restricted`: since which day a child's records are not to be used. `not_all_known`: of which
    disclosure classes the viewer may not know all, by the kinds that something derived rests on.
    """

    day: int
    position: Callable[[int], str]
    event: Callable[[int], str]
    named: Callable[[str | None], str | None]
    as_served: Callable[[Entry], Entry]
    disputed: Callable[[Collection[str]], str | None] = lambda _: None
    restricted: Callable[[Collection[UUID]], str | None] = lambda _: None
    not_all_known: Callable[[Iterable[str]], Sequence[str]] = lambda _: ()


@dataclass(frozen=True, slots=True)
class Held:
    """An entry as it was gathered: with its contact, opened where it may be shown, and how to reach who is named in it.

    `family_view`: of a lead (domain.leads.family).
    """

    entry: Entry
    contact: ShownContacts | None = None
    reach: Reach | None = None
    family_view: str | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """A week's run of marks at a school: the day it begins on, and how many sessions of each category."""

    record: UUID
    school: str
    monday: int
    sessions: Mapping[int, int]


def may_show(kind: str, *, shielded: bool) -> bool:
    """Whether entries of a kind may be shown of a child."""
    return kind not in WHO_MAY_SEE and (not shielded or kind in SHOWN_OF_A_SHIELDED_CHILD)


def shown_entry(held: Held, at: AsAt, *, shielded: bool) -> ShownEntry:
    """A timeline entry on a day; of a shielded child without team and contact, and naming authorities and no one else."""
    said = at.as_served(held.entry)
    status, why = said.status_at(at.day)
    whose = placeless if shielded else _as_it_is
    agency = whose(said.organisation)
    shown: ShownEntry = {
        "kind": said.kind, "service": said.service, "agency": agency, "agency_name": at.named(agency),
        "provider": None if said.kind in BETWEEN_PEOPLE else whose(said.provider),
        "team": None if shielded else said.team, "worker": whose(said.worker), "contact": None if shielded else held.contact,
        "from": iso(said.start), "to": iso(said.end), "status": status, "why_status": why,
        "last_confirmed": iso(said.confirmed), "role": said.role, "provision": said.provision, "reason": said.reason,
        # Of a shielded child the record would tell that another number is known of it.
        "record": None if shielded else record_id(said.record),
        "events": [at.event(p) for p in said.positions], "known_from": at.position(said.positions[0]),
    }  # fmt: skip
    since = at.disputed(shown["events"])
    if since is not None:
        shown["disputed_since"] = since
    if said.kind == "lead":
        shown["provider"] = None
        shown["scope"], shown["accepted"] = said.scope, iso(said.accepted)
        shown["family_view"] = held.family_view
    if held.reach is not None and not shielded:
        shown["duty_line"], shown["registered"] = held.reach["duty_line"], held.reach["registered"]
        shown["worker_left"] = held.reach["worker_left"]
    return shown


def shown_week(week: Week, at: AsAt) -> ShownEntry:
    """A week's run of marks: how many sessions of each category."""
    agency, end = f"urn-{week.school}", week.monday + 7
    return {
        "kind": "attendance", "service": "school", "agency": agency, "agency_name": at.named(agency), "provider": week.school,
        "team": None, "worker": None, "contact": None, "from": iso(week.monday), "to": iso(end),
        "status": "ended" if end <= at.day else "open", "why_status": None,
        "last_confirmed": None, "role": None, "provision": "universal", "reason": None,
        "record": record_id(week.record), "events": [], "known_from": None,
        "sessions": {CATEGORIES[category]: count for category, count in sorted(week.sessions.items())},
    }  # fmt: skip


def works(entry: Entry, at: AsAt) -> bool:
    """Whether what an entry tells goes on, as far as is known."""
    return at.as_served(entry).status_at(at.day)[0] in ("open", "lapsed")


def begun(entry: Entry, day: int) -> bool:
    """Whether an entry has a day, and one that has come."""
    first = entry.first_day()
    return first is not None and first <= day


def shown_of(held: Collection[Held], at: AsAt, *, shielded: bool) -> list[ShownEntry]:
    """Those entries that may be shown of a child."""
    return [shown_entry(one, at, shielded=shielded) for one in held if may_show(one.entry.kind, shielded=shielded)]


def duty_line(body: Mapping[str, Any] | None) -> ShownDutyLine | None:
    """A team's duty line and its hours, from the event that published it."""
    return None if body is None else {"contact": body["team"]["contact"], "hours": list(body["hours"])}


def registered(worker: Mapping[str, Any] | None, team: Mapping[str, Any] | None) -> ShownContacts | None:
    """Name and contact of a worker and a team, as their organisation registered them."""
    if worker is None and team is None:
        return None
    return {
        "worker": None if worker is None else _contact(worker["worker"]),
        "team": None if team is None else _contact(team["team"]),
    }


def _contact(said: Mapping[str, Any]) -> ShownContact:
    return {"name": said["name"], "contact": said["contact"]}


def _as_it_is(code: str | None) -> str | None:
    return code
