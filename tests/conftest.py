"""What all tests share: servers by fixture, and how hard the generative tests try."""

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ("tests.servers.plugin",)

_SUPPRESSED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

# The same examples every time where a failure must mean a fault of the change; new ones each time on a desk.
settings.register_profile(
    "ci", derandomize=True, max_examples=200, deadline=None, print_blob=True, suppress_health_check=_SUPPRESSED
)
settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=_SUPPRESSED)
settings.load_profile(os.environ.get("ICR_TEST_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
