"""What is done now and then beside the work: what is too old is cleared, and who has no room left is named.

The projecting worker does it. What is lost if the process dies: nothing; it is done an hour later.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

from adapters.log.growth import clear, full
from adapters.process.logs import get_logger
from adapters.service.opened import Service

EVERY: Final = 3600.0
LOOK_EVERY: Final = 15.0
QUARANTINE_FULL: Final = "quarantine_full"


class Housekeeping:
    """Clears once an hour and looks for full quarantines every fifteen seconds, over short connections of its own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._cleared = self._looked = float("-inf")
        self._full: list[str] = []

    @property
    def trouble(self) -> tuple[str, ...]:
        """What health says of it."""
        return (QUARANTINE_FULL,) if self._full else ()

    @property
    def said(self) -> Mapping[str, Any]:
        """Whose quarantine is full."""
        return {QUARANTINE_FULL: self._full} if self._full else {}

    def when_due(self) -> None:
        """Do what is due. Raises what psycopg raises."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        settings, log = self._service.settings, get_logger("project")
        with self._service.connect() as connection:
            if now - self._cleared >= EVERY:
                cleared = clear(connection, settings.ages, self._service.clock.now())
                self._cleared = now
                if any(cleared):
                    log.info("quarantine_cleared", count=sum(cleared))
            before, self._full = self._full, full(connection, settings.quota)
        self._looked = now
        if self._full and not before:
            log.error(QUARANTINE_FULL, count=len(self._full))
