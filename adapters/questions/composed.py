"""Statements that are composed rather than written out: put together once by SQLAlchemy Core, run by the driver that all others use.

What is always asked alike stays text, and can be taken into what is composed; values that differ are parameters by name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnClause,
    ColumnElement,
    Select,
    TableValuedAlias,
    Text,
    bindparam,
    column,
    func,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.sql.selectable import CompoundSelect, TextualSelect
from sqlalchemy.types import TypeEngine

_PARAMETER: Final = re.compile(r"%\((\w+)\)[sb]")
_DIALECT: Final = make_url("postgresql+psycopg://").get_dialect()()


@dataclass(frozen=True, slots=True)
class Composed:
    """A statement as the driver takes it, and the values that it always has."""

    text: str
    values: Mapping[str, Any]

    def run(self, connection: psycopg.Connection[Any], parameters: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        """Its rows, with the parameters that it leaves open."""
        return connection.execute(self.text, {**self.values, **parameters}, binary=True)


def composed(statement: Select[Any] | CompoundSelect[Any]) -> Composed:
    """A statement made ready to be run: once, since to put it together takes longer than to run it."""
    made = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    values = {name: value for name, value in made.params.items() if value is not None}
    return Composed(str(made), values)


def fixed(statement: str, /, **columns: TypeEngine[Any]) -> TextualSelect:
    """A statement that stays text, with its `%(name)s` and the columns that it gives, to be taken into one that is composed."""
    given: Iterator[BindParameter[Any]] = (
        bindparam(name, required=False) for name in sorted(set(_PARAMETER.findall(statement)))
    )
    described = (column(name, kind) for name, kind in columns.items())
    return text(_PARAMETER.sub(r":\1 ", statement)).bindparams(*given).columns(*described)


def listed(name: str, /, **columns: TypeEngine[Any]) -> TableValuedAlias:
    """Lists that are given as parameters `name_column`, as rows."""
    given: list[ColumnElement[Any]] = [parameter(f"{name}_{one}", ARRAY(kind)) for one, kind in columns.items()]
    as_columns: list[ColumnClause[Any]] = [column(one, kind) for one, kind in columns.items()]
    return func.unnest(*given).table_valued(*as_columns, name=name).render_derived()


def parameter(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """A value that the statement leaves open."""
    return bindparam(name, type_=kind, required=False)


TEXT: Final = Text()
YES_NO: Final = Boolean()
