"""Which rules were tried at a point, and what each of them lacked: for officers alone, who ask why somebody was refused (access.md 2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from domain.access.conditions import All, Condition, Either, Has, Not, folded
from domain.access.rules import RULES, Point, Rule


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a rule asks and that is not so: an attribute that should be, or hold, one of some values; `unless`: none of them."""

    attribute: str
    among: tuple[str, ...]
    unless: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule that is about the question that was asked, and all that it lacked; nothing where it held."""

    rule: Rule
    lacks: tuple[Lack, ...]


# What is no matter of the viewer and the child.
_SAID: Final = ("question", "people_sign_in")


def tried(at: Point) -> Sequence[Tried]:
    """The rules about the question of a point in their order, up to the one that decided: with it, or all where none did."""
    found = []
    for rule in RULES:
        left = folded(rule.when, {name: getattr(at, name) for name in _SAID})
        if left is False:
            continue
        lacks = () if left is True else tuple(dict.fromkeys(_lacks(left, at)))
        found.append(Tried(rule, lacks))
        if not lacks:
            break
    return found


def _lacks(condition: Condition, at: Point) -> Iterator[Lack]:
    """What a condition lacks: of several that must be so, each that is not; of several of which one suffices, all."""
    if condition.holds(at):
        return
    if isinstance(condition, All | Either):
        for one in condition.of:
            yield from _lacks(one, at)
    elif isinstance(condition, Has):
        yield _lack(condition, unless=False)
    elif isinstance(condition, Not) and isinstance(condition.of, Has):
        yield _lack(condition.of, unless=True)
    else:
        raise TypeError(f"what a {type(condition).__name__} lacks has no words")


def _lack(asked: Has, *, unless: bool) -> Lack:
    return Lack(asked.attribute, tuple(sorted(map(str, asked.among))), unless)
