"""`icr leads caseload|families|changes|handover|gaps`: who leads for whom, what is new, and where nobody does."""

from typing import Annotated

import typer

from adapters.cli.output import Data, Json
from adapters.cli.reading import Area, EffectiveAt, KnownAt, ask, finish, read_text
from domain.errors import Misuse

app = typer.Typer(no_args_is_help=True, help="Lead professionals: a worker's caseload, and where a lead is missing.")


Worker = Annotated[str, typer.Option("--worker", metavar="ORGANISATION:STAFF", help="Whose children.")]


def _worker(text: str) -> str:
    if ":" not in read_text(text, "--worker").strip(":"):
        raise Misuse("--worker: ORGANISATION:STAFF")
    return text


@app.command(epilog="Example: icr leads caseload --worker la-808:W2041")
def caseload(
    worker: Worker,
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show the children a worker works with, leads for or is nominated to lead for, and where their lead is missing."""
    from adapters.cli.rendering import show_caseload

    named = _worker(worker)
    with ask(data, known_at, effective_at) as question:
        found = question.asked.caseload(worker=named, effective_at=question.effective_at)
    answer = finish(found, as_json, "no such worker")
    if not as_json:
        show_caseload(answer)


@app.command("families", epilog="Example: icr leads families --worker la-808:W2041")
def my_families(
    worker: Worker, effective_at: EffectiveAt = None, known_at: KnownAt = None, data: Data = None, as_json: Json = False
) -> None:
    """Show a worker's caseload by family: its children, what it has lost touch with, and where a lead is missing."""
    from adapters.cli.rendering import show_my_families

    named = _worker(worker)
    with ask(data, known_at, effective_at) as question:
        found = question.asked.my_families(worker=named, effective_at=question.effective_at)
    answer = finish(found, as_json, "no such worker")
    if not as_json:
        show_my_families(answer)


@app.command(epilog="Example: icr leads changes --worker la-808:W2041 --since 2025-12-01T09:00:00Z")
def changes(
    worker: Worker,
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="TIME|POSITION", help="What was known by then: an instant with zone, or a position."
        ),
    ],
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show what changed for a worker's children since: entries new, changed and taken back, prompts begun and cleared.

    What agencies sent as backfill or in a snapshot is no news.
    """
    from adapters.cli.rendering import show_changes
    from adapters.codec.times import KNOWN_AT_RULE, read_known_at

    named = _worker(worker)
    if not read_known_at(since):
        raise Misuse(f"--since: {KNOWN_AT_RULE}")
    with ask(data, known_at, effective_at) as question:
        found = question.asked.changes(worker=named, since=since, effective_at=question.effective_at)
    answer = finish(found, as_json, "no such worker")
    if not as_json:
        show_changes(answer)


@app.command(epilog="Example: icr leads handover --worker la-808:W2041")
def handover(
    worker: Worker, effective_at: EffectiveAt = None, known_at: KnownAt = None, data: Data = None, as_json: Json = False
) -> None:
    """Show what a worker would hand over: whom it leads, the services around them, gaps, reviews due, who was asked to take over."""
    from adapters.cli.rendering import show_handover

    named = _worker(worker)
    with ask(data, known_at, effective_at) as question:
        found = question.asked.handover(worker=named, effective_at=question.effective_at)
    answer = finish(found, as_json, "no such worker")
    if not as_json:
        show_handover(answer)


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
