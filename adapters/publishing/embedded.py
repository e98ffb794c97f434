"""Publishing to the embedded broker, which forgets: in memory, and the oldest beyond about 5 MB a partition.

So its publisher is held back to what has been recorded, does not leave before all is, and records itself when nobody
else does.
"""

import threading
import time
from typing import Final

from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.producer import KafkaProducer
from adapters.intake.kafka.starting_offsets import recorded_offsets
from adapters.intake.kafka.topics import cluster_name, tracking_name
from adapters.process.heartbeat import NO_PROGRESS, beats
from adapters.service.opened import Service
from domain.errors import Unreachable

EVERY: Final = 500  # messages between looks
MOST_AHEAD: Final = 4000  # messages a partition; a quarter of what the broker keeps of messages of 300 bytes
MOST_AHEAD_BYTES: Final = 1_000_000
_PAUSE: Final = 0.05
_PATIENCE: Final = 60.0


class Brake:
    """Holds a producer back to what is recorded."""

    def __init__(self, service: Service, producer: KafkaProducer) -> None:
        self._service = service
        self._producer = producer
        self._cluster = cluster_name(service.bootstrap_servers or "", service.incarnation)
        self._connection = service.connect()
        self._consuming: threading.Thread | None = None
        self._enough = threading.Event()
        self._failure: BaseException | None = None
        self._sent = 0
        self._bytes = 0

    def sent(self, size: int) -> None:
        """After each message: wait if too much of what was sent is not recorded yet."""
        self._sent += 1
        self._bytes += size
        if self._sent % EVERY == 0:
            self._producer.flush()
            average = max(1, self._bytes // self._sent)
            self._wait(min(MOST_AHEAD, MOST_AHEAD_BYTES // average))

    def settle(self) -> None:
        """Wait until everything sent is recorded."""
        self._producer.flush()
        self._wait(0)

    def close(self) -> None:
        """Stop recording here, if we did."""
        self._enough.set()
        if self._consuming is not None:
            self._consuming.join()
        self._connection.close()

    def _wait(self, ahead: int) -> None:
        names = {tracking_name(self._cluster, *where): end for where, end in self._producer.delivered.items()}
        moved = time.monotonic()
        last = -1
        while names:
            recorded = recorded_offsets(self._connection, list(names))
            if all(end - recorded.get(name, 0) <= ahead for name, end in names.items()):
                return
            self._somebody_records()
            total = sum(recorded.values())
            if total != last:
                moved, last = time.monotonic(), total
            elif time.monotonic() - moved > _PATIENCE:
                raise Unreachable("the embedded broker's consumer", "nothing has been recorded for a minute")
            time.sleep(_PAUSE)

    def _somebody_records(self) -> None:
        if self._failure is not None:
            raise self._failure
        if self._consuming is None and not self._consumed_by_a_worker():
            self._consuming = threading.Thread(target=self._consume, daemon=True)
            self._consuming.start()

    def _consumed_by_a_worker(self) -> bool:
        found = beats(self._service.settings.data_dir, "consume", self._service.clock)
        return any(NO_PROGRESS not in beat.trouble for beat in found)

    def _consume(self) -> None:
        try:
            Consumer(self._service).run(self._enough.is_set)
        except BaseException as error:  # noqa: BLE001 - it is raised again where it can be handled
            self._failure = error
