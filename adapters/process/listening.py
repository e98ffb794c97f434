"""Whether the service may listen where its settings say: nothing is open beyond this machine that asks nobody who they are."""

from adapters.process.addresses import is_loopback
from adapters.process.issuers import DEMO_MARKER
from adapters.process.settings import Settings
from domain.errors import Misuse


def is_open_to_systems(settings: Settings) -> bool:
    """Whether the API answers: where people must sign in, agencies' systems must as well, and can where clients are set (access.md 6).

    A demonstration, and a service that is told that something else keeps everybody away, answer all the same.
    """
    if settings.clients_file is not None:
        return True  # to those who sign in
    return settings.http_without_sign_in or all(issuer.demo for issuer in settings.issuers)


def check_signing_in(settings: Settings) -> None:
    """Raise Misuse where the settings would let people in whom nobody vouches for."""
    host = settings.http_host.strip("[]")
    signs_in = settings.issuers or settings.clients_file is not None
    if not signs_in and not settings.http_without_sign_in and not is_loopback(host):
        raise Misuse(
            f"the service would listen on {host}, beyond this machine, and nobody has to sign in: set ICR_ISSUERS, "
            "ICR_CLIENTS_FILE or both (or ICR_HTTP_WITHOUT_SIGN_IN=true, where something else keeps everybody away)"
        )
    if any(issuer.demo for issuer in settings.issuers):
        if not (settings.data_dir / DEMO_MARKER).exists() or settings.database_url is not None:
            raise Misuse("issuers: one that signs anybody in is for icr demo and its own data folder alone")
        if not is_loopback(host):
            raise Misuse("issuers: where one signs anybody in, the service listens on this machine alone")
