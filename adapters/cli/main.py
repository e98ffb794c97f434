"""The command line of the service: its commands, and the one place where errors become messages and exit codes."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from adapters.cli.output import INTERRUPTED, KEPT_OR_FAILED, MISUSE, UNREACHABLE, note
from adapters.cli.plain_values import take_plainly
from adapters.process.memory import collect_seldom, keep_in_memory, reserve_little
from domain.errors import IcrError

# Command -> its module, the name of a function or of a group in it, and a function's example.
Commands = Mapping[str, tuple[str, str, str | None]]
COMMANDS: Final[Commands] = {
    "up": ("adapters.cli.workers", "up", "icr up"),
    "serve": ("adapters.cli.workers", "serve", "icr serve --data /var/lib/icr"),
    "consume": ("adapters.cli.workers", "consume", "icr consume"),
    "project": ("adapters.cli.workers", "project", "icr project"),
    "tell": ("adapters.cli.feedback", "tell", "icr tell --until-end"),
    "seal": ("adapters.cli.access", "seal", "icr seal --once"),
    "health": ("adapters.cli.health", "health", "icr health consume"),
    "migrate": ("adapters.cli.workers", "migrate", "icr migrate"),
    "client": ("adapters.cli.client", "app", None),
    "publish": ("adapters.cli.publish", "publish", "icr publish events.jsonl --to kafka"),
    "import": ("adapters.cli.imports", "app", None),
    "load": ("adapters.cli.load", "app", None),
    "quarantine": ("adapters.cli.quarantine", "app", None),
    "topics": ("adapters.cli.topics", "app", None),
    "partitions": ("adapters.cli.partitions", "app", None),
    "feedback": ("adapters.cli.asking", "feedback", "icr feedback --organisation urn-900001"),
    "access": ("adapters.cli.access", "app", None),
    "accesses": ("adapters.cli.asking", "accesses", "icr accesses --viewer la-808:W2041"),
    "own-accesses": ("adapters.cli.asking", "own_accesses", "icr own-accesses --viewer la-808:W2041"),
    "notice": ("adapters.cli.asking", "notice", "icr notice --version 1"),
    "reach": ("adapters.cli.asking", "reach", "echo nhs:9990200017 | icr reach --id -"),
    "why-not": ("adapters.cli.asking", "why-not", "icr why-not --entry a-0f6d2c1e8b7a4935a1c2d3e4f5061728"),
    "sealed": ("adapters.cli.asking", "sealed", "icr sealed --check"),
    "officer": ("adapters.cli.officer", "app", None),
    "exported": ("adapters.cli.asking", "exported", "icr exported"),
    "replay": ("adapters.cli.asking", "replay", "icr replay a-0f6d2c1e8b7a4935a1c2d3e4f5061728"),
    "case": ("adapters.cli.case", "app", None),
    "quality": ("adapters.cli.asking", "quality", "icr quality --organisation urn-900001"),
    "request-replay": (
        "adapters.cli.feedback",
        "request_replay",
        "icr request-replay --organisation urn-900001 --type AttendanceMarked --from 2025-09-01 --to 2025-10-01",
    ),
    "feeds": ("adapters.cli.asking", "feeds", "icr feeds --json"),
    "child": ("adapters.cli.asking", "child", None),
    "leads": ("adapters.cli.asking", "leads", None),
    "decide": ("adapters.cli.decide", "app", None),
    "families": ("adapters.cli.asking", "families", None),
    "measures": (
        "adapters.cli.asking",
        "measures",
        "icr measures referral_to_first_service --effective-at 2026-09-30",
    ),
    "identifiers": ("adapters.cli.identifiers", "app", None),
    "schemas": ("adapters.cli.schemas", "app", None),
    "mending": ("adapters.cli.mending", "app", None),
    "erase": ("adapters.cli.erase", "app", None),
    "retention": ("adapters.cli.retention", "app", None),
    "rebuild": ("adapters.cli.rebuild", "rebuild", "icr rebuild"),
    "keys": ("adapters.cli.keys", "app", None),
    "config": ("adapters.cli.config", "app", None),
}


class _Lazily(TyperGroup):
    """Imports a command when it is asked for: each needs its own half of the program."""

    table: Commands = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - typer's own copy of click
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002
        if cmd_name not in self.table:
            return None
        module, name, example = self.table[cmd_name]
        found = getattr(import_module(module), name)
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.callback()(lambda: None)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=cmd_name)
        else:
            alone.command(cmd_name, epilog=f"Example: {example}")(found)
        group = typer.main.get_command(alone)
        assert isinstance(group, TyperGroup)
        take_plainly(group.commands[cmd_name])
        return group.commands[cmd_name]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"icr {version('icr')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


def command_line(commands: Commands) -> typer.Typer:
    """The command `icr` with these subcommands."""
    line = typer.Typer(
        name="icr",
        cls=type("Commands", (_Lazily,), {"table": commands}),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # plain help, wrapped to the terminal
        pretty_exceptions_enable=False,  # it would print the values of local variables
        help="Integrated child record: which agencies are involved with a child, and when, from the events they publish.",
    )
    line.callback()(_root)
    return line


# typer has its own copy of click and names only one of its errors; this one's parents are all of them.
_UsageError: Final[type[Exception]] = typer.BadParameter.__mro__[1]
_ClickError: Final[type[Exception]] = typer.BadParameter.__mro__[2]


def main(arguments: Sequence[str], commands: Commands = COMMANDS) -> int:
    """Run one command; its exit code. Whatever goes wrong is told on standard error, without personal data."""
    collect_seldom()
    keep_in_memory()
    reserve_little()
    try:
        command = typer.main.get_command(command_line(commands))
        take_plainly(command)
        done = command.main(list(arguments), prog_name="icr", standalone_mode=False)
    except IcrError as error:
        note(f"icr: {error}")
        return error.exit_code
    except _ClickError as error:
        said = _without_values(error, arguments, commands)
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


def _without_values(error: Exception, arguments: Sequence[str], commands: Commands) -> str:
    """A usage error's text without what was typed as a value: it may be a child's number in the wrong place."""
    text: str = error.format_message()  # type: ignore[attr-defined]
    if text.startswith("No such command"):
        return text if arguments and arguments[0] not in commands else "No such subcommand."
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

    from adapters.log.trouble import sentence_of, trouble_of
    from adapters.process.logs import describe

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
    sys.exit(main(sys.argv[1:]))
