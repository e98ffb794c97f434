"""What others are measured against, each in a process of its own: started once, told to take slices, asked how long.

A contestant gets its settings and then one request a line on standard input, as JSON, and answers each in a line; so
the database's password is in no list of processes.
"""

import gc
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition

from adapters.embedded.processes import ending_with_parent
from adapters.intake.kafka.consumer import POLL_MS
from adapters.intake.kafka.reading import POLL_RECORDS
from adapters.intake.kafka.topics import connection
from domain.errors import Unreachable
from tools.bench.processes import Measured, undisturbed
from tools.bench.workload import Offsets, Slice

_SEPARATOR: Final = ":"
Settings = Mapping[str, Any]
Take = Callable[[Offsets, Offsets], Mapping[str, Any]]


class MeasuredWorker:
    """The measuring side: a contestant's process."""

    def __init__(self, module: str, settings: Settings) -> None:
        with undisturbed():
            self._process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
                preexec_fn=ending_with_parent(signal.SIGKILL),  # noqa: PLW1509
            )
        self.measured = Measured(self._process.pid)
        try:
            self._ask(settings)
        except BaseException:
            self.close()
            raise

    def take(self, part: Slice) -> dict[str, Any]:
        """Take a slice in; `events` and `seconds` at least."""
        return self._ask({"first": _written(part.first), "end": _written(part.end)})

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(dict(request)).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Unreachable("a contestant of the measurement", "it ended; what it said stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer


def serve(make: Callable[[Settings], Take]) -> None:
    """The contestant's side: answer requests until there are no more."""
    take: Take | None = None
    for line in sys.stdin:
        request = json.loads(line)
        if take is None:
            take = make(request)
            gc.collect()
            gc.disable()  # what others are held against runs as fast as it can
            answer: Mapping[str, Any] = {}
        else:
            answer = take(_read(request["first"]), _read(request["end"]))
        sys.stdout.write(json.dumps(dict(answer)) + "\n")
        sys.stdout.flush()


class Messages:
    """Messages of slices, polled as the consumer of the service polls them."""

    def __init__(self, bootstrap_servers: str, *, embedded: bool) -> None:
        self._client = KafkaConsumer(
            group_id=None,
            auto_offset_reset="none",
            enable_auto_commit=False,
            max_poll_records=POLL_RECORDS,
            fetch_max_wait_ms=100,
            isolation_level="read_uncommitted" if embedded else "read_committed",
            **connection(bootstrap_servers, embedded=embedded),
        )

    def polled(self, first: Offsets, end: Offsets) -> Iterator[list[bytes]]:
        """The values of each poll, until all partitions are read to their ends."""
        wanted = {TopicPartition(*place): offset for place, offset in end.items() if offset > first[place]}
        self._client.assign(list(wanted))
        for partition in wanted:
            self._client.seek(partition, first[partition.topic, partition.partition])
        left = {p: offset - first[p.topic, p.partition] for p, offset in wanted.items()}
        while left:
            values: list[bytes] = []
            for partition, records in self._client.poll(POLL_MS).items():
                values += [record.value for record in records]
                left[partition] -= len(records)
                if left[partition] <= 0:
                    del left[partition]
            if values:
                yield values


def batches(values: list[bytes], size: int) -> Iterator[list[bytes]]:
    """A poll in batches as the consumer cuts it: as few as possible, of the same size."""
    parts = -(-len(values) // size)
    for part in range(parts):
        yield values[len(values) * part // parts : len(values) * (part + 1) // parts]


def _written(offsets: Offsets) -> dict[str, int]:
    return {f"{topic}{_SEPARATOR}{partition}": offset for (topic, partition), offset in offsets.items()}


def _read(offsets: Mapping[str, int]) -> Offsets:
    found: Offsets = {}
    for name, offset in offsets.items():
        topic, _, partition = name.rpartition(_SEPARATOR)
        found[topic, int(partition)] = offset
    return found
