"""What a lasting process remembers between its reads: what was published about no child. It never changes, it only grows.

Nothing of a child is remembered, and no key, so that what is erased is not shown by whoever runs since before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from domain.reference import Reference, Stated

_MOST: Final = 64  # readings of reference data, each of some position and day


class Remembered:
    """Reference data of a log by generation, as far as it was read; and the bodies of its events that were opened.

    Used by several threads at once: each value is put there whole.
    """

    def __init__(self) -> None:
        self.bodies: dict[tuple[int, int], Mapping[str, Any]] = {}
        self._said: dict[int, tuple[int, tuple[Stated, ...]]] = {}
        self._read: dict[tuple[int, int, int], Reference] = {}

    def until(self, generation: int) -> int:
        """The position up to which reference data need not be asked for again."""
        return self._said.get(generation, (0, ()))[0]

    def said(self, generation: int, after: int, position: int, found: Iterable[Stated]) -> Sequence[Stated]:
        """All reference data up to a position, of which what was `found` came after another one, up to which it was remembered."""
        until, before = self._said.get(generation, (0, ()))
        new = sorted((one for one in found if one.position > until), key=lambda one: one.position)
        if position > until and after <= until:
            until, before = position, (*before, *new)
            self._said[generation] = until, before
        return before if position >= until else [one for one in before if one.position <= position]

    def reference(self, generation: int, day: int, said: Sequence[Stated], read: Callable[[], Reference]) -> Reference:
        """What stands on a day of reference data that was said; worked out once for as much of it."""
        name = generation, len(said), day  # what is longer begins with the same
        found = self._read.get(name)
        if found is None:
            found = read()
            if len(self._read) >= _MOST:
                self._read.clear()
            self._read[name] = found
        return found
