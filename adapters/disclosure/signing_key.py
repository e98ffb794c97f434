"""The key that signs checkpoints, in a file of its own: made once, while nothing is sealed, closed to everybody else.

It holds `name`, which names the log in every checkpoint, and `seed`, 32 bytes in hexadecimal, as one JSON object. Whoever can
read it can sign another log; what has been signed stays checked by the verifier key, which is public.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.log.keys.closed_file import make_closed, read_closed
from domain.errors import Misuse
from domain.proof.checkpoint import (
    Checkpoint,
    Malformed,
    Signature,
    VerifierKey,
    format_note,
    is_name,
    parse_checkpoint,
    parse_note,
)

Connection = psycopg.Connection[Any]

SEAL_LOCK: Final = 0x1C_12_0004
_VARIABLE: Final = "ICR_SIGNING_KEY_FILE"
_LONGEST: Final = 4096
_SEED: Final = 32
_FORM: Final = (
    "the signing key file cannot be read: it holds name, without spaces and plus, and seed, 32 bytes in hexadecimal"
)
_SEALED: Final = "SELECT EXISTS (SELECT FROM access.leaf) OR EXISTS (SELECT FROM access.checkpoint)"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Signs checkpoints of one log."""

    verifier: VerifierKey
    private: Ed25519PrivateKey

    def sign(self, checkpoint: Checkpoint, *beside: "SigningKey") -> str:
        """A checkpoint as a signed note; signed by other keys too."""
        text = checkpoint.text()
        keys = (self, *beside)
        return format_note(
            text, [Signature(k.verifier.name, k.verifier.id, k.private.sign(text.encode())) for k in keys]
        )


def read_checkpoint(key: VerifierKey, note: str) -> Checkpoint:
    """The checkpoint of a note that this key has signed, whoever else has. Raises Malformed."""
    text, signatures = parse_note(note)
    checkpoint = parse_checkpoint(text)
    ours = [one.signature for one in signatures if (one.name, one.key_id) == (key.name, key.id)]
    if checkpoint.origin != key.name or not ours:
        raise Malformed("a checkpoint of another log")
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        raise Malformed("a checkpoint whose signature is not the key's") from None
    return checkpoint


class NoSigningKey(Misuse):
    """There is no signing key where the settings say it is."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no signing key at {path}: put the one that the access log is sealed with there, or name it by "
            f"{_VARIABLE}; where nothing is sealed yet, `icr access key` makes one"
        )


def load(path: Path) -> SigningKey:
    """The key of a file. Raises NoSigningKey where there is none, Misuse where it is open to others or no such key."""
    try:
        text = read_closed(path, _VARIABLE, _LONGEST)
    except FileNotFoundError:
        raise NoSigningKey(path) from None
    try:
        found = json.loads(text)
        name, seed = found["name"], bytes.fromhex(found["seed"])
        if not is_name(name) or len(seed) != _SEED:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Misuse(_FORM) from None
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return SigningKey(VerifierKey(name, private.public_key().public_bytes_raw()), private)


def first_key(connection: Connection, path: Path, name: str | None = None) -> SigningKey:
    """Make the key of a log of which nothing is sealed; `name`: the log's, an invented one where none is given.

    Of several at once one makes it and the others have the same. Raises Misuse where something is sealed: its key is given.
    """
    if name is not None and not is_name(name):
        raise Misuse(
            "--name: the log's name, as children.example.gov.uk/access: no spaces, no plus, 200 characters at most"
        )
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (SEAL_LOCK,))
        try:
            return load(path)
        except NoSigningKey:
            if connection.execute(_SEALED).fetchone() == (True,):
                raise
        made = {"name": name or f"icr/access/{os.urandom(8).hex()}", "seed": os.urandom(_SEED).hex()}
        make_closed(path, json.dumps(made).encode())
        return load(path)
