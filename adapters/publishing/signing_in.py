"""Signing in as a system: the key pair of one, what it signs, and the token that it gets for that (RFC 7523)."""

import http.client
import os
import ssl
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from adapters.process.clients import ASSERTION_TYPE, GRANT, TOKEN_PATH
from adapters.process.clock import Clock, SystemClock
from adapters.process.secret_files import read_secret
from adapters.process.settings import Settings
from domain.errors import IcrError, Misuse, Unreachable

CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_SECONDS: Final = 120  # for which an assertion is good; the service takes at most 300
_EARLIER: Final = 30.0  # a token is renewed so long before it ends
_TIMEOUT: Final = 30.0


class NotSignedIn(IcrError):
    """The service does not take us for a client; why, only whoever runs it is told."""

    def __init__(self) -> None:
        super().__init__(
            "the service does not know this client and key: ask whoever runs it, whose log says why "
            "(is the public key in its file of clients, and --url its public address?)"
        )


def new_key(algorithm: str, kid: str) -> Key:
    """A new key pair that signs by an algorithm. Raises Misuse for one that it cannot be made for."""
    named: Any = {"kid": kid, "alg": algorithm}
    if algorithm in CURVES:
        return ECKey.generate_key(CURVES[algorithm], named)
    if algorithm == "Ed25519":
        return OKPKey.generate_key("Ed25519", named)
    if algorithm in ("RS384", "RS512", "PS384", "PS512"):
        return RSAKey.generate_key(3072, named)
    raise Misuse("--algorithm is one of ES256, ES384, ES512, Ed25519, RS384, RS512, PS384, PS512")


def write_key(file: Path, key: Key) -> None:
    """Write the private half of a key pair where only we can read it. Raises Misuse where something is there already."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Misuse(f"{file} is there already: a key is made once") from None
    except OSError as error:
        raise Misuse(f"{file} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(orjson.dumps(key.as_dict(private=True)) + b"\n")


def read_key(file: Path) -> Key:
    """A key pair of a file (JWK, mode 0600), with the algorithm by which it signs. Raises Misuse."""
    kinds: dict[Any, type[Key]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
    try:
        said = orjson.loads(read_secret(file, "client_key_file"))
        key = kinds[said["kty"]].import_key(said)
        if key.is_private and isinstance(said["alg"], str) and isinstance(said["kid"], str):
            return key
    except (ValueError, KeyError, TypeError, JoseError):
        pass
    raise Misuse(f"client_key_file: {file} is a private key (JWK) with `alg` and `kid`: icr client new makes one")


class SystemSignIn:
    """Gets tokens for a client at a service, each when the one before is about to end."""

    def __init__(self, client: str, key: Key, url: str, clock: Clock) -> None:
        self._client = client
        self._key = key
        self._address = url.rstrip("/") + TOKEN_PATH
        self._clock = clock
        self._token: str | None = None
        self._ends = 0.0

    @classmethod
    def of(cls, settings: Settings, url: str, clock: Clock | None = None) -> "SystemSignIn | None":
        """As the settings have it; None where they name no client. Raises Misuse."""
        if settings.client_id is None or settings.client_key_file is None:
            if settings.client_id is not None or settings.client_key_file is not None:
                raise Misuse("client_id and client_key_file go together")
            return None
        return cls(settings.client_id, read_key(settings.client_key_file), url, clock or SystemClock())

    def forget(self) -> None:
        """The token was not taken: the next one is new."""
        self._token = None

    def token(self) -> str:
        """A token that is good for a while. Raises NotSignedIn, and Unreachable."""
        if self._token is None or self._now() > self._ends - _EARLIER:
            said = self._ask()
            self._token, self._ends = said["access_token"], self._now() + said["expires_in"]
        return self._token

    def assertion(self) -> str:
        """What the client signs: who it is, for whom, until when, and an id that is new each time."""
        at = int(self._now())
        claims = {"iss": self._client, "sub": self._client, "aud": self._address, "iat": at, "exp": at + _SECONDS}
        algorithm = str(self._key.as_dict()["alg"])
        header = {"alg": algorithm, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, {**claims, "jti": os.urandom(16).hex()}, self._key, algorithms=[algorithm])

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _ask(self) -> Any:  # noqa: ANN401 - the service's answer
        form = {
            "grant_type": GRANT,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
        }
        parts = urlsplit(self._address)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, urlencode(form), headers)
            answer = connection.getresponse()
            status, body = answer.status, answer.read()
        except ssl.SSLCertVerificationError:
            raise Unreachable("the service", "its certificate is not trusted here") from None
        except (OSError, http.client.HTTPException):
            raise Unreachable("the service", "is `icr serve` running, and does --url name it?") from None
        finally:
            connection.close()
        if status == http.HTTPStatus.OK:
            return orjson.loads(body)
        if status in (http.HTTPStatus.BAD_REQUEST, http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.NOT_FOUND):
            raise NotSignedIn
        raise Unreachable("the service", f"it answered {status} when we signed in")
