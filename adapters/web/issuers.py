"""Speaks with issuers: where to send people, what their codes are worth, and which keys sign their tokens.

Authlib makes the requests, joserfc verifies the token. Whatever an issuer says of itself is held against the settings: its
name, and which algorithms may sign.
"""

import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import orjson
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from adapters.process.addresses import is_loopback
from adapters.process.clock import Clock
from adapters.process.issuers import Issuer
from adapters.process.secret_files import read_secret
from adapters.web.claims import NotSignedIn, Vouched, check_claims, vouched_for

_DISCOVERY: Final = "/.well-known/openid-configuration"
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_PATIENCE: Final = 10.0
_MOST_BYTES: Final = 256 * 1024
_FRESH_SECONDS: Final = 3600.0
_AGAIN_SECONDS: Final = 60.0  # an unknown key is asked for no more often
_SCOPE: Final = "openid profile"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one signing in is known by again: all of it random, kept by the browser, sealed."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What an issuer said of itself, and when we asked (monotonic)."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: float


class IssuerClient:
    """One issuer. `redirect` is its own address at ours: an answer of another issuer cannot be taken for its."""

    def __init__(self, issuer: Issuer, redirect: str, clock: Clock) -> None:
        self.issuer = issuer
        self._redirect = redirect
        self._clock = clock
        self._secret = (
            None if issuer.client_secret_file is None else read_secret(issuer.client_secret_file, "client_secret_file")
        )
        # A proxy is for the outside; this machine's own issuer would not be found behind one.
        outside = not is_loopback(urlsplit(issuer.url).hostname or "")
        self._http: dict[str, Any] = {
            "timeout": _PATIENCE,
            "follow_redirects": False,
            "trust_env": outside,
            "verify": _trusted(trust_env=outside),
        }
        self._lock = threading.Lock()
        self._known: _Known | None = None

    def sign_in_address(self, secrets: Secrets, *, strongly: bool = False) -> str:
        """Where to send a browser, to sign in strongly where that is asked. Raises NotSignedIn where the issuer does not answer."""
        asked = {"nonce": secrets.nonce, "code_verifier": secrets.verifier, "response_type": "code"}
        acr, age = self.issuer.acr, self.issuer.max_age_seconds
        if strongly:
            acr, age = self.issuer.strong_acr, min(self.issuer.strong_seconds, age or self.issuer.strong_seconds)
        if age is not None:
            asked["max_age"] = str(age)
        if acr:
            asked["acr_values"] = " ".join(acr)
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._knowledge().metadata["authorization_endpoint"], state=secrets.state, **asked
            )
        return str(address)

    def check_answer(self, given: Mapping[str, str], secrets: Secrets) -> str:
        """The code of an answer that is this issuer's, to this signing in (RFC 9207). Raises NotSignedIn."""
        if given.get("state") != secrets.state:
            raise NotSignedIn("state_of_another_sign_in")
        says_who = self._knowledge().metadata.get("authorization_response_iss_parameter_supported") is True
        if given.get("iss", None if says_who else self.issuer.url) != self.issuer.url:
            raise NotSignedIn("answer_of_another_issuer")
        if "error" in given:
            raise NotSignedIn("issuer_said_no")
        code = given.get("code")
        if not code:
            raise NotSignedIn("no_code")
        return code

    def vouched(self, code: str, secrets: Secrets) -> Vouched:
        """Whom the issuer vouches for with a code. Raises NotSignedIn."""
        with self._client() as client:
            token = client.fetch_token(
                self._knowledge().metadata["token_endpoint"],
                code=code,
                code_verifier=secrets.verifier,
                grant_type="authorization_code",
            )
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise NotSignedIn("no_id_token")
        claims = self._verified(id_token)
        check_claims(claims, self.issuer, secrets.nonce, self._clock.now().timestamp())
        return vouched_for(claims, self.issuer)

    def _verified(self, id_token: str) -> Mapping[str, Any]:
        """The claims of a token that one of the issuer's keys signed, by an algorithm that it may use."""
        allowed = list(self.issuer.algorithms)
        try:
            try:
                return jwt.decode(id_token, self._knowledge().keys, algorithms=allowed).claims
            except InvalidKeyIdError:
                return jwt.decode(id_token, self._knowledge(_AGAIN_SECONDS).keys, algorithms=allowed).claims
        except (JoseError, ValueError):
            raise NotSignedIn("token_not_verified") from None

    def _knowledge(self, fresh: float = _FRESH_SECONDS) -> _Known:
        """What the issuer says of itself, no older than `fresh` seconds."""
        with self._lock:
            known = self._known
            if known is None or time.monotonic() - known.at > fresh:
                known = self._known = self._ask()
            return known

    def _ask(self) -> _Known:
        with _answering(), httpx2.Client(**self._http) as client:
            metadata = _json(client, self.issuer.url + _DISCOVERY)
            if metadata.get("issuer") != self.issuer.url:
                raise NotSignedIn("issuer_has_another_name")
            if not all(self._is_safe(metadata.get(endpoint)) for endpoint in _ENDPOINTS):
                raise NotSignedIn("issuer_without_endpoints")
            keys = KeySet.import_key_set(_json(client, metadata["jwks_uri"]))  # type: ignore[arg-type]
        if any(key.key_type == "oct" for key in keys):
            raise NotSignedIn("issuer_with_shared_secret")
        return _Known(metadata, keys, time.monotonic())

    def _is_safe(self, address: object) -> bool:
        """Whether an endpoint is spoken to as safely as the issuer itself."""
        if not isinstance(address, str):
            return False
        parts = urlsplit(address)
        on_this_machine = self.issuer.url.startswith("http://") and is_loopback(parts.hostname or "")
        return parts.scheme == "https" or (parts.scheme == "http" and on_this_machine)

    @contextmanager
    def _client(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
        """A client of the issuer; Authlib ships no types."""
        with (
            _answering(),
            OAuth2Client(
                client_id=self.issuer.client_id,
                client_secret=self._secret,
                redirect_uri=self._redirect,
                scope=_SCOPE,
                code_challenge_method="S256",
                **self._http,
            ) as client,
        ):
            yield client


@cache
def _trusted(*, trust_env: bool) -> ssl.SSLContext:
    """Which certificates are trusted, read once: to read them at each request takes a twentieth of a second of a core."""
    return httpx2.create_ssl_context(trust_env=trust_env)


@contextmanager
def _answering():  # type: ignore[no-untyped-def]  # noqa: ANN202
    """What goes wrong between an issuer and us is one refusal, which quotes nothing of what was said."""
    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise NotSignedIn("issuer_does_not_answer") from None
    except AuthlibBaseError:
        raise NotSignedIn("code_not_taken") from None
    except (JoseError, ValueError, KeyError, TypeError):
        raise NotSignedIn("issuer_not_understood") from None


def _json(client: httpx2.Client, address: str) -> Mapping[str, Any]:
    with client.stream("GET", address, headers={"Accept": "application/json"}) as answer:
        answer.raise_for_status()
        body = b""
        for part in answer.iter_bytes():
            body += part
            if len(body) > _MOST_BYTES:
                raise ValueError("too long")
    said = orjson.loads(body)
    if not isinstance(said, dict):
        raise TypeError("no object")
    return said
