"""The key file: made once, closed to everybody else, and refused where it is not.

It holds `kek` and `hash`, 32 bytes each in hexadecimal, as one JSON object. Whoever can read it and the database can read
everything; without it nothing can be opened. So it is never made where one was and is missing (decision 27).
"""

import json
import os
from pathlib import Path
from typing import Final

from adapters.log.keys.closed_file import make_closed, read_closed
from adapters.log.keys.data_keys import MasterKeys
from domain.errors import Misuse

_LONGEST: Final = 4096
_NAMES: Final = ("kek", "hash")
_FORM: Final = "the key file cannot be read: it holds kek and hash, 32 bytes each in hexadecimal"


class NoKeyFile(Misuse):
    """There is no key file where the settings say it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no key file at {path}")


def load(path: Path) -> MasterKeys:
    """The keys of a key file. Raises NoKeyFile where there is none, Misuse where it is open to others or no key file."""
    try:
        text = read_closed(path, "ICR_KEK_FILE", _LONGEST + 1)
    except FileNotFoundError:
        raise NoKeyFile(path) from None
    return _keys(text)


def new(path: Path) -> MasterKeys:
    """Make a key file with keys of its own, for its owner alone, and its folder where that is missing.

    It is there whole or not at all, and outlasts a power cut. Raises FileExistsError where something has its name, and
    Misuse where it cannot be written.
    """
    make_closed(path, json.dumps({name: os.urandom(32).hex() for name in _NAMES}).encode())
    return load(path)


def load_or_create(path: Path) -> MasterKeys:
    """The key file's keys; a new one's where there is none: only for a log that is known to be empty."""
    try:
        return load(path)
    except NoKeyFile:
        try:
            return new(path)
        except FileExistsError:  # another command made it meanwhile
            return load(path)


def _keys(text: bytes) -> MasterKeys:
    try:
        found = json.loads(text) if len(text) <= _LONGEST else None
        kek, hash_key = (bytes.fromhex(found[name]) for name in _NAMES)  # type: ignore[index] # TypeError is caught
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Misuse(_FORM) from None
    if kek == hash_key:
        raise Misuse("the key file holds the same key twice: kek and hash are two")
    return MasterKeys(kek, hash_key)
