"""What the commands that ask questions share: how what was typed is read, the way to the door, and what an answer is as of."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adapters.cli.output import Document, opened, progress, say
from domain.errors import Misuse, Rejected
from domain.identifiers import parse_identifier
from domain.questions.asking import AsKnown, Question
from domain.reasons import REASONS
from domain.words import spaced

if TYPE_CHECKING:
    from adapters.service.opened import Service

STANDARD_INPUT: Final = "-"
_LONGEST: Final = 10_000


def answered(data: Path | None, question: Question[Any]) -> Document | None:
    """The answer to a question, once the views are at the head of the log; None where nothing is known by what it names.

    Raises Misuse, Rejected, Unreachable.
    """
    with opened(data) as service:
        return answered_by(service, question)


def answered_by(service: "Service", question: Question[Any]) -> Document | None:
    """The same of an opened service."""
    from adapters.questions.door import Door
    from domain.access.viewer import operator
    from domain.answers.answered import NotShown

    if isinstance(question, AsKnown):
        _project(service)
    found = Door(service).ask(question, operator(people_sign_in=service.settings.people_sign_in))
    if isinstance(found, NotShown):
        if found.refused:
            raise Misuse(
                "people sign in to this service: the command line shows counts and health, and nothing of a child"
            )
        return None
    return found.as_json()


def _project(service: "Service") -> None:
    from adapters.service.head import standing_of

    with service.connect() as connection:
        standing = standing_of(connection)
    if standing.position >= standing.head:
        return  # as mostly, and what projects need not be loaded
    projector = service.projector()
    try:
        _, taken, last = projector.step()
        if taken < last:  # else there is no way to go, and nothing to show of it
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


def as_of(answer: Mapping[str, Any]) -> str:
    """The line that says as at which day, and as known when, an answer holds."""
    return f"as at {answer.get('effective_at') or answer.get('as_at')}, as known at position {answer.get('position')}"


def say_rules_not_shown(answer: Mapping[str, Any]) -> None:
    """Below a list: what is worked out for nobody in it, since agreements keep what it rests on from the viewer's organisation."""
    for one in answer["rules_not_shown"]:
        classes = ", ".join(spaced(told) for told in one["classes"])
        say(f"not shown to your organisation: {spaced(one['rule'])} (agreements do not share all of {classes} with it)")


def say_mended(answer: Mapping[str, Any]) -> None:
    """Below a list: whose records are older than the rest, and how many there are of anybody."""
    count = answer.get("records_being_mended")
    if count:
        say(f"(!) not up to date; in all {count} records are being mended, and may be missing here (icr mending list)")
