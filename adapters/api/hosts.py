"""By which names the service may be called, and from which web pages (decision 25).

A web page elsewhere must not become this machine's user by having its own name point here, nor ask in the name of whoever
looks at it. So a request names a host that is allowed; and a browser, which says so, asks from one of our own pages.
"""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from adapters.process.addresses import is_loopback

_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::[0-9]{1,5})?")
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - addresses to listen on; none is called by them
_OURS: Final = frozenset({"same-origin", "none"})
PAGES: Final = ("/", "/docs")


def host_name(text: str) -> str | None:
    """The host of a Host header, without port, in lower case; None where it is none."""
    match = _HOST.fullmatch(text)
    return None if match is None else match[1].strip("[]").lower().rstrip(".")


class Hosts:
    """The names by which requests may call the service: those that are set, its own address, and this machine's.

    `pages` are the paths to which a link may lead from anywhere; one that ends in `/` stands for all below it.
    """

    def __init__(self, listening: str, allowed: Collection[str], pages: Collection[str] = PAGES) -> None:
        self._pages = frozenset(pages)
        self._allowed = {host.lower().rstrip(".") for host in allowed}
        self._known = self._allowed | {listening.lower()} - _EVERYWHERE

    def knows(self, host: str) -> bool:
        """Whether the service may be called by what a Host header says."""
        name = host_name(host)
        return name is not None and (name in self._known or is_loopback(name))

    def welcomes(self, headers: Headers, method: str, path: str) -> bool:
        """Whether a request comes from no web page, or from one of our own.

        A link to a page may stand anywhere: nobody can frame what it opens, and it changes nothing.
        """
        site = headers.get("sec-fetch-site")
        if site is not None and site not in _OURS and not self._follows_a_link(headers, method, path):
            return False
        origin = headers.get("origin")
        return origin is None or self._is_ours(origin, headers.get("host", ""))

    def _is_ours(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
            name = parts.hostname or ""
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or parts.path or parts.query or parts.fragment:
            return False
        # Behind a proxy the host may be another than the one that the browser asked: then it is one that was set.
        return parts.netloc.lower() == host.lower() or name.rstrip(".") in self._allowed

    def _follows_a_link(self, headers: Headers, method: str, path: str) -> bool:
        navigates = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        led_to = path in self._pages or path[: path.rfind("/") + 1] in self._pages - {"/"}
        return method == "GET" and led_to and navigates
