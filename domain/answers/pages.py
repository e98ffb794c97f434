"""Lists in parts: none is ever cut without saying so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from typing_extensions import TypedDict

from domain.answers.fields import Discloses, Written

T = TypeVar("T")
U = TypeVar("U")


class Listed(TypedDict):
    """A list, or a part of one: how many there are in all, and how to ask for what comes after."""

    total: Annotated[int, Written("How many there are in all, at this list's position"), Discloses.COUNT]
    next: Annotated[
        str | None,
        Written("The `cursor` to ask for the rest of the same list with; null: this is its end"),
        Discloses.NOTHING,
    ]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list, in its order."""

    items: Sequence[T]
    total: int
    next: str | None = None

    def listed(self) -> Listed:
        """What an answer says of it."""
        return {"total": self.total, "next": self.next}

    def of(self, other: Callable[[T], U]) -> "Page[U]":
        """The same page of other things, one for each."""
        return Page([other(one) for one in self.items], self.total, self.next)
