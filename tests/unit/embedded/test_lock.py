"""The files by which commands and the supervisor of the embedded servers meet."""

import stat
from pathlib import Path

import pytest

from adapters.embedded.lock import Lock, ServersFolder, State, supervised
from domain.errors import Misuse, Unreachable


@pytest.fixture
def place(tmp_path: Path) -> ServersFolder:
    place = ServersFolder(tmp_path / "data")
    place.make()
    return place


def test_many_may_share_a_lock_and_one_may_have_it_alone(place: ServersFolder) -> None:
    with Lock(place, "users") as one, Lock(place, "users") as other, Lock(place, "users") as alone:
        assert one.take(shared=True)
        assert other.take(shared=True)
        assert not alone.take()
        one.close()
        assert not alone.take()
        other.close()
        assert alone.take()


def test_who_waits_too_long_is_told(place: ServersFolder) -> None:
    with Lock(place, "starter") as one, Lock(place, "starter") as other:
        one.await_()
        with pytest.raises(Unreachable, match="starter"):
            other.await_(seconds=0.05)


def test_a_lock_given_back_can_be_taken(place: ServersFolder) -> None:
    with Lock(place, "starter") as one, Lock(place, "starter") as other:
        one.await_()
        one.release()
        assert other.take()


def test_a_place_is_supervised_while_the_supervisor_holds_its_lock(place: ServersFolder) -> None:
    assert not supervised(place)
    with Lock(place, "supervisor") as lock:
        lock.await_()
        assert supervised(place)
    assert not supervised(place)


def test_a_state_is_read_as_written_and_is_closed_to_others(place: ServersFolder) -> None:
    state = State(1, "postgresql://icr:sesame@127.0.0.1:1/icr", "127.0.0.1:2", "abc")
    state.write(place)
    assert place.read() == state
    assert stat.S_IMODE(place.state.stat().st_mode) == 0o600
    assert "sesame" not in repr(state)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"unknown": 1}', "null"])
def test_a_state_that_cannot_be_read_is_none(place: ServersFolder, text: str) -> None:
    place.state.write_text(text)
    assert place.read() is None


def test_no_state_is_none(place: ServersFolder) -> None:
    assert place.read() is None


def test_a_data_folder_that_cannot_be_made_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misuse, match="cannot be used"):
        ServersFolder(tmp_path / "file").make()
