"""Runs a capsule: `python -I -S -B in_capsule.py CAPSULE`, makings on standard input, the page on standard output (access.md 5).

A process of its own that imports nothing but the standard library and what is in the capsule. It opens no file to write, no
socket and no process, and has bounds of time and memory: what a page is worked out of is all in the makings.
"""

import os
import resource
import sys
from typing import Any, Final

SECONDS: Final = 20
BYTES: Final = 1 << 30
_NEVER: Final = (
    "socket.",
    "subprocess.",
    "os.fork",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.system",
    "ctypes.",
    "urllib.",
)
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def _refuse(event: str, given: tuple[Any, ...]) -> None:
    """Ends what a capsule has no need of; a hook of the interpreter that cannot be taken away again."""
    if event.startswith(_NEVER) or (event == "open" and given[2] is not None and given[2] & _WRITING):
        raise PermissionError(f"a capsule does nothing of {event}")


def _main(capsule: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import zipfile
    import zoneinfo

    sys.addaudithook(_refuse)
    sys.path.insert(0, capsule)
    zoneinfo.reset_tzpath(to=())  # London's days are those of the capsule's time
    makings = sys.stdin.buffer.read()
    with zipfile.ZipFile(capsule) as archive:
        tables = {name: archive.read(name) for name in archive.namelist() if name.startswith("schemas/")}
    from domain.capsule import page_of  # the capsule's own

    sys.stdout.buffer.write(page_of(makings, tables))


if __name__ == "__main__":
    _main(sys.argv[1])
