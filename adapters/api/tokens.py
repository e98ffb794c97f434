"""Systems sign in: an assertion that a client signed is worth a token, for five minutes (RFC 6749 4.4, RFC 7523, RFC 8725).

Whoever is refused is told `invalid_client` and nothing else, and it takes the same time whatever was wrong: which clients there
are is nobody's business. The operator reads why, in the log.
"""

import base64
import binascii
import hashlib
import hmac
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from adapters.log.assertions import Assertions
from adapters.log.keys.data_keys import MasterKeys
from adapters.process.clients import Clients, KnownClient
from adapters.process.clock import Clock
from adapters.process.watched_file import WatchedFile

SECONDS: Final = 300  # for which a token is good, and which an assertion may be at most
LEEWAY: Final = 30  # seconds by which the two clocks may differ
MOST_ASSERTION: Final = 4_096  # bytes
MOST_TOKEN: Final = 400
_MOST_JTI: Final = 200
_MAC: Final = 16


class NotAClient(Exception):
    """A system could not be signed in; `reason` is a code for the operator, `client` the one that it is, where that is known."""

    def __init__(self, reason: str, client: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.client = client


@dataclass(frozen=True, slots=True)
class Said:
    """What an assertion says of itself before anything is verified."""

    algorithm: str
    kid: str | None
    client: str | None


class Tokens:
    """Takes assertions for tokens, and tells whose a token is. `address` is that of the tokens, to which assertions are made out."""

    def __init__(
        self, clients: WatchedFile[Clients], assertions: Assertions, keys: MasterKeys, clock: Clock, address: str
    ) -> None:
        self._clients = clients
        self._assertions = assertions
        self._hash = keys.hasher("system-token")
        self._clock = clock
        self._address = address

    def sign_in(self, assertion: str, named: str | None = None) -> KnownClient:
        """The client whose assertion this is; `named` is what it calls itself beside it. Raises NotAClient, and Misuse."""
        said = said_of(assertion)
        known = None if said.client is None else self._clients.now().get(said.client)
        claims = _verified(assertion, said, known)
        assert known is not None
        client = known.client.id
        try:
            if named is not None and named != client:
                raise NotAClient("client_of_another_name")
            now = self._clock.now()
            jti, ends_at = check_claims(claims, client, self._address, now)
            if not self._assertions.take(client, jti, now, ends_at):
                raise NotAClient("assertion_used_before")
        except NotAClient as refused:
            raise NotAClient(refused.reason, client) from None
        return known

    def issue(self, known: KnownClient) -> str:
        """A token for a client, good for `SECONDS`."""
        ends = int(self._clock.now().timestamp()) + SECONDS
        said = orjson.dumps([known.client.id, ends, os.urandom(9).hex()])
        return f"{_text(said)}.{_text(self._hash(said))}"

    def client_of(self, token: str) -> KnownClient:
        """Whose a token is, if it is ours, still good, and of a client that there still is. Raises NotAClient, and Misuse."""
        said, _, mac = token.partition(".")
        try:
            if len(token) > MOST_TOKEN:
                raise ValueError
            written, given = _bytes(said), _bytes(mac)
        except ValueError:
            raise NotAClient("token_not_ours") from None
        if len(given) != _MAC or not hmac.compare_digest(self._hash(written), given):
            raise NotAClient("token_not_ours")
        client, ends, _ = orjson.loads(written)
        if self._clock.now().timestamp() >= ends:
            raise NotAClient("token_expired", client)
        known = self._clients.now().get(client)
        if known is None:
            raise NotAClient("token_of_a_former_client")
        return known


def said_of(assertion: str) -> Said:
    """What an assertion says of itself. Raises NotAClient where it is none that could be verified, whoever signed it."""
    try:
        if len(assertion) > MOST_ASSERTION:
            raise ValueError
        head, body, signature = assertion.split(".")
        header, claims = orjson.loads(_bytes(head)), orjson.loads(_bytes(body))
        _bytes(signature)
        algorithm, kid, subject = header["alg"], header.get("kid"), claims.get("sub")
        _decoy(algorithm)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAClient("assertion_not_understood") from None
    return Said(algorithm, kid if isinstance(kid, str) else None, subject if isinstance(subject, str) else None)


def _verified(assertion: str, said: Said, known: KnownClient | None) -> Mapping[str, Any]:
    """The claims of an assertion that a client's own key signed. Raises NotAClient.

    One signature is verified each time, with a key of nobody's where there is none of the client's to verify by.
    """
    key, fault = _key_of(said, known)
    try:
        claims = jwt.decode(assertion, key or _decoy(said.algorithm), algorithms=[said.algorithm]).claims
    except (JoseError, ValueError, TypeError):
        claims = None
    client = None if known is None else known.client.id
    if key is None:
        raise NotAClient(fault, client)
    if claims is None:
        raise NotAClient("signature_wrong", client)
    return claims


def _key_of(said: Said, known: KnownClient | None) -> tuple[Key | None, str]:
    """The client's key that an assertion names, or why there is none."""
    if known is None:
        return None, "client_unknown"
    if said.algorithm not in known.client.algorithms:
        return None, "algorithm_not_allowed"
    return known.keys.get((said.kid or "", said.algorithm)), "key_unknown"


def check_claims(claims: Mapping[str, Any], client: str, address: str, now: datetime) -> tuple[str, datetime]:
    """The id of an assertion, and until when it must be remembered. Raises NotAClient unless it is made out to us, now.

    Source: RFC 7523, section 3; of its lifetime and `jti` as NHS England's and SMART's profiles have it.
    """
    if claims.get("iss") != client or claims.get("sub") != client:
        raise NotAClient("assertion_of_another_issuer")
    if claims.get("aud") not in (address, [address]):
        raise NotAClient("assertion_for_another")
    at, ends = now.timestamp(), _instant(claims, "exp")
    if at > ends + LEEWAY:
        raise NotAClient("assertion_expired")
    made = _instant(claims, "iat") if "iat" in claims else at
    if made > at + LEEWAY or ("nbf" in claims and _instant(claims, "nbf") > at + LEEWAY):
        raise NotAClient("assertion_of_another_time")
    if ends - at > SECONDS + LEEWAY or ends - made > SECONDS + (0 if "iat" in claims else LEEWAY):
        raise NotAClient("assertion_lives_too_long")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MOST_JTI or not jti.isprintable():
        raise NotAClient("assertion_without_id")
    return jti, now + timedelta(seconds=max(0.0, ends - at) + 2 * LEEWAY)


def _instant(claims: Mapping[str, Any], name: str) -> float:
    given = claims.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise NotAClient("assertion_without_times")
    return given


@lru_cache(maxsize=16)
def _decoy(algorithm: str) -> Key:
    """A key of nobody's by which a signature can be looked at. Raises ValueError for an algorithm that we take from nobody."""
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    if algorithm in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"):
        # Made as a number of the right size, not as a key pair: nobody needs its other half, and that would take a while.
        digits = b"".join(hashlib.sha512(b"decoy %d" % n).digest() for n in range(4))
        modulus = (int.from_bytes(digits, "big") | 1 | 1 << 2047).to_bytes(256, "big")
        return RSAKey.import_key({"kty": "RSA", "n": _text(modulus), "e": "AQAB"})
    if algorithm in curves:
        return ECKey.generate_key(curves[algorithm], private=False)
    if algorithm == "Ed25519":
        return OKPKey.generate_key("Ed25519", private=False)
    raise ValueError(algorithm)


def _bytes(text: str) -> bytes:
    """What a text of base64url stands for. Raises ValueError."""
    if not text.isascii() or "=" in text:
        raise ValueError
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError from None


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
