"""`icr retention …`: how long each class of record and the access log are kept, what is due, proposing it, and giving months up."""

from typing import Annotated

import typer

from adapters.cli.erase import As, Which, check_deciding, show_proposals
from adapters.cli.output import Data, Json, note, opened, print_json, print_table, say
from adapters.cli.reading import answered
from adapters.cli.running import check_tables
from domain.questions.about import ShowDue

app = typer.Typer(
    no_args_is_help=True,
    help="How long records and the access log are kept by the authority's schedule: see and propose what is due, and give a month up.",
)


@app.command(epilog="Example: icr retention due")
def due(data: Data = None, as_json: Json = False) -> None:
    """Say how many records are due, by class, and how many of those a legal hold or a shield keeps. It names no record.

    A record is due when the time of all its classes is over (ICR_RETENTION_FILE). A class that the schedule does not name is kept.
    The access log has an entry that somebody looked.
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
        held = [(one["hold"], one["until"] or "somebody ends it", one["records"]) for one in found["holds"]]
        print_table("held", ("hold", "until", "records"), held)
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


@app.command(epilog="Example: icr retention months")
def months(data: Data = None, as_json: Json = False) -> None:
    """List the months of the access log that are over: until when each is kept, and how many of its accesses are held.

    A month is kept for the years of [access_log] in ICR_RETENTION_FILE, counted from when the log stated that it was over.
    """
    from adapters.commands.giving_up import GivingUp

    with opened(data) as service:
        check_tables(service.connect)
        found = [
            {"month": str(one.month), "entries": one.entries, "kept_until": None if one.due is None else one.due.date().isoformat(),
             "held": one.held, "given_up": one.given_up}
            for one in GivingUp(service).months()
        ]  # fmt: skip
    if as_json:
        print_json({"months": found})
        return
    rows = [
        (one["month"], one["entries"], one["kept_until"] or "kept", one["held"], "given up" if one["given_up"] else "")
        for one in found
    ]
    print_table("months of the access log", ("month", "entries", "kept until", "held", ""), rows)


@app.command(epilog="Example: icr retention propose-month 2026-06 --as la-808:W1")
def propose_month(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="The month, as 2026-06.")],
    by: As,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Propose to give up a month of the access log; another privacy officer confirms it, as any erasure.

    Refused before its time of keeping is over, and while a legal hold or an open case is about one of its accesses.
    """
    from adapters.commands.giving_up import GivingUp

    with opened(data) as service:
        check_deciding(service)
        found = GivingUp(service).propose(by, month)
    show_proposals([found], as_json=as_json)


@app.command(epilog="Example: icr retention give-up erasure-kwmtzqahdepcxs")
def give_up(erasure: Which, data: Data = None, as_json: Json = False) -> None:
    """Give up a month of the access log, as two officers have decided: its entries are deleted, their leaves stay. If it was stopped, run it again.

    An entry of the log states it, so that a check of the log can tell what was given up from what is missing.
    """
    from adapters.commands.giving_up import GivingUp

    with opened(data) as service:
        check_tables(service.connect)
        done = GivingUp(service, lambda what: note(f"icr: {what}")).run(erasure)
    if as_json:
        print_json({"month": done.month, "statement": done.statement, "entries": done.entries, "parts": done.parts})
        return
    say(
        f"{done.month} is given up, as {done.statement} states: entries {done.entries}, parts that nothing else shows {done.parts}"
    )
