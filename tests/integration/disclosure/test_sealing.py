"""The sequencer: leaves without gaps in order of time, tiles and checkpoints that hold, whoever dies in between."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.disclosure.checkpoints import (
    KEY_DIFFERS,
    LATE,
    LOG_CHANGED,
    LOG_SHORTER,
    PLACE_DIFFERS,
    PLACE_FAILS,
    TREE_DAMAGED,
    SealTrouble,
    checkpoint_age,
    publish,
    sign,
)
from adapters.disclosure.sealer import Sealer
from adapters.disclosure.sealing import hold_sealing, seal
from adapters.disclosure.second_place import SecondPlace
from adapters.disclosure.signing_key import NoSigningKey, first_key, load, read_checkpoint
from adapters.log.connections import Work, connect
from domain.access.entry import entry_id
from domain.errors import Misuse
from domain.proof.tree import leaf_hash, root
from tests.builders.accesses import NAME, AccessLog
from tests.builders.service import bench


@pytest.fixture
def log(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = bench(database_url, tmp_path)
    yield AccessLog(made, tmp_path)
    made.close()


def holds(log: AccessLog, kept: str) -> None:
    assert log.check(kept) == {}


def test_entries_have_leaves_in_order_of_their_time_without_gaps(log: AccessLog) -> None:
    made = log.access(300)
    assert log.seal() == 300
    rows = log.all(
        "SELECT l.index, l.entry, l.hash, e.bytes FROM access.leaf l JOIN access.entry e ON e.id = l.entry ORDER BY 1"
    )
    assert [row[0] for row in rows] == list(range(300))
    assert [row[1] for row in rows] == made
    assert all(leaf == leaf_hash(written) for _, _, leaf, written in rows)
    assert log.one("SELECT count(*) FROM access.pending") == 0
    assert log.all("SELECT level, index, length(nodes) / 32 FROM access.tile ORDER BY 1, 2") == [
        (0, 0, 256),
        (0, 1, 44),
        (1, 0, 1),
    ]


def test_a_checkpoint_has_the_root_and_the_head_of_the_event_log(log: AccessLog) -> None:
    log.access(5)
    note = log.checkpoint()
    checkpoint = read_checkpoint(log.key.verifier, note)
    hashes = [row[0] for row in log.all("SELECT hash FROM access.leaf ORDER BY index")]
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (NAME, 5, root(hashes))
    assert checkpoint.extensions == ("event-log 0:",)
    log.bench.connection.execute("UPDATE log.head SET position = 7, hash = '\\xabcd'")
    log.access(1)
    assert read_checkpoint(log.key.verifier, log.checkpoint()).extensions == ("event-log 7:abcd",)


def test_a_log_at_rest_gets_no_second_checkpoint(log: AccessLog) -> None:
    first = log.checkpoint()
    assert read_checkpoint(log.key.verifier, first).size == 0
    assert log.checkpoint() == first
    log.access(1)
    assert log.checkpoint() != first
    assert log.one("SELECT count(*) FROM access.checkpoint") == 2


def test_each_checkpoint_is_in_the_second_place_and_only_then_published(log: AccessLog) -> None:
    log.access(1)
    first = log.checkpoint()
    log.access(1)
    second = log.checkpoint()
    files = sorted(
        file.relative_to(log.folder / "second").as_posix()
        for file in (log.folder / "second").rglob("*")
        if file.is_file()
    )
    day = log.bench.clock.now().date().isoformat()
    assert files == [f"{day}/{1:016}", f"{day}/{2:016}", "checkpoint"]
    assert (log.folder / "second" / day / f"{1:016}").read_text() == first
    assert (log.folder / "second" / "checkpoint").read_text() == second
    assert log.one("SELECT count(*) FROM access.checkpoint WHERE published_at IS NULL") == 0


def test_what_cannot_be_published_is_published_when_it_can(log: AccessLog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = SecondPlace(tmp_path / "file" / "folder")
    now = log.bench.clock.now()
    for _ in range(2):
        log.access(1)
        log.seal()
        sign(log.bench.connection, log.key, blocked, now)
        with pytest.raises(SealTrouble) as found:
            publish(log.bench.connection, log.key, blocked, now)
        assert found.value.trouble == PLACE_FAILS
    assert log.one("SELECT count(*) FROM access.checkpoint WHERE published_at IS NULL") == 2
    assert publish(log.bench.connection, log.key, log.place, now) == 2
    holds(log, log.place.latest() or "")


def test_a_second_place_of_another_log_is_left_alone(log: AccessLog) -> None:
    (log.folder / "second").mkdir()
    (log.folder / "second" / "checkpoint").write_text("another's\n")
    log.access(1)
    with pytest.raises(SealTrouble) as found:
        log.checkpoint()
    assert found.value.trouble == PLACE_DIFFERS
    assert (log.folder / "second" / "checkpoint").read_text() == "another's\n"


def test_the_age_is_that_of_the_first_entry_that_no_published_checkpoint_covers(log: AccessLog) -> None:
    def age() -> timedelta | None:
        return checkpoint_age(log.bench.connection, log.bench.clock.now())

    log.checkpoint()
    log.bench.clock.advance(timedelta(hours=9))
    assert age() is None  # nobody asked anything for nine hours: no trouble
    log.access(1)
    log.bench.clock.advance(timedelta(minutes=3))
    log.access(1)
    assert age() == timedelta(minutes=3, milliseconds=1)
    log.seal()
    assert age() == timedelta(minutes=3, milliseconds=1)
    sign(log.bench.connection, log.key, log.place, log.bench.clock.now())
    assert age() == timedelta(minutes=3, milliseconds=1)  # signed is not published
    publish(log.bench.connection, log.key, log.place, log.bench.clock.now())
    assert age() is None
    log.bench.clock.advance(timedelta(hours=-1))
    log.access(1)
    log.bench.clock.advance(timedelta(hours=-1))
    assert age() == timedelta(0)  # a clock that was set back


def test_health_names_a_late_checkpoint_a_blocked_place_and_a_damaged_tree(log: AccessLog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = replace(log.bench.service.settings, checkpoints=tmp_path / "file")
    service = type(log.bench.service)(
        settings, log.bench.service.database_url, None, None, False, log.bench.service.keys, log.bench.clock
    )
    ticks = iter(range(0, 10_000, 100))
    sealer = Sealer(service, log.key, lambda: next(ticks))
    try:
        assert sealer.turn() == (PLACE_FAILS,)
        log.access(3)
        assert sealer.turn() == (PLACE_FAILS,)
        log.bench.clock.advance(LATE)
        assert sealer.turn() == (PLACE_FAILS, "checkpoint_late")
        assert (sealer.said["leaves"], sealer.said["checkpoint_age"]) == (3, 600)
        log.bench.connection.execute("DELETE FROM access.tile")
        log.access(1)
        assert sealer.turn() == (TREE_DAMAGED, PLACE_FAILS, "checkpoint_late")
        assert log.one("SELECT count(*) FROM access.pending") == 1  # it waits on
    finally:
        sealer.close()


@pytest.mark.parametrize(
    ("edit", "trouble"),
    [
        (
            "DELETE FROM access.leaf WHERE index >= 5; DELETE FROM access.checkpoint; UPDATE access.tile SET nodes = substring(nodes FOR 160)",
            LOG_SHORTER,
        ),
        ("UPDATE access.tile SET nodes = overlay(nodes PLACING '\\xff'::bytea FROM 3)", LOG_CHANGED),
        ("UPDATE access.tile SET nodes = substring(nodes FROM 33)", TREE_DAMAGED),
        ("DELETE FROM access.tile", TREE_DAMAGED),
    ],
    ids=["an earlier state", "a changed tile", "a shorter tile", "no tile"],
)
def test_what_does_not_begin_with_what_was_signed_is_never_signed(log: AccessLog, edit: str, trouble: str) -> None:
    """Also where the database forgot what was signed: the second place has not."""
    log.access(10)
    kept = log.checkpoint()
    log.bench.connection.execute(edit)
    log.access(1)
    with pytest.raises(SealTrouble) as found:
        log.checkpoint()
    assert found.value.trouble == trouble
    assert log.place.latest() == kept


def test_a_key_is_made_while_nothing_is_sealed_and_never_after(log: AccessLog, tmp_path: Path) -> None:
    path = log.folder / "signing-key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert first_key(log.bench.connection, path).verifier == log.key.verifier
    log.access(1)
    other = first_key(log.bench.connection, tmp_path / "other")  # entries wait, and nothing is sealed
    assert other.verifier.name.startswith("icr/access/")
    log.seal()
    with pytest.raises(NoSigningKey):
        first_key(log.bench.connection, tmp_path / "third")
    log.checkpoint()
    with pytest.raises(SealTrouble) as found:
        sign(log.bench.connection, other, log.place, log.bench.clock.now())
    assert found.value.trouble == KEY_DIFFERS


@pytest.mark.parametrize("name", ["", "a b", "a+b", "x" * 201])
def test_a_name_that_no_log_can_have_is_refused(log: AccessLog, tmp_path: Path, name: str) -> None:
    with pytest.raises(Misuse, match="--name"):
        first_key(log.bench.connection, tmp_path / "other", name)
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"name":"a","seed":"00"}', '{"name":"a b","seed":"%s"}' % ("00" * 32), '{"name":"a","seed":7}'],
)
def test_what_is_no_signing_key_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(Misuse, match="holds name"):
        load(tmp_path / "key")


def test_a_signing_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("{}")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(Misuse, match="open to others"):
        load(tmp_path / "key")


def test_by_a_clock_that_was_set_back_leaves_go_on_without_gaps(log: AccessLog) -> None:
    """Of what waits the order is that of its time; what is sealed keeps its leaf, though it is later."""
    log.access(5)
    first = log.checkpoint()
    log.bench.clock.advance(timedelta(hours=-2))
    log.access(5)
    log.bench.clock.advance(timedelta(days=-40))
    log.access(5)
    kept = log.checkpoint()
    assert [row[0] for row in log.all("SELECT index FROM access.leaf ORDER BY index")] == list(range(15))
    times = [
        row[0]
        for row in log.all("SELECT e.at FROM access.leaf l JOIN access.entry e ON e.id = l.entry ORDER BY l.index")
    ]
    assert times[5:] == sorted(times[5:])
    assert times[14] < times[0]
    for note in (first, kept):
        holds(log, note)


def test_an_entry_that_waits_twice_has_one_leaf(log: AccessLog) -> None:
    [entry] = log.access(1)
    log.seal()
    log.bench.connection.execute("INSERT INTO access.pending (entry, at) SELECT id, at FROM access.entry")
    log.access(1)
    assert log.seal() == 2
    assert log.one("SELECT count(*) FROM access.leaf") == 2
    assert log.one("SELECT count(*) FROM access.pending") == 0
    assert log.one("SELECT index FROM access.leaf WHERE entry = %s", entry) == 0


def test_what_waits_and_is_no_entry_stops_nobody_and_waits_on(log: AccessLog) -> None:
    entry, *_ = log.access(3)
    log.bench.connection.execute("DELETE FROM access.entry WHERE id = %s", (entry,))
    assert log.seal() == 2
    assert log.all("SELECT entry FROM access.pending") == [(entry,)]
    assert log.check(log.checkpoint())["entry_missing"] == [entry_id(entry)]


def test_of_two_sequencers_one_works_and_the_other_waits(log: AccessLog) -> None:
    first, second = (Sealer(log.bench.service, log.key) for _ in range(2))
    try:
        log.access(10)
        first.turn()
        second.turn()
        assert (first.waits, second.waits) == (False, True)
        assert (first.done.sealed, second.done.sealed) == (10, 0)
        log.access(5)
        first.close()  # it died
        for _ in range(1000):
            second.turn()
            if not second.waits:  # the server has seen that it died
                break
        assert (second.waits, second.done.sealed) == (False, 5)
        first.turn()
        assert first.waits
    finally:
        first.close()
        second.close()
    assert log.one("SELECT max(index) + 1 = count(*) AND count(*) = 15 FROM access.leaf")


def test_sequencers_side_by_side_make_no_gap_and_no_double(log: AccessLog) -> None:
    """Without the turn of the lasting one, as `icr seal --once` beside it."""
    stop = threading.Event()
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with connect(log.bench.service.database_url, Work.SEAL) as connection:
                while not stop.is_set():
                    seal(connection, 7)
                    sign(connection, log.key, log.place, log.bench.clock.now())
                    publish(connection, log.key, log.place, log.bench.clock.now())
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    log.access(300)
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    kept = log.checkpoint()
    assert log.one("SELECT max(index) + 1 = count(*) AND count(*) = 300 FROM access.leaf")
    holds(log, kept)


class Dying(psycopg.Connection[Any]):
    """Kills its process before or after one of its statements, by their number."""

    left = 0

    @classmethod
    def count(cls) -> None:
        cls.left -= 1
        if cls.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(self, *arguments: Any, **said: Any) -> Any:
        self.count()
        found = super().execute(*arguments, **said)
        self.count()
        return found


class DyingPlace(SecondPlace):
    """Kills its process before or after it writes one of its files."""

    def _write(self, file: Path, note: str) -> None:
        Dying.count()
        super()._write(file, note)
        Dying.count()


def work_and_die(log: AccessLog, at: int) -> int:
    """A sequencer in a process of its own, killed at its `at`-th step; how that ended."""
    child = os.fork()
    if child == 0:
        try:
            Dying.left = at
            with Dying.connect(log.bench.service.database_url, autocommit=True) as connection:
                while seal(connection, 5):
                    pass
                place = DyingPlace(log.folder / "second")
                sign(connection, log.key, place, log.bench.clock.now())
                publish(connection, log.key, place, log.bench.clock.now())
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.slow
@pytest.mark.parametrize("kills", [pytest.param(30, id="30"), pytest.param(100, id="100", marks=pytest.mark.nightly)])
def test_killed_at_any_statement_it_leaves_no_gap_and_no_double(
    any_database_url: str, tmp_path: Path, kills: int
) -> None:
    """At its first step, at its second, and so on to its end; of more kills again, from a log that has grown."""
    log = AccessLog(bench(any_database_url, tmp_path), tmp_path)
    log.checkpoint()
    died = at = 0
    whole = False
    while died < kills or not whole:
        log.access(7)
        ended = work_and_die(log, at)
        at += 1
        if ended == 0:
            at, whole = 0, True
            continue
        assert ended == -signal.SIGKILL
        died += 1
        rows = log.all("SELECT index FROM access.leaf ORDER BY index")
        assert [row[0] for row in rows] == list(range(len(rows)))
        published = {row[0] for row in log.all("SELECT size FROM access.checkpoint WHERE published_at IS NOT NULL")}
        assert published <= {int(file.name) for file in (log.folder / "second").glob("*/*") if file.name.isdigit()}
        if at % 4 == 3:  # now and then all is done, so that the next goes on from there
            holds(log, log.checkpoint())
    assert whole
    kept = log.checkpoint()
    total = log.one("SELECT count(*) FROM access.entry")
    assert log.one("SELECT max(index) + 1 = count(*) AND count(*) = %s FROM access.leaf", total)
    holds(log, kept)
    log.bench.close()


def test_the_role_of_the_lasting_sequencer_ends_with_its_connection(log: AccessLog) -> None:
    with (
        connect(log.bench.service.database_url, Work.SEAL) as one,
        connect(log.bench.service.database_url, Work.SEAL) as two,
    ):
        assert hold_sealing(one)
        assert hold_sealing(one)
        assert not hold_sealing(two)
        one.close()
        for _ in range(100):
            if hold_sealing(two):
                return
        pytest.fail("the turn was not given on")


def test_a_full_disk_in_the_middle_loses_nothing(log: AccessLog) -> None:
    log.access(3)
    log.bench.connection.execute("ALTER TABLE access.tile ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    with pytest.raises(psycopg.errors.CheckViolation):
        log.seal()
    assert log.one("SELECT count(*) FROM access.leaf") == 0
    assert log.one("SELECT count(*) FROM access.pending") == 3
    log.bench.connection.execute("ALTER TABLE access.tile DROP CONSTRAINT full_disk")
    assert log.seal() == 3
