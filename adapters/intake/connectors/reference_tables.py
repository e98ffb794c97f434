"""Tables of reference data as CSV: a head line, and rows whose cells are asked for by their columns.

UTF-8 with or without a byte order mark, lines ended in any way, columns in any order. Files of others may be in the encoding of
Windows.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile
from typing import Final

from adapters.intake.connectors import BrokenFile
from adapters.intake.connectors.census import is_note, read_day
from adapters.intake.connectors.encodings import not_utf_8, wide_text
from domain.errors import Misuse, Rejected

MAX_BYTES: Final = 16 * 1024 * 1024

csv.field_size_limit(MAX_BYTES)  # a cell may list a whole map's members: the file's bound is its own

_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its filled cells by their columns, trimmed, and its line as it stands in the file."""

    cells: Mapping[str, str]
    line: bytes

    def get(self, column: str) -> str | None:
        """A cell; None where it is empty or there is no such column."""
        return self.cells.get(column)

    def need(self, column: str, rule: str | None = None) -> str:
        """A cell that must be filled; raises Rejected."""
        cell = self.cells.get(column)
        if cell is None:
            raise Rejected("missing_field", column, rule or "the cell is filled")
        return cell

    def day(self, column: str) -> date | None:
        """A day, as `2026-09-01` or `01/09/2026`, or none; raises Rejected where it is no day of the calendar.

        It may be for ever ahead, as 9999-12-31, which is no end. Nothing may be added to it.
        """
        cell = self.cells.get(column)
        day = None if cell is None else read_day(cell, date.max.year)
        if cell is not None and day is None:
            raise Rejected("impossible_date", column, "a day of the calendar, as 2026-09-01, not before 1900")
        return day

    def number(self, column: str) -> int | None:
        """A whole number, or none; raises Rejected."""
        cell = self.cells.get(column)
        if cell is not None and not _NUMBER.fullmatch(cell):
            raise Rejected("bad_value", column, "a whole number, not negative")
        return None if cell is None else int(cell)

    def several(self, column: str) -> list[str]:
        """What a cell lists between semicolons."""
        return [part.strip() for part in (self.cells.get(column) or "").split(";") if part.strip()]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its head as it stands in the file, its rows, and the lines that have more or fewer cells than columns."""

    head: bytes
    rows: tuple[Row, ...]
    ragged: tuple[bytes, ...]


def has_columns(data: bytes, columns: Collection[str]) -> bool:
    """Whether a file's head line has all of some columns, as far as it can be read."""
    lines = data.removeprefix(b"\xef\xbb\xbf").lstrip().splitlines()
    head = next((line for line in lines if not is_note([line.decode("ascii", "replace")])), b"")
    cells = next(csv.reader([head.decode("cp1252", "replace")]), [])
    return {cell.strip().lower() for cell in cells} >= set(columns)


def read_table(data: bytes, needed: Collection[str], optional: Collection[str], *, windows: bool = False) -> Table:
    """The table that a file holds; `windows`: where it is not in UTF-8 it is in the encoding of Windows.

    Raises BrokenFile where it is no CSV or holds no row, and Misuse where its columns are not those of its kind; an
    unknown column is told by its place, for a file without a head has a row there.
    """
    if len(data) > MAX_BYTES:
        raise BrokenFile(f"the file has more than {MAX_BYTES} bytes")
    lines = list(dropwhile(lambda read: is_note(read[0]), _lines(data, windows=windows)))
    if not lines:
        raise BrokenFile("the file is empty")
    (cells, head), *rest = lines
    columns = [cell.strip().lower() for cell in cells]
    _check(columns, needed, optional)
    rows = [(row, line) for row, line in rest if any(cell.strip() for cell in row)]
    if not rows:
        raise BrokenFile("the file has no row below its head line")
    fitting = [(row, line) for row, line in rows if len(row) == len(columns)]
    return Table(
        head,
        tuple(Row(_filled(columns, row), line) for row, line in fitting),
        tuple(line for row, line in rows if len(row) != len(columns)),
    )


def _filled(columns: list[str], row: list[str]) -> dict[str, str]:
    return {column: text for column, cell in zip(columns, row, strict=True) if (text := cell.strip())}


def _check(columns: list[str], needed: Collection[str], optional: Collection[str]) -> None:
    known = ", ".join([*needed, *(f"[{name}]" for name in optional)])
    for place, column in enumerate(columns, start=1):
        if column not in needed and column not in optional:
            raise Misuse(f"column {place} is none of this kind of file, whose columns are: {known}")
    if len(set(columns)) < len(columns):
        raise Misuse("two columns have one name")
    if missing := [column for column in needed if column not in columns]:
        raise Misuse(f"there is no column {missing[0]}; the columns are: {known}")


def _lines(data: bytes, *, windows: bool) -> Iterator[tuple[list[str], bytes]]:
    """The cells of each row, and the text that it was read from."""
    text, is_wide = None, wide_text(data) is not None
    with suppress(UnicodeDecodeError):  # it holds the text: raised below, so that nothing keeps it
        text = None if is_wide else data.decode("utf-8-sig")
    if text is None and (is_wide or not windows):
        raise BrokenFile(not_utf_8(data))
    text = data.decode("cp1252", "replace") if text is None else text
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines), strict=True)
    begun = 0
    try:
        for cells in reader:
            yield cells, "".join(lines[begun : reader.line_num]).encode()
            begun = reader.line_num
    except csv.Error:
        raise BrokenFile(f"not CSV at line {reader.line_num}") from None


__all__ = ["MAX_BYTES", "Row", "Table", "has_columns", "read_table"]
