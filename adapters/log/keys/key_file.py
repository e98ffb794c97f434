"""The key file: made once, closed to everybody else, and refused where it is not.

It holds `kek` and `hash`, 32 bytes each in hexadecimal, as one JSON object. Whoever can read it and the database can read
everything; without it nothing can be opened. So it is never made where one was and is missing (decision 27).
"""

import json
import os
import stat
from pathlib import Path
from typing import Final

from adapters.log.keys.data_keys import MasterKeys
from domain.errors import Misuse

_LONGEST: Final = 4096
_NAMES: Final = ("kek", "hash")
_FORM: Final = "the key file cannot be read: it holds kek and hash, 32 bytes each in hexadecimal"
_ROOT: Final = 0


class NoKeyFile(Misuse):
    """There is no key file where the settings say it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no key file at {path}")


def load(path: Path) -> MasterKeys:
    """The keys of a key file. Raises NoKeyFile where there is none, Misuse where it is open to others or no key file."""
    try:
        # Not waiting for a writer, should it be a pipe; following no link, behind which anybody's file could stand.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise NoKeyFile(path) from None
    except OSError as error:
        if path.is_symlink():
            raise Misuse(f"the key file {path} is a link: name the file itself by ICR_KEK_FILE") from None
        raise Misuse(f"the key file {path} cannot be read: {error.strerror}") from None
    try:
        _check_closed(path, os.fstat(descriptor))
        text = os.read(descriptor, _LONGEST + 1)
    finally:
        os.close(descriptor)
    return _keys(text)


def new(path: Path) -> MasterKeys:
    """Make a key file with keys of its own, for its owner alone, and its folder where that is missing.

    It is there whole or not at all, and outlasts a power cut. Raises FileExistsError where something has its name, and
    Misuse where it cannot be written.
    """
    text = json.dumps({name: os.urandom(32).hex() for name in _NAMES}).encode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"the folder of the key file {path} cannot be made: {error.strerror}") from None
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.link(temporary, path)
        finally:
            temporary.unlink()
        _keep_entry(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise Misuse(f"the key file {path} cannot be made: {error.strerror}") from None
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


def _check_closed(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise Misuse(f"the key file {path} is no file")
    if stat.S_IMODE(found.st_mode) & ~0o600:
        raise Misuse(f"the key file {path} is open to others than its owner: chmod 600 {path}")
    if os.geteuid() != _ROOT and found.st_uid not in (os.geteuid(), _ROOT):
        raise Misuse(f"the key file {path} belongs to another user: who runs this command must own it")
    folder = path.parent.stat()
    # In a folder such as /tmp, with the sticky bit, others cannot exchange a file that is not theirs.
    if folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX:
        raise Misuse(
            f"everybody may exchange the key file, since its folder can be written to: chmod o-w {path.parent}"
        )


def _keys(text: bytes) -> MasterKeys:
    try:
        found = json.loads(text) if len(text) <= _LONGEST else None
        kek, hash_key = (bytes.fromhex(found[name]) for name in _NAMES)  # type: ignore[index] # TypeError is caught
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Misuse(_FORM) from None
    if kek == hash_key:
        raise Misuse("the key file holds the same key twice: kek and hash are two")
    return MasterKeys(kek, hash_key)


def _keep_entry(folder: Path) -> None:
    """Make a new file's name outlast a power cut: what is sealed from now on is lost without it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
