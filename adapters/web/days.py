"""Days as people type them into a form: day, month and year, each in a field of its own (GOV.UK's date input)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from domain.dates import LONDON

PARTS: Final = ("day", "month", "year")
_FIRST, _LAST = 1900, 2199
_DIGITS: Final = {"day": 2, "month": 2, "year": 4}


@dataclass(frozen=True, slots=True)
class TypedDay:
    """What was typed for a day: the day, None where nothing or no day was; what is wrong with it, None where nothing is."""

    name: str
    typed: Mapping[str, str]
    day: date | None = None
    wrong: str | None = None

    def items(self) -> list[dict[str, Any]]:
        """The three fields as the component takes them."""
        return [
            {
                "name": part,
                "label": part.capitalize(),
                "value": self.typed[part],
                "classes": f"govuk-input--width-{_DIGITS[part]}" + (" govuk-input--error" if self.wrong else ""),
            }
            for part in PARTS
        ]


def read_day(form: Mapping[str, str], name: str, says: str) -> TypedDay:
    """The day of the fields `name-day`, `name-month` and `name-year`; `says` names it in what is said to be wrong."""
    typed = {part: form.get(f"{name}-{part}", "").strip()[:10] for part in PARTS}
    if not any(typed.values()):
        return TypedDay(name, typed)
    missing = [part for part in PARTS if not typed[part]]
    if missing:
        return TypedDay(name, typed, None, f"{says} must include a {' and a '.join(missing)}")
    try:
        day, month, year = (_number(typed[part]) for part in PARTS)
        found = date(year, month, day)
    except ValueError:
        return TypedDay(name, typed, None, f"{says} must be a real day, such as 19 12 2025")
    if not _FIRST <= found.year <= _LAST:
        return TypedDay(name, typed, None, f"{says} must be between {_FIRST} and {_LAST}")
    return TypedDay(name, typed, found)


def as_typed(name: str, day: date | None) -> TypedDay:
    """A day as it stands in a form that somebody opens."""
    said = ("", "", "") if day is None else (str(day.day), str(day.month), str(day.year))
    return TypedDay(name, dict(zip(PARTS, said, strict=True)), day)


def end_of(day: date) -> str:
    """The last second of a day in London, as an instant with its zone."""
    return datetime.combine(day, time(23, 59, 59), LONDON).isoformat()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS["year"]):
        raise ValueError
    return int(text)
