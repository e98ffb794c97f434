"""A process's memory: nothing of it may leave, since it holds keys and children's names; and no more of it is used than needed."""

import ctypes
import gc
import resource
from typing import Final

_PR_SET_DUMPABLE: Final = 4
_PR_GET_DUMPABLE: Final = 3
_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2
_libc = ctypes.CDLL(None, use_errno=True)


def keep_in_memory() -> None:
    """No core dump of this process, whatever ends it, and no other process of the same user looks into it.

    What it starts is forbidden core dumps as well, embedded servers among it. Called before any key is read.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def reserve_little() -> None:
    """Let threads share a few arenas: glibc reserves 64 MB of address space for each thread's own, which limits count.

    Where the C library knows nothing of arenas, nothing is done.
    """
    mallopt = getattr(_libc, "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def may_be_dumped() -> bool:
    """Whether this process could be dumped or looked into."""
    return bool(_libc.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)) or resource.getrlimit(resource.RLIMIT_CORE) != (0, 0)


def collect_seldom() -> None:
    """Look for what is left in cycles a thirtieth as often as Python does by itself.

    What a command loads stays until its end, and to look through it again and again is a tenth of its start.
    """
    gc.set_threshold(20_000, 10, 10)
