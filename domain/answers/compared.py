"""What an answer of the past says beside what the same question answers today: which parts differ, and why (access.md 5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from domain.access.parts import NOBODY, Part

Difference = Literal[
    "erased", "parted", "joined", "corrected", "policy", "code", "told_since", "other_day", "no_more_shown"
]
PartName = tuple[
    UUID, UUID | None
]  # the child that a part is of, and of which record of it; None: of the child as a whole


@dataclass(frozen=True, slots=True)
class Since:
    """What is known of the time between.

    Records of which something was corrected or taken back; records that are of another child today; whether the policy or the
    code is another, and whether another day is looked at.
    """

    corrected: Collection[UUID] = field(default_factory=frozenset)
    parted: Collection[UUID] = field(default_factory=frozenset)
    policy: bool = False
    code: bool = False
    other_day: bool = False


def name_of(part: Part) -> PartName:
    """By which a part of one answer is found in another."""
    return part.child, part.record


def compared(
    then: Sequence[tuple[PartName, Any]], again: Sequence[Part] | None, now: Sequence[Part], since: Since
) -> list[tuple[int | None, PartName, Difference]]:
    """Of each part that differs its place then (None: it is new), whose it is, and why.

    `then`: contents as they were shown, None where erased. `again`: the same, worked out today as known then; None: it cannot be.
    What comes out otherwise today although no more is known is of policy or code. A part is compared without the places of others.
    """
    today, worked_out = _by_name(now), None if again is None else _by_name(again)
    found: list[tuple[int | None, PartName, Difference]] = []
    for place, (name, content) in enumerate(then):
        beside = today.pop(name, None)
        if content is None:
            found.append((place, name, "erased"))
        elif beside is None:
            found.append((place, name, "parted" if name[1] in since.parted else _why(name, since, "no_more_shown")))
        elif _without_places(content) != _without_places(beside):
            same_by_code = worked_out is not None and _same(content, worked_out.get(name))
            found.append((place, name, _why(name, since, "told_since") if same_by_code else _of_us(since, name)))
    return [*found, *((None, name, "joined") for name in today)]


def _of_us(since: Since, name: PartName) -> Difference:
    if since.policy:
        return "policy"
    return "code" if since.code else _why(name, since, "told_since")


def _why(name: PartName, since: Since, otherwise: Difference) -> Difference:
    of_the_child = name[0] != NOBODY and name[1] is None
    if since.parted and of_the_child:
        return "parted"
    if name[1] in since.corrected or (since.corrected and of_the_child):
        return "corrected"
    return "other_day" if since.other_day and otherwise == "told_since" else otherwise


def _by_name(parts: Sequence[Part]) -> dict[PartName, Any]:
    return {name_of(part): part.content for part in parts}


def _same(content: Any, other: Any) -> bool:  # noqa: ANN401 - pieces of answers
    return other is not None and bool(_without_places(content) == _without_places(other))


def _without_places(content: Any) -> Any:  # noqa: ANN401 - a piece of an answer
    """A part without where others stand in it: that one more is before them makes it no other."""
    if isinstance(content, Mapping):
        if "$part" in content:
            return "$part"
        return {key: _without_places(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_without_places(one) for one in content]
    return content
