"""What a consumer writes down of the partitions that it paused, and what a person has decided of them since."""

from typing import Final
from uuid import UUID

import orjson
from kafka import TopicPartition

from adapters.intake.kafka.partitions import Partitions
from adapters.intake.kafka.paused import Held
from adapters.intake.kafka.starting_offsets import recorded_offsets
from adapters.intake.kafka.status import Status
from adapters.intake.kafka.topics import sector_of
from adapters.log.messages import KEPT, Message, Outcome
from adapters.log.pauses import UNREADABLE_RECORD, Pause, lift_pauses, write_pause, written_pauses
from adapters.log.recorder import Recorder
from adapters.process.clock import Clock

_SKIPPED: Final = Outcome(KEPT, UNREADABLE_RECORD)


class Pausing:
    """Keeps log.paused_partition as the partitions are. All of it raises what psycopg raises."""

    def __init__(self, partitions: Partitions, status: Status, clock: Clock) -> None:
        self._partitions = partitions
        self._status = status
        self._clock = clock
        self._written: dict[TopicPartition, Held] = {}

    def write(self, recorder: Recorder) -> None:
        """Write down what is paused anew, with the bytes that cannot be read; take away what is read again."""
        paused = dict(self._partitions.paused)
        for partition, held in paused.items():
            if self._written.get(partition) != held:
                self._write(recorder, partition, held)
                self._written[partition] = held
        ended = self._written.keys() - paused.keys()
        if ended:
            lift_pauses(recorder.connection, self._partitions.names(ended & self._partitions.recorded.keys()))
            for partition in ended:
                del self._written[partition]

    def heed(self, recorder: Recorder) -> None:
        """Read on where a person has skipped what cannot be read, and where one has asked to try again."""
        paused = dict(self._partitions.paused)
        if not paused:
            return
        names = self._partitions.names(paused)
        recorded = recorded_offsets(recorder.connection, list(names))
        written = {(one.name, one.first_offset): one for one in written_pauses(recorder.connection, names)}
        for name, partition in names.items():
            pause = written.get((name, paused[partition].offset))
            if recorded.get(name) != self._partitions.recorded[partition]:
                if pause is not None and pause.skipped:
                    self._status.counts.add_same(_SKIPPED, pause.next_offset - pause.first_offset)
                self._partitions.displace([partition])
            elif pause is not None and pause.look_again:
                self._partitions.resume([partition])

    def _write(self, recorder: Recorder, partition: TopicPartition, held: Held) -> None:
        [name] = self._partitions.names([partition])
        pause = Pause(
            name,
            partition.topic,
            partition.partition,
            held.offset,
            held.next,
            self._partitions.recorded[partition],
            held.reason,
            held.detail,
            _keep_bytes(recorder, partition, held),
            self._clock.now(),
        )
        write_pause(recorder.connection, pause)


def _keep_bytes(recorder: Recorder, partition: TopicPartition, held: Held) -> UUID | None:
    """Keep what cannot be read in quarantine, up to a bound, with where it stands; the row's id. The same place has one row."""
    unreadable = held.unreadable
    if unreadable is None:
        return None
    document = {
        "topic": partition.topic,
        "partition": partition.partition,
        "first_offset": held.offset,
        "next_offset": held.next,
        "why": held.detail,
        "bytes": unreadable.size,
        "sha256": unreadable.digest,
        "first_bytes": unreadable.shown.hex(),
    }
    data = orjson.dumps(document)
    recorder.record([Message(data, sector_of(partition.topic), kept=(UNREADABLE_RECORD, None, held.detail))])
    row = recorder.connection.execute(
        "SELECT id FROM log.aside WHERE kind = %s AND digest = %s", (KEPT, UUID(bytes=recorder.hashes.digest(data)))
    ).fetchone()
    return None if row is None else row[0]
