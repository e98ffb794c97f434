"""Reports of feeds: each system says every Monday, for each event type, how much it has sent of the days before.

They are of the whole area, since the organisations that all children have are in every district.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tools.simulator.agencies import Event
from tools.simulator.agency_systems import PUT_RIGHT, AgencySystem, agency_systems
from tools.simulator.area import practices, schools
from tools.simulator.district import District
from tools.simulator.plan import Plan

REPORTS_AT = time(6, tzinfo=UTC)
LOADED_YEARS = 18  # the first report covers what was loaded: childhoods


class Feeds:
    """Counts what was sent, and reports it. A silent feed neither sends nor reports."""

    def __init__(self, plan: Plan, parts: list[District]) -> None:
        agency_systems = _all_systems(plan, parts)
        self._systems = agency_systems
        self._last = plan.end - timedelta(days=1)
        self._silent = _silent(plan, agency_systems)
        self._sent: Counter[tuple[str, str]] = Counter()
        self._from = plan.start - timedelta(days=round(LOADED_YEARS * 365.25))

    def is_silent(self, organisation: str, event_type: str, day: date) -> bool:
        """Whether nothing of this feed is published on this day."""
        since = self._silent.get((organisation, event_type))
        return since is not None and min(day, self._last) >= since

    def sent(self, organisation: str, event_type: str) -> None:
        """Note an event published for the first time."""
        self._sent[organisation, event_type] += 1

    def reports(self, today: date, mode: str = "live") -> Iterator[Event]:
        """Reports of all feeds on everything up to yesterday, a few milliseconds apart."""
        moment = datetime.combine(today, REPORTS_AT)
        told = set()
        for system in self._systems:
            for event_type in system.types:
                feed = (system.organisation, event_type)
                if feed in told or self.is_silent(system.organisation, event_type, today):
                    continue
                told.add(feed)
                moment += timedelta(milliseconds=5)
                yield {
                    "event_type": "FeedReported",
                    "event_id": system.next_id(),
                    "source": system.source,
                    "mode": mode,
                    "recorded_at": moment,
                    "feed": event_type,
                    "covers": {"from": self._from, "to": today},
                    "complete_through": today - timedelta(days=1),
                    "count": self._sent.pop(feed, 0),
                    "scope": None,
                }
        self._from = today


def _all_systems(plan: Plan, parts: list[District]) -> list[AgencySystem]:
    all_schools = [school for part in parts for school in schools(part.plan(plan), part)]
    all_practices = [practice for part in parts for practice in practices(part.plan(plan), part)]
    return list(agency_systems(all_schools, all_practices, plan.marks, "report-").values())


def _silent(plan: Plan, agency_systems: list[AgencySystem]) -> dict[tuple[str, str], date]:
    """The feeds that fall silent, with the day from which they do: those that are named, and a share of all."""
    found: dict[tuple[str, str], date] = {}
    if plan.silent:
        feeds = sorted(
            {(system.organisation, kind) for system in agency_systems for kind in system.types if kind not in PUT_RIGHT}
        )
        middle = plan.start + timedelta(days=plan.days // 2)
        count = max(1, round(len(feeds) * plan.silent))
        found = dict.fromkeys(Random(f"{plan.seed}/silence").sample(feeds, count), middle)
    return found | dict.fromkeys(plan.silent_feeds, plan.silent_from or plan.start)
