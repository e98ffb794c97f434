"""What a lasting worker looks at beside its work, every few seconds: this host's clock, and writers that have stopped."""

import time
from typing import Any, Final

import psycopg

from adapters.log.appending import end_silent_writers
from adapters.service.opened import Service

EVERY: Final = 5.0

_TIMES: Final = "SELECT (SELECT received_at FROM log.batch WHERE last = h.position), clock_timestamp() FROM log.head h"


class Looks:
    """Remembers when it last looked and what it found; one for each worker."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._looked = float("-inf")
        self._trouble: tuple[str, ...] = ()

    def trouble(self, connection: psycopg.Connection[Any]) -> tuple[str, ...]:
        """`clock_behind` or `clock_differs`, where it is so. Raises what psycopg raises."""
        if time.monotonic() - self._looked >= EVERY:
            self._looked = time.monotonic()
            end_silent_writers(connection)
            newest, database = connection.execute(_TIMES).fetchone() or (None, None)
            service = self._service
            found = None if database is None else service.clock_check.trouble(service.clock.now(), newest, database)
            self._trouble = () if found is None else (found,)
        return self._trouble
