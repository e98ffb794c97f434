"""Feeds: which were heard, so that a silent feed is told from a silent child (design D7)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

# Stands in the place of an organisation: a child known by no number of school or health cannot be missed at school.
NO_NUMBER = "no school or NHS number"

FEED_ALLOWANCE_DAYS = 14
FEED_ALLOWANCE_BY_TYPE = {"AttendanceMarked": 7}


@dataclass(frozen=True, slots=True)
class Feed:
    """How far an organisation's feed of an event type is complete, as it last said."""

    organisation: str
    event_type: str
    complete_through: int


class Relying(Protocol):
    """A rule that is not known where its feeds were not heard.

    `feeds` must have been heard from all who publish them; `feeds_of_one` from the organisation whose word it rests on,
    where there is one.
    """

    @property
    def id(self) -> str:
        """The word the rule goes by."""

    @property
    def feeds(self) -> tuple[str, ...]:
        """Event types of all who publish them."""

    @property
    def feeds_of_one(self) -> tuple[str, ...]:
        """Event types of the organisation whose word it rests on."""


ExpectedFeeds = Mapping[tuple[str, str], int | None]
_NONE_EXPECTED: ExpectedFeeds = {}


def feed_heard(
    event_types: Iterable[str],
    organisation: str | None,
    feeds: Collection[Feed],
    day: int,
    expected: ExpectedFeeds = _NONE_EXPECTED,
) -> str | None:
    """None when the feeds of some event types were heard recently enough; else the feed, or what else, was not.

    Of one organisation, or of all: every feed of the type, and every one that is expected, whether it ever spoke or not.
    """
    if organisation == NO_NUMBER:
        return NO_NUMBER
    for event_type in event_types:
        relevant = [f for f in feeds if f.event_type == event_type and organisation in (None, f.organisation)]
        if not relevant:
            return event_type if organisation is None else f"{organisation} {event_type}"
        missing = {o for o, t in expected if t == event_type and organisation in (None, o)}
        silent = sorted(
            {
                f.organisation
                for f in relevant
                if f.complete_through < day - allowance(f.organisation, event_type, expected)
            }
            | (missing - {f.organisation for f in relevant})
        )
        if silent:
            return f"{silent[0]} {event_type}"
    return None


class Hearing:
    """Which feeds were heard on a day, each rule and organisation looked at once."""

    def __init__(self, feeds: Sequence[Feed], day: int, expected: ExpectedFeeds = _NONE_EXPECTED) -> None:
        self._day = day
        self._feeds: dict[str | None, list[Feed]] = defaultdict(list, {None: list(feeds)})
        for feed in feeds:
            self._feeds[feed.organisation].append(feed)
        self._expected: dict[str | None, dict[tuple[str, str], int | None]] = defaultdict(dict, {None: dict(expected)})
        for name, days in expected.items():
            self._expected[name[0]][name] = days
        self._silent: dict[tuple[str, str | None], str | None] = {}

    def unheard(self, rule: Relying, organisations: Iterable[str | None]) -> str | None:
        """What a rule relies on and was not heard, of some organisations (None: of all who publish it)."""
        said = (self._silent_feed(rule, one) for one in organisations)
        return next((silent for silent in said if silent is not None), None)

    def _silent_feed(self, rule: Relying, organisation: str | None) -> str | None:
        name = (rule.id, organisation)
        if name not in self._silent:
            feeds, expected = self._feeds.get(organisation, ()), self._expected.get(organisation, {})
            relied_on = rule.feeds if organisation is None else rule.feeds_of_one
            self._silent[name] = feed_heard(relied_on, organisation, feeds, self._day, expected)
        return self._silent[name]


def allowance(organisation: str, event_type: str, expected: ExpectedFeeds) -> int:
    """Days that a feed's word may be late: as expected of it, else as usual for its type."""
    said = expected.get((organisation, event_type))
    return FEED_ALLOWANCE_BY_TYPE.get(event_type, FEED_ALLOWANCE_DAYS) if said is None else said
