"""One number that is given to two children: which statements of a person cannot be of one child.

Whose the number is, only the agency knows. So the first child stands, what is told of the second is kept apart and said,
and the two are never joined. Of two agencies nothing is compared: neither may learn what the other holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from domain.names import fold_name

NUMBER_OF_TWO: Final = "number_of_two_children"
# The sexes that tell two children apart, as systems write them.
_WRITTEN: Final = {"f": "F", "female": "F", "m": "M", "male": "M"}
# What systems write until a child has a name.
_NO_NAMES: Final = frozenset({"baby", "babyboy", "babygirl", "infant", "unborn", "unknown", "notknown"})
# Of date of birth, sex and forename so many that differ are no correction.
_NO_CORRECTION: Final = 2


class Stated(NamedTuple):
    """What a person block states that tells two children apart; None and nothing where it does not say.

    `born` may be any value that is equal when the date is; `forenames` are the first forename of each name, folded.
    """

    born: object | None
    sex: str | None
    forenames: frozenset[str]

    @property
    def tells_apart(self) -> bool:
        """Whether it may be found to be of another child than another statement."""
        return bool(self.forenames) or (self.born is not None and self.sex is not None)

    def differs(self, other: "Stated") -> tuple[bool, bool, bool]:
        """Whether date of birth, sex and forename differ from those of another statement; a short form is no other name."""
        return (
            None not in (self.born, other.born) and self.born != other.born,
            None not in (self.sex, other.sex) and self.sex != other.sex,
            bool(self.forenames)
            and bool(other.forenames)
            and not any(a.startswith(b) or b.startswith(a) for a in self.forenames for b in other.forenames),
        )

    def covers(self, other: "Stated") -> bool:
        """Whether all that another statement states was stated by this one too."""
        return (
            not any(self.differs(other))
            and (self.born is not None or other.born is None)
            and (self.sex is not None or other.sex is None)
            and bool(self.forenames or not other.forenames)
        )


def sex_of(text: str | None) -> str | None:
    """F or M, however a system writes it; None of what tells no children apart, as that it is not known or not specified."""
    return None if text is None else _WRITTEN.get(text.strip().casefold())


def stated(person: Mapping[str, Any] | None, born: object | None) -> Stated:
    """What a person block states, with a date of birth that can be believed."""
    if person is None:
        return Stated(born, None, frozenset())
    first = (fold_name(name["given"][0]) for name in person["names"] if name["given"])
    return Stated(born, sex_of(person["sex"]), frozenset(first) - _NO_NAMES - {""})


@dataclass(frozen=True, slots=True)
class Told:
    """A statement that one organisation made of a number, and the first and the last day on which it was written down."""

    said: Stated
    first: int
    last: int


def of_another(said: Stated, day: int, before: Iterable[Told]) -> bool:
    """Whether a statement, written down on a day, is of another child than those that its organisation made before.

    A date of birth, a sex or a name alone may be put right: the last holds. Two of them that differ are two children; and
    forenames alone are those of twins, where the one is told while the other still was.
    """
    if not said.tells_apart:
        return False
    told = list(before)
    if any(one.said.covers(said) for one in told):
        return False
    for one in told:
        differs = said.differs(one.said)
        if sum(differs) >= _NO_CORRECTION or (differs[2] and one.first <= day <= one.last):
            return True
    return False


def of_another_in_one_file(said: Stated, first: Stated) -> bool:
    """The same within one file, where nothing is put right: any of them that differs."""
    return any(said.differs(first))
