"""`icr client`: for systems that sign in to an API: their key pair, and a token by which to try it."""

from pathlib import Path
from typing import Annotated

import orjson
import typer

from adapters.cli.output import Data, Json, note, print_json, read_settings, say
from domain.errors import Misuse

app = typer.Typer(no_args_is_help=True, help="For systems that sign in to the API: their key pair, and a token.")


@app.command(epilog="Example: icr client new school-mis --key school-mis.key --organisation urn-900001")
def new(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="What the system is called, as school-mis.")],
    key: Annotated[Path, typer.Option(metavar="FILE", help="Where the private key is put (mode 0600); not there yet.")],
    organisation: Annotated[
        list[str], typer.Option("--organisation", metavar="ORG", help="For which it speaks; may be said several times.")
    ],
    algorithm: Annotated[str, typer.Option(metavar="ALG", help="By which it signs.")] = "ES384",
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make a key pair: the private half is put into a file here, and the table for the service's file of clients is printed.

    Send that table to whoever runs the service; it holds the public half alone. The private one never leaves this machine.
    """
    from adapters.process.clients import Client, checked
    from adapters.publishing.signing_in import new_key, write_key

    read_settings(data, log_level="warning")
    made = new_key(algorithm, f"{client}-1")
    public = made.as_dict(private=False)
    table = {"id": client, "algorithms": [algorithm], "organisations": list(organisation)}
    checked(Client, {**table, "keys": [public]}, "client")
    write_key(key, made)
    if as_json:
        print_json({**table, "keys": [public]})
        return
    say("[[clients]]")
    for name, value in table.items():
        say(f"{name} = {orjson.dumps(value).decode()}")
    inline = ", ".join(f"{name} = {orjson.dumps(value).decode()}" for name, value in public.items())
    say(f"keys = [{{ {inline} }}]")
    note(f"icr: the private key is in {key}")


@app.command(epilog="Example: icr client token --url https://icr.example")
def token(
    url: Annotated[str | None, typer.Option(help="Public address of the service; else where `icr serve` is.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Sign in as ICR_CLIENT_ID with the key in ICR_CLIENT_KEY_FILE, and print a token. It is good for five minutes."""
    from adapters.api.serving import address
    from adapters.publishing.signing_in import SystemSignIn

    settings = read_settings(data, log_level="warning")
    signing_in = SystemSignIn.of(settings, url or address(settings.http_host, settings.http_port))
    if signing_in is None:
        raise Misuse("ICR_CLIENT_ID and ICR_CLIENT_KEY_FILE say who signs in")
    found = signing_in.token()
    if as_json:
        print_json({"access_token": found})
    else:
        say(found)
