"""`icr keys new|check|rotate`: the key file, made once for an empty log, whether it fits the log, and its key-encryption key renewed."""

from typing import Annotated, Any

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, note, opened, print_json, progress, read_settings, say
from domain.errors import Misuse

app = typer.Typer(
    no_args_is_help=True, help="The key file: make it once, see whether it fits the log, renew its key-encryption key."
)

_KEEP = "keep a copy apart from the database: without it nothing can be opened"


@app.command(epilog="Example: icr keys new --if-missing")
def new(
    if_missing: Annotated[
        bool, typer.Option("--if-missing", help="Leave a key file that is there alone, if it fits the log.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make the key file for an empty log, readable by its owner only, and note its keys in the log.

    Never where the log holds anything: its keys are given then, and new ones would open nothing.
    """
    from adapters.log.connections import connect
    from adapters.log.keys import key_file
    from adapters.log.keys.key_check import check_keys, first_keys
    from adapters.service.opened import open_database

    settings = read_settings(data, log_level="warning")
    path = settings.kek_file
    try:
        there = key_file.load(path)
    except key_file.NoKeyFile:
        there = None
    if there is not None and not if_missing:
        raise Misuse(f"there is a key file at {path} already; it is left alone")
    with open_database(settings) as found:
        if there is None:
            with connect(found.database_url) as connection:
                keys = first_keys(connection, path)
        else:
            keys = there
            check_keys(found.database_url, keys)
    if as_json:
        print_json({"key_file": str(path), "made": there is None, "fingerprint": keys.fingerprint.hex()})
    else:
        say(f"made {path}: {_KEEP}" if there is None else f"{path} is there already, and fits the log")


@app.command(epilog="Example: icr keys check")
def check(data: Data = None, as_json: Json = False) -> None:
    """Say the key file's fingerprint, which tells it from others and shows nothing of it, and whether it fits the log.

    Ends with 1 when the log is written with other keys, and says which of the two differ.
    """
    from adapters.log.connections import connect
    from adapters.log.keys import key_file
    from adapters.log.keys.key_check import has_tables, noted, which_differ
    from adapters.service.opened import open_database

    settings = read_settings(data, log_level="warning")
    keys = key_file.load(settings.kek_file)
    with open_database(settings) as found, connect(found.database_url) as connection:
        tables = has_tables(connection)
        of_the_log = noted(connection) if tables else None
        differ = which_differ(connection, keys) if tables else ()
    document: dict[str, Any] = {
        "key_file": str(settings.kek_file),
        "fingerprint": keys.fingerprint.hex(),
        "noted": None if of_the_log is None else of_the_log.hex(),
        "fits": not differ,
        "differ": list(differ),
    }
    if as_json:
        print_json(document)
    else:
        say(f"fingerprint {document['fingerprint']}")
        say(f"the log     {document['noted'] or 'notes none yet'}")
        say("it fits the log" if not differ else f"it does not fit the log: {' and '.join(differ)} differs")
    if differ:
        note("icr: copy the key file that the log is written with here, or name it by ICR_KEK_FILE")
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: icr keys rotate")
def rotate(
    begin: Annotated[
        bool,
        typer.Option(
            "--begin", help="Only put the new key into the file: copy it to every machine, then run this again."
        ),
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Replace the key-encryption key: every data key is wrapped anew, and the old key is destroyed at the end. Stopped, run it again.

    Everything goes on meanwhile. Backups from before are opened by the old key alone: keep no copy of it, and nobody opens
    them any more. The hash key stays, since everything is found by its hashes.
    """
    from adapters.cli.running import check_tables
    from adapters.commands.renewing import renew

    with opened(data) as service, progress() as bars:
        check_tables(service.connect)
        tasks: dict[str, int] = {}

        def tell(table: str, done: int) -> None:
            if table not in tasks:
                tasks[table] = bars.add_task(table)
            bars.update(tasks[table], completed=done)

        done = renew(service, tell, only_begin=begin)
    if as_json:
        print_json({"wrapped": done.wrapped, "closed": done.closed, "ended": done.ended})
    elif done.ended:
        say(
            f"{done.wrapped} keys are wrapped by the new key, and the old one is no more; {done.closed} open under neither"
        )
    else:
        say("the key file holds both keys: copy it to every machine, then run `icr keys rotate`")
