"""Assertions that lie about themselves, as bytes: each is refused, none by a fault; and how long a refusal takes."""

import base64
import hmac
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from adapters.api.tokens import NotAClient, Tokens
from adapters.log.keys.data_keys import MasterKeys
from adapters.process.clients import watched_clients
from adapters.process.clock import FixedClock
from tests.builders.systems import ADDRESS, SCHOOL, SystemUnderTest, key_for, write_clients

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
MIS = SystemUnderTest("school-mis", [SCHOOL])
RSA = SystemUnderTest("council", ["la-808"], "RS256")


class Once:
    """Remembers in memory."""

    def __init__(self) -> None:
        self.taken: set[tuple[str, str]] = set()

    def take(self, client: str, jti: str, _now: datetime, _ends: datetime) -> bool:
        first = (client, jti) not in self.taken
        self.taken.add((client, jti))
        return first


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    clients = watched_clients(write_clients(tmp_path / "clients.toml", MIS, RSA))
    once: Any = Once()
    return Tokens(clients, once, MasterKeys(b"k" * 32, b"h" * 32), FixedClock(NOW), ADDRESS)


def part(said: Any) -> str:
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def reason(tokens: Tokens, assertion: str) -> str:
    with pytest.raises(NotAClient) as refused:
        tokens.sign_in(assertion)
    return refused.value.reason


def test_a_good_one_is_taken(tokens: Tokens) -> None:
    known = tokens.sign_in(MIS.assertion(AT))
    assert tokens.client_of(tokens.issue(known)).client.id == "school-mis"


def test_no_signature_and_shared_secrets_are_none(tokens: Tokens) -> None:
    body = part(RSA.claims(AT))
    assert reason(tokens, f"{part({'alg': 'none', 'kid': 'key-1'})}.{body}.") == "assertion_not_understood"
    # The public key, which anybody has, as a secret.
    for secret in (RSA.key.as_pem(private=False), part(RSA.key.as_dict(private=False)).encode()):
        head = part({"alg": "HS256", "kid": "key-1"})
        signed = f"{head}.{body}.{part(hmac.digest(secret, f'{head}.{body}'.encode(), 'sha256'))}"
        assert reason(tokens, signed) == "assertion_not_understood"


def test_an_algorithm_is_the_clients_own(tokens: Tokens) -> None:
    assert reason(tokens, RSA.assertion(AT, header={"alg": "PS256"})) == "algorithm_not_allowed"
    assert reason(tokens, MIS.assertion(AT, key=key_for("ES384"), header={"alg": "ES384"})) == "algorithm_not_allowed"


def test_a_header_that_must_be_understood_and_is_not_is_refused(tokens: Tokens) -> None:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    said = f"{part({'alg': 'RS256', 'kid': 'key-1', 'crit': ['x'], 'x': 1})}.{part(RSA.claims(AT))}"
    signature = RSA.key.get_op_key("sign").sign(said.encode(), PKCS1v15(), SHA256())
    assert reason(tokens, f"{said}.{part(signature)}") == "signature_wrong"


ENDLESS = b'{"sub":"school-mis","exp":NaN}'
HEAD, BODY = part({"alg": "ES256", "kid": "key-1"}), part({"sub": "school-mis"})
NONE: dict[str, str] = {
    "nothing": "",
    "one part": "a",
    "two parts": f"{HEAD}.{BODY}",
    "four parts": f"{HEAD}.{BODY}.AA.AA",
    "no base64": f"{HEAD}.{BODY}.*",
    "padded": f"{HEAD}.{BODY}.AA==",
    "of other letters": f"{HEAD}.{BODY}.é",
    "no JSON": f"{part(b'x')}.{BODY}.AA",
    "no object": f"{HEAD}.{part([1])}.AA",
    "a header that is no object": f"{part('x')}.{BODY}.AA",
    "no algorithm": f"{part({'kid': 'key-1'})}.{BODY}.AA",
    "an algorithm of several": f"{part({'alg': ['ES256']})}.{BODY}.AA",
    "an unknown algorithm": f"{part({'alg': 'ES257'})}.{BODY}.AA",
    "not finite": f"{HEAD}.{part(ENDLESS)}.AA",
    "deep": f"{HEAD}.{part(b'[' * 3000)}.AA",
    "huge": f"{HEAD}.{part(b' ' * 5000)}.AA",
}  # fmt: skip


@pytest.mark.parametrize("case", NONE)
def test_what_is_no_assertion_is_refused(case: str, tokens: Tokens) -> None:
    assert reason(tokens, NONE[case]) == "assertion_not_understood"


@pytest.mark.parametrize("said", [{"sub": None}, {"sub": ["school-mis"]}, {"sub": 7}, {}], ids=str)
def test_one_that_names_nobody_is_of_nobody(said: dict[str, Any], tokens: Tokens) -> None:
    assert reason(tokens, f"{HEAD}.{part(said)}.AA") == "client_unknown"


@pytest.mark.parametrize("kid", [None, 7, "", "another"], ids=str)
def test_a_key_is_named(kid: Any, tokens: Tokens) -> None:
    header = {"alg": "ES256"} if kid is None else {"alg": "ES256", "kid": kid}
    assert reason(tokens, f"{part(header)}.{BODY}.AA") == "key_unknown"


def _seconds(tokens: Tokens, assertion: str) -> float:
    began = time.perf_counter()
    with pytest.raises(NotAClient):
        tokens.sign_in(assertion)
    return time.perf_counter() - began


def _in_turn(tokens: Tokens, one: str, two: str, *, swapped: bool) -> tuple[float, float]:
    """How long each of two takes; the second one finds all warm, so that they are asked in turn."""
    if swapped:
        return _in_turn(tokens, two, one, swapped=False)[::-1]  # type: ignore[return-value]
    return _seconds(tokens, one), _seconds(tokens, two)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_an_unknown_client_takes_as_long_as_a_wrong_signature(tokens: Tokens, algorithm: str) -> None:
    """Asked side by side 400 times, the medians differ by less than a tenth; without its decoy a refusal takes a fifth of that time."""
    other = key_for(algorithm)
    known = {"ES256": MIS, "RS256": RSA}[algorithm]
    unknown = SystemUnderTest("no-such-mis" if known is MIS else "nobodys", [SCHOOL], algorithm, key=other)
    for header in ({}, {"kid": "key-9"}):  # a wrong signature, and a key that it does not have
        # New ones each time: how long a signature takes to verify depends on its numbers.
        made = [(unknown.assertion(AT), known.assertion(AT, key=other, header=header)) for _ in range(400)]
        pairs = [_in_turn(tokens, one, two, swapped=number % 2 == 1) for number, (one, two) in enumerate(made)]
        ours, theirs = (median(each) for each in zip(*pairs, strict=True))
        assert 0.9 < ours / theirs < 1.1, f"{ours * 1e6:.0f} and {theirs * 1e6:.0f} microseconds"
