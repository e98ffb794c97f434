"""The key-encryption key is replaced while everybody goes on; killed anywhere nothing is lost, and the old key opens nothing at the end."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.commands.renewing import renew
from adapters.log.keys import key_file
from adapters.log.keys.data_keys import Erased, MasterKeys, key_context
from adapters.log.keys.key_check import which_differ
from adapters.log.messages import Message
from adapters.questions.door import Door
from adapters.service.opened import Service
from domain.access.viewer import LOCAL_OPERATOR
from domain.answers.answered import Answered
from domain.errors import Misuse
from domain.questions.about import ReplayEntry, ShowChild
from tests.builders.dying import carried_out
from tests.builders.nightly import by_night
from tests.builders.service import Bench, bench
from tests.spec import words
from tests.spec.words import happened
from tools.verify_log import verify

DAY = date(2025, 12, 1)


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    path = tmp_path / "keys"
    made = bench(any_database_url, tmp_path)
    made.recorder.close()
    made.service = replace(made.service, keys=key_file.new(path))
    made.recorder = made.service.recorder()
    assert made.service.settings.kek_file == path
    born = {"name": "Ada Example", "born": "2015-03-01"}
    events = [happened("EarlyHelpStarted", child, on="2025-09-01", worker="W1", **born) for child in ("Ada", "Bob")]
    made.record(*(event.wire(number) for number, event in enumerate(events)), b"no event")
    made.projector.project()
    yield made
    made.close()


def shown(service: Service, who: str = "Ada") -> Any:
    question = ShowChild(identifier=":".join(words.identifier(who, "nhs")), effective_at=DAY)
    answered = Door(service).answer(question, LOCAL_OPERATOR)
    assert answered is not None
    return answered


def opened_by(connection: psycopg.Connection[Any], keys: MasterKeys) -> int:
    """How many data keys a key file opens."""
    count = 0
    for record, name, period, wrapped in connection.execute("SELECT record, class, period, wrapped FROM log.data_key"):
        with suppress(Erased):
            keys.unwrap(wrapped, key_context(record.bytes, name, period))
            count += 1
    return count


def test_everything_opens_as_before_and_nothing_by_the_old_key(here: Bench) -> None:
    old = MasterKeys(*key_file._read(here.service.settings.kek_file))
    entry = shown(here.service).receipt.entry
    done = renew(here.service, wait=lambda _: None)
    assert (done.ended, done.closed) == (True, 0)
    assert done.wrapped >= 6
    assert opened_by(here.connection, old) == 0
    fresh = replace(here.service, keys=key_file.load(here.service.settings.kek_file))
    assert which_differ(here.connection, fresh.keys) == ()
    assert which_differ(here.connection, old) == ("kek",)
    # Both of who has begun since, and of who goes on with the file as it was read.
    for service in (fresh, here.service):
        assert shown(service).content["name"]["given"] == ["Ada"]
        replayed = Door(service).answer(ReplayEntry(entry=entry), LOCAL_OPERATOR)
        assert isinstance(replayed, Answered)
        assert replayed.content["proved"] == "proved_same"
    assert verify(here.connection, fresh.keys).found == {}
    assert set(json.loads(here.service.settings.kek_file.read_text())) == {"kek", "hash"}


def test_who_records_meanwhile_goes_on_and_wraps_by_the_new_key(here: Bench) -> None:
    path = here.service.settings.kek_file
    [outcome] = here.record(happened("EarlyHelpStarted", "Cy", on="2025-09-01").wire(10))
    renew(here.service, only_begin=True)
    assert key_file.load(path).being_renewed
    here.service.keys._looked -= 2
    [during] = here.recorder.record([Message(happened("EarlyHelpStarted", "Dee", on="2025-09-01").wire(11))])
    renew(here.service, wait=lambda _: None)
    [after] = here.recorder.record([Message(happened("EarlyHelpStarted", "Eli", on="2025-09-01").wire(12))])
    assert {outcome.outcome, during.outcome, after.outcome} == {"accepted"}
    keys = key_file.load(path)
    assert (
        opened_by(here.connection, keys) == here.connection.execute("SELECT count(*) FROM log.data_key").fetchone()[0]
    )  # type: ignore[index]
    assert verify(here.connection, keys).found == {}


def test_a_copy_of_the_file_from_before_is_refused_afterwards(here: Bench, tmp_path: Path) -> None:
    before = here.service.settings.kek_file.read_text()
    renew(here.service, wait=lambda _: None)
    kept = tmp_path / "kept"
    kept.write_text(before)
    kept.chmod(0o600)
    recorder = replace(here.service, keys=key_file.load(kept)).recorder()
    with pytest.raises(Misuse, match=r"key-encryption key \(kek\) differs"):
        recorder.record([Message(happened("EarlyHelpStarted", "Cy", on="2025-09-01").wire(20))])
    recorder.close()


@pytest.mark.parametrize("step", [3, by_night(1)])
def test_killed_at_any_statement_it_goes_on_and_loses_nothing(here: Bench, step: int) -> None:
    old = MasterKeys(*key_file._read(here.service.settings.kek_file))
    at, killed = random.randint(1, step), 0
    while not carried_out(here, lambda service: renew(service, wait=lambda _: None), at):
        at, killed = at + step, killed + 1
        assert shown(here.service).content["name"]["given"] == ["Ada"]
    assert killed
    assert opened_by(here.connection, old) == 0
    assert shown(here.service, "Bob").content["name"]["given"] == ["Ada"]
    assert verify(here.connection, key_file.load(here.service.settings.kek_file)).found == {}
