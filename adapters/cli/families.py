"""`icr families list|show`: families out of touch. A prompt to check on a family, never a score of risk."""

from typing import Annotated

import typer

from adapters.cli.output import Data, Json
from adapters.cli.reading import Area, EffectiveAt, KnownAt, ask, finish

app = typer.Typer(no_args_is_help=True, help="Families that have lost touch with services, and why it is thought so.")


@app.command("list", epilog="Example: icr families list --area ZE92 --lost 1 --effective-at 2025-12-19")
def list_(
    area: Area = None,
    lost: Annotated[
        int | None,
        typer.Option("--lost", metavar="N", min=0, max=10, help="Only those out of touch with N domains or more."),
    ] = None,
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List families by the number of domains they are out of touch with, then by days."""
    from adapters.cli.rendering import show_families

    with ask(data, known_at, effective_at) as question:
        found = question.asked.families(area=area, lost=lost, effective_at=question.effective_at)
    answer = finish(found, as_json, "no such area")
    if not as_json:
        show_families(answer)


@app.command(epilog="Example: icr families show f-5b1c2a90")
def show(
    family: Annotated[str, typer.Argument(metavar="FAMILY", help="The family's id, as the list shows it.")],
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show one family: its children, each indicator with its evidence, and what would clear it."""
    from adapters.cli.rendering import show_family

    with ask(data, known_at, effective_at) as question:
        found = question.asked.family(family=family, effective_at=question.effective_at)
    answer = finish(found, as_json, "no family is known by that, as of then")
    if not as_json:
        show_family(answer)
