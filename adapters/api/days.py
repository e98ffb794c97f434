"""Civil dates as people and programs ask with them; used by the API and the command line alike."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from adapters.clock import Clock
from domain.dates import EARLIEST, from_day, parse_day
from domain.errors import Rejected

LONDON: Final = ZoneInfo("Europe/London")
DAY_RULE: Final = "a date is written YYYY-MM-DD and lies between 1900 and 2199"
_LAST: Final = date(2199, 12, 31)


def today(clock: Clock) -> date:
    """The civil date in London now: the day asked about when none is named."""
    return clock.now().astimezone(LONDON).date()


def read_day(text: str, field: str) -> date:
    """A date as typed; raises Rejected (`impossible_date`) for anything else."""
    try:
        day = from_day(parse_day(text))
    except ValueError:
        day = None
    if day is None or not from_day(EARLIEST) <= day <= _LAST:
        raise Rejected("impossible_date", field, DAY_RULE)
    return day
