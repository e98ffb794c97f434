"""Messages of the next batch, prepared little by little while the server stores the present one."""

from collections.abc import Sequence
from typing import Final

from adapters.log.messages import Message
from adapters.log.prepare import Item, Preparer

AT_ONCE: Final = 24  # a quarter of a millisecond, for which the server may have to wait


class PreparedAhead:
    """Prepares messages, and has those that were announced prepared already, as far as it came."""

    def __init__(self, preparer: Preparer) -> None:
        self._preparer = preparer
        self.forget()

    def forget(self) -> None:
        """What was prepared ahead is not to be used."""
        self._messages: Sequence[Message] = ()
        self._items: list[Item] = []
        self._now = 0

    def announce(self, messages: Sequence[Message], now: int) -> None:
        """These will be asked for next, as this very sequence. `now` in microseconds since 1970."""
        if messages is not self._messages:
            self._messages, self._items, self._now = messages, [], now

    def go_on(self) -> bool:
        """Prepare some of what was announced; whether any is left. Raises nothing: a fault shows when it is taken."""
        done = len(self._items)
        prepare, now = self._preparer.prepare, self._now
        try:
            self._items += [prepare(message, now) for message in self._messages[done : done + AT_ONCE]]
        except Exception:  # noqa: BLE001 - it would end a batch that has nothing to do with it
            return False
        return len(self._items) < len(self._messages)

    def take(self, messages: Sequence[Message], now: int) -> list[Item]:
        """All of them prepared, now where not ahead."""
        items: list[Item] = []
        if messages is self._messages:
            items = self._items
            self.forget()
        prepare = self._preparer.prepare
        items += [prepare(message, now) for message in messages[len(items) :]]
        return items
