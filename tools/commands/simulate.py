"""`icr simulate`: an invented area's events as files."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.cli.output import Data, Json, interruptible, print_json, print_table, progress, read_settings
from domain.errors import Misuse

# typer reads dates as datetimes; a school year is what one would want to look at.
FIRST: Final = datetime.fromisoformat("2025-09-01")
LAST: Final = datetime.fromisoformat("2026-09-01")


def simulate_area(
    out: Annotated[Path, typer.Option(help="Folder to write to; empty or not there yet.")],
    area: Annotated[str, typer.Option(help="Name of the area.")] = "Northmoor",
    children: Annotated[int, typer.Option(min=1, help="How many children.")] = 500,
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = FIRST,
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Day after the last.")] = LAST,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal events.")] = 1,
    noise: Annotated[
        str, typer.Option(help="How systems misbehave, as kind=share,...; 'none' first for nothing but what is named.")
    ] = "",
    marks: Annotated[bool, typer.Option(help="With attendance marks, which are most of all events.")] = True,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day that the truth is of, and by which it was known; else the end."),
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write what the agencies of an invented area publish: one JSON Lines file for each organisation and sector.

    Children, families and places are invented; NHS numbers are of the test range. `icr publish` takes the files.
    Beside them stands truth.jsonl: which records are one child, who leads, which families are out of touch, and since when.
    """
    from tools.simulator import Plan, parse_noise, write_area

    read_settings(data, log_level="warning")
    plan = Plan(
        area,
        children,
        start.date(),
        end.date(),
        seed,
        marks=marks,
        as_of=as_of.date() if as_of else None,
        **parse_noise(noise),
    )
    with interruptible(), progress() as bars:
        task = bars.add_task("days", total=plan.days)
        districts = bars.add_task("districts", visible=False)

        def tell(day: date, _events: int) -> None:
            bars.update(task, completed=(day - plan.start).days)

        def play(number: int, of: int) -> None:
            bars.update(districts, visible=True, completed=number, total=of)

        try:
            counts = write_area(plan, out, tell, play)
        except OSError as error:
            raise Misuse(f"the folder cannot be written: {error.strerror}") from None
    if as_json:
        truth = str(out / "truth.jsonl")
        print_json({"out": str(out), "truth": truth, "events": sum(counts.values()), "by_type": counts})
    else:
        print_table(f"{sum(counts.values())} events in {out}", ("event type", "events"), list(counts.items()))
