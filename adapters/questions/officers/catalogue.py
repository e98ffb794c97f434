"""What each of the officers' questions is called, takes and tells, as its table says it; each is checked when it is read.

A question is two files: NAME.sql reads what `given/` defines and nothing of the access log's entries besides, so that whose accesses
it may be about is bounded there (`{whose}`); NAME.toml says the rest.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, get_args

from domain.access.viewer import Opening
from domain.answers.officers import Holds
from domain.errors import Misuse

GIVEN: Final = "given"
# Parameters that a question may take beside its days and its organisation, each the name of a field of `AskOfficers`.
TAKEN: Final = ("identifier", "viewer", "week", "days", "least")
# The groups in which questions stand, in their order.
GROUPS: Final = (
    "Alerts and reviews",
    "Looks at children",
    "People",
    "Searches",
    "Safety and rights",
    "The log and its officers",
)
_NUMBERS: Final = ("days", "least")
_NAME: Final = re.compile(r"[a-z]+(-[a-z]+)*")
_HOLDS: Final = frozenset(get_args(Holds))
# After the question's own statement: whom the lot of a sample falls on is the same whoever draws it.
_OF_OTHERS: Final = "WHERE NOT EXISTS (SELECT FROM ever o WHERE o.id = answer.entry AND o.at = answer.at AND %(by)s IN (o.viewer, o.works))"
_ENTRIES: Final = re.compile(r"\baccess\.(entry|looks_of_day|person_day|looked_at)\b")
_WORD: Final = re.compile(r"[a-z_]+")


class WrongQuestion(Exception):
    """A question's files contradict themselves: a fault of ours, found by the tests and when it is first read."""


class Tells(StrEnum):
    """Of whom a question's answer tells."""

    ACCESSES = "accesses"  # of what people did
    OFFICERS = "officers"  # of what those did who read the log
    COUNTS = "counts"  # of nobody


@dataclass(frozen=True, slots=True)
class Taken:
    """A parameter of a question; of a number what is usual, its bounds and what it says."""

    required: bool = False
    usual: int | None = None
    least: int = 1
    most: int = 0
    says: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer: its name in the statement, its title, and what its cells hold."""

    name: str
    title: str
    holds: Holds


@dataclass(frozen=True, slots=True)
class OfficersQuestion:
    """One question. `usual_days` are looked at where no days are said, `most_days` at most.

    `opening`: of its looks only those that were asked for in this way count.
    """

    name: str
    title: str
    group: str
    asks: str
    row: str
    tells: Tells
    usual_days: int
    most_days: int
    takes: Mapping[str, Taken]
    columns: Sequence[Column]
    caution: str | None = None
    whole_log: bool = False
    opening: str | None = None
    sql: str = field(repr=False, default="")

    @property
    def of_others(self) -> bool:
        """Whether the viewer's own accesses are left out: what others found of these, or are to look at, is not for them."""
        return "reviews" in _words(self.sql)


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, OfficersQuestion]:
    """Every question by its name, in the order of groups and titles. Raises WrongQuestion."""
    folder = files(__package__)
    names = sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))
    found = [_read(name, (folder / f"{name}.toml").read_text(), (folder / f"{name}.sql").read_text()) for name in names]
    return {one.name: one for one in sorted(found, key=lambda one: (GROUPS.index(one.group), one.title))}


def question_named(name: str) -> OfficersQuestion:
    """One question. Raises Misuse where there is none of that name."""
    found = catalogue().get(name)
    if found is None:
        raise Misuse("there is no such question: `icr officer list` shows them")
    return found


@lru_cache(maxsize=1)
def given() -> Mapping[str, tuple[str, Sequence[str]]]:
    """What questions may read, by its name: its definition, and what that reads in its turn, in the order in which they are defined."""
    folder = files(__package__) / GIVEN
    texts = {one.name.removesuffix(".sql"): one.read_text() for one in folder.iterdir() if one.name.endswith(".sql")}

    def within(name: str) -> list[str]:
        read = [other for other in texts if other != name and other in _words(texts[name])]
        return [*(far for other in sorted(read) for far in within(other)), *sorted(read)]

    return {name: (text, tuple(dict.fromkeys(within(name)))) for name, text in sorted(texts.items())}


