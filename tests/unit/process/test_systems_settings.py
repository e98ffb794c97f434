"""The files in which an operator says which systems sign in and who publishes where: what is refused, with a clear word."""

import json
from pathlib import Path

import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey

from adapters.process.clients import read_clients
from adapters.process.listening import check_signing_in, is_open_to_systems
from adapters.process.publishers import read_publishers
from adapters.process.senders import Senders
from adapters.process.settings import Settings, load_settings
from adapters.process.watched_file import WatchedFile
from domain.errors import Misuse
from tests.builders.systems import SystemUnderTest, key_for, write_clients

MIS = SystemUnderTest("school-mis", ["urn-900001"])
PUBLISHER = """
[[publishers]]
name = "northmoor-mis"
principal = "User:northmoor-mis"
sectors = ["education"]
organisations = ["urn-900001", "urn-900002"]
"""


def refusal(read: object, file: Path, text: str) -> str:
    file.write_text(text)
    with pytest.raises(Misuse) as error:
        read(file)  # type: ignore[operator]
    return str(error.value)


def test_a_client_has_an_id_keys_algorithms_and_organisations(tmp_path: Path) -> None:
    clients, beside = read_clients(write_clients(tmp_path / "clients.toml", MIS))
    known = clients["school-mis"]
    assert known.client.may == ("publish", "read_feedback")
    assert known.sender.organisations == {"urn-900001"}
    assert beside == []


def test_keys_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [MIS.key.as_dict(private=False)]}))
    text = MIS.table().partition("keys = ")[0] + f'keys_file = "{keys}"\n'
    (tmp_path / "clients.toml").write_text(text)
    clients, beside = read_clients(tmp_path / "clients.toml")
    assert list(clients["school-mis"].keys) == [("key-1", "ES256")]
    assert beside == [keys]


