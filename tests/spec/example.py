"""An example: events given in the order of their arrival, and questions asked of whoever can answer.

The same example is put to the reference (plain functions over the events), to the views (recorded, projected, asked as
the API and the command line ask), and to the documentation, which writes it down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.spec.words import Happened

Row = dict[str, Any]


@dataclass(frozen=True)
class Asks:
    """A command: its name, the worker for whom it is made, and what else it says."""

    name: str
    worker: str
    said: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return ", ".join([self.name, self.worker, *(text for _, text in self.said)])


@dataclass(frozen=True)
class Question:
    """What is asked: of whom, as at a day, as known after so many of the events or at an instant."""

    what: str
    about: str
    at: str
    known_after: int | None = None
    known_at: str | None = None
    only: tuple[str, ...] = ()
    commands: tuple["Asks", ...] = ()

    def wanted(self, found: list[Row] | None) -> list[Row] | None:
        """An answer without the rules that were not asked about."""
        if found is None or not self.only:
            return found
        return [row for row in found if {row.get("indicator"), row.get("rule")} & set(self.only)]


class Answerer(Protocol):
    """Something that takes events and answers; None where nothing is known of the child."""

    def take(self, events: Sequence[tuple[int, Happened]]) -> None:
        """Take in events, each with its number."""
        ...

    def answer(self, question: Question) -> list[Row] | None:
        """The rows of an answer, in any order."""
        ...

    def told(self, question: Question, expected: Sequence[Row] | None) -> None:
        """Take notice of what an example expects."""
        ...


class Example:
    """The two verbs of an example, over one answerer."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._count = 0

    def given(self, *events: Happened | Iterable[Happened]) -> None:
        """These events arrive, one after the other."""
        numbered = []
        for item in events:
            for event in [item] if isinstance(item, Happened) else item:
                self._count += 1
                numbered.append((self._count, event))
        self._answerer.take(numbered)

    def asked(self, at: str, known_after: int | None = None, known_at: str | None = None) -> "Asked":
        """A question is asked about a day, as known now, after so many of the events, or at an instant."""
        return Asked(self._answerer, at, known_after, known_at)


@dataclass(frozen=True)
class Asked:
    """What can be asked."""

    answerer: Answerer
    at: str
    known_after: int | None
    known_at: str | None

    def timeline(self, child: str) -> "Answer":
        """The involvement timeline; `child` may name an identifier: `A.upn`."""
        return self._ask("timeline", child)

    def timeline_with_retracted(self, child: str) -> "Answer":
        """The same, with what was taken back."""
        return self._ask("timeline_with_retracted", child)

    def index(self, child: str) -> "Answer":
        """The line of the children's index."""
        return self._ask("index", child)

    def indicators(self, child: str, *only: str) -> "Answer":
        """The indicators that are shown for a child, of some rules or of all."""
        return self._ask("indicators", child, *only)

    def gaps(self, child: str, *only: str) -> "Answer":
        """Where a lead is missing, gone, contested or not accepted, by some rules or all."""
        return self._ask("gaps", child, *only)

    def caseload(self, worker: str) -> "Answer":
        """The children a worker works with or leads."""
        return self._ask("caseload", worker)

    def reach(self, child: str) -> "Answer":
        """How to reach whoever works with a child: worker, team, duty line."""
        return self._ask("reach", child)

    def families(self, area: str = "") -> "Answer":
        """The families out of touch, in order; of one area or of all."""
        return self._ask("families", area)

    def children(self) -> "Answer":
        """Which records are one child."""
        return self._ask("children", "")

    def found(self, family: str, born: str) -> "Answer":
        """The children of whom a family name and a date of birth were stated, as people search for them."""
        return self._ask("found", f"{family}, {born}")

    def measure(self, name: str) -> "Answer":
        """What each child adds to a measure."""
        return self._ask("measure", name)

    def to(self, name: str, child: str, worker: str, **said: str) -> "Decided":
        """A worker decides: `icr decide …`, or the API."""
        return self.at_one_moment(name, child, worker, **said)

    def at_one_moment(self, name: str, child: str, *workers: str, **said: str) -> "Decided":
        """Several workers decide the same at one moment."""
        asks = tuple(Asks(name, worker, tuple(said.items())) for worker in workers)
        return Decided(self.answerer, Question("commands", child, self.at, commands=asks))

    def _ask(self, what: str, about: str, *only: str) -> "Answer":
        return Answer(self.answerer, Question(what, about, self.at, self.known_after, self.known_at, only))


