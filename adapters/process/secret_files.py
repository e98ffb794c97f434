"""Secrets and certificates that settings name by file: never in a variable, a command line or a message of ours."""

import stat
from pathlib import Path
from typing import Final

from domain.errors import Misuse

_MOST: Final = 64 << 10  # bytes


def read_text(file: Path, setting: str) -> str:
    """What stands in a file. Raises Misuse, naming setting and file."""
    try:
        with file.open("rb") as stream:
            return stream.read(_MOST).decode()
    except OSError as error:
        raise Misuse(f"{setting}: {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misuse(f"{setting}: {file} is not text") from None


def read_whole(file: Path, setting: str, most: int) -> str:
    """All that stands in a file. Raises Misuse, naming setting and file, also where that is more than `most` bytes."""
    try:
        size = file.stat().st_size
        if size <= most:
            return file.read_text(encoding="utf-8")
    except OSError as error:
        raise Misuse(f"{setting}: {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Misuse(f"{setting}: {file} is not text") from None
    raise Misuse(f"{setting}: {file} is larger than {most} bytes")


def read_secret(file: Path, setting: str) -> str:
    """What stands in a file that only we may read, without the end of its line. Raises Misuse, naming setting and file."""
    text = read_text(file, setting).strip("\r\n")
    status = file.stat()
    if stat.S_ISREG(status.st_mode) and status.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise Misuse(f"{setting}: {file} can be read or written by others: chmod 600 {file}")
    if not text:
        raise Misuse(f"{setting}: {file} is empty")
    return text
