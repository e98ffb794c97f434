"""`icr erase …`: erasures are listed, carried out and, after a restore, carried out again; proposed and confirmed where nobody signs in."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, note, opened, print_json, print_table, read_settings, say
from adapters.cli.reading import read_identifier
from adapters.cli.running import check_tables
from domain.erasure import EXEMPTIONS, GROUNDS
from domain.errors import Misuse, Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.commands.erasing import Done, Erasing
    from adapters.service.opened import Service
    from domain.erasure import Proposal

app = typer.Typer(
    no_args_is_help=True,
    help="Erase records: proposed by one person, confirmed by another, carried out by one command; and again after a restore.",
)
As = Annotated[
    str,
    typer.Option(
        "--as", metavar="ORGANISATION:STAFF", help="Who decides; where people sign in, they do so on the pages."
    ),
]
Which = Annotated[str, typer.Argument(metavar="ERASURE", help="Its id, as `icr erase list` shows it.")]


@app.command(
    epilog="Example: echo nhs:9990000018 | icr erase propose --id - --as la-808:W1 --ground unlawful "
    + " ".join(f"--not {name}" for name in EXEMPTIONS)
)
def propose(
    by: As,
    ground: Annotated[str, typer.Option("--ground", metavar="CODE", help=f"Why: {', '.join(GROUNDS)}.")],
    identifier: Annotated[
        str | None,
        typer.Option("--id", metavar="SCHEME:VALUE|-", help="Whose records; - reads it from standard input."),
    ] = None,
    record: Annotated[
        str | None, typer.Option("--record", metavar="ID", help="The same by the id of a record or child.")
    ] = None,
    not_: Annotated[
        list[str] | None,
        typer.Option(
            "--not",
            metavar="CODE",
            help=f"An exemption that was looked at and does not apply: {', '.join(EXEMPTIONS)}; all of them.",
        ),
    ] = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="Only the record that this number leads to, as where it was joined wrongly.")
    ] = False,
    case: Annotated[
        str | None, typer.Option("--case", metavar="REFERENCE", help="The case that it belongs to.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Propose that a child's records be erased; nothing is, until somebody else confirms it.

    Privacy officers and the index team propose. Refused while a legal hold or a shield is in force.
    """
    from adapters.commands.erasures import Erasures

    with opened(data) as service:
        check_deciding(service)
        if (identifier is None) == (record is None):
            raise Misuse("erase propose takes either --id -, or --record")
        erasures = Erasures(service)
        records = erasures.records_of(read_identifier(identifier) or str(record), alone=alone)
        found = erasures.propose(by, records, ground, not_ or (), case)
    show_proposals([found], as_json=as_json)


@app.command(epilog="Example: icr erase confirm erasure-kwmtzqahdepcxs --as la-808:W2")
def confirm(erasure: Which, by: As, data: Data = None, as_json: Json = False) -> None:
    """Confirm an erasure that somebody else has proposed, within thirty days. Privacy officers confirm."""
    from adapters.commands.erasures import Erasures

    with opened(data) as service:
        check_deciding(service)
        found = Erasures(service).confirm(by, erasure)
    show_proposals([found], as_json=as_json)


@app.command(name="list", epilog="Example: icr erase list")
def list_(data: Data = None, as_json: Json = False) -> None:
    """List what was proposed, by whom, on which ground, who confirmed it, and whether it is carried out. It names no child."""
    from adapters.commands.erasures import Erasures

    with opened(data) as service:
        check_tables(service.connect)
        erasures = Erasures(service)
        found, states = erasures.all(), erasures.states()
    show_proposals(found, states, as_json=as_json)


