"""What all tests share: servers by fixture, and how hard the generative tests try."""

import os
import signal
import threading

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
