"""Key files that are none, that others can read or exchange, or that lie where none can be: each is refused with a sentence."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.log.keys import key_file
from domain.errors import Misuse

GOOD: Final = {"kek": "ab" * 32, "hash": "cd" * 32}


def written(path: Path, text: bytes, mode: int = 0o600) -> None:
    path.write_bytes(text)
    path.chmod(mode)


def as_json(**changed: Any) -> bytes:
    return json.dumps({**GOOD, **changed}).encode()


CONTENTS: Final = {
    "empty": b"",
    "no JSON": b"kek: ab",
    "not UTF-8": b"\xff\xfe{}",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "deeply nested": b"[" * 4000,
    "a kek too few": json.dumps({"hash": GOOD["hash"]}).encode(),
    "a hash key too few": json.dumps({"kek": GOOD["kek"]}).encode(),
    "a key too short": as_json(kek="ab" * 31),
    "a key too long": as_json(hash="ab" * 33),
    "half a byte": as_json(kek="a" * 63),
    "no hexadecimal": as_json(kek="zz" * 32),
    "a key that is a number": as_json(kek=12),
    "a key that is a list": as_json(hash=["ab" * 32]),
    "a key that is null": as_json(kek=None),
    "the same key twice": as_json(kek=GOOD["hash"]),
    "much too long": as_json() + b" " * 10_000_000,
    "cut off": as_json()[:-5],
}


@pytest.mark.parametrize("name", CONTENTS)
def test_what_is_no_key_file_is_refused_and_left_alone(name: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    written(path, CONTENTS[name])
    with pytest.raises(Misuse) as refused:
        key_file.load(path)
    assert "key" in str(refused.value)
    assert not any(secret in str(refused.value) for secret in (*GOOD.values(), "ab" * 16))
    assert path.read_bytes() == CONTENTS[name]


WIDER: Final = (
    0o640, 0o604, 0o644, 0o660, 0o606, 0o666, 0o620, 0o602, 0o610, 0o601, 0o700, 0o755, 0o777, 0o440, 0o444, 0o4600, 0o2600, 0o1600,
)  # fmt: skip


@pytest.mark.parametrize("mode", WIDER, ids=oct)
def test_one_that_is_open_to_others_is_refused(mode: int, tmp_path: Path) -> None:
    written(tmp_path / "keys", as_json(), mode)
    with pytest.raises(Misuse, match=f"chmod 600 {tmp_path / 'keys'}"):
        key_file.load(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o600, 0o400], ids=oct)
def test_one_for_its_owner_alone_is_read(mode: int, tmp_path: Path) -> None:
    written(tmp_path / "keys", as_json(), mode)
    assert key_file.load(tmp_path / "keys").fingerprint


def _link(path: Path) -> None:
    written(path.with_name("elsewhere"), as_json())
    path.symlink_to(path.with_name("elsewhere"))


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def _below_a_file(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_bytes(b"")


OBJECTS: Final[dict[str, Callable[[Path], object]]] = {
    "a link": _link,
    "a link to nowhere": _dangling,
    "a folder": Path.mkdir,
    "a pipe that nobody writes to": lambda path: os.mkfifo(path, 0o600),
    "a place below a file": _below_a_file,
}


@pytest.mark.parametrize("name", OBJECTS)
@pytest.mark.timeout(10)
def test_what_is_no_plain_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    OBJECTS[name](tmp_path / "folder" / "keys")
    for read in (key_file.load, key_file.load_or_create):
        with pytest.raises(Misuse):
            read(tmp_path / "folder" / "keys")


def test_a_folder_that_everybody_writes_to_is_refused_and_one_with_the_sticky_bit_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    written(folder / "keys", as_json())
    folder.chmod(0o777)
    with pytest.raises(Misuse, match=f"chmod o-w {folder}"):
        key_file.load(folder / "keys")
    folder.chmod(0o1777)
    assert key_file.load(folder / "keys")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give a file to somebody else")
def test_another_users_file_is_refused_but_roots_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "keys", as_json())
    monkeypatch.setattr(os, "geteuid", lambda: 10001)
    assert key_file.load(tmp_path / "keys")  # root's, as a container's secret is
    os.chown(tmp_path / "keys", 10002, 10002)
    with pytest.raises(Misuse, match="another user"):
        key_file.load(tmp_path / "keys")


def test_a_new_one_is_for_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = key_file.new(tmp_path / "a" / "keys")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a" / "keys").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert key_file.load(tmp_path / "a" / "keys").fingerprint == made.fingerprint
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["keys"]


def test_a_new_one_never_takes_the_place_of_another(tmp_path: Path) -> None:
    made = key_file.new(tmp_path / "keys")
    with pytest.raises(FileExistsError):
        key_file.new(tmp_path / "keys")
    assert key_file.load(tmp_path / "keys").fingerprint == made.fingerprint
    assert [file.name for file in tmp_path.iterdir()] == ["keys"]


def test_where_none_can_be_made_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "file" / "keys", Path("/proc/keys"), Path("/dev/null/keys")):
        with pytest.raises(Misuse):
            key_file.new(path)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
