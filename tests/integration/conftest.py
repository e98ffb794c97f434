"""What many integration tests begin with."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.builders.process import icr
from tests.builders.service import Bench


@pytest.fixture
def here(emptied_bench: Bench) -> Bench:
    """A service over an empty database; a module that needs more says so in a fixture of its own."""
    return emptied_bench


DEMONSTRATION = "icr demo --no-serve"


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """The first run of the demonstration: what it said, and the data folder as it left it."""

    said: dict[str, Any]
    folder: Path

    def copy(self, to: Path) -> Path:
        """The same folder elsewhere, to go on with. PostgreSQL's data belong to its account, so `cp` it is."""
        subprocess.run(["cp", "--archive", self.folder, to], check=True)
        return to


@pytest.fixture(scope="session")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> Demonstrated:
    """The demonstration, run as its `--help` shows. It takes most of a minute, so modules that need it share it."""
    folder = tmp_path_factory.mktemp("demonstrated") / "data"
    outside = {key: value for key, value in os.environ.items() if not key.startswith("ICR_")}
    arguments = DEMONSTRATION.split()[1:]
    done = icr(*arguments, "--json", "--data", str(folder), environment=outside, seconds=400)
    assert done.returncode == 0, done.stderr[-2000:]
    return Demonstrated(json.loads(done.stdout), folder)
