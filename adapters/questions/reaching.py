"""Gathers who could open a child's record today, and by what: from the child's side what `relation` finds from a viewer's.

Each person with a basis or a role of their own is put to the table of rules, in SQL, as they would ask: without a reason first, then
with each that they may give. They are counted, and not named.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from adapters.questions.catalogue import FACT
from adapters.questions.composed import TEXT, Composed, composed, listed, parameter
from adapters.questions.flags import bar_flags
from adapters.questions.kin import grouped, leads_of, sure_leads
from adapters.questions.leads import leads_the_family
from adapters.questions.predicates import Columns, decision
from adapters.questions.reading import Reading, reading_at
from adapters.questions.relation import basis_of, basis_of_team, own_word
from adapters.questions.staff import HEAD, grants_of, services_of
from adapters.service.opened import Service
from domain.access.conditions import Condition, folded
from domain.access.rules import RULES, Bar, Basis, Point, Rule, Whose, decided
from domain.access.viewer import GRANTED, Channel, Opening, Role, Viewer
from domain.answers.reach import ReachFacts
from domain.areas import area_key
from domain.events import ChildId
from domain.leads.active import is_work_on, passed_on
from domain.questions.about import ShowReach
from domain.reference import StaffFact, held_by_staff, workers_left
from domain.timeline.entries import Entry
from projections import editions, queries, reference_data
from projections.barred import OF_THESE
from projections.uuids import uuids

_OPENINGS: Final = (None, *Opening)
# Who may see a child without any basis, by saying why, or for whom.
_WITH_A_WAY: Final = frozenset({Role.INDEX_TEAM, Role.SHIELD_OVERRIDE, Role.MEDIATOR})


@dataclass
class _Person:
    """Somebody who may have something to do with a child: what makes it theirs, and the roles that they hold."""

    bases: set[Basis] = field(default_factory=set)
    roles: set[Role] = field(default_factory=lambda: {Role.PRACTITIONER})


def gather_reach(service: Service, connection: editions.Connection, question: ShowReach) -> ReachFacts | None:
    """How many people could open a child's record, by the rule that lets them; None where there is no such child."""
    with reading_at(service, connection, None) as read:
        child = read.child(question.identifier, question.record)
        if child is None:
            return None
        people = _People(read, child).found()
        marks = {
            "shielded": bool(read.hidden([child], read.today)),
            "restricted": read.marks(read.records(child)).of_child(read.records(child)) is not None,
        }
        return ReachFacts((child,), _counted(read, child, people, marks), _anybody(read, child, marks))


