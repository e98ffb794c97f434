"""The lives of an area's families, day by day: what happened, not what any agency says of it.

Each kind of happening has a rate, and falls evenly over the days: in an area of 500 children each kind that has a
`least` still happens that often a year. Rates are per child or family and year; those without a source are assumed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tools.simulator import care, family_life, health_life, helping, home_life, needs, school_life, staff, support
from tools.simulator.cases import by_hand
from tools.simulator.district import District
from tools.simulator.plan import Plan
from tools.simulator.school_life import first_day
from tools.simulator.world import Fact, Step, Story, World

KNOWN_AT_START = 0.08  # of families, to the authority
HISTORY = 300  # days before the start from which help is played


@dataclass(frozen=True, slots=True)
class Hazard:
    """A kind of happening: its story, its rate a year and of what, and how often at least, all told.

    Unless on `any_day`, it happens on working days; those `before_start` are played for some time before it too.
    """

    story: Callable[[World, date], Iterator[Step]]
    rate: float
    of: str
    least: float = 0
    any_day: bool = False
    before_start: bool = False


HAZARDS = (
    Hazard(home_life.birth, 0.055, "child", 2, any_day=True),  # one eighteenth, so that numbers stay
    Hazard(home_life.move, 0.13, "family", 3),  # with those of practices: 300 to 600 a week for 45,000 (domain.md I)
    Hazard(home_life.switch_practice, 0.03, "family", 1),
    Hazard(home_life.removed_by_practice, 0.008, "family", 2),
    Hazard(home_life.arrive, 0.02, "family", 1),
    Hazard(home_life.depart, 0.02, "family", 1),
    Hazard(home_life.placement, 0.012, "family", 2.5, before_start=True),
    Hazard(home_life.death, 0.0002, "child", 1.5, any_day=True),
    Hazard(home_life.death_by_mistake, 0.00003, "child", 1.5),
    Hazard(school_life.change_of_mind, 0.015, "child", 1),
    Hazard(school_life.taught_at_home, 0.005, "child", 1),  # 126,000 of 9 million and rising (domain.md I)
    Hazard(school_life.long_absence, 0.006, "child", 2),
    Hazard(school_life.ill_for_long, 0.008, "child", 1),
    Hazard(helping.referral, 0.053, "child", 2, before_start=True),  # 633,000 of 12 million (domain.md I)
    Hazard(helping.contact, 0.06, "child", 2),
    Hazard(helping.early_help, 0.03, "child", 3, before_start=True),
    Hazard(helping.therapy, 0.06, "child", 2, before_start=True),
    Hazard(helping.young_carer, 0.006, "child", 1, before_start=True),
    Hazard(needs.sen_support, 0.03, "child", 3, before_start=True),
    Hazard(needs.ehcp, 0.008, "child", 4, before_start=True),
    Hazard(needs.ehcp_for_a_time, 0.002, "child", 4, before_start=True),
    Hazard(family_life.separation, 0.008, "family", 2),
    Hazard(family_life.several_moves, 0.004, "family", 1),
    Hazard(family_life.abroad, 0.003, "family", 1),
    Hazard(family_life.adoption, 0.00025, "child", 1),
    Hazard(school_life.excluded, 0.0008, "child", 1),
    Hazard(school_life.suspended, 0.02, "child", 2),
    Hazard(health_life.emergency, 0.25, "child", 2, any_day=True),
    Hazard(health_life.missed_appointments, 0.02, "child", 3),
    Hazard(
        care.looked_after, 0.006, "child", 2, before_start=True
    ),  # 1.32 % of children at a time (domain.md I, one area)
    Hazard(care.missing, 0.006, "child", 2, any_day=True),
    Hazard(staff.leaves, 0.0005, "child", 1),  # one worker in nine a year
)


class Lives:
    """A district's lives from the start of a plan; `history` first, then `day` for each day in turn."""

    def __init__(self, plan: Plan, district: District) -> None:
        self.world = World(plan, district)
        self._plan = plan
        self._agenda: dict[int, list[Story]] = {}
        self._due = [self.world.rng.random() for _ in HAZARDS]

    def history(self) -> Iterator[Fact]:
        """What had happened before the start and still matters: homes, practices, schools, help."""
        world, start = self.world, self._plan.start
        eve = start - timedelta(days=1)
        cases = by_hand(world) if self._plan.cases else []
        yield from self._go_on(staff.registered(world, start - timedelta(days=HISTORY)), eve)
        for family in (*world.families, *(case.family for case in cases)):
            for child in family.children:
                here = max(child.born, family.since)
                yield Fact("moved", child, here, {"address": home_life.address_of(world, family)})
                if child.practice is not None:
                    joined = min(here + timedelta(days=30), eve)
                    yield Fact("gp_joined", child, joined, {"practice": child.practice})
                if child.school is not None:
                    started = min(first_day(child, start), eve)
                    yield Fact("school_started", child, started, {"school": child.school, "status": "C"})
                if child.born > start - home_life.FIVE_YEARS and family.slot >= 0:  # not of a family set by hand
                    visited = here + timedelta(days=12)
                    yield from self._go_on(home_life.health_visiting(world, child, visited), eve)
            if world.chance(KNOWN_AT_START):
                opened = max(family.since, min(child.born for child in family.children))
                yield from self._go_on(support.known(family, opened), eve)
        for case in cases:
            yield from self._go_on(case.story, eve)
        for hazard in HAZARDS:
            if hazard.before_start:
                for _ in range(round(self._a_day(hazard) * HISTORY)):
                    day = world.later(start - timedelta(days=HISTORY + 3), 0, HISTORY)
                    yield from self._go_on(hazard.story(world, day), eve)

    def day(self, today: date) -> Iterator[Fact]:
        """What happens today."""
        for story in self._agenda.pop(today.toordinal(), ()):
            yield from self._go_on(story, today)
        if (today.month, today.day) == (9, 1):
            yield from self._go_on(school_life.new_school_year(self.world, today), today)
        for n, hazard in enumerate(HAZARDS):
            self._due[n] += self._a_day(hazard)
            while self._due[n] >= 1 and (hazard.any_day or today.weekday() < 5):
                self._due[n] -= 1
                if self.world.families:
                    yield from self._go_on(hazard.story(self.world, today), today)

    def _a_day(self, hazard: Hazard) -> float:
        of = len(self.world.families) if hazard.of == "family" else self._plan.children
        return max(hazard.rate * of, hazard.least / self.world.district.of) / 365.25

    def _go_on(self, story: Story, today: date) -> Iterator[Fact]:
        """Play a story up to today, and put it on the agenda of the day on which it goes on."""
        for step in story:
            if isinstance(step, Fact):
                yield step
            elif step > today:
                self._agenda.setdefault(step.toordinal(), []).append(story)
                break
        while self.world.begun:
            yield from self._go_on(self.world.begun.pop(0), today)
