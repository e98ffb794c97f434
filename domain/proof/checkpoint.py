"""Checkpoints: what a tree is at a size, as a note that is signed (C2SP tlog-checkpoint and signed-note).

Signing itself is not here: a signature is bytes.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from domain.proof.tree import SIZE

ED25519: Final = b"\x01"  # the type of a key, before its bytes
_KEY_ID: Final = 4
_PUBLIC: Final = 32
_SIGNED: Final = "\u2014 "
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_NUMBER: Final = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class Malformed(ValueError):
    """What should be a note, a checkpoint or a key is none."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree's root at a size; `origin` names the log, `extensions` are lines that it says beside."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """What is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, _text64(self.root), *self.extensions))


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: whose key by name and id, and what it signed with."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name of what it signs."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """What tells it from other keys of that name."""
        return key_id(self.name, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_text64(ED25519 + self.public)}"


def key_id(name: str, public: bytes) -> bytes:
    """The id of an Ed25519 key: four bytes."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:_KEY_ID]


def is_name(name: str) -> bool:
    """Whether a log, and its key, may have this name: no spaces, no plus, at most 200 characters."""
    return _NAME.fullmatch(name) is not None and _CONTROL.search(name) is None


def parse_verifier_key(text: str) -> VerifierKey:
    """A key as `name+id+key`. Raises Malformed."""
    name, _, rest = text.strip().partition("+")
    digits, _, encoded = rest.partition("+")
    key = _bytes64(encoded)
    if not is_name(name) or len(key) != 1 + _PUBLIC or key[:1] != ED25519:
        raise Malformed("a verifier key is name+id+key, of Ed25519")
    found = VerifierKey(name, key[1:])
    if found.id.hex() != digits:
        raise Malformed("the verifier key's id is not that of its name and key")
    return found


def parse_checkpoint(text: str) -> Checkpoint:
    """A checkpoint of the text of a note. Raises Malformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not is_name(lines[0]):
        raise Malformed("a checkpoint has a line each for origin, size and root")
    if not _NUMBER.fullmatch(lines[1]):
        raise Malformed("the second line of a checkpoint is its size")
    root = _bytes64(lines[2])
    if len(root) != SIZE:
        raise Malformed("the third line of a checkpoint is its root")
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:-1]))


def format_note(text: str, signatures: Sequence[Signature]) -> str:
    """A note: its text, an empty line, its signatures."""
    return text + "\n" + "".join(f"{_SIGNED}{s.name} {_text64(s.key_id + s.signature)}\n" for s in signatures)


def parse_note(note: str) -> tuple[str, tuple[Signature, ...]]:
    """The text of a note, and its signatures, of which there is one at the least. Raises Malformed."""
    at = note.rfind("\n\n")
    if at < 0 or not note.endswith("\n") or _CONTROL.search(note):
        raise Malformed("a note is a text, an empty line, and lines of signatures")
    signatures = tuple(_signature(line) for line in note[at + 2 : -1].split("\n"))
    return note[: at + 1], signatures


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_SIGNED).partition(" ")
    signed = _bytes64(encoded)
    if not line.startswith(_SIGNED) or not is_name(name) or len(signed) <= _KEY_ID:
        raise Malformed("a signature is a dash, a name, and a key's id with what it signed")
    return Signature(name, signed[:_KEY_ID], signed[_KEY_ID:])


def _text64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes64(text: str) -> bytes:
    """Bytes written in base64, in the one form that they have; none where it is no such form."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return found if _text64(found) == text else b""
