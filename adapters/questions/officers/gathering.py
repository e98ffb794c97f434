"""Gathers the answer to one of the officers' questions, as the role that may only read, at the current edition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.process.clock import today
from adapters.questions.officers.catalogue import OfficersQuestion, question_named, statement_of
from adapters.questions.reading import Reading, reading_at
from adapters.service.opened import Service
from domain.access.entry import entry_id, instant
from domain.access.parts import NOBODY
from domain.access.reviewing import ALERTING, NO_INVOLVEMENT_NEEDED, OF_OFFICERS, ON_DUTY, SHOWING_EVERYTHING
from domain.access.viewer import Viewer
from domain.answers.officers import Answers, Holds
from domain.dates import LONDON, from_day, to_day
from domain.errors import Rejected
from domain.holidays import bank_holidays
from domain.kinds import SENSITIVE_SERVICES, WHO_MAY_SEE
from domain.questions.about import AskOfficers, ExportAnswer
from domain.questions.asking import written
from projections.editions import at_edition, look_at_many

Connection = psycopg.Connection[Any]
_BOUNDS: Final = {"organisation": "e.organisation = %(organisation)s", "viewer": "e.viewer = %(viewer)s"}
_COMMON: Final = frozenset({"name", "organisation", "first", "last", "limit", "form"})
_MEMORY: Final = "SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)"
_LIKE: Final = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_", "*": "%", "?": "_"})
_SEED: Final = "review-sample"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that it takes, said or usual."""

    of: OfficersQuestion
    first: date
    last: date
    said: Mapping[str, Any]


def gather_answer(service: Service, connection: Connection, question: AskOfficers, by: Viewer) -> Answers:
    """The rows, at most as many as were asked for, and how many there are. Raises Misuse or Rejected for what is not taken."""
    asked = asked_of(question, today(service.clock))
    with reading_at(service, connection, None) as read:
        look_at_many(connection)
        connection.execute(_MEMORY)
        statement = at_edition(statement_of(asked.of, _whose(question)))
        rows = connection.execute(statement, _parameters(read, asked, question) | {"by": by.name}).fetchall()
        shown = [
            [_SHOWN[column.holds](read, cell) for column, cell in zip(asked.of.columns, row, strict=False)]
            for row in rows
        ]
    return Answers(
        asked.of.name,
        asked.of.title,
        asked.of.row,
        question.organisation,
        asked.first.isoformat(),
        asked.last.isoformat(),
        [(column.name, column.title, column.holds) for column in asked.of.columns],
        shown,
        rows[0][-1] if rows else 0,
        question.form if isinstance(question, ExportAnswer) else None,
    )


def asked_of(question: AskOfficers, day: date) -> Asked:
    """A question as its table takes it, asked on a day. Raises Misuse or Rejected, with the field."""
    found = question_named(question.name)
    said = {name: value for name, value in written(question).items() if name not in _COMMON}
    for name in said:
        if name not in found.takes:
            raise Rejected("bad_value", name, "this question does not take it")
    for name, taken in found.takes.items():
        if name not in said and taken.required:
            raise Rejected("missing_field", name, "this question cannot be asked without it")
        if taken.usual is not None:
            number = said.setdefault(name, taken.usual)
            if not taken.least <= number <= taken.most:
                raise Rejected("bad_value", name, f"from {taken.least} to {taken.most}")
    first, last = _days(found, question, day)
    if (last - first).days >= found.most_days:
        raise Rejected("bad_value", "last", f"at most {found.most_days} days from the first")
    return Asked(found, first, last, said)


def _days(of: OfficersQuestion, question: AskOfficers, day: date) -> tuple[date, date]:
    if "week" in of.takes:
        if question.first is not None or question.last is not None:
            raise Rejected("bad_value", "first", "this question is asked of a week")
        within = question.week or day - timedelta(days=7)
        monday = within - timedelta(days=within.weekday())
        return monday, monday + timedelta(days=6)
    usual = timedelta(days=of.usual_days - 1)
    if question.last is not None:
        return question.first or question.last - usual, question.last
    first = question.first or day - usual
    return first, max(first, day)


