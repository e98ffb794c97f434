"""The sealing worker: gives leaves each second, signs and publishes a checkpoint each minute, until told to end.

What is lost if the process dies: nothing. Of several workers one works; the others wait until its connection ends.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

import psycopg

from adapters.disclosure.checkpoints import (
    CHECKPOINT_LATE,
    LATE,
    SealTrouble,
    check_key,
    checkpoint_age,
    publish,
    sign,
    tree_size,
)
from adapters.disclosure.months import make_months, state_months
from adapters.disclosure.sealing import MOST, hold_sealing, seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import SigningKey
from adapters.log.connections import Work
from adapters.log.trouble import trouble_of
from adapters.process.logs import describe, get_logger
from adapters.service.opened import Service
from adapters.service.projecting import Tell
from domain.errors import Unreachable

Connection = psycopg.Connection[Any]

EVERY: Final = 1.0
CHECKPOINT_EVERY: Final = 60.0
MONTHS_EVERY: Final = 3600.0
BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
SEAL_FAILED: Final = "seal_failed"


@dataclass(slots=True)
class Sealed:
    """What one run did: entries that ceased to wait, the size of the tree, checkpoints published."""

    sealed: int = 0
    size: int = 0
    published: int = 0


def seal_now(service: Service, key: SigningKey) -> Sealed:
    """Seal all that waits, sign and publish a checkpoint; beside a lasting sequencer or without. Raises SealTrouble."""
    done = Sealed()
    place = SecondPlace(service.settings.checkpoints)
    with service.connect(Work.SEAL) as connection:
        done.sealed = _seal_all(connection)
        not_stated = _state_months(service, connection)
        done.sealed += _seal_all(connection)
        sign(connection, key, place, service.clock.now())
        done.published = publish(connection, key, place, service.clock.now())
        done.size = tree_size(connection)
        with suppress(SealTrouble):  # the next time will do
            make_months(connection, service.clock.now())
    if not_stated is not None:
        raise not_stated
    return done


def _seal_all(connection: Connection) -> int:
    sealed = 0
    while taken := seal(connection):
        sealed += taken
    return sealed


def _state_months(service: Service, connection: Connection) -> SealTrouble | None:
    """State the months that are over; what is wrong where one could not be, which keeps nothing else from being done."""
    try:
        state_months(connection, service.keys, service.clock, partial(service.connect, Work.DISCLOSE))
    except SealTrouble as found:
        return found
    return None


class Sealer:
    """One lasting sequencer over one connection at a time."""

    def __init__(self, service: Service, key: SigningKey, seconds: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._key = key
        self._seconds = seconds
        self._place = SecondPlace(service.settings.checkpoints)
        self._connection: Connection | None = None
        self._signed = self._months = float("-inf")
        self._late: timedelta | None = None
        self.done = Sealed()
        self.waits = False

    def turn(self) -> tuple[str, ...]:
        """Do what is due; what is wrong. Raises what the database raises."""
        if self._connection is None:
            self._connection = self._service.connect(Work.SEAL)
            check_key(self._connection, self._key)
        self.waits = not hold_sealing(self._connection)
        trouble = () if self.waits else self._work(self._connection)
        self._late = checkpoint_age(self._connection, self._service.clock.now())
        late = (CHECKPOINT_LATE,) if self._late is not None and self._late >= LATE else ()
        return (*trouble, *late)

    @property
    def said(self) -> dict[str, Any]:
        """Figures for health: `checkpoint_age` in seconds, None where no entry waits for a checkpoint."""
        age = None if self._late is None else round(self._late.total_seconds())
        return {"leaves": self.done.size, "published": self.done.published, "checkpoint_age": age, "waits": self.waits}

    def close(self) -> None:
        """Let the connection go, and with it the turn."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _work(self, connection: Connection) -> tuple[str, ...]:
        """Each is tried, whatever becomes of the others."""
        trouble: dict[str, None] = {}
        for step in (self._seal, self._sign, self._publish, self._make_months):
            try:
                step(connection)
            except SealTrouble as found:
                trouble[found.trouble] = None
        return tuple(trouble)

    def _seal(self, connection: Connection) -> None:
        try:
            while (taken := seal(connection)) == MOST:
                self.done.sealed += taken
            self.done.sealed += taken
        finally:
            self.done.size = tree_size(connection)

    def _sign(self, connection: Connection) -> None:
        if self._seconds() - self._signed < CHECKPOINT_EVERY:
            return
        self._signed = self._seconds()
        sign(connection, self._key, self._place, self._service.clock.now())

    def _publish(self, connection: Connection) -> None:
        self.done.published += publish(connection, self._key, self._place, self._service.clock.now())

    def _make_months(self, connection: Connection) -> None:
        if self._seconds() < self._months:
            return
        self._months = self._seconds() + CHECKPOINT_EVERY  # where they could not be made
        not_stated = _state_months(self._service, connection)
        if make_months(connection, self._service.clock.now()):
            self._months = self._seconds() + MONTHS_EVERY
        if not_stated is not None:
            raise not_stated


def follow(service: Service, key: SigningKey, stop: Callable[[], bool], tell: Tell) -> Sealed:
    """Seal until `stop`; what was done. A database in trouble is waited for. Raises SealTrouble for another log's key."""
    sealer = Sealer(service, key)
    log = get_logger("seal")
    failures = 0
    before: tuple[str, ...] = ()
    tell((), now=True)
    try:
        while not stop():
            try:
                trouble = sealer.turn()
                failures = 0
            except (psycopg.Error, Unreachable) as error:
                trouble = (trouble_of(error) or SEAL_FAILED,)
                if trouble != before:
                    log.warning(trouble[0], **describe(error))
                sealer.close()
                failures += 1
            for one in trouble:
                if one not in before:
                    log.error(one)
            if before and not trouble:
                log.warning("recovered_from", reason=before[0])
            before = trouble
            tell(trouble, **sealer.said)
            time.sleep(BACK_OFF[min(failures, len(BACK_OFF)) - 1] if failures else EVERY)
    finally:
        sealer.close()
    return sealer.done
