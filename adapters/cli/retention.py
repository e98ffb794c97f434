"""`icr retention …`: how long each class of record is kept, what is due, and proposing that it be erased."""

from typing import Annotated

import typer

from adapters.cli.erase import As, check_deciding, show_proposals
from adapters.cli.output import Data, Json, opened, print_json, print_table, say
from adapters.cli.running import check_tables
from domain.effects import RETENTION_CLASSES
from domain.retention import OF_NO_CHILD

app = typer.Typer(
    no_args_is_help=True,
    help="How long records are kept: the authority's schedule, what is due by it, and proposing it for erasure.",
)


@app.command(epilog="Example: icr retention due")
def due(data: Data = None, as_json: Json = False) -> None:
    """Say how many records are due, by class, and how many of those a legal hold or a shield keeps. It names no record.

    A record is due when the time of all its classes is over (ICR_RETENTION_FILE). A class that the schedule does not name is kept.
    """
    from adapters.commands.retention import Retention

    with opened(data) as service:
        check_tables(service.connect)
        retention = Retention(service)
        found = retention.due()
    periods = [
        {"class": name, "years": None if (one := retention.periods.get(name)) is None else one.years,
         "counted_from": None if one is None else one.counted_from, "source": None if one is None else one.source,
         "due": found.classes.get(name, 0)}
        for name in sorted(RETENTION_CLASSES - OF_NO_CHILD)
    ]  # fmt: skip
    if as_json:
        print_json({"due": len(found.records), "kept": found.kept, "classes": periods})
        return
    rows = [
        (one["class"], "kept" if one["years"] is None else one["years"], one["counted_from"], one["due"], one["source"])
        for one in periods
    ]
    print_table("retention", ("class", "years", "counted from", "due", "source"), rows)
    say(f"due: {len(found.records)} records; {found.kept} more are held")


@app.command(epilog="Example: icr retention propose --as la-808:W1")
def propose(
    by: As,
    case: Annotated[
        str | None, typer.Option("--case", metavar="REFERENCE", help="The case that it belongs to.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Propose that what is due be erased, a thousand records at most; somebody else confirms it, as any erasure."""
    from adapters.commands.retention import Retention

    with opened(data) as service:
        check_deciding(service)
        found = Retention(service).propose(by, case)
    show_proposals([found], as_json=as_json)
