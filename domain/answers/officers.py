"""Answers to the officers' questions: a table, and what it may be taken away as."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final, Literal

from typing_extensions import TypedDict

from domain.answers.fields import Day, Discloses, Written
from domain.answers.named import CODED, Named

_OURS = Discloses.NOTHING
_WHO = Discloses.WORKER
# What the cells of a column hold. A share is a text, for a number with a point has more than one form.
Holds = Literal[
    "entry", "viewer", "organisation", "moment", "day", "count", "share", "question", "rule", "outcome", "review", "text", "yes_no",
    "event", "mark",
]  # fmt: skip
JSON_LINES, CSV = "jsonl", "csv"
# What a spreadsheet takes for a formula, whatever stands before it that is not seen.
_FORMULAE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class OfficersColumn(TypedDict):
    """A column of an answer."""

    name: Annotated[str, _OURS]
    title: Annotated[str, _OURS]
    holds: Annotated[Holds, Written("What its cells hold"), _OURS]


class OfficersAnswer(Named):
    """The answer to one of the officers' questions."""

    question: Annotated[str, Written("The question, by its name"), _OURS]
    title: Annotated[str, _OURS]
    row: Annotated[str, Written("What a row is"), _OURS]
    organisation: Annotated[str | None, Written("Whose people's accesses; null: everybody's"), _OURS]
    first: Annotated[Day, Written("The first day that was looked at", format="date"), _OURS]
    last: Annotated[Day, Written("The last one", format="date"), _OURS]
    columns: Annotated[list[OfficersColumn], _OURS]
    rows: Annotated[list[list[Any]], Written("The rows, each with a cell for each column"), _WHO]
    total: Annotated[int, Written("How many rows there are in all; those after `limit` are not shown"), _WHO]
    form: Annotated[
        Literal["jsonl", "csv"] | None, Written("In which form it is taken away; null: it is looked at"), _OURS
    ]


@dataclass(frozen=True, slots=True)
class Answers:
    """What an answer is made from: the question's own words, the days, and the rows as they are shown."""

    question: str
    title: str
    row: str
    organisation: str | None
    first: str
    last: str
    columns: Sequence[tuple[str, str, Holds]]
    rows: Sequence[Sequence[Any]]
    total: int
    form: Literal["jsonl", "csv"] | None = None


def answered(of: Answers) -> OfficersAnswer:
    """The answer."""
    return {
        "question": of.question,
        "title": of.title,
        "row": of.row,
        "organisation": of.organisation,
        "first": of.first,
        "last": of.last,
        "columns": [{"name": name, "title": title, "holds": holds} for name, title, holds in of.columns],
        "rows": [list(row) for row in of.rows],
        "total": of.total,
        "form": of.form,
        "names": {},
    }


def taken_away(answer: OfficersAnswer) -> str:
    """An answer as a file: JSON Lines, an object for each row, or CSV in which nothing is a formula."""
    return as_csv(answer) if answer["form"] == CSV else as_json_lines(answer)


def as_json_lines(answer: OfficersAnswer) -> str:
    """An object for each row, by the names of the columns."""
    columns, rows = _with_names(answer)
    names = [name for name, _ in columns]
    lines = (json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def as_csv(answer: OfficersAnswer) -> str:
    """Titles, then the rows, as RFC 4180 has it; a text that a spreadsheet would work out has an apostrophe before it."""
    columns, rows = _with_names(answer)
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([title for _, title in columns])
    writer.writerows([[_cell(cell) for cell in row] for row in rows])
    return made.getvalue()


def _with_names(answer: OfficersAnswer) -> tuple[list[tuple[str, str]], list[list[Any]]]:
    """Names and titles of the columns, and the rows: after a code of an organisation or a person its name, where it has one."""
    names = answer["names"]
    columns, cells = [], []
    for place, column in enumerate(answer["columns"]):
        columns.append((column["name"], column["title"]))
        cells.append(partial(_told, place))
        if column["holds"] in CODED:
            columns.append((f"{column['name']}_name", f"{column['title']}, by name"))
            cells.append(partial(_named, place, names))
    return columns, [[cell(row) for cell in cells] for row in answer["rows"]]


def _told(place: int, row: Sequence[Any]) -> Any:  # noqa: ANN401 - a cell
    return row[place]


def _named(place: int, names: Mapping[str, str], row: Sequence[Any]) -> str | None:
    return names.get(row[place])


def _cell(value: Any) -> Any:  # noqa: ANN401 - a cell
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    seen = "".join(letter for letter in value if letter.isprintable() or letter in "\t\r\n").lstrip(" \u00a0")
    return f"'{value}" if seen.startswith(_FORMULAE) else value
