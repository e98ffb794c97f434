"""Civil dates, and times of knowing, as people and programs write them; for the API and the command line alike."""

import re
from datetime import date, datetime
from typing import Final

from domain.dates import EARLIEST, from_day, parse_day
from domain.errors import Rejected

DAY_RULE: Final = "a date is written YYYY-MM-DD and lies between 1900 and 2199"
KNOWN_AT_RULE: Final = "a position (digits, or generation:number), or an RFC 3339 instant with its zone"
_POSITION: Final = re.compile(r"(?:\d{1,9}:)?\d{1,18}", re.ASCII)
_LAST: Final = date(2199, 12, 31)


def read_day(text: str, field: str) -> date:
    """A date as typed; raises Rejected (`impossible_date`) for anything else."""
    try:
        day = from_day(parse_day(text))
    except ValueError:
        day = None
    if day is None or not from_day(EARLIEST) <= day <= _LAST:
        raise Rejected("impossible_date", field, DAY_RULE)
    return day


def is_known_at(text: str) -> bool:
    """Whether a text has the form of a position or of an instant with its zone."""
    if _POSITION.fullmatch(text):
        return True
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
