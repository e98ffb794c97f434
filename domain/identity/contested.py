"""Who a child is, where agencies do not agree, or one agency told it twice in different ways.

A date of birth or a sex that differs alone is taken for a correction: the last that was told stands (decision 43). That others
were told is said all the same, with whose word each is, until the wrong one is taken back: it may be another child's.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from domain.identity.one_number import sex_of

T = TypeVar("T")


class ToldOf(NamedTuple):
    """What one event states of who a child is, and whose word it is: a date of birth as a day number, and a sex."""

    organisation: str
    birth: int | None
    sex: str | None


def births_told(told: Iterable[ToldOf]) -> dict[int, set[str]]:
    """The dates of birth that were told of a child, each with whose word it is; none where it is but one."""
    return _several((one.birth, one.organisation) for one in told)


def sexes_told(told: Iterable[ToldOf]) -> dict[str, set[str]]:
    """The same of sexes, of those that tell children apart."""
    return _several((sex_of(one.sex), one.organisation) for one in told)


def _several(said: Iterable[tuple[T | None, str]]) -> dict[T, set[str]]:
    found: dict[T, set[str]] = {}
    for value, organisation in said:
        if value is not None:
            found.setdefault(value, set()).add(organisation)
    return found if len(found) > 1 else {}
