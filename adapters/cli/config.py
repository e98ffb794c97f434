"""`icr config check`: the settings in force and where they came from."""

from datetime import date
from pathlib import Path
from typing import Final

import typer

from adapters.cli.output import Data, Json, print_json, print_table, read_settings

app = typer.Typer(no_args_is_help=True, help="The settings in force.")

# A connection string may hold a password.
_SECRET: Final = frozenset({"database_url"})


@app.callback()
def _group() -> None:
    """Keep `check` a subcommand."""


@app.command(epilog="Example: ICR_HTTP_PORT=8080 icr config check")
def check(data: Data = None, as_json: Json = False) -> None:
    """Read the settings from variables, file and defaults, and show them; ends with 2 when one is wrong, or a file that they name.

    Whether a secret is set is shown, not what it is.
    """
    from adapters.codec import confluent_ids
    from adapters.process.listening import check_signing_in
    from adapters.process.settings import SETTINGS

    settings = read_settings(data, log_level="warning")
    confluent_ids(settings.confluent_schema_ids)
    check_signing_in(settings)
    if settings.clients_file is not None:
        from adapters.process.clients import read_clients

        read_clients(settings.clients_file)
    if settings.publishers_file is not None:
        from adapters.process.publishers import read_publishers

        read_publishers(settings.publishers_file)
    shown = {
        name: "set" if name in _SECRET and value is not None else _plain(value)
        for name, value in ((name, getattr(settings, name)) for name in SETTINGS)
    }
    if as_json:
        print_json({"valid": True, "settings": shown, "set": sorted(settings.given)})
        return
    rows = [
        (name, value, "yes" if name in settings.given else "", SETTINGS[name].says) for name, value in shown.items()
    ]
    print_table("settings", ("name", "value", "set", "what it is"), rows)


def _plain(value: object) -> object:
    """A value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): one for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if hasattr(value, "model_dump"):  # an issuer; it names files of secrets, and holds none
        return value.model_dump(mode="json")
    return str(value) if isinstance(value, Path | date) else value
