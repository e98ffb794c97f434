"""How much the quarantine and the feedback may hold, and for how long: what the settings say, as values."""

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Quota:
    """How much content one organisation may have in the quarantine; unreadable messages of nobody count as one's.

    `total` bounds the bytes of all together: whoever sends under a new code with each message has a quota with each.
    """

    rows: int = 100_000
    bytes: int = 1024 * MEBIBYTE
    total: int = 20 * 1024 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Ages:
    """After how many days what is cleared: 0 for never."""

    settled: int = 90
    waiting: int = 400
    feedback: int = 400
