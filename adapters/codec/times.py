"""Civil dates and instants as text and as Avro's numbers: the one place where either is read or written.

Events are strict: RFC 3339, always with a zone. Files are read as they come: an instant without a zone is London's, and
the day of an instant with one is the day that London had then.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

from adapters.codec.limits import FIRST_INSTANT, LAST_INSTANT, MICROSECONDS_A_DAY
from domain.dates import DATE_FORM, EARLIEST, LONDON, from_day, parse_day, to_day
from domain.errors import Rejected

DATE_RULE: Final = "a date is written YYYY-MM-DD"
INSTANT_RULE: Final = "an instant is written YYYY-MM-DDThh:mm:ss, with Z or an offset"
IMPOSSIBLE_RULE: Final = "no calendar or clock shows it"
FIRST_YEAR, LAST_YEAR = 1900, 2199  # beyond: a mistake, or a system's way to say "no end"
DAY_RULE: Final = f"a date is written YYYY-MM-DD and lies between {FIRST_YEAR} and {LAST_YEAR}"
KNOWN_AT_RULE: Final = "a position (digits, or generation:number), or an RFC 3339 instant with its zone"
# A date, dateTime or instant of FHIR, which xs:date and xs:dateTime are written like.
FILE_FORM: Final = re.compile(
    r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII
)

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
# The day first, then perhaps a time, then perhaps a zone, and nothing else.
_STATED: Final = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d{2}|[A-Za-z]{3})-(?P<day>\d{2})|(?P<d>\d{2})(?P<by>[/ -])(?P<m>\d{2}|[A-Za-z]{3,9})(?P=by)(?P<y>\d{4}))"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?)?"
    r"(?P<zone> ?(?:[Zz]|[+-]\d{2}(?::?\d{2})?))?",
    re.ASCII,
)
_POSITION: Final = re.compile(r"(?:(\d{1,9}):)?(\d{1,18})", re.ASCII)
_LAST_DAY: Final = to_day(date(LAST_YEAR, 12, 31))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def read_date(text: str, field: str | None = None) -> int:
    """Day number of an RFC 3339 full-date; raises Rejected `bad_value` for its form, `impossible_date` for no day."""
    if not DATE_FORM.fullmatch(text):
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


def read_day(text: str, field: str) -> date:
    """A date as people type it; raises Rejected (`impossible_date`) for anything else and for any beyond the bounds."""
    try:
        day = parse_day(text)
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= _LAST_DAY:
        raise Rejected("impossible_date", field, DAY_RULE)
    return from_day(day)


def read_zoned(text: str) -> datetime | None:
    """An instant with its zone, by a calendar date within the bounds; None for anything else."""
    if not DATE_FORM.fullmatch(text[:10]):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None and FIRST_YEAR <= instant.year <= LAST_YEAR else None


def read_known_at(text: str) -> tuple[int | None, int] | datetime | None:
    """A position as (generation, number), the first None where it is not said, or an instant; None for anything else."""
    if match := _POSITION.fullmatch(text):
        return (None if match[1] is None else int(match[1])), int(match[2])
    return read_zoned(text)


def read_of_file(text: str | None) -> datetime | None:
    """A dateTime or instant as files write it, in UTC; one without a zone is London's. None where it cannot be."""
    if text is None or not FILE_FORM.fullmatch(text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return None
    try:
        stated = datetime.fromisoformat(text)
        return (stated if stated.tzinfo is not None else stated.replace(tzinfo=LONDON)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def stated_day(text: str, last_year: int = LAST_YEAR) -> date | None:
    """The day that a file states: `2024-03-31`, `2024-Mar-31`, `31/03/2024`, `31-03-2024` or `31 March 2024`, perhaps with a time and its zone.

    A time with its zone is an instant, and its day is London's: systems that turn midnights into UTC write 1 April 2015
    as 2015-03-31T23:00:00Z. None for anything else, such as a day with other text behind it, and for days before 1900
    or after `last_year`, which are a system's way to say *none*.
    """
    found = _STATED.fullmatch(text)
    if found is None:
        return None
    try:
        day = _day_stated(found)
    except (ValueError, OverflowError):
        return None
    return day if FIRST_YEAR <= day.year <= last_year else None


def _day_stated(found: re.Match[str]) -> date:
    """Raises ValueError or OverflowError where no calendar or clock shows it."""
    month = (found["month"] or found["m"]).lower()
    number = int(month) if month.isdigit() else _month(month)
    day = date(int(found["year"] or found["y"]), number, int(found["day"] or found["d"]))
    if found["hour"] is None:
        return day
    at = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    zone = found["zone"]
    return day if zone is None else civil_day(datetime.combine(day, at, _zone(zone.strip())))


def _month(name: str) -> int:
    """The number of a month by its name, or the first three letters of it. Raises ValueError."""
    number = _MONTHS.index(name[:3])
    if name not in (_MONTHS[number], _MONTH_NAMES[number]):
        raise ValueError("a month has a name")
    return number + 1


def _zone(text: str) -> timezone:
    digits = text[1:].replace(":", "")
    if not digits:
        return UTC
    minutes = int(digits[2:] or 0)
    if minutes > 59:
        raise ValueError("an hour has sixty minutes")
    east = timedelta(hours=int(digits[:2]), minutes=minutes)
    return timezone(-east if text[0] == "-" else east)


def civil_day(instant: datetime) -> date:
    """The day of an instant in London."""
    return instant.astimezone(LONDON).date()


def timestamp(instant: datetime) -> str:
    """RFC 3339, UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
