"""What an answer was made with, as one hash: the policy, the code of rules and answers, the schemas, the pages (access.md 3)."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from domain.proof.canonical import canonical

# Each part of a context, and the folder that it is the hash of.
_PARTS: Final = {
    "policy": ("domain", "access"), "code": ("domain",), "schemas": ("schemas",),
    "pages": ("adapters", "web"), "components": ("govuk_frontend_jinja",),
}  # fmt: skip
_HASHED: Final = (".py", ".avsc", ".toml", ".json", ".html", ".css", ".svg")


@lru_cache(maxsize=1)
def context() -> tuple[bytes, bytes]:
    """The hash of this program's context, and its bytes: canonical JSON of what it is made of."""
    made = canonical({name: _hash_of(*where) for name, where in _PARTS.items()})
    return hashlib.sha256(made).digest(), made


def _hash_of(package: str, *within: str) -> str:
    """SHA-256 over the names and hashes of the files of a folder, in order of their names."""
    state = hashlib.sha256()
    for name, file in _files(files(package).joinpath(*within), ""):
        state.update(f"{name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for one in sorted(folder.iterdir(), key=lambda found: found.name):
        if one.is_dir():
            yield from _files(one, f"{path}{one.name}/")
        elif one.name.endswith(_HASHED):
            yield f"{path}{one.name}", one
