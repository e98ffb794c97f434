"""Answers to the officers' questions as a person reads them, and as a file."""

import sys
from typing import Any, cast

from adapters.cli.output import Document, note, say
from adapters.cli.words import table
from domain.answers.officers import OfficersAnswer, taken_away
from domain.errors import Misuse


def show_answer(answer: Document) -> None:
    """The rows, each with what it is; and how many more there are."""
    titles = [column["title"] for column in answer["columns"]]
    table(
        f"{answer['title']}, {answer['first']} to {answer['last']}",
        titles,
        [[_text(cell) for cell in row] for row in answer["rows"]],
    )
    say(f"a row is: {answer['row'][:1].lower()}{answer['row'][1:]}")
    _say_more(answer)


def write_answer(answer: Document) -> None:
    """The file, on standard output. Raises Misuse where it would be a part of the answer: it would be taken for the whole."""
    left = answer["total"] - len(answer["rows"])
    if left:
        raise Misuse(f"there are {left} rows more: ask for fewer days, or with a larger --limit")
    sys.stdout.write(taken_away(cast("OfficersAnswer", answer)))
    sys.stdout.flush()


def _say_more(answer: Document) -> None:
    left = answer["total"] - len(answer["rows"])
    if left:
        note(f"icr: {left} rows more: ask for fewer days, or with a larger --limit")


def _text(cell: Any) -> Any:  # noqa: ANN401 - a cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return cell
