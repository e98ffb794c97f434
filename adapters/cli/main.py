"""The `icr` command: its subcommands, and the one place where errors become messages and exit codes."""

import sys
from collections.abc import Sequence
from typing import Annotated, Final, NoReturn

import typer

from adapters.cli import (
    bench,
    child,
    demo,
    families,
    feeds,
    identifiers,
    imports,
    leads,
    publish,
    quarantine,
    rebuild,
    schemas,
    simulate,
    workers,
)
from adapters.cli.config import app as config_app
from adapters.cli.output import INTERRUPTED, KEPT_OR_FAILED, MISUSE, UNREACHABLE, note
from domain.errors import IcrError, Misuse

app = typer.Typer(
    name="icr",
    no_args_is_help=True,
    add_completion=False,
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


app.command("demo", epilog="Example: icr demo --no-serve")(demo.demo)
app.command("up", epilog="Example: icr up")(workers.up)
app.command("serve", epilog="Example: icr serve --data /var/lib/icr")(workers.serve)
app.command("consume", epilog="Example: icr consume")(workers.consume)
app.command("project", epilog="Example: icr project")(workers.project)
app.command("health", epilog="Example: icr health consume")(workers.health)
app.command("migrate", epilog="Example: icr migrate")(workers.migrate)
app.command("publish", epilog="Example: icr publish events.jsonl --to kafka")(publish.publish)
app.add_typer(imports.app, name="import")
app.add_typer(quarantine.app, name="quarantine")
app.command("feeds", epilog="Example: icr feeds --json")(feeds.feeds)
app.add_typer(schemas.app, name="schemas")
app.add_typer(identifiers.app, name="identifiers")
app.add_typer(config_app, name="config")
app.command("simulate", epilog="Example: icr simulate --children 500 --out /tmp/area")(simulate.simulate_area)
app.add_typer(bench.app, name="bench")
app.add_typer(child.app, name="child")
app.add_typer(leads.app, name="leads")
app.add_typer(families.app, name="families")
app.command("rebuild", epilog="Example: icr rebuild")(rebuild.rebuild)

_COMMAND: Final = typer.main.get_command(app)
# typer has its own copy of click and names only one of its errors; this one's parents are all of them.
_UsageError: Final[type[Exception]] = typer.BadParameter.__mro__[1]
_ClickError: Final[type[Exception]] = typer.BadParameter.__mro__[2]


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Whatever goes wrong is told on standard error, without personal data."""
    try:
        done = _COMMAND.main(list(arguments), prog_name="icr", standalone_mode=False)
    except IcrError as error:
        note(f"icr: {error}")
        return error.exit_code
    except _ClickError as error:
        note(f"icr: {_without_values(error, arguments)}")
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
    return done if isinstance(done, int) else 0


def run() -> NoReturn:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def _without_values(error: Exception, arguments: Sequence[str]) -> str:
    """A usage error's text without what was typed as a value: it may be a child's number in the wrong place."""
    text: str = error.format_message()  # type: ignore[attr-defined]
    if text.startswith("No such command"):
        return text
    for word in sorted(arguments, key=len, reverse=True):
        if not word.startswith("-") and len(word) > 1:
            text = text.replace(f"'{word}'", "'…'").replace(f"({word})", "(…)")
        elif word.startswith("--") and "=" in word:
            text = text.replace(word.partition("=")[2], "…")
    return text


def _unforeseen(error: Exception) -> int:
    import psycopg

    from adapters.logs import describe

    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        note("icr: the database could not be reached, or was lost")
        return UNREACHABLE
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        note(f"icr: {Misuse('the database has not this version of the tables: run icr migrate')}")
        return MISUSE
    said = describe(error)
    note(f"icr: a fault of this program: {said['error']} at {said.get('error_at', 'an unknown place')}")
    return KEPT_OR_FAILED


if __name__ == "__main__":
    run()
