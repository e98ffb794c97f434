"""Two lanes: backfill is read while live events are nearly drained, and a share of the time all the same.

A poll brings whatever is there, so a backfill of years would stand before today's events. What has been fetched and is
not read meanwhile stays with the client and is read when the lane opens again.
"""

from typing import Final

# A poll that brings as many live messages has more behind it; fewer are a trickle, beside which there is time to spare.
BUSY: Final = 500
# Backfill is let in after so many polls without it: it comes to its end however much live there is.
MOST_SHUT: Final = 9


class BackfillShare:
    """Whether the backfill lane is open, from what the polls bring."""

    def __init__(self) -> None:
        # Shut until something is known of the live lane: a broker may answer for the backfill first, and fill its answer.
        self.open = False
        self._shut = 0

    def after(self, live: int, behind: int | None) -> bool:
        """Take note of a poll; whether the lane has just opened or shut.

        `live` messages it brought, and how many more are known to wait; None: not known of every partition yet.
        """
        was = self.open
        drained = live < BUSY and behind is not None and behind < BUSY
        self.open = drained or self._shut >= MOST_SHUT
        self._shut = 0 if self.open else self._shut + 1
        return self.open != was
