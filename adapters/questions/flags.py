"""What keeps each of some people from each of some children, as flags that the table of rules asks of (domain.access.bars)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import FromClause, Subquery

from adapters.questions.composed import TEXT, YES_NO, fixed
from domain.access.rules import Bar
from domain.kinds import CONFLICT, EXCLUDED, RESTRICTED


def bar_flags(source: str, asked: FromClause, person: FromClause) -> Subquery:
    """Of every child of `asked` and `person` (name, organisation) a column for each bar; `source` is a statement of projections.barred."""
    told = fixed(source, child=sa.Uuid(), kind=TEXT, agency=TEXT, worker=TEXT, now=YES_NO, was=YES_NO).cte("told")

    def is_a(kind: str) -> sa.ColumnElement[bool]:
        return told.c.kind.is_not_distinct_from(kind)

    def any_that(*conditions: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 - conditions of a statement
        return sa.func.bool_or(sa.and_(*conditions))

    own = told.c.worker == person.c.name
    # Where somebody's organisation is not known, what refuses concerns them, and what lets them see does not.
    concerns = sa.case((told.c.worker.is_not(None), own), else_=told.c.agency == person.c.organisation)

    def restricted(known: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        named = any_that(is_a(RESTRICTED), known, sa.func.coalesce(concerns, sa.false()))
        return sa.and_(any_that(is_a(RESTRICTED), known), sa.not_(sa.func.coalesce(named, sa.false())))

    return (
        sa.select(
            asked.c.child,
            person.c.name,
            any_that(is_a(EXCLUDED), sa.func.coalesce(concerns, sa.true())).label(Bar.EXCLUDED),
            any_that(is_a(CONFLICT), sa.func.coalesce(own, sa.false())).label(Bar.CONFLICT),
            # The stricter of both: whom a restriction named then, and one that stands now does not, is kept away by this one.
            sa.func.coalesce(sa.or_(restricted(told.c.now), restricted(told.c.was)), sa.false()).label(Bar.RESTRICTED),
        )
        .select_from(asked.outerjoin(told, told.c.child == asked.c.child).join(person, sa.true()))
        .group_by(asked.c.child, person.c.name)
        .subquery("each")
    )
