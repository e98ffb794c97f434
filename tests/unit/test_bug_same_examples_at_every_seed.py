"""Where the environment says CI, Hypothesis derives its examples from the test alone, unless a profile forbids it: no night was new."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOWN = (
    "import tests.conftest; from hypothesis import settings; "
    "print([settings.get_profile(name).derandomize for name in ('dev', 'ci', 'nightly')])"
)


def test_no_profile_chooses_the_same_examples_at_every_seed() -> None:
    environment = {**os.environ, "CI": "true"}
    done = subprocess.run(
        [sys.executable, "-c", SHOWN], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[False, False, False]"
