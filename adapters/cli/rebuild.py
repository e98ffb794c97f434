"""`icr rebuild`: make the views anew from the log, while they are read."""

from typing import Annotated, Final

import typer

from adapters.cli.output import Data, Json, opened, print_json, progress, say
from domain.errors import Misuse

VIEWS: Final = ("children", "leads", "families")


def rebuild(
    views: Annotated[list[str] | None, typer.Argument(metavar="[VIEW...]", help="children, leads, families.")] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make the views anew from the log, edition by edition; reads and new editions go on meanwhile.

    The views share their tables and editions, so naming one rebuilds all: they can only be exchanged together. Stopped
    half-way nothing has changed, and it starts over.
    """
    from adapters.log.connections import Work

    unknown = set(views or ()) - set(VIEWS)
    if unknown:
        raise Misuse(f"a view is one of: {', '.join(VIEWS)}")
    with opened(data) as service, progress() as bars:
        projector = service.projector(Work.REBUILD)
        task = bars.add_task("editions", total=None)
        try:
            serving, edition = projector.rebuild(lambda done, goal: bars.update(task, completed=done, total=goal))
        finally:
            projector.close()
    if as_json:
        print_json({"views": list(VIEWS), "serving": serving, "edition": edition})
    else:
        say(f"the views were made anew up to edition {edition} and are read from now on")
