"""The `icr` command: its subcommands, and the one place where errors become messages and exit codes."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from adapters.cli.output import INTERRUPTED, KEPT_OR_FAILED, MISUSE, UNREACHABLE, note
from adapters.memory import keep_in_memory, reserve_little
from domain.errors import IcrError

# Command -> its module below adapters.cli, the name of a function or of a group in it, and a function's example.
_COMMANDS: Final[Mapping[str, tuple[str, str, str | None]]] = {
    "demo": ("demo", "demo", "icr demo --no-serve"),
    "up": ("workers", "up", "icr up"),
    "serve": ("workers", "serve", "icr serve --data /var/lib/icr"),
    "consume": ("workers", "consume", "icr consume"),
    "project": ("workers", "project", "icr project"),
    "tell": ("feedback", "tell", "icr tell --until-end"),
    "health": ("workers", "health", "icr health consume"),
    "migrate": ("workers", "migrate", "icr migrate"),
    "publish": ("publish", "publish", "icr publish events.jsonl --to kafka"),
    "import": ("imports", "app", None),
    "load": ("load", "app", None),
    "quarantine": ("quarantine", "app", None),
    "partitions": ("partitions", "app", None),
    "feedback": ("feedback", "feedback", "icr feedback --organisation urn-900001"),
    "quality": ("feedback", "quality", "icr quality --organisation urn-900001"),
    "request-replay": (
        "feedback",
        "request_replay",
        "icr request-replay --organisation urn-900001 --type AttendanceMarked --from 2025-09-01 --to 2025-10-01",
    ),
    "feeds": ("feeds", "feeds", "icr feeds --json"),
    "child": ("child", "app", None),
    "leads": ("leads", "app", None),
    "families": ("families", "app", None),
    "measures": ("measures", "measures", "icr measures referral_to_first_service --effective-at 2026-09-30"),
    "identifiers": ("identifiers", "app", None),
    "schemas": ("schemas", "app", None),
    "simulate": ("simulate", "simulate_area", "icr simulate --children 500 --out /tmp/area"),
    "mending": ("mending", "app", None),
    "rebuild": ("rebuild", "rebuild", "icr rebuild"),
    "keys": ("keys", "app", None),
    "verify-log": ("verify", "verify_log", "icr verify-log --events"),
    "config": ("config", "app", None),
    "bench": ("bench", "app", None),
}


class _Lazily(TyperGroup):
    """Imports a command when it is asked for: each needs its own half of the program."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - typer's own copy of click
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name, example = _COMMANDS[cmd_name]
        found = getattr(import_module(f"adapters.cli.{module}"), name)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.callback()(lambda: None)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=cmd_name)
        else:
            alone.command(cmd_name, epilog=f"Example: {example}")(found)
        group = typer.main.get_command(alone)
        assert isinstance(group, TyperGroup)
        return group.commands[cmd_name]


app = typer.Typer(
    name="icr",
    cls=_Lazily,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help, wrapped to the terminal
    pretty_exceptions_enable=False,  # it would print the values of local variables
    help="Integrated child record: which agencies are involved with a child, and when, from the events they publish.",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"icr {version('icr')}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


# typer has its own copy of click and names only one of its errors; this one's parents are all of them.
_UsageError: Final[type[Exception]] = typer.BadParameter.__mro__[1]
_ClickError: Final[type[Exception]] = typer.BadParameter.__mro__[2]


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Whatever goes wrong is told on standard error, without personal data."""
    keep_in_memory()
    reserve_little()
    try:
        done = typer.main.get_command(app).main(list(arguments), prog_name="icr", standalone_mode=False)
    except IcrError as error:
        note(f"icr: {error}")
        return error.exit_code
    except _ClickError as error:
        said = _without_values(error, arguments)
        if said.startswith("Usage:"):  # a group without its command: the help itself is the message
            note(said)
            return MISUSE
        note(f"icr: {said}")
        if isinstance(error, _UsageError):
            note("Try 'icr --help', or --help after the command.")
        return MISUSE
    except (KeyboardInterrupt, typer.Abort):
        note("icr: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone
        return KEPT_OR_FAILED
    except Exception as error:  # noqa: BLE001 - the last resort: a trace would show values
        return _unforeseen(error)
    if done == INTERRUPTED:  # what typer makes of Ctrl-C inside a command
        note("icr: interrupted")
    return done if isinstance(done, int) else 0


def run() -> NoReturn:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def _without_values(error: Exception, arguments: Sequence[str]) -> str:
    """A usage error's text without what was typed as a value: it may be a child's number in the wrong place."""
    text: str = error.format_message()  # type: ignore[attr-defined]
    if text.startswith("No such command"):
        return text if arguments and arguments[0] not in _COMMANDS else "No such subcommand."
    for word in sorted(arguments, key=len, reverse=True):
        if not word.startswith("-"):
            text = text.replace(f"'{word}'", "'…'").replace(f"({word})", "(…)")
        elif "=" in word:
            text = text.replace(f"'{word.partition('=')[2]}'", "'…'")
    # Several values too many are listed as they came.
    if text.startswith("Got unexpected extra argument"):
        return "Got unexpected extra arguments."
    return text


def _unforeseen(error: Exception) -> int:
    import psycopg

    from adapters.logs import describe
    from adapters.store.trouble import sentence_of, trouble_of

    trouble = trouble_of(error)
    if trouble is not None:
        note(f"icr: {sentence_of(trouble)}")
        return UNREACHABLE
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        note("icr: the database has not this version's tables: run icr migrate")
        return MISUSE
    said = describe(error)
    note(f"icr: a fault of this program: {said['error']} at {said.get('error_at', 'an unknown place')}")
    return KEPT_OR_FAILED


if __name__ == "__main__":
    run()
