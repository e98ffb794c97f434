"""What a question's way to its answer is: of rows at one edition, or of the log as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.questions.reading import Reading
from adapters.service.opened import Service
from projections import editions


@dataclass(frozen=True, slots=True)
class OfTheViews:
    """A question of an edition: `gather(read, question, day)`, and `shape(facts, as at)`."""

    gather: Callable[[Reading, Any, int], Any]
    shape: Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class OfTheLog:
    """A question of the log as it is: `gather(service, connection, question)`, and `shape(facts)`.

    `tells`: whether an answer says anything of anybody, and so is an access. `in_snapshot`: else it begins its own.
    """

    gather: Callable[[Service, editions.Connection, Any], Any]
    shape: Callable[[Any], Any]
    tells: Callable[[Any], bool] = lambda _: True
    in_snapshot: bool = True
