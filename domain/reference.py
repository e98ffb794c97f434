"""Reference data as at a day: area maps, school terms, organisations, expected feeds, thresholds (design D5).

Each comes as an event and is named by its publisher and its own name; of those that hold on a day the one recorded last
stands. What is asked of it is a plain function of those bodies.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from domain.agreements import agreement_of
from domain.areas import AreaMap, area_maps
from domain.dates import FOREVER, is_weekday
from domain.effects import Act
from domain.events import Event, provider_of, service_of, team_key, worker_key
from domain.feeds import Closing, Expected

AREA_MAP = "area_map"
SCHOOL_TERMS = "school_terms"
ORGANISATION = "organisation"
EXPECTED_FEED = "expected_feed"
THRESHOLD = "threshold"
SHARING_AGREEMENT = "sharing_agreement"
KINDS = (AREA_MAP, SCHOOL_TERMS, ORGANISATION, EXPECTED_FEED, THRESHOLD, SHARING_AGREEMENT)


@dataclass(frozen=True, slots=True)
class Stated:
    """One event of reference data: what it is about, and the days `[start, end)` on which it holds."""

    kind: str
    organisation: str
    provider: str
    name: str
    start: int
    end: int
    order: tuple[int, bytes]
    position: int


def stated(event: Event) -> Stated:
    """What an event of reference data is about."""
    end = event.effective_to
    return Stated(
        event.effect.kind, event.organisation, provider_of(event.effect, event.organisation, event.body), service_of(event.effect, event.body),
        event.effective_from, FOREVER if end is None else end, event.order, event.position,
    )  # fmt: skip


def standing(said: Iterable[Stated], day: int) -> list[Stated]:
    """Those that hold on a day, one for each kind, publisher, provider and name: the one recorded last, if it still holds."""
    stands = (one for one in _last_words(said, day) if day < one.end)
    return sorted(stands, key=lambda one: (one.kind, one.name, one.order))


def agreements_made(said: Iterable[Stated], day: int) -> list[Stated]:
    """The last word on each sharing agreement that was ever in force by a day, also of those that are over."""
    made = _last_words((one for one in said if one.kind == SHARING_AGREEMENT), day)
    return sorted(made, key=lambda one: (one.name, one.order))


def closings(said: Iterable[Stated], day: int) -> list[Stated]:
    """The last words on organisations that are no more on a day, by all who registered them.

    Whoever said besides that it is there from that day on or later did not close it, whichever was recorded last.
    """
    told = [one for one in said if one.kind == ORGANISATION and one.start <= day]
    last = list(_last_words(told, day))
    there = {one.name for one in last if day < one.end}
    ends = {(one.organisation, one.name): one.end for one in last}
    there |= {one.name for one in told if ends[one.organisation, one.name] <= one.start and day < one.end}
    return [one for one in last if one.name not in there]


def _last_words(said: Iterable[Stated], day: int) -> Iterable[Stated]:
    last: dict[tuple[str, str, str, str], Stated] = {}
    for one in said:
        if one.start <= day:
            key = (one.kind, one.organisation, one.provider, one.name)
            if key not in last or one.order > last[key].order:
                last[key] = one
    return last.values()


@dataclass(frozen=True, slots=True)
class StaffFact:
    """One event about a worker or a team (`organisation:id`), holding on the days `[start, end)`."""

    kind: str
    worker: str | None
    team: str | None
    start: int
    end: int
    order: tuple[int, bytes]
    position: int
    role: str = ""


# Of a role or a team the event that begins it, and the one that ends it.
_HELD: Final = {"role_granted": "role_ended", "team_membership": "team_membership_ended"}


def held_by_staff(facts: Iterable[StaffFact], begins: str, day: int) -> list[StaffFact]:
    """The roles that were granted, or the memberships of teams, that workers hold on a day: the last word on each.

    `begins`: `role_granted` or `team_membership`.
    """
    last: dict[tuple[str | None, str | None, str], StaffFact] = {}
    for fact in facts:
        if fact.kind in (begins, _HELD[begins]) and fact.start <= day:
            key = (fact.worker, fact.team, fact.role if begins == "role_granted" else "")
            if key not in last or fact.order > last[key].order:
                last[key] = fact
    return [fact for fact in last.values() if fact.kind == begins and day < fact.end]


def workers_left(facts: Iterable[StaffFact], day: int) -> dict[str, int]:
    """The workers who have left by a day, and when: the last word on each that holds on that day."""
    last: dict[str, StaffFact] = {}
    for fact in facts:
        if fact.kind not in ("worker", "worker_left") or fact.worker is None or not fact.start <= day < fact.end:
            continue
        known = last.get(fact.worker)
        if known is None or (fact.start, fact.order) > (known.start, known.order):
            last[fact.worker] = fact
    return {worker: fact.start for worker, fact in last.items() if fact.kind == "worker_left"}


def staff_fact(event: Event) -> StaffFact:
    """What an event about staff is about."""
    end = event.effective_to
    return StaffFact(
        event.effect.kind, worker_key(event.body.get("worker")), team_key(event.body.get("team")), event.effective_from,
        FOREVER if end is None else end, event.order, event.position, service_of(event.effect, event.body),
    )  # fmt: skip


Opener = Callable[[int], Mapping[str, Any]]


class Reference:
    """What stands on a day; bodies are opened when they are asked for. `opened` gives the body of a position.

    `closed` are the last words on organisations that are no more, `agreements` those on sharing agreements.
    """

    def __init__(
        self, said: Sequence[Stated], opened: Opener, closed: Sequence[Stated] = (), agreements: Sequence[Stated] = ()
    ) -> None:
        self._closed = _closed(closed, opened)
        self.agreements = [agreement_of(opened(one.position), one.start, one.end) for one in agreements]
        self._bodies: dict[str, list[Mapping[str, Any]]] = {}
        for one in said:
            if one.kind in KINDS:
                self._bodies.setdefault(one.kind, []).append(opened(one.position))

    def thresholds(self) -> dict[str, int]:
        """The threshold of each rule that has one set."""
        return {body["rule"]: int(body["value"]) for body in self._bodies.get(THRESHOLD, ())}

    def organisations(self) -> Mapping[str, Mapping[str, Any]]:
        """Each registered organisation by its code."""
        return self._by_code

    def expected_feeds(self) -> Expected:
        """What is expected of feeds, and of whose nothing more is."""
        bodies = self._bodies.get(EXPECTED_FEED, ())
        return Expected({(body["organisation"], body["feed"]): body["allowance_days"] for body in bodies}, self._closed)

    @property
    def calendars(self) -> Sequence[Mapping[str, Any]]:
        """The calendars of schools that stand."""
        return self._bodies.get(SCHOOL_TERMS, [])

    def is_school_day(self, school: str | None = None) -> Callable[[int], bool]:
        """Whether a day is a school day, at a school or at those that no calendar names; Monday to Friday without a calendar."""
        return school_days(self.calendars, school)

    @cached_property
    def _by_code(self) -> dict[str, Mapping[str, Any]]:
        return {body["code"]: body for body in self._bodies.get(ORGANISATION, ())}

    @cached_property
    def area_maps(self) -> list[AreaMap]:
        """The maps that stand."""
        return area_maps(self._bodies.get(AREA_MAP, ()))


def school_days(calendars: Sequence[Mapping[str, Any]], school: str | None = None) -> Callable[[int], bool]:
    """Whether a day is a school day by some calendars, as `Reference.is_school_day`."""
    own = [body for body in calendars if school in body["schools"]]
    chosen = own or [body for body in calendars if not body["schools"]]
    if not chosen:
        return is_weekday
    terms = [(term["from"], term["to"]) for body in chosen for term in body["terms"]]
    closed = [(span["from"], span["to"]) for body in chosen for span in body["closed"]]
    first, last = min((a for a, _ in terms), default=FOREVER), max((b for _, b in terms), default=0)

    def is_school_day(day: int) -> bool:
        if not first <= day < last:  # no calendar says anything of that day
            return is_weekday(day)
        return is_weekday(day) and _in(day, terms) and not _in(day, closed)

    return is_school_day


def _closed(said: Sequence[Stated], opened: Opener) -> dict[str, Closing]:
    found: dict[str, Closing] = {}
    for one in said:
        before, successors = found.get(one.name, Closing(one.end)), frozenset(opened(one.position)["successors"])
        found[one.name] = Closing(max(before.day, one.end), before.successors | successors)
    return found


def _in(day: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= day < end for start, end in spans)


def reference_at(history: Iterable[Event], day: int) -> Reference:
    """What stands on a day, from whole histories."""
    events = {int(event.position): event for event in history if event.act is Act.REFERENCE}
    said = [stated(event) for event in events.values()]
    over, agreements = closings(said, day), agreements_made(said, day)
    return Reference(standing(said, day), lambda position: events[position].body, over, agreements)
