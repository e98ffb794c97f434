"""Addresses that settings name: files, hosts and places in the web."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine, whoever resolves it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def web_address(text: str) -> str:
    """An address without a trailing slash, query or fragment: https, or http to this machine."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it is no address") from None
    if not host or parts.query or parts.fragment or parts.username or text.endswith("/"):
        raise ValueError("it is scheme and host, as https://sign-in.example, without a slash at its end")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("it begins with https://, or with http:// on this machine alone")
    return text


def check_public_url(given: object) -> str:
    """The address at which people reach the pages; raises ValueError where it has a path, or could be overheard."""
    if not isinstance(given, str) or urlsplit(web_address(given)).path:
        raise ValueError("the pages stand at the root of their host: it has no path")
    return given
