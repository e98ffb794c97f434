"""Pages of what can be set and what can be typed: the settings, and every command with its options."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any, Final

import typer

from adapters.process.settings import CONFIG_FILE, CONFIG_VARIABLE, PREFIX, SETTINGS, Settings
from tools.markdown import made_by, table

EXAMPLE: Final = "Example: "
_COMMON: Final = ("--help", "--data", "--json")
_BY_CODE: Final = {
    "data_dir": "the user's data folder of the platform",
    "kek_file": "`keys` in the data folder",
    "signing_key_file": "`signing-key` in the data folder",
    "checkpoints": "`checkpoints` in the data folder",
}


def pages() -> dict[str, str]:
    """The pages by their path below `docs/`."""
    return {"settings.md": _settings(), "commands.md": _commands()}


_HEAD_OF_SETTINGS: Final = f"""# Settings

A setting is a variable, or a line of a TOML file without `{PREFIX}` and in lower case. The file is the one that
`{CONFIG_VARIABLE}` names, else `{CONFIG_FILE}` in the data folder, which need not be there. A variable stands above the
file, `--data` above both. `icr config check` shows what is in force; a variable that is no setting is refused.

Limits of rules (days, numbers of addresses) are no settings: the same question must have the same answer. How long a
rule waits before it is shown is set with `icr load thresholds`, as an event in the log
([reference data](reference-data.md#thresholds-and-feeds)); the others stand in `domain/`, and are told in
[the rules](rules.md).
"""

_HEAD_OF_COMMANDS: Final = """# Commands

Every command takes `--help`; most take `--data DIR` (the data folder) and `--json` (one JSON document on standard
output, everything else on standard error). They end with 0: done; 1: done, but something was kept in quarantine or a check
failed; 2: used wrongly; 3: a server could not be reached.
"""


def _settings() -> str:
    rows = []
    without = Settings()
    for name, setting in SETTINGS.items():
        choices = " or ".join(f"`{choice}`" for choice in setting.choices)
        means = setting.says + (f" ({choices})" if choices else "")
        rows.append((f"`{PREFIX}{name.upper()}`", means, _BY_CODE.get(name) or _default(getattr(without, name))))
    return "\n".join(
        [
            made_by("adapters/process/settings.py"),
            _HEAD_OF_SETTINGS,
            *table(("variable", "means", "without it"), rows),
            "",
        ]
    )


def _default(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {', '.join(f'`{v}`' for v in values)}" for name, values in value.items())
    return "" if value is None else f"`{value}`"


def _commands() -> str:
    from tools.main import app

    lines = [made_by("the commands themselves"), _HEAD_OF_COMMANDS]
    for path, command in walk(typer.main.get_command(app), ("icr",)):
        lines += [f"## {' '.join(path)}", "", _prose(command.help or ""), ""]
        shown = [p for p in command.params if not getattr(p, "hidden", False) and p.opts[0] not in _COMMON]
        if shown:
            lines += [*table(("", "means"), [_parameter(p) for p in shown]), ""]
        if shown_as := example(command):
            lines += ["```sh", shown_as, "```", ""]
    return "\n".join(lines)


def inner(command: Any) -> dict[str, Any]:  # noqa: ANN401 - typer's own copy of click
    """The commands of a group by their names; none of a command that does something itself."""
    if not hasattr(command, "list_commands"):
        return {}
    context = typer.Context(command)
    return {name: command.get_command(context, name) for name in command.list_commands(context)}


def example(command: Any) -> str | None:  # noqa: ANN401
    """The command line that a command's help ends with; None where it shows none."""
    said = command.epilog or ""
    return said.removeprefix(EXAMPLE) if said.startswith(EXAMPLE) else None


def walk(command: Any, path: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    """Every command that does something, with the words that call it; in order of their names."""
    parts = inner(command)
    if not parts:
        yield tuple(path), command
    for name in sorted(parts):
        yield from walk(parts[name], (*path, name))


def _prose(text: str) -> str:
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _parameter(parameter: Any) -> tuple[str, str]:  # noqa: ANN401
    takes = parameter.metavar or parameter.name.upper()
    means = getattr(parameter, "help", None) or ""
    if parameter.param_type_name == "argument":
        return f"`{takes}`", means
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    shown = names if getattr(parameter, "is_flag", False) else f"{names} {takes}"
    return f"`{shown}`", f"{means} Required." if parameter.required else means
