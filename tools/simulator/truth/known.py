"""What can be known of one child on a day, in plain words: on a roll, registered, supported, placed, led.

Worked out from what was told of its life. Days are ordinals; "since" is found by walking back day by day to the first
day on which a thing was so, which is slow and easy to believe.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby

from tools.simulator.ledger import Row, Told
from tools.simulator.truth.ages import grown_up

Number = tuple[str, str]
Spells = list["Spell"]

LAPSES_AFTER = 365  # days without a sign of life, for help and involvements
COVER = ("cover_started", "cover_ended")
EARLIEST = date(1990, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Spell:
    """Something that began and may have ended; `told` is what its start said, `over` what its end said."""

    start: int
    end: int | None
    told: Row
    over: Row | None = None
    confirmed: int | None = None
    lapses: bool = True

    def on(self, day: int) -> bool:
        """Whether it had begun and not ended."""
        return self.start <= day and (self.end is None or day < self.end)

    @property
    def over_from(self) -> int | None:
        """From when it is not on any more, by its end or for want of confirmation."""
        unheard_of = max(self.start, self.confirmed or 0) + LAPSES_AFTER if self.lapses else None
        return unheard_of if self.end is None else self.end

    def alive_on(self, day: int) -> bool:
        """Whether it was on, and not too long unconfirmed."""
        fresh = not self.lapses or day < max(self.start, self.confirmed or 0) + LAPSES_AFTER
        return self.on(day) and (self.end is not None or fresh)


def nowhere(address: Row) -> bool:
    """Whether an address says that nobody knows one."""
    return bool(address["status"] == "none_known" or address["residence"] == "no_fixed_abode")


def spells(starts: Iterable[Row], ends: Iterable[Row]) -> Spells:
    """Spells of one thing at one place, from its starts and ends.

    A start while one runs says it again; an end while none runs says nothing. On a day with both, what runs ends first.
    """
    signs = sorted(
        [*((row["day"], False, row) for row in starts), *((row["day"], True, row) for row in ends)], key=_day
    )
    found: Spells = []
    running: Row | None = None
    for day, on_day in groupby(signs, key=_day):
        for _, ends_it, row in sorted(on_day, key=lambda sign: sign[1] is (running is None)):
            if ends_it and running is not None:
                found.append(Spell(running["day"], day, running, row))
                running = None
            elif not ends_it and running is None:
                running = row
    if running is not None:
        found.append(Spell(running["day"], None, running))
    return found


def _day(sign: tuple[int, bool, Row]) -> int:
    return sign[0]


def one_spell(starts: list[Row], ends: list[Row], confirms: Iterable[Row] = ()) -> Spells:
    """The spell that a reference names: its start, and its end if that was told."""
    if not starts:
        return []
    start, over = starts[-1], ends[-1] if ends else None
    end = over["day"] if over else start.get("until")
    return [Spell(start["day"], end, start, over, max((row["day"] for row in confirms), default=None))]


def first_day(so: Callable[[int], bool], day: int) -> int:
    """The first day of the unbroken run of days, up to `day`, on which something was so; it is so on `day`."""
    while day > EARLIEST and so(day - 1):
        day -= 1
    return day


@dataclass(frozen=True)
class Known:
    """One child as it can be known: numbers that are known to be one child's, and what was told under them.

    `kin`: who else is in its families on the day of the truth.
    """

    numbers: frozenset[Number]
    told: Told = field(repr=False)
    child: int
    kin: tuple["Known", ...] = field(default=(), repr=False)

    def of(self, *kinds: str) -> list[Row]:
        """What was told of some kinds, in order of the telling."""
        found = [pair for kind in kinds for pair in self._by_kind.get(kind, ())]
        return [row for _, row in sorted(found, key=lambda pair: pair[0])]

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[int, Row]]]:
        kinds: dict[str, list[tuple[int, Row]]] = defaultdict(list)
        for number, row in enumerate(self.told):
            kinds[row["kind"]].append((number, row))
        return kinds

    @cached_property
    def born(self) -> int | None:
        """The date of birth, if anybody stated it."""
        return next((row["born"] for row in self.told if row["full"]), None)

    @property
    def numbered(self) -> bool:
        """Whether a school or the health service would know it by one of these numbers."""
        return any(scheme in ("nhs", "upn") for scheme, _ in self.numbers)

    # ---- life

    @cached_property
    def death(self) -> int | None:
        """The day of a death that stands: told, and not withdrawn since."""
        said = sorted(self.of("died", "death_reported", "death_withdrawn"), key=lambda row: row["written"])
        return said[-1]["day"] if said and said[-1]["kind"] != "death_withdrawn" else None

    @cached_property
    def addresses(self) -> list[Row]:
        """Addresses in order of the day from which they hold, one a day; a placement is one."""
        by_day: dict[int, Row] = {}
        for row in sorted(self.of("born", "moved"), key=lambda row: row["written"]):
            by_day[row["day"]] = row
        by_day.update({row["day"]: row for row in self.of("placed")})
        return [by_day[day] for day in sorted(by_day)]

    def address(self, day: int) -> Row | None:
        """Where it lives on a day: where it is placed, while that lasts and it has not left England."""
        past = [row for row in self.addresses if row["day"] <= day]
        placed = [one for one in self.placements if one.on(day)]
        if placed and past[-1]["status"] != "left_england":
            return max(placed, key=lambda one: one.start).told
        return past[-1] if past else None

    def home(self, day: int) -> Row | None:
        """Where it lives, or, where nobody knows that, where it lived last."""
        here = self.address(day)
        if here is None or not nowhere(here):
            return here
        before = [row for row in self.addresses if row["day"] <= day and not nowhere(row)]
        return before[-1] if before else None

    def vanished(self, day: int) -> bool:
        """Whether nobody knows where it lives now."""
        here = self.address(day)
        over = here is not None and here["kind"] == "placed" and not any(one.on(day) for one in self.placements)
        return here is not None and (over or nowhere(here))

    @cached_property
    def first_heard_of(self) -> int | None:
        """The first day of anything that was told of the child itself."""
        silent = ("related", "unrelated", "absent", "attended", "died", "death_reported", "death_withdrawn")
        return min((row["day"] for row in self.told if row["kind"] not in silent), default=None)

    def gone(self, day: int) -> bool:
        """Whether the child has died, or lives outside England."""
        here = self.address(day)
        return (self.death is not None and self.death <= day) or (here is not None and here["status"] == "left_england")

    def quiet(self, day: int) -> bool:
        """Whether there is no more to be asked after: the child is gone, or grown up."""
        return self.gone(day) or (self.born is not None and day >= grown_up(self.born))

    # ---- school and practice

    @cached_property
    def stays(self) -> Spells:
        """Stays at schools."""
        return self._at("school", "school_started", "school_left")

    @cached_property
    def registrations(self) -> Spells:
        """Registrations with practices."""
        return self._at("practice", "gp_joined", "gp_left")

    def _at(self, where: str, starts: str, ends: str) -> Spells:
        places = sorted({row[where] for row in self.of(starts)})
        return [
            spell
            for place in places
            for spell in spells(
                [row for row in self.of(starts) if row[where] == place],
                [row for row in self.of(ends) if row[where] == place],
            )
        ]

    @cached_property
    def exclusions(self) -> Spells:
        """Suspensions and permanent exclusions."""
        suspended = self._by_reference("suspended", "suspension_ended")
        return [*self._by_reference("excluded", "exclusion_concluded"), *suspended]

    @cached_property
    def elsewhere(self) -> Spells:
        """Provision by somebody else than a school that has the child on roll, and teaching at home."""
        provided = self._by_reference("provided", "provision_ended")
        return [*provided, *self._by_reference("home_taught", "home_taught_ended")]

    def taught(self, day: int) -> bool:
        """Whether anybody says that the child is taught somewhere."""
        return any(one.on(day) for one in (*self.stays, *self.elsewhere))

    @cached_property
    def centres(self) -> Spells:
        """Registrations with children's centres."""
        return self._at("centre", "centre_registered", "centre_left")

    @cached_property
    def followed(self) -> Spells:
        """Times on a health visitor's caseload, and with support for special educational needs."""
        starts, ends = self.of("caseload_started"), self.of("caseload_ended")
        return [*spells(starts, ends), *self._by_reference("sen_started", "sen_ended")]

    @cached_property
    def contacts(self) -> list[int]:
        """Days on which a school, a health or an early years service had to do with the child, but for marks."""
        provided = self._by_reference("provided", "provision_ended")
        spans = [*self.stays, *self.registrations, *provided, *self.centres, *self.followed]
        days = [day for one in spans for day in (one.start, one.end) if day is not None]
        return sorted([*days, *self.days_of("review_done", "seen", "emergency", "centre_attended")])

    def days_of(self, *kinds: str) -> list[int]:
        """The days of what was told of some kinds, as often as it was so."""
        return sorted(row["day"] for row in self.of(*kinds))

    # ---- help

    @cached_property
    def plans(self) -> dict[str, Spells]:
        """Plans and times in care, by kind; they do not lapse."""
        kinds = ("in_need", "protection", "looked_after")
        found = {kind: self._by_reference(f"{kind}_started", f"{kind}_ended") for kind in kinds}
        return {kind: [replace(one, lapses=False) for one in plans] for kind, plans in found.items()}

    @cached_property
    def assessments(self) -> Spells:
        """Assessments from their start; they do not lapse."""
        return [replace(one, lapses=False) for one in self._by_reference("assessment_started", "assessment_completed")]

    @cached_property
    def placements(self) -> Spells:
        """Temporary accommodation."""
        return self._by_reference("placed", "placement_ended")

    @cached_property
    def helps(self) -> Spells:
        """Early help plans."""
        return self._by_reference("help_started", "help_ended")

    @cached_property
    def seats(self) -> Spells:
        """Seats in the team around the child, and times of standing in for a lead; neither lapses."""
        posts = {(row["organisation"], row["role"]) for row in self.of("cover_started")}
        covers = [
            spell
            for post in sorted(posts)
            for spell in spells(*([r for r in self.of(k) if (r["organisation"], r["role"]) == post] for k in COVER))
        ]
        return [replace(one, lapses=False) for one in (*self._by_reference("member_agreed", "member_left"), *covers)]

    @cached_property
    def involvements(self) -> Spells:
        """Services that work, or worked, with the child."""
        named = self._by_reference("involvement_started", "involvement_ended", "involvement_confirmed")
        services: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.of("involvement_started", "involvement_confirmed", "involvement_ended"):
            if row["reference"] is None:
                services[row["organisation"], row["service"]].append(row)
        return [*named, *(spell for rows in services.values() for spell in _unnamed(rows))]

    @property
    def additional(self) -> Spells:
        """Help that is not for everybody."""
        chosen = [spell for spell in self.involvements if spell.told["provision"] == "additional"]
        return [*self.helps, *chosen, *self.social_care]

    @property
    def social_care(self) -> Spells:
        """All plans and times in care."""
        return [one for plans in self.plans.values() for one in plans]

    def _by_reference(self, starts: str, ends: str, confirms: str = "") -> Spells:
        by_reference: dict[tuple[str | None, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.of(starts, ends, confirms):
            if row["reference"] is not None:
                by_reference[row.get("organisation"), row["reference"]][row["kind"]].append(row)
        return [
            spell for rows in by_reference.values() for spell in one_spell(rows[starts], rows[ends], rows[confirms])
        ]


def _unnamed(rows: list[Row]) -> Spells:
    starts = [row for row in rows if row["kind"] == "involvement_started"]
    ends = [row for row in rows if row["kind"] == "involvement_ended"]
    fixed = [Spell(row["day"], row["until"], row) for row in starts if row["until"] is not None]
    found = [*fixed, *spells([row for row in starts if row["until"] is None], ends)]
    for row in rows:
        if row["kind"] != "involvement_confirmed":
            continue
        homes = [n for n, one in enumerate(found) if one.start <= row["day"] and (one.end or row["day"]) >= row["day"]]
        if homes:
            last = max(homes, key=lambda n: found[n].start)
            found[last] = replace(found[last], confirmed=max(row["day"], found[last].confirmed or 0))
    return found


def known_children(told: Told) -> list[Known]:
    """The children that can be told apart in what was told of a family.

    Numbers are one child's where an agency stated them of one child, with its date of birth, and the date of birth was
    stated under the other number too; or where one was said to have replaced the other.
    """
    dated = {_number(row["numbers"][0]) for row in told if row["full"]}
    group: dict[Number, set[Number]] = {}
    for row in told:
        numbers = [_number(one) for one in row["numbers"]]
        mine = group.setdefault(numbers[0], {numbers[0]})
        former = (numbers[0][0], row["former"]) if row.get("former") else None
        for other in [*numbers[1:], *([former] if former else [])]:
            theirs = group.setdefault(other, {other})
            if theirs is not mine and (other == former or (numbers[0] in dated and other in dated)):
                mine |= theirs
                for one in theirs:
                    group[one] = mine
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in told:
        rows[id(group[_number(row["numbers"][0])])].append(row)
    return [
        Known(frozenset(group[_number(found[0]["numbers"][0])]), found, found[0]["child"]) for found in rows.values()
    ]


def _number(pair: list[str]) -> Number:
    return pair[0], pair[1]
