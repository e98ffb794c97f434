"""The key file: made once, closed to everybody else, and refused where it is not.

It holds `kek` and `hash`, 32 bytes each in hexadecimal, as one JSON object, and `previous` while `kek` is being replaced. Whoever
can read it and the database can read everything; without it nothing can be opened. So it is never made where one was and is missing
(decision 27).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.log.keys.closed_file import make_closed, read_closed, replace_closed
from adapters.log.keys.data_keys import MasterKeys
from domain.errors import Misuse

_LONGEST: Final = 4096
_NAMES: Final = ("kek", "hash")
_FORM: Final = "the key file cannot be read: it holds kek and hash, 32 bytes each in hexadecimal"


_Keys = tuple[bytes, bytes, bytes | None]


class NoKeyFile(Misuse):
    """There is no key file where the settings say it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no key file at {path}")


def load(path: Path) -> MasterKeys:
    """The keys of a key file. Raises NoKeyFile where there is none, Misuse where it is open to others or no key file."""
    return MasterKeys(*_read(path), newer=_Newer(path))


def begin_renewal(path: Path) -> MasterKeys:
    """Put a new key-encryption key beside the one of a key file, which becomes the previous one; where there is one already, as it is.

    Raises as `load`, and Misuse where it cannot be written.
    """
    kek, hash_key, previous = _read(path)
    if previous is None:
        _write(path, {"kek": os.urandom(32), "hash": hash_key, "previous": kek})
    return load(path)


def end_renewal(path: Path) -> MasterKeys:
    """Take the previous key-encryption key out of a key file: what it alone opens is opened by nobody any more. Raises as `load`."""
    kek, hash_key, previous = _read(path)
    if previous is not None:
        _write(path, {"kek": kek, "hash": hash_key})
    return load(path)


class _Newer:
    """The keys of a file, where it was changed since it was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = _signature(path)

    def __call__(self) -> _Keys | None:
        """None where it was not changed, or cannot be read: then what was read before goes on."""
        seen = _signature(self._path)
        if seen is None or seen == self._seen:
            return None
        try:
            found = _read(self._path)
        except Misuse:
            return None
        self._seen = seen
        return found


def _signature(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


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


def _read(path: Path) -> _Keys:
    try:
        text = read_closed(path, "ICR_KEK_FILE", _LONGEST + 1)
    except FileNotFoundError:
        raise NoKeyFile(path) from None
    return _keys(text)


def _write(path: Path, keys: Mapping[str, bytes]) -> None:
    replace_closed(path, json.dumps({name: key.hex() for name, key in keys.items()}).encode())


def _keys(text: bytes) -> _Keys:
    try:
        found = json.loads(text) if len(text) <= _LONGEST else None
        kek, hash_key = (bytes.fromhex(found[name]) for name in _NAMES)  # type: ignore[index] # TypeError is caught
        previous = bytes.fromhex(found["previous"]) if "previous" in found else None  # type: ignore[index,operator]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Misuse(_FORM) from None
    if len({kek, hash_key, previous}) < 3:
        raise Misuse("the key file holds the same key twice: kek and hash are two")
    if any(len(key) != 32 for key in (kek, hash_key, previous or kek)):
        raise Misuse("keys are 32 bytes")
    return kek, hash_key, previous
