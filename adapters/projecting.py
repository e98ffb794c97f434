"""The projecting worker: makes an edition whenever the log has grown, until told to end."""

import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import psycopg

from adapters.housekeeping import Housekeeping
from adapters.logs import get_logger
from adapters.service import Service
from adapters.store.recorder import CHANNEL
from domain.errors import Unreachable

POLL_SECONDS: Final = 0.5
BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
DATABASE_LOST: Final = "database_lost"

_TROUBLE: Final = (psycopg.OperationalError, psycopg.InterfaceError, Unreachable)


class Tell(Protocol):
    """Takes what the worker says of itself."""

    def __call__(self, trouble: tuple[str, ...] = (), *, now: bool = False, **said: object) -> None:
        """Say what is wrong, if anything, and some figures."""
        ...


def follow(service: Service, stop: Callable[[], bool], tell: Tell, *, until_head: bool = False) -> tuple[int, int]:
    """Make editions until `stop`, or the head of the log if asked; the last edition and its position.

    It is woken by the log, and looks twice a second all the same. A lost database is waited for.
    """
    projector, house = service.projector(), Housekeeping(service)
    ears: psycopg.Connection[Any] | None = None
    edition = position = failures = 0
    log = get_logger("project")
    tell((), now=True)
    try:
        while not stop():
            try:
                if ears is None:
                    ears = service.connect()
                    ears.execute(f"LISTEN {CHANNEL}")
                edition, position, head = projector.step()
                if failures:
                    log.warning("recovered_from", reason=DATABASE_LOST)
                failures = 0
                house.when_due()
                tell(house.trouble, edition=edition, position=position, lag=head - position, **house.said)
                if position < head:
                    continue
                if until_head:
                    break
                for _ in ears.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass
            except _TROUBLE as error:
                if not failures:
                    log.warning(DATABASE_LOST, error=type(error).__name__)
                tell((DATABASE_LOST,), edition=edition, position=position)
                projector.close()
                _close(ears)
                ears = None
                time.sleep(BACK_OFF[min(failures, len(BACK_OFF) - 1)])
                failures += 1
    finally:
        projector.close()
        _close(ears)
    return edition, position


def _close(connection: psycopg.Connection[Any] | None) -> None:
    if connection is not None:
        connection.close()
