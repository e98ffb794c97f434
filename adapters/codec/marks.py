"""Attendance marks are reduced while they are decoded, so that the codes never reach storage (contract 2).

The marks are the last two fields of their record. Their bytes and the day, which has its school year, say all there is
to know about them, so what a pair of marks becomes is worked out once and then looked up.
"""

from typing import Final

from domain.attendance import CATEGORIES, reduce_mark
from domain.dates import school_year_of
from domain.errors import Rejected

MARK_FIELDS: Final = ("am", "pm")
MAX_DAYS: Final = 8192  # school days of forty years: one child has two thousand
MAX_KNOWN: Final = 4096  # pairs of marks of one school year
LONGEST_KNOWN: Final = 40  # bytes: two of the longest words

Reduced = tuple[str | None, str | None, bytes]
Known = dict[bytes, Reduced]


_by_year: dict[int, Known] = {}


def _word(code: str | None, field: str, year: int) -> str | None:
    if code is None:
        return None
    category = reduce_mark(code, year)
    if category is None:
        raise Rejected("unknown_code", field, "an attendance code in force in that school year, or its category")
    return CATEGORIES[category]


def _encoded(word: str | None) -> bytes:
    if word is None:
        return b"\0"
    raw = word.encode()
    return bytes((2, 2 * len(raw))) + raw


def reduce_marks(am: str | None, pm: str | None, day: int, tail: bytes, years: dict[int, Known]) -> Reduced:
    """Categories of both sessions and their Avro bytes; remembered in `years` by the day and the bytes they came in.

    Raises Rejected `unknown_code` for a code that was not in force.
    """
    year = school_year_of(day)
    first, second = _word(am, "am", year), _word(pm, "pm", year)
    reduced = first, second, _encoded(first) + _encoded(second)
    if len(tail) <= LONGEST_KNOWN:
        if len(years) >= MAX_DAYS:
            years.clear()
            _by_year.clear()
        known = years[day] = _by_year.setdefault(year, {})
        if len(known) >= MAX_KNOWN:
            known.clear()
        known[tail] = reduced
    return reduced
