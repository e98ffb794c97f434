"""Where people sign in, agencies' systems must as well; where none can, the API answers none of them."""

from pathlib import Path
from typing import Any

import pytest

from adapters.process.issuers import Issuer
from adapters.process.listening import is_open_to_systems
from adapters.process.settings import Settings

COUNCIL = {
    "name": "council", "title": "Council", "url": "https://sign-in.example", "client_id": "icr", "organisations": ("la-808",)
}  # fmt: skip


def settings(tmp_path: Path, **said: Any) -> Settings:
    return Settings(data_dir=tmp_path, public_url="https://icr.example", **said)


@pytest.mark.parametrize(
    ("issuers", "without", "answers"),
    [
        ([], False, True),
        ([COUNCIL], False, False),
        ([COUNCIL], True, True),
        ([{**COUNCIL, "demo": True}], False, True),
    ],
    ids=["nobody signs in", "people sign in", "something else keeps everybody away", "a demonstration"],
)
def test_the_api_answers_where_nobody_must_sign_in(
    tmp_path: Path, issuers: list[dict[str, Any]], without: bool, answers: bool
) -> None:
    given = [Issuer(**issuer) for issuer in issuers]
    assert is_open_to_systems(settings(tmp_path, issuers=given, http_without_sign_in=without)) is answers


def test_the_api_answers_where_systems_sign_in(tmp_path: Path) -> None:
    given = {"issuers": [Issuer(**COUNCIL)], "clients_file": tmp_path / "clients.toml"}
    assert is_open_to_systems(settings(tmp_path, **given))
