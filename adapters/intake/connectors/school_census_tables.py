"""Tables of the school census as CSV: what kind a table is by its columns, its rows one by one, and its term.

Source: DfE, *School census: technical specification*, whose modules the tables are named after. The term stands in no
column, but in the file's name.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from adapters.intake.connectors import BrokenFile
from adapters.intake.connectors.census import is_note, opened_file
from adapters.intake.connectors.encodings import not_utf_8, wide_text
from domain.errors import Misuse

if TYPE_CHECKING:
    import _csv

MAX_LINE: Final = 64 * 1024  # bytes; a row of the published examples has 250

SCHOOL: Final = ("nativeid", "urn", "laestab", "school")
ROLL_ROW: Final = ("pupilonrolltableid", "pupilnolongeronrolltableid")

_SEASONS: Final = {"spring": 0, "spr": 0, "summer": 1, "sum": 1, "autumn": 2, "aut": 2}
_WORDS: Final = ("spring", "summer", "autumn")
_SEASON: Final = re.compile(r"(?<![a-z])(spring|spr|summer|sum|autumn|aut)(?![a-z])")
_TWO_YEARS: Final = re.compile(r"(?<!\d)(20\d\d)[-_/]?(?:20)?(\d\d)(?!\d)")
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_THURSDAY: Final = 4


class Kind(Enum):
    """What a table holds."""

    ON_ROLL = "pupils on roll"
    LEFT = "pupils no longer on roll"
    EXCLUSIONS = "suspensions and exclusions"
    NO_DAYS = "sessions by reason, without days"


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """A census: the calendar year it is taken in, and the season (0 spring, 1 summer, 2 autumn)."""

    year: int
    season: int

    def __str__(self) -> str:
        return f"{self.year}_{_WORDS[self.season]}"

    def day(self) -> date:
        """Census day: the third Thursday in January or May, the first in October."""
        month, week = ((1, 3), (5, 3), (10, 1))[self.season]
        first = date(self.year, month, 1)
        return first + timedelta(days=(_THURSDAY - first.isoweekday()) % 7 + 7 * (week - 1))


def term_of(name: str) -> Term | None:
    """The term a file's name or an option tells: `2024_autumn`, `Spring 2024-25` (of a school year, so 2025); or None."""
    lower = name.lower()
    seasons = {_SEASONS[found] for found in _SEASON.findall(lower)}
    if len(seasons) != 1:
        return None
    season = seasons.pop()
    for two in _TWO_YEARS.finditer(lower):
        first = int(two[1])
        if int(two[2]) == (first + 1) % 100:
            return Term(first if season == _SEASONS["autumn"] else first + 1, season)
    years = {int(found) for found in _YEAR.findall(lower)}
    return Term(years.pop(), season) if len(years) == 1 else None


def chosen_term(text: str | None) -> Term | None:
    """The term an option names; raises Misuse where it names none."""
    term = None if text is None else term_of(text)
    if text is not None and term is None:
        raise Misuse("--term is a year and spring, summer or autumn, as 2024_autumn")
    return term


def kind_of(columns: frozenset[str]) -> Kind | None:
    """What a table of such columns (lower case) is; None where it is none of the census."""
    if columns.isdisjoint(SCHOOL):
        return None
    if {"upn", "leavingdate"} <= columns:
        return Kind.LEFT
    if {"upn", "entrydate"} <= columns:
        return Kind.ON_ROLL
    if columns.isdisjoint(ROLL_ROW):
        return None
    if {"startdate", "category"} <= columns:
        return Kind.EXCLUSIONS
    return Kind.NO_DAYS if {"sessions", "attendancereason"} <= columns else None


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its columns in lower case, cells trimmed; `cells` None where there are more or fewer than columns."""

    cells: Mapping[str, str] | None
    line: bytes

    def get(self, *names: str) -> str | None:
        """The first of some cells that is filled."""
        return next((cell for name in names if self.cells and (cell := self.cells.get(name))), None)


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: its kind, its head as bytes, and its rows, which can be read once.

    `excerpt`: it holds rows that were kept in quarantine and have been mended, not all that the table had.
    """

    kind: Kind
    head: bytes
    rows: Iterator[Row]
    excerpt: bool = False


@contextmanager
def opened_table(path: Path) -> Iterator[Table]:
    """A table of the census, plain or .gz. Raises OSError, and BrokenFile where it is none or breaks off."""
    with opened_file(path) as stream:
        lines = _Lines(stream)
        reader = csv.reader(lines, strict=True)
        excerpt = False
        while is_note(cells := _next(reader) or []):
            excerpt = True
            lines.taken()
        columns = [cell.strip().lower() for cell in cells]
        head = lines.taken()
        if any(
            "\n" in column or "\r" in column for column in columns
        ):  # a stray quote took in rows, and none would be left
            raise BrokenFile("the line of its columns has a quote that does not end")
        kind = kind_of(frozenset(columns))
        if kind is None:
            raise BrokenFile("its columns are those of no table of the school census that is read")
        if len(set(columns)) < len(columns):
            raise BrokenFile("two of its columns have one name")
        yield Table(kind, head, _rows(reader, lines, columns), excerpt)


def _rows(reader: "_csv.Reader", lines: "_Lines", columns: list[str]) -> Iterator[Row]:
    while (cells := _next(reader)) is not None:
        line = lines.taken()
        if not any(cells):
            continue  # a blank line
        fits = len(cells) == len(columns)
        yield Row({c: cell.strip() for c, cell in zip(columns, cells, strict=True)} if fits else None, line)


def _next(reader: "_csv.Reader") -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error:
        raise BrokenFile(f"not CSV at line {reader.line_num}") from None


class _Lines:
    """Lines as text: UTF-8, else the Windows encoding that office programs write; remembers a row's bytes."""

    def __init__(self, stream: BufferedIOBase) -> None:
        self._stream = stream
        self._row: list[bytes] = []
        self._size = 0
        self._begun = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_LINE + 1)
        if not line:
            raise StopIteration
        self._row.append(line)
        self._size += len(line)
        if self._size > MAX_LINE:
            raise BrokenFile(f"a row has more than {MAX_LINE} bytes")
        if not self._begun:
            self._begun = True
            if wide_text(line) is not None:
                raise BrokenFile(not_utf_8(line))
        try:
            return line.decode("utf-8-sig")
        except UnicodeDecodeError:
            return line.decode("cp1252", "replace")

    def taken(self) -> bytes:
        """The bytes of the row that was read last."""
        row, self._row, self._size = b"".join(self._row), [], 0
        return row
