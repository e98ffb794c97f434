"""A second machine without the key file of the first made keys of its own, and every child got a second record."""

import shutil
from pathlib import Path

import pytest

from adapters.service import open_service
from adapters.settings import Settings, load_settings
from adapters.store.database import connect
from adapters.store.messages import Message
from domain.errors import Misuse
from tests.integration.test_feedback import admitted


def machine(folder: Path, url: str) -> Settings:
    folder.mkdir(mode=0o700)
    return load_settings(folder).model_copy(update={"database_url": url})


def record_one(settings: Settings, serial: int) -> str:
    with open_service(settings) as service:
        recorder = service.recorder()
        [outcome] = recorder.record([Message(admitted(serial))])
        recorder.close()
    return outcome.outcome


def test_bug_another_key_file_is_refused(any_database_url: str, tmp_path: Path) -> None:
    one, two = machine(tmp_path / "one", any_database_url), machine(tmp_path / "two", any_database_url)
    assert record_one(one, 1) == "accepted"
    with pytest.raises(Misuse, match="ICR_KEK_FILE"):
        record_one(two, 1)
    shutil.copy(one.kek_file, two.kek_file)
    assert record_one(two, 1) == "duplicate"


def test_the_first_to_open_an_empty_log_says_which_keys(any_database_url: str, tmp_path: Path) -> None:
    one, two = machine(tmp_path / "one", any_database_url), machine(tmp_path / "two", any_database_url)
    with open_service(one):
        pass
    with pytest.raises(Misuse, match="ICR_KEK_FILE"), open_service(two):
        pass


def test_a_log_of_before_is_known_by_what_its_keys_open(any_database_url: str, tmp_path: Path) -> None:
    one, two = machine(tmp_path / "one", any_database_url), machine(tmp_path / "two", any_database_url)
    record_one(one, 1)
    with connect(any_database_url) as connection:
        connection.execute("DELETE FROM log.keys")
    with pytest.raises(Misuse, match="ICR_KEK_FILE"):
        record_one(two, 1)
    assert record_one(one, 1) == "duplicate"


def test_a_database_that_does_not_answer_is_said_by_whoever_needs_it(tmp_path: Path) -> None:
    nowhere = machine(tmp_path / "one", "postgresql://icr@127.0.0.1:1/icr")
    with open_service(nowhere) as service:
        assert service.keys
