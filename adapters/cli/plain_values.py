"""What is typed as a text or a path is taken as such, without the adapters of pydantic that typer would build for it.

typer builds one for each option of the command that runs, given or not, and loads pydantic for that: a fifth of what a
question takes to be answered. There is no public place to say otherwise. Where a later typer has these no more, nothing
changes but the time, and `tests/integration/cli/test_start.py` says so.
"""

from pathlib import Path
from typing import Any

import typer

try:
    from typer._coercion import build_runtime_param
    from typer._param_types import coerce_cli_path
except ImportError:  # another typer, which reads all options its own way
    _KNOWN = False
else:
    _KNOWN = True


def take_plainly(command: Any) -> None:  # noqa: ANN401 - typer's own copy of click
    """Let the options and arguments of a command, or of each in a group, be read so."""
    if not _KNOWN:
        return
    for below in getattr(command, "commands", {}).values():
        take_plainly(below)
    for option in command.get_params(typer.Context(command)):  # with --help, which is made once
        if hasattr(option, "type_descriptor") and not (option.multiple or option.nargs == -1):
            option._runtime_param = _Plain()  # noqa: SLF001


class _Plain:
    """How one value is read, in the place of typer's own."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401
        """The value; raises what typer raises for what is none."""
        kind = param.type_descriptor
        if value is None or (value == param.default and not isinstance(value, str)):
            return value
        if kind.annotation is str and isinstance(value, str) and _is_text(value):
            return value
        if kind.annotation is Path and isinstance(value, str) and _is_text(value):
            return coerce_cli_path(Path(value), kind.parameter_info, path_type=Path, param=param, ctx=ctx)
        return build_runtime_param(kind).coerce(value, param=param, ctx=ctx)


def _is_text(value: str) -> bool:
    """Whether it is one, and not bytes that are no UTF-8, as an argument may hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
