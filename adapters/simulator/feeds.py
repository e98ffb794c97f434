"""Reports of feeds: each desk says every Monday, for each event type, how much it has sent of the days before."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from adapters.simulator.agencies import Event
from adapters.simulator.desks import Desk
from adapters.simulator.plan import Plan

REPORTS_AT = time(6, tzinfo=UTC)
LOADED_YEARS = 18  # the first report covers what was loaded: childhoods


class Feeds:
    """Counts what was sent, and reports it. A silent feed neither sends nor reports."""

    def __init__(self, plan: Plan, desks: list[Desk]) -> None:
        self._desks = desks
        self._silent = plan.silent_feed
        self._silent_from = plan.silent_from or plan.start
        self._sent: Counter[tuple[str, str]] = Counter()
        self._from = plan.start - timedelta(days=round(LOADED_YEARS * 365.25))

    def is_silent(self, organisation: str, event_type: str, day: date) -> bool:
        """Whether nothing of this feed is published on this day."""
        return self._silent == (organisation, event_type) and day >= self._silent_from

    def sent(self, organisation: str, event_type: str, count: int = 1) -> None:
        """Note events published for the first time."""
        self._sent[organisation, event_type] += count

    def reports(self, today: date, mode: str = "live") -> Iterator[Event]:
        """Reports of all feeds on everything up to yesterday, a few milliseconds apart."""
        moment = datetime.combine(today, REPORTS_AT)
        told = set()
        for desk in self._desks:
            for event_type in desk.types:
                feed = (desk.organisation, event_type)
                if feed in told or self.is_silent(desk.organisation, event_type, today):
                    continue
                told.add(feed)
                moment += timedelta(milliseconds=5)
                yield {
                    "event_type": "FeedReported",
                    "event_id": desk.next_id(),
                    "source": desk.source,
                    "mode": mode,
                    "recorded_at": moment,
                    "feed": event_type,
                    "covers": {"from": self._from, "to": today},
                    "complete_through": today - timedelta(days=1),
                    "count": self._sent.pop(feed, 0),
                    "scope": None,
                }
        self._from = today
