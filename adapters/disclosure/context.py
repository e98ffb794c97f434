"""What an answer was made with, as one hash: the policy, the code of rules and answers, the schemas, the pages (access.md 3)."""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from adapters.disclosure.capsules import own_capsule
from domain.access.policy import digest
from domain.access.rules import RULES
from domain.proof.canonical import canonical

POLICY: Final = "policy"
CAPSULE: Final = "capsule"  # by which capsule the same page can be worked out again
# Each part of a context, and the folder that it is the hash of.
_PARTS: Final = {
    POLICY: ("domain", "access"), "code": ("domain",), "schemas": ("schemas",),
    "pages": ("adapters", "web"), "components": ("govuk_frontend_jinja",),
}  # fmt: skip
_HASHED: Final = (".py", ".avsc", ".toml", ".json", ".html", ".css", ".svg")


@lru_cache(maxsize=1)
def context() -> tuple[bytes, bytes]:
    """The hash of this program's context, and its bytes: canonical JSON of what it is made of.

    `rules` is the digest of the table of who may see what, as docs/policy-changes.md has it of each version.
    """
    parts = {name: _hash_of(*where) for name, where in _PARTS.items()}
    made = canonical({**parts, CAPSULE: own_capsule(), "rules": digest(RULES)})
    return hashlib.sha256(made).digest(), made


def _hash_of(package: str, *within: str) -> str:
    """SHA-256 over the names and hashes of the files of a folder, in order of their names."""
    state = hashlib.sha256()
    for name, path in _files(str(files(package).joinpath(*within)), ""):
        with Path(path).open("rb", buffering=0) as file:
            state.update(f"{name}\0".encode() + hashlib.sha256(file.read()).digest())
    return state.hexdigest()


def _files(folder: str, within: str) -> Iterator[tuple[str, str]]:
    """Name and path of each file; by the folder's own listing, which says what is a folder without asking for each."""
    with os.scandir(folder) as listed:
        found = sorted(listed, key=lambda one: one.name)
    for one in found:
        if one.is_dir():
            yield from _files(one.path, f"{within}{one.name}/")
        elif one.name.endswith(_HASHED):
            yield f"{within}{one.name}", one.path