def statement_of(question: OfficersQuestion, whose: str) -> str:
    """The statement that answers a question, with the number of all its rows in the last column.

    `whose`: the condition on `e`, an entry, by which it is bounded; `live(x)` is left for who knows the edition.
    """
    named = [name for name in given() if name in _words(question.sql)]
    order = dict.fromkeys(one for name in named for one in (*given()[name][1], name))
    defined = ",\n".join(given()[name][0].replace("{whose}", whose).rstrip() for name in order)
    head = ["WITH", defined] if defined else []
    rows = ["SELECT answer.*, count(*) OVER () FROM (", question.sql, ") AS answer"]
    rows += [_OF_OTHERS] if question.of_others else []
    rows += ["LIMIT %(limit)s"]
    return "\n".join([*head, *rows])


def _words(sql: str) -> set[str]:
    return set(_WORD.findall(re.sub(r"--.*", "", sql)))


def _read(name: str, table: str, sql: str) -> OfficersQuestion:
    try:
        said = tomllib.loads(table)
        found = OfficersQuestion(
            name=name,
            title=said["title"],
            group=said["group"],
            asks=said["asks"],
            row=said["row"],
            tells=Tells(said["tells"]),
            usual_days=said["period"]["usual"],
            most_days=said["period"]["most"],
            takes={one: Taken(**parameter) for one, parameter in said.get("takes", {}).items()},
            columns=[Column(one, column["title"], column["holds"]) for one, column in said["columns"].items()],
            caution=said.get("caution"),
            whole_log=said.get("whole_log", False),
            opening=None if "opening" not in said else Opening(said["opening"]).value,
            sql=sql,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WrongQuestion(f"{name}.toml: {error}") from error
    if wrong := next(_wrong(found, said), None):
        raise WrongQuestion(f"{name}: {wrong}")
    return found


def _wrong(one: OfficersQuestion, said: Mapping[str, Any]) -> Any:  # noqa: ANN401 - sentences, one after another
    known = {"title", "group", "asks", "row", "tells", "caution", "whole_log", "opening", "period", "takes", "columns"}
    if extra := set(said) - known:
        yield f"unknown keys {sorted(extra)}"
    if not _NAME.fullmatch(one.name):
        yield "a name is words in small letters with hyphens"
    if one.group not in GROUPS:
        yield "stands in a group that there is not"
    if unknown := set(one.takes) - set(TAKEN):
        yield f"takes what there is not: {sorted(unknown)}"
    if not 1 <= one.usual_days <= one.most_days <= 366:
        yield "usual and most days lie between 1 and 366"
    for name in _NUMBERS:
        taken = one.takes.get(name)
        if taken is not None and not (taken.says and taken.usual and taken.least <= taken.usual <= taken.most):
            yield f"{name} says what it is, what is usual, and its bounds"
    if unheld := [column.name for column in one.columns if column.holds not in _HOLDS]:
        yield f"columns that hold what there is not: {unheld}"
    yield from _wrong_sql(one)


def _wrong_sql(one: OfficersQuestion) -> Iterator[str]:
    if one.of_others and not {"at", "entry"} <= {column.name for column in one.columns}:
        yield "tells of reviews, so it has the columns at and entry"
    if _ENTRIES.search(one.sql) and not (one.whole_log and one.tells is Tells.COUNTS):
        yield "reads entries past their bound: it reads accesses, looks or ever"
    for name in one.takes:
        used = {"identifier": "%(children)s", "viewer": None, "week": None}.get(name, f"%({name})s")
        if used is not None and used not in one.sql:
            yield f"takes {name} and does not use it"
