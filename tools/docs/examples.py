"""Spec tests written down as pages: each test is called with something that takes notice of what it gives and asks."""

import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tools.markdown import anchor, made_by, table

Row = Mapping[str, Any]

# question -> what a row is, and the columns that always stand there; whatever else an example names stands in the last
_ANSWERS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "timeline": ("entry of the timeline", ("entry", "days", "status")),
    "timeline_with_retracted": ("entry of the timeline with what was retracted", ("entry", "days", "status")),
    "index": ("line of the index", ()),
    "indicators": ("indicator", ("indicator", "since", "status")),
    "reach": ("whom to reach", ("service",)),
    "gaps": ("gap", ("rule", "since")),
    "caseload": ("child of the caseload", ("child", "entries", "gaps")),
    "families": ("family", ("children", "lost")),
    "children": ("records of one child", ("records", "disputed")),
    "found": ("child that is found", ("child",)),
    "measure": ("child in the measure", ("child", "counted")),
    "commands": ("what becomes of it", ("command", "becomes", "because")),
}
_HEADINGS: Final = {"children": "children", "entries": "the worker's", "records": "records of one child", "rule": "gap"}


@dataclass
class Collector:
    """Stands where a service would: takes events, and answers whatever is expected."""

    events: list[tuple[int, Any]] = field(default_factory=list)
    asked: list[tuple[Any, Sequence[Row] | None]] = field(default_factory=list)

    def take(self, events: Sequence[tuple[int, Any]]) -> None:
        """Note some events."""
        self.events.extend(events)

    def told(self, question: Any, expected: Sequence[Row] | None) -> None:  # noqa: ANN401 - a question of the tests
        """Note a question and what is expected of it."""
        self.asked.append((question, expected))

    def answer(self, question: Any) -> Sequence[Row] | None:  # noqa: ANN401, ARG002
        """What was expected last."""
        return self.asked[-1][1]