PRIVATE = json.dumps(MIS.key.as_dict(private=True)).replace(": ", " = ").replace('"crv"', "crv")
FAULTS: dict[str, tuple[str, str]] = {
    "no organisation": (MIS.table().replace('["urn-900001"]', "[]"), "organisations"),
    "a name for an organisation": (MIS.table().replace("urn-900001", "Ada Example"), "a code of at most 60"),
    "no algorithm": (MIS.table().replace('["ES256"]', "[]"), "algorithms"),
    "no signature": (MIS.table().replace('["ES256"]', '["none"]'), "algorithms"),
    "a shared secret": (MIS.table().replace('["ES256"]', '["HS256"]'), "algorithms"),
    "another key's algorithm": (MIS.table().replace('["ES256"]', '["RS256"]'), "cannot sign by any"),
    "a secret as a key": (MIS.table().replace('kty = "EC"', 'kty = "oct"'), "shared secret"),
    "a broken key": (MIS.table().replace('x = "', 'x = "A'), "it is no key"),
    "a key without a kid": (MIS.table().replace('kid = "key-1"', 'use = "sig"'), "kid"),
    "no keys": (MIS.table().partition("keys = ")[0], "`keys` or in `keys_file`"),
    "a sector that is none": (MIS.table() + 'sectors = ["schools"]', "a sector is one of"),
    "a type that is none": (MIS.table() + 'event_types = ["PupilExpelled"]', "event type"),
    "a right that is none": (MIS.table() + 'may = ["everything"]', "may"),
    "a field that is none": (MIS.table() + 'client_secret = "in the open"', "client_secret"),
    "two of one id": (MIS.table() + SystemUnderTest("school-mis", ["urn-900001"]).table(), "an id of its own"),
    "two with one key": (MIS.table() + SystemUnderTest("other", ["urn-900001"], key=MIS.key).table(), "another client's"),
    "no TOML": ("[[clients]", "not valid TOML"),
    "other tables": ("[[client]]\nid = 'x'", "it has: clients"),
    "no tables": ("clients = 7", "clients are tables"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_a_file_of_clients_is_refused_with(case: str, tmp_path: Path) -> None:
    text, said = FAULTS[case]
    told = refusal(read_clients, tmp_path / "clients.toml", text)
    assert said in told
    for quoted in ("Ada Example", "in the open", "PupilExpelled", MIS.key.as_dict(private=False)["x"]):
        assert quoted not in told


def test_a_private_key_is_refused_where_the_public_one_should_stand(tmp_path: Path) -> None:
    secret = MIS.key.as_dict(private=True)["d"]
    told = refusal(
        read_clients, tmp_path / "clients.toml", MIS.table().replace("keys = [{", f'keys = [{{ d = "{secret}",')
    )
    assert "private half" in told
    assert secret not in told


def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    with pytest.warns(SecurityWarning):
        key = RSAKey.generate_key(1024, {"kid": "k"})
    short = SystemUnderTest("old", ["urn-900001"], "RS256", key=key)
    assert "2048 bits" in refusal(read_clients, tmp_path / "clients.toml", short.table())


PUBLISHERS: dict[str, tuple[str, str]] = {
    "a name that is none": (PUBLISHER.replace('name = "northmoor-mis"', 'name = "Northmoor MIS"'), "name"),
    "a name that is a version": (PUBLISHER.replace('name = "northmoor-mis"', 'name = "v1"'), "called v1"),
    "everybody as its user": (PUBLISHER.replace("User:northmoor-mis", "User:*"), "principal"),
    "a user without its kind": (PUBLISHER.replace("User:northmoor-mis", "northmoor-mis"), "principal"),
    "no sector": (PUBLISHER.replace('["education"]', "[]"), "sectors"),
    "a pattern of organisations": (PUBLISHER.replace("urn-900001", "urn-*"), "organisations"),
    "two of one name": (PUBLISHER + PUBLISHER.replace("User:northmoor-mis", "User:other"), "a name of its own"),
    "two of one user": (PUBLISHER + PUBLISHER.replace('name = "northmoor-mis"', 'name = "other"'), "a principal of its own"),
    "a reader that publishes": ('reader = "User:northmoor-mis"\n' + PUBLISHER, "none of the publishers"),
}  # fmt: skip


@pytest.mark.parametrize("case", PUBLISHERS)
def test_a_file_of_publishers_is_refused_with(case: str, tmp_path: Path) -> None:
    text, said = PUBLISHERS[case]
    assert said in refusal(read_publishers, tmp_path / "publishers.toml", text)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    for read, setting in ((read_clients, "clients_file"), (read_publishers, "publishers_file")):
        with pytest.raises(Misuse, match=f"{setting}: .* cannot be read"):
            read(tmp_path / "nowhere.toml")


def test_files_of_thousands_are_read_whole(tmp_path: Path) -> None:
    tables = [
        PUBLISHER.replace("northmoor-mis", f"mis-{number}").replace("urn-900001", f"urn-{910000 + number}")
        for number in range(2000)
    ]
    (tmp_path / "publishers.toml").write_text("".join(tables))
    assert len(read_publishers(tmp_path / "publishers.toml")[0].by_name) == 2000
    (tmp_path / "publishers.toml").write_text("#" * (17 << 20))
    with pytest.raises(Misuse, match="larger than"):
        read_publishers(tmp_path / "publishers.toml")


def test_a_file_is_read_again_when_it_or_one_that_it_names_was_changed(tmp_path: Path) -> None:
    file, beside, now = tmp_path / "file", tmp_path / "beside", [0.0]
    file.write_text("one")
    beside.write_text("1")
    read = lambda file: (file.read_text() + beside.read_text(), [beside])  # noqa: E731
    watched = WatchedFile(file, read, lambda: now[0])
    assert watched.now() == "one1"
    beside.write_text("22")
    assert watched.now() == "one1", "looked at a moment ago"
    now[0] += 1.1
    assert watched.now() == "one22"
    file.write_text("three")
    now[0] += 1.1
    assert watched.now() == "three22"


def test_senders_are_known_by_what_stands_with_what_is_kept_of_them(tmp_path: Path) -> None:
    publishers = tmp_path / "publishers.toml"
    publishers.write_text(PUBLISHER)
    clients = write_clients(tmp_path / "clients.toml", MIS)
    senders = Senders(Settings(data_dir=tmp_path, clients_file=clients, publishers_file=publishers))
    assert senders.named("client:school-mis").organisations == {"urn-900001"}
    assert senders.named("publisher:northmoor-mis").organisations == {"urn-900001", "urn-900002"}
    for gone in ("client:other", "publisher:school-mis", "nobody", ""):
        assert senders.named(gone).organisations == frozenset()
    assert Senders(Settings(data_dir=tmp_path)).named("client:school-mis").organisations == frozenset()


def set_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **said: str) -> Settings:
    for name, value in said.items():
        monkeypatch.setenv(f"ICR_{name.upper()}", value)
    return load_settings(tmp_path)


def test_systems_sign_in_to_an_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = str(write_clients(tmp_path / "clients.toml", MIS))
    with pytest.raises(Misuse, match="public_url"):
        set_by(monkeypatch, tmp_path, clients_file=file)
    with pytest.raises(Misuse, match="client_burst"):
        set_by(monkeypatch, tmp_path, public_url="https://icr.example", client_burst="3")


def test_where_systems_sign_in_the_api_may_listen_beyond_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Misuse, match="ICR_CLIENTS_FILE"):
        check_signing_in(set_by(monkeypatch, tmp_path, http_host="10.0.0.5", public_url="https://icr.example"))
    settings = set_by(monkeypatch, tmp_path, clients_file=str(write_clients(tmp_path / "clients.toml", MIS)))
    check_signing_in(settings)
    assert is_open_to_systems(settings)


@pytest.mark.parametrize("setting", ["clients_file", "publishers_file"])
def test_a_file_that_is_wrong_is_named_by_the_command_that_checks(
    setting: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from adapters.cli.main import main

    file = tmp_path / "file.toml"
    monkeypatch.setenv(f"ICR_{setting.upper()}", str(file))
    monkeypatch.setenv("ICR_PUBLIC_URL", "https://icr.example")
    file.write_text("")
    assert main(["config", "check", "--json", "--data", str(tmp_path)]) == 0
    file.write_text("clients = 7\npublishers = 7")
    assert main(["config", "check", "--json", "--data", str(tmp_path)]) == 2
    assert setting in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Northmoor", "a b", "-x", "x" * 61, "é"])
def test_a_publisher_has_a_name_that_can_stand_in_a_topics(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Misuse, match="publisher: it is a publisher's name"):
        set_by(monkeypatch, tmp_path, publisher=name)


def test_every_algorithm_that_may_be_named_can_be_signed_by(tmp_path: Path) -> None:
    for algorithm in ("RS256", "PS512", "ES256", "ES384", "ES512", "Ed25519"):
        one = SystemUnderTest("one", ["urn-900001"], algorithm, key=key_for(algorithm))
        assert read_clients(write_clients(tmp_path / "clients.toml", one))[0]["one"].keys
