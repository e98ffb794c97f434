"""An agency's whole way over HTTP: a key of its own, the operator's file, publishing, and the example of the page for agencies."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.embedded.processes import free_port
from adapters.publishing.signing_in import new_key, read_key
from domain.errors import Misuse
from tests.builders.http import Served, served
from tests.builders.process import ROOT, icr
from tests.integration.cli.test_help_examples import blocks

NEW = ("client", "new", "school-mis", "--key", "school-mis.key", "--organisation", "urn-900001")


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency's machine, and the service to which it publishes."""

    folder: Path
    service: Served
    clients: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.service.port}"

    def environment(self, **more: str) -> dict[str, str]:
        """Variables of its own machine, where no database is and no key of the service."""
        outside = {name: value for name, value in os.environ.items() if not name.startswith("ICR_")}
        return outside | {"ICR_DATA_DIR": str(self.folder / "data"), "HOME": str(self.folder), **more}

    def icr(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return icr(*arguments, environment=self.environment(**more))

    def signed_in(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command as the system that it is."""
        named = {"ICR_CLIENT_ID": "school-mis", "ICR_CLIENT_KEY_FILE": str(self.folder / "school-mis.key")}
        return self.icr(*arguments, **named)


@pytest.fixture
def agency(any_database_url: str, tmp_path: Path) -> Iterator[Agency]:
    """Before its system is in the service's file of clients, which is empty."""
    clients, port = tmp_path / "clients.toml", free_port()
    clients.touch()
    (tmp_path / "service").mkdir(mode=0o700)
    (tmp_path / "first.json").write_text(_event())
    with served(
        any_database_url, tmp_path / "service", clients_file=clients, public_url=f"http://127.0.0.1:{port}", port=port
    ) as service:
        yield Agency(tmp_path, service, clients)


def _event() -> str:
    return next(one.text for one in blocks(ROOT / "docs" / "for-agencies.md") if one.name == "first.json")


def _entered(agency: Agency) -> None:
    """The agency makes its key pair, and the operator enters what it prints."""
    key = str(agency.folder / "school-mis.key")
    made = agency.icr(*(key if one == "school-mis.key" else one for one in NEW))
    assert made.returncode == 0, made.stderr
    assert "private" in made.stderr
    agency.clients.with_suffix(".new").write_text(made.stdout)
    agency.clients.with_suffix(".new").replace(agency.clients)


def test_an_agency_publishes_once_its_public_key_is_entered(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.process.watched_file.LOOK_SECONDS", 0.0)
    publish = ("publish", str(agency.folder / "first.json"), "--to", "http", "--url", agency.url, "--json")
    nobody = agency.icr(*publish)
    assert (nobody.returncode, "a token is needed" in nobody.stderr) == (1, True), nobody.stderr
    _entered(agency)
    sent = agency.signed_in(*publish)
    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)["files"][0]["accepted"] == 1
    agency.clients.write_text("")
    gone = agency.signed_in(*publish)
    assert gone.returncode == 1
    assert "does not know this client and key" in gone.stderr


def test_the_example_of_the_page_for_agencies_runs(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.process.watched_file.LOOK_SECONDS", 0.0)
    _entered(agency)
    (example,) = [one.text for one in blocks(ROOT / "docs" / "for-agencies.md") if one.name == "sign_in.py"]
    file = agency.folder / "sign_in.py"
    file.write_text(example.replace("http://127.0.0.1:8008", agency.url))
    done = subprocess.run(
        [sys.executable, file], cwd=agency.folder, env=agency.environment(), check=False, capture_output=True, text=True, timeout=60
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 1


def test_a_token_is_printed_for_trying_things(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.process.watched_file.LOOK_SECONDS", 0.0)
    _entered(agency)
    token = agency.signed_in("client", "token", "--url", agency.url).stdout.strip()
    status, _, said = agency.service.ask("GET", "/v1/feedback?organisation=urn-900001", Authorization=f"Bearer {token}")
    assert (status, said["feedback"]) == (200, [])
    assert agency.icr("client", "token", "--url", agency.url).returncode == 2


def test_a_private_key_is_made_once_and_read_by_its_owner_alone(agency: Agency) -> None:
    _entered(agency)
    key = agency.folder / "school-mis.key"
    assert key.stat().st_mode & 0o777 == 0o600
    again = agency.icr("client", "new", "other", "--key", str(key), "--organisation", "urn-900001")
    assert (again.returncode, "made once" in again.stderr) == (2, True)
    assert re.search(r'"d"', key.read_text())
    key.chmod(0o644)
    opened = agency.signed_in("client", "token", "--url", agency.url)
    assert (opened.returncode, "chmod 600" in opened.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a b", "--key", "KEY", "--organisation", "urn-900001"], "id"),
        (["one", "--key", "KEY", "--organisation", "Ada Example"], "organisations"),
        (["one", "--key", "KEY", "--organisation", "urn-900001", "--algorithm", "HS256"], "algorithm"),
        (["one", "--key", "/nowhere/key", "--organisation", "urn-900001"], "cannot be written"),
    ],
)
def test_a_client_that_cannot_be_is_not_made(arguments: list[str], said: str, tmp_path: Path) -> None:
    key = tmp_path / "key"
    words = [str(key) if one == "KEY" else one for one in arguments]
    done = icr("client", "new", *words, environment={"PATH": os.environ["PATH"], "HOME": str(tmp_path)})
    assert done.returncode == 2
    assert said in done.stderr
    assert "Ada" not in done.stderr
    assert not key.exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kty": "oct", "k": "AAAA"}', "PUBLIC"])
def test_what_is_no_private_key_is_said(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.touch(mode=0o600)
    file.write_text(json.dumps(new_key("ES384", "k").as_dict(private=False)) if text == "PUBLIC" else text)
    with pytest.raises(Misuse, match="client_key_file"):
        read_key(file)
