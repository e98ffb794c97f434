"""Which tests go together to one worker of pytest-xdist (`--dist loadgroup`), and in which order they are given out.

Most tests can run anywhere. Those of a module whose fixture takes long to make share it. Those on a real Kafka go to two
workers, since each broker costs ten seconds of a core before it answers. What goes together is long, so it comes first.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import pytest

_BROKERS: Final = 2
_MEMORY: Final = Path("/dev/shm")
_ROOM: Final = 4 * 1024**3


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Make temporary folders in memory where there is room, here and in whatever is started.

    A new database takes 90 ms there, of a core 35, and 660 ms on a disk, of a core 560 (two cores, ext4, not synchronised).
    """
    if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # it is looked up again


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not hasattr(config, "workerinput"):
        return
    modules = sorted({_module(item) for item in items if item.get_closest_marker("kafka_real")})
    brokers = {module: f"kafka-{number % _BROKERS}" for number, module in enumerate(modules)}
    together = []
    for item in items:
        group = brokers[_module(item)] if item.get_closest_marker("kafka_real") else _shared(item)
        if group is not None:
            item.add_marker(pytest.mark.xdist_group(group))
            together.append(item)
    apart = set(map(id, together))
    items[:] = [*sorted(together, key=_rank), *(item for item in items if id(item) not in apart)]


def _rank(item: pytest.Item) -> int:
    return 0 if item.get_closest_marker("kafka_real") else 1


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _shared(item: pytest.Item) -> str | None:
    """The module of a test that uses what is made once for all of its module."""
    fixtures = getattr(item, "_fixtureinfo", None)
    made = [] if fixtures is None else [one for defined in fixtures.name2fixturedefs.values() for one in defined]
    return _module(item) if any(fixture.scope in {"module", "class", "package"} for fixture in made) else None
