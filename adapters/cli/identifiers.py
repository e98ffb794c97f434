"""`icr identifiers check`: whether values are NHS numbers or UPNs, and why not."""

from enum import StrEnum
from typing import Annotated

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, lines_of, print_json, read_settings, say
from domain.identifiers import check_identifier
from domain.reasons import REASONS

app = typer.Typer(no_args_is_help=True, help="Check identifiers of children.")


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

    Nothing is stored or logged. Ends with 1 when a value is not valid.
    """
    read_settings(data, log_level="warning")
    checked = [check_identifier(scheme, value) for value in lines_of(values)]
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
