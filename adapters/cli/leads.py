"""`icr leads caseload|gaps`: who leads for whom, and where nobody does."""

from typing import Annotated

import typer

from adapters.cli.output import Data, Json
from adapters.cli.reading import Area, EffectiveAt, KnownAt, ask, finish, read_text
from domain.errors import Misuse

app = typer.Typer(no_args_is_help=True, help="Lead professionals: a worker's caseload, and where a lead is missing.")


@app.command(epilog="Example: icr leads caseload --worker la-808:W2041")
def caseload(
    worker: Annotated[str, typer.Option("--worker", metavar="ORGANISATION:STAFF", help="Whose caseload.")],
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the children a worker works with, leads for or is nominated to lead for, and where their lead is missing."""
    from adapters.cli.rendering import show_caseload

    if ":" not in read_text(worker, "--worker").strip(":"):
        raise Misuse("--worker: ORGANISATION:STAFF")
    with ask(data, known_at, effective_at) as question:
        found = question.asked.caseload(worker=worker, effective_at=question.effective_at)
    answer = finish(found, as_json, "no such worker")
    if not as_json:
        show_caseload(answer)


@app.command(epilog="Example: icr leads gaps --area ZE92 --effective-at 2025-12-19")
def gaps(
    area: Area = None,
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show children for whom help goes on and a lead is missing, contested, not accepted, or no longer involved."""
    from adapters.cli.rendering import show_gaps

    with ask(data, known_at, effective_at) as question:
        found = question.asked.gaps(area=area, effective_at=question.effective_at)
    answer = finish(found, as_json, "no such area")
    if not as_json:
        show_gaps(answer)
