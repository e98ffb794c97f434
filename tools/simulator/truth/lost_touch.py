"""The signs that a child has lost touch with a service, as anybody would find them who knew what was told.

The table is of the signs that the field names (domain.md F); thresholds are the field's, not taken from our rules.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tools.simulator.truth import unseen
from tools.simulator.truth.ages import months_later, school_age
from tools.simulator.truth.known import Known, first_day
from tools.simulator.truth.unseen import weekdays, without_practice

DAYS_BETWEEN_PRACTICES = 30
DAYS_AFTER_DROPPING_OUT = 28
DAYS_AWAY, MANY_DAYS_AWAY = 10, 20  # school days
DAYS_AFTER_LEAVING = 15  # school days, here Monday to Friday
SEVERAL_HOMES = 3
LOST_TOUCH = ("disengaged", "not_contactable")
REMOVED = ("practice_request", "returned_undelivered")
MONTHS_AFTER_REMOVAL = 12
SEVERAL_PRACTICES, MONTHS_OF_PRACTICES = 3, 24
# Days after which a feed that says nothing counts as silent; registers are sent daily.
SILENT_AFTER, REGISTERS_SILENT_AFTER = 14, 7


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. `since`: from which day it holds on a day, if it does, and on which organisation's word it rests.

    It is known only if the feeds of `all_feeds` were heard from all, or that of `own_feed` from that organisation.
    `each`: as `since`, where it may hold several times at once; `only_heard`: nothing is said where its feeds were not.
    """

    id: str
    domains: tuple[str, ...]
    since: Callable[[Known, int], unseen.Found] | None
    all_feeds: tuple[str, ...] = ()
    own_feed: str | None = None
    needs_number: bool = False
    only_heard: bool = False
    each: Callable[[Known, int], list[tuple[int, str | None]]] | None = None

    def found(self, child: Known, today: int) -> list[tuple[int, str | None]]:
        """Each time that it holds today."""
        if self.each is not None:
            return self.each(child, today)
        one = self.since(child, today) if self.since is not None else None
        return [one] if one else []


def _no_school(child: Known, today: int) -> tuple[int, str | None] | None:
    if child.born is None:
        return None
    begins, ends = school_age(child.born)

    def missing(day: int) -> bool:
        return begins <= day < ends and not child.quiet(day) and not child.taught(day)

    return (first_day(missing, today), None) if missing(today) else None


def _lost_leaver(child: Known, today: int) -> tuple[int, str | None] | None:
    if child.born is None:
        return None
    begins, ends = school_age(child.born)

    def without_place(day: int) -> bool:
        return begins <= day < ends and not child.taught(day)

    if not without_place(today) or child.quiet(today):
        return None
    since = first_day(without_place, today)
    left = [stay.over for stay in child.stays if stay.end == since and stay.over]
    unknown = any(row["destination"] in (None, "unknown") for row in left)
    return (since, None) if unknown and weekdays(since, today) >= DAYS_AFTER_LEAVING else None


def _ten_days_away(child: Known, today: int) -> tuple[int, str | None] | None:
    return _away(child, today, DAYS_AWAY)


def _twenty_days_away(child: Known, today: int) -> tuple[int, str | None] | None:
    return _away(child, today, MANY_DAYS_AWAY)


def _away(child: Known, today: int, enough: int) -> tuple[int, str | None] | None:
    for row in child.of("absent"):
        left = any(
            stay.told["school"] == row["school"] and stay.end is not None and row["day"] < stay.end <= today
            for stay in child.stays
        )
        if row["days"] >= enough and not left and not child.quiet(today):
            return row["day"], f"urn-{row['school']}"
    return None


def _no_gp(child: Known, today: int) -> tuple[int, str | None] | None:
    if child.quiet(today) or unseen.has_practice(child, today):
        return None
    lost, never = without_practice(child, today), unseen.never_registered(child, today)
    since, wait = (lost, DAYS_BETWEEN_PRACTICES) if lost is not None else never or (None, 0)
    without_since = first_day(lambda day: not unseen.has_practice(child, day), today)
    refused = [day for day in child.days_of("gp_refused") if without_since <= day <= today]
    if refused:
        return min(refused[0], refused[0] if since is None else since), None
    return None if since is None or today < since + wait else (since, None)


def _gp_unsettled(child: Known, today: int) -> tuple[int, str | None] | None:
    times = [
        (one.end, months_later(one.end, MONTHS_AFTER_REMOVAL))
        for one in child.registrations
        if one.end is not None and one.over is not None and one.over["reason"] in REMOVED
    ]
    joined = sorted((one.start, one.told["practice"]) for one in child.registrations)
    for day, _ in joined:
        for first, _ in reversed([one for one in joined if one[0] <= day]):
            if len({where for start, where in joined if first <= start <= day}) >= SEVERAL_PRACTICES:
                times.append((day, months_later(first, MONTHS_OF_PRACTICES)))
                break

    def unsettled(day: int) -> bool:
        return not child.quiet(day) and any(start <= day < end for start, end in times)

    return (first_day(unsettled, today), None) if unsettled(today) else None


