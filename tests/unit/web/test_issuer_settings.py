"""What an operator may set about signing in, and what is refused with a clear word."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.process.listening import check_signing_in
from adapters.process.settings import Settings, load_settings
from domain.errors import Misuse

ISSUER = {
    "name": "northmoor",
    "title": "Northmoor",
    "url": "https://id.example",
    "client_id": "icr",
    "organisations": ["la-808"],
}
PUBLIC = {"public_url": "https://icr.example"}


def settings(*issuers: dict[str, Any], data_dir: object = "/nowhere", **more: Any) -> Settings:
    """Settings as an operator says them, by variables."""
    said = {**PUBLIC, **({"issuers": json.dumps(issuers)} if issuers else {}), **more}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in said.items():
            patch.setenv(f"ICR_{name.upper()}", "" if value is None else str(value))
        return load_settings(Path(str(data_dir)))


def test_an_issuer_needs_a_name_an_address_and_its_organisations() -> None:
    (issuer,) = settings(ISSUER).issuers
    assert issuer.algorithms == ("RS256",)
    assert issuer.staff_claim == "sub"
    assert settings(ISSUER).host_names == ["icr.example"]


REFUSED: dict[str, tuple[list[dict[str, Any]], dict[str, Any], str]] = {
    "no public address": ([ISSUER], {"public_url": None}, "public_url"),
    "a public address in the clear": ([ISSUER], {"public_url": "http://icr.example"}, "https"),
    "a public address with a path": ([ISSUER], {"public_url": "https://icr.example/icr"}, "path"),
    "an issuer in the clear": ([ISSUER | {"url": "http://id.example"}], {}, "https"),
    "an issuer with a password": ([ISSUER | {"url": "https://u:p@id.example"}], {}, "scheme and host"),
    "a slash at the end": ([ISSUER | {"url": "https://id.example/"}], {}, "slash"),
    "no organisation": ([ISSUER | {"organisations": []}], {}, "organisations"),
    "several organisations, and no claim": ([ISSUER | {"organisations": ["la-808", "la-909"]}], {}, "organisation_claim"),
    "two of one name": ([ISSUER, ISSUER | {"organisations": ["la-909"]}], {}, "name of its own"),
    "two for one organisation": ([ISSUER, ISSUER | {"name": "other"}], {}, "by one issuer"),
    "no signature": ([ISSUER | {"algorithms": ["none"]}], {}, "algorithms"),
    "a shared secret": ([ISSUER | {"algorithms": ["HS256"]}], {}, "algorithms"),
    "a name that is no path": ([ISSUER | {"name": "../x"}], {}, "name"),
    "a field that is none": ([ISSUER | {"client_secret": "in the open"}], {}, "client_secret"),
    "the demonstration's beside another": (
        [ISSUER, ISSUER | {"name": "demo", "url": "http://127.0.0.1:1", "organisations": ["la-9"], "demo": True}], {}, "stands alone",
    ),
    "the demonstration's elsewhere": ([ISSUER | {"demo": True}], {}, "this machine"),
    "a day of a demonstration": ([ISSUER], {"demo_day": "2025-12-19"}, "demo_day"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_settings_are_refused_with(case: str) -> None:
    issuers, more, said = REFUSED[case]
    with pytest.raises(Misuse) as error:
        settings(*issuers, **more)
    assert said in str(error.value)
    assert "u:p" not in str(error.value)


def test_nothing_listens_beyond_this_machine_with_nobody_signed_in() -> None:
    for host in ("0.0.0.0", "::", "10.0.0.5", "icr.example"):  # noqa: S104
        with pytest.raises(Misuse, match="nobody has to sign in"):
            check_signing_in(settings(http_host=host))
        check_signing_in(settings(ISSUER, http_host=host))
        check_signing_in(settings(http_host=host, http_without_sign_in=True))
    for host in ("127.0.0.1", "::1", "localhost"):
        check_signing_in(settings(http_host=host))


def test_the_demonstrations_issuer_is_refused_elsewhere(tmp_path: Path) -> None:
    demo = ISSUER | {"url": "http://127.0.0.1:1", "demo": True}
    with pytest.raises(Misuse, match="icr demo"):
        check_signing_in(settings(demo, data_dir=tmp_path))
    (tmp_path / "demo").touch()
    check_signing_in(settings(demo, data_dir=tmp_path))
    with pytest.raises(Misuse, match="icr demo"):
        check_signing_in(settings(demo, data_dir=tmp_path, database_url="postgresql://somewhere"))
    with pytest.raises(Misuse, match="this machine alone"):
        check_signing_in(settings(demo, data_dir=tmp_path, http_host="0.0.0.0"))  # noqa: S104
