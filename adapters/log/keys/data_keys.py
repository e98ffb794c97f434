"""Keys: the key-encryption key, data keys under it, and keyed hashes (design D8).

A data key per (record, retention class), attendance also per school year; AES-256-GCM; wrapped by the key-encryption
key, which is read once at start from a file (`adapters.log.keys.key_file`). Destroying the wrapped key erases what it sealed here.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import IcrError, Misuse

NONCE: Final = 12
IDENTITY: Final = "identity"  # the retention class of who a child is and where it lives
Hash = Callable[[bytes], bytes]


class Erased(IcrError):
    """What was sealed can no longer be opened: its data key is destroyed."""


class MasterKeys:
    """Wraps and unwraps data keys, and makes the keyed hashes that find things without showing them."""

    def __init__(self, kek: bytes, hash_key: bytes) -> None:
        if len(kek) != 32 or len(hash_key) != 32:
            raise Misuse("keys are 32 bytes")
        self._kek = AESGCM(kek)
        self._kek_bytes = kek
        self._hash_key = hash_key

    @property
    def fingerprint(self) -> bytes:
        """Tells these keys from others and shows nothing of them: 32 bytes."""
        return self.hasher("icr fingerprint")(b"") + hashlib.blake2b(key=self._kek_bytes, digest_size=16).digest()

    def which_differ(self, fingerprint: bytes) -> tuple[str, ...]:
        """Names of the keys that are not those of a fingerprint."""
        own = self.fingerprint
        parts = (("hash", own[:16] == fingerprint[:16]), ("kek", own[16:] == fingerprint[16:]))
        return tuple(name for name, same in parts if not same)

    def hasher(self, domain: str) -> Hash:
        """A keyed 16-byte hash for one kind of value; values of two kinds never meet."""
        start = hashlib.blake2b(key=self._hash_key, digest_size=16, person=domain.encode()[:16])

        def digest(value: bytes) -> bytes:
            state = start.copy()
            state.update(value)
            return state.digest()

        return digest

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """A data key under the key-encryption key, bound to what it is for."""
        nonce = os.urandom(NONCE)
        return nonce + self._kek.encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again; raises Erased when this key-encryption key did not wrap it."""
        return unseal(self._kek, wrapped, context)

    def new_keys(self, contexts: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
        """Fresh data keys with their wrapped forms."""
        found = list(contexts)
        random = os.urandom(32 * len(found))
        keys = [random[i * 32 : i * 32 + 32] for i in range(len(found))]
        return [(key, self.wrap(key, context)) for key, context in zip(keys, found, strict=True)]


def seal(key: bytes, nonce: bytes, data: bytes, context: bytes) -> bytes:
    """Nonce and AES-256-GCM ciphertext; `context` is bound to it and must be given again to open."""
    return nonce + AESGCM(key).encrypt(nonce, data, context)


def unseal(cipher: AESGCM, sealed: bytes, context: bytes) -> bytes:
    """What was sealed; raises Erased when key or context differ."""
    try:
        return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], context)
    except InvalidTag:
        raise Erased("sealed under another key") from None


def open_sealed(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """What was sealed under a data key; raises Erased when key or context differ."""
    return unseal(AESGCM(key), sealed, context)


def key_context(record: bytes, key_class: str, period: int) -> bytes:
    """What a data key is bound to."""
    return record + f"|{key_class}|{period}".encode()
