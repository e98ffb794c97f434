"""Who asks, for whom and why: a person who has signed in, an agency's system, or whoever operates the machine (access.md 2, 6)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is here as; it is looked up at each request, never remembered from signing in."""

    PRACTITIONER = "practitioner"
    TEAM_MANAGER = "team_manager"
    DUTY = "duty"  # front door and out of hours
    SHIELD_OVERRIDE = "shield_override"
    MEDIATOR = "mediator"  # looks for somebody who cannot sign in
    INDEX_TEAM = "index_team"
    PRIVACY_OFFICER = "privacy_officer"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    FEED = "feed"


# Who is no person: what is known of people is not asked of them.
SYSTEMS: Final = (Role.OPERATOR, Role.FEED)
# Roles that are granted here, by `icr access grant`, and taken from no issuer's word.
GRANTED: Final = (
    Role.TEAM_MANAGER,
    Role.DUTY,
    Role.SHIELD_OVERRIDE,
    Role.MEDIATOR,
    Role.INDEX_TEAM,
    Role.PRIVACY_OFFICER,
    Role.DATA_PROTECTION_OFFICER,
    Role.AUDITOR,
)


class Channel(StrEnum):
    """By which face somebody asks."""

    PAGES = "pages"
    API = "api"
    COMMAND_LINE = "command line"
    TOPIC = "topic"


class Opening(StrEnum):
    """How somebody asks for what is not their own work; each needs a reason in words."""

    CLAIM = "claim"  # the viewer says that the child is their business
    OVERRIDE = "override"  # the shield is set aside, for this visit
    MEDIATION = "mediation"  # the viewer looks for another person


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that somebody holds today; of duty for which areas, of a team manager for which teams (`organisation:id`)."""

    role: Role
    areas: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


# How many letters a reason has: fewer say nothing.
FEWEST_LETTERS: Final = 10
MOST_LETTERS: Final = 300


@dataclass(frozen=True, slots=True)
class Because:
    """Why somebody asks for what is not their own work: how, the reason in their words, and for whom, as ORGANISATION:STAFF."""

    opening: Opening
    reason: str
    acting_for: str | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks a question, in which role.

    `name`: of a person the staff id, as ORGANISATION:STAFF. `session`: the hash of the session's id, None without one.
    `granted`: the roles held beside `role`; `teams`: those that the person is in today, as `organisation:id`, and the `services` that these provide.
    `people_sign_in`: whether they do here, or the machine's operator is the only user. `acr`: how the person signed in, in
    their issuer's word; `signed_in_strongly`: whether that is strong enough, and was not long ago. `client`: the system of the
    person's organisation that asks for them, whose word it is that they do; None: they ask themselves. `called`: the name that
    stands beside `name` on their own pages, as their organisation registered them; nothing is decided by it.
    """

    name: str
    role: Role
    organisation: str | None = None
    session: bytes | None = None
    channel: Channel = Channel.COMMAND_LINE
    granted: tuple[Grant, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    because: Because | None = None
    people_sign_in: bool = False
    acr: str | None = None
    signed_in_strongly: bool = False
    client: str | None = None
    called: str | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Every role that the viewer holds today."""
        return frozenset({self.role, *(grant.role for grant in self.granted)})

    def teams_managed(self) -> frozenset[str]:
        """The teams of which the viewer is the manager."""
        return frozenset(team for grant in self.granted if grant.role is Role.TEAM_MANAGER for team in grant.teams)

    def areas_on_duty(self) -> frozenset[str]:
        """The areas for which the viewer is on duty."""
        return frozenset(area for grant in self.granted if grant.role is Role.DUTY for area in grant.areas)


LOCAL_OPERATOR: Final = Viewer("local", Role.OPERATOR)


def operator(*, people_sign_in: bool) -> Viewer:
    """Whoever operates the machine; where people sign in, they are shown nothing of a child."""
    return replace(LOCAL_OPERATOR, people_sign_in=people_sign_in)
