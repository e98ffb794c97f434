"""One number that a file gives to two children: the second is kept in quarantine, and never joined to the first."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import Rejected
from domain.identity.one_number import NUMBER_OF_TWO, Stated, of_another_in_one_file, stated


@dataclass(frozen=True, slots=True)
class NumbersOfFile:
    """Who was the first child with each number of one file. Numbers are held as hashes."""

    first: dict[bytes, Stated] = field(default_factory=dict)

    def check(self, subject: Mapping[str, Any]) -> None:
        """Raises Rejected where a number of the subject is one of another child of the file before it."""
        child = _stated(subject)
        for one in subject["identifiers"]:
            if of_another_in_one_file(child, self.first.setdefault(_hash(one["scheme"], one["value"]), child)):
                rule = "one child's: the file gave it before to a child of another sex, date of birth or forename"
                raise Rejected(NUMBER_OF_TWO, "subject.identifiers", rule)

    def is_of_another(self, scheme: str, value: str, subject: Mapping[str, Any]) -> bool:
        """Whether a number, said to be a former one of a subject, is that by which the file knows another child."""
        holder = self.first.get(_hash(scheme, value))
        return holder is not None and of_another_in_one_file(_stated(subject), holder)


def _stated(subject: Mapping[str, Any]) -> Stated:
    person = subject["person"]
    return stated(person, None if person is None else person["date_of_birth"])


def _hash(scheme: str, value: str) -> bytes:
    return hashlib.blake2b(f"{scheme}\0{value}".encode(), digest_size=16).digest()
