"""`icr config check`: the settings in force and where they came from."""

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
    """Read the settings from variables, file and defaults, and show them; ends with 2 when one is wrong.

    Whether a secret is set is shown, not what it is.
    """
    from adapters.codec import confluent_ids
    from adapters.process.listening import check_signing_in

    settings = read_settings(data, log_level="warning")
    confluent_ids(settings.confluent_schema_ids)
    check_signing_in(settings)
    shown = {
        name: "set" if name in _SECRET and value is not None else value
        for name, value in settings.model_dump(mode="json").items()
    }
    if as_json:
        print_json({"valid": True, "settings": shown, "set": sorted(settings.model_fields_set)})
        return
    fields = type(settings).model_fields
    rows = [
        (name, value, "yes" if name in settings.model_fields_set else "", fields[name].description)
        for name, value in shown.items()
    ]
    print_table("settings", ("name", "value", "set", "what it is"), rows)
