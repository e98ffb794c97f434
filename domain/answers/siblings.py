"""A child's brothers and sisters, and others of its family who are children: who they are, and no more (domain.md A)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import TypedDict

from domain.answers.children import ChildInIndex, Minimal, ShownName
from domain.answers.entries import AsAt
from domain.answers.fields import ChildText, Day, Discloses, Written
from domain.answers.ids import child_id
from domain.answers.lines import first_name
from domain.dates import iso
from domain.events import ChildId


class ShownSibling(TypedDict):
    """A child of the same family."""

    child: ChildText
    minimal: Minimal
    name: ShownName | None
    date_of_birth: Annotated[Day | None, Discloses.IDENTITY]
    mine: Annotated[bool, Written("Whether the viewer works with or leads for this child too"), Discloses.INVOLVEMENT]


class ShownSiblings(TypedDict):
    """The other children of a child's family."""

    of: ChildText
    siblings: list[ShownSibling]


@dataclass(frozen=True, slots=True)
class SiblingsFacts:
    """A child, the lines of the others of its family, and which of them are the viewer's own."""

    child: ChildId
    lines: Sequence[ChildInIndex]
    mine: Collection[ChildId]


def siblings(of: SiblingsFacts, _: AsAt) -> ShownSiblings:
    """Who they are."""
    return {
        "of": child_id(of.child),
        "siblings": [
            {
                "child": child_id(line.known.child),
                "minimal": line.known.minimal,
                "name": first_name(line.known.person),
                "date_of_birth": iso(line.known.person.birth),
                "mine": line.known.child in of.mine,
            }
            for line in of.lines
        ],
    }
