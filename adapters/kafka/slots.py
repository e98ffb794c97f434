"""A name that a consumer keeps over restarts, so that after a crash it gets its partitions back at once.

Kafka hands the partitions of a member that died to others only when its session has lapsed. A *static* member (KIP-345)
that comes back under its name takes them up again. The name goes with a slot of the host and data folder: a file that
is locked while its consumer lives, which the kernel undoes however the process ends.
"""

import fcntl
import hashlib
import os
import socket
from pathlib import Path
from typing import Final

_MOST: Final = 64


class Slot:
    """The first free slot of this host and data folder; `name` is the member's."""

    def __init__(self, data_dir: Path) -> None:
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
            self.name: str | None = f"icr-{socket.gethostname()}-{where}-{number}"[:200]
            return
        self._descriptor = -1
        self.name = None  # an ordinary member then

    def close(self) -> None:
        """Give the slot back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
