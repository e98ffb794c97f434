"""How often one client may ask, by its address, until clients are known by more than that."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final

MOST_ADDRESSES: Final = 10_000
LOOPBACK_FACTOR: Final = 10  # this machine's own programs are many behind one address
_IPV6_NETWORK: Final = 64  # bits: one household or host has all addresses below


class Rates:
    """A bucket of tokens for each address: `burst` at most, `rate` more each second, one for each request.

    A bounded number of addresses is remembered; the one that asked longest ago is forgotten first.
    """

    def __init__(
        self, rate: float, burst: float, *, most: int = MOST_ADDRESSES, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until the client at an address may ask; 0 where it may now, which counts."""
        key, factor = _client(address)
        now = self._now()
        left, at = self._left.pop(key, (self._burst * factor, now))
        left = min(self._burst * factor, left + (now - at) * self._rate * factor)
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) / (self._rate * factor)


def _client(address: str) -> tuple[str, int]:
    """What counts as one client, and by how much more it may ask."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address, 1
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif not found.is_loopback:
            return str(IPv6Address(int(found) >> _IPV6_NETWORK << _IPV6_NETWORK)), 1
    return ("loopback", LOOPBACK_FACTOR) if found.is_loopback else (str(found), 1)
