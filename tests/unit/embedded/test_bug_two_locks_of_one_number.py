"""A teller that ran kept every view from advancing: its lock had the number of the editions' lock."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_each_advisory_lock_has_a_number_of_its_own() -> None:
    sources = [path for folder in ("adapters", "projections", "tools") for path in (ROOT / folder).rglob("*.py")]
    given = [number for path in sources for number in re.findall(r"= (0x1C_12_\w+)$", path.read_text(), re.MULTILINE)]
    assert len(given) > 3
    assert [number for number, count in Counter(given).items() if count > 1] == []
