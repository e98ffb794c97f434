"""Who asks, and for whom: a person who has signed in, an agency's system, or whoever operates the machine (access.md 2, 6)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is here as; it is looked up at each request, never remembered from signing in."""

    PRACTITIONER = "practitioner"
    OPERATOR = "operator"
    FEED = "feed"


class Channel(StrEnum):
    """By which face somebody asks."""

    PAGES = "pages"
    API = "api"
    COMMAND_LINE = "command line"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks a question, in which role.

    `name`: of a person the staff id, as ORGANISATION:STAFF. `session`: the hash of the session's id, None without one.
    """

    name: str
    role: Role
    organisation: str | None = None
    session: bytes | None = None
    channel: Channel = Channel.COMMAND_LINE


LOCAL_OPERATOR: Final = Viewer("local", Role.OPERATOR)
