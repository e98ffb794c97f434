"""How our clients prove who they are to Kafka, and make sure whom they speak to: for both client libraries from one place.

Consumer, group, topics and offsets go by kafka-python; what we publish, feedback too, by librdkafka. Passwords and tokens
stand in files of their own, never in a variable or a command line, and in no message of ours.
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from kafka.errors import AuthorizationError, GroupAuthorizationFailedError, TopicAuthorizationFailedError
from kafka.net.sasl.oauth import AbstractTokenProvider

from adapters.process.clock import SystemClock
from adapters.process.secret_files import read_secret, read_text
from domain.errors import Misuse

if TYPE_CHECKING:
    from adapters.process.settings import Settings

HINT: Final = "is it running, and does ICR_KAFKA_BOOTSTRAP_SERVERS name it?"
_EXPLAIN_SECONDS: Final = 5.0
_TOKEN_SECONDS: Final = 300.0  # how soon a token that does not say when it ends is read again
_PAUSE: Final = 0.1
_ALERT: Final = "ssl/tls alert"  # the other side broke off while the connection was being secured

# librdkafka's error -> what it means for whoever set the client up; the first that came up tells.
_MEANS: Final[Mapping[int, str]] = {
    KafkaError._AUTHENTICATION: "it does not accept our user name, password or token (or not this ICR_KAFKA_SASL_MECHANISM)",  # noqa: SLF001 - they are named so in its documentation
    KafkaError.SASL_AUTHENTICATION_FAILED: "it does not accept our user name, password or token",
    KafkaError._SSL: "its certificate is not one that ICR_KAFKA_CA_FILE vouches for, or it does not accept ours",  # noqa: SLF001
}


@dataclass(frozen=True, slots=True)
class Security:
    """What each library is told; nothing for a broker that asks for nothing. Not shown: it holds secrets."""

    kafka_python: Mapping[str, Any] = field(default_factory=dict, repr=False)
    librdkafka: Mapping[str, Any] = field(default_factory=dict, repr=False)


OPEN: Final = Security()


def security_of(settings: "Settings") -> Security:
    """By the settings, for the Kafka that they name. Raises Misuse where they do not fit together or a file cannot be read."""
    protocol = settings.kafka_security_protocol
    if settings.kafka_bootstrap_servers is None or protocol == "PLAINTEXT":
        return OPEN
    ours: dict[str, Any] = {"security_protocol": protocol}
    theirs: dict[str, Any] = {"security.protocol": protocol}
    if protocol.endswith("SSL"):
        _add_certificates(settings, ours, theirs)
    if protocol.startswith("SASL"):
        _add_login(settings, ours, theirs)
    return Security(ours, theirs)


def _add_certificates(settings: "Settings", ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    if settings.kafka_ca_file is not None:
        read_text(settings.kafka_ca_file, "kafka_ca_file")
        ours["ssl_cafile"] = theirs["ssl.ca.location"] = str(settings.kafka_ca_file)
    theirs["ssl.endpoint.identification.algorithm"] = "https"  # the name in the certificate is looked at
    certificate, key = settings.kafka_certificate_file, settings.kafka_key_file
    if (certificate is None) != (key is None):
        raise Misuse("kafka_certificate_file and kafka_key_file go together")
    if certificate is None or key is None:
        return
    read_text(certificate, "kafka_certificate_file")
    read_secret(key, "kafka_key_file")
    ours |= {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}
    theirs |= {"ssl.certificate.location": str(certificate), "ssl.key.location": str(key)}
    if settings.kafka_key_password_file is not None:
        password = read_secret(settings.kafka_key_password_file, "kafka_key_password_file")
        ours["ssl_password"] = theirs["ssl.key.password"] = password


def _add_login(settings: "Settings", ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    mechanism = settings.kafka_sasl_mechanism
    if mechanism is None:
        raise Misuse("kafka_security_protocol names SASL: kafka_sasl_mechanism says which")
    if mechanism in ("PLAIN", "OAUTHBEARER") and settings.kafka_security_protocol != "SASL_SSL":
        raise Misuse(f"{mechanism} shows the secret to whoever listens: it needs kafka_security_protocol SASL_SSL")
    ours["sasl_mechanism"] = theirs["sasl.mechanism"] = mechanism
    if mechanism == "OAUTHBEARER":
        if settings.kafka_token_file is None:
            raise Misuse("OAUTHBEARER needs kafka_token_file")
        token = TokenFile(settings.kafka_token_file)
        token.token()
        ours["sasl_oauth_token_provider"] = token
        theirs["oauth_cb"] = token.for_librdkafka
        return
    if settings.kafka_username is None or settings.kafka_password_file is None:
        raise Misuse(f"{mechanism} needs kafka_username and kafka_password_file")
    password = read_secret(settings.kafka_password_file, "kafka_password_file")
    ours |= {"sasl_plain_username": settings.kafka_username, "sasl_plain_password": password}
    theirs |= {"sasl.username": settings.kafka_username, "sasl.password": password}


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    """A token in a file that another program renews; read again at each connection."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def token(self) -> str:
        """The token of now."""
        return read_secret(self._file, "kafka_token_file")

    def for_librdkafka(self, _: str) -> tuple[str, float]:
        """The token, and when it ends (seconds since 1970)."""
        token = self.token()
        return token, _ends(token)


def _ends(token: str) -> float:
    """When a token says that it ends, if it says so."""
    parts = token.split(".")
    try:
        body = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return float(body["exp"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return SystemClock().now().timestamp() + _TOKEN_SECONDS


def explain(bootstrap_servers: str, security: Security = OPEN) -> str:
    """Why a Kafka cannot be used, for a person: asked of librdkafka, which says so where kafka-python only gives up."""
    found: list[str] = []
    options: dict[str, Any] = {"bootstrap.servers": bootstrap_servers, "log_level": 0, **security.librdkafka}

    def note(error: KafkaError) -> None:
        code = KafkaError._SSL if _ALERT in error.str() else error.code()  # noqa: SLF001
        found.extend([_MEANS[code]] if code in _MEANS else [])

    try:
        client = AdminClient(options | {"error_cb": note})
        end = time.monotonic() + _EXPLAIN_SECONDS
        while not found and time.monotonic() < end:
            client.poll(_PAUSE)
    except (KafkaException, ValueError):
        return HINT
    return found[0] if found else HINT


def refusal(error: AuthorizationError, group: str) -> str:
    """Which right is missing, by kafka-python's error."""
    if isinstance(error, TopicAuthorizationFailedError):
        topics = error.args[0] if error.args else ()
        named = (
            ", ".join(sorted(map(str, topics))) if isinstance(topics, set | frozenset | list | tuple) else str(topics)
        )
        return f"our user may not read {named or 'a topic'}: it needs the rights DESCRIBE and READ on the topic"
    if isinstance(error, GroupAuthorizationFailedError):
        return f"our user may not read in the group {group}: it needs the right READ on the group"
    return f"our user has not the right: it answered {type(error).__name__}"
