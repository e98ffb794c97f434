"""Conditions of the table of rules as SQL: the same rules decide one page in Python and filter a list in the database (access.md 2).

`domain` may not know SQLAlchemy, nor may the views; so what a condition is as SQL is said here, beside the statements that use it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, String, and_, case, false, func, literal, not_, or_, true

from domain.access.conditions import All, Condition, Either, Has, Not
from domain.access.rules import NOT_ALLOWED, Rule


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a statement has what conditions ask: NULL where it is not known.

    `values`: attributes that are one value, each with its column. `flags`: attributes that are a set, each with a boolean column
    for every value that the set can hold.
    """

    values: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    flags: Mapping[str, Mapping[Any, ColumnElement[bool]]] = field(default_factory=dict)


def predicate(condition: bool | Condition, columns: Columns) -> ColumnElement[bool]:
    """A condition as SQL, NULL where what is not known could make it either. Raises KeyError for what the columns do not say."""
    if isinstance(condition, bool):
        return true() if condition else false()
    if isinstance(condition, Has):
        return _has(condition, columns)
    if isinstance(condition, Not):
        return not_(predicate(condition.of, columns))
    if isinstance(condition, All):
        return and_(true(), *(predicate(one, columns) for one in condition.of))
    if isinstance(condition, Either):
        return or_(false(), *(predicate(one, columns) for one in condition.of))
    raise TypeError(f"no SQL is known for the condition {type(condition).__name__}")


def certain(found: ColumnElement[bool], *, refuses: bool) -> ColumnElement[bool]:
    """A predicate of a rule without NULL: what is not known refuses, and lets nobody see anything."""
    return func.coalesce(found, true() if refuses else false(), type_=Boolean)


def decision(rules: Iterable[tuple[Rule, bool | Condition]], columns: Columns) -> ColumnElement[str]:
    """The id of the rule that decides, of rules in their order and what is left to be asked for each (domain.access.rules.decided)."""
    whens = [(certain(predicate(left, columns), refuses=rule.shows is None), _text(rule.id)) for rule, left in rules]
    nothing = _text(NOT_ALLOWED.id)
    return case(*whens, else_=nothing) if whens else nothing


_FIRST_OF_ALL: Final = str  # an order for values of several kinds, so that the same condition is always the same text


def _has(asked: Has, columns: Columns) -> ColumnElement[bool]:
    among = sorted(asked.among, key=_FIRST_OF_ALL)
    if asked.attribute in columns.flags:
        held = columns.flags[asked.attribute]
        return or_(false(), *(held[value] for value in among))
    column = columns.values[asked.attribute]
    return column.in_([value.value if isinstance(value, Enum) else value for value in among])


def _text(said: str) -> ColumnElement[str]:
    return literal(said, String)
