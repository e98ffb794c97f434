"""What the examples of measures ask: what each child adds, by the reference and by the service on each PostgreSQL."""

from dataclasses import dataclass
from typing import Any

import pytest

from adapters.answers import child_id
from adapters.questions import Questions
from domain.dates import from_day, parse_day
from domain.measures import MEASURES, Part, parts
from projections import measures as served
from tests.spec.example import Example, Question, Row
from tests.spec.reference import Reference
from tests.spec.views import Views


@dataclass(frozen=True)
class Shown:
    """What children add to a measure."""

    rows: list[Row]

    def shows(self, *expected: Row) -> None:
        """Exactly these children, in any order."""
        assert sorted(self.rows, key=repr) == sorted(expected, key=repr)

    def shows_nobody(self) -> None:
        """Nobody is in the measure."""
        self.shows()


@pytest.fixture
def measured(example: Example) -> Any:
    """A measure by its id is asked of, as at a day, as known now or after so many of the events."""

    def ask(name: str, at: str, known_after: int | None = None) -> Shown:
        answerer = example._answerer
        find = by_reference if isinstance(answerer, Reference) else by_views
        return Shown(find(answerer, Question("measure", name, at, known_after)))  # type: ignore[arg-type]

    return ask


def by_reference(answerer: Reference, question: Question) -> list[Row]:
    world = answerer._world(question)
    found = parts(MEASURES[question.about], world.children.values(), parse_day(question.at))
    return [row(answerer._letter(world, part.child), part) for part in found]


def by_views(answerer: Views, question: Question) -> list[Row]:
    known_at = None if question.known_after is None else str(answerer._heads[question.known_after])
    day = parse_day(question.at)
    with Questions(answerer._bench.service).ask(known_at) as asked:
        letters = answerer._letter(asked, from_day(day))
        found = served.parts(asked._connection, asked._number, [MEASURES[question.about]], day, asked._births)
    return [row(letters[child_id(part.child)], part) for part in found[question.about]]


def row(child: str, part: Part) -> Row:
    sessions = {} if part.denominator == 1 else {"attended": part.numerator, "possible": part.denominator}
    return {"child": child, "counted": part.counted, "days": part.days, **sessions}