@dataclass(frozen=True)
class Answer:
    """Compares an answer with what an example expects of it."""

    answerer: Answerer
    question: Question

    def shows(self, *expected: Row) -> None:
        """Exactly these rows; of each, only the columns that are named."""
        self.answerer.told(self.question, expected)
        found = self.question.wanted(self.answerer.answer(self.question))
        assert found is not None, "nothing is known of this child"
        differs = _difference(list(expected), list(found))
        assert not differs, differs

    def shows_in_order(self, *expected: Row) -> None:
        """The same, in this order."""
        self.shows(*expected)
        found = self.question.wanted(self.answerer.answer(self.question)) or []
        assert all(_fits(row, one) for row, one in zip(expected, found, strict=True)), f"in another order: {found}"

    def shows_nothing(self) -> None:
        """No row at all."""
        self.shows()

    def is_unknown(self) -> None:
        """Nothing is known under that identifier."""
        self.answerer.told(self.question, None)
        assert self.question.wanted(self.answerer.answer(self.question)) is None


@dataclass(frozen=True)
class Decided(Answer):
    """What becomes of commands. What is appended stands in the log, for what is asked next."""

    def becomes(self, event_type: str) -> None:
        """This event."""
        self.shows({"command": str(self.question.commands[0]), "becomes": event_type})

    def is_refused(self, reason: str, field: str, rule: str) -> None:
        """Refused, for a reason of the list, in a field, by a rule."""
        self.shows({"command": str(self.question.commands[0]), "becomes": f"{reason} in {field}", "because": rule})

    def is_won_by_one(self, event_type: str, reason: str, field: str, rule: str) -> None:
        """Whoever comes first wins, and the other is told."""
        self.shows({"becomes": event_type}, {"becomes": f"{reason} in {field}", "because": rule})


def _difference(expected: list[Row], found: list[Row]) -> str:
    left = list(found)
    missing = []
    for row in expected:
        match = next((one for one in left if _fits(row, one)), None)
        if match is None:
            missing.append(row)
        else:
            left.remove(match)
    return "" if not missing and not left else f"expected, not shown: {missing}; shown, not expected: {left}"


def _fits(expected: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    return all(found.get(column) == value for column, value in expected.items())


def entry(what: str, days: str, status: str, **more: Any) -> Row:
    """An entry of a timeline: kind and whose, days `2025-09-01..2025-12-20` (half-open), status and why."""
    return {"entry": what, "days": days, "status": status, **more}


def week(school: str, monday: str, **sessions: int) -> Row:
    """A week's run of marks: how many sessions of each category."""
    return {
        "entry": f"attendance {school}",
        "week of": monday,
        "sessions": ", ".join(f"{n} {c}" for c, n in sorted(sessions.items())),
    }


def line(**columns: Any) -> Row:
    """Some columns of an index line."""
    return {name.replace("_", " "): value for name, value in columns.items()}


def indicator(name: str, since: str, status: str = "true", **more: Any) -> Row:
    """An indicator that is shown, the day from which it counts, `true` or `not_known`."""
    return {"indicator": name, "since": since, "status": status, **more}


def reached(service: str, **more: Any) -> Row:
    """Whom to reach of a service that works with a child: `worker`, `team`, `duty_line`, and when the worker `left`."""
    return {"service": service, **{name.replace("_", " "): value for name, value in more.items()}}


def gap(rule: str, since: str, **more: Any) -> Row:
    """A rule about leads that is broken, and since when."""
    return {"rule": rule, "since": since, **more}


def case(child: str, entries: str, gaps: str = "") -> Row:
    """A child of a caseload: what the worker does there, and the gaps."""
    return {"child": child, "entries": entries, "gaps": gaps}


def family(children: str, lost: str = "", **more: Any) -> Row:
    """A family that is listed: its children, and the domains out of touch."""
    return {"children": children, "lost": lost, **more}


def one_child(records: str, disputed: str = "no") -> Row:
    """Records that are one child."""
    return {"records": records, "disputed": disputed}


def child_found(child: str) -> Row:
    """A child that is found."""
    return {"child": child}


def counted(child: str, days: int | None = None) -> Row:
    """A child that is in a measure and counted, and how many days it waited."""
    return {"child": child, "counted": "yes", **({} if days is None else {"days": days})}


def uncounted(child: str, days: int | None = None) -> Row:
    """A child that is in a measure and not counted."""
    return {**counted(child, days), "counted": "no"}


def sessions(child: str, attended: int, possible: int, counts: str = "yes") -> Row:
    """What a child adds to a measure of sessions."""
    return {"child": child, "counted": counts, "attended": attended, "possible": possible}
