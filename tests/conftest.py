"""What all tests share: servers by fixture, and how hard the generative tests try."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.servers.plugin",)

# Started in the background by a shell, we ignore Ctrl-C and so would every command that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

_SUPPRESSED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

# The same examples every time where a failure must mean a fault of the change; new ones each time on a desk.
settings.register_profile(
    "ci", derandomize=True, max_examples=200, deadline=None, print_blob=True, suppress_health_check=_SUPPRESSED
)
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=_SUPPRESSED)
settings.load_profile(os.environ.get("ICR_TEST_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(autouse=True)
def _logs_as_found() -> Iterator[None]:
    """A command that a test runs within its own process configures the logs; the next test finds them as they were."""
    root = logging.getLogger()
    hooks = sys.excepthook, threading.excepthook
    level, handlers, told = (
        root.level,
        list(root.handlers),
        structlog.get_config() if structlog.is_configured() else None,
    )
    yield
    sys.excepthook, threading.excepthook = hooks
    root.setLevel(level)
    root.handlers = [
        handler for handler in root.handlers if handler in handlers or "logs" not in type(handler).__module__
    ]
    if told is None:
        structlog.reset_defaults()
    else:
        structlog.configure(**told)
