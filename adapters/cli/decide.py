"""`icr decide …`: the commands, one for each row of the table of decisions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from inspect import Parameter, Signature
from pathlib import Path
from typing import Any, Final

import typer

from adapters.cli.asking import EVERYWHERE, parameter_of, read_value
from adapters.cli.output import opened, print_json, say
from adapters.commands.offered import EXAMPLE_CHILD, Offered, offered
from adapters.commands.offered import Field as OfferedField
from adapters.questions.table import as_typed, option_of
from domain.errors import Misuse
from domain.questions.asking import EFFECTIVE_AT, IDENTIFIER, RECORD, WORKER, Field, Kind

# What every command is told: of which child, for whom, and from which day.
_CHILD: Final = {"identifier": IDENTIFIER, "record": RECORD}
_WORKER: Final = replace(WORKER, says="For whom: who leads, joins, or works there")
_ON: Final = replace(EFFECTIVE_AT, says="The day from which it holds; without it today in London", option="--on")

app = typer.Typer(
    no_args_is_help=True,
    help="Decide: leads, the team around the child, one's own work. One event is appended if the child's timeline allows it.",
)


def _command(one: Offered) -> Callable[..., None]:
    """A command of the line, with the options that its row asks for."""
    asked = {**_CHILD, "worker": _WORKER, **{field.name: _asked(field) for field in one.fields}, "on": _ON}
    needed = {"worker", *(field.name for field in one.fields if field.needed)}

    def decide(data: Any, as_json: bool, **given: Any) -> None:  # noqa: ANN401 - what was typed
        if (given["identifier"] is None) == (given["record"] is None):
            raise Misuse(f"decide {one.name} takes either --id -, or --record")
        said = {name: read_value(field, given[name], option_of(name, field)) for name, field in asked.items()}
        child, worker, on = said.pop("identifier") or said["record"], said.pop("worker"), said.pop("on")
        del said["record"]
        answer = _carried_out(data, one.name, child, worker, on, said)
        if as_json:
            print_json(answer)
        else:
            say(f"{answer['event_type']} is recorded, at position {answer['position']}")

    options = [
        parameter_of(name, field, Parameter.empty if name in needed else None) for name, field in asked.items()
    ] + list(EVERYWHERE)
    decide.__signature__ = Signature(options)  # type: ignore[attr-defined]
    decide.__annotations__ = {option.name: option.annotation for option in options}
    return decide


def _asked(field: OfferedField) -> Field:
    says = field.means.rstrip(".")
    if field.codes and not all(code in says for code in field.codes):
        says = f"{says}: {', '.join(field.codes)}"
    return Field(Kind.TEXT, says, "CODE" if field.codes else "TEXT")


def _carried_out(
    data: Path | None, name: str, child: str, worker: str, on: date | None, said: Mapping[str, str | None]
) -> dict[str, str]:
    from adapters.commands.decided import Commands
    from adapters.commands.offered import command_of
    from adapters.process.clock import today

    with opened(data) as service:
        commands = Commands(service)
        try:
            return commands.carry_out(name, child, command_of(worker, on or today(service.clock), said))
        finally:
            commands.close()


def _example(one: Offered) -> str:
    said = " ".join(f"--{name.replace('_', '-')} {as_typed(text)}" for name, text in one.example.items())
    return f"echo {EXAMPLE_CHILD} | icr decide {one.name} --id - {said}"


for _one in offered():
    app.command(_one.name, help=f"{_one.title}.", epilog=f"Example: {_example(_one)}")(_command(_one))
