"""`icr child find|show|timeline`: one child, by an identifier, by a record, or by family name and date of birth."""

from typing import Annotated

import typer

from adapters.cli.output import KEPT_OR_FAILED, Data, Json, note
from adapters.cli.reading import EffectiveAt, Identifier, KnownAt, ask, finish, read_identifier, read_search, read_text
from domain.errors import Misuse

app = typer.Typer(no_args_is_help=True, help="One child: find it, show its line of the index, its timeline.")

UNKNOWN = "no child is known by that, as of then"
Record = Annotated[
    str | None,
    typer.Option("--record", metavar="RECORD", help="A record's id, r-…, as answers show it.", show_default=False),
]


@app.command(epilog="Example: echo 'Example, 2019-03-14' | icr child find --search -")
def find(
    family: Annotated[
        str | None, typer.Option("--family", metavar="NAME", help="Family name; needs --dob.", show_default=False)
    ] = None,
    born: Annotated[
        str | None, typer.Option("--dob", metavar="DATE", help="Date of birth; needs --family.", show_default=False)
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search",
            metavar="-",
            help="Family name and date of birth from standard input, as NAME, DATE: no other process sees them.",
            show_default=False,
        ),
    ] = None,
    identifier: Identifier = None,
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Find children by an exact identifier, or by family name and date of birth; ends with 1 when there is none."""
    from adapters.cli.rendering_child import show_found
    from adapters.codec.times import read_day

    if search is not None:
        if family is not None or born is not None:
            raise Misuse("child find takes either --search, or --family and --dob")
        family, born = read_search(search)
    by_name = family is not None and born is not None
    if (identifier is None) != by_name or (family is None) != (born is None):
        raise Misuse("child find takes either --id -, or --search -, or --family and --dob")
    wanted = read_identifier(identifier)
    name = None if family is None else read_text(family, "--family")
    day = None if born is None else read_day(born, "--dob")
    with ask(data, known_at, effective_at) as question:
        found = question.asked.find(identifier=wanted, family=name, born=day, effective_at=question.effective_at)
    answer = finish(found, as_json, UNKNOWN)
    if not as_json:
        show_found(answer)
    if answer.get("refine"):
        note("icr: more than ten children fit: ask with an identifier")
    elif not answer["children"]:
        note(f"icr: {UNKNOWN}")
        raise typer.Exit(KEPT_OR_FAILED)


@app.command(epilog="Example: echo nhs:9990200017 | icr child show --id -")
def show(
    identifier: Identifier = None,
    record: Record = None,
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show who a child is, where, its school, GP, who is involved and who leads."""
    from adapters.cli.rendering_child import show_child

    wanted = _one(identifier, record)
    with ask(data, known_at, effective_at) as question:
        found = question.asked.child(identifier=wanted, record=record, effective_at=question.effective_at)
    answer = finish(found, as_json, UNKNOWN)
    if not as_json:
        show_child(answer)


@app.command(
    epilog="Example: echo nhs:9990200017 | icr child timeline --id - --effective-at 2025-12-19 --known-at 1:8000"
)
def timeline(
    identifier: Identifier = None,
    record: Record = None,
    retracted: Annotated[bool, typer.Option("--retracted", help="Also show facts that were retracted.")] = False,
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show every interval and moment of a child's involvements, with the events that say so."""
    from adapters.cli.rendering_child import show_timeline

    wanted = _one(identifier, record)
    with ask(data, known_at, effective_at) as question:
        found = question.asked.timeline(
            identifier=wanted, record=record, retracted=retracted, effective_at=question.effective_at
        )
    answer = finish(found, as_json, UNKNOWN)
    if not as_json:
        show_timeline(answer)


def _one(identifier: str | None, record: str | None) -> str | None:
    if (identifier is None) == (record is None):
        raise Misuse("name the child by either --id or --record")
    return read_identifier(identifier)
