"""`icr identifiers check`: whether values are NHS numbers or UPNs, and why not."""

import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, print_json, read_settings, say
from domain.identifiers import check_identifier
from domain.reasons import REASONS

app = typer.Typer(no_args_is_help=True, help="Check identifiers of children.")


_MARK = b"\xef\xbb\xbf"


class Scheme(StrEnum):
    """The national identifiers."""

    NHS = "nhs"
    UPN = "upn"


@app.callback()
def _group() -> None:
    """Keep `check` a subcommand."""


@app.command(epilog="Example: echo '999 000 0018' | icr identifiers check nhs -")
def check(
    scheme: Annotated[Scheme, typer.Argument(help="nhs or upn.")],
    values: Annotated[list[str], typer.Argument(metavar="VALUE...|-", help="Values; - reads lines of standard input.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say of each value whether it is valid, its normal form, or the reason; warnings do not make it invalid.

    A blank line of standard input is a value like any other, so that lines and verdicts stay in step. Nothing is stored
    or logged. Ends with 1 when a value is not valid.
    """
    read_settings(data, log_level="warning")
    checked = [check_identifier(scheme, value) for value in _given(values)]
    if as_json:
        fields = ("value", "valid", "normalised", "reason", "warnings")
        print_json({"checked": [{name: getattr(one, name) for name in fields} for one in checked]})
    else:
        for one in checked:
            verdict = (
                "valid" if one.valid else f"{one.reason}: {REASONS[one.reason].sentence}" if one.reason else "invalid"
            )
            warned = f" (warnings: {', '.join(one.warnings)})" if one.warnings else ""
            say(f"{one.normalised or one.value}\t{verdict}{warned}")
    if not all(one.valid for one in checked):
        raise typer.Exit(KEPT_OR_FAILED)


def _given(values: list[str]) -> Iterator[str]:
    """The values given; `-` stands for the lines of standard input, in UTF-8 or, where they are not, in Windows' encoding."""
    for value in values:
        if value != "-":
            yield _text(value.encode("utf-8", "surrogateescape")).strip()
            continue
        for number, line in enumerate(sys.stdin.buffer):
            yield _text(line.removeprefix(_MARK) if number == 0 else line).strip()


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
