"""The demonstration's issuer: signs in whoever is picked, in a process of its own, on this machine, while its parent lives.

It is `oidc-provider-mock` (the extra `demo`), which is made for trying out and guards nothing. What it lacks is that a token says how and
when somebody signed in: here it says so, as strongly as it was asked for.
"""

import ctypes
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from domain.errors import Unreachable
from tools.demo.people import DemoPerson

HOST: Final = "127.0.0.1"
# How somebody has signed in (acr) who was asked to do so strongly, and whoever was not.
STRONG: Final = "urn:icr:demo:strong"
WEAK: Final = "urn:icr:demo:picked"
NAME: Final = "demo"
_PACKAGE: Final = "oidc_provider_mock"
_PATIENCE: Final = 30.0
_PR_SET_PDEATHSIG: Final = 1


def is_installed() -> bool:
    """Whether the extra `demo` is."""
    return importlib.util.find_spec(_PACKAGE) is not None


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as made:
        made.bind((HOST, 0))
        return int(made.getsockname()[1])


@contextmanager
def issuer(people: Sequence[DemoPerson], program: Sequence[str] = ("-m", "tools.demo.issuer")) -> Iterator[str]:
    """The address of a running issuer that knows some people. Raises Unreachable where it does not start."""
    port = free_port()
    command = [sys.executable, *program, str(os.getpid()), "--host", HOST, "--port", str(port)]
    for person in people:
        command += ["--user-claims", json.dumps(person.claims)]
    process = subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        address = f"http://{HOST}:{port}"
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait()


def settings_of(address: str, people: Sequence[DemoPerson], folder: Path) -> dict[str, Any]:
    """The issuer as the service's settings name it, with a secret in a folder: it takes any, and none would not do."""
    secret = folder / "demo-client-secret"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_urlsafe(32))
    return {
        "name": NAME,
        "title": "the demonstration's issuer",
        "url": address,
        "client_id": "icr",
        "client_secret_file": str(secret),
        "organisations": sorted({person.organisation for person in people}),
        "organisation_claim": "organisation",
        "staff_claim": "staff_id",
        "strong_acr": [STRONG],
        "demo": True,
    }


def _wait(process: "subprocess.Popen[bytes]", address: str) -> None:
    end = time.monotonic() + _PATIENCE
    # A proxy is for the outside.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < end and process.poll() is None:
        try:
            with opener.open(f"{address}/.well-known/openid-configuration", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise Unreachable("the demonstration's issuer", "it did not start")


def main() -> None:
    """Be the issuer, until the parent ends."""
    parent = int(sys.argv.pop(1))
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    from oidc_provider_mock.__main__ import run

    _say_how_and_when()
    run()


def _say_how_and_when() -> None:
    """Have a code remember how it was asked for and when, which its token then says (OpenID Connect Core 1.0, 2)."""
    import flask
    from oidc_provider_mock import _app

    made = _app.AuthorizationCode

    def remembering(**said: str | None) -> object:
        code, asked = made(**said), flask.request.args.get("acr_values", "").split()
        acr = STRONG if STRONG in asked else WEAK
        at = int(time.time())  # noqa: TID251 - the issuer's own, as the times of its tokens
        object.__setattr__(code, "get_acr", lambda: acr)  # it is frozen
        object.__setattr__(code, "get_auth_time", lambda: at)
        return code

    _app.AuthorizationCode = remembering


if __name__ == "__main__":
    main()
