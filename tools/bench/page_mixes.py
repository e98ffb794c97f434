"""Measurements beside the first, for the page of performance: of other sizes, and of events of another mix."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tools.bench.page_text import section
from tools.bench.report import NAMES
from tools.bench.workload import Mix
from tools.markdown import table

Result = Mapping[str, Any]

# What each ratio has to be at least, of a million events of an area, and what it is.
ASKED: Final[Mapping[str, tuple[float | None, str]]] = {
    "log_to_floor": (0.5, "log to its floor"),
    "log_cold_to_floor": (None, "log in a first load to its floor"),
    "views_cold_to_floor": (None, "views in a first load to their floor"),
    "views_to_floor": (0.3, "views to their floor"),
    "log_to_save_each": (20, "log to save_each"),
    "views_to_runner": (20, "views to runner"),
    "project_to_runner": (None, "views catching up alone to a runner that does"),
    "rebuild_to_floor": (None, "rebuild to its floor"),
}
_BY_SIZE: Final = (
    "floor_of_log", "log", "project", "floor_of_views", "views", "floor_of_cold", "log_cold", "floor_of_views_cold",
    "views_cold", "rebuild",
)  # fmt: skip
# The heading of a mix, and what it is.
_MIXES: Final[Mapping[str, tuple[str, str]]] = {
    Mix.AREA: ("## An area", "Few children come again and again within an edition, which costs less."),
    Mix.SCHOOL_DAY: (
        "## A school day",
        (
            "So many children that each comes once a day, as in the morning on which all schools of a large authority take the "
            "register, with some days behind them. It is the mix that a real day brings: of the fewer children of an area each "
            "comes several times within an edition, which costs less."
        ),
    ),
    Mix.WITHOUT_MARKS: (
        "## Without attendance marks",
        "The events of an area without its marks: each costs more than a mark.",
    ),
}


def mix_of(result: Result) -> str:
    """Of what a measurement's events are made."""
    return str(result["conditions"].get("mix", Mix.AREA))


def of_mix(results: Sequence[Result], main: Result) -> str:
    """Results of another mix than the page's, the first of them beside the page's."""
    first, conditions = results[0], results[0]["conditions"]
    heading, what = _MIXES[mix_of(first)]
    beside = f"{mix_of(main)}, {main['conditions']['events_measured_on_each_path']:,}"
    speeds = [
        (NAMES[path], f"{each:,}", f"{1e6 / each:,.1f}", _cost(main, path))
        for path, each in first["per_second"].items()
    ]
    ratios = [
        (told, f"{each:g}", "{:g} to {:g}".format(*first["ratios_spread"][name]), _ratio(main, name))
        for name, (_, told) in ASKED.items()
        if (each := first["ratios"].get(name)) is not None
    ]
    shown = section(
        heading,
        f"{what} `--mix {mix_of(first)}`: {conditions['events_measured_on_each_path']:,} events on each path in "
        f"{conditions['rounds']} rounds, {conditions['share_of_marks']:.0%} of them attendance marks; "
        f"{conditions['children']:,} children, {conditions['events_accepted']:,} events in the log at the end. No target is set.",
        table(("path", "events a second", "µs an event", f"µs: {beside}"), speeds),
        table(("ratio", "measured", "least to most", beside), ratios),
    )
    return "\n".join([shown, *([sizes(results, f"#{heading}, by size")] if len(results) > 1 else [])])


def _cost(result: Result, path: str) -> str:
    each = result["per_second"].get(path)
    return f"{1e6 / each:,.1f}" if each else ""


def _ratio(result: Result, name: str) -> str:
    each = result["ratios"].get(name)
    return "" if each is None else f"{each:g}"


def sizes(ingests: Sequence[Result], heading: str, *after: str) -> str:
    """Each path and each ratio at all sizes that were measured."""
    ordered = sorted(ingests, key=lambda one: one["conditions"]["events_measured_on_each_path"])
    columns = [f"{one['conditions']['events_measured_on_each_path']:,}" for one in ordered]
    paths = [path for path in _BY_SIZE if all(path in one["per_second"] for one in ordered)]
    costs = [(NAMES[path], *(_cost(one, path) for one in ordered)) for path in paths]
    about = [
        (name, *(f"{one['conditions'][of]:,}" for one in ordered))
        for name, of in (("*events in the log at the end*", "events_accepted"), ("*children*", "children"))
    ]
    ratios = [
        (told, *(_ratio(one, name) for one in ordered))
        for name, (_, told) in ASKED.items()
        if any(name in one["ratios"] for one in ordered)
    ]
    return section(
        heading,
        "µs an event, by how many events were measured on each path; the middle of the rounds.",
        table(("path", *columns), costs + about),
        "And the ratios, of speeds in the same round:",
        table(("ratio", *columns), ratios),
        *after,
    )
