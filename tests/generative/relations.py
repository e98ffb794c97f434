"""Histories of who works with whom, and what they make of a viewer and a child: a plain fold over what happened (access.md 2).

Each thing that happened has a reference of its own, and its days are before or after today, so that what is open today needs no
rules: what makes a relation is the matter here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from hypothesis import strategies as st

from domain.access.rules import Bar, Basis
from schemas.registry import registry
from schemas.shape import shape
from tests.builders.service import NOW
from tests.spec.reference_words import team_membership_ended, team_membership_started
from tests.spec.words import Happened, address, event_retracted, happened, stated

TODAY: Final = NOW.date()
CHILDREN: Final = ("A", "B", "C")
VIEWER, COLLEAGUE = "W1", "W2"
OURS, THEIRS = "T1", "T2"  # the team of the viewer, and another one
COUNCIL, OTHER = "la-808", "la-358"
SERVICES: Final = {OURS: "family support", THEIRS: "youth work"}
HOMES: Final = ("ZE9 1AA", "ZE9 1AB", "ZF8 1AA")
REFERRAL_DAYS: Final = 30
BORN: Final = "2015-03-01"


@dataclass(frozen=True)
class Thing:
    """Something that is so of a child from a day on, what began it, and what ended it if anything did.

    `of`: the worker, team, family, service or home concerned; `organisation` who told it, of a bar whom it concerns.
    """

    kind: str
    child: str
    start: int
    of: str | None = None
    organisation: str = COUNCIL
    end: int | None = None
    accepted: int | None = None
    family: bool = False  # a lead of the whole family
    told_under: str = "nhs"
    retracted: bool = False  # all that was told of it
    end_retracted: bool = False
    late: bool = False  # its end, and what was retracted, were told later than all else

    def at_first(self) -> "Thing":
        """It, as it was known before that."""
        return replace(self, end=None, retracted=False, end_retracted=False) if self.late else self

    def open_today(self) -> bool:
        """Whether it is so today."""
        ended = self.end is not None and self.end <= 0 and not self.end_retracted
        return not self.retracted and self.start <= 0 and not ended

    def in_force(self) -> bool:
        """The same of what protects: it counts from when it is known, though announced for later."""
        return self.open_today() or replace(self, start=min(self.start, 0)).open_today()


@dataclass(frozen=True)
class World:
    """What happened: things of children, which of these are known to be one under both numbers, and when the viewer was in a team."""

    things: tuple[Thing, ...]
    linked: frozenset[str]
    in_team: tuple[int, int | None]

    def at_first(self) -> "World":
        """It, as it was known before what was told late."""
        return replace(self, things=tuple(one.at_first() for one in self.things))


_STARTS: Final = {
    "involved": ("InvolvementStarted", "InvolvementEnded"), "team": ("InvolvementStarted", "InvolvementEnded"),
    "lead": ("LeadNominated", "LeadEnded"), "cover": ("LeadCoverStarted", "LeadCoverEnded"), "member": ("TeamMemberAgreed", "TeamMemberLeft"),
    "referral": ("ReferralReceived", None), "family": ("RelationshipStated", "RelationshipEnded"), "home": ("AddressChanged", None),
    "excluded": ("AccessExcluded", "AccessExclusionLifted"), "restricted": ("AccessRestricted", "AccessRestrictionLifted"),
    "conflict": ("ConflictDeclared", "ConflictEnded"), "shield": ("ShieldApplied", "ShieldLifted"),
}  # fmt: skip
_WORK: Final = ("involved", "team", "lead", "cover", "member", "referral", "family")
_PROTECTION: Final = ("excluded", "restricted", "restricted", "restricted", "conflict", "shield")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few children, and up to a dozen things of them."""
    some = draw(st.lists(things(), min_size=1, max_size=9))
    protecting = draw(st.lists(things(_PROTECTION), max_size=4))
    homes = [Thing("home", child, -300, draw(st.sampled_from(HOMES))) for child in CHILDREN if draw(st.booleans())]
    linked = draw(st.frozensets(st.sampled_from(CHILDREN)))
    started = draw(st.sampled_from([-200, -200, 5]))
    return World((*some, *protecting, *homes), linked, (started, draw(st.sampled_from([None, None, -1, 20]))))


