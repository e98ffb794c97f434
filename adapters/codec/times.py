"""Civil dates and instants as text (RFC 3339) and as Avro's numbers."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from adapters.codec.limits import FIRST_INSTANT, LAST_INSTANT, MICROSECONDS_A_DAY
from domain.dates import from_day, parse_day, to_day
from domain.errors import Rejected

DATE_RULE: Final = "a date is written YYYY-MM-DD"
INSTANT_RULE: Final = "an instant is written YYYY-MM-DDThh:mm:ss, with Z or an offset"
IMPOSSIBLE_RULE: Final = "no calendar or clock shows it"

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def read_date(text: str, field: str | None = None) -> int:
    """Day number of an RFC 3339 full-date; raises Rejected `bad_value` for its form, `impossible_date` for no day."""
    if not _DATE.fullmatch(text):
        raise Rejected("bad_value", field, DATE_RULE)
    try:
        return parse_day(text)
    except ValueError:
        pass
    raise Rejected("impossible_date", field, IMPOSSIBLE_RULE)


def read_instant(text: str, field: str | None = None) -> int:
    """Microseconds of an RFC 3339 date-time; digits beyond microseconds are cut off, a leap second is refused."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise Rejected("bad_value", field, INSTANT_RULE)
    day_text, hour, minute, second, fraction, sign, east_hours, east_minutes = match.groups()
    day = read_date(day_text, field)
    east = int(east_hours or 0) * 60 + int(east_minutes or 0)
    if (
        int(hour) > 23
        or int(minute) > 59
        or int(second) > 59
        or int(east_hours or 0) > 23
        or int(east_minutes or 0) > 59
    ):
        raise Rejected("impossible_date", field, IMPOSSIBLE_RULE)
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second) - (-east if sign == "-" else east) * 60
    micros = day * MICROSECONDS_A_DAY + seconds * 1_000_000 + int((fraction or "").ljust(6, "0")[:6])
    if not FIRST_INSTANT <= micros <= LAST_INSTANT:
        raise Rejected("impossible_date", field, IMPOSSIBLE_RULE)
    return micros


def write_date(day: int) -> str:
    """RFC 3339 full-date of a day number."""
    return from_day(day).isoformat()


def write_instant(micros: int) -> str:
    """RFC 3339 date-time in UTC, with a fraction only where there is one."""
    return (_EPOCH + micros * _MICROSECOND).isoformat().replace("+00:00", "Z")


def micros_of(instant: datetime) -> int | None:
    """Microseconds of an aware datetime; None for a naive one, which is no instant."""
    if instant.tzinfo is None:
        return None
    return (instant - _EPOCH) // _MICROSECOND


def day_of(value: date) -> int:
    """Day number of a civil date."""
    return to_day(value)
