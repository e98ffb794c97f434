"""Keys: the key-encryption key, data keys under it, and keyed hashes (design D8).

A data key per (record, retention class), attendance also per school year; AES-256-GCM; wrapped by the key-encryption
key, which is read once at start from a file (`adapters.log.keys.key_file`). Destroying the wrapped key erases what it sealed here.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import IcrError, Misuse

NONCE: Final = 12
LOOK_SECONDS: Final = 1.0  # after which whoever wraps a key looks whether the key-encryption key was replaced
IDENTITY: Final = "identity"  # the retention class of who a child is and where it lives
Hash = Callable[[bytes], bytes]


class Erased(IcrError):
    """What was sealed can no longer be opened: its data key is destroyed."""


class MasterKeys:
    """Wraps and unwraps data keys, and makes the keyed hashes that find things without showing them.

    `previous` is the key-encryption key that is being replaced: what it wrapped is still opened, and nothing more is wrapped by it.
    `newer` gives all three as their file has them now, where it was changed since: so a process that lasts goes on while the
    key-encryption key is renewed. The hash key is never renewed: all that is found is found by its hashes.
    """

    def __init__(
        self,
        kek: bytes,
        hash_key: bytes,
        previous: bytes | None = None,
        newer: "Callable[[], tuple[bytes, bytes, bytes | None] | None] | None" = None,
    ) -> None:
        if any(len(key) != 32 for key in (kek, hash_key, *(() if previous is None else (previous,)))):
            raise Misuse("keys are 32 bytes")
        self._keks: tuple[bytes, ...] = (kek,) if previous is None else (kek, previous)
        self._ciphers = tuple(map(AESGCM, self._keks))
        self._hash_key = hash_key
        self._newer = newer
        self._looked = time.monotonic()

    @property
    def being_renewed(self) -> bool:
        """Whether the key-encryption key is being replaced."""
        return len(self._keks) > 1

    @property
    def fingerprint(self) -> bytes:
        """Tells these keys from others and shows nothing of them: 32 bytes."""
        return self._fingerprint(self._keks[0])

    def _fingerprint(self, kek: bytes) -> bytes:
        return self.hasher("icr fingerprint")(b"") + hashlib.blake2b(key=kek, digest_size=16).digest()

    def which_differ(self, fingerprint: bytes) -> tuple[str, ...]:
        """Names of the keys that are not those of a fingerprint; while one is being replaced it may be of either."""
        if (fingerprint not in map(self._fingerprint, self._keks)) and self._look():
            return self.which_differ(fingerprint)
        parts = (
            ("hash", self.fingerprint[:16] == fingerprint[:16]),
            ("kek", any(self._fingerprint(kek)[16:] == fingerprint[16:] for kek in self._keks)),
        )
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
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._look()
        nonce = os.urandom(NONCE)
        return nonce + self._ciphers[0].encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again; raises Erased when no key-encryption key that stands wrapped it."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], context)
            except (InvalidTag, ValueError):  # of too few bytes
                continue
        if self._look():
            return self.unwrap(wrapped, context)
        raise Erased("sealed under another key")

    def rewrapped(self, wrapped: bytes, context: bytes) -> bytes | None:
        """A data key under the newest key-encryption key, where it is not so already. Raises Erased."""
        try:
            self._ciphers[0].decrypt(wrapped[:NONCE], wrapped[NONCE:], context)
        except (InvalidTag, ValueError):
            return self.wrap(self.unwrap(wrapped, context), context)
        return None

    def _look(self) -> bool:
        """Take on what the file of the keys says now; whether that is anything else."""
        self._looked = time.monotonic()
        newer = None if self._newer is None else self._newer()
        if newer is None or newer[1] != self._hash_key:
            return False
        keks = tuple(key for key in (newer[0], newer[2]) if key is not None)
        if keks == self._keks:
            return False
        # The ciphers last, and at once: others unwrap meanwhile.
        self._keks, self._ciphers = keks, tuple(map(AESGCM, keks))
        return True

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
