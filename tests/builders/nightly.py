"""What waits for `./dev nightly`: repetition of what a push tries once (decision 22)."""

from typing import Any

import pytest

REAL = [pytest.mark.kafka_real, pytest.mark.pg_system]


def by_night(*values: Any) -> Any:
    """Values of a parametrized test that wait for the night."""
    return pytest.param(*values, marks=pytest.mark.nightly)


def real(*values: Any) -> Any:
    """Values of a parametrized test of which the first is `real`: the stack of a real Kafka and PostgreSQL 15."""
    return pytest.param("real", *values, marks=REAL)


def real_by_night(*values: Any) -> Any:
    """The same, for the night."""
    return pytest.param("real", *values, marks=[*REAL, pytest.mark.nightly])


# For a test of `stack` whose matter is the same on both: on a push the real servers alone, by night the embedded ones too.
ON_THE_REAL_ONES = pytest.mark.parametrize("stack", [real(), by_night("embedded")], indirect=True)