def _homeless(child: Known, today: int) -> tuple[int, str | None] | None:
    moves: list[tuple[int, str]] = []
    for row in child.addresses:
        lives_there = row["status"] in ("current", "last_known") and row["place"]
        if lives_there and (not moves or moves[-1][1] != row["place"]):
            moves.append((row["day"], row["place"]))
    third: list[tuple[int, int]] = []  # from the third home on, for a year after the first
    for n in range(len(moves)):
        for first in range(n, -1, -1):
            if len({place for _, place in moves[first : n + 1]}) >= SEVERAL_HOMES:
                third.append((moves[n][0], months_later(moves[first][0], 12)))
                break

    homes = [
        row["day"]
        for row in child.addresses
        if row["status"] == "current"
        and row["residence"] != "no_fixed_abode"
        and row["place"]
        and row["kind"] != "placed"
    ]

    def not_housed(end: int | None, day: int) -> bool:
        return end is not None and end <= day and not any(end <= home <= day for home in homes)

    def without_home(day: int) -> bool:
        here = child.address(day)
        nowhere = here is not None and (here["status"] == "none_known" or here["residence"] == "no_fixed_abode")
        placed = any(one.on(day) or not_housed(one.end, day) for one in child.placements)
        return not child.quiet(day) and (nowhere or placed or any(start <= day < end for start, end in third))

    if not without_home(today):
        return None
    since = first_day(without_home, today)
    placing = [one.told["organisation"] for one in child.placements if one.on(today)]
    return since, max(placing, default=None)


def _dropped_out(child: Known, today: int) -> tuple[int, str | None] | None:
    additional = child.additional
    began = min((one.start for one in additional), default=today)

    def alone(day: int) -> bool:
        return day > began and not any(one.on(day) for one in additional)

    if not alone(today) or child.quiet(today):
        return None
    since = first_day(alone, today)
    lost = any(one.end == since and one.over and one.over.get("reason") in LOST_TOUCH for one in additional)
    return (since, None) if lost and today >= since + DAYS_AFTER_DROPPING_OUT else None


EDUCATION, HEALTH, HOUSING, SUPPORT = ("education",), ("primary health",), ("housing",), ("support",)
MARKS = "AttendanceMarked"
SIGNS = (
    Sign("no_school", EDUCATION, _no_school, ("PupilAdmitted",), needs_number=True),
    Sign("lost_leaver", EDUCATION, _lost_leaver, ("PupilAdmitted",)),
    Sign("ten_days_absent", EDUCATION, _ten_days_away, own_feed=MARKS),
    Sign("twenty_days_absent", EDUCATION, _twenty_days_away, own_feed=MARKS),
    Sign("severe_absence", EDUCATION, unseen.severe_absence, own_feed=MARKS),
    Sign(
        "excluded_without_provision",
        EDUCATION,
        None,
        ("AlternativeProvisionStarted",),
        each=unseen.excluded_without_provision,
    ),
    Sign("no_gp", HEALTH, _no_gp, ("GpRegistered",)),
    Sign("gp_unsettled", HEALTH, _gp_unsettled, ("GpRegistered",)),
    Sign("emergency_without_gp", HEALTH, unseen.emergency_without_gp, ("GpRegistered", "EdAttendance")),
    Sign("under_five_unseen", HEALTH, unseen.under_five_unseen, ("ReviewDone",)),
    Sign("not_brought", HEALTH, unseen.not_brought, ("ContactTookPlace",)),
    Sign("homeless_or_mobile", HOUSING, _homeless, ("AddressChanged",), "TemporaryAccommodationPlaced"),
    Sign("dropped_out", SUPPORT, _dropped_out, ("InvolvementStarted",)),
    Sign("missing_without_interview", SUPPORT, unseen.missing_without_interview, ("MissingStarted",)),
    Sign(
        "no_universal_contact",
        EDUCATION + HEALTH,
        unseen.no_universal_contact,
        ("PupilAdmitted", "GpRegistered", MARKS),
    ),
    Sign("no_universal_contact", HEALTH, unseen.no_contact_before_school, ("ReviewDone",), only_heard=True),
)


def is_heard(heard: dict[tuple[str, str], int], event_type: str, organisation: str | None, today: int) -> bool:
    """Whether the feed of a type was heard lately, from one organisation or from all that have it."""
    allowed = REGISTERS_SILENT_AFTER if event_type == "AttendanceMarked" else SILENT_AFTER
    through = [day for (who, what), day in heard.items() if what == event_type and organisation in (None, who)]
    return bool(through) and min(through) >= today - allowed
