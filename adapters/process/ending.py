"""A process that was told to end does so in time, whatever it is in the middle of.

The work at hand is finished where it can be. What is stuck (in a statement, a lock, a broker that does not answer) is
interrupted, and what cannot be interrupted is left: nothing is lost by it, since what is not committed was not promised.
"""

import faulthandler
import os
import signal
import threading
import time
from typing import Final

from adapters.process.heartbeat import where
from adapters.process.logs import get_logger

SOFT: Final = 4.0  # seconds for the work at hand, then it is interrupted
HARD: Final = 8.0  # seconds to the end
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_EXIT_CODE: Final = 130


def end_in_time(*, soft: float | None = SOFT, hard: float = HARD) -> None:
    """See to it that SIGTERM or SIGINT ends this process within `hard` seconds; from its main thread, once.

    After `soft` seconds a second SIGINT is sent to the main thread, whose handler is to raise; None: it is left alone.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    # The interpreter writes here when the signal comes, also while the main thread is stuck in a call and no handler runs.
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    main = threading.get_ident()
    threading.Thread(target=_await_signal, args=(told, main, soft, hard), name="ending", daemon=True).start()


def _await_signal(told: int, main: int, soft: float | None, hard: float) -> None:
    while (number := os.read(told, 1)) and number[0] not in _SIGNALS:
        pass
    began = time.monotonic()
    if soft is not None:
        time.sleep(soft)
        signal.pthread_kill(main, signal.SIGINT)
    # Should the last line not get out, as to a pipe that nobody reads.
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device
        faulthandler.dump_traceback_later(max(0.1, began + hard - time.monotonic()) + 0.5, exit=True, file=nowhere)
        time.sleep(max(0.0, began + hard - time.monotonic()))
        get_logger("process").error("ended_by_force", where=where(main))
        os._exit(_EXIT_CODE)
