"""Snapshots: all that an agency's system holds of one kind on a day, the reference (contract 2).

The rows of a snapshot are starts and confirmations sent in mode `snapshot`, and `FeedReported` in that mode closes it: so
many rows, of that feed, recorded from the first day covered to the day through which it is complete. What such a row says
was there when it was written down, so it confirms. What the organisation started before and the snapshot does not list
has lapsed, never ended. A snapshot of which rows have not come makes nothing lapse.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.dates import london_day
from domain.effects import Act, Effect
from domain.events import Event, provider_of, service_of, team_key, worker_key

SNAPSHOT = "snapshot"
ROWS = frozenset({Act.START, Act.CONFIRM})
OF_A_ROLL: Final = "PupilAdmitted"
_SCHOOL: Final = re.compile(r"[0-9]{6}")  # a school's URN
_AUTHORITY: Final = "la-"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A whole snapshot: `scope` a provider, service or team where it is not of the whole organisation; days inclusive."""

    organisation: str
    kind: str
    scope: str | None
    first: int
    last: int
    count: int

    def covers(self, organisation: str, kind: str, provider: str, service: str, team: str | None) -> bool:
        """Whether something of an organisation is of the part that it lists."""
        if (organisation, kind) != (self.organisation, self.kind):
            return False
        return self.scope is None or self.scope in (provider, service) or team == f"{organisation}:{self.scope}"


def seen_on(event: Event) -> int | None:
    """The day on which a row of a snapshot was written down; None for any other event."""
    return seen_of(event.act, event.body["mode"], event.recorded_at)


def seen_of(act: Act, mode: str, recorded_at: int) -> int | None:
    """The same of an event's parts: `recorded_at` in microseconds since 1970."""
    return london_day(recorded_at) if mode == SNAPSHOT and act in ROWS else None


def listed_kinds(effects: Iterable[Effect]) -> dict[str, str]:
    """The kind of entry that a snapshot of an event type lists, for those that may be sent as one."""
    return {effect.event_type: effect.kind for effect in effects if effect.act in ROWS}


def reported(events: Iterable[Event], kind_of: Mapping[str, str]) -> list[tuple[Event, Snapshot, bool]]:
    """Every report of a snapshot, what it covers, and whether every row of it has come.

    `kind_of` is what a snapshot of an event type lists (`listed_kinds`).
    """
    history = list(events)
    if not any(event.act is Act.FEED for event in history):
        return []
    rows = [(event, seen) for event in history if (seen := seen_on(event)) is not None]
    found = []
    for event in history:
        if event.act is Act.FEED and event.body["mode"] == SNAPSHOT and event.body["feed"] in kind_of:
            body = event.body
            days = body["covers"]["from"], body["complete_through"]
            one = Snapshot(event.organisation, kind_of[body["feed"]], body["scope"], *days, body["count"])
            came = {_listed(row) for row, seen in rows if one.first <= seen <= one.last and _lists(one, row)}
            found.append((event, one, len(came) >= one.count))
    return found


def feed_of(event: Event) -> tuple[str, str]:
    """The feed (organisation, event type) that a report speaks of.

    An authority's report that closes the snapshot of one school's roll speaks for that school: what the school itself said
    since stands above it, and a census of last term makes no other school's feed late. Nobody else speaks for another.
    """
    body = event.body
    scope, by_authority = body["scope"], event.organisation.startswith(_AUTHORITY)
    of_a_roll = body["mode"] == SNAPSHOT and body["feed"] == OF_A_ROLL
    if by_authority and of_a_roll and scope is not None and _SCHOOL.fullmatch(scope):
        return f"urn-{scope}", OF_A_ROLL
    return event.organisation, str(body["feed"])


def cut_off(reports: Iterable[tuple[Event, Snapshot, bool]], others: Iterable[Event]) -> dict[tuple[str, str], int]:
    """Of each feed (organisation, event type) whose last snapshot of some part has not come whole, the day before its first.

    Not where `others`, reports that close no snapshot, said something of the feed since.
    """
    last: dict[tuple[str, str, str | None], tuple[Event, Snapshot, bool]] = {}
    for event, one, whole in sorted(reports, key=lambda report: report[0].order):
        last[*feed_of(event), one.scope] = event, one, whole
    since: dict[tuple[str, str], int] = {}
    for event in others:
        name = feed_of(event)
        since[name] = max(since.get(name, event.recorded_at), event.recorded_at)
    found: dict[tuple[str, str], int] = {}
    for (organisation, feed, _), (event, one, whole) in last.items():
        name = organisation, feed
        if not whole and since.get(name, event.recorded_at) <= event.recorded_at:
            found[name] = min(found.get(name, one.first - 1), one.first - 1)
    return found


def _listed(row: Event) -> tuple[object, ...]:
    """What a row is of: told twice, under another id or reference, it is one row still."""
    body = row.body
    provider, service = provider_of(row.effect, row.organisation, body), service_of(row.effect, body)
    return row.record, provider, service, worker_key(body.get("worker")), team_key(body.get("team"))


def _lists(snapshot: Snapshot, row: Event) -> bool:
    provider = provider_of(row.effect, row.organisation, row.body)
    service, team = service_of(row.effect, row.body), team_key(row.body.get("team"))
    return snapshot.covers(row.organisation, row.effect.kind, provider, service, team)
