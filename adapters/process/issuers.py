"""Issuers: who vouches for the people who sign in, and for which organisations each may speak (access.md 6)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from adapters.process.addresses import is_loopback, web_address

AbsolutePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]

# Signatures by a key pair only: with a shared secret whoever verifies could sign too, and `none` is no signature.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
LEAST_SECONDS: Final = 60
DEMO_MARKER: Final = "demo"  # the file that makes a data folder the demonstration's


class Issuer(BaseModel):
    """One who signs people in by OpenID Connect, and says which of its claims name whom.

    `url` is the issuer's own name for itself, as its tokens have it. Nobody whose organisation is not among `organisations`
    can sign in by it, whatever its tokens claim.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$", description="Stands in this issuer's redirect address")
    title: str = Field(min_length=1, max_length=80, description="What people read on the button")
    url: Annotated[str, AfterValidator(web_address)]
    client_id: str = Field(min_length=1, max_length=200)
    client_secret_file: AbsolutePath | None = Field(default=None, description="None: a public client, by PKCE alone")
    algorithms: tuple[Algorithm, ...] = Field(default=("RS256",), min_length=1)
    organisations: tuple[str, ...] = Field(min_length=1, description="The organisations that it may speak for")
    organisation_claim: str | None = Field(default=None, description="None: all its people are of its one organisation")
    staff_claim: str = Field(default="sub", min_length=1, description="Which claim is the staff id")
    acr: tuple[str, ...] = Field(default=(), description="How people must have signed in; empty: as the issuer asks it")
    max_age_seconds: int | None = Field(
        default=None, ge=LEAST_SECONDS, description="How long ago they may have signed in there; None: not asked"
    )
    strong_acr: tuple[str, ...] = Field(
        default=(), description="Which ways of signing in count as strong; empty: none, and what needs one is not shown"
    )
    strong_seconds: int = Field(
        default=900, ge=LEAST_SECONDS, le=36_000, description="For how long a strong sign-in counts"
    )
    demo: bool = Field(default=False, description="Signs anybody in: for the demonstration alone")


def check_issuers(issuers: Sequence[Issuer], public_url: str | None) -> None:
    """Raise ValueError where issuers do not go together: what each may say must be clear."""
    if issuers and public_url is None:
        raise ValueError("public_url: issuers send people back to it, so it must be set")
    if len({issuer.name for issuer in issuers}) < len(issuers):
        raise ValueError("issuers: each has a name of its own")
    bound = [organisation for issuer in issuers for organisation in issuer.organisations]
    if len(set(bound)) < len(bound):
        raise ValueError("issuers: an organisation's people are vouched for by one issuer")
    for issuer in issuers:
        if issuer.organisation_claim is None and len(issuer.organisations) > 1:
            raise ValueError("issuers: one of several organisations says by organisation_claim whose each person is")
        if issuer.demo and (len(issuers) > 1 or not is_loopback(urlsplit(issuer.url).hostname or "")):
            raise ValueError("issuers: one that signs anybody in stands alone, on this machine")


def read_issuers(given: object) -> list[Issuer]:
    """Issuers as a setting has them. Raises ValueError, naming fields and rules and no value."""
    try:
        return TypeAdapter(list[Issuer]).validate_python(given)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise ValueError("; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in faults)) from None
