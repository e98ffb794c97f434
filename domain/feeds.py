"""Feeds: which were heard, so that a silent feed is told from a silent child (design D7)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Closing:
    """The first day on which an organisation is no more, and who took over from it."""

    day: int
    successors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of feeds on a day.

    `allowances`: the days that the word of each feed (organisation and event type) that is expected may be late, None: as
    usual for its type. `closed`: organisations that are no more.
    """

    allowances: Mapping[tuple[str, str], int | None] = field(default_factory=dict)
    closed: Mapping[str, Closing] = field(default_factory=dict)

    def is_heard(self, feed: Feed, day: int) -> bool:
        """Whether a feed said recently enough that it is complete; of an organisation that is no more, up to its last day."""
        said = self.allowances.get((feed.organisation, feed.event_type))
        late = FEED_ALLOWANCE_BY_TYPE.get(feed.event_type, FEED_ALLOWANCE_DAYS) if said is None else said
        closing = self.closed.get(feed.organisation)
        return feed.complete_through >= (day if closing is None else min(day, closing.day)) - late

    def of(self, event_type: str, organisation: str | None, publishers: Collection[str]) -> set[str]:
        """Those expected to publish a type: all, and who took over from its `publishers`; or the one if it is expected."""
        if organisation is not None:
            return {organisation} if (organisation, event_type) in self.allowances else set()
        took_over = {after for one in publishers if one in self.closed for after in self.closed[one].successors}
        return took_over | {each for each, expected in self.allowances if expected == event_type}


NOTHING_EXPECTED = Expected()


def feed_heard(
    event_types: Iterable[str],
    organisation: str | None,
    feeds: Collection[Feed],
    day: int,
    expected: Expected = NOTHING_EXPECTED,
) -> str | None:
    """None when the feeds of some event types were heard recently enough; else the feed, or what else, was not.

    Of one organisation, or of all: every feed of the type, and every one that is expected, whether it ever spoke or not,
    of those who took over from a publisher that has closed too. Whoever publishes it must still be there.
    """
    if organisation == NO_NUMBER:
        return NO_NUMBER
    for event_type in event_types:
        relevant = [f for f in feeds if f.event_type == event_type and organisation in (None, f.organisation)]
        if not relevant or all(f.organisation in expected.closed for f in relevant):
            return event_type if organisation is None else f"{organisation} {event_type}"
        publishers = {f.organisation for f in relevant}
        missing = expected.of(event_type, organisation, publishers) - publishers
        silent = sorted({f.organisation for f in relevant if not expected.is_heard(f, day)} | missing)
        if silent:
            return f"{silent[0]} {event_type}"
    return None


class Hearing:
    """Which feeds were heard on a day, each rule and organisation looked at once."""

    def __init__(self, feeds: Sequence[Feed], day: int, expected: Expected = NOTHING_EXPECTED) -> None:
        self._day = day
        self._feeds: dict[str | None, list[Feed]] = defaultdict(list, {None: list(feeds)})
        for feed in feeds:
            self._feeds[feed.organisation].append(feed)
        self._expected = expected
        self._silent: dict[tuple[str, str | None], str | None] = {}

    def unheard(self, rule: Relying, organisations: Iterable[str | None]) -> str | None:
        """What a rule relies on and was not heard, of some organisations (None: of all who publish it)."""
        said = (self._silent_feed(rule, one) for one in organisations)
        return next((silent for silent in said if silent is not None), None)

    def _silent_feed(self, rule: Relying, organisation: str | None) -> str | None:
        name = (rule.id, organisation)
        if name not in self._silent:
            feeds = self._feeds.get(organisation, ())
            relied_on = rule.feeds if organisation is None else rule.feeds_of_one
            self._silent[name] = feed_heard(relied_on, organisation, feeds, self._day, self._expected)
        return self._silent[name]