@st.composite
def things(draw: st.DrawFn, kinds: Sequence[str] = _WORK) -> Thing:
    """One thing of one child."""
    kind = draw(st.sampled_from(kinds))
    start = draw(st.sampled_from([-200, -31, -30, -5, 0, 1, 40]))
    end = draw(st.sampled_from([None, None, max(start + 1, -2), max(start + 1, 0), start + 30]))
    of: str | None = draw(st.sampled_from([VIEWER, VIEWER, COLLEAGUE]))
    organisation = COUNCIL
    if kind in ("team", "referral"):
        team = draw(st.sampled_from([OURS, OURS, THEIRS]))
        of = SERVICES[team] if kind == "referral" else team
        organisation = draw(st.sampled_from([COUNCIL, COUNCIL, OTHER])) if kind == "referral" else COUNCIL
    elif kind == "family":
        of = draw(st.sampled_from(["F1", "F1", "F2"]))
    elif kind == "shield":
        of = None
    elif kind in ("excluded", "restricted"):
        of = draw(st.sampled_from([VIEWER, COLLEAGUE, None]))
        organisation = draw(st.sampled_from([COUNCIL, COUNCIL, OTHER])) if of is None else COUNCIL
    accepted = draw(st.sampled_from([None, start, start + 3])) if kind == "lead" else None
    if accepted is not None and end is not None:
        end = max(end, accepted + 1)
    return Thing(
        kind, draw(st.sampled_from(CHILDREN)), start, of, organisation, end if _STARTS[kind][1] else None, accepted,
        kind == "lead" and draw(st.booleans()), draw(st.sampled_from(["nhs", "nhs", "upn"])),
        draw(st.integers(0, 5)) == 0, draw(st.integers(0, 5)) == 0 and kind != "lead", draw(st.booleans()),
    )  # fmt: skip


def day(offset: int) -> str:
    """A day, so many after today."""
    return (TODAY + timedelta(days=offset)).isoformat()


# ---- what is published of it


def told(world: World) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The messages that tell a world: all but what was told late, and that. Amendments name their event by its number."""
    events = [
        stated("TeamRegistered", day(-300), None, {"team": _team(team), "service": service})
        for team, service in SERVICES.items()
    ]
    begun, left = world.in_team
    events.append(team_membership_started(VIEWER, OURS, day(begun), recorded=day(-250)))
    if left is not None and left > begun:
        events.append(team_membership_ended(VIEWER, OURS, day(left), recorded=day(-249)))
    for child in CHILDREN:
        # Something is known under each number, and of some children that both are theirs.
        events += [
            _about(child, "ContactTookPlace", -290, number, by="ods-Z9H", service="clinic") for number in ("nhs", "upn")
        ]
        if child in world.linked:
            events.append(_about(child, "EdAttendance", -280, ("nhs", "upn"), by="ods-Z9H"))
    late: set[int] = set()
    for number, thing in enumerate(world.things):
        first = len(events)
        begin, after = _told_of(thing, f"ref{number}", first)
        events += [*begin, *after]
        late |= set(range(first + len(begin), len(events))) if thing.late else set()
    messages = [event.wire(n) for n, event in enumerate(events)]
    return [one for n, one in enumerate(messages) if n not in late], [messages[n] for n in sorted(late)]


def _told_of(thing: Thing, reference: str, first: int) -> tuple[list[Happened], list[Happened]]:
    """What tells that something began, and what came of it; the first of these events has the number `first`."""
    begins, ends = _STARTS[thing.kind]
    if thing.kind == "home":
        return [_about(thing.child, begins, thing.start, thing.told_under, by="ods-Z9H", **_own(thing))], []
    by = thing.organisation if thing.kind == "referral" else COUNCIL
    own: dict[str, Any] = {"by": by, "reference": reference, **_own(thing)}

    def taken_back(number: int) -> Happened:
        return event_retracted(thing.child, number, day(0), by=by, known_by=thing.told_under)

    begin, after = [_about(thing.child, begins, thing.start, thing.told_under, **own)], []
    if thing.accepted is not None:
        begin.append(_about(thing.child, "LeadAccepted", thing.accepted, thing.told_under, **own))
    if ends is not None and thing.end is not None:
        after.append(_about(thing.child, ends, thing.end, thing.told_under, **own))
        if thing.end_retracted and not thing.retracted:
            after.append(taken_back(first + len(begin)))
    if thing.retracted:
        after += [taken_back(first + n) for n in range(len(begin) + len(after))]
    return begin, after


def _own(thing: Thing) -> dict[str, Any]:
    worker = None if thing.of is None else {"organisation": COUNCIL, "staff_id": thing.of}
    match thing.kind:
        case "involved":
            return {"service": "play therapy", "provision": "additional", "worker": thing.of}
        case "team":
            return {"service": "play therapy", "provision": "additional", "team": _team(thing.of or "")}
        case "lead":
            return {"role": "lead_practitioner", "scope": "family" if thing.family else "child", "worker": thing.of}
        case "cover":
            return {"role": "lead_practitioner", "worker": thing.of}
        case "member":
            return {"service": "school nursing", "worker": thing.of}
        case "referral":
            return {"service": thing.of, "source_code": "1A"}
        case "family":
            return {"relation": "family", "family": thing.of}
        case "home":
            return {"address": address("1 Example Row", thing.of)}
        case "excluded" | "restricted":
            return {"agency": thing.organisation, "worker": worker, "reason": "other"}
        case "conflict":
            return {"agency": COUNCIL, "worker": thing.of, "relation": "relative"}
    return {}


def _team(code: str) -> dict[str, str]:
    return {"organisation": COUNCIL, "code": code}


def _about(child: str, event_type: str, at: int, known_by: Any, **said: Any) -> Happened:
    fields = {entry.name for entry in shape(registry().newest[event_type]).fields} | {"by", "reference"}
    own = {name: value for name, value in said.items() if name in fields}
    return happened(event_type, child, day(at), known_by=known_by, born=BORN, recorded=day(min(at, 0)), **own)


# ---- what it makes of the viewer and a child


@dataclass(frozen=True)
class Related:
    """What a viewer has to do with a child, of whom no whereabouts are shown or they are."""

    bases: frozenset[Basis]
    bars: frozenset[Bar]
    hidden: bool


def related(world: World, child: str, number: str, areas: Iterable[str] = ()) -> Related:
    """The viewer's relation to the child known under a number; `areas`: those that the viewer is on duty for, and has said why."""
    people = _people(world)
    person = people[child, number]
    barred = bars(world, person)
    own = _work(world, person) | _led_as_family(world, person, people)
    if not own and _leads_a_sibling(world, person, people):
        own = {Basis.SIBLING}
    hidden = _hidden(world, person, people)
    if not (own - {Basis.SIBLING}) and not hidden and _area(world, person) in areas:
        own = own | {Basis.AREA}
    return Related(frozenset(own), barred, hidden)


