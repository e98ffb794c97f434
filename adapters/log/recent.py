"""Which events were recorded lately, in constant memory, so that a re-sent one is looked for before it is copied in."""

from collections.abc import Iterable
from struct import Struct
from typing import Final

_SLOTS: Final = 1 << 22  # one byte each
_MASK: Final = _SLOTS - 1
_split = Struct("<IB").unpack_from


class Recent:
    """Remembers most of the last million keys or so; now and then it takes another key for one of them.

    Each key (a keyed hash, so evenly spread) has a slot, which holds eight further bits of the last key that fell into
    it. So it is a hint and no more: of 1,000 keys it never saw it knows four, once it is full, and it forgets.
    """

    def __init__(self) -> None:
        self._tags = bytearray(_SLOTS)

    def known(self, keys: Iterable[bytes]) -> list[bytes]:
        """Those that were probably added."""
        tags, split = self._tags, _split
        found = []
        for key in keys:
            slot, tag = split(key)
            if tags[slot & _MASK] == (tag or 1):
                found.append(key)
        return found

    def add(self, keys: Iterable[bytes]) -> None:
        """Remember some."""
        tags, split = self._tags, _split
        for key in keys:
            slot, tag = split(key)
            tags[slot & _MASK] = tag or 1
