"""What was measured: microseconds an event, round by round."""

import statistics
from dataclasses import dataclass, field


@dataclass(slots=True)
class Figures:
    """Microseconds an event, one for each round: of each path, and of processor time by process."""

    wall: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    def add(self, path: str, seconds: float, events: int) -> None:
        """Note how long a path took for so many events."""
        self.wall.setdefault(path, []).append(seconds / max(1, events) * 1e6)

    def per_second(self) -> dict[str, int]:
        """Events a second of each path, the median of the rounds."""
        return {path: round(1e6 / statistics.median(each)) for path, each in self.wall.items()}

    def ratio(self, path: str, to: str) -> tuple[float, float, float]:
        """How fast a path is as a share of another's speed in the same round: median, least and most."""
        each = [base / own for own, base in zip(self.wall[path], self.wall[to], strict=True)]
        return statistics.median(each), min(each), max(each)
