"""A name that a consumer keeps over restarts, so that after a crash it gets its partitions back at once.

Kafka hands the partitions of a member that died to others only when its session has lapsed. A *static* member (KIP-345)
that comes back under its name takes them up again. The name goes with a slot of the host and data folder: a file that
is locked while its consumer lives, which the kernel undoes however the process ends. A static member is not missed
before its session lapses even when it ends in order, so `leave` says so for it.
"""

import contextlib
import fcntl
import hashlib
import os
import socket
from pathlib import Path
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import MemberToRemove
from kafka.errors import KafkaError

from adapters.intake.kafka.topics import connection
from adapters.process.kafka_security import OPEN, Security

_MOST: Final = 64
_LEAVE_MS: Final = 2000


class Membership:
    """Membership in a group under the name of the first free slot; `name` is None when none is free."""

    def __init__(self, data_dir: Path, group: str, bootstrap_servers: str, security: Security = OPEN) -> None:
        self._group = group
        self._bootstrap_servers = bootstrap_servers
        self._security = security
        self.name: str | None = None
        self._descriptor = -1
        folder = data_dir / "run"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        where = hashlib.blake2b(str(data_dir).encode(), digest_size=4).hexdigest()
        for number in range(_MOST):
            descriptor = os.open(folder / f"consumer-{number}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            self._descriptor = descriptor
            self.name = f"icr-{socket.gethostname()}-{where}-{number}"[:200]
            return

    def leave(self, *, told: bool = True) -> None:
        """Leave the group, so that the others get the partitions now, and give the slot back.

        To be called when the consumer is closed. A broker that does not answer learns it when the session lapses; one that
        is known not to need not be `told`.
        """
        if self.name is None:
            return
        if told:
            with contextlib.suppress(KafkaError, OSError):
                options = connection(
                    self._bootstrap_servers, embedded=False, bootstrap_ms=_LEAVE_MS, security=self._security
                )
                with contextlib.closing(KafkaAdminClient(**options, request_timeout_ms=_LEAVE_MS)) as admin:
                    admin.remove_group_members(self._group, [MemberToRemove(group_instance_id=self.name)])
        os.close(self._descriptor)
        self.name = None


def keep_joining(client: Any) -> None:  # noqa: ANN401 - the library has no types
    """Make a consumer finish a join that went on while nobody polled.

    kafka-python 3.0.12: when the topics' metadata changes, the leader joins again; if `poll` returns meanwhile, the
    answer comes in the background and is never looked at, since by then the metadata is the same on both sides. The
    consumer stays without partitions for ever, and healthy as far as Kafka can see. So it is asked to join again as
    long as a join has been begun and not completed.
    """
    coordinator = client._coordinator  # noqa: SLF001
    need_rejoin = coordinator.need_rejoin
    coordinator.need_rejoin = lambda: coordinator.rejoining or need_rejoin()
