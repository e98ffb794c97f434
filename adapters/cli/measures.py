"""`icr measures`: how the system does, as at a day and by area. Counts of children and days, never a child."""

from typing import Annotated, Any

import typer

from adapters.cli.output import Data, Document, Json, print_json, print_table, say
from adapters.cli.reading import Area, EffectiveAt, KnownAt, as_of, ask, say_mended

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
    from adapters.questions.measures import named

    if name is not None:
        named(name)
    with ask(data, known_at, effective_at) as question:
        answer = question.asked.measures(name=name, area=area, effective_at=question.effective_at)
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
    say_mended(answer)


def _plain(area: str) -> str:
    from adapters.cli.words import cell

    return cell(area)


def _cells(unit: str, one: dict[str, Any]) -> list[object]:
    feed = "heard" if one["status"] == "known" else f"not known: {one['feed']} not heard"
    if one["suppressed"]:
        return [_FEW, None, None, None, None, None, _plain(feed)]
    value = one["value"]
    shown = None if value is None else f"{value:.1%}" if unit == "share" else f"{value:g}"
    return [shown, one["numerator"], one["denominator"], one["children"], one["median"], one["worst"], _plain(feed)]
