"""Signs that nobody has seen a child for long, or that what was due did not come: exclusions, reviews, appointments, returns.

Thresholds are the field's (domain.md F: D5, D7, D10 to D12, D15, D16), not taken from our rules.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from tools.simulator.truth.ages import months_later, school_age
from tools.simulator.truth.known import Known, Spell, first_day

Found = tuple[int, str | None] | None

PROVISION_DUE_AFTER = 5  # school days, here Monday to Friday
SILENT_FOR = 64  # school days: ninety days, holidays not counted
EMERGENCIES, NOT_BROUGHT, WITHIN_MONTHS = 3, 2, 6
MISSING_WITHIN = 90  # days
# Reviews of under-fives by days of age, from and to: new birth, six to eight weeks, nine to fifteen months, two to two and a half years.
REVIEWS = ((10, 14), (42, 56), (274, 457), (730, 914))
SIX_WEEKS, DAYS_TO_REGISTER = 42, 30
NO_LOSS = ("death", "embarkation")


def weekdays(since: int, today: int) -> int:
    """Weekdays after a day, up to another."""
    return sum(date.fromordinal(day).weekday() < 5 for day in range(since + 1, today + 1))


def without_practice(child: Known, day: int) -> int | None:
    """Since when the child has had no practice on a day, where it once had one and its end does not explain itself.

    A patient has one practice: whom another one takes on, the one before has no longer.
    """
    joined = min((one.start for one in child.registrations), default=day)

    def unregistered(day: int) -> bool:
        begun = [one for one in child.registrations if one.start <= day]
        left = [
            one
            for one in begun
            if any(other.start > one.start and other.told["practice"] != one.told["practice"] for other in begun)
        ]
        return day > joined and not any(one.on(day) and one not in left for one in begun)

    if not unregistered(day):
        return None
    since = first_day(unregistered, day)
    reasons = [one.over["reason"] for one in child.registrations if one.end == since and one.over]
    return None if any(reason in NO_LOSS for reason in reasons) else since


def has_practice(child: Known, day: int) -> bool:
    """Whether the child is on a practice's list on a day; whom another practice took on, the one before has no longer."""
    begun = [one for one in child.registrations if one.start <= day]
    return any(
        one.on(day)
        and not any(other.start > one.start and other.told["practice"] != one.told["practice"] for other in begun)
        for one in begun
    )


def never_registered(child: Known, day: int) -> tuple[int, int] | None:
    """Of a child whom no practice had by a day: since when one ought to, and after how many days that is said.

    Six weeks after a birth that was notified; else thirty days after anybody had to do with the child, which is taken to have been
    born as late as its term allows.
    """
    if any(one.start <= day for one in child.registrations) or child.born is None or not child.numbered:
        return None
    births = child.days_of("born")
    if births:
        return births[0], SIX_WEEKS
    heard = child.first_heard_of
    return None if heard is None else (max(heard, months_later(school_age(child.born)[0], -60)), DAYS_TO_REGISTER)


def excluded_without_provision(child: Known, today: int) -> list[tuple[int, str | None]]:
    """Each exclusion during which the child is taught nowhere else, from the sixth school day on.

    Of a permanent one from the sixth after the first; it goes on when it is upheld, until a school admits the child. A suspension
    is over when its sessions are, two to a school day.
    """
    found: list[tuple[int, str | None]] = []
    for one in child.exclusions:
        others = [stay for stay in child.stays if stay.told["school"] != one.told["school"]]
        permanent = one.told["kind"] == "excluded"
        upheld = permanent and (one.end is None or (one.over is not None and one.over["outcome"] == "upheld"))
        admitted = [stay.start for stay in child.stays if stay.start > one.start]

        def out(
            day: int,
            one: Spell = one,
            others: list[Spell] = others,
            upheld: bool = upheld,
            admitted: list[int] = admitted,
        ) -> bool:
            on = one.start <= day and not any(start <= day for start in admitted) if upheld else one.on(day)
            return on and not any(place.on(day) for place in (*child.elsewhere, *others))

        sessions = one.told.get("sessions") if one.end is None else None
        served = sessions is not None and weekdays(one.start - 1, today - 1) * 2 >= sessions
        if out(today) and not served and not child.quiet(today):
            since = first_day(out, today)
            if weekdays(since, today) >= PROVISION_DUE_AFTER + permanent:
                found.append((since, None))
    return found


def emergency_without_gp(child: Known, today: int) -> Found:
    """Three attendances at an emergency department within six months, by a child without a practice, or who never had one."""
    threes = list(_within(child.days_of("emergency"), EMERGENCIES))

    def so(day: int) -> bool:
        several = any(last <= day < months_later(first, WITHIN_MONTHS) for first, last in threes)
        never = not any(one.start <= day for one in child.registrations)
        return several and not child.quiet(day) and (never or without_practice(child, day) is not None)

    return (first_day(so, today), None) if so(today) else None


