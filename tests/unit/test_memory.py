"""How much of the memory an embedded PostgreSQL keeps for its pages."""

from pathlib import Path

import pytest

from adapters.embedded.memory import memory_mib, shared_buffers


@pytest.mark.parametrize(("mib", "buffers"), [(512, "128MB"), (4096, "512MB"), (24_105, "2048MB"), (262_144, "2048MB")])
def test_an_eighth_within_bounds(mib: int, buffers: str) -> None:
    assert shared_buffers(mib) == buffers


def test_a_containers_limit_counts_where_it_is_less(tmp_path: Path) -> None:
    limit = tmp_path / "memory.max"
    whole = memory_mib(limit)
    assert whole > 0
    limit.write_text("max\n")
    assert memory_mib(limit) == whole
    limit.write_text(f"{256 << 20}\n")
    assert memory_mib(limit) == min(256, whole)