class _People:
    """Whoever has something to do with a child, as known at the head; of who has left nobody."""

    def __init__(self, read: Reading, child: ChildId) -> None:
        self._read = read
        self._child = child
        self._day = read.today
        staff = reference_data.roles(read.connection, HEAD)
        self._granted = grants_of(read.service, read.connection, staff, self._day)
        self._found: dict[str, _Person] = {}

    def found(self) -> dict[str, _Person]:
        """Each by name, ORGANISATION:STAFF."""
        self._own()
        self._of_families()
        self._of_teams()
        self._on_duty()
        for worker, grants in self._granted.items():
            if {grant.role for grant in grants} & _WITH_A_WAY:
                self._person(worker)
        for worker in workers_left(reference_data.workers(self._read.connection, HEAD), self._day):
            self._found.pop(worker, None)
        for worker, one in self._found.items():
            one.roles |= {grant.role for grant in self._granted.get(worker, ())}
        return self._found

    def _person(self, worker: str) -> _Person:
        return self._found.setdefault(worker, _Person())

    def _own(self) -> None:
        own = [one for one in self._entries("worker IS NOT NULL") if self._stands(self._child, one)]
        alone = own_word(self._read, own)
        for entry in own:
            basis = Basis.OWN_WORD if entry.main in alone else basis_of(entry, self._day)
            self._person(str(entry.worker)).bases.add(basis)

    def _of_families(self) -> None:
        """Whoever leads the child's family leads the child; who leads for a brother or sister sees who it is."""
        for family in grouped(self._read, [self._child], self._day):
            for other in sorted(set(family) - {self._child}) if self._child in family else ():
                for entry, _ in leads_of(self._read, [other])[other]:
                    if leads_the_family(entry, self._day):
                        self._add(other, entry)
                    elif entry.kind == "lead":
                        self._add(other, entry, Basis.SIBLING)

    def _add(self, child: ChildId, entry: Entry, basis: Basis | None = None) -> None:
        if entry.worker is not None and self._stands(child, entry):
            self._person(entry.worker).bases.add(basis_of(entry, self._day) if basis is None else basis)

    def _stands(self, child: ChildId, entry: Entry) -> bool:
        leads = sure_leads(leads_of(self._read, [child])[child])
        return is_work_on(entry, self._day) and not passed_on(entry, leads, self._day)

    def _of_teams(self) -> None:
        held = [
            (one, basis_of_team(one, self._day)) for one in self._entries("(team IS NOT NULL OR kind = 'referral')")
        ]
        working = {one.team for one, basis in held if basis is Basis.TEAM and one.team is not None}
        referred = {(one.organisation, one.service) for one, basis in held if basis is Basis.REFERRAL}
        told = _memberships(self._read, working, {organisation for organisation, _ in referred})
        members = held_by_staff(told, "team_membership", self._day)
        services = services_of(
            self._read.service, self._read.connection, {str(one.team) for one in members} if referred else (), self._day
        )
        for fact in members:
            worker = str(fact.worker)
            if fact.team in working:
                self._person(worker).bases.add(Basis.TEAM)
            if any((worker.partition(":")[0], service) in referred for service in services.get(str(fact.team), ())):
                self._person(worker).bases.add(Basis.REFERRAL)
        for worker, grants in self._granted.items():
            if working & {team for one in grants if one.role is Role.TEAM_MANAGER for team in one.teams}:
                self._person(worker).bases.add(Basis.TEAM)

    def _on_duty(self) -> None:
        found = set(map(area_key, self._read.areas_on_maps([self._child], self._day)[self._child].values()))
        for worker, grants in self._granted.items():
            if found & {area_key(area) for one in grants if one.role is Role.DUTY for area in one.areas}:
                self._person(worker).bases.add(Basis.AREA)

    def _entries(self, where: str) -> list[Entry]:
        records = uuids(self._read.records(self._child))
        found = queries.entries(self._read.connection, self._read.number, f"record = ANY(%(r)s) AND {where}", r=records)
        return [entry for entry, _ in found]


@lru_cache(maxsize=1)
def _of_teams_or_organisations() -> Composed:
    """What was said of who is in some teams, and of anybody of some organisations who is in any."""
    names = ("kind", "worker", "team", "day", "until", "recorded_at", "tie", "position", "service")
    organisation = sa.func.split_part(FACT.c.worker, ":", 1)
    return composed(
        sa.select(*(FACT.c[name] for name in names)).where(
            FACT.c.act == _REFERENCE,
            FACT.c.kind.in_(["team_membership", "team_membership_ended"]),
            FACT.c.position <= parameter("position", sa.BigInteger()),
            sa.or_(
                FACT.c.team == sa.func.any(parameter("teams", sa.ARRAY(TEXT))),
                organisation == sa.func.any(parameter("organisations", sa.ARRAY(TEXT))),
            ),
        )
    )


def _memberships(read: Reading, teams: Collection[str], organisations: Collection[str]) -> list[StaffFact]:
    if not teams and not organisations:
        return []
    asked = {"position": HEAD, "teams": sorted(teams), "organisations": sorted(organisations)}
    return reference_data.staff_facts(_of_teams_or_organisations().run(read.connection, asked))


