"""Which of two statements wins: the one recorded later; at one instant, the source's own version, then the event id.

The answer is the same in every installation that is given the same events, whatever its keys (design D1).
"""

import hashlib
import re
from functools import lru_cache
from typing import Final

_NUMBERS: Final = re.compile(r"[0-9]+")
_MOST_NUMBERS: Final = 8
_MOST: Final = 2**64 - 1
_ID_BYTES: Final = 2


@lru_cache(maxsize=65_536)
def version_rank(version: str | None) -> bytes:
    """Bytes that sort as a source's versions do: by the numbers in them, as numbers, so that 10 comes after 9.

    A version without any number, and none at all, come first. Numbers beyond 64 bits are equal, and so is what follows the
    eighth number: no source counts so far.
    """
    ranked = bytearray()
    for digits in _NUMBERS.findall(version or "")[:_MOST_NUMBERS]:
        number = min(int(digits), _MOST).to_bytes(8, "big").lstrip(b"\0")
        ranked += bytes([1 + len(number)]) + number
    return bytes(ranked) + b"\0"


@lru_cache(maxsize=65_536)
def tie_of(organisation: str, event_id: str, version: str | None, key: bytes) -> bytes:
    """What decides between statements recorded at one instant, as bytes: the greater wins.

    The version's rank, then two bytes that follow from the event id and no key, so that they are the same everywhere. They
    are so few because facts stand in the clear: the whole id, or all of its hash, would tell an id that holds a child's
    number. Once in 65,536 they are equal; then the event's `key` decides, so that one installation never wavers.
    """
    said = hashlib.blake2b(f"{organisation}\0{event_id}".encode(), digest_size=_ID_BYTES, person=b"icr order").digest()
    return version_rank(version) + said + key