def pages(root: Path) -> dict[str, str]:
    """The pages of the rules by their path below `docs/`."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    contents = importlib.import_module("tests.spec.contents").PAGES
    found = {f"rules/{page.name}.md": _page(page) for page in contents}
    return {"rules.md": _index(contents), **found}


def _index(contents: Sequence[Any]) -> str:
    lines = [
        made_by("tests/spec"),
        "# The rules, by example",
        "",
        "Each example says which events arrived, what was asked, and what is answered. They are the specification:",
        "each one is also a test, put to the plain definitions in `domain/` and to the service on PostgreSQL.",
        "",
        "Unless an example says otherwise, every agency knows the child by its NHS number, and an event is recorded on",
        "the day from which it is true. *As known* names the last event that had arrived, or an instant; where it says",
        "nothing, all is known. Days are half-open: the second is the first day on which it is over. Schools,",
        "practices and people are invented; `W1` is a worker, `P1` an adult.",
        "",
    ]
    for page in contents:
        lines += [f"## [{page.title}](rules/{page.name}.md)", "", page.about, ""]
        for module in _modules(page):
            title, _ = _split(module.__doc__)
            count = len(_tests(module))
            lines.append(f"- [{title}](rules/{page.name}.md#{anchor(title)}), {count} example{'s' * (count > 1)}")
        lines.append("")
    return "\n".join(lines)


def _page(page: Any) -> str:  # noqa: ANN401 - a page of the tests' contents
    lines = [
        made_by("tests/spec"),
        f"# {page.title}",
        "",
        page.about,
        "How to read this: [the rules](../rules.md).",
        "",
    ]
    for module in _modules(page):
        title, about = _split(module.__doc__)
        lines += [f"## {title}", "", *about, ""]
        for test in _tests(module):
            lines += _example(test)
    return "\n".join(lines)


def _modules(page: Any) -> Iterator[Any]:  # noqa: ANN401
    for name in page.modules:
        yield importlib.import_module(f"tests.spec.{name}")


def _tests(module: Any) -> list[Any]:  # noqa: ANN401
    """The tests of a module in the order of its text."""
    return [value for name, value in vars(module).items() if name.startswith("test_") and inspect.isfunction(value)]


def _split(doc: str | None) -> tuple[str, list[str]]:
    """The title of a docstring, and its other lines."""
    title, _, rest = inspect.cleandoc(doc or "").partition("\n")
    return title, rest.strip().splitlines()


def _example(test: Any) -> list[str]:  # noqa: ANN401
    title, about = _split(test.__doc__)
    collector = Collector()
    example = importlib.import_module("tests.spec.example").Example(collector)
    test(example.given, example.asked)
    lines = [f"### {title}", "", *about, *([""] if about else []), *_given(collector.events), ""]
    for what in dict.fromkeys(question.what for question, _ in collector.asked):
        lines += [*_answers(what, [a for a in collector.asked if a[0].what == what]), ""]
    return lines


def _given(events: Sequence[tuple[int, Any]]) -> list[str]:
    rows = []
    for run in _runs(events):
        (first, event), (last, latest) = run[0], run[-1]
        told = [f"{name} {value}" for name, value in event.told.items()]
        if event.known_by != ("nhs",):
            told.append(f"known by {', '.join(event.known_by)}")
        if event.recorded is not None:
            told.append(f"recorded {event.recorded}")
        days = event.on if first == last else f"{event.on} … {latest.on}, {len(run)} school days"
        number = str(first) if first == last else f"{first} to {last}"
        rows.append((number, f"`{event.event_type}`", event.child or event.by, days, "; ".join(told)))
    return table(*_filled(("#", "event", "of", "on", "says"), rows))


def _runs(events: Sequence[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    """Events, those that differ only in their day together."""
    run: list[tuple[int, Any]] = []
    for number, event in events:
        if run and _alike(run[-1][1]) != _alike(event):
            yield run
            run = []
        run.append((number, event))
    if run:
        yield run


def _alike(event: Any) -> object:  # noqa: ANN401
    if event.event_type != "AttendanceMarked":
        return event.event_type, id(event)
    return event.child, event.told, event.known_by, event.recorded


def _answers(what: str, asked: Sequence[tuple[Any, Sequence[Row] | None]]) -> list[str]:
    title, columns = _ANSWERS[what]
    of = any(question.about for question, _ in asked)
    as_known = any(question.known_after is not None or question.known_at for question, _ in asked)
    rows = []
    for question, expected in asked:
        known = question.known_at or ("" if question.known_after is None else _known(question.known_after))
        head = [question.at, *([known] if as_known else []), *([question.about] if of else [])]
        if expected is None:
            rows.append((*head, *_nothing("*not known at all*", columns)))
        elif not expected:
            rows.append((*head, *_nothing("*nothing*", columns)))
        rows.extend((*head, *_cells(row, columns)) for row in expected or ())
    headings = [_HEADINGS.get(c, c) for c in columns] or [title]
    whose = {
        "caseload": "worker",
        "measure": "measure",
        "found": "family name and date of birth",
        "families": "area",
    }.get(what, "child")
    heads = ["asked at", *(["as known"] if as_known else []), *([whose] if of else []), *headings]
    return table(*_filled([*heads, "with"], rows))


def _filled(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """A table without the columns that are empty in every row."""
    full = [[*row, *([""] * (len(heads) - len(row)))] for row in rows]
    kept = [i for i in range(len(heads)) if any(row[i] for row in full)]
    return [heads[i] for i in kept], [[row[i] for i in kept] for row in full]


def _known(after: int) -> str:
    return "before all" if after == 0 else f"after {after}"


def _nothing(word: str, columns: Sequence[str]) -> list[str]:
    return [word, *([""] * (len(columns) - 1 if columns else 0)), *([""] if columns else [])]


def _cells(row: Row, columns: Sequence[str]) -> list[str]:
    """The columns of a row, and what else it names in one cell."""
    if "week of" in row:
        return [str(row["entry"]), f"week of {row['week of']}", str(row["sessions"]), ""]
    told = [_days(str(row[c]), row.get("status")) if c == "days" else str(row.get(c, "")) for c in columns]
    rest = "; ".join(f"{name} {_word(value)}" for name, value in row.items() if name not in columns)
    return [*told, rest] if columns else [rest]


def _word(value: object) -> str:
    return "none" if value in (None, "") else str(value)


def _days(span: str, status: object) -> str:
    start, _, end = span.partition("..")
    if status == "moment":
        return start
    if start and end:
        return f"{start} to {end}"
    return f"from {start}" if start else f"to {end}" if end else "not known"