def _counted(
    read: Reading, child: ChildId, people: Mapping[str, _Person], marks: Mapping[str, bool]
) -> list[tuple[Opening | None, str, int]]:
    names = sorted(people)
    asked: dict[str, Any] = {
        "e": read.number,
        "d": read.today,
        "records": uuids(read.records(child)),
        "children": uuids(child for _ in read.records(child)),
        "asked_child": uuids([child]),
        "person_name": names,
        "person_organisation": [name.partition(":")[0] for name in names],
        **marks,
    }
    asked |= {f"person_{role.value}": [role in people[name].roles for name in names] for role in _ROLES}
    asked |= {f"person_{_BASE}{basis.value}": [basis in people[name].bases for name in names] for basis in Basis}
    rows = _statement().run(read.connection, asked).fetchall()
    return [(None if opening is None else Opening(opening), rule, people_) for opening, rule, people_ in rows]


@lru_cache(maxsize=1)
def _statement() -> Composed:
    """How many of the people `person` the table lets see the child, by how they ask and the rule, as long as nobody needs say more.

    Whoever is kept away is counted by what keeps them; whom nothing lets, not at all.
    """
    roles = {f"{role.value}": sa.Boolean() for role in _ROLES}
    bases = {f"{_BASE}{basis.value}": sa.Boolean() for basis in Basis}
    person = listed("person", name=TEXT, organisation=TEXT, **roles, **bases)
    barred = bar_flags(OF_THESE, listed("asked", child=sa.Uuid()), person)
    columns = Columns(
        {name: parameter(name, sa.Boolean()) for name in ("shielded", "restricted")},
        {
            "roles": {role: person.c[role.value] if role in _ROLES else sa.false() for role in Role},
            "bases": {basis: person.c[f"{_BASE}{basis.value}"] for basis in Basis},
            "bars": {bar: barred.c[bar] for bar in Bar},
        },
    )
    by_opening = {opening: decision(_rules(opening), columns).label(f"by_{opening}") for opening in _OPENINGS}
    each = (
        sa.select(*by_opening.values())
        .select_from(person.outerjoin(barred, barred.c.name == person.c.name))
        .subquery("each_person")
    )
    told = {opening: each.c[f"by_{opening}"] for opening in _OPENINGS}
    shows = [rule.id for rule in RULES if rule.shows is not None]
    keeps = [rule.id for rule in RULES if rule.shows is None]
    first = [
        (told[one].in_(shows), sa.null() if one is None else sa.literal(one.value, TEXT), told[one])
        for one in _OPENINGS
    ]
    opening = sa.case(*((when, said) for when, said, _ in first), else_=sa.null()).label("opening")
    rule = sa.case(*((when, by) for when, _, by in first), else_=told[None]).label("rule")
    found = sa.select(opening, rule).select_from(each).subquery("first_way")
    place = sa.case({one.id: at for at, one in enumerate(RULES)}, value=found.c.rule)
    return composed(
        sa.select(found.c.opening, found.c.rule, sa.func.count())
        .where(found.c.rule.in_([*shows, *keeps]))
        .group_by(found.c.opening, found.c.rule)
        .order_by(place, found.c.opening)
    )


_BASE: Final = "basis_"
_ROLES: Final = (Role.PRACTITIONER, *GRANTED)
_REFERENCE: Final = 18  # the act of events about no child


def _rules(opening: Opening | None) -> list[tuple[Rule, bool | Condition]]:
    """The rules for one child's record as people ask for it; a claim that anybody may make counts for nobody."""
    known = {
        "question": "ShowChild", "opening": opening, "people_sign_in": True, "whose": Whose.OTHERS, "claims_left": False,
        "signed_in_strongly": True,
    }  # fmt: skip
    return [(rule, folded(rule.when, known)) for rule in RULES]


def _anybody(read: Reading, child: ChildId, marks: Mapping[str, bool]) -> str | None:
    """The rule by which whoever has nothing to do with a child may see it by saying why; None: by none."""
    nobody = Viewer("nobody:nobody", Role.PRACTITIONER, "nobody", None, Channel.PAGES, people_sign_in=True)
    kept = Reading(read.service, read.connection, read.edition, read.remembered, viewer=nobody).bars(child)
    told: dict[str, Any] = dict(marks)
    rule = decided(Point("ShowChild", nobody.roles, Opening.CLAIM, bars=kept, claims_left=True, **told))
    return None if rule.shows is None else rule.id
