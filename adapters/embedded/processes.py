"""A server as a process of ours: it ends when we do, and listens on a port that nobody has."""

import ctypes
import os
import signal
import socket
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None, use_errno=True)


def ending_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the process is to get this signal when the thread that starts it ends, however it ends.

    Safe where no other thread holds a lock of the interpreter; there is no other way to ask for it.
    """
    parent = os.getpid()

    def ask() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it ended before it could be asked for
            os._exit(1)

    return ask


def free_port() -> int:
    """A port of the loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def can_bind(port: int) -> bool:
    """Whether a port of the loopback address is free."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
