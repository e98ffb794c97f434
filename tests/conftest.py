"""What all tests share: servers by fixture, how hard the generative tests try, and where chance begins."""

import gc
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = (
    "tests.servers.folder",
    "tests.servers.plugin",
    "tests.servers.benches",
    "tests.servers.replayed",
    "tests.servers.workers",
)

# Started in the background by a shell, we ignore Ctrl-C and so would every command that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

_SUPPRESSED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

# Where the environment says CI, the library would choose the same examples at every seed.
settings.register_profile("dev", max_examples=50, deadline=None, derandomize=False, suppress_health_check=_SUPPRESSED)
# With no memory of earlier runs, so that the seed alone decides.
settings.register_profile("ci", settings.get_profile("dev"), database=None, print_blob=True)
settings.register_profile(
    "nightly", settings.get_profile("ci"), max_examples=int(os.environ.get("ICR_TEST_EXAMPLES", "2000"))
)
settings.load_profile(os.environ.get("ICR_TEST_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))

# On a push the same seed every time, since a failure must mean a fault of the change; a new one each time elsewhere.
# It stands in the environment, so that the workers of pytest-xdist have it too.
os.environ.setdefault("ICR_TEST_SEED", "1" if os.environ.get("CI") else str(secrets.randbelow(1_000_000)))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = os.environ["ICR_TEST_SEED"]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Of what is there when the first test begins nothing becomes garbage: to look through it again and again takes a fifth
    of a core's time in the tests of the codec."""
    gc.collect()
    gc.freeze()


def pytest_report_header(config: pytest.Config) -> str:
    return _seed(config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if terminalreporter.stats.get("failed") or config.option.verbose < 0:  # quiet, it had no header
        terminalreporter.line(_seed(config))


def _seed(config: pytest.Config) -> str:
    return (
        f"chance: {settings().max_examples} examples of each kind, seed {config.option.hypothesis_seed}"
        f" (the same again: ICR_TEST_SEED={config.option.hypothesis_seed})"
    )


@pytest.fixture(autouse=True)
def _process_as_found() -> Iterator[None]:
    """A command that a test runs within its own process sets up its logs and its end; the next test finds both as they were.

    Else a test that sends itself a signal would be ended by what another test's command had set up.
    """
    handlers_of = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    root = logging.getLogger()
    hooks = sys.excepthook, threading.excepthook
    level, handlers, told = (
        root.level,
        list(root.handlers),
        structlog.get_config() if structlog.is_configured() else None,
    )
    yield
    if threading.current_thread() is threading.main_thread():
        signal.set_wakeup_fd(-1)
        for number, handler in handlers_of.items():
            signal.signal(number, handler)
    sys.excepthook, threading.excepthook = hooks
    root.setLevel(level)
    root.handlers = [
        handler for handler in root.handlers if handler in handlers or "logs" not in type(handler).__module__
    ]
    if told is None:
        structlog.reset_defaults()
    else:
        structlog.configure(**told)
