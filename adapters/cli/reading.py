"""What the commands that ask questions share: their options, the way to the answer, and how an answer is printed."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from adapters.cli.output import KEPT_OR_FAILED, Document, note, opened, print_json, progress, say
from domain.errors import Misuse, Rejected
from domain.identifiers import parse_identifier
from domain.reasons import REASONS

if TYPE_CHECKING:
    from adapters.questions import Asked
    from adapters.service.opened import Service

STANDARD_INPUT: Final = "-"
_LONGEST: Final = 10_000

EffectiveAt = Annotated[
    str | None,
    typer.Option("--effective-at", metavar="DATE", help="The day asked about; without it today.", show_default=False),
]
KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="TIME|POSITION",
        help="As known then: an instant with zone, or a position; without it everything known now.",
        show_default=False,
    ),
]
Area = Annotated[
    str | None,
    typer.Option(
        "--area",
        metavar="NAME",
        help="Only this area of a map; where none is loaded, the first part of the postcode of where they live, such as ZE92.",
        show_default=False,
    ),
]
Identifier = Annotated[
    str | None,
    typer.Option(
        "--id",
        metavar="SCHEME:VALUE|-",
        help="An identifier of the child; - reads it from standard input, where no other process sees it, as all see a command line.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True)
class Question:
    """An open read: what answers, and the day asked about."""

    asked: "Asked"
    effective_at: date


@contextmanager
def ask(data: Path | None, known_at: str | None, effective_at: str | None) -> Iterator[Question]:
    """Bring the views to the head of the log, then open one read. Raises Misuse, Rejected, Unreachable."""
    from adapters.codec.times import KNOWN_AT_RULE, read_day, read_known_at
    from adapters.process.clock import today
    from adapters.questions import Questions

    if known_at is not None and not read_known_at(known_at):
        raise Misuse(f"--known-at: {KNOWN_AT_RULE}")
    day = None if effective_at is None else read_day(effective_at, "--effective-at")
    with opened(data) as service:
        _project(service)
        with Questions(service).ask(known_at) as asked:
            yield Question(asked, day or today(service.clock))


def _project(service: "Service") -> None:
    projector = service.projector()
    try:
        with progress() as bars:
            task = bars.add_task("taking in new events", total=None)
            projector.project(lambda at, head: bars.update(task, completed=at, total=head))
    finally:
        projector.close()


def read_identifier(given: str | None) -> str | None:
    """The identifier as typed, or the one line on standard input for `-`; None when none was given.

    Raises Rejected when it fails its check, with the reason and never the value.
    """
    if given is None:
        return None
    text = _one_line("one identifier, SCHEME:VALUE") if given == STANDARD_INPUT else given
    scheme, _, value = text.partition(":")
    if not scheme.strip() or not value.strip():
        raise Misuse("--id is written SCHEME:VALUE")
    checked = parse_identifier(text)
    if not checked.valid:
        reason = checked.reason or "bad_form"
        raise Rejected(reason, "--id", REASONS[reason].sentence)
    return text


def read_search(given: str) -> tuple[str, str]:
    """Family name and date of birth as they stand on the one line of standard input, unchecked: NAME, DATE."""
    rule = "family name and date of birth on one line, NAME, DATE"
    if given != STANDARD_INPUT:
        raise Misuse(f"--search is -, and standard input holds {rule}")
    family, comma, born = _one_line(rule).rpartition(",")
    if not comma or not family.strip() or not born.strip():
        raise Misuse(f"standard input holds {rule}")
    return family.strip(), born.strip()


def _one_line(rule: str) -> str:
    """The one line of standard input. Raises Misuse where it holds more or fewer, or bytes that are no text."""
    try:
        lines = [line.strip() for line in sys.stdin.read(_LONGEST).splitlines() if line.strip()]
    except UnicodeDecodeError:
        lines = []
    if len(lines) != 1:
        raise Misuse(f"standard input holds {rule}")
    return lines[0]


def read_text(given: str, option: str) -> str:
    """A text as typed; raises Misuse where it holds what cannot be stored, such as bytes that are no UTF-8."""
    if not given or not given.isprintable():
        raise Misuse(f"{option}: a text without control characters")
    return given


def finish(answer: Document | None, as_json: bool, unknown: str) -> Document:
    """An answer, already printed if it is wanted as JSON; ends the command with 1 where there is none."""
    if answer is None:
        note(f"icr: {unknown}")
        raise typer.Exit(KEPT_OR_FAILED)
    if as_json:
        print_json(answer)
    return answer


def as_of(answer: Mapping[str, Any]) -> str:
    """The line that says as at which day, and as known when, an answer holds."""
    return f"as at {answer.get('effective_at') or answer.get('as_at')}, as known at position {answer.get('position')}"


def say_mended(answer: Mapping[str, Any]) -> None:
    """Below a list: whose records are older than the rest, and how many there are of anybody."""
    count = answer.get("records_being_mended")
    if count:
        say(f"(!) not up to date; in all {count} records are being mended, and may be missing here (icr mending list)")