# Whom records stand for: the numbers of one child that are known to be one, else one number.
Person = frozenset[tuple[str, str]]


def _people(world: World) -> dict[tuple[str, str], Person]:
    found = {}
    for child in CHILDREN:
        both = frozenset({(child, "nhs"), (child, "upn")})
        for one in both:
            found[one] = both if child in world.linked else frozenset({one})
    return found


def _of(world: World, person: Person, *kinds: str) -> list[Thing]:
    return [one for one in world.things if (one.child, one.told_under) in person and one.kind in kinds]


def _teams(world: World) -> set[str]:
    begun, left = world.in_team
    return {OURS} if begun <= 0 and (left is None or left <= begun or left > 0) else set()


def _work(world: World, person: Person) -> set[Basis]:
    teams = _teams(world)
    services = {SERVICES[team] for team in teams}
    found: set[Basis] = set()
    for one in _of(world, person, *_WORK):
        if not one.open_today():
            continue
        if one.kind == "team" and one.of in teams:
            found.add(Basis.TEAM)
        elif one.kind == "referral":
            if one.of in services and one.organisation == COUNCIL and one.start >= -REFERRAL_DAYS:
                found.add(Basis.REFERRAL)
        elif one.of == VIEWER:
            found.add(_BASIS[one.kind] if one.kind != "lead" or _accepted(one) else Basis.NOMINATED)
    return found


_BASIS: Final = {"involved": Basis.INVOLVED, "lead": Basis.LEAD, "cover": Basis.COVER, "member": Basis.TEAM_MEMBER}


def _accepted(lead: Thing) -> bool:
    return lead.accepted is not None and lead.accepted <= 0


def bars(world: World, person: Person) -> frozenset[Bar]:
    """What keeps the viewer from a child."""
    found = set()
    protecting = [one for one in _of(world, person, "excluded", "restricted", "conflict") if one.in_force()]
    if any(one.kind == "excluded" and _concerns_the_viewer(one) for one in protecting):
        found.add(Bar.EXCLUDED)
    if any(one.kind == "conflict" and one.of == VIEWER for one in protecting):
        found.add(Bar.CONFLICT)
    named = [one for one in protecting if one.kind == "restricted"]
    if named and not any(_concerns_the_viewer(one) for one in named):
        found.add(Bar.RESTRICTED)
    return frozenset(found)


def _concerns_the_viewer(one: Thing) -> bool:
    return one.of == VIEWER if one.of is not None else one.organisation == COUNCIL


def _families(world: World, person: Person) -> set[str | None]:
    return {one.of for one in _of(world, person, "family") if one.open_today()}


def _relatives(world: World, person: Person, people: dict[tuple[str, str], Person]) -> list[Person]:
    """Everybody else who is in a family with somebody, of those whom the viewer is not kept from."""
    mine = _families(world, person)
    return [
        one for one in set(people.values()) if one != person and mine & _families(world, one) and not bars(world, one)
    ]


def _leads(world: World, person: Person, *, family: bool) -> list[Thing]:
    leads = [one for one in _of(world, person, "lead") if one.open_today() and one.of == VIEWER]
    return [one for one in leads if one.family and _accepted(one)] if family else leads


def _led_as_family(world: World, person: Person, people: dict[tuple[str, str], Person]) -> set[Basis]:
    led = any(_leads(world, one, family=True) for one in _relatives(world, person, people))
    return {Basis.LEAD} if led else set()


def _leads_a_sibling(world: World, person: Person, people: dict[tuple[str, str], Person]) -> bool:
    return any(_leads(world, one, family=False) for one in _relatives(world, person, people))


def _home(world: World, person: Person) -> str | None:
    return next((one.of for one in _of(world, person, "home")), None)


def _area(world: World, person: Person) -> str | None:
    home = _home(world, person)
    return None if home is None else home.partition(" ")[0]


def _hidden(world: World, person: Person, people: dict[tuple[str, str], Person]) -> bool:
    """Shielded, or living where somebody does who is (decision 51)."""
    home = _home(world, person)
    beside = [one for one in set(people.values()) if one == person or (home is not None and _home(world, one) == home)]
    return any(one.in_force() for some in beside for one in _of(world, some, "shield"))
