"""Agreements between organisations on what they share, as their events say it (access.md 2; domain.md E2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import Any, Final

_CONTENT: Final = "content"
_OTHER_WILDCARDS: Final = frozenset(
    "?[]"
)  # what these stand for is no text of any length: a pattern within is not compared


class Shared(IntEnum):
    """How much of an entry may be seen."""

    NOTHING = 0
    EXISTENCE = 1  # which service of which agency, since when
    CONTENT = 2  # also who, and how to reach them


@dataclass(frozen=True, slots=True)
class Agreement:
    """What some organisations agreed to share, in force on the days `[start, end)`; no `classes`: all of them."""

    parties: tuple[str, ...]
    classes: frozenset[str]
    shares: Shared
    start: int
    end: int

    def has(self, organisation: str) -> bool:
        """Whether an organisation is a party."""
        return any(fnmatchcase(organisation, party) for party in self.parties)

    def has_all_of(self, party: str) -> bool:
        """Whether each organisation that a party's code, or pattern, stands for is a party here."""
        return any(
            party == one or (_OTHER_WILDCARDS.isdisjoint(one) and fnmatchcase(party, one)) for one in self.parties
        )

    def concerns(self, disclosure: str) -> bool:
        """Whether it is about facts of a disclosure class."""
        return not self.classes or disclosure in self.classes

    def covers(self, disclosure: str, first: int | None, until: int) -> bool:
        """Whether it is about a fact of a disclosure class, and of the days `[first, until)` on which that was so."""
        return self.concerns(disclosure) and (first is None or first < self.end) and self.start < until


def agreement_of(body: Mapping[str, Any], start: int, end: int) -> Agreement:
    """An agreement as its event says it."""
    shares = Shared.CONTENT if body["shares"] == _CONTENT else Shared.EXISTENCE
    return Agreement(tuple(body["parties"]), frozenset(body["classes"]), shares, start, end)
