"""What tells one place from another, whatever a rule makes of it: a stored hash hangs on it."""

from collections.abc import Mapping
from typing import Any


def is_no_place(postcode: str | None) -> bool:
    """Whether a postcode stands for no place: ZZ99 and its like, of no fixed abode, not known or abroad."""
    return (postcode or "").replace(" ", "").upper().startswith("ZZ99")


def place_of(address: Mapping[str, Any]) -> object | None:
    """What tells one address from another: postcode and first line, else the UPRN; None for no address at all.

    The UPRN comes second because senders leave it out or pad it, and one home must not count as two.
    """
    if address["status"] not in ("current", "last_known"):
        return None
    postcode, first = (
        str(address["postcode"] or "").replace(" ", "").upper(),
        (address["lines"] or [""])[0].strip().casefold(),
    )
    if postcode and first:
        return (postcode, first)
    if address["uprn"]:
        return str(address["uprn"]).strip().lstrip("0")
    return (postcode, first) if postcode or first else None
