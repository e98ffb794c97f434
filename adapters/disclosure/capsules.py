"""Capsules: the code by which pages were worked out, kept for each release, so that a page of then can be worked out by it (access.md 5).

A capsule is a zip of the pure half: `domain/`, the effects table and the code lists, and the two things of others that they need (names of
types, and London's time). Its name is a hash of the first three, which each entry's context names; which capsules are ours, and the hash of
each file, stands in `capsules/released.json`. No other one is run.
"""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from adapters.disclosure.in_capsule import SECONDS
from domain.errors import IcrError, Misuse
from domain.tables import CODES, EFFECTS

FOLDER: Final = Path(str(files("adapters.disclosure"))) / "capsules"
RELEASED: Final = "released.json"
_RUNNER: Final = Path(str(files("adapters.disclosure"))) / "in_capsule.py"
_LONDON: Final = "tzdata/zoneinfo/Europe/London"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # of every file: the same code gives the same bytes
_PATIENCE: Final = SECONDS + 5
_LONGEST: Final = 64 << 20  # bytes of a page
# Of others: a module of one file, and the time zone, which is found as a package's data.
_OF_OTHERS: Final = (
    "typing_extensions.py",
    "tzdata/__init__.py",
    "tzdata/zoneinfo/__init__.py",
    "tzdata/zoneinfo/Europe/__init__.py",
    _LONDON,
)


class CapsuleFailed(IcrError):
    """A capsule that gave no page: the makings are of another form, or it ran out of time or memory."""


@lru_cache(maxsize=1)
def own_capsule() -> str:
    """The name of this program's capsule."""
    state = hashlib.sha256()
    for name, data in _own_files():
        state.update(f"{name}\0".encode() + hashlib.sha256(data).digest())
    return state.hexdigest()


def made_capsule() -> bytes:
    """This program's capsule."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in (*_own_files(), *_others_files()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def release(folder: Path = FOLDER) -> Path:
    """Keep this program's capsule among those that are released; its file."""
    folder.mkdir(exist_ok=True)
    made, known = made_capsule(), _released(folder)
    file = folder / f"{own_capsule()}.zip"
    file.write_bytes(made)
    known[own_capsule()] = hashlib.sha256(made).hexdigest()
    (folder / RELEASED).write_text(json.dumps(known, indent=2) + "\n")
    return file


def released(folder: Path = FOLDER) -> list[str]:
    """The names of the capsules that are here."""
    return [*_released(folder)]


def is_installed(name: str, folder: Path = FOLDER) -> bool:
    """Whether a capsule is here."""
    return name in _released(folder)


def run(name: str, makings: bytes, folder: Path = FOLDER) -> dict[str, Any]:
    """What a capsule makes of a page's makings: `contents` of the page's parts, and `withheld`, the rules by which something was.

    Raises CapsuleFailed, and Misuse where the file is not the one that was released.
    """
    file = folder / f"{name}.zip"
    if hashlib.sha256(file.read_bytes()).hexdigest() != _released(folder)[name]:
        raise Misuse("a capsule is not as it was released: install the service anew")
    try:
        done = subprocess.run(  # noqa: S603 - ours, and only what was released is run
            [sys.executable, "-I", "-S", "-B", str(_RUNNER), str(file)], input=makings, capture_output=True, timeout=_PATIENCE,
            check=False, env={}, cwd="/",
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise CapsuleFailed("a capsule took too long") from None
    if done.returncode or len(done.stdout) > _LONGEST:
        raise CapsuleFailed("a capsule gave no page")  # what it says may be of somebody: it is not told on
    page: dict[str, Any] = json.loads(done.stdout)
    return page


def _released(folder: Path) -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads((folder / RELEASED).read_text())
    except FileNotFoundError:
        return {}
    return known


def _own_files() -> Iterator[tuple[str, bytes]]:
    root = Path(str(files("domain")))
    for file in sorted(root.rglob("*.py")):
        yield f"domain/{file.relative_to(root).as_posix()}", file.read_bytes()
    for name in (EFFECTS, CODES):
        yield name, Path(str(files("schemas").joinpath(name.rpartition("/")[2]))).read_bytes()


def _others_files() -> Iterator[tuple[str, bytes]]:
    import typing_extensions

    of = {"typing_extensions.py": Path(typing_extensions.__file__).parent, "tzdata": Path(str(files("tzdata"))).parent}
    for name in _OF_OTHERS:
        yield name, (of[name.partition("/")[0]] / name).read_bytes()
