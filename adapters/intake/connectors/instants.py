"""Days and instants as files write them: within bounds, and London's where no zone is stated."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

FIRST_YEAR, LAST_YEAR = 1900, 2199  # beyond: a mistake, or a system's way to say "no end"

# A date, dateTime or instant of FHIR, which xs:date and xs:dateTime are written like.
FORM: Final = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII)

_HOUR: Final = timedelta(hours=1)


def read_instant(text: str | None) -> datetime | None:
    """A FHIR dateTime or instant in UTC; one without a zone is London's. None where it cannot be."""
    if text is None or not FORM.fullmatch(text) or not FIRST_YEAR <= int(text[:4]) <= LAST_YEAR:
        return None
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        return None
    if stated.tzinfo is None:
        stated = stated.replace(tzinfo=UTC)
        return stated - _HOUR if _is_summer(stated - _HOUR) else stated
    return stated.astimezone(UTC)


def civil_day(instant: datetime) -> date:
    """The day of an instant in London."""
    universal = instant.astimezone(UTC)
    return (universal + _HOUR if _is_summer(universal) else universal).date()


def _is_summer(universal: datetime) -> bool:
    """Whether London is an hour ahead: from the last Sunday in March to that in October, both at 01:00 UTC.

    Source: Summer Time Order 2002 (SI 2002/262). Computed, for a small machine may have no table of time zones; the
    messages are younger than the rule, which took effect in 1996.
    """
    march, october = (datetime(universal.year, month, 31, 1, tzinfo=UTC) for month in (3, 10))
    back, ahead = (day - timedelta(days=day.isoweekday() % 7) for day in (october, march))
    return ahead <= universal < back


def timestamp(instant: datetime) -> str:
    """RFC 3339, UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
