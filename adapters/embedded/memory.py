"""How much memory there is, and what of it an embedded PostgreSQL keeps for its pages."""

import contextlib
import os
from pathlib import Path
from typing import Final

LEAST_MIB: Final = 128
MOST_MIB: Final = 2048
# What a container may use, where that is less than the machine has.
_LIMIT: Final = Path("/sys/fs/cgroup/memory.max")


def memory_mib(limit: Path = _LIMIT) -> int:
    """Memory of the machine or the container, whichever is less, in MiB."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # no such file, or `max`
        found = min(found, int(limit.read_text()))
    return found >> 20


def shared_buffers(mib: int) -> str:
    """An eighth of the memory, within bounds, as PostgreSQL writes it.

    It is only taken as it fills. With less than the views' working set each edition writes pages out and reads them in
    again: see docs/performance.md.
    """
    return f"{min(MOST_MIB, max(LEAST_MIB, mib // 8))}MB"
