"""Years later the log is still provable: the signing key was exchanged, a dump was restored, content was stored in an older form."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.disclosure.checkpoints import KEY_DIFFERS, SealTrouble, sign
from adapters.disclosure.reading import read_entry
from adapters.disclosure.rotating import rotate
from adapters.disclosure.sealing import hold_sealing, seal
from adapters.disclosure.signing_key import SigningKey, load
from adapters.log.connections import Work, connect
from domain.errors import Misuse
from tests.builders.accesses import AccessLog
from tests.builders.service import KEYS, bench
from tools.verify_log.access_log import verify


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = bench(any_database_url, tmp_path)
    yield AccessLog(made, tmp_path)
    made.close()


def exchanged(log: AccessLog) -> tuple[SigningKey, SigningKey]:
    with connect(log.bench.service.database_url, Work.SEAL) as connection:
        return rotate(connection, log.folder / "signing-key", log.place, log.bench.clock)


def found(log: AccessLog, kept: str, *keys: SigningKey) -> dict[str, list[str]]:
    file = log.folder / "export"
    file.write_bytes(log.export())
    named: dict[str, list[str]] = verify(file, "\n".join(str(key.verifier) for key in keys), kept).found
    return named


def test_a_log_whose_key_was_exchanged_is_proved_by_both_from_the_first_entry_on(log: AccessLog) -> None:
    log.access(20)
    early = log.checkpoint()
    log.access(10)
    old, new = exchanged(log)
    handed_over = log.place.latest()
    assert handed_over is not None
    log.key = load(log.folder / "signing-key")
    assert log.key.verifier == new.verifier != old.verifier
    log.access(10)
    late = log.checkpoint()
    for kept in (early, handed_over, late):
        assert found(log, kept, old, new) == {}
    # Who has the new key alone cannot tell the old one's checkpoints from anybody's; the rest holds.
    assert found(log, late, new) == {"checkpoint_not_signed": ["of 20 leaves"]}
    assert found(log, handed_over, old) == {"checkpoint_not_signed": ["of 40 leaves"]}


def test_what_was_edited_before_the_key_was_exchanged_is_named(log: AccessLog) -> None:
    log.access(20)
    early = log.checkpoint()
    log.access(10)
    old, new = exchanged(log)
    log.bench.connection.execute(
        "UPDATE access.entry SET viewer = 'la-808:W99' WHERE id = (SELECT entry FROM access.leaf WHERE index = 7)"
    )
    assert found(log, early, old, new) == {"column_differs": ["7 viewer"]}


def test_the_old_key_signs_no_more_and_its_file_is_kept(log: AccessLog) -> None:
    log.access(5)
    old, _ = exchanged(log)
    assert load(log.folder / f"signing-key.{old.verifier.id.hex()}").verifier == old.verifier
    log.key = load(log.folder / "signing-key")
    log.access(5)
    log.checkpoint()
    log.access(5)
    seal(log.bench.connection)
    with pytest.raises(SealTrouble) as refused:
        sign(log.bench.connection, old, log.place, log.bench.clock.now())
    assert refused.value.trouble == KEY_DIFFERS


def test_while_a_sequencer_works_or_nothing_came_the_key_is_not_exchanged(log: AccessLog) -> None:
    log.access(5)
    with connect(log.bench.service.database_url, Work.SEAL) as sequencer:
        assert hold_sealing(sequencer)
        with pytest.raises(Misuse, match="stop `icr seal` first"):
            exchanged(log)
    kept = log.checkpoint()
    with pytest.raises(Misuse, match="nothing was logged since"):
        exchanged(log)
    assert load(log.folder / "signing-key").verifier == log.key.verifier
    assert log.check(kept) == {}


def test_one_that_was_broken_off_is_done_again_with_the_same_new_key(
    log: AccessLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.access(5)
    with monkeypatch.context() as patch:
        patch.setattr(
            "adapters.disclosure.rotating.publish", lambda *_: (_ for _ in ()).throw(OSError("the disk is full"))
        )
        with pytest.raises(OSError, match="full"):
            exchanged(log)
    log.access(1)
    kept = log.checkpoint()  # the old key signs on meanwhile
    log.access(1)
    old, new = exchanged(log)
    log.key = load(log.folder / "signing-key")
    assert found(log, kept, old, new) == {}
    assert found(log, log.place.latest() or "", old, new) == {}


def test_a_log_that_was_taken_out_and_put_back_is_proved(log: AccessLog) -> None:
    """As a restored dump is: the rows are all that there is to it. What is proved does not hang on the database that holds it."""
    entries = log.access(30)
    kept, before = log.checkpoint(), log.export()
    tables = [f"access.{name}" for name in "context entry shown content pending leaf tile checkpoint".split()]
    run = log.bench.connection.execute
    for table in (*tables, "log.data_key"):
        run(f"CREATE TABLE public.{table.replace('.', '_')} AS SELECT * FROM {table}")
        run(f"DELETE FROM {table}")
    assert log.check(kept) != {}
    for table in (*tables, "log.data_key"):
        run(f"INSERT INTO {table} SELECT * FROM public.{table.replace('.', '_')}")
    run("VACUUM FULL access.entry")
    assert log.export() == before
    assert log.check(kept) == {}
    for entry in entries:
        stored = read_entry(log.bench.connection, KEYS, entry)
        assert stored is not None
        assert stored.holds
        assert None not in stored.contents
    log.access(3)
    assert log.check(log.checkpoint()) == {}
