"""How badly agencies' systems behave, as shares that can be written in a line: `late=0.05,corrected=0.02`."""

from typing import Any

from domain.errors import Misuse

# Of events, but for `silent`, which is of feeds. All assumed: no source states them.
USUAL = {
    "late": 0.02,
    "corrected": 0.01,
    "mistaken": 0.008,
    "duplicated": 0.002,
    "reordered": 0.01,
    "resent": 0.005,
    "missing": 0.002,
    "malformed": 0.001,
    "silent": 0.0,
}
NONE = dict.fromkeys(USUAL, 0.0)


def parse_noise(text: str) -> dict[str, Any]:
    """Shares by kind, for `Plan`: those named, the usual ones for the rest; `none` makes the rest nothing.

    Raises `Misuse`.
    """
    shares = dict(USUAL)
    for part in filter(None, (part.strip() for part in text.split(","))):
        kind, given, value = part.partition("=")
        if part == "none":
            shares = dict(NONE)
        elif not given or kind not in shares:
            raise Misuse(f"noise: none, or kind=share with the kinds {', '.join(USUAL)}")
        else:
            try:
                shares[kind] = float(value)
            except ValueError:
                raise Misuse(f"noise: {kind} is a share, 0 to 1") from None
    return shares
