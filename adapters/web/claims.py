"""What an issuer's token must say, and whom it names: pure, of claims whose signature has been verified (access.md 6).

Source: OpenID Connect Core 1.0, 3.1.3.7; RFC 9700 for `nonce` and `iss`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any, Final

from adapters.process.issuers import Issuer

LEEWAY: Final = 30  # seconds by which the two clocks may differ
_LONGEST: Final = 600  # seconds since a token was made: it comes straight from the issuer
_ACR: Final = re.compile(r"[!-~]{1,200}", re.ASCII)
_STAFF_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}", re.ASCII)


class NotSignedIn(Exception):
    """Somebody could not be signed in; `reason` is a code for the operator, and is not told to who tried."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in: a member of an organisation's staff."""

    organisation: str
    staff_id: str

    @property
    def name(self) -> str:
        """ORGANISATION:STAFF, as workers are named everywhere here."""
        return f"{self.organisation}:{self.staff_id}"


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom an issuer vouches for, how they signed in there (`acr`), and when, since 1970; None: it does not say."""

    person: Person
    acr: str | None = None
    signed_in_at: float | None = None

    def is_strong(self, issuer: Issuer, now: float) -> bool:
        """Whether that counts as strong at a time: by one of the ways that are set for this issuer, and not too long ago."""
        at = self.signed_in_at
        return self.acr in issuer.strong_acr and at is not None and -LEEWAY <= now - at <= issuer.strong_seconds


def check_claims(claims: Mapping[str, Any], issuer: Issuer, nonce: str, now: float) -> None:
    """Raise NotSignedIn unless a token is this issuer's, for us, of now, and for this very signing in. `now` since 1970."""
    if claims.get("iss") != issuer.url:
        raise NotSignedIn("token_of_another_issuer")
    # We ask for tokens of our own: one that is for others too, or for us on another's asking, is not what we asked for.
    if claims.get("aud") not in (issuer.client_id, [issuer.client_id]) or claims.get("azp") not in (
        None,
        issuer.client_id,
    ):
        raise NotSignedIn("token_for_another_client")
    given = claims.get("nonce")
    if not isinstance(given, str) or not compare_digest(given.encode(), nonce.encode()):
        raise NotSignedIn("token_of_another_sign_in")
    expires, made = _instant(claims, "exp"), _instant(claims, "iat")
    if now > expires + LEEWAY:
        raise NotSignedIn("token_expired")
    if not now - _LONGEST - LEEWAY <= made <= now + LEEWAY or (
        "nbf" in claims and _instant(claims, "nbf") > now + LEEWAY
    ):
        raise NotSignedIn("token_of_another_time")
    if issuer.acr and claims.get("acr") not in (*issuer.acr, *issuer.strong_acr):
        raise NotSignedIn("signed_in_too_weakly")
    if issuer.max_age_seconds is not None and now - _instant(claims, "auth_time") > issuer.max_age_seconds + LEEWAY:
        raise NotSignedIn("signed_in_too_long_ago")
    if "auth_time" in claims and _instant(claims, "auth_time") > now + LEEWAY:
        raise NotSignedIn("token_of_another_time")


def vouched_for(claims: Mapping[str, Any], issuer: Issuer) -> Vouched:
    """Whom a token names, and how and when they signed in, as far as it says so. Raises NotSignedIn as `person_of`."""
    acr = claims.get("acr")
    at = _instant(claims, "auth_time") if "auth_time" in claims else None
    return Vouched(person_of(claims, issuer), acr if isinstance(acr, str) and _ACR.fullmatch(acr) else None, at)


def person_of(claims: Mapping[str, Any], issuer: Issuer) -> Person:
    """Whom a token names. Raises NotSignedIn where it is of an organisation that the issuer may not speak for, or of nobody."""
    claimed = issuer.organisations[0] if issuer.organisation_claim is None else claims.get(issuer.organisation_claim)
    organisation = next((one for one in issuer.organisations if one == claimed), None)
    if organisation is None:
        raise NotSignedIn("organisation_of_another_issuer")
    staff_id = claims.get(issuer.staff_claim)
    if not isinstance(staff_id, str) or not _STAFF_ID.fullmatch(staff_id):
        raise NotSignedIn("no_staff_id")
    return Person(organisation, staff_id)


def _instant(claims: Mapping[str, Any], name: str) -> float:
    given = claims.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise NotSignedIn("token_without_times")
    return given
