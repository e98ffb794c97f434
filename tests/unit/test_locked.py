"""What is installed is what is locked, from whichever mirror."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-build.lock"]
LINE = re.compile(r"[a-z0-9.-]+(\[[a-z0-9,]+\])?==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock: str) -> dict[str, str]:
    """Name -> version and condition of each package of a lock."""
    found = re.findall(r"^([a-z0-9.-]+)==(\S+?)(?: ; (.+?))? \\$", (ROOT / lock).read_text(), re.MULTILINE)
    return {name: f"{version} {condition}" for name, version, condition in found}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    unlike = [line for line in text.splitlines() if not LINE.fullmatch(line)]
    assert unlike == []


def test_london_is_known_where_the_system_has_no_time_zones() -> None:
    code = "from zoneinfo import ZoneInfo; print(ZoneInfo('Europe/London').key)"
    bare = {"PYTHONTZPATH": ""}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=bare)
    assert done.stdout == "Europe/London\n"
    assert "win32" not in pins("requirements.lock")["tzdata"]


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    tested = pins("requirements-dev.lock")
    for lock in ("requirements.lock", "requirements-build.lock"):
        for name, pin in pins(lock).items():
            # What is shipped for some machines, a tool of the tests may need on all of them.
            assert tested[name] in (pin, f"{pin.split()[0]} "), name
    assert len(pins("requirements.lock")) > 40


def test_what_signs_anybody_in_is_not_shipped() -> None:
    assert "oidc-provider-mock" in pins("requirements-dev.lock")
    assert not {"oidc-provider-mock", "flask", "playwright"} & pins("requirements.lock").keys()
