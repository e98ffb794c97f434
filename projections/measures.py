"""What each child adds to a measure of the system on a day, at an edition: the SQL that serves `domain.measures.of_child`.

Each measure is a file of `projections/measures/`; what they share stands before it. Dates of birth stay sealed: whether a
child is under five is left open where the clear columns cannot tell.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import psycopg

from domain.dates import add_months
from domain.events import ChildId
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT
from domain.measures import of_child
from domain.measures.of_child import Measure, Part, is_young, surely_young
from projections.persons import Sealed

Connection = psycopg.Connection[Any]
Row = tuple[Any, ...]
BirthOf = Callable[[Sequence[tuple[ChildId, Sealed]]], dict[ChildId, int]]

CHILDRENS_CENTRE: Final = "childrens_centre"
ATTENDANCE_WITH_HELP: Final = "attendance_with_help"
# Measures answered by the statement of another.
_SHARED: Final = {ATTENDANCE_WITH_HELP: "attendance"}
_KINDS: Final = (
    "referral", "case_closed", "assessment", "health_assessment", "lead", CHILDRENS_CENTRE, INVOLVEMENT, *ADDITIONAL_SERVICES,
)  # fmt: skip


@lru_cache
def _statement(name: str) -> str:
    folder = files("projections") / "measures"
    return "".join((folder / f"{part}.sql").read_text(encoding="utf-8") for part in ("common", name))


def parts(
    connection: Connection, edition: int, wanted: Sequence[Measure], day: int, births: BirthOf
) -> dict[str, list[Part]]:
    """What all children add to measures on a day, by their ids; `births` opens dates of birth, and leaves out those erased.

    Inside a transaction, whose plans it changes: of common expressions the planner expects a child or two, and would
    compare all with all.
    """
    connection.execute("SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)")
    parameters = {
        "e": edition, "d": day, "after": of_child.window(day), "year": of_child.school_year_start(day),
        "long": add_months(day, -of_child.LONG_MONTHS), "initial": of_child.INITIAL_DAYS, "kinds": list(_KINDS),
        "services": [INVOLVEMENT, *ADDITIONAL_SERVICES],
        "attended": _bits(of_child.ATTENDED), "possible": _bits(of_child.POSSIBLE),
    }  # fmt: skip
    statements = {measure.id: _SHARED.get(measure.id, measure.id) for measure in wanted}
    rows = {name: connection.execute(_statement(name), parameters).fetchall() for name in set(statements.values())}
    return {name: _of_rows(name, rows[statement], day, births) for name, statement in statements.items()}


def _bits(categories: Iterable[int]) -> int:
    return sum(1 << category for category in categories)


def _of_rows(name: str, rows: Sequence[Row], day: int, births: BirthOf) -> list[Part]:
    if name == ATTENDANCE_WITH_HELP:
        return [Part(ChildId(r[0]), True, r[2], r[3]) if r[5] else Part(ChildId(r[0]), False, 0, 0) for r in rows]
    found = [Part(ChildId(row[0]), *row[1:5]) for row in rows]
    return _young(found, rows, day, births) if name == CHILDRENS_CENTRE else found


def _young(found: Sequence[Part], rows: Sequence[Row], day: int, births: BirthOf) -> list[Part]:
    """Those of some children who are under five; dates of birth are opened only where they decide."""
    sure = {part.child: surely_young(row[5], day) for part, row in zip(found, rows, strict=True)}
    doubtful = [(ChildId(row[0]), Sealed(row[6], row[7])) for row in rows if sure[ChildId(row[0])] is None]
    opened = births(doubtful)
    return [p for p in found if sure[p.child] or (p.child in opened and is_young(opened[p.child], day))]
