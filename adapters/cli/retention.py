"""`icr retention …`: how long each class of record is kept, what is due, and proposing that it be erased."""

import typer

from adapters.cli.erase import As, check_deciding, show_proposals
from adapters.cli.output import Data, Json, opened, print_json, print_table, say
from adapters.cli.reading import answered
from domain.questions.about import ShowDue

app = typer.Typer(
    no_args_is_help=True,
    help="How long records are kept: the authority's schedule, what is due by it, and proposing it for erasure.",
)


@app.command(epilog="Example: icr retention due")
def due(data: Data = None, as_json: Json = False) -> None:
    """Say how many records are due, by class, and how many of those a legal hold or a shield keeps. It names no record.

    A record is due when the time of all its classes is over (ICR_RETENTION_FILE). A class that the schedule does not name is kept.
    That it was looked at stands in the access log.
    """
    found = answered(data, ShowDue())
    assert found is not None
    if as_json:
        print_json(found)
        return
    rows = [
        (one["retention_class"], "kept" if one["years"] is None else one["years"], one["counted_from"], one["due"], one["source"])
        for one in found["classes"]
    ]  # fmt: skip
    print_table("retention", ("class", "years", "counted from", "due", "source"), rows)
    if found["holds"]:
        held = [(one["hold"], one["until"] or "it is ended", one["records"]) for one in found["holds"]]
        print_table("held", ("by", "until", "records"), held)
    say(f"due: {found['due']} records; {found['kept']} more are held")


@app.command(epilog="Example: icr retention propose --as la-808:W1")
def propose(
    by: As,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Propose that what is due be erased, a thousand records at most; somebody else confirms it, as any erasure."""
    from adapters.commands.retention import Retention

    with opened(data) as service:
        check_deciding(service)
        found = Retention(service).propose(by)
    show_proposals([found], as_json=as_json)
