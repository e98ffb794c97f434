"""What a rule asks of a point: small objects, so that one table decides a page here and filters a list in SQL (access.md 2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


class Condition(Protocol):
    """Whether something is so at a point: an object with the attributes that conditions name."""

    def holds(self, at: object) -> bool:
        """Whether it is so. Raises AttributeError where the point says nothing of what it asks."""
        ...


@dataclass(frozen=True, slots=True)
class Has:
    """An attribute that is one of some values, or a set that holds one of them."""

    attribute: str
    among: frozenset[object]

    def holds(self, at: object) -> bool:
        """Whether it is one of them, or holds one."""
        return _is(self, getattr(at, self.attribute))


def _is(condition: Has, said: object) -> bool:
    return not condition.among.isdisjoint(said) if isinstance(said, frozenset) else said in condition.among


@dataclass(frozen=True, slots=True)
class All:
    """Every one of some conditions."""

    of: tuple[Condition, ...]

    def holds(self, at: object) -> bool:
        """Whether all of them are so."""
        return all(one.holds(at) for one in self.of)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of some conditions."""

    of: tuple[Condition, ...]

    def holds(self, at: object) -> bool:
        """Whether one of them is so."""
        return any(one.holds(at) for one in self.of)


@dataclass(frozen=True, slots=True)
class Not:
    """That a condition is not so."""

    of: Condition

    def holds(self, at: object) -> bool:
        """Whether it is not so."""
        return not self.of.holds(at)


def has(attribute: str, *values: object) -> Has:
    """An attribute that is, or holds, one of some values."""
    return Has(attribute, frozenset(values))


def every(*conditions: Condition) -> All:
    """All of some conditions."""
    return All(conditions)


def either(*conditions: Condition) -> Either:
    """One of some conditions."""
    return Either(conditions)


def folded(condition: Condition, known: Mapping[str, object]) -> bool | Condition:
    """What is left of a condition when some attributes are known: whether it is so, or what still has to be asked."""
    if isinstance(condition, Has):
        return _is(condition, known[condition.attribute]) if condition.attribute in known else condition
    if isinstance(condition, Not):
        inner = folded(condition.of, known)
        return not inner if isinstance(inner, bool) else Not(inner)
    if isinstance(condition, All | Either):
        settles = isinstance(condition, Either)  # one that is so settles it; of all, one that is not
        left = [folded(one, known) for one in condition.of]
        if settles in left:
            return settles
        open_ones = tuple(one for one in left if not isinstance(one, bool))
        return type(condition)(open_ones) if open_ones else not settles
    return condition


def leaves(condition: Condition) -> Iterable[Has]:
    """What a condition asks of a point in the end."""
    if isinstance(condition, Has):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves(condition.of)
    elif isinstance(condition, All | Either):
        for one in condition.of:
            yield from leaves(one)
