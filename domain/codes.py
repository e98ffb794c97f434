"""Code lists: those the rules themselves know, and what a list of the contract is.

The lists of the contract stand in `schemas/codes.toml`; a row of the effects table names the list of a field. A wrong
code in the fact itself keeps the event in quarantine; in a describing field it is set aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.dates import EARLIEST, FOREVER

ADDRESS_STATUS = frozenset({"current", "last_known", "none_known", "left_england"})
RESIDENCE = frozenset({"home", "temporary", "refuge", "hostel", "institution", "no_fixed_abode"})
NO_HOUSEHOLD_RESIDENCE = frozenset({"refuge", "hostel", "institution", "no_fixed_abode"})
PROVISION = frozenset({"universal", "additional"})
TARGET_REASON = frozenset({"entered_in_error", "wrong_child", "consent_withdrawn", "court_order", "source_erased"})


@dataclass(frozen=True, slots=True, eq=False)
class CodeList:
    """A list by its name: each code with the days `[from, to)` on which it may be used."""

    name: str
    doc: str
    codes: Mapping[str, tuple[int, int]]

    def allows(self, code: object, day: int) -> bool:
        """Whether a code stood on the list on a day (day number)."""
        start, end = self.codes.get(code, (FOREVER, EARLIEST)) if isinstance(code, str) else (FOREVER, EARLIEST)
        return start <= day < end


@dataclass(frozen=True, slots=True, eq=False)
class CodeRule:
    """A field whose value must be on a list; `of_the_fact`: without it the fact cannot be read."""

    field: str
    list: CodeList
    of_the_fact: bool