@app.command(epilog="Example: icr erase run")
def run(
    erasure: Annotated[
        str | None,
        typer.Argument(metavar="[ERASURE]", help="Its id; without it all that are confirmed and not carried out."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Carry out an erasure that was confirmed: keys, rows, search hashes, kept copies, what was asked by. Stopped, run it again.

    Tables of more than 256 MiB together are not rewritten: what stays of them in files is sealed by keys that are destroyed, or
    pseudonymous, until `icr erase scrub`.
    """
    from adapters.commands.erasures import Erasures

    with opened(data) as service:
        check_tables(service.connect)
        erasures = Erasures(service)
        states, months = erasures.states(), {one.erasure for one in erasures.all() if one.month is not None}
        due = [one for one, state in states.items() if state in ("confirmed", "begun") and one not in months]
        wanted = [erasure] if erasure else due
        erasing, done, kept = _erasing(service), [], 0
        for one in wanted:
            try:
                done.append(erasing.run(one))
            except Rejected as rejected:
                if erasure:
                    raise
                kept += 1  # the others are carried out all the same
                note(f"icr: {one}: {rejected}")
        _say_done(done, as_json=as_json)
    if kept:
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: icr erase scrub")
def scrub(data: Data = None, as_json: Json = False) -> None:
    """Rewrite every table that erasures took rows from, however large: nothing of these stays in their files. Best by night.

    Each table is locked while it is rewritten. Ends with 1 where one was kept by somebody else for long.
    """
    with opened(data) as service:
        check_tables(service.connect)
        rewritten, left = _erasing(service).scrub()
    if as_json:
        print_json({"rewritten": rewritten, "left": left})
    else:
        say(f"rewritten: {len(rewritten)} tables; left: {', '.join(left) or 'none'}")
    if left:
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: icr erase reapply")
def reapply(data: Data = None, as_json: Json = False) -> None:
    """After a restore: erase again what was erased since the backup, by the list of ICR_ERASED_FILE. Until then nothing starts."""
    from adapters.service.opened import open_service

    settings = read_settings(data, log_level="warning")
    with open_service(settings, restored=True) as service:
        check_tables(service.connect)
        _say_done(_erasing(service).reapply(), as_json=as_json)


def check_deciding(service: "Service") -> None:
    """Raise Misuse where people sign in: nobody is believed here who they are."""
    check_tables(service.connect)
    if service.settings.people_sign_in:
        raise Misuse(
            "people sign in to this service: an erasure is proposed and confirmed on its pages, by who has signed in"
        )


def _erasing(service: "Service") -> "Erasing":
    from adapters.commands.erasing import Erasing

    return Erasing(service, lambda what: note(f"icr: {what}"))


def _as_json(one: "Proposal", state: str | None) -> dict[str, Any]:
    from domain.dates import iso_day

    return {
        "erasure": one.erasure, "ground": one.ground, "exemptions": list(one.exemptions), "records": list(one.records), "month": one.month,
        "case": one.case,
        "proposed_by": one.proposed_by, "proposed_on": iso_day(one.proposed_on), "confirmed_by": one.confirmed_by,
        "confirmed_on": None if one.confirmed_on is None else iso_day(one.confirmed_on),
        "state": state or ("proposed" if one.confirmed_by is None else "confirmed"),
    }  # fmt: skip


def show_proposals(found: "list[Proposal]", states: "Mapping[str, str] | None" = None, *, as_json: bool) -> None:
    """Proposals, as a table or as one document."""
    said = [_as_json(one, (states or {}).get(one.erasure)) for one in found]
    if as_json:
        print_json({"erasures": said})
        return
    columns = ("erasure", "state", "ground", "records or month", "proposed by", "confirmed by", "case")
    rows = [
        (one["erasure"], one["state"], one["ground"], one["month"] or len(one["records"]), f"{one['proposed_by']}, {one['proposed_on']}",
         "" if one["confirmed_by"] is None else f"{one['confirmed_by']}, {one['confirmed_on']}", one["case"])
        for one in said
    ]  # fmt: skip
    print_table("erasures", columns, rows)


def _say_done(done: "list[Done]", *, as_json: bool) -> None:
    if as_json:
        print_json({"erased": [
            {"erasure": one.erasure, "events": one.events, "rows": one.rows, "kept": one.kept, "entries": one.entries, "rewritten": one.rewritten,
             "left": one.left} for one in done]})  # fmt: skip
        return
    for one in done:
        say(f"{one.erasure}: {one.events} events can be opened by nobody; {one.rows} rows, {one.kept} kept events and "
            f"{one.entries} searches are gone")  # fmt: skip
        if one.left:
            say(f"{one.erasure}: for `icr erase scrub`: {', '.join(one.left)}")
    if not done:
        say("nothing is to be erased")
