"""One number that a file gives to two children: the second is kept in quarantine, and never joined to the first."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from domain.errors import Rejected
from domain.names import fold_name

NUMBER_OF_TWO: Final = "number_of_two_children"
_TOLD_APART_BY: Final = ("F", "M")


@dataclass(frozen=True, slots=True)
class _Child:
    born: str | None
    sex: str | None
    forename: str

    def may_be(self, other: "_Child") -> bool:
        """Not where sex, date of birth or first forename disagree; a short form is no other forename."""
        one, two = self.forename, other.forename
        return (
            (self.born == other.born or None in (self.born, other.born))
            and (self.sex == other.sex or None in (self.sex, other.sex))
            and (one.startswith(two) or two.startswith(one))
        )


@dataclass(frozen=True, slots=True)
class NumbersOfFile:
    """Who was the first child with each number of one file. Numbers are held as hashes."""

    first: dict[bytes, _Child] = field(default_factory=dict)

    def check(self, subject: Mapping[str, Any]) -> None:
        """Raises Rejected where a number of the subject is one of another child of the file before it."""
        person = subject["person"] or {"names": [], "date_of_birth": None, "sex": None}
        forenames = [fold_name(name["given"][0]) for name in person["names"][:1] if name["given"]]
        sex = person["sex"] if person["sex"] in _TOLD_APART_BY else None
        child = _Child(person["date_of_birth"], sex, "".join(forenames))
        for one in subject["identifiers"]:
            number = hashlib.blake2b(f"{one['scheme']}\0{one['value']}".encode(), digest_size=16).digest()
            if not self.first.setdefault(number, child).may_be(child):
                rule = "one child's: the file gave it before to a child of another sex, date of birth or forename"
                raise Rejected(NUMBER_OF_TWO, "subject.identifiers", rule)
