"""The projecting worker: makes an edition whenever the log has grown, until told to end."""

import time
from collections.abc import Callable
from typing import Any, Final, Protocol

import psycopg
from psycopg.errors import LockNotAvailable

from adapters.log.recorder import CHANNEL
from adapters.log.trouble import DATABASE_BUSY, trouble_of
from adapters.process.logs import describe, get_logger
from adapters.service.housekeeping import Housekeeping
from adapters.service.looking import Looks
from adapters.service.mending import Mender
from adapters.service.opened import Service

POLL_SECONDS: Final = 0.5
BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
EDITION_FAILED: Final = "edition_failed"


class Tell(Protocol):
    """Takes what the worker says of itself."""

    def __call__(self, trouble: tuple[str, ...] = (), *, now: bool = False, **said: object) -> None:
        """Say what is wrong, if anything, and some figures."""
        ...


def follow(
    service: Service,
    stop: Callable[[], bool],
    tell: Tell,
    *,
    until_head: bool = False,
    go_on: Callable[[], None] = lambda: None,
) -> tuple[int, int]:
    """Make editions until `stop`, or the head of the log if asked; the last edition and its position.

    `go_on` is called within an edition, after each of its statements: the worker goes on, whatever it last said of itself.
    It is woken by the log, and looks twice a second all the same. A database in trouble is waited for, and so is another
    projector's edition. A record that cannot be taken in is left out, and tried again; an edition that cannot be made for
    another reason is said and tried again, or raised with `until_head`.
    """
    looks, house = Looks(service), Housekeeping(service)
    projector = service.projector()
    mender = Mender(projector)
    ears: psycopg.Connection[Any] | None = None
    edition = position = failures = waited = 0
    trouble = ""
    clock: tuple[str, ...] = ()
    log = get_logger("project")

    def well(**lag: int) -> None:
        said: dict[str, Any] = {"edition": edition, "position": position, **lag, **mender.said(), **house.said}
        tell((*clock, *mender.trouble, *house.trouble), **said)

    projector.taking_in.beat = go_on
    tell((), now=True)
    try:
        while not stop():
            try:
                if ears is None:
                    ears = service.connect()
                    ears.execute(f"LISTEN {CHANNEL}")
                mender.turn()
                edition, position, head = mender.step()
                if failures:
                    log.warning("recovered_from", reason=trouble)
                failures = waited = 0
                clock = looks.trouble(ears)
                house.when_due()
                well(lag=head - position)
                if position < head:
                    continue
                if until_head:
                    break
                for _ in ears.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass
            except LockNotAvailable:
                # Once is another projector's long edition; whoever holds on to it longer is in the way.
                waited += 1
                tell((DATABASE_BUSY,) if waited > 1 else (), edition=edition, position=position)
            except Exception as error:
                found = trouble_of(error)
                if found is None and until_head:
                    raise
                if not failures or trouble != (found or EDITION_FAILED):
                    log.warning(found or EDITION_FAILED, **describe(error))
                trouble = found or EDITION_FAILED
                tell((trouble, *mender.trouble), edition=edition, position=position)
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
