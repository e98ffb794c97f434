"""A question's way to its answer: what gathers, of rows at one edition or of the log as it is, and what shapes."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Way:
    """What gathers and what shapes, each by its module and name: both are loaded when the question is first asked."""

    gatherer: str  # below adapters.questions
    shaper: str  # below domain.answers

    def load(self) -> None:
        """Load both now."""
        _named(f"adapters.questions.{self.gatherer}")
        _named(f"domain.answers.{self.shaper}")

    def gather(self, *given: object) -> Any:  # noqa: ANN401 - what its own shaper takes
        """What the answer is made from."""
        return _named(f"adapters.questions.{self.gatherer}")(*given)

    def shape(self, *given: object) -> Any:  # noqa: ANN401 - as the question says
        """The answer."""
        return _named(f"domain.answers.{self.shaper}")(*given)


class OfTheViews(Way):
    """A question of an edition: `gather(read, question, day)`, and `shape(facts, as at)`."""


@dataclass(frozen=True, slots=True)
class OfTheLog(Way):
    """A question of the log as it is: `gather(service, connection, question)`, and `shape(facts)`.

    `tells`: whether an answer says anything of anybody, and so is an access. `in_snapshot`: else it begins its own. `logger`: what
    of the answer is kept in the log, where other entries hold the rest, by its module and name as the shaper; "": all. `for_viewer`:
    it gathers with the viewer, as where what is about themselves is left out.
    """

    tells: Callable[[Any], bool] = lambda _: True
    in_snapshot: bool = True
    logger: str = ""
    for_viewer: bool = False

    def logged(self, content: Any) -> Any:  # noqa: ANN401 - as the question says
        """What of an answer is kept in the log."""
        return _named(f"domain.answers.{self.logger}")(content) if self.logger else content


def _named(path: str) -> Callable[..., Any]:
    module, _, name = path.rpartition(".")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found
