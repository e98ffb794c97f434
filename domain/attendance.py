"""Attendance codes and the categories they are reduced to before anything is stored (contract 2).

Source: School Attendance (Pupil Registration) (England) Regulations 2024, regulation 10; DfE school census code sets by year.
The codes themselves carry illness, religion and ethnicity, which nobody here needs.
"""

from collections.abc import Mapping
from types import MappingProxyType

PRESENT, ELSEWHERE, AUTHORISED, UNAUTHORISED, LATE, UNABLE, NOT_REQUIRED = range(1, 8)

CATEGORIES: Mapping[int, str] = MappingProxyType(
    {
        PRESENT: "present",
        ELSEWHERE: "elsewhere",
        AUTHORISED: "authorised",
        UNAUTHORISED: "unauthorised",
        LATE: "late",
        UNABLE: "unable",
        NOT_REQUIRED: "not_required",
    }
)

# category -> codes in force, with the first and last school year (by its first September) where they are limited
_CODES: tuple[tuple[int, str, int, int], ...] = (
    (PRESENT, "/ \\ L", 0, 9999),
    (ELSEWHERE, "B D K P V W", 0, 9999),
    (AUTHORISED, "C E I J1 M R S T", 0, 9999),
    (AUTHORISED, "C1 C2", 2024, 9999),
    (AUTHORISED, "H F J", 0, 2023),
    (UNAUTHORISED, "G N O", 0, 9999),
    (LATE, "U", 0, 9999),
    (UNABLE, "Q Y Y1 Y2 Y3 Y4 Y5 Y6 Y7", 0, 9999),
    (NOT_REQUIRED, "X Z #", 0, 9999),
)

_BY_CODE: dict[str, tuple[int, int, int]] = {
    code: (category, first, last) for category, codes, first, last in _CODES for code in codes.split()
}
BY_WORD: Mapping[str, int] = {word: category for category, word in CATEGORIES.items()}


def reduce_mark(code: str, school_year: int) -> int | None:
    """Category of a code (or of an already reduced word) in a school year; None when the code is not in the list.

    `school_year` is the calendar year of its September. A code used a year early or late is taken as it was meant, because
    a code list is dated but a child's absence is not.
    """
    word = BY_WORD.get(code)
    if word is not None:
        return word
    entry = _BY_CODE.get(code.strip().upper())
    if entry is None:
        return None
    category, first, last = entry
    return category if first - 1 <= school_year <= last + 1 else None