def under_five_unseen(child: Known, today: int) -> Found:
    """A review missed before school age, and nobody has seen the child since."""
    if child.born is None:
        return None
    five = school_age(child.born)[0]
    missed, seen = child.days_of("review_missed"), child.days_of("review_done", "seen")

    def so(day: int) -> bool:
        unseen = any(miss <= day and not any(miss <= one <= day for one in seen) for miss in missed)
        return unseen and day < five and not child.quiet(day)

    return (first_day(so, today), None) if so(today) else None


def not_brought(child: Known, today: int) -> Found:
    """Two appointments missed within six months, and nobody has seen the child since."""
    pairs, seen = list(_within(child.days_of("not_brought"), NOT_BROUGHT)), child.days_of("review_done", "seen")

    def so(day: int) -> bool:
        held = (
            last <= day < months_later(first, WITHIN_MONTHS) and not any(last <= one <= day for one in seen)
            for first, last in pairs
        )
        return any(held) and not child.quiet(day)

    return (first_day(so, today), None) if so(today) else None


def missing_without_interview(child: Known, today: int) -> Found:
    """Missing twice within ninety days, or an interview that was not held; and none held since."""
    days = child.days_of("missing_started")
    grounds = [(later, before + MISSING_WITHIN) for before, later in pairwise(days)]
    said = child.of("interviewed")
    grounds += [(row["day"], row["day"] + MISSING_WITHIN) for row in said if row["outcome"] != "accepted"]
    talks = [row["day"] for row in said if row["outcome"] == "accepted"]

    def so(day: int) -> bool:
        held = (start <= day < end and not any(start <= talk <= day for talk in talks) for start, end in grounds)
        return any(held) and not child.quiet(day)

    return (first_day(so, today), None) if so(today) else None


def no_universal_contact(child: Known, today: int) -> Found:
    """No school, health or early years service has had to do with the child for sixty-four school days.

    An involvement says that a worker has the child on a list, not that anybody was in contact; and of a child of school age with
    whom nobody ever was, nothing is said. After school age no service is for everybody, before it the reviews count.
    """
    past = [day for day in child.contacts if day <= today]
    begins, ends = school_age(child.born) if child.born is not None else (0, today + 1)
    if not past or not begins <= today < ends or child.quiet(today):
        return None
    at_school = [row["day"] for row in child.of("attended") if row["day"]]
    unseen = child.born is not None and past[-1] < begins and _review_missing(child, begins - 1)
    since = max([past[-1] if unseen else max(past[-1], begins), *at_school])
    return (since, None) if weekdays(since, today) >= SILENT_FOR else None


def no_contact_before_school(child: Known, today: int) -> Found:
    """Below school age: the review that was due last did not take place, nor any other contact since it could have."""
    if child.born is None or not child.numbered or today >= school_age(child.born)[0] or child.quiet(today):
        return None
    past = [day for day in child.contacts if day <= today]
    born = months_later(school_age(child.born)[0], -60)
    told = min([born, *(row["day"] for row in child.addresses)])
    at_school = [row["day"] for row in child.of("attended") if row["day"]]
    since = past[-1] if past else told
    if not _review_missing(child, today):
        return None
    if at_school and max(at_school) >= since:
        return (max(at_school), None) if weekdays(max(at_school), today) >= SILENT_FOR else None
    return since, None


def _review_missing(child: Known, day: int) -> bool:
    """Whether a review was over by a day, by the term in which the child was born, and nobody met the child from when it was due."""
    begins = school_age(child.born or 0)[0]
    eldest, youngest = months_later(begins + 1, -65), months_later(begins, -60)
    past = [one for one in child.contacts if one <= day]
    over = [(opens, closes) for opens, closes in REVIEWS if youngest + closes < day]
    return bool(over) and not any(one >= eldest + over[-1][0] for one in past)


def severe_absence(child: Known, today: int) -> Found:
    """Half or more of the school year's sessions missed."""
    years = child.of("attended")
    if not years or not years[-1]["severe"] or today >= years[-1]["year_ends"] or child.quiet(today):
        return None
    return years[-1]["severe"], f"urn-{years[-1]['missed_at']}"


def _within(days: list[int], count: int) -> Iterator[tuple[int, int]]:
    """First and last of so many days in a row that lie within six months."""
    for first, last in zip(days, days[count - 1 :], strict=False):
        if last < months_later(first, WITHIN_MONTHS):
            yield first, last
