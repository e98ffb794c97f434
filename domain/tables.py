"""The tables of the event contract that the pure half is given, by their names in a capsule."""

from typing import Final

EFFECTS: Final = "schemas/effects.toml"
CODES: Final = "schemas/codes.toml"
