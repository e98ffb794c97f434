"""Tokens and issuers that lie: each is refused, and the log says why. The issuer here says whatever a test has it say."""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws, jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from adapters.process.clock import FixedClock
from adapters.process.issuers import Issuer
from adapters.web.claims import NotSignedIn, Person
from adapters.web.issuers import IssuerClient, Secrets

NOW = datetime(2025, 12, 19, 10, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
OURS, THEIRS = RSAKey.generate_key(2048, {"kid": "ours"}), RSAKey.generate_key(2048, {"kid": "theirs"})
MADE = Secrets("the-state", "the-nonce", "v" * 43)


@dataclass
class Scripted:
    """What the issuer says: of itself, of its keys, and as a token for any code."""

    address: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=lambda: [OURS.as_dict(private=False)])
    answer: Any = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.answer = {"access_token": "a", "token_type": "Bearer"}

    def says(self, path: str) -> Any:
        """The document at a path."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            } | self.metadata
        return {"keys": self.keys} if path == "/keys" else self.answer

    def token(self, key: Any = OURS, header: dict[str, Any] | None = None, **changed: Any) -> None:
        """Have it answer with a token of ours, some claims `changed`; None leaves one out."""
        claims = {
            "iss": self.address, "aud": "icr", "sub": "W2041", "nonce": MADE.nonce, "iat": AT, "exp": AT + 300,
        } | changed  # fmt: skip
        said = {"alg": "RS256", "kid": key.kid} | (header or {})
        kept = {name: value for name, value in claims.items() if value is not None}
        self.answer["id_token"] = jwt.encode(said, kept, key, algorithms=[said["alg"]])


@contextmanager
def _scripted() -> Iterator[Scripted]:
    made = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("content-length", 0))
            made.asked.append((self.path, self.rfile.read(length).decode()))
            said = made.says(self.path)
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def issuer() -> Iterator[Scripted]:
    with _scripted() as made:
        yield made


def client(issuer: Scripted, **changed: Any) -> IssuerClient:
    said = {
        "name": "northmoor",
        "title": "Northmoor",
        "url": issuer.address,
        "client_id": "icr",
        "organisations": ["la-808"],
    }
    return IssuerClient(Issuer(**said | changed), "http://127.0.0.1:1/signed-in/northmoor", FixedClock(NOW))


def reason(ask: Callable[[], object]) -> str:
    with pytest.raises(NotSignedIn) as refused:
        ask()
    return refused.value.reason


def test_a_token_that_is_right_names_its_person(issuer: Scripted) -> None:
    issuer.token()
    assert client(issuer).vouched("code", MADE).person == Person("la-808", "W2041")
    (asked,) = [body for path, body in issuer.asked if path == "/token"]
    assert f"code_verifier={MADE.verifier}" in asked


CLAIMS = {
    "of another issuer": ({"iss": "https://elsewhere.example"}, "token_of_another_issuer"),
    "of no issuer": ({"iss": None}, "token_of_another_issuer"),
    "for another client": ({"aud": "other"}, "token_for_another_client"),
    "for us and another": ({"aud": ["icr", "other"]}, "token_for_another_client"),
    "asked by another": ({"azp": "other"}, "token_for_another_client"),
    "for nobody": ({"aud": None}, "token_for_another_client"),
    "of another sign-in": ({"nonce": "another"}, "token_of_another_sign_in"),
    "of no sign-in": ({"nonce": None}, "token_of_another_sign_in"),
    "expired": ({"iat": AT - 400, "exp": AT - 31}, "token_expired"),
    "without an end": ({"exp": None}, "token_without_times"),
    "ending at a word": ({"exp": "9999999999"}, "token_without_times"),
    "ending at true": ({"exp": True}, "token_without_times"),
    "made long ago": ({"iat": AT - 700, "exp": AT + 10**8}, "token_of_another_time"),
    "made in the future": ({"iat": AT + 31}, "token_of_another_time"),
    "not valid yet": ({"nbf": AT + 31}, "token_of_another_time"),
    "of nobody": ({"sub": None}, "no_staff_id"),
    "of several": ({"sub": ["W2041"]}, "no_staff_id"),
    "of a name that is none": ({"sub": "W2041:x"}, "no_staff_id"),
    "of an empty name": ({"sub": ""}, "no_staff_id"),
    "of a long name": ({"sub": "W" * 81}, "no_staff_id"),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_a_token_is_refused_that_is(case: str, issuer: Scripted) -> None:
    changed, expected = CLAIMS[case]
    issuer.token(**changed)
    assert reason(lambda: client(issuer).vouched("code", MADE)) == expected


def test_a_token_that_never_ends_is_refused(issuer: Scripted) -> None:
    payload = json.dumps({"iss": issuer.address, "aud": "icr", "sub": "W2041", "nonce": MADE.nonce, "iat": AT}).encode()
    endless = payload[:-1] + b', "exp": NaN}'
    issuer.answer["id_token"] = jws.serialize_compact(
        {"alg": "RS256", "kid": "ours"}, endless, OURS, algorithms=["RS256"]
    )
    assert reason(lambda: client(issuer).vouched("code", MADE)) in ("token_without_times", "token_not_verified")


def test_a_token_signed_by_another_key_is_refused(issuer: Scripted) -> None:
    issuer.token(key=THEIRS)
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"
    issuer.token(key=THEIRS, header={"kid": "ours"})
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"
    issuer.token(key=THEIRS, header={"kid": "theirs", "jwk": THEIRS.as_dict(private=False)})
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"


def test_a_token_that_was_changed_is_refused(issuer: Scripted) -> None:
    issuer.token()
    head, _, signature = issuer.answer["id_token"].split(".")
    issuer.token(sub="W9999")
    _, body, _ = issuer.answer["id_token"].split(".")
    issuer.answer["id_token"] = f"{head}.{body}.{signature}"
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"


def test_a_token_is_signed_by_an_algorithm_that_the_settings_name(issuer: Scripted) -> None:
    issuer.token(header={"alg": "PS256"})
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"
    assert client(issuer, algorithms=["PS256"]).vouched("code", MADE).person.staff_id == "W2041"
    # The public key as a shared secret, and no signature at all.
    issuer.token()
    _, body, _ = issuer.answer["id_token"].split(".")
    head = _text(b'{"alg":"HS256","kid":"ours"}')
    secret = OURS.as_pem(private=False)
    issuer.answer["id_token"] = f"{head}.{body}.{_text(hmac.digest(secret, f'{head}.{body}'.encode(), 'sha256'))}"
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"
    unsigned = _text(b'{"alg":"none"}')
    issuer.answer["id_token"] = f"{unsigned}.{body}."
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"


def test_a_header_that_must_be_understood_and_is_not_is_refused(issuer: Scripted) -> None:
    issuer.token()
    _, body, _ = issuer.answer["id_token"].split(".")
    head = _text(b'{"alg":"RS256","kid":"ours","crit":["x"],"x":1}')
    signature = OURS.get_op_key("sign").sign(f"{head}.{body}".encode(), PKCS1v15(), SHA256())
    issuer.answer["id_token"] = f"{head}.{body}.{_text(signature)}"
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "token_not_verified"


def _text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@pytest.mark.parametrize("said", [None, 7, "", "a.b", "a.b.c", "é.é.é", "x" * 100_000], ids=str)
def test_what_is_no_token_is_refused(said: Any, issuer: Scripted) -> None:
    issuer.answer["id_token"] = said
    assert reason(lambda: client(issuer).vouched("code", MADE)) in ("no_id_token", "token_not_verified")


def test_how_and_when_somebody_signed_in_there_can_be_asked(issuer: Scripted) -> None:
    asks = client(issuer, acr=["mfa"], max_age_seconds=3600)
    address = asks.sign_in_address(MADE)
    assert "acr_values=mfa" in address
    assert "max_age=3600" in address
    issuer.token()
    assert reason(lambda: asks.vouched("code", MADE)) == "signed_in_too_weakly"
    issuer.token(acr="mfa")
    assert reason(lambda: asks.vouched("code", MADE)) == "token_without_times"
    issuer.token(acr="mfa", auth_time=AT - 3631)
    assert reason(lambda: asks.vouched("code", MADE)) == "signed_in_too_long_ago"
    issuer.token(acr="mfa", auth_time=AT - 3600)
    assert asks.vouched("code", MADE).person.staff_id == "W2041"


def test_an_issuer_speaks_for_its_organisations_alone(issuer: Scripted) -> None:
    bound = client(issuer, organisations=["la-808", "ods-Z99NCT"], organisation_claim="org", staff_claim="staff")
    for organisation in ("la-909", None, ["la-808"], "LA-808", "la-808 "):
        issuer.token(org=organisation, staff="N310")
        assert reason(lambda: bound.vouched("code", MADE)) == "organisation_of_another_issuer"
    issuer.token(org="ods-Z99NCT", staff="N310", role="privacy officer", groups=["admin"])
    assert bound.vouched("code", MADE).person == Person("ods-Z99NCT", "N310")


def test_state_and_issuer_of_an_answer_are_looked_at(issuer: Scripted) -> None:
    good = {"code": "c", "state": MADE.state}
    plain = client(issuer)
    assert plain.check_answer(good, MADE) == "c"
    assert reason(lambda: plain.check_answer({"code": "c"}, MADE)) == "state_of_another_sign_in"
    assert reason(lambda: plain.check_answer(good | {"state": "x"}, MADE)) == "state_of_another_sign_in"
    assert (
        reason(lambda: plain.check_answer(good | {"iss": "https://elsewhere.example"}, MADE))
        == "answer_of_another_issuer"
    )
    assert reason(lambda: plain.check_answer({"state": MADE.state}, MADE)) == "no_code"
    issuer.metadata["authorization_response_iss_parameter_supported"] = True
    says_who = client(issuer)
    assert reason(lambda: says_who.check_answer(good, MADE)) == "answer_of_another_issuer"
    assert says_who.check_answer(good | {"iss": issuer.address}, MADE) == "c"


def test_a_sign_in_is_asked_for_with_a_challenge_state_and_nonce(issuer: Scripted) -> None:
    address = client(issuer).sign_in_address(MADE)
    for part in (
        "code_challenge_method=S256",
        "code_challenge=",
        f"state={MADE.state}",
        f"nonce={MADE.nonce}",
        "response_type=code",
    ):
        assert part in address
    assert MADE.verifier not in address


ISSUERS: dict[str, tuple[dict[str, Any], str]] = {
    "another name": ({"issuer": "https://elsewhere.example"}, "issuer_has_another_name"),
    "no name": ({"issuer": None}, "issuer_has_another_name"),
    "an endpoint that can be overheard": (
        {"token_endpoint": "http://elsewhere.example/token"},
        "issuer_without_endpoints",
    ),
    "no keys": ({"jwks_uri": None}, "issuer_without_endpoints"),
    "keys elsewhere that are none": ({"jwks_uri": "SELF/token"}, "issuer_not_understood"),
}


@pytest.mark.parametrize("case", ISSUERS)
def test_an_issuer_is_refused_that_has(case: str, issuer: Scripted) -> None:
    changed, expected = ISSUERS[case]
    issuer.metadata = {
        name: value.replace("SELF", issuer.address) if isinstance(value, str) else value
        for name, value in changed.items()
    }
    assert reason(lambda: client(issuer).sign_in_address(MADE)) == expected


def test_an_issuers_key_is_never_a_shared_secret(issuer: Scripted) -> None:
    issuer.keys = [*KeySet([OctKey.generate_key(256)]).as_dict(private=True)["keys"]]  # type: ignore[list-item]
    assert reason(lambda: client(issuer).sign_in_address(MADE)) == "issuer_with_shared_secret"


def test_an_issuer_that_says_too_much_is_not_read_to_its_end(issuer: Scripted) -> None:
    issuer.metadata = {"more": "x" * 300_000}
    assert reason(lambda: client(issuer).sign_in_address(MADE)) == "issuer_not_understood"


def test_a_code_that_is_not_taken_is_said(issuer: Scripted) -> None:
    issuer.answer = {"error": "invalid_grant", "error_description": "nhs:9990200017"}
    assert reason(lambda: client(issuer).vouched("code", MADE)) == "code_not_taken"


def test_a_new_key_is_looked_for_and_not_more_than_once_a_minute(
    issuer: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = client(issuer)
    known.sign_in_address(MADE)
    issuer.keys, now = [THEIRS.as_dict(private=False)], time.monotonic()
    issuer.token(key=THEIRS)
    assert reason(lambda: known.vouched("code", MADE)) == "token_not_verified", "asked a moment ago"
    monkeypatch.setattr(time, "monotonic", lambda: now + 61)
    assert known.vouched("code", MADE).person.staff_id == "W2041"
