"""`icr seal` and `icr access …`: the access log is sealed, its key made and shown, and it is exported for who checks it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from adapters.cli.output import (
    Data,
    Json,
    interruptible,
    note,
    opened,
    print_json,
    print_table,
    progress,
    read_settings,
    say,
)
from adapters.cli.reading import answered_by
from adapters.cli.running import Parent, Worker, check_tables, started
from domain.access.viewer import GRANTED, Role
from domain.errors import Misuse, Rejected
from domain.questions.about import ExportLog

if TYPE_CHECKING:
    from adapters.commands.granting import Held
    from adapters.disclosure.signing_key import SigningKey
    from adapters.service.opened import Service

app = typer.Typer(
    no_args_is_help=True,
    help="Roles that are granted here; the access log: export it, make its signing key, show the verifier key, check its rights.",
)

_KEEP: Final = "keep a copy apart from the database, and give others this verifier key"


def seal(
    data: Data = None,
    as_json: Json = False,
    once: Annotated[
        bool,
        typer.Option(
            "--once", "--checkpoint", help="Seal what waits, publish a checkpoint, and end; also beside a worker."
        ),
    ] = False,
    parent: Parent = 0,
) -> None:
    """Seal the access log: give entries their leaves each second, and publish a signed checkpoint each minute.

    Checkpoints go to ICR_CHECKPOINTS, a folder that others see. Of several one works and the others wait. With --once it
    ends with 1 where the log cannot be sealed, signed or published, and says why.
    """
    if once:
        _seal_once(data, as_json=as_json)
        return
    from adapters.disclosure.sealer import follow
    from adapters.process.logs import get_logger

    with started(Worker.SEAL, data, parent) as (service, heart, stop):
        check_tables(service.connect)
        key = _signing_key(service)
        stop.gently()
        done = follow(service, key, stop, heart.beat)
    get_logger("seal").info("sealer_ended", count=done.sealed)
    if as_json:
        print_json({"sealed": done.sealed, "leaves": done.size, "published": done.published})


def _seal_once(data: Path | None, *, as_json: bool) -> None:
    from adapters.disclosure.sealer import seal_now

    with opened(data) as service:
        check_tables(service.connect)
        done = seal_now(service, _signing_key(service))
    if as_json:
        print_json({"sealed": done.sealed, "leaves": done.size, "published": done.published})
    else:
        say(f"sealed {done.sealed} entries: {done.size} leaves; published {done.published} checkpoints")


def _signing_key(service: "Service") -> "SigningKey":
    """The key that is there; one is made where nothing is sealed. Two made at once are no harm: one signs, the other is refused."""
    from adapters.disclosure.signing_key import first_key

    with service.connect() as connection:
        return first_key(connection, service.settings.signing_key_file)


@app.command(epilog="Example: icr access key")
def key(
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="What the log is called in its checkpoints, for ever; while nothing is sealed.",
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the verifier key, by which anybody can check the log's checkpoints; it shows nothing of the signing key.

    While nothing of the log is sealed it makes the signing key where there is none, readable by its owner only. Never later:
    a log signed by another key is another log to everybody who keeps a checkpoint.
    """
    from adapters.disclosure.signing_key import NoSigningKey, first_key, load
    from adapters.log.connections import connect
    from adapters.service.opened import open_database

    settings = read_settings(data, log_level="warning")
    path = settings.signing_key_file
    made = False
    try:
        found = load(path)
    except NoSigningKey:
        with open_database(settings) as servers, connect(servers.database_url) as connection:
            check_tables(lambda: connect(servers.database_url))
            found = first_key(connection, path, name)
            made = True
    if name not in (None, found.verifier.name):
        raise Misuse("--name: the log has another name, which it keeps")
    if as_json:
        print_json({"signing_key_file": str(path), "made": made, "verifier_key": str(found.verifier)})
    else:
        if made:
            note(f"icr: made {path}: {_KEEP}")
        say(str(found.verifier))


@app.command(epilog="Example: icr access rotate")
def rotate(data: Data = None, as_json: Json = False) -> None:
    """Exchange the signing key for a new one of the same log, while no `icr seal` works. One checkpoint is signed by both.

    The old key's file is kept beside, with the id of the key in its name. A check needs both verifier keys from now on: give
    others the new one too. Ends with 1 where the log cannot be sealed, signed or published, and says why.
    """
    from adapters.disclosure.rotating import rotate as exchange
    from adapters.disclosure.second_place import SecondPlace
    from adapters.log.connections import Work

    with opened(data) as service, service.connect(Work.SEAL) as connection:
        check_tables(service.connect)
        settings = service.settings
        old, new = exchange(connection, settings.signing_key_file, SecondPlace(settings.checkpoints), service.clock)
    if as_json:
        print_json({"old_verifier_key": str(old.verifier), "verifier_key": str(new.verifier)})
    else:
        note("icr: the log's checkpoints are signed by a new key: give others this verifier key, beside the old one")
        say(str(new.verifier))


Who = Annotated[str, typer.Argument(metavar="ORGANISATION:STAFF", help="Whose role, as la-808:W1.")]
What = Annotated[
    Role,
    typer.Argument(metavar="ROLE", help=f"One of {', '.join(GRANTED)}; docs/security.md says what each may see."),
]


