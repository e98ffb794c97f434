"""Which tests go together to one worker of pytest-xdist (`--dist loadgroup`), and in which order they are given out.

Most tests can run anywhere. Those of a module whose fixture takes long to make share it. Those on a real Kafka go to two
workers, since each broker costs ten seconds of a core before it answers. What goes together is long, so it comes first, after the
histories on which everything is asked, of which one takes a minute; then what is marked slow, so that no worker is left with something
long at the end.

(The library's own way, a mark, has no effect with pytest 9.)
"""

import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT: Final = Path(__file__).parents[2]
_BROKERS: Final = 2
_ON_A_BROKER: Final = re.compile(r"\[(.*-)?real[-\]]")
_ON_NONE: Final = re.compile(r"\[(.*-)?embedded[-\]]")
_ALL_ON_A_BROKER: Final = re.compile(r"\b(real_stack|real_kafka|kafka_real|SecuredKafka)\b")
_DEMONSTRATION: Final = "demonstrated"  # the fixture that is made once for several modules
_BEFORE_ALL: Final = "tests/generative/test_views_agree.py"
_SHARED: Final = re.compile(r'scope="module"|module_database_url')


class _Together(LoadScopeScheduling):
    """Gives out what goes together as one."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(nodeid) or nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return _Together(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _rank(item.nodeid, slow=item.get_closest_marker("slow") is not None))


def _rank(nodeid: str, *, slow: bool) -> tuple[int, int]:
    """The longest, then brokers and the demonstration, then modules, then what is slow; the rest mixed: what waits beside what needs a core."""
    if nodeid.startswith(_BEFORE_ALL):
        return -1, 0
    group = _group(nodeid)
    if group is None:
        return 2 if slow else 3, zlib.crc32(nodeid.encode())
    return (0 if group.startswith("kafka") or group == _DEMONSTRATION else 1), 0


def _group(nodeid: str) -> str | None:
    """What a test goes together with: a broker, the demonstration, or its module where that shares what takes long to make."""
    module = nodeid.partition("::")[0]
    text = _text(module)
    if _ON_A_BROKER.search(nodeid) or (_ALL_ON_A_BROKER.search(text) and not _ON_NONE.search(nodeid)):
        return f"kafka-{zlib.crc32(module.encode()) % _BROKERS}"
    if _DEMONSTRATION in text:
        return _DEMONSTRATION
    return module if _SHARED.search(text) else None


@cache
def _text(module: str) -> str:
    return (ROOT / module).read_text(encoding="utf-8")