def _whose(question: AskOfficers) -> str:
    """The one condition by which accesses are bounded."""
    bounds = [bound for name, bound in _BOUNDS.items() if getattr(question, name) is not None]
    return " AND ".join(bounds) or "true"


def _parameters(read: Reading, asked: Asked, question: AskOfficers) -> dict[str, Any]:
    settings = read.service.settings
    agreements = read.reference(read.today).agreements if "agreements" in asked.of.sql else ()
    parties = [(party.translate(_LIKE), one) for one in agreements for party in one.parties]
    return {
        "organisation": question.organisation,
        "viewer": question.viewer,
        "since": _midnight(asked.first),
        "until": _midnight(asked.last + timedelta(days=1)),
        "first_day": to_day(asked.first),
        "last_day": to_day(asked.last),
        "today": read.today,
        "days": asked.said.get("days"),
        "least": asked.said.get("least"),
        "children": [] if question.identifier is None else _children(read, question.identifier),
        "e": read.number,
        "opening": asked.of.opening,
        "nobody": NOBODY,
        "limit": question.limit,
        "alerting": list(ALERTING),
        "no_involvement_needed": list(NO_INVOLVEMENT_NEEDED),
        "on_duty": list(ON_DUTY),
        "everything": list(SHOWING_EVERYTHING),
        "of_officers": list(OF_OFFICERS),
        "who_may_see": list(WHO_MAY_SEE),
        "sensitive": list(SENSITIVE_SERVICES),
        "parties": [party for party, _ in parties],
        "starts": [one.start for _, one in parties],
        "ends": [one.end for _, one in parties],
        "bank_holidays": _bank_holidays(asked.first, asked.last),
        "seed": _seed(read, asked.first),
        "share": settings.review_share,
        "others": settings.review_others,
    }


def _seed(read: Reading, monday: date) -> bytes:
    """What the lot of a week is drawn by: the same whoever draws, and known to nobody without the service's key."""
    return read.service.keys.hasher(_SEED)(monday.isoformat().encode())


def _children(read: Reading, identifier: str) -> list[UUID]:
    """A child as it was ever shown: under its own id, and that of each of its records before they were joined."""
    child = read.child(identifier, None)
    return [] if child is None else sorted({child, *read.records(child)})


def _bank_holidays(first: date, last: date) -> list[int]:
    """The bank holidays among some days."""
    years = range(first.year, last.year + 1)
    return sorted(to_day(one) for year in years for one in bank_holidays(year) if first <= one <= last)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _as_it_is(_: Reading, cell: Any) -> Any:  # noqa: ANN401 - a cell
    return cell


def _entry(_: Reading, cell: UUID | None) -> str | None:
    return None if cell is None else entry_id(cell)


def _moment(_: Reading, cell: datetime | None) -> str | None:
    return None if cell is None else instant(cell)


def _day(_: Reading, cell: int | date | None) -> str | None:
    return None if cell is None else (from_day(cell) if isinstance(cell, int) else cell).isoformat()


def _event(read: Reading, cell: int | None) -> str | None:
    return None if cell is None else read.event(cell)


# How the cells of a column are shown, by what they hold.
_SHOWN: Final[Mapping[Holds, Callable[[Reading, Any], Any]]] = {
    "entry": _entry,
    "viewer": _as_it_is,
    "organisation": _as_it_is,
    "moment": _moment,
    "day": _day,
    "count": _as_it_is,
    "share": _as_it_is,
    "question": _as_it_is,
    "rule": _as_it_is,
    "outcome": _as_it_is,
    "review": _as_it_is,
    "text": _as_it_is,
    "yes_no": _as_it_is,
    "event": _event,
    "mark": _as_it_is,
}
