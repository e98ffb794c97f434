"""Systems that sign in: their keys, the file of clients that an operator writes, and assertions as good or bad as a test wants."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from adapters.process.clients import ASSERTION_TYPE, GRANT

PUBLIC = "http://127.0.0.1:8008"
ADDRESS = f"{PUBLIC}/oauth/token"
SCHOOL, TRUST = "urn-937083", "ods-Z99NCT"
_numbers = count()


def key_for(algorithm: str, kid: str = "key-1") -> Key:
    """A new key pair that signs by an algorithm."""
    named: Any = {"kid": kid}
    if algorithm == "Ed25519":
        return OKPKey.generate_key("Ed25519", named)
    curves = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
    return ECKey.generate_key(curves[algorithm], named) if algorithm in curves else RSAKey.generate_key(2048, named)


@dataclass
class SystemUnderTest:
    """A system: what it is called, its key, and how an operator has it in the file of clients."""

    id: str
    organisations: Sequence[str]
    algorithm: str = "ES256"
    more: Mapping[str, Any] = field(default_factory=dict)
    key: Any = None

    def __post_init__(self) -> None:
        self.key = self.key or key_for(self.algorithm)

    def claims(self, at: int, **changed: Any) -> dict[str, Any]:
        """What it says in an assertion made at a time; None leaves a claim out."""
        said = {
            "iss": self.id, "sub": self.id, "aud": ADDRESS, "iat": at, "exp": at + 300, "jti": f"jti-{next(_numbers)}",
        } | changed  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}

    def assertion(self, at: int, key: Any = None, header: Mapping[str, Any] | None = None, **changed: Any) -> str:
        """An assertion, signed by its own key or another."""
        head = {"alg": self.algorithm, "kid": self.key.kid, **(header or {})}
        return jwt.encode(head, self.claims(at, **changed), key or self.key, algorithms=[head["alg"]])

    def table(self) -> str:
        """Its table in the file of clients."""
        public = self.key.as_dict(private=False)
        inline = ", ".join(f"{name} = {json.dumps(value)}" for name, value in public.items())
        said = {"id": self.id, "algorithms": [self.algorithm], "organisations": list(self.organisations), **self.more}
        lines = [f"{name} = {json.dumps(value)}" for name, value in said.items()]
        return "\n".join(["[[clients]]", *lines, f"keys = [{{ {inline} }}]", ""])


def form(assertion: str, **more: str) -> dict[str, str]:
    """The form that asks for a token."""
    return {"grant_type": GRANT, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, **more}


def write_clients(file: Path, *systems: SystemUnderTest) -> Path:
    """The file of clients, put in the place of the one before."""
    made = file.with_suffix(".new")
    made.write_text("\n".join(one.table() for one in systems))
    return made.replace(file)
