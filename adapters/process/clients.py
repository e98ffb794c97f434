"""Clients: systems that sign in by a key of their own, and what each may do here (access.md 6).

They stand in a file (ICR_CLIENTS_FILE, TOML: a table `[[clients]]` each), which is read again when it is changed.
"""

import base64
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from adapters.process.issuers import AbsolutePath
from adapters.process.secret_files import read_whole
from adapters.process.settings import TOPIC_ORGANISATIONS
from adapters.process.watched_file import WatchedFile
from domain.checks import ORGANISATION_RULE, is_organisation
from domain.errors import Misuse
from domain.senders import Sender

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - an address
GRANT: Final = "client_credentials"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

# By a key pair only, and only what both NHS and SMART profiles know or RFC 9864 recommends.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
Right = Literal["publish", "read_feedback", "ask", "decide"]

_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_LEAST_RSA: Final = 2048  # bits
_MOST_KEYS: Final = 10
_MOST_BYTES: Final = 16 << 20  # of a file: of some ten thousand clients or publishers


def _organisation(code: str) -> str:
    if not is_organisation(code):
        raise ValueError(ORGANISATION_RULE)
    return code


def _sector(name: str) -> str:
    if name not in TOPIC_ORGANISATIONS:
        raise ValueError(f"a sector is one of: {', '.join(TOPIC_ORGANISATIONS)}")
    return name


def event_type_named(name: str) -> str:
    """The name of an event type of the contract; raises ValueError for any other."""
    from schemas.registry import registry

    if name not in registry().newest:
        raise ValueError("it is an event type of the contract; icr schemas list shows them")
    return name


Organisation = Annotated[str, AfterValidator(_organisation)]
Sector = Annotated[str, AfterValidator(_sector)]
EventType = Annotated[str, AfterValidator(event_type_named)]


class Client(BaseModel):
    """One system that signs in. Of its key pairs only the public halves are here, in the file itself or in one that it names."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", description="What it calls itself: client_id, iss and sub"
    )
    keys: tuple[Mapping[str, Any], ...] = Field(
        default=(), max_length=_MOST_KEYS, description="Public keys (JWK), each with a kid"
    )
    keys_file: AbsolutePath | None = Field(default=None, description="A file with them instead (JWKS)")
    algorithms: tuple[Algorithm, ...] = Field(min_length=1, description="By which it signs, and no others")
    organisations: tuple[Organisation, ...] = Field(min_length=1, description="For which it speaks")
    sectors: tuple[Sector, ...] = Field(
        default=(), description="In which it publishes; empty: in those of its organisations"
    )
    event_types: tuple[EventType, ...] = Field(default=(), description="Which it publishes; empty: all of its sectors")
    questions: tuple[str, ...] = Field(
        default=(), description="Which questions it may ask; empty: all, where it may ask"
    )
    may: tuple[Right, ...] = Field(default=("publish", "read_feedback"), description="What it may do here")

    @model_validator(mode="after")
    def _one_place_of_keys(self) -> "Client":
        if bool(self.keys) == (self.keys_file is not None):
            raise ValueError("its public keys stand in `keys` or in `keys_file`")
        return self

    @property
    def sender(self) -> Sender:
        """What it may publish."""
        organisations, sectors, types = map(frozenset, (self.organisations, self.sectors, self.event_types))
        return Sender(f"client:{self.id}", organisations, sectors, types)


class KnownClient:
    """A client with its keys, by their kid and each algorithm by which they sign."""

    def __init__(self, client: Client, keys: Sequence[Mapping[str, Any]]) -> None:
        self.client = client
        self.sender = client.sender
        self.keys: dict[tuple[str, str], Key] = {}
        kids: set[str] = set()
        for number, given in enumerate(keys):
            key = _key(given, client.algorithms, f"clients: {client.id}: keys[{number}]")
            if key.kid is None or key.kid in kids:
                raise Misuse(f"clients: {client.id}: keys[{number}]: each key has a `kid` of its own")
            kids.add(key.kid)
            self.keys |= {(key.kid, algorithm): key for algorithm in client.algorithms if fits(key, algorithm)}


Clients = Mapping[str, KnownClient]


def read_clients(file: Path) -> tuple[Clients, Sequence[Path]]:
    """The clients of a file, by id, and the files of keys that it names. Raises Misuse, naming client, field and rule."""
    given = read_tables(file, "clients_file", {"clients"}).get("clients", [])
    if not isinstance(given, list):
        raise Misuse("clients_file: clients are tables, [[clients]]")
    found: dict[str, KnownClient] = {}
    seen: set[str] = set()
    files: list[Path] = []
    for number, one in enumerate(given):
        client = checked(Client, one, f"clients_file: clients[{number}]")
        if client.id in found:
            raise Misuse(f"clients_file: clients[{number}]: each client has an id of its own")
        keys = client.keys if client.keys_file is None else _key_set(client.keys_file)
        files += [] if client.keys_file is None else [client.keys_file]
        known = found[client.id] = KnownClient(client, keys)
        # What one signed must never pass for another's word.
        prints = {key.thumbprint() for key in known.keys.values()}
        if prints & seen:
            raise Misuse(f"clients_file: {client.id}: its key is another client's too")
        seen |= prints
    return found, files


def watched_clients(file: Path) -> WatchedFile[Clients]:
    """The clients of a file as it is now. Raises Misuse where it is wrong already."""
    watched: WatchedFile[Clients] = WatchedFile(file, read_clients)
    watched.now()
    return watched


def read_tables(file: Path, setting: str, names: set[str]) -> dict[str, Any]:
    """A TOML file that has some names and no others. Raises Misuse."""
    try:
        found = tomllib.loads(read_whole(file, setting, _MOST_BYTES))
    except tomllib.TOMLDecodeError:
        raise Misuse(f"{setting}: {file} is not valid TOML") from None
    if unknown := sorted(found.keys() - names):
        raise Misuse(
            f"{setting}: {file} has {len(unknown)} names that mean nothing; it has: {', '.join(sorted(names))}"
        )
    return found


def checked(model: type[Any], given: object, where: str) -> Any:  # noqa: ANN401 - one of the model
    """A table as a model has it. Raises Misuse, naming fields and rules and no value."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults)
        raise Misuse(f"{where}: {told}") from None


