"""When records that were left out are taken in again, and which records are put off since they hold everybody up.

What is lost if this process dies: how long ago each was tried. The next one tries all of them once, so that a new version
mends at once what it can.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.trouble import tries_of
from adapters.process.logs import get_logger
from domain.answers.ids import record_id
from projections.engine import Projector
from projections.mending import BUSY_RECORD

RECORD_BEING_MENDED: Final = "record_being_mended"
RETRY_SECONDS: Final = (60.0, 300.0, 900.0, 3600.0)
MOST_AT_ONCE: Final = 100  # records tried together; everybody else waits meanwhile
SAID_ONE_BY_ONE: Final = 20  # records named in the log at a time

# An edition that took so many seconds is looked at for records with so many facts, which are then put off. They are taken in
# one at a time, and no sooner than after so many times as long as the last one took: a fifth of the time at most.
SLOW_SECONDS: Final = 2.0
# For so many positions; one that takes in more may take longer.
SLOW_POSITIONS: Final = 10_000
BUSY_FACTS: Final = 1000
PAUSE: Final = 4.0
LEAST_PAUSE: Final = 60.0


def is_slow(took: float, positions: int) -> bool:
    """Whether an edition of so many positions, that took so many seconds, is looked at for busy records."""
    return took >= SLOW_SECONDS * max(1.0, positions / SLOW_POSITIONS)


class Mender:
    """Decides beside a projector which records to take in again, and says what is wrong."""

    def __init__(self, projector: Projector, seconds: Callable[[], float] = time.monotonic) -> None:
        self._projector = projector
        self._seconds = seconds
        self._log = get_logger("project")
        self._first_look = True
        # Records that fail -> when they are tried next, and how often they were. Those put off, the longest waiting first.
        self._failing: dict[UUID, tuple[float, int]] = {}
        self._waiting: dict[UUID, None] = {}
        self._busy_from = 0.0
        self._facts: dict[UUID, int] = {}

    @property
    def trouble(self) -> tuple[str, ...]:
        """What a person should know."""
        busy = (BUSY_RECORD,) if self._facts or self._waiting else ()
        return busy + ((RECORD_BEING_MENDED,) if self._failing else ())

    def said(self) -> dict[str, Any]:
        """How many records are being mended, how many of those wait only for their turn, and the facts of busy ones."""
        if not self.trouble:
            return {}
        return {
            "records_being_mended": len(self._failing) + len(self._waiting),
            "records_put_off": len(self._waiting),
            "busy_records": {record_id(record): facts for record, facts in self._facts.items()},
        }

    def step(self) -> tuple[int, int, int]:
        """`Projector.step`, after which records that made it slow are put off."""
        began = self._seconds()
        made = self._projector.step()
        self._put_off(self._seconds() - began, self._projector.taken)
        return made

    def turn(self) -> None:
        """Look at what is being mended, and take in again what is due: one busy record, or some that failed."""
        self._look()
        now = self._seconds()
        busy = next(iter(self._waiting), None)
        if busy is not None and now >= self._busy_from:
            self._take_in_busy(busy)
        due = [record for record, (at, _) in self._failing.items() if at <= now][:MOST_AT_ONCE]
        if due:
            self._try_again(due)

    def _look(self) -> None:
        found = self._projector.being_mended()
        waiting = {record for record, cause in found.items() if cause == BUSY_RECORD}
        for record in self._waiting.keys() - waiting:
            del self._waiting[record]
        self._waiting |= dict.fromkeys(sorted(waiting - self._waiting.keys()))
        failing = found.keys() - waiting
        for record in self._failing.keys() - failing:
            del self._failing[record]
        new = sorted(failing - self._failing.keys())
        at = 0.0 if self._first_look else self._seconds() + RETRY_SECONDS[0]
        self._failing |= dict.fromkeys(new, (at, 0))
        self._first_look = False
        for record in new[:SAID_ONE_BY_ONE]:
            self._log.error(RECORD_BEING_MENDED, record=record_id(record), error=found[record])
        if len(new) > SAID_ONE_BY_ONE:
            self._log.error(RECORD_BEING_MENDED, count=len(new))

    def _put_off(self, took: float, positions: int) -> None:
        if not is_slow(took, positions):
            return
        for record, facts in self._projector.busiest(BUSY_FACTS).items():
            if record not in self._facts:
                self._log.warning(BUSY_RECORD, record=record_id(record), facts=facts, seconds=round(took, 1))
            self._facts[record] = facts
        self._projector.put_off = set(self._facts)
        self._busy_from = max(self._busy_from, self._pause(took))

    def _pause(self, took: float) -> float:
        return self._seconds() + max(LEAST_PAUSE, PAUSE * took)

    def _take_in_busy(self, record: UUID) -> None:
        """A busy record's turn: it is put off again, unless it has become quick."""
        began = self._seconds()
        self._mend([record])
        took = self._seconds() - began
        self._busy_from = self._pause(took)
        self._waiting.pop(record, None)
        if not is_slow(took, 0):
            self._facts.pop(record, None)
            self._projector.put_off.discard(record)
        else:
            self._put_off(took, 0)

    def _try_again(self, due: list[UUID]) -> None:
        mended = set(self._mend(due))
        now = self._seconds()
        for record in due:
            _, tried = self._failing.pop(record)
            if record in mended:
                self._log.info("record_mended", record=record_id(record))
            else:
                self._failing[record] = (now + RETRY_SECONDS[min(tried, len(RETRY_SECONDS) - 1)], tried + 1)

    def _mend(self, records: Iterable[UUID]) -> list[UUID]:
        """What could be taken in; an error that may be of these records holds nobody else up."""
        try:
            return self._projector.mend(list(records))
        except psycopg.Error as error:
            if tries_of(error) is None or self._projector.connection.broken:
                raise
            self._log.warning("mending_failed", error=type(error).__name__)
            return []
