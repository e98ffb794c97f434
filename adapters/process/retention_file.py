"""The authority's retention schedule: a TOML file with a table for each class and for the access log, read when something is asked of it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from domain.errors import Misuse
from domain.retention import ACCESS_LOG, CLASSES, MOST_YEARS, CountedFrom, Period

_FIELDS: Final = frozenset({"years", "counted_from", "source"})


class ScheduleWrong(Misuse):
    """The retention schedule cannot be read, or says what it may not."""


def read_periods(path: Path | None) -> Mapping[str, Period]:
    """How long each class is kept, and the access log; none where no file is set. Raises ScheduleWrong, naming the class and what is wrong."""
    if path is None:
        return {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScheduleWrong(f"the retention schedule {path} cannot be read: {type(error).__name__}") from None
    return {name: _period(name, row) for name, row in said.items()}


def _period(name: str, row: Any) -> Period:  # noqa: ANN401 - whatever stands in the file
    if name not in CLASSES | {ACCESS_LOG}:
        raise ScheduleWrong(f"the retention schedule: [{name}] is none of {', '.join([*sorted(CLASSES), ACCESS_LOG])}")
    if not isinstance(row, dict) or set(row) != _FIELDS:
        raise ScheduleWrong(f"the retention schedule: [{name}] has years, counted_from and source, and nothing else")
    years, counted_from, source = row["years"], row["counted_from"], row["source"]
    if type(years) is not int or not 0 < years <= MOST_YEARS:
        raise ScheduleWrong(f"the retention schedule: years of [{name}] is a whole number, 1 to {MOST_YEARS}")
    if counted_from not in set(CountedFrom):
        raise ScheduleWrong(f"the retention schedule: counted_from of [{name}] is birth or last")
    if name == ACCESS_LOG and counted_from != CountedFrom.LAST:
        raise ScheduleWrong(
            f"the retention schedule: counted_from of [{name}] is last: a month of it is of no one child"
        )
    if not isinstance(source, str) or not source.strip():
        raise ScheduleWrong(f"the retention schedule: source of [{name}] says on whose word it is kept so long")
    return Period(years, CountedFrom(counted_from), source.strip())
