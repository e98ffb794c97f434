"""`icr decide …`: the commands, one for each row of the table of decisions."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Final

import typer

from adapters.cli.output import Data, Json, opened, print_json, say
from adapters.cli.reading import Identifier, read_identifier, read_text
from adapters.commands.offered import EXAMPLE_CHILD, Field, Offered, offered
from domain.errors import Misuse

Record = Annotated[
    str | None,
    typer.Option("--record", metavar="RECORD", help="Id of a record or child, r-… or c-…, as answers show it.", show_default=False),
]  # fmt: skip
Worker = Annotated[
    str, typer.Option("--worker", metavar="ORGANISATION:STAFF", help="For whom: who leads, joins, or works there.")
]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="The day from which it holds; without it today.", show_default=False),
]
_COMMON: Final = {"identifier": Identifier, "record": Record, "worker": Worker}
_LAST: Final = {"on": On, "data": Data, "as_json": Json}

app = typer.Typer(
    no_args_is_help=True,
    help="Decide: leads, the team around the child, one's own work. One event is appended if the child's timeline allows it.",
)


def _option(field: Field) -> Any:  # noqa: ANN401 - a type that is made
    unsaid = [code for code in field.codes if code not in field.means]
    means = f"{field.means.rstrip('.')}: {', '.join(field.codes)}." if unsaid else field.means
    kind = str if field.needed else str | None
    takes = "CODE" if field.codes else "TEXT"
    return Annotated[kind, typer.Option(f"--{field.name}", metavar=takes, help=means, show_default=False)]


def _command(one: Offered) -> Callable[..., None]:
    """A command of the line, with the options that its row asks for."""

    def decide(**given: Any) -> None:  # noqa: ANN401 - what was typed
        if (given["identifier"] is None) == (given["record"] is None):
            raise Misuse(f"decide {one.name} takes either --id -, or --record")
        texts = {name: given[name] for name in ("worker", *(field.name for field in one.fields))}
        said = {name: None if text is None else read_text(text, f"--{name}") for name, text in texts.items()}
        worker = said.pop("worker") or ""
        if not all(worker.partition(":")):
            raise Misuse("--worker: ORGANISATION:STAFF")
        answer = _carried_out(
            one.name, read_identifier(given["identifier"]) or given["record"], worker, given["on"], said, given["data"]
        )
        if given["as_json"]:
            print_json(answer)
        else:
            say(f"{answer['event_type']} is recorded, at position {answer['position']}")

    kinds = _COMMON | {field.name: _option(field) for field in one.fields} | _LAST
    needed = {"worker", *(field.name for field in one.fields if field.needed)}
    parameter = inspect.Parameter
    decide.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            parameter(
                name,
                parameter.KEYWORD_ONLY,
                default=parameter.empty if name in needed else False if name == "as_json" else None,
                annotation=kind,
            )
            for name, kind in kinds.items()
        ]
    )
    decide.__annotations__ = dict(kinds)
    return decide


def _carried_out(name: str, child: str, worker: str, on: str | None, said: dict[str, str | None], data: Any) -> dict[str, str]:  # noqa: ANN401  # fmt: skip
    from adapters.codec.times import read_day
    from adapters.commands.decided import Commands
    from adapters.commands.offered import command_of
    from adapters.process.clock import today

    day = None if on is None else read_day(on, "--on")
    with opened(data) as service:
        commands = Commands(service)
        try:
            return commands.carry_out(name, child, command_of(worker, day or today(service.clock), said))
        finally:
            commands.close()


def _example(one: Offered) -> str:
    said = " ".join(f"--{name} '{text}'" if " " in text else f"--{name} {text}" for name, text in one.example.items())
    return f"echo {EXAMPLE_CHILD} | icr decide {one.name} --id - {said}"


for _one in offered():
    app.command(_one.name, help=f"{_one.title}.", epilog=f"Example: {_example(_one)}")(_command(_one))