def _key_set(file: Path) -> Sequence[Mapping[str, Any]]:
    try:
        keys = orjson.loads(read_whole(file, "keys_file", _MOST_BYTES))["keys"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        keys = None
    if not isinstance(keys, list) or not 0 < len(keys) <= _MOST_KEYS or not all(isinstance(one, dict) for one in keys):
        raise Misuse(f"keys_file: {file} is a JSON Web Key Set: an object with `keys`, from one to {_MOST_KEYS}")
    return keys


def _key(given: Mapping[str, Any], algorithms: Sequence[str], where: str) -> Key:
    """A public key that can have signed by one of some algorithms. Raises Misuse."""
    kinds: dict[object, type[Key]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
    kind = kinds.get(given.get("kty"))
    if kind is None:
        raise Misuse(f"{where}: its kty is one of {', '.join(map(str, kinds))}: a shared secret is no key pair")
    if kind is RSAKey and _bits(given.get("n")) < _LEAST_RSA:
        raise Misuse(f"{where}: an RSA key has at least {_LEAST_RSA} bits")
    try:
        key = kind.import_key(dict(given))
        private = key.is_private
    except (JoseError, ValueError, TypeError, KeyError):
        raise Misuse(f"{where}: it is no key (JWK)") from None
    if private:
        raise Misuse(f"{where}: it is the private half, which its owner alone should have: make a new one")
    if not any(fits(key, algorithm) for algorithm in algorithms):
        raise Misuse(f"{where}: it cannot sign by any of the client's algorithms")
    return key


def _bits(modulus: object) -> int:
    """How many bits a number has that is written in base64url; none where it is none."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(f"{modulus}===")).bit_length()
    except ValueError:
        return 0


def fits(key: Key, algorithm: str) -> bool:
    """Whether a key signs by an algorithm."""
    if isinstance(key, RSAKey):
        return algorithm.startswith(("RS", "PS"))
    said = key.as_dict(private=False)["crv"]
    return bool(said == (algorithm if isinstance(key, OKPKey) else _CURVES.get(algorithm)))
