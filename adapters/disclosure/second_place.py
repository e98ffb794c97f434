"""The second place: a folder, best of another organisation, where every checkpoint is put for others to see and to keep.

A checkpoint is there whole or not at all, and outlasts a power cut. None is ever changed or taken away.
"""

import contextlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.log.keys.closed_file import keep_entry

LATEST: Final = "checkpoint"
_LONGEST: Final = 1 << 20


class OtherThere(Exception):
    """A checkpoint of the same size is there already, and is another one."""


class SecondPlace:
    """A folder of checkpoints: `checkpoint` is the latest, and each has a file by its day and size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def latest(self) -> str | None:
        """The latest checkpoint, as a note; None where there is none. Raises OSError, and ValueError for what is no text."""
        try:
            with (self._folder / LATEST).open("rb") as file:
                return file.read(_LONGEST).decode()
        except FileNotFoundError:
            return None

    def put(self, size: int, note: str, at: datetime) -> None:
        """Put a checkpoint there, signed at an instant, as the latest. Raises OSError, and OtherThere."""
        day = self._folder / at.date().isoformat()
        for folder in (self._folder, day):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                keep_entry(folder.parent)
        file = day / f"{size:016}"
        with contextlib.suppress(FileNotFoundError):
            if file.read_bytes() != note.encode():
                raise OtherThere
        self._write(file, note)
        self._write(self._folder / LATEST, note)

    def _write(self, file: Path, note: str) -> None:
        fresh = file.with_name(f".{file.name}.new")
        with fresh.open("wb") as stream:
            stream.write(note.encode())
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
        keep_entry(file.parent)
