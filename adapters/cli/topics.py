"""`icr topics`: the topics of publishers, and who may do what with them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, note, print_json, print_table, read_settings
from domain.errors import Misuse

if TYPE_CHECKING:
    from adapters.intake.kafka.granting import Granted
    from adapters.process.publishers import Publishers
    from adapters.process.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The topics of publishers, and who may do what with them.")

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[PUBLISHER]...", help="As the file of publishers names them; none: all.")
]
ReaderOption = Annotated[
    str | None,
    typer.Option(
        "--reader", metavar="PRINCIPAL", help="Our own user, as User:icr; else as the file of publishers says."
    ),
]


@app.command("list", epilog="Example: icr topics list --json")
def list_topics(names: Names = None, reader: ReaderOption = None, data: Data = None, as_json: Json = False) -> None:
    """Show the topics of publishers and what is missing of them, and who else may write there or read what they are told.

    Ends with 1 where something is missing or somebody else may.
    """
    from adapters.intake.kafka.granting import look

    publishers, settings = _publishers(data)
    with _admin(settings) as admin:
        found = look(admin, *_chosen(publishers, names, reader))
    _show(found, as_json=as_json, made=False)
    if any(one.missing_topics or one.missing_rights or one.others for one in found):
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: icr topics grant northmoor-mis --dry-run")
def grant(
    names: Names = None,
    reader: ReaderOption = None,
    partitions: Annotated[int, typer.Option(min=1, max=100, help="Of each topic that is made.")] = 1,
    replication: Annotated[
        int | None, typer.Option(min=1, max=9, help="Copies of each topic that is made; else as Kafka has it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made, and make nothing.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make the topics of publishers that are missing, and their rights: each is written to by its own user alone.

    For each sector of a publisher a topic for live events and one for backfill, and one for its feedback. May be run again; what
    is there is left as it is. Ends with 1 where somebody else may write there too, or read what a publisher is told: that is not
    taken from anybody.
    """
    from adapters.intake.kafka.granting import grant as make
    from adapters.intake.kafka.granting import look

    publishers, settings = _publishers(data)
    with _admin(settings) as admin:
        found = look(admin, *_chosen(publishers, names, reader))
        if not dry_run:
            make(admin, found, partitions, -1 if replication is None else replication)
    _show(found, as_json=as_json, made=not dry_run)
    if any(one.others for one in found):
        raise typer.Exit(KEPT_OR_FAILED)


def _publishers(data: Any) -> "tuple[Publishers, Settings]":  # noqa: ANN401 - as the option is read
    from adapters.process.publishers import read_publishers

    settings = read_settings(data, log_level="warning")
    if settings.publishers_file is None:
        raise Misuse("ICR_PUBLISHERS_FILE is not set: it names who publishes on which topics")
    if settings.kafka_bootstrap_servers is None:
        raise Misuse("topics of their own are made on a real Kafka: see ICR_KAFKA_BOOTSTRAP_SERVERS")
    return read_publishers(settings.publishers_file)[0], settings


def _chosen(publishers: "Publishers", names: Sequence[str] | None, reader: str | None) -> Any:  # noqa: ANN401
    from adapters.intake.kafka.granting import chosen

    return chosen(publishers, names or (), reader)


@contextmanager
def _admin(settings: "Settings") -> Iterator[Any]:
    from adapters.intake.kafka.topics import administration
    from adapters.process.kafka_security import security_of

    with administration(settings.kafka_bootstrap_servers or "", security_of(settings)) as admin:
        yield admin


def _show(found: "Sequence[Granted]", *, as_json: bool, made: bool) -> None:
    if as_json:
        print_json({"publishers": [_document(one) for one in found], "made": made})
    else:
        word = "made" if made else "missing"
        rows = [
            (one.publisher.name, one.publisher.principal, len(one.topics), len(one.missing_topics), len(one.missing_rights), len(one.others))
            for one in found
        ]  # fmt: skip
        print_table(
            "publishers", ("name", "principal", "topics", f"topics {word}", f"rights {word}", "others who may"), rows
        )
    for one in found:
        for other in one.others:
            note(f"icr: {other.principal} may {other.operation} {other.topic} too, by a right to {other.pattern}")


def _document(one: "Granted") -> dict[str, Any]:
    publisher = one.publisher
    return {
        "name": publisher.name,
        "principal": publisher.principal,
        "sectors": list(publisher.sectors),
        "organisations": list(publisher.organisations),
        "topics": list(one.topics),
        "missing_topics": list(one.missing_topics),
        "rights": [right._asdict() for right in one.rights],
        "missing_rights": [right._asdict() for right in one.missing_rights],
        "others": [other._asdict() for other in one.others],
    }
