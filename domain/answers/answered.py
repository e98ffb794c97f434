"""An answer and what it is as of: position and edition are no part of what is shown, so that equal content stays equal."""

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from typing_extensions import TypedDict

from domain.answers.fields import Day, Discloses, Position, Written

A = TypeVar("A")


class AsOf(TypedDict):
    """As known at which position and edition, as at which day."""

    position: Position
    edition: Annotated[int, Discloses.NOTHING]
    effective_at: Annotated[Day, Discloses.NOTHING]
    records_being_mended: Annotated[
        int,
        Written("Records, of anybody, that could not be brought up to date: what a list counts may be older"),
        Discloses.NOTHING,
    ]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What tells that an answer was logged: the entry's id, `a-` and 32 digits, why it was shown, as sentences, and when."""

    entry: str
    because: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True)
class NotShown:
    """That nothing is shown, and the entry that says so: whoever asks is not told whether there is nothing, or nothing for them.

    `refused` is for the operator of the machine alone, to whom it tells nothing of a person. `sign_in_strongly`: that the viewer
    must, before anything is decided of anybody.
    """

    entry: str
    refused: bool
    sign_in_strongly: bool = False


@dataclass(frozen=True, slots=True)
class Answered(Generic[A]):
    """What is shown, and as of what; `as_of` None of an answer that is read from the log as it is."""

    content: A
    as_of: AsOf | None
    receipt: Receipt | None = None

    def as_json(self) -> dict[str, Any]:
        """Both in one document, as faces print it."""
        return {**(self.as_of or {}), **self.content}  # type: ignore[dict-item]