@app.command(epilog="Example: icr access grant la-808:W1 duty --area North --until 2027-03-31")
def grant(
    worker: Who,
    role: What,
    area: Annotated[
        list[str] | None, typer.Option("--area", metavar="NAME", help="Of duty: an area; may be repeated.")
    ] = None,
    team: Annotated[
        list[str] | None, typer.Option("--team", metavar="ID", help="Of a team manager: a team; may be repeated.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="First day on which it is no longer held.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Let somebody act here in a role, from today.

    Roles that reach beyond one's own children are granted here alone: no agency can publish them and no issuer's claim brings
    them. What was granted stands in the log. Granted again, what is said last stands.
    """
    from adapters.codec.times import DAY_RULE, read_day
    from adapters.commands import granting

    try:
        last = None if until is None else read_day(until, "--until")
    except Rejected:
        raise Misuse(f"--until: {DAY_RULE}") from None
    with opened(data) as service:
        check_tables(service.connect)
        granting.grant(service, granting.read_worker(worker), role, areas=area or (), teams=team or (), until=last)
    _say_role(worker, role, "granted", as_json=as_json)


@app.command(epilog="Example: icr access end la-808:W1 duty")
def end(worker: Who, role: What, data: Data = None, as_json: Json = False) -> None:
    """Take a role from somebody, from their next request on."""
    from adapters.commands import granting

    with opened(data) as service:
        check_tables(service.connect)
        granting.end(service, granting.read_worker(worker), role)
    _say_role(worker, role, "ended", as_json=as_json)


@app.command(epilog="Example: icr access roles --json")
def roles(data: Data = None, as_json: Json = False) -> None:
    """List who holds which role today, for which areas or teams, since when and until when."""
    from adapters.commands import granting

    with opened(data) as service:
        check_tables(service.connect)
        held = granting.roles(service)
    if as_json:
        print_json({"roles": [_role_as_json(one) for one in held]})
        return
    for one in held:
        whose = ", ".join((*one.areas, *one.teams))
        until = "" if one.until is None else f", until {one.until.isoformat()}"
        say(f"{one.worker}  {one.role}{f' ({whose})' if whose else ''}, since {one.since.isoformat()}{until}")
    if not held:
        say("no role is granted")


def _role_as_json(one: "Held") -> dict[str, object]:
    return {
        "worker": one.worker,
        "role": one.role,
        "areas": list(one.areas),
        "teams": list(one.teams),
        "since": one.since.isoformat(),
        "until": None if one.until is None else one.until.isoformat(),
    }


def _say_role(worker: str, role: Role, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"worker": worker, "role": role.value, what: True})
    else:
        say(f"{what}: {role.value} of {worker}")


@app.command(epilog="Example: icr access rights")
def rights(data: Data = None, as_json: Json = False) -> None:
    """Say whether the database has the roles that keep the service's own connections from changing the access log.

    Ends with 1 where one is missing, is not granted to us, or has other rights than it ought to. The service works without them,
    with the rights of the user of ICR_DATABASE_URL.
    """
    from adapters.disclosure.roles import STATES, WELL, states

    with opened(data) as service, service.connect() as connection:
        check_tables(service.connect)
        found = states(connection)
    if as_json:
        print_json({"roles": [{"role": one.role, "for": one.is_for, "state": one.state} for one in found]})
    else:
        print_table("roles", ("role", "for", "state"), [(one.role, one.is_for, STATES[one.state]) for one in found])
    if any(one.state != WELL for one in found):
        raise typer.Exit(1)


@app.command(epilog="Example: icr access export /tmp/access.jsonl")
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the export is written; it must not be there.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write the whole access log into a file, as `icr verify-log FILE` and tools/verify_log/access_log.py check it.

    It has every entry with its leaf, which parts of which records it showed, their content as it is sealed, the tree and
    its checkpoints. It says of whom something was shown, so it is readable by its owner only. An entry says that it was
    taken. It is written before the file is, and so stands in the file.
    """
    from adapters.disclosure.export import write_export
    from adapters.log.connections import Work

    with opened(data) as service, interruptible(), service.connect(Work.EXPORT) as connection:
        check_tables(service.connect)
        answered_by(service, ExportLog())
        with progress() as bars:
            task = bars.add_task("writing the access log", total=None)
            counts = write_export(
                connection, service.keys, file, lambda at, of: bars.update(task, completed=at, total=of)
            )
    if as_json:
        print_json({"file": str(file), **counts})
    else:
        say(", ".join(f"{count} {what}" for what, count in counts.items()))


@app.command(epilog="Example: icr access summarise")
def summarise(data: Data = None, as_json: Json = False) -> None:
    """Make the summary of looks again from the access log. Officers' questions about a long time are answered from it.

    Sealing keeps the summary up to date. So this is needed only where `icr officer ask log-complete` says that the summary is
    not as the log is: then somebody has changed one of them by hand. Sealing waits meanwhile; officers are answered from the
    old summary until the new one is there.
    """
    from adapters.disclosure.sealing import summarise as make_anew
    from adapters.log.connections import Work

    with opened(data) as service, interruptible(), service.connect(Work.REBUILD) as connection:
        check_tables(service.connect)
        leaves = make_anew(connection)
    if as_json:
        print_json({"leaves": leaves})
    else:
        say(f"summed up {leaves} leaves")


@app.command(epilog="Example: icr access capsules")
def capsules(
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Keep the capsule of this program among them: a step of a release, in its source."),
    ] = False,
    as_json: Json = False,
) -> None:
    """List the capsules that are installed: the code of each release by which its pages can be worked out again.

    One that an entry names and that is not among them is no loss of proof: what was shown stays proved, and is not derived.
    """
    from adapters.disclosure.capsules import own_capsule, release, released

    if keep:
        release()
    found = released()
    if as_json:
        print_json({"capsules": found, "own": own_capsule()})
    else:
        for one in found:
            say(one)
        note(f"icr: this program's own is {own_capsule()}")
