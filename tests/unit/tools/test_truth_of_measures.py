"""What is true of simulated lives is said for every measure."""

from domain.measures.of_child import MEASURES
from tools.simulator.truth import counting


def test_every_measure_has_its_truth() -> None:
    assert set(counting.MEASURES) == set(MEASURES)
