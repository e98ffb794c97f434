"""A command that ends by itself says when it stands still. It has no heartbeat: it says so in its log, on standard error."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from adapters.process import heartbeat
from adapters.process.heartbeat import NO_PROGRESS, where
from adapters.process.logs import get_logger

_LOOK: Final = 1.0


@contextmanager
def said_when_standing(patience: float | None = None) -> Iterator[None]:
    """Log `no_progress`, with the functions it is in, each time this thread has been in one and the same call for so long."""
    ended = threading.Event()
    allowed = heartbeat.PATIENCE if patience is None else patience
    watching = threading.Thread(target=_watch, args=(threading.get_ident(), ended, allowed), daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()


def _watch(thread: int, ended: threading.Event, patience: float) -> None:
    standing: tuple[FrameType | None, int] = (None, 0)
    since = time.monotonic()
    said = False
    while not ended.wait(min(_LOOK, patience / 4)):
        frame = sys._current_frames().get(thread)  # noqa: SLF001 - the interpreter's own name for it
        here = (frame, -1 if frame is None else frame.f_lasti)
        if here[0] is not standing[0] or here[1] != standing[1]:
            standing, since, said = here, time.monotonic(), False
        elif not said and time.monotonic() - since >= patience:
            said = True
            get_logger("process").error(NO_PROGRESS, seconds=round(time.monotonic() - since), where=where(thread))
