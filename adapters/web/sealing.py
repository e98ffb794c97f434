"""What the service hands to a browser and takes back: nobody else can read, make or change it."""

import base64
import binascii
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.log.keys.data_keys import NONCE, Erased, MasterKeys, seal, unseal

MOST = 3800  # characters: what browsers keep in one cookie, less its name and what is said of it


class Sealing:
    """Seals texts for one purpose. `context` is bound to each, as a session to its handles, and must be given again."""

    def __init__(self, keys: MasterKeys, purpose: str) -> None:
        derive = keys.hasher(purpose)
        self._key = derive(b"first half") + derive(b"second half")
        self._cipher = AESGCM(self._key)

    def sealed(self, plain: bytes, context: bytes) -> bytes:
        """Something sealed, another each time."""
        return seal(self._key, os.urandom(NONCE), plain, context)

    def opened(self, sealed: bytes, context: bytes) -> bytes | None:
        """What was sealed; None for anything that was not sealed here, for this purpose and in this context."""
        try:
            return unseal(self._cipher, sealed, context)
        except (ValueError, Erased):
            return None

    def seal(self, plain: bytes, context: bytes = b"") -> str:
        """The same as a text of letters, digits, `-` and `_`."""
        return base64.urlsafe_b64encode(self.sealed(plain, context)).rstrip(b"=").decode()

    def open(self, text: str, context: bytes = b"") -> bytes | None:
        """What was sealed as a text; None as `opened`."""
        if len(text) > MOST or not text.isascii():
            return None
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (binascii.Error, ValueError):
            return None
        return self.opened(sealed, context)
