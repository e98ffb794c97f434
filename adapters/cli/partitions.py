"""`icr partitions`: those of Kafka that are paused; skip what cannot be read, or have one tried again."""

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, opened, print_json, print_table, say
from domain.errors import Misuse

if TYPE_CHECKING:
    from adapters.log.pauses import Pause

app = typer.Typer(no_args_is_help=True, help="Partitions of Kafka that are paused: list, skip, resume.")

Topic = Annotated[str, typer.Argument(metavar="TOPIC")]
Number = Annotated[int, typer.Argument(metavar="PARTITION", min=0)]


def _line(pause: "Pause") -> dict[str, Any]:
    return {
        "topic": pause.topic,
        "partition": pause.partition,
        "state": "skipped" if pause.skipped else "paused",
        "offset": pause.first_offset,
        "next_offset": pause.next_offset,
        "reason": pause.reason,
        "detail": pause.detail,
        "aside": None if pause.aside is None else str(pause.aside),
        "paused_at": pause.paused_at.isoformat(),
        "skipped_at": None if pause.skipped_at is None else pause.skipped_at.isoformat(),
        "skipped_by": pause.skipped_by,
        "note": pause.note,
    }


@app.command("list", epilog="Example: icr partitions list")
def list_(
    skipped: Annotated[bool, typer.Option("--skipped", help="Those that were skipped, with who did and why.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List the partitions that are paused, with the offset at which each stands. Ends with 1 when some are."""
    from adapters.log.pauses import list_pauses

    with opened(data) as service, service.connect() as connection:
        found = list_pauses(connection, skipped=skipped)
    if as_json:
        print_json({"partitions": [_line(one) for one in found]})
    else:
        last = "note" if skipped else "what is wrong"
        columns = ("topic", "partition", "offset", "up to", "reason", "in the quarantine", last)
        rows = [
            (
                o.topic,
                o.partition,
                o.first_offset,
                o.next_offset - 1,
                o.reason,
                o.aside,
                o.note if skipped else o.detail,
            )
            for o in found
        ]
        print_table(f"{len(found)} {'places skipped' if skipped else 'partitions paused'}", columns, rows)
    if found and not skipped:
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: icr partitions skip icr.housing.v1 0 --note 'broken at the sender, will be sent again'")
def skip(
    topic: Topic,
    partition: Number,
    note: Annotated[str, typer.Option(help="Why; kept with the place. No personal data.")],
    by: Annotated[str | None, typer.Option(help="Who; without it the user of this computer.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Pass over what cannot be read at the place where a partition is paused; its bytes stay in the quarantine.

    Reading goes on behind it within seconds. What is passed over counts as kept.
    """
    from adapters.log import pauses

    if not note.strip():
        raise Misuse("--note says why")
    with opened(data) as service, service.connect() as connection:
        who = (by or getpass.getuser()).strip()
        done = pauses.skip(connection, topic, partition, who, note.strip(), service.clock.now())
    _told(done, as_json, f"{done.next_offset - done.first_offset} offsets skipped")


@app.command(epilog="Example: icr partitions resume icr.housing.v1 0")
def resume(topic: Topic, partition: Number, data: Data = None, as_json: Json = False) -> None:
    """Have the consumer try a paused partition again now, as after a new version of this program."""
    from adapters.log import pauses

    with opened(data) as service, service.connect() as connection:
        done = pauses.ask_again(connection, topic, partition)
    _told(done, as_json, "it is tried again within seconds, where a consumer runs")


def _told(pause: "Pause", as_json: bool, what: str) -> None:
    if as_json:
        print_json({"topic": pause.topic, "partition": pause.partition, "offset": pause.first_offset,
                    "next_offset": pause.next_offset})  # fmt: skip
    else:
        say(f"{pause.topic} {pause.partition} at offset {pause.first_offset}: {what}")
