"""`icr measures`: how the system does, as at a day and by area. Counts of children and days, never a child."""

from typing import Annotated, Any

import typer

from adapters.cli.output import Data, Document, Json, opened, print_json, print_table, say
from adapters.cli.reading import Area, EffectiveAt, KnownAt, _project, as_of
from domain.errors import Misuse

Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", help="Only this measure, by its id; without it all.", show_default=False),
]
_FEW = "too few to show"


def measures(
    name: Name = None,
    area: Area = None,
    effective_at: EffectiveAt = None,
    known_at: KnownAt = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show how long children wait, who is assessed again, who has what is due: measures of the system, by area.

    Counts of few children are not shown, nor whatever would give them away. Where a feed that a measure relies on was not
    heard, its figure is not known to be whole, and says so.
    """
    from adapters.api.days import KNOWN_AT_RULE, is_known_at, read_day
    from adapters.clock import today
    from adapters.measures import Measuring

    if known_at is not None and not is_known_at(known_at):
        raise Misuse(f"--known-at: {KNOWN_AT_RULE}")
    day = None if effective_at is None else read_day(effective_at, "--effective-at")
    with opened(data) as service:
        _project(service)
        with Measuring(service).ask(known_at) as asked:
            answer = asked.measures(name=name, area=area, effective_at=day or today(service.clock))
    if as_json:
        print_json(answer)
    else:
        _show(answer)


def _show(answer: Document) -> None:
    for measure in answer["measures"]:
        whole = [("all", measure["all"])] if measure["all"] else []
        figures = [*whole, *((one["area"] or "no area known", one) for one in measure["areas"])]
        rows = [[_plain(area), *_cells(measure["unit"], one)] for area, one in figures]
        columns = ("area", "value", "counted", "of", "children", "median days", "most days", "feed")
        print_table(f"{measure['title']} ({measure['id']})", columns, rows)
    say(as_of(answer))


def _plain(area: str) -> str:
    from adapters.cli.rendering import cell

    return cell(area)


def _cells(unit: str, one: dict[str, Any]) -> list[object]:
    feed = "heard" if one["status"] == "known" else f"not known: {one['feed']} not heard"
    if one["suppressed"]:
        return [_FEW, None, None, None, None, None, _plain(feed)]
    value = one["value"]
    shown = None if value is None else f"{value:.1%}" if unit == "share" else f"{value:g}"
    return [shown, one["numerator"], one["denominator"], one["children"], one["median"], one["worst"], _plain(feed)]
