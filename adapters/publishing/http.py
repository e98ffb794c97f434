"""Publishing over HTTP: batches of messages to `POST /v1/events`, sent again until they are answered."""

import http.client
import ssl
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from adapters.api.media import AVRO_BATCH, LENGTH_BYTES, MAX_BODY, MAX_EVENTS
from adapters.publishing.signing_in import SystemSignIn
from domain.errors import IcrError, Misuse, Unreachable

PATH: Final = "/v1/events"
_TIMEOUT: Final = 60.0
_BACK_OFF: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 10.0)
_LONGEST_PAUSE: Final = 30.0
_RETRIED: Final = frozenset({429, 502, 503, 504})


class Refused(IcrError):
    """The service refused a request as a whole; the text is its own, which quotes nothing."""


class HttpSender:
    """Sends batches over one connection, opened again when it is lost; signed in where we are somebody there."""

    def __init__(self, url: str, *, validate_only: bool, signing_in: SystemSignIn | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise Misuse("--url is http://HOST:PORT or https://HOST")
        self._host, self._port, self._secure = parts.hostname, parts.port, parts.scheme == "https"
        self._path = parts.path.rstrip("/") + PATH + ("?validate_only=true" if validate_only else "")
        self._connection: http.client.HTTPConnection | None = None
        self._signing_in = signing_in

    def fits(self, count: int, size: int) -> bool:
        """Whether so many messages of so many bytes in all may go in one request."""
        return count <= MAX_EVENTS and size + count * LENGTH_BYTES <= MAX_BODY

    def send(self, messages: Sequence[bytes]) -> list[dict[str, Any]]:
        """What became of each message, in order. Sending again is safe: what was recorded is then a duplicate.

        Raises Unreachable when the service does not answer for half a minute, Refused when it refuses the request.
        """
        body = b"".join(len(message).to_bytes(LENGTH_BYTES, "big") + message for message in messages)
        for pause in (*_BACK_OFF, None):
            status, answer, later = self._ask(body)
            if status == http.HTTPStatus.UNAUTHORIZED and self._signing_in is not None:
                self._signing_in.forget()  # its token may have ended on the way
                status, answer, later = self._ask(body)
            if status in (http.HTTPStatus.OK, http.HTTPStatus.ACCEPTED):
                outcomes: list[dict[str, Any]] = orjson.loads(answer)["outcomes"]
                return outcomes
            if status not in _RETRIED and status != 0:
                raise Refused(f"the service refused a request ({status}): {_said(answer)}")
            if pause is not None:
                time.sleep(max(pause, later))
        raise Unreachable("the service", "is `icr serve` running, and does --url name it?")

    def _ask(self, body: bytes) -> tuple[int, bytes, float]:
        """Status and body of the answer, and after how many seconds to ask again; status 0 when there was none."""
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            self._connection = kind(self._host, self._port, timeout=_TIMEOUT)
        try:
            self._connection.request("POST", self._path, body, {"Content-Type": AVRO_BATCH, **self._authorization()})
            response = self._connection.getresponse()
            return response.status, response.read(), _later(response.headers.get("Retry-After"))
        except ssl.SSLCertVerificationError:
            raise Unreachable("the service", "its certificate is not trusted here") from None
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b"", 0.0

    def _authorization(self) -> dict[str, str]:
        return {} if self._signing_in is None else {"Authorization": f"Bearer {self._signing_in.token()}"}

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _later(said: str | None) -> float:
    """What a service that has no time now asks for, within reason."""
    return min(float(said), _LONGEST_PAUSE) if said is not None and said.isdecimal() and len(said) < 9 else 0.0


def _said(answer: bytes) -> str:
    try:
        document = orjson.loads(answer)
        return str(document.get("detail") or document.get("title"))
    except (ValueError, AttributeError):
        return "no reason was given"
