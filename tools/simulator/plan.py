"""What to simulate: an area, a period, a seed, and how well its agencies' systems behave."""

from dataclasses import dataclass
from datetime import date

from domain.errors import Misuse
from tools.simulator.noise import USUAL

AREAS = {"northmoor": "Northmoor"}
MOST_CHILDREN = 400_000
EARLIEST_YEAR, LATEST_YEAR = 2000, 2099


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of the simulator; equal plans give equal events.

    `start` is the first day and `end` the day after the last. Shares are of events, 0 to 1, and assumed (no source
    states them): `late` is written down by the agency 2 to 30 days later than usual (marks: 1 to 5), `resent` is
    published a second time unchanged, `reordered` is published 1 to 30 hours after it was written down, `corrected`
    first says something wrong and is put right, `mistaken` is also said of a wrong child and then retracted.
    Each of `silent_feeds`, an (organisation, event type), publishes nothing from `silent_from` on (the start, if not
    given), not even a report of its feed; `silent` is a share of all feeds that do so from the middle of the period on.
    `duplicated` is published twice in a row, `missing` is lost on its way and made good up to ten days later, and for so
    many events beside them a `malformed` one is published that nobody can read. With `cases`, a few families set by hand
    live in the area besides, whatever the seed. `thresholds` are set by the authority on the first day: rule and number.
    The truth is `as_of` a day, and as it could be known by then; if not given, of the end. Mistakes made before that day
    are put right before it. Raises `Misuse`.
    """

    area: str
    children: int
    start: date
    end: date
    seed: int
    marks: bool = True
    late: float = 0.02
    resent: float = 0.005
    reordered: float = 0.01
    corrected: float = 0.01
    mistaken: float = 0.008
    duplicated: float = 0.0
    missing: float = 0.0
    malformed: float = 0.0
    cases: bool = True
    thresholds: tuple[tuple[str, int], ...] = ()
    silent: float = 0.0
    silent_feeds: tuple[tuple[str, str], ...] = ()
    silent_from: date | None = None
    as_of: date | None = None

    def __post_init__(self) -> None:
        if self.area.casefold() not in AREAS:
            raise Misuse(f"area must be one of: {', '.join(AREAS.values())}")
        if not 1 <= self.children <= MOST_CHILDREN:
            raise Misuse(f"children must be 1 to {MOST_CHILDREN}: the NHS numbers of the test range do not go further")
        if not 0 <= self.seed < 1 << 63:
            raise Misuse("seed must be 0 to 9223372036854775807")
        if self.start.year < EARLIEST_YEAR or self.end.year > LATEST_YEAR:
            raise Misuse(f"days must lie in {EARLIEST_YEAR} to {LATEST_YEAR}")
        if self.end <= self.start:
            raise Misuse("the end must be after the start")
        if not self.start < self.truth_of <= self.end:
            raise Misuse("the truth is as of a day after the first, and not after the end")
        for name in USUAL:
            if not 0 <= getattr(self, name) <= 1:
                raise Misuse(f"{name} is a share, 0 to 1")

    @property
    def area_name(self) -> str:
        """The area's name as it is written."""
        return AREAS[self.area.casefold()]

    @property
    def truth_of(self) -> date:
        """The day that the truth is of: what was published on it, or later, is not known."""
        return self.end if self.as_of is None else self.as_of

    @property
    def days(self) -> int:
        """Days in the period."""
        return (self.end - self.start).days
