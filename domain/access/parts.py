"""An answer cut into parts, each of one record or of one child as a whole, and put together again (access.md 3).

A part is sealed under the key of the record that it is of. So erasing a record, or parting a wrong join, takes its share of
every old page along and leaves the rest of those pages proved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from domain.answers.ids import parse_id

_PART: Final = "$part"
_ITEM: Final = "$item"
_PLAIN: Final = frozenset((str, int, bool, float, type(None)))
ERASED: Final[Mapping[str, bool]] = {"$erased": True}
NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Part:
    """What an answer says of one record of a child, or of the child as a whole (`record` None); of no child: NOBODY.

    `content`: of a record all that is said of it, in order. Where something of another part stood it has that part's place:
    `{"$part": n}`, and with `"$item": i` the one thing of a record's that stood there.
    """

    child: UUID
    record: UUID | None
    content: Any


class _Cutting:
    """The parts of one answer, as they are met."""

    def __init__(self) -> None:
        self.parts: list[Part | None] = []
        self._ids: dict[str, UUID] = {}  # an answer names the same ones again and again
        self._of_record: dict[tuple[int, int], tuple[int, list[Any]]] = {}

    def whole(self, child: UUID, value: Mapping[str, Any]) -> dict[str, int]:
        """A child's own part, with all that is within it; what stands in its place."""
        place = len(self.parts)
        self.parts.append(None)  # what is within it comes after it
        self.parts[place] = Part(child, None, {key: self.cut(within, child) for key, within in value.items()})
        return {_PART: place}

    def cut(self, value: Any, child: UUID) -> Any:  # noqa: ANN401 - a piece of an answer
        """A piece of an answer, what is of other parts taken out."""
        if type(value) in _PLAIN:  # as most are
            return value
        if type(value) is dict or isinstance(value, Mapping):
            named = self._id_of(value.get("child"), "c-")
            if named is not None and named != child:
                return self.whole(named, value)
            record = self._id_of(value.get("record"), "r-")
            if record is not None and child != NOBODY:
                return self._item(child, record, value)
            return {key: self.cut(within, child) for key, within in value.items()}
        if isinstance(value, list | tuple):
            return [self.cut(within, child) for within in value]
        return value

    def _id_of(self, value: object, prefix: str) -> UUID | None:
        if not isinstance(value, str) or not value.startswith(prefix):
            return None
        if (found := self._ids.get(value)) is None:
            found = self._ids[value] = parse_id(value)
        return found

    def _item(self, child: UUID, record: UUID, value: Mapping[str, Any]) -> dict[str, int]:
        """What is said of a record is cut no further: whatever it names, that record tells of it."""
        name = child.int, record.int  # the numbers within are looked up several times faster
        if (found := self._of_record.get(name)) is None:
            found = self._of_record[name] = len(self.parts), []
            self.parts.append(Part(child, record, found[1]))
        place, said = found
        said.append(value)
        return {_PART: place, _ITEM: len(said) - 1}


def cut(answer: Mapping[str, Any]) -> list[Part]:
    """The parts of an answer: first the frame, which is of no child, then each as it is met."""
    cutting = _Cutting()
    cutting.parts.append(None)
    cutting.parts[0] = Part(NOBODY, None, cutting.cut(answer, NOBODY))
    return [part for part in cutting.parts if part is not None]


def joined(contents: Sequence[Any], place: int = 0) -> Any:  # noqa: ANN401 - an answer
    """The answer again, or what stands at a place, of the contents of all its parts; of an erased one that is `ERASED`."""
    return _filled(contents[place], contents)


def _filled(value: Any, contents: Sequence[Any]) -> Any:  # noqa: ANN401 - a piece of an answer
    if isinstance(value, Mapping):
        if _PART in value:
            content = contents[value[_PART]]
            if content == ERASED:
                return dict(ERASED)
            return _filled(content[value[_ITEM]] if _ITEM in value else content, contents)
        return {key: _filled(within, contents) for key, within in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(within, contents) for within in value]
    return value


def leaf_of(child: UUID, owner: UUID, digest: bytes) -> bytes:
    """What an entry's root commits to of one part: whose it is, by whose key it is sealed, and the digest of its content."""
    return child.bytes + owner.bytes + digest
