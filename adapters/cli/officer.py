"""`icr officer …`: the officers' questions, and what came of the review of an access."""

import sys
from typing import Annotated, Final

import typer

from adapters.cli.asking import add_questions
from adapters.cli.output import Data, Json, opened, print_json, say
from adapters.cli.words import table
from domain.access.reviewing import CameOut
from domain.errors import Misuse
from domain.questions import about

app = typer.Typer(
    no_args_is_help=True,
    help="Questions about accesses, as officers ask them; and the review of an access.",
)
_NOTE: Final = 2000  # letters


@app.command("list", epilog="Example: icr officer list")
def list_questions(data: Data = None, as_json: Json = False) -> None:
    """List the questions: what each asks, what it takes, and what a row of its answer is. Nothing is asked, and nothing logged."""
    from adapters.questions.officers.catalogue import catalogue

    del data
    found = list(catalogue().values())
    if as_json:
        print_json(
            {
                "questions": [
                    {
                        "name": one.name,
                        "group": one.group,
                        "title": one.title,
                        "asks": one.asks,
                        "row": one.row,
                        "tells": one.tells.value,
                        "usual_days": one.usual_days,
                        "most_days": one.most_days,
                        "takes": {
                            name: {"required": taken.required, "usual": taken.usual}
                            for name, taken in one.takes.items()
                        },
                        "columns": [column.name for column in one.columns],
                    }
                    for one in found
                ]
            }
        )
        return
    table("questions", ("name", "what it asks", "takes"), [(one.name, one.asks, _takes(one.takes)) for one in found])


def _takes(takes: object) -> str:
    assert isinstance(takes, dict)
    options = {"identifier": "--id -"}
    said = [
        f"{options.get(name, f'--{name}')}{' (required)' if taken.required else ''}" for name, taken in takes.items()
    ]
    return ", ".join(said)


@app.command(epilog="Example: icr officer review a-0f6d2c1e8b7a4935a1c2d3e4f5061728 explained --by la-808:P1")
def review(
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="The access, as a page or an answer showed it.")],
    outcome: Annotated[CameOut, typer.Argument(metavar="OUTCOME", help=f"One of {', '.join(CameOut)}.")],
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="ORGANISATION:STAFF", help="Who reviewed it: a privacy officer of whose people it was."
        ),
    ],
    case: Annotated[
        str | None,
        typer.Option("--case", metavar="REFERENCE", help="Of one passed on as a case: the case's reference."),
    ] = None,
    note: Annotated[
        str | None,
        typer.Option(
            "--note", metavar="-", help="What they found, from standard input; it is kept sealed.", show_default=False
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write down what came of the review of an access. Reviewed again, what is said last stands.

    Only where nobody signs in to this service: where people do, officers review on its pages.
    """
    from adapters.cli.running import check_tables
    from adapters.commands import reviewing

    said = None if note is None else _read_note(note)
    with opened(data) as service:
        check_tables(service.connect)
        reviewing.review_as(service, by, reviewing.Review(entry, outcome, said, case))
    if as_json:
        print_json({"entry": entry, "outcome": outcome.value, "by": by})
    else:
        say(f"reviewed: {entry}, {outcome.value}")


def _read_note(given: str) -> str:
    if given != "-":
        raise Misuse("--note is -, and standard input holds the note")
    try:
        text = sys.stdin.read(_NOTE + 2).strip()
    except UnicodeDecodeError:
        raise Misuse("standard input holds the note, in UTF-8") from None
    if not text or len(text) > _NOTE:
        raise Misuse(f"standard input holds the note, of 1 to {_NOTE} letters")
    return text


add_questions(app, about.AskOfficers, about.ExportAnswer)
