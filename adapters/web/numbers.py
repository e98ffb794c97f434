"""A child's number as people type it into a form: what kind of number it is, and the number."""

from collections.abc import Mapping
from typing import Final

from domain.identifiers import parse_identifier

SCHEMES: Final = ("nhs", "upn", "agency")
_MOST: Final = 100
_WRONG: Final = "The number must be one that its kind allows: check what you typed, and which kind it is"


def read_number(said: Mapping[str, str]) -> str:
    """The identifier that the fields `scheme` and `number` say, as SCHEME:VALUE."""
    number = "".join(said["number"].split())
    return f"{said['scheme']}:{number.removeprefix('agency:')}"


def number_wrong(said: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with these fields, by the field that it stands in."""
    good = said["scheme"] in SCHEMES and len(said["number"]) <= _MOST and parse_identifier(read_number(said)).valid
    return {} if good else {"number": _WRONG}
