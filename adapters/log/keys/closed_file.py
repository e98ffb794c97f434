"""Files that hold a key: made whole or not at all, closed to everybody but their owner, and refused where they are not."""

import os
import stat
from pathlib import Path
from typing import Final

from domain.errors import Misuse

_ROOT: Final = 0


def read_closed(path: Path, variable: str, most: int) -> bytes:
    """The first bytes of a key's file; `variable` names the setting that says where it is.

    Raises FileNotFoundError where there is none, Misuse where it is a link, open to others, or cannot be read.
    """
    try:
        # Not waiting for a writer, should it be a pipe; following no link, behind which anybody's file could stand.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        if path.is_symlink():
            raise Misuse(f"the key file {path} is a link: name the file itself by {variable}") from None
        raise Misuse(f"the key file {path} cannot be read: {error.strerror}") from None
    try:
        _check_closed(path, os.fstat(descriptor))
        return os.read(descriptor, most)
    finally:
        os.close(descriptor)


def make_closed(path: Path, text: bytes) -> None:
    """Make a file of a key, and its folder where that is missing.

    Raises FileExistsError where something has its name, and Misuse where it cannot be written.
    """
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
        keep_entry(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise Misuse(f"the key file {path} cannot be made: {error.strerror}") from None


def replace_closed(path: Path, text: bytes) -> None:
    """Put another text into the place of a file of a key: either of them is there whole at any time. Raises Misuse where it cannot be written.

    What stood there is written over as far as the file system does so in place; a disk that copies keeps it until it is used again.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        with path.open("r+b") as before:
            made_for = os.fstat(before.fileno())
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                if os.geteuid() == _ROOT:
                    os.fchown(file.fileno(), made_for.st_uid, made_for.st_gid)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            keep_entry(path.parent)
            before.write(b"\0" * made_for.st_size)
            before.flush()
            os.fsync(before.fileno())
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Misuse(f"the key file {path} cannot be replaced: {error.strerror}") from None


def keep_entry(folder: Path) -> None:
    """Make a new file's name in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
